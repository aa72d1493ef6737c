"""`ws.sizes`: many audiences counted in one pass, beside one query each."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk
from segkit.engine import render
from segkit.errors import DataError, InvalidRequestError, LimitError, NotFoundError
from segkit.evaluation import sizes as counting
from segkit.pql import PQLError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace

NOW = "2026-06-01"
TIERS, CITIES, TYPES = ("gold", "silver", "it's"), ("Paris", "Rome", "Köln", "Ōsaka"), ("view", "buy")
ATOMS = (
    *(f'tier = "{one}"' for one in TIERS),
    *(f'tier != "{one}"' for one in TIERS),
    *(f'city in ["{one}", "{other}"]' for one, other in itertools.pairwise(CITIES)),
    f"city in [{', '.join(repr(f'C{one}') for one in range(9))}, 'Rome']",
    *(f"points > {one}" for one in range(0, 100, 20)),
    *("active", "city", "tier != city", "points.isNull()", 'city notIn ["Paris"]', "true", "points > 1 and false"),
)
EVENTS = (
    *(f'xEvent[type = "{one}"].count() >= {least}' for one in TYPES for least in (1, 2)),
    *(f'not xEvent[type = "{one}" and timestamp occurs <= {days} days before now]' for one in TYPES for days in (3, 9)),
    "xEvent[amount > 50].sum(amount) > 60",
    'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy")])',
)


def drawn(number: int, seed: int, events: float = 0.2) -> list[str]:
    random_ = random.Random(seed)  # noqa: S311  repeatable
    found: dict[str, None] = {}
    while len(found) < number:
        pool = ATOMS + EVENTS if random_.random() < events else ATOMS
        parts = [f"({random_.choice(['', '', 'not '])}({one}))" for one in random_.sample(pool, random_.randint(1, 4))]
        found[f" {random_.choice(['and', 'or'])} ".join(parts)] = None
    return list(found)


@pytest.fixture(scope="module")
def town() -> Iterator[Workspace]:
    random_ = random.Random(3)  # noqa: S311  repeatable

    def some(values: object) -> object:
        return random_.choice(list(values)) if random_.random() < 0.8 else None  # type: ignore[call-overload]

    def people(ids: range) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "id": [f"c{one}" for one in ids],
                "tier": [some(TIERS) for _ in ids],
                "city": [some((*CITIES, "C3")) for _ in ids],
                "points": pd.array([some(range(100)) for _ in ids], dtype="Int64"),
                "active": pd.array([some((True, False)) for _ in ids], dtype="boolean"),
                "changed": pd.to_datetime([f"2026-01-{random_.randint(1, 28):02}" for _ in ids]),
            }
        )

    with sk.open(None, threads=1) as ws:
        for name, ids in (("crm", range(60)), ("web", range(20, 80))):
            ws.datasets.add(name, people(ids), identity={"id": "id"}, timestamp="changed")
        happened = pd.DataFrame(
            {
                "who": [f"c{random_.randrange(100)}" for _ in range(150)],
                "timestamp": [pd.Timestamp(NOW) - pd.Timedelta(hours=random_.randrange(400)) for _ in range(150)],
                "type": [random_.choice(TYPES) for _ in range(150)],
                "amount": [float(random_.randrange(100)) for _ in range(150)],
            }
        )
        ws.datasets.add("events", happened, kind="event", identity={"id": "who"})
        ws.merge_policies.create("web first", attribute_merge="dataSetPrecedence", order=["web", "crm", "events"])
        yield ws


@pytest.fixture
def kept(town: Workspace) -> Iterator[Workspace]:
    snapshot = town.snapshot()
    yield town
    snapshot.remove()


def test_several_hundred_rules_have_the_sizes_of_one_query_each(town: Workspace) -> None:
    rules, apart = drawn(450, seed=1), drawn(450, seed=2, events=0)
    some = range(0, 450, 7)  # of each of the three statements

    def together(rules: list[str]) -> list[int]:
        return [row["size"] for row in town.sizes(rules, as_of=NOW)]

    before = together(rules), together(apart)
    assert [before[0][one] for one in some] == [int(town.size(rules[one], as_of=NOW)) for one in some]
    assert len(set(before[0])) > 20
    snapshot = town.snapshot()
    try:
        assert (together(rules), together(apart)) == before
        assert [before[1][one] for one in some] == [int(town.size(apart[one], as_of=NOW)) for one in some]
    finally:
        snapshot.remove()
    assert town.engine.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'sizes_%'") == []


@pytest.mark.parametrize("pool", [ATOMS, EVENTS, (*ATOMS[:1], *EVENTS[:1]), EVENTS[:2]])
@pytest.mark.parametrize("batch", [3, 200])
def test_each_form_of_a_statement_counts_alike(
    town: Workspace, pool: tuple[str, ...], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = {one: int(town.size(one, as_of=NOW)) for one in pool}
    monkeypatch.setattr(counting, "RULES_A_STATEMENT", batch)
    assert {row["name"]: row["size"] for row in town.sizes(pool, as_of=NOW)} == alone
    negated = {f"not {one}": f"not ({one})" for one in pool}
    alone = {name: int(town.size(rule, as_of=NOW)) for name, rule in negated.items()}
    assert {row["name"]: row["size"] for row in town.sizes(negated, as_of=NOW)} == alone


def statements(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that are run from here on."""
    run: list[str] = []
    rows = ws.engine.rows
    monkeypatch.setattr(ws.engine, "rows", lambda one, **more: run.append(render(one)) or rows(one, **more))
    return run


