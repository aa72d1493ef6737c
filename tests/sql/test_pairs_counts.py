"""How many pairs of items a rule makes, counted before it runs, against counting them by hand (R14, R24 to R36)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sql_world import NOW, World, bind_text

from segkit.plan import Clock, plan
from segkit.sql import compile_condition_count, compile_pairs, paired

CLOCK = Clock(NOW)
START = dt.datetime.fromisoformat("2026-11-01T00:00:00")


def events(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"_id": f"e{at}", "timestamp": START + dt.timedelta(hours=at), "type": "ab"[at % 2], "count": at, **fields}
        for at in range(number)
    ]


def world() -> World:
    items = [{"SKU": "x", "quantity": 1}, {"SKU": "y", "quantity": 2}, {"SKU": "z", "quantity": 3}]
    return World(
        {
            "few": {"events": events(2, items=items[:1]), "colors": ["red"], "number": 1},
            "many": {"events": events(10, items=items), "colors": ["red", "blue", "red"], "wishes": ["a", "b"]},
            "none": {"colors": None, "number": 3},
        }
    )


def pairs(text: str) -> tuple[list[float], list[str]]:
    """All pairs of each part, and the profile that makes the most."""
    here = world()
    statement = compile_condition_count(bind_text(text).condition, here, CLOCK, text=text)
    parts = paired(statement)
    if not parts:
        return [], []
    [row] = here.run(compile_pairs(parts, here, CLOCK))
    return list(row[0::3]), [here.keys.get(one, "") for one in row[2::3]]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        # ten events with ten, two with two
        ("exists A from xEvent, B from xEvent where A.value * B.value > 3", 104),
        # of a type five with five, one with one
        ('exists A from xEvent where A.type = "a", B from xEvent where B.type = "a" and A.value * B.value > 3', 26),
        ('exists A from xEvent where A.type = "a", B from xEvent where A.value * B.value > 3', 52),
        # three events of one, all of the other
        ("exists A from xEvent.topN(timestamp, 3), B from xEvent where A.value * B.value > 3", 34),
        # items of the same event: three with three, one with one
        ("exists A from xEvent, I from A.items, J from A.items where I.quantity * J.quantity > 30", 92),
        # items of all events: the outer ones, and with each of them the events and their items
        ("exists A from xEvent, I from A.items, B from xEvent, J from B.items where I.price * J.price > 3", 304 + 904),
        # a list of the profile for each event
        ("xEvent[type in ^.colors].count() > 1", 32),
        ('exists C from colors, D from wishes where C.concat(D) = "reda"', 6),
        ('colors.distinct().head() = "red"', 7),
        ("colors.intersection(wishes).count() > 1", 16),
        # five and one of each kind
        ('chain(xEvent, timestamp, [A: WHAT(type = "a"), B: WHAT(type = "b") WHEN(!= 2 days after A)])', 26),
    ],
)
def test_the_pairs_of_a_rule_are_counted(text: str, number: float) -> None:
    found, heaviest = pairs(text)
    assert sum(found) == number
    assert set(heaviest) == {"many"}


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"',
        "xEvent[value > 1].count() > 3",
        "exists A from xEvent, B from xEvent where A.value > B.value and A.type = B.type",
        "exists A from xEvent, I from A.items where I.quantity > 3",
        "colors.distinct().count() > 1",
        "colors.intersects(wishes)",
        'xEvent.type = "a" and colors.count() > 1 and "red" in colors',
        'chain(xEvent, timestamp, [A: WHAT(type = "a"), B: WHAT(type = "b")])',
        'chain(xEvent, timestamp, [A: WHAT(type = "a"), not C: WHAT(type = "c"), B: WHAT(type = "b") WHEN(< 2 days after A)])',  # noqa: E501
        "xEvent.groupBy(type).map((K, G) => mapEntry(K, G.count())).values().max() > 3",
        "xEvent.topN(timestamp, 3)[value > 1]",
    ],
)
def test_a_rule_without_pairs_asks_for_no_count(text: str) -> None:
    assert pairs(text) == ([], [])


def test_other_conditions_keep_a_profile_from_making_pairs() -> None:
    heavy = "exists A from xEvent, B from xEvent where A.value * B.value > 3"
    assert pairs(f"xEvent.count() < 5 and {heavy}") == ([4.0], ["few"])
    assert pairs(f"number = 1 and ({heavy})") == ([4.0], ["few"])
    assert pairs(f"number = 2 and ({heavy})") == ([None], [""])


def test_the_engine_asks_the_other_conditions_first() -> None:
    text = "number = 1 and (exists A from xEvent, B from xEvent where A.count * B.count >= 0)"
    here = world()
    statement = compile_condition_count(bind_text(text).condition, here, CLOCK)
    assert "CASE WHEN" in statement.sql("duckdb")
    assert here.run(statement) == [(1,)]


def test_each_rule_of_several_has_its_own_pairs() -> None:
    rules = {
        "first": "exists A from xEvent, B from xEvent where A.value * B.value > 3",
        "second": 'name = "x"',
        "third": 'chain(xEvent, timestamp, [A: WHAT(type = "a"), B: WHAT(*) WHEN(!= 2 days after A)])',
        "fourth": 'chain(xEvent, timestamp, [A: WHAT(type = "a"), B: WHAT(*) WHEN(!= 2 days after A)]) and number = 1',
    }
    made = plan({name: bind_text(text).condition for name, text in rules.items()}, {}, CLOCK)
    assert [one.rules for one in made.pairs] == [("third", "fourth"), ("first",)]
    assert [(one.degree, one.of_events, one.in_row) for one in made.pairs] == [(2, True, False), (2, True, True)]
