"""A workspace through its life: files come, go, change and move, snapshots are made or not, jobs follow one another.

After each change, jobs tell what plain Python makes of the rows and of the run before: sizes, statuses, the reason of
those that became part of another profile, members with their identities, and counts by namespace.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.workspace import Job, Workspace

ODD = ["a:b", "a", "b%", "é", "e\u0301", "'q'", '"d"', "x" * 9000, "0", "00", "null", "\\", "😀", "new\nline"]
PEOPLE = [*ODD, *(f"c{number}" for number in range(120))]
SCHEMAS = {
    "crm": [("k", pa.string()), ("mail", pa.string()), ("t", pa.timestamp("us")), ("v", pa.string())],
    "web": [("k", pa.string()), ("mail", pa.string()), ("_id", pa.string()), ("timestamp", pa.timestamp("us"))],
}
POLICIES = ("Default Timebased", "graph")
Identity = tuple[str, str]
Row = dict[str, Any]
RULES: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "value": ('v = "a"', lambda one: one["v"] == "a"),
    "missing": ("v.isNull()", lambda one: one["v"] is None),
    "active": ("xEvent.count() >= 2", lambda one: one["events"] >= 2),
    "quiet": ('xEvent.count() = 0 and v in ["a", "b"]', lambda one: not one["events"] and one["v"] is not None),
    "mail": ('identityMap.get("email").isNotNull()', lambda one: "email" in {space for space, _ in one["ids"]}),
}


class Lake:
    """Files of records and of events, which a dice changes."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - the same in each run
        self.folder = folder
        self.number = 0
        self.files: dict[str, dict[Path, list[Row]]] = {"crm": {}, "web": {}}
        for name in self.files:
            self.write(name, rows=[self.row(name) for _ in range(120)])
            for _ in range(5):
                self.write(name)

    def row(self, name: str) -> Row:
        dice = self.dice
        self.number += 1
        mail = f"m{dice.randrange(90)}@x" if dice.random() < 0.15 else None
        made: Row = {"k": dice.choice(["", " "]) + dice.choice(PEOPLE), "mail": mail}
        if name == "crm":
            return made | {"t": dice.choice([None, -1, 0, 0, 7]), "v": dice.choice(["a", "b", None])}
        return made | {"_id": f"e{self.number}", "timestamp": dice.choice([None, -5, 1])}

    def write(self, name: str, path: Path | None = None, rows: list[Row] | None = None) -> None:
        self.number += 1
        path = path or self.folder / name / f"{self.dice.randrange(90):02} {self.number}.parquet"
        path.parent.mkdir(exist_ok=True)
        made = rows or [self.row(name) for _ in range(self.dice.choice([1, 4, 9]))]
        pq.write_table(pa.Table.from_pylist(made, schema=pa.schema(SCHEMAS[name])), path)
        self.files[name][path] = made

    def change(self, name: str) -> None:
        """One change to the files of a dataset."""
        files = self.files[name]
        path = self.dice.choice(sorted(files)[1:])
        match self.dice.randrange(4):
            case 0:
                self.write(name)
            case 1 if len(files) > 3:
                path.unlink()
                del files[path]
            case 2:
                self.number += 1
                files[path.rename(path.with_name(f"{self.dice.randrange(90):02} {self.number}.parquet"))] = files[path]
                del files[path]
            case _:
                self.write(name, path)

    def rows(self, name: str) -> list[Row]:
        return [row for path in sorted(self.files[name]) for row in self.files[name][path]]


def identities(row: Row) -> set[Identity]:
    return {("crm", row["k"].strip())} | ({("email", row["mail"])} if row["mail"] else set())


def public(one: Identity) -> str:
    return hashlib.md5(f"{one[0]}:{one[1]}".encode()).hexdigest()  # noqa: S324 - an id, not a secret


