"""Which form the plan gives each feature, and how often it reads the events (R23 to R36)."""

from __future__ import annotations

import datetime as dt

import pytest

from segkit.plan import Clock, plan
from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, STRING, TIMESTAMP, Schema, array_of, object_of

ITEM = object_of({"sku": STRING, "sold": TIMESTAMP, "number": INTEGER})
SCHEMA = Schema(
    object_of({"name": STRING, "number": INTEGER, "active": BOOLEAN, "orders": array_of(ITEM)}),
    object_of(
        {
            "_id": STRING,
            "timestamp": TIMESTAMP,
            "type": STRING,
            "value": INTEGER,
            "price": DOUBLE,
            "items": array_of(ITEM),
        }
    ),
)
CLOCK = Clock(dt.datetime(2026, 11, 21, 12))  # noqa: DTZ001  timestamps are naive UTC


def forms(*texts: str) -> list[tuple[str, int]]:
    rules = {text: bind(parse(text), SCHEMA).condition for text in texts}
    return [(one.kind, one.reads_events) for one in plan(rules, {}, CLOCK).forms]


def chain(elements: str) -> str:
    for letter in "ABCQ":
        elements = elements.replace(f"${letter}", f'{letter}: WHAT(type = "{letter}")')
    return f"chain(xEvent, timestamp, [{elements}])"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "x"', []),
        ('xEvent.type = "x"', [("one filtered pass", 1)]),
        ("xEvent.count() > 3 and xEvent.max(value) > 2", [("one filtered pass", 1), ("one filtered pass", 0)]),
        ('xEvent[type = "x"].count() > 3 and xEvent.max(value) > 2', [("one filtered pass", 1)] * 2),
        ("xEvent[type = ^.name]", [("one filtered pass", 1)]),
        ("xEvent.topN(timestamp, 3)[value > 1]", [("list with lambdas", 1)]),
    ],
)
def test_r23_r29_what_is_asked_of_events_is_one_pass_a_condition(text: str, expected: list[tuple[str, int]]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("A.type = B.type", "join on equality"),
        ('A.type = "x" and B.type = A.type and B.value = A.value', "join on equality"),
        ("B.timestamp occurs after A.timestamp", "minimum and maximum"),
        ("B.value > A.value and B.type = A.type", "minimum and maximum"),
        ("B.value > A.value or B.type = A.type", "minimum and maximum"),
        ("B._id != A._id and B.type = A.type", "minimum and maximum"),
        ("B.timestamp occurs <= 2 days after A.timestamp", "ASOF join"),
        ("A.timestamp occurs <= 2 days after B.timestamp", "ASOF join"),
        ("B.timestamp occurs after A.timestamp and B.timestamp occurs <= 2 days after A.timestamp", "ASOF join"),
        ("B.value + A.value > 3", "ASOF join"),
        ("B.price - A.price > 3", "minimum and maximum"),
        ("B.price > 3 - A.price and B.type = A.type", "minimum and maximum"),
        ("A.price > B.price - 3 + A.price and B.value > A.value", "ASOF join"),
        ("B.price + A.value > 3 and B.type != A.type", "list with lambdas"),
        ("B.price * A.price > 3", "list with lambdas"),
        ("B.value > A.value and B.timestamp occurs after A.timestamp", "ASOF join"),
        ("B._id != A._id and B.timestamp occurs after A.timestamp", "ASOF join"),
        ("B._id != A._id and B.timestamp occurs <= 2 days before A.timestamp", "ASOF join"),
        ("B._id != A._id and B.timestamp occurs after A.timestamp and B.value > A.value", "list with lambdas"),
    ],
)
def test_r25_two_events_are_not_paired_where_one_value_decides(where: str, kind: str) -> None:
    [form, *_] = plan(
        {"": bind(parse(f"exists A from xEvent, B from xEvent where {where}"), SCHEMA).condition}, {}, CLOCK
    ).forms
    assert form.kind == kind
    if kind != "list with lambdas":
        assert form.reads_events == (3 if " or " in where else 2)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("exists A from xEvent where not (exists B from xEvent where B.timestamp occurs after A.timestamp)", 2),
        ("forall A from xEvent where exists B from xEvent where B.value > A.value", 2),
        ("(select A from xEvent where exists B from xEvent where B.value > A.value).count() > 2", 2),
        ("exists A from xEvent, B from xEvent, C from xEvent where B.value > A.value and C.value > B.value", 3),
        ("exists A from xEvent, B from xEvent, C from xEvent where B.value > A.value and C.value > A.value", 2),
    ],
)
def test_r24_r26_every_link_reads_the_events_once(text: str, kinds: int) -> None:
    assert forms(text) == [("minimum and maximum", kinds)]