def test_events_are_read_once_and_their_keys_only_where_they_matter(
    town: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = statements(town, monkeypatch)
    town.sizes(['tier = "gold"', "points > 10", "active"], as_of=NOW)
    [only] = run
    assert "events" not in only
    assert "namespace_mask" not in only
    run.clear()
    town.sizes([f'xEvent[type = "buy"].count() >= {least}' for least in range(1, 9)], as_of=NOW)
    [only] = run
    assert only.count("FROM '") + only.count("READ_PARQUET(") == 1


def test_texts_of_a_snapshot_are_looked_up_in_a_map(kept: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = statements(kept, monkeypatch)
    names = [f"C{one}" for one in range(12)]
    listed = ", ".join(f'"{one}"' for one in (*names, *names))
    found = kept.sizes({"listed": f"city in [{listed}]", "not": f"city notIn [{listed}]", "gold": 'tier = "gold"'})
    assert "MAP(" in run[-1]
    assert [int(found[one]) for one in ("listed", "not")] == [
        kept.size("city in ['C3']"),
        kept.size("city notIn ['C3']"),
    ]


def test_what_it_shows(town: Workspace) -> None:
    found = town.sizes({"gold": 'tier = "gold"', "rich": "points > 1000", "all": "true"}, as_of=NOW)
    frame = found.to_pandas()
    assert list(frame.columns) == ["name", "size", "share", "error"]
    assert list(frame["name"]) == ["gold", "rich", "all"]
    assert frame["size"].dtype == "int64"
    assert frame["share"].tolist() == [found["gold"].share, 0.0, 1.0]
    assert found["all"] == found["all"].total == len(town.profiles())
    assert found[0]["name"] == "gold"
    text = repr(found)
    assert "audience sizes as of 2026-06-01 00:00 UTC" in text
    assert "100 %" in text
    assert "error" not in text
    assert len(found) == 3
    with pytest.raises(NotFoundError, match="did you mean `gold`"):
        found["glod"]


def test_totals_are_counted_when_shares_are_shown_and_once(town: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = statements(town, monkeypatch)
    found = town.sizes(["active", "points > 3"], as_of=NOW)
    assert int(found["active"]) > 0
    assert len(run) == 1
    assert all(0 < row["share"] < 1 for row in found)
    repr(found)
    assert len(run) == 2


def test_definitions_count_under_their_own_policies(small: Workspace) -> None:
    policy = small.merge_policies.create("crm first", attribute_merge="dataSetPrecedence", order=["crm", "orders"])
    adults = small.segments.create("adults", "loyalty.points > 5")
    small.segments.create("crm adults", 'inSegment("adults")', merge_policy=policy)
    small.segments.create("same", "loyalty.points > 5", merge_policy=small.merge_policies.default)
    alone = {one.name: int(one.size(as_of=NOW)) for one in small.segments.list()}
    found = small.sizes("*", as_of=NOW)
    assert {row["name"]: row["size"] for row in found} == alone
    assert [row["size"] for row in found] == sorted(alone.values(), reverse=True)
    shares = {row["name"]: row["share"] for row in small.jobs.create("*", as_of=NOW).wait(progress=False).sizes()}
    assert {row["name"]: row["share"] for row in found} == shares
    mixed = small.sizes([adults, "loyalty.points > 5"], as_of=NOW, merge_policy=policy)
    assert [row["size"] for row in mixed] == [small.size("loyalty.points > 5", merge_policy=policy, as_of=NOW)] * 2


def test_errors_name_their_rule(small: Workspace) -> None:
    with pytest.raises(PQLError, match="of the rule `second`: ") as caught:
        small.sizes({"first": "loyalty.points > 1", "second": "loyalty.pints > 1"})
    assert caught.value.diagnostics[0].words == "pints"
    with pytest.raises(PQLError, match=r"of the rule `loyalty.points >`: "):
        small.sizes(["loyalty.points > 1", "loyalty.points >"])
    with pytest.raises(InvalidRequestError, match="of the rule `2`: a rule is PQL"):
        small.sizes(["loyalty.points > 1", 3])
    for wrong in ("loyalty.points > 1", None, 7):
        with pytest.raises(InvalidRequestError, match="rules are given as"):
            small.sizes(wrong)  # type: ignore[arg-type]
    for empty in ([], {}):
        with pytest.raises(InvalidRequestError, match="no rule is given"):
            small.sizes(empty)
    with pytest.raises(InvalidRequestError, match="no segment definitions"):
        small.sizes("*")
    with pytest.raises(NotFoundError, match="nowhere"):
        small.sizes(["loyalty.points > 1"], merge_policy="nowhere")


def test_a_definition_that_fails_sinks_no_other_and_is_told_of(town: Workspace) -> None:
    paired = "exists A from xEvent, B from xEvent where A.amount * B.amount = 6"
    town.segments.create("pairs", paired)
    town.segments.create("gold", 'tier = "gold"')
    town.pair_limit = 0
    try:
        found = town.sizes("*", as_of=NOW)
        with pytest.raises(LimitError, match="of the rule `p`: "):
            town.sizes({"g": 'tier = "gold"', "p": paired}, as_of=NOW)
    finally:
        town.pair_limit = 500_000_000
        for one in town.segments.list():
            town.segments.delete(one)
    assert [(row["name"], row["size"] is None) for row in found] == [("gold", False), ("pairs", True)]
    assert "of the rule `pairs`" in found[1]["error"]
    assert found[1]["share"] is None
    assert "1 could not be counted" in repr(found)
    with pytest.raises(NotFoundError, match="`pairs` could not be counted"):
        found["pairs"]


def test_without_data_it_says_what_to_add(ws: Workspace) -> None:
    with pytest.raises(DataError, match="no data yet"):
        ws.sizes(["loyalty.points > 1"])
