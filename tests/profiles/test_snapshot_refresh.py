"""Refreshing a snapshot gives what building it anew gives, whatever has changed."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from sqlglot import exp

from segkit.engine import Engine, Watch
from segkit.errors import JobCancelledError
from segkit.profiles import Dataset, MergedSource, MergePolicy, read, refresh, union_schema
from segkit.profiles import expressions as sql
from segkit.profiles.kept import making
from segkit.profiles.snapshots.build import Build
from segkit.profiles.snapshots.manifest import BUCKET, EVENTS, FILE, IDENTITIES, PROFILES, ROWS
from segkit.profiles.snapshots.ready import Ready
from segkit.profiles.snapshots.refresh import Refresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.profiles.snapshots.source import SnapshotSource

PEOPLE = 60
CRM = (
    "{id: VARCHAR, mail: VARCHAR, at: TIMESTAMP, person: STRUCT(name VARCHAR, tags VARCHAR[]), "
    "consents: MAP(VARCHAR, VARCHAR), points: INTEGER}"
)


class Lake:
    """Files of three datasets, which a dice changes."""

    def __init__(self, folder: Path, seed: int, *, several: bool) -> None:
        self.folder, self.several = folder, several
        self.dice = random.Random(seed)  # noqa: S311 - the same in each run
        self.number = 0
        for name in ("crm", "web", "visits"):
            for _ in range(4):
                self.write(name)

    def identity(self) -> str:
        dice = self.dice
        known = f"C:{dice.randrange(PEOPLE)}%" if dice.random() < 0.5 else f"c{dice.randrange(PEOPLE)}"
        return f" {known}" if dice.random() < 0.1 else known

    def row(self, name: str) -> dict[str, Any]:
        dice = self.dice
        maybe = lambda made: None if dice.random() < 0.3 else made  # noqa: E731
        moment = f"1969-12-31 23:59:{dice.randrange(60):02}"
        if name == "visits":
            self.number += 1
            where = {"item": maybe([{"sku": f"s{dice.randrange(4)}", "price": dice.randrange(9) / 4}])}
            return {"_id": f"e{self.number}", "who": maybe(self.identity()), "timestamp": moment, **where}
        own = {"id": maybe(self.identity()), "mail": maybe(f"m{dice.randrange(PEOPLE)}"), "at": maybe(moment)}
        name_, tags = maybe(f"n{dice.randrange(9)}"), maybe([f"t{dice.randrange(3)}"])
        keys = [f"k{dice.randrange(4)}" for _ in range(dice.randrange(3))]
        return {
            **own,
            "person": {"name": name_, "tags": tags},
            "consents": maybe({one: maybe(f"v{dice.randrange(5)}") for one in keys}),
            "points": maybe(dice.randrange(100)),
        }

    def write(self, name: str, file: Path | None = None, rows: list[dict[str, Any]] | None = None) -> None:
        self.number += 1
        path = file or self.folder / name / f"{self.dice.randrange(100):02} {self.number}.parquet"
        path.parent.mkdir(exist_ok=True)
        made = [self.row(name) for _ in range(self.dice.randrange(1, 9))] if rows is None else rows
        schema = (
            CRM
            if name != "visits"
            else ("{_id: VARCHAR, who: VARCHAR, timestamp: TIMESTAMP, item: STRUCT(sku VARCHAR, price DOUBLE)[]}")
        )
        kinds = schema[1:-1]
        names = list(made[0])
        types = dict(_split(kinds))
        values = ", ".join("(" + ", ".join(f"?::{types[one]}" for one in names) + ")" for _ in made)
        columns = ", ".join(f'"{one}"' for one in names)
        statement = f"SELECT * FROM (VALUES {values}) t({columns})"  # noqa: S608 - made here
        given = [row[one] for row in made for one in names]
        duckdb.sql(statement, params=given).write_parquet(str(path))

    def files(self, name: str) -> list[Path]:
        return sorted((self.folder / name).iterdir())

    def change(self) -> str:
        """One change to one dataset; its name."""
        name = self.dice.choice(["crm", "web", "visits"])
        file = self.dice.choice(self.files(name))
        match self.dice.randrange(5):
            case 0:
                self.write(name)
            case 1 if len(self.files(name)) > 2:
                file.unlink()
            case 2:
                self.write(name, file)
            case 3:
                rows = self._rows(file)
                self.write(name, file, [*rows, *(self.row(name) for _ in range(3))])
            case _:
                rows = self._rows(file)
                rows[self.dice.randrange(len(rows))] = self.row(name)
                self.write(name, file, rows)
        return name

    @staticmethod
    def _rows(file: Path) -> list[dict[str, Any]]:
        found = duckdb.read_parquet(str(file))
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def read(self, engine: Engine) -> dict[str, Dataset]:
        pair = {"id": "id", "mail": "mail"}
        options: dict[str, dict[str, Any]] = {
            "crm": {"identity": pair, "primary": "id", "timestamp": "at", "upsert": True},
            "web": {"identity": pair, "primary": "mail" if self.several else "id", "timestamp": "at"},
            "visits": {"identity": {"id": "who"}, "kind": "event"},
        }
        known: dict[str, Dataset] = {}
        for name, given in options.items():
            others = tuple(known.values())
            files = str(self.folder / name / "*.parquet")
            known[name] = read(name, files, engine=engine, folder=self.folder, added_at=0, others=others, **given)
        return known


def _split(kinds: str) -> list[tuple[str, str]]:
    found, depth, start = [], 0, 0
    for place, letter in enumerate(f"{kinds},"):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            name, _, kind = kinds[start:place].strip().partition(": ")
            found.append((name, kind))
            start = place + 1
    return found


class _AnewError(Exception):
    """It is to be built anew."""


class Kept:
    """The snapshots of one policy over a lake, each made of the one before."""

    def __init__(self, engine: Engine, folder: Path, policy: MergePolicy, beside: Kept | None = None) -> None:
        self.engine, self.folder, self.policy = engine, folder, policy
        self.ready = Ready(engine, folder)
        if beside is not None:  # one engine has one list of what is attached
            self.ready._attached = beside.ready._attached

    def source(self, datasets: dict[str, Dataset]) -> MergedSource:
        known = tuple(datasets.values())
        return MergedSource(self.policy, known, union_schema(known, self.engine))

    def build(self, datasets: dict[str, Dataset]) -> SnapshotSource:
        return self._made(self.source(datasets), None)

    def refresh(
        self, datasets: dict[str, Dataset], most: float = 1e9, layers: int | None = None
    ) -> SnapshotSource | None:
        merged = self.source(datasets)
        older = self.ready.older(merged)
        assert older is not None
        return self._made(merged, older, most, layers)

    def _made(
        self, merged: MergedSource, older: SnapshotSource | None, most: float = 0.3, layers: int | None = None
    ) -> SnapshotSource | None:
        place = self.ready.place(merged)
        events = list(merged.union.event)
        with contextlib.suppress(_AnewError), making(place) as aside:
            asked = (aside, place.name, self.folder, events)
            if older is None:
                Build(self.engine, merged, Watch(profile=True)).run(*asked)
            elif Refresh(self.engine, merged, Watch(profile=True), layers, most=most).renew(older, *asked) is None:
                assert not any(aside.iterdir())
                raise _AnewError
        if not place.exists():
            return None
        self.ready.supersede(place)
        return self.ready.of(merged)

    def contents(self, snapshot: SnapshotSource) -> dict[str, Any]:
        """All that a snapshot holds, without the numbers that it gives for itself."""
        files = dict(enumerate(snapshot.manifest.files))
        ids = dict(self._rows(snapshot, PROFILES, "profile_key", "profile_id"))
        columns = [one.name for one in snapshot.manifest.columns]
        profiles = self._rows(snapshot, PROFILES, "profile_id", BUCKET, "namespace_mask", *columns)
        events = self._rows(
            snapshot, EVENTS, "profile_key", FILE, *(one.name for one in snapshot.manifest.event_columns)
        )
        rows = self._rows(snapshot, ROWS, "profile_key", FILE)
        assert len(ids) == len(profiles) == len(set(ids.values())) == snapshot.manifest.profiles
        assert len(events) == snapshot.manifest.events
        listed = exp.select("*").from_(sql.parquet([str(snapshot.folder / IDENTITIES)]))
        return {
            "profiles": {one: values for one, *values in profiles},
            "events": sorted(repr((ids[key], files[file], values)) for key, file, *values in events),
            "rows": sorted((ids[key], *files[file]) for key, file in rows),
            "identities": dict(self.engine.rows(listed)),
            "files": {one for one in files.values() if one[0]},
        }

    def _rows(self, snapshot: SnapshotSource, table: str, *columns: str) -> list[tuple[Any, ...]]:
        return self.engine.rows(exp.select(*(sql.column(one) for one in columns)).from_(snapshot.table(table)))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=2, memory_limit="1GB") as one:
        yield one


def policy_of(lake: Lake, kind: str, engine: Engine) -> tuple[MergePolicy, dict[str, Dataset]]:
    datasets = lake.read(engine)
    if kind == "newest":
        return MergePolicy.create("p"), datasets
    order = [datasets[one].id for one in ("web", "visits", "crm")]
    return MergePolicy.create("p", attribute_merge="dataSetPrecedence", order=order), datasets


@pytest.mark.parametrize("kind", ["newest", "precedence"])
@pytest.mark.parametrize("several", [False, True], ids=["one primary namespace", "two"])
def test_a_refresh_after_random_changes_is_a_build(tmp_path: Path, engine: Engine, kind: str, several: bool) -> None:  # noqa: FBT001
    changed_and_compared(tmp_path, engine, kind, seed=kind == "newest", several=several, steps=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_many_refreshes_after_random_changes_are_builds(tmp_path: Path, engine: Engine, seed: int) -> None:
    kind = "newest" if seed % 2 else "precedence"
    changed_and_compared(tmp_path, engine, kind, seed=seed, several=seed % 4 < 2, steps=8)


def changed_and_compared(tmp_path: Path, engine: Engine, kind: str, *, seed: int, several: bool, steps: int) -> None:
    """A snapshot refreshed step by step, after each step compared with one that is built anew."""
    lake = Lake(tmp_path, seed=seed, several=several)
    policy, datasets = policy_of(lake, kind, engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    kept.build(datasets)
    for step in range(steps):
        for _ in range(lake.dice.randrange(1, 4)):
            name = lake.change()
            others = [one for one in datasets.values() if one.name != name]
            datasets[name] = refresh(datasets[name], engine=engine, folder=tmp_path, others=others)
        made = kept.refresh(datasets, layers=step % 3 + 1)
        assert made is not None
        fresh = Kept(engine, tmp_path / f"anew {step}", policy, kept)
        anew = fresh.build(datasets)
        assert kept.contents(made) == fresh.contents(anew)
        assert made.manifest.touched is not None
        assert made.manifest.columns == anew.manifest.columns


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path, seed=7, several=True)


def test_nothing_is_touched_where_nothing_changed_but_the_time(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    before = kept.contents(kept.build(datasets))
    datasets["crm"] = replace(datasets["crm"], measures=replace(datasets["crm"].measures, clock_nulls=10**6))
    made = kept.refresh(datasets)
    assert made is not None
    assert made.manifest.touched == 0
    assert kept.contents(made) == before


def test_values_that_change_places_are_seen_though_the_footer_is_the_same(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"

    def written(values: str) -> None:
        made = duckdb.sql(f"SELECT * FROM (VALUES {values}) t(id, v)")  # noqa: S608 - made here
        made.write_parquet(str(file), compression="uncompressed")

    written("('a', 1), ('b', 2), ('c', 3)")
    dataset = read("people", str(file), engine=engine, folder=tmp_path, identity={"id": "id"}, added_at=0)
    kept = Kept(engine, tmp_path, MergePolicy.create("p"))
    kept.build({"people": dataset})
    written("('a', 2), ('b', 1), ('c', 3)")
    after = refresh(dataset, engine=engine, folder=tmp_path)
    assert (after.files[0].size, after.files[0].footer) == (dataset.files[0].size, dataset.files[0].footer)
    made = kept.refresh({"people": after})
    assert made is not None
    found = kept.engine.rows(exp.select("id", "v").from_(made.table(PROFILES)).order_by("id"))
    assert found == [("a", 2), ("b", 1), ("c", 3)]


def test_what_touches_too_many_is_built_anew(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    kept.build(datasets)
    for one in lake.files("crm"):
        lake.write("crm", one)
    datasets["crm"] = refresh(datasets["crm"], engine=engine, folder=tmp_path)
    assert kept.refresh(datasets, most=0.01) is None


def test_refresh_upon_refresh_ends_in_a_build(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    kept.build(datasets)
    touched = 0
    for _ in range(50):
        lake.write("crm", lake.files("crm")[0])
        datasets["crm"] = refresh(datasets["crm"], engine=engine, folder=tmp_path)
        made = kept.refresh(datasets, most=0.2)
        if made is None:
            break
        touched += made.manifest.touched or 0
        assert made.manifest.replaced == touched
    else:
        pytest.fail("refreshed for ever")
    assert touched > 0


def reasons() -> list[tuple[str, Any]]:
    """Changes after which profiles may differ whose files have not changed."""

    def field(lake: Lake) -> None:
        made = duckdb.sql("SELECT 'c1' AS id, 'm1' AS mail, now()::TIMESTAMP AS at, 'new' AS more")
        made.write_parquet(str(lake.folder / "crm" / "zz.parquet"))

    def kind(lake: Lake) -> None:
        made = duckdb.sql("SELECT 'c1' AS id, 'm1' AS mail, now()::TIMESTAMP AS at, 1.5::DOUBLE AS points")
        made.write_parquet(str(lake.folder / "crm" / "zz.parquet"))

    def repeated(lake: Lake) -> None:
        row = {"_id": "twice", "who": "c1", "timestamp": "2026-01-01", "item": None}
        lake.write("visits", rows=[row, row])

    return [("field", field), ("kind", kind), ("repeated", repeated)]


@pytest.mark.parametrize(("name", "change"), reasons(), ids=[name for name, _ in reasons()])
def test_what_may_change_other_profiles_is_built_anew(
    lake: Lake, engine: Engine, tmp_path: Path, name: str, change: Any
) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    kept.build(datasets)
    change(lake)
    which = "visits" if name == "repeated" else "crm"
    others = [one for one in datasets.values() if one.name != which]
    datasets[which] = refresh(datasets[which], engine=engine, folder=tmp_path, others=others)
    assert kept.refresh(datasets) is None


def test_a_dataset_without_a_clock_that_gets_one_is_built_anew(engine: Engine, tmp_path: Path) -> None:
    def written(file: str, select: str) -> None:
        duckdb.sql(select).write_parquet(str(tmp_path / file))

    audit = "{'lastUpdatedDate': TIMESTAMP '2026-01-01'} AS \"extSourceSystemAudit\""
    written("a.parquet", "SELECT 'x' AS id, 1 AS v")
    kept = Kept(engine, tmp_path, MergePolicy.create("p"))
    dataset = read("a", str(tmp_path / "*.parquet"), engine=engine, folder=tmp_path, identity={"id": "id"}, added_at=0)
    first = kept.source({"a": dataset})
    kept.build({"a": dataset})
    written("b.parquet", f"SELECT 'y' AS id, 1 AS v, {audit}")
    after = refresh(dataset, engine=engine, folder=tmp_path)
    assert first.union.profile != kept.source({"a": after}).union.profile
    assert kept.refresh({"a": after}) is None


def test_a_dataset_added_and_removed(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    less = {name: one for name, one in datasets.items() if name != "web"}
    first = kept.contents(kept.build(less))
    grown = kept.refresh(datasets)
    assert grown is not None
    fresh = Kept(engine, tmp_path / "anew", policy, kept)
    assert kept.contents(grown) == fresh.contents(fresh.build(datasets))
    back = kept.refresh(less)
    assert back is not None
    assert kept.contents(back) == first


def test_a_cancelled_refresh_leaves_the_older_one(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    before = kept.build(datasets)
    contents = kept.contents(before)
    lake.write("crm")
    datasets["crm"] = refresh(datasets["crm"], engine=engine, folder=tmp_path)
    merged = kept.source(datasets)
    older = kept.ready.older(merged)
    assert older is not None
    for statements in range(0, 28, 9):
        watch = Stopping(statements)
        place = kept.ready.place(merged)
        with pytest.raises(JobCancelledError), making(place) as aside:  # noqa: PT012
            Refresh(engine, merged, watch, most=1e9).renew(older, aside, place.name, kept.folder, [("timestamp",)])
            raise JobCancelledError("it was done before")
        assert sorted(one.name for one in place.parent.iterdir()) == [before.folder.name]
    assert kept.contents(before) == contents
    assert kept.refresh(datasets) is not None


class Stopping(Watch):
    """Cancels itself after so many statements."""

    def __init__(self, statements: int) -> None:
        super().__init__(profile=True)
        self.statements = statements

    @property
    def cancelled(self) -> bool:
        self.statements -= 1
        return self.statements < 0


def test_a_damaged_older_snapshot_is_no_help_and_no_harm(lake: Lake, engine: Engine, tmp_path: Path) -> None:
    policy, datasets = policy_of(lake, "newest", engine)
    kept = Kept(engine, tmp_path / "kept", policy)
    older = kept.build(datasets)
    lake.write("crm")
    datasets["crm"] = refresh(datasets["crm"], engine=engine, folder=tmp_path)
    (older.folder / "data.duckdb").write_bytes(b"no database")
    assert Ready(engine, kept.folder).older(kept.source(datasets)) is None