def test_many_features_share_one_pass() -> None:
    found = forms(*(f"xEvent[value > {one}].count() > 1" for one in range(20)))
    assert found == [("shared pass", 1), *[("shared pass", 0)] * 19]


def test_r23_a_list_that_is_shown_is_not_searched() -> None:
    value = bind(parse("xEvent.type"), SCHEMA).root
    [form] = plan({}, {"types": value}, CLOCK).forms
    assert form.kind == "list"


@pytest.mark.parametrize(
    ("elements", "kind"),
    [
        ("$A", "earliest instant per element"),
        ("$A, $B, $C", "earliest instant per element"),
        ("$A COUNT(2), $B COUNT(= 1)", "earliest instant per element"),
        ("$A COUNT(2), $B WHEN(<= 2 days after A)", "ASOF join"),
        ("$A, not $Q, $B", "ASOF join"),
        ("$A, not $Q", "ASOF join"),
        ("$A, $B WHEN(<= 2 days after A)", "ASOF join"),
        ("$A, $B WHEN(= 2 days after A)", "ASOF join"),
        ("$A, $B WHEN(> 2 days after A), $C", "ASOF join"),
        ("$A, $B, $C WHEN(<= 2 days after A)", "ASOF join"),
        ("$A, $B WHEN(<= 1 day after A), $C WHEN(<= 2 days after A)", "ASOF join"),
        ("$A, $B WHEN(<= 1 day after A) COUNT(2), $C WHEN(<= 2 days after A)", "ASOF join"),
        ("$A, not $Q WHEN(<= 1 day after A), $B", "ASOF join"),
        ("$A, $B WHEN(!= 2 days after A)", "pairs"),
        ("$A, $B, $C WHEN(= 2 days after A)", "pairs"),
    ],
)
def test_r33_r36_a_chain_reads_the_events_once(elements: str, kind: str) -> None:
    assert forms(chain(elements)) == [(kind, 1)]


def test_r33_a_chain_over_items_of_events_reads_them_once() -> None:
    assert forms("chain(xEvent.items, sold, [A: WHAT(number > 1), B: WHAT(*)])") == [
        ("earliest instant per element", 1)
    ]


def test_the_pairs_are_named() -> None:
    text = chain("$A, $B WHEN(!= 2 days after A), $C")
    [form] = plan({"rule": bind(parse(text), SCHEMA).condition}, {}, CLOCK).forms
    assert "for `B`, which grows with their square" in form.note


def test_lists_that_are_searched_for_each_other_event_are_told() -> None:
    text = 'exists A from xEvent where A.type = "a", B from xEvent where B.type = "b" and B.value * A.value > 3'
    first, second = plan({"rule": bind(parse(text), SCHEMA).condition}, {}, CLOCK).forms
    assert "product" not in first.note
    assert second.note.endswith("item by item for each item of another, which grows with their product")
    [only] = plan({"rule": bind(parse("xEvent.topN(timestamp, 3)[value > 1]"), SCHEMA).condition}, {}, CLOCK).forms
    assert "product" not in only.note
