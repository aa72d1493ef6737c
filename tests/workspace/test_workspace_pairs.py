"""A rule that would pair too many events is refused before it runs, wherever it is asked (`segkit.plan.pairs`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk
from segkit.errors import InvalidRequestError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace

AS_OF = "2026-11-21"
PAIRS = "exists A from xEvent, B from xEvent where A.value * B.value = 6"
CHAIN = 'chain(xEvent, timestamp, [A: WHAT(type = "a"), B: WHAT(*) WHEN(!= 2 days after A)])'


@pytest.fixture(scope="module")
def ws() -> Iterator[Workspace]:
    start = dt.datetime.fromisoformat("2026-11-01")
    people = ["odd 'name'"] * 60 + ["b"] * 3 + ["c"] * 2
    events = pd.DataFrame(
        {
            "id": people,
            "_id": [f"e{at}" for at in range(len(people))],
            "timestamp": [start + dt.timedelta(hours=at) for at in range(len(people))],
            "type": ["ab"[at % 2] for at in range(len(people))],
            "value": [float(at % 7) for at in range(len(people))],
        }
    )
    crm = pd.DataFrame({"id": ["odd 'name'", "b", "c", "d"], "age": [1, 2, 3, 4]})
    with sk.open(None) as workspace:
        workspace.datasets.add("crm", crm, identity={"id": "id"})
        workspace.datasets.add("events", events, kind="event", identity={"id": "id"}, timestamp="timestamp")
        yield workspace


@pytest.fixture(autouse=True)
def _limit(ws: Workspace) -> Iterator[None]:
    before = ws.pair_limit
    ws.pair_limit = 100
    yield
    ws.pair_limit = before


def test_a_size_is_refused_with_what_makes_it_and_what_helps(ws: Workspace) -> None:
    with pytest.raises(LimitError) as raised:
        ws.size(PAIRS, as_of=AS_OF)
    said = str(raised.value)
    profile = ws.query("SELECT profile_id FROM profiles WHERE age = 1").to_pandas()["profile_id"][0]
    assert said.startswith(f"`{PAIRS}` compares events or items in pairs, 3,613 of them, and 100 are allowed")
    assert f"the profile {profile} with its 60 events makes 3,600 by itself" in said
    assert "xEvent.count() < 10000 and" in said
    assert "ws.pair_limit" in said


def test_the_words_are_those_that_pair(ws: Workspace) -> None:
    with pytest.raises(LimitError, match=r"^`exists A from xEvent, B from xEvent where A\.value \* B\.value = 6` "):
        ws.size(f"age = 1 and ({PAIRS}) and age < 9")
    with pytest.raises(LimitError, match=r"^`chain\("):
        ws.size(f"not ({CHAIN})")


def test_what_helps_does_help(ws: Workspace) -> None:
    assert (
        ws.size(f"xEvent.count() < 10 and {PAIRS}")
        == ws.query(
            "SELECT count(DISTINCT a.profile_id) AS n FROM events a JOIN events b USING (profile_id) "
            "WHERE a.value * b.value = 6 AND a.profile_id NOT IN (SELECT profile_id FROM profiles WHERE age = 1)"
        ).to_pandas()["n"][0]
    )
    assert ws.size('exists A from xEvent where A.type = "z", B from xEvent where A.value * B.value = 6') == 0
    ws.pair_limit = None
    refused = ws.size(PAIRS)
    ws.pair_limit = 3613
    assert ws.size(PAIRS) == refused >= 1
    ws.pair_limit = 3612
    with pytest.raises(LimitError):
        ws.size(PAIRS)


def test_chains_previews_and_columns_are_held_to_it(ws: Workspace) -> None:
    with pytest.raises(LimitError, match="ask less of each event"):
        ws.size(CHAIN)
    shown = ws.preview(PAIRS)
    with pytest.raises(LimitError):
        shown.to_pandas()
    column = ws.preview("age > 0", [PAIRS])
    with pytest.raises(LimitError):
        column.to_pandas()
    ws.pair_limit = None
    assert len(shown.to_pandas()) >= 1


def test_an_estimate_of_all_profiles_is_held_to_it(ws: Workspace) -> None:
    with pytest.raises(LimitError):
        ws.estimate(PAIRS, fraction=1)


def test_in_a_job_that_segment_fails_and_the_others_keep_their_figures(ws: Workspace) -> None:
    names = {"old": "age > 2", "pairs": PAIRS, "chain": CHAIN, "few": f"xEvent.count() < 10 and {PAIRS}"}
    made = {name: ws.segments.create(name, pql) for name, pql in names.items()}
    job = ws.jobs.create(list(names), as_of=AS_OF).wait(progress=False)
    assert str(job.status) == "FAILED"
    assert {one.segment_id for one in job.record.errors} == {made["pairs"].id, made["chain"].id}
    assert all("are allowed: the profile" in one.msg for one in job.record.errors)
    sizes = job.record.metrics.sizes
    assert sizes == {made["old"].id: 2, made["few"].id: ws.size(names["few"], as_of=AS_OF)}
    alone = ws.jobs.create(["pairs"], as_of=AS_OF).wait(progress=False)
    assert [one.segment_id for one in alone.record.errors] == [made["pairs"].id]


def test_other_rules_ask_nothing_more(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from segkit.evaluation import limits

    def asked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(limits, "compile_pairs", asked)
    assert ws.size("xEvent[value > 1].count() > 3 and age = 1") == 1
    ws.pair_limit = 65 * 65  # all events there are could not make more
    assert ws.size(PAIRS) >= 1


@pytest.mark.parametrize("value", [-1, "1", 1.5, True])
def test_a_limit_is_a_whole_number(ws: Workspace, value: object) -> None:
    with pytest.raises(InvalidRequestError, match="pair_limit is a whole number"):
        ws.pair_limit = value  # type: ignore[assignment]
    assert ws.pair_limit == 100


def test_so_it_is_where_many_segments_share_what_they_read(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from segkit.evaluation import words

    monkeypatch.setattr(words, "SEGMENTS_A_STATEMENT", 2)
    rules = {f"older than {age}": f"age > {age} or xEvent.count() > 50" for age in range(3)}
    rules |= {"shared pairs": PAIRS, "shared chain": CHAIN, "shared few": f"xEvent.count() < 10 and {PAIRS}"}
    made = {name: ws.segments.create(name, pql).id for name, pql in rules.items()}
    job = ws.jobs.create(list(rules), as_of=AS_OF).wait(progress=False)
    assert {one.segment_id for one in job.record.errors} == {made["shared pairs"], made["shared chain"]}
    kept = [name for name in rules if name not in {"shared pairs", "shared chain"}]
    assert job.record.metrics.sizes == {made[name]: ws.size(rules[name], as_of=AS_OF) for name in kept}


MATRIX = {
    "A.value > B.value": 0,
    "A.value + B.value > 1999.9": 0,
    "A.count + B.count > 1997": 0,
    "A.value - B.value > 999.7 and A.timestamp < B.timestamp": 0,
    "A.type = B.type and A.value < B.value": 0,
    "A._id != B._id and B.timestamp occurs <= 2 days after A.timestamp": 0,
    "A.value * B.value > 5": 1,
    "A.value < B.value and A.count > B.count and A.timestamp < B.timestamp": 1,
}
SEQUENCES = {
    "A: WHAT(*), B: WHAT(*), C: WHAT(*)": 0,
    "A: WHAT(count > 2), not C: WHAT(count = 1), B: WHAT(*) WHEN(<= 2 days after A)": 0,
    "A: WHAT(count > 2) COUNT(3), B: WHAT(*) WHEN(< 3 days after A)": 0,
    "A: WHAT(*), B: WHAT(*) WHEN(!= 2 days after A)": 1,
    "A: WHAT(*), B: WHAT(*), C: WHAT(*) WHEN(= 2 days after A)": 1,
}


@pytest.fixture(scope="module")
def heavy() -> Iterator[Workspace]:
    """One profile with 200,000 events, and as many items and texts in its record, beside a thousand others."""
    source = sk.query(
        "SELECT CASE WHEN i < 200000 THEN 0 ELSE i END AS id, 'e' || i AS _id, (hash(i + 7) % 1000)::BIGINT AS count, "
        "TIMESTAMP '2024-01-01' + to_seconds(i * 37) AS timestamp, 't' || (hash(i) % 3) AS type, "
        "(hash(i + 9) % 100000) / 100.0 AS value FROM range(201000) t(i)"
    )
    crm = sk.query(
        "SELECT i AS id, i AS age, CASE WHEN i = 0 THEN "
        "list_transform(range(200000), lambda x : 't' || (hash(x) % 200000)) END AS tags FROM range(3000) t(i)"
    )
    with sk.open(None, threads=1) as workspace:
        workspace.datasets.add("crm", crm, identity={"id": "id"})
        workspace.datasets.add("events", source, kind="event", identity={"id": "id"}, timestamp="timestamp")
        yield workspace


@pytest.mark.long
@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        *((f"exists A from xEvent, B from xEvent where {one}", many) for one, many in MATRIX.items()),
        *((f"chain(xEvent, timestamp, [{one}])", many) for one, many in SEQUENCES.items()),
        ("xEvent.topN(timestamp, 200000).map((E) => E.type).distinct().head() = 't1'", 0),
        ("xEvent.groupBy(_id).map((K, G) => mapEntry(K, G.count())).values().max() > 3", 0),
        ("exists A from xEvent where A.type in ^.tags", 1),
        ("tags.distinct().head() = 't1'", 1),
        ("tags.intersects(tags)", 0),
        ("tags.intersection(tags).count() > 3", 1),
    ],
)
def test_one_profile_with_many_events_finishes_or_is_refused(heavy: Workspace, rule: str, refused: int) -> None:
    rule = rule.replace("^.tags", "tags").replace("'", '"')
    if refused:
        with pytest.raises(LimitError):
            heavy.size(rule)
    else:
        assert heavy.size(rule) >= 0