def merged(lake: Lake, policy: str) -> tuple[dict[str, Row], dict[str, str | None]]:
    """The profiles by their public ids; and whose id each identity would have, none where its graph is too large."""
    everything = [row for name in lake.files for row in lake.rows(name)]
    groups: dict[Identity, set[Identity]] = {}
    for row in everything:
        group = {("crm", row["k"].strip())} if policy != "graph" else identities(row)
        group = group.union(*(groups.get(one, set()) for one in group))
        groups |= dict.fromkeys(group, group)
    names = {
        one: public(min(group, key=lambda two: f"{two[0]}:{two[1]}".encode())) if len(group) <= 50 else None
        for one, group in groups.items()
    }
    found: dict[str, Row] = defaultdict(lambda: {"v": None, "events": 0, "ids": set()})
    newest: dict[str, tuple[bool, int, int]] = {}
    for place, row in enumerate(lake.rows("crm")):
        profile, age = names["crm", row["k"].strip()], (row["t"] is not None, row["t"] or 0, place)
        if profile is not None:
            found[profile]["ids"] |= identities(row)
            if row["v"] is not None and age > newest.get(profile, (False, 0, -1)):
                newest[profile], found[profile]["v"] = age, row["v"]
    for row in lake.rows("web"):
        profile = names["crm", row["k"].strip()]
        if profile is not None:
            found[profile]["ids"] |= identities(row)
            found[profile]["events"] += 1
    return dict(found), {public(one): name for one, name in names.items()}


def check(ws: Workspace, job: Job, lake: Lake, ids: dict[tuple[str, str], str], before: dict[str, set[str]]) -> None:
    """Compare a job; `before` has the members of the run before, and afterwards those of this one."""
    sizes = {row["segment_id"]: row for row in job.sizes()}
    for policy in POLICIES:
        profiles, names = merged(lake, policy)
        for name, (_, holds) in RULES.items():
            segment = ids[policy, name]
            known, now = before.get(segment, set()), {one for one, row in profiles.items() if holds(row)}
            row = sizes[segment]
            assert row["size"] == len(now)
            assert (row["realized"], row["existing"], row["exited"]) == (
                *(len(now - known), len(now & known)),
                len(known - now),
            )
            spaces = Counter(space for one in now for space in {space for space, _ in profiles[one]["ids"]})
            assert {space: row[f"namespace.{space}"] or 0 for space in ("crm", "email")} == {
                space: spaces[space] for space in ("crm", "email")
            }
            expected = {one: ("existing" if one in known else "realized", None) for one in now}
            for one in known - now:
                swallowed = one not in profiles and names.get(one) not in {None, one}
                expected[one] = ("exited", "merged" if swallowed else None)
            listed = list(job.members(segment))
            assert {one["profile_id"]: (one["status"], one["reason"]) for one in listed} == expected
            for one in listed:
                if one["status"] != "exited":
                    carried = {(space, text) for space, texts in one["identities"].items() for text in texts}
                    assert carried == profiles[one["profile_id"]]["ids"]
            before[segment] = now
        assert ws.size(RULES["value"][0], merge_policy=policy).total == len(profiles)


def live(folder: Path, seed: int, steps: int) -> list[int | None]:
    """How many profiles each snapshot of the default policy replaced."""
    lake = Lake(folder, seed)
    touched: list[int | None] = []
    with sk.open(folder / "ws", threads=1) as ws:
        named: dict[str, Any] = {"identity": {"crm": "k", "email": "mail"}, "primary": "crm"}
        ws.datasets.add("crm", str(folder / "crm" / "*.parquet"), timestamp="t", upsert=True, **named)
        ws.datasets.add("web", str(folder / "web" / "*.parquet"), kind="event", **named)
        ws.merge_policies.create("graph", identity_graph="pdg")
        ids = {
            (policy, name): ws.segments.create(f"{policy} {name}", rule, merge_policy=policy).id
            for policy in POLICIES
            for name, (rule, _) in RULES.items()
        }
        before: dict[str, set[str]] = {}
        for step in range(steps):
            for name in lake.files if step else ():
                lake.change(name)
                ws.datasets.refresh(name)
            if lake.dice.random() < 0.8:
                touched.append(ws.snapshot().touched)
                ws.snapshot("graph")
            check(ws, ws.jobs.create("*").wait(progress=False), lake, ids, before)
    return touched


def test_jobs_follow_the_data_through_snapshots_and_refreshes(tmp_path: Path) -> None:
    assert any(live(tmp_path, 1, 3)), "no snapshot was brought up to date: the test would not see that go wrong"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_jobs_follow_the_data_for_long(tmp_path: Path, seed: int) -> None:
    live(tmp_path, seed, 12)
