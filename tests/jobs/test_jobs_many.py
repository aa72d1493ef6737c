"""Many segments in a job, beside one query a segment: several statements, several policies, events, snapshots."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import segkit as sk
from segkit.evaluation import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Job, Workspace

NOW = "2026-06-01"
PEOPLE, EVENTS = 120, 400
TIERS, CITIES, TYPES = ("gold", "silver", "basic"), ("Paris", "Rome", "Köln", "Ōsaka"), ("view", "buy", "return")


def fragments(random_: random.Random, ids: range) -> pd.DataFrame:
    def some(value: Any) -> Any:
        return value if random_.random() < 0.8 else None

    return pd.DataFrame(
        {
            "id": [f"c{one}" for one in ids],
            "mail": [some(f"m{one}@x") for one in ids],
            "tier": [some(random_.choice(TIERS)) for _ in ids],
            "city": [some(random_.choice(CITIES)) for _ in ids],
            "points": pd.array([some(random_.randrange(100)) for _ in ids], dtype="Int64"),
            "active": pd.array([some(random_.random() < 0.5) for _ in ids], dtype="boolean"),
            "changed": pd.to_datetime([f"2026-01-{random_.randint(1, 28):02}" for _ in ids]),
        }
    )


def rules(random_: random.Random, number: int) -> list[str]:
    """Rules drawn on the same conditions, one in four about events."""
    atoms = [
        *(f'tier = "{one}"' for one in TIERS),
        *(f'city in ["{one}", "{other}"]' for one, other in itertools.pairwise(CITIES)),
        *(f"points > {one}" for one in range(0, 100, 20)),
        *("active", "city", "tier != city", "points.isNull()", 'city notIn ["Paris"]'),
    ]
    events = [
        *(f'xEvent[type = "{one}"].count() >= {least}' for one in TYPES for least in (1, 2)),
        *(
            f'xEvent[type = "{one}" and timestamp occurs <= {days} days before now]'
            for one in TYPES
            for days in (30, 90)
        ),
        "xEvent[amount > 50].sum(amount) > 120",
        'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy")])',
    ]
    found: dict[str, None] = {}
    while len(found) < number:
        pool = atoms + events if random_.random() < 0.25 else atoms
        parts = [f"({random_.choice(['', '', 'not '])}({one}))" for one in random_.sample(pool, random_.randint(1, 4))]
        found[f" {random_.choice(['and', 'or'])} ".join(parts)] = None
    return list(found)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    random_ = random.Random(11)  # noqa: S311  repeatable
    with sk.open(tmp_path_factory.mktemp("many") / "it's many", threads=1) as ws:
        identity = {"id": "id", "mail": "mail"}
        for name, ids in (("crm", range(PEOPLE)), ("web", range(30, PEOPLE + 20))):
            frame = fragments(random_, ids)
            ws.datasets.add(name, frame, identity=identity, primary="id", timestamp="changed")
        happened = pd.DataFrame(
            {
                "who": [f"c{random_.randrange(PEOPLE + 40)}" for _ in range(EVENTS)],
                "timestamp": [pd.Timestamp(NOW) - pd.Timedelta(hours=random_.randrange(3000)) for _ in range(EVENTS)],
                "type": [random_.choice(TYPES) for _ in range(EVENTS)],
                "amount": [float(random_.randrange(100)) for _ in range(EVENTS)],
            }
        )
        ws.datasets.add("events", happened, kind="event", identity={"id": "who"})
        policy = ws.merge_policies.create(
            "web first", attribute_merge="dataSetPrecedence", order=["web", "crm", "events"]
        )
        for number, rule in enumerate(rules(random_, 45)):
            ws.segments.create(f"s{number}", rule, merge_policy=policy if number % 3 == 0 else None)
        ws.segments.create("inner", 'tier = "gold" and points > 40')
        ws.segments.create("outer", 'inSegment("inner") and city = "Paris"')
        ws.segments.create("other", 'not inSegment("inner") or active')
        yield ws


@pytest.fixture(scope="module")
def alone(many: Workspace) -> dict[str, int]:
    """The size of each segment, by a query of its own."""
    found = many.segments.list()
    return {one.name: int(many.size(one.pql, merge_policy=one.merge_policy, as_of=NOW)) for one in found}


def members(job: Job, name: str) -> set[str]:
    return {row["profile_id"] for row in job.members(name) if row["status"] != "exited"}


@pytest.mark.parametrize("size", [20, 224])
def test_many_segments_have_the_sizes_of_one_query_each(
    many: Workspace, alone: dict[str, int], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "SEGMENTS_A_STATEMENT", size)
    job = many.jobs.create("*", as_of=NOW).wait(progress=False)
    assert job.status == "SUCCEEDED", job.errors
    found = {row["name"]: row["size"] for row in job.sizes()}
    assert found == alone
    stages = list(job.stages()["stage"])
    assert stages.count("read profiles") == (1 if size == 20 else 0)
    assert stages.count("evaluate segments") == (3 if size == 20 else 2)
    for name in ("s0", "s1", "s43", "s44", "outer"):
        assert len(members(job, name)) == found[name]
    assert members(job, "outer") <= members(job, "inner")
    assert job.metrics.total_profiles == sum(job.metrics.total_by_policy.values())
    for policy, total in job.metrics.total_by_policy.items():
        assert many.size("true or tier", merge_policy=policy, as_of=NOW).total == total
    spread = job.metrics.by_namespace[many.segments.get("s1").id]
    identities = [row["identities"] for row in job.members("s1")]
    assert spread == {name: n for name in ("id", "mail") if (n := sum(name in one for one in identities))}


def test_costs_add_up_to_the_time_of_evaluating(many: Workspace) -> None:
    job = many.jobs.create("*", as_of=NOW).wait(progress=False)
    costs = job.costs().to_pandas()
    assert set(costs["name"]) == {one.name for one in many.segments.list()}
    assert costs["seconds"].is_monotonic_decreasing
    assert (costs["seconds"] > 0).all()
    assert costs["share"].sum() == pytest.approx(1)
    shown = [line.split()[1] for line in job.costs().text().splitlines() if " %" in line]
    assert {len(one.partition(".")[2]) for one in shown} == {6}  # points stand below each other
    stages = job.stages().set_index("stage")
    assert 0 < costs["seconds"].sum() <= stages.loc["evaluate segments", "seconds"].sum()
    assert stages.loc["evaluate segments", "bytes_read"].sum() > 0
    assert stages.loc["evaluate segments", "peak_memory"].max() > 0
    by_name = costs.set_index("name")
    asks = {one.name: "xEvent" in one.pql for one in many.segments.list()}
    assert {name: bool(features) for name, features in by_name["features"].items()} == asks
    reads = by_name["rows_read"]
    assert reads[[name for name, some in asks.items() if some]].min() > reads["inner"] > PEOPLE
    assert job.to_aep()["segkit"]["details"]["costs"].keys() == {one.id for one in many.segments.list()}
    assert all("bytesRead" in one for one in job.to_aep()["segkit"]["stages"] if one["name"] == "evaluate segments")


def test_costs_of_an_earlier_release_are_not_known(many: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    job = many.jobs.create(["inner", "outer"], as_of=NOW).wait(progress=False)
    assert all(row["seconds"] > 0 for row in job.costs())
    old = replace(job.record, details={})
    monkeypatch.setattr(many.runner, "get", lambda _: old)
    assert [(row["name"], row["seconds"], row["share"]) for row in job.costs()] == [
        ("inner", None, None),
        ("outer", None, None),
    ]


def test_a_segment_inside_another_is_evaluated_once(many: Workspace) -> None:
    policy = many.merge_policies.default
    job = many.jobs.create(["inner", "outer", "other"], as_of=NOW, merge_policy=policy).wait(progress=False)
    sql = job.record.sql or ""
    assert sql.count("= 'gold'") == 1
    assert sql.count('"points" > 40') == 1
    assert sql.count("AS condition_") == 4


def test_a_snapshot_gives_the_same_sizes_namespaces_and_members(
    many: Workspace, alone: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    default = many.merge_policies.default
    before = many.jobs.create("*", as_of=NOW).wait(progress=False)
    many.snapshot(default)
    try:
        for size in (20, 224):
            monkeypatch.setattr(words, "SEGMENTS_A_STATEMENT", size)
            job = many.jobs.create("*", as_of=NOW).wait(progress=False)
            assert job.record.details["snapshotIds"]
            assert {row["name"]: row["size"] for row in job.sizes()} == alone
            assert job.metrics.by_namespace == before.metrics.by_namespace
            assert job.metrics.total_by_policy == before.metrics.total_by_policy
            for name in ("s1", "s2", "outer"):
                columns = ["profile_id", "identities"]
                held = [one.members(name).to_pandas()[columns] for one in (before, job)]
                pd.testing.assert_frame_equal(*held)
    finally:
        many.snapshot(default).remove()


def test_one_segment_alone_has_its_rule_as_a_filter(many: Workspace) -> None:
    many.snapshot()
    try:
        job = many.jobs.create(["inner"], as_of=NOW).wait(progress=False)
    finally:
        many.snapshot().remove()
    sql = job.record.sql or ""
    assert "WHERE" in sql
    assert "condition_1" not in sql
    assert [row["size"] for row in job.sizes()] == [len(members(job, "inner"))]
    [cost] = job.costs()
    assert cost["share"] == 1


def test_a_job_leaves_no_table_behind(many: Workspace) -> None:
    many.jobs.create("*", as_of=NOW).wait(progress=False)
    assert many.engine.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'job_%'") == []
