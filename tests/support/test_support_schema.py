from __future__ import annotations

import pytest
from support_schema import FLAG, inferred

from segkit.pql import parse
from segkit.pql.types import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Kind,
    Schema,
    Type,
    array_of,
    map_of,
    object_of,
)


def schema(*texts: str) -> Schema:
    return inferred(*(parse(one) for one in texts))


def at(root: Type, path: str) -> Type:
    for name in path.split("."):
        found = root.field(name)
        assert found is not None, f"no {name} in {root.fields}"
        root = found
    return root


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('home.city = "Oslo"', "home.city", STRING),
        ("points > 3", "points", INTEGER),
        ("points > 3.5", "points", DOUBLE),
        ("spent - earned > 1", "earned", DOUBLE),
        ("active = true", "active", BOOLEAN),
        ('city.startsWith("O")', "city", STRING),
        ("joined occurs today", "joined", TIMESTAMP),
        ("born.getMonth() = 6", "born", TIMESTAMP),
        ("first < second", "second", DOUBLE),
        ('"red" in colours', "colours", array_of(STRING)),
        ('colours.intersects(["red"])', "colours", array_of(STRING)),
        ("orders.sum(total.price)", "orders", array_of(object_of({"total": object_of({"price": DOUBLE})}))),
        ("orders[price > 3]", "orders", array_of(object_of({"price": INTEGER}))),
        ('scores["a"] > 3', "scores", map_of(INTEGER)),
        ('scores.get("a") > 3', "scores", map_of(INTEGER)),
        ("orders.count() > 1 and orders.price > 3", "orders", array_of(object_of({"price": INTEGER}))),
        ("let n = points in n > 3", "points", INTEGER),
        ("xEvent[value > ^.points + 1]", "points", DOUBLE),
        ('if(points > 1, city, "none") = "x"', "city", STRING),
        ("profile.points > 3", "points", INTEGER),
        ("$1.points > 3", "points", INTEGER),
        ("(P) => P.points > 3", "points", INTEGER),
    ],
)
def test_a_field_has_the_type_its_uses_ask_for(text: str, path: str, expected: Type) -> None:
    assert at(schema(text).profile, path) == expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("xEvent.sum(commerce.order.total)", "commerce.order.total", DOUBLE),
        ("select E from xEvent where E.value > 3", "value", INTEGER),
        ("select E from xEvent, I from E.items where I.price > 3", "items", array_of(object_of({"price": INTEGER}))),
        ('chain(xEvent, seen, [A: WHAT(type = "x")])', "seen", TIMESTAMP),
        ("chain(xEvent, timestamp, [A: WHAT(value > 3), B: WHAT(kind = 4) WHEN(after A)])", "kind", INTEGER),
    ],
)
def test_a_field_of_events_has_the_type_its_uses_ask_for(text: str, path: str, expected: Type) -> None:
    event = schema(text).event
    assert at(event, path) == expected
    assert at(event, "timestamp") == TIMESTAMP


def test_expressions_together_agree_on_a_field() -> None:
    found = schema('"gold" in tiers', 'tiers.equals("gold")')
    assert at(found.profile, "tiers") == array_of(STRING)


def test_a_segment_referred_to_has_a_field_for_its_rule() -> None:
    assert at(schema('inSegment("gold")').profile, FLAG) == BOOLEAN
    assert schema("points > 1").profile.field(FLAG) is None


def test_events_are_no_field_of_the_profile() -> None:
    assert schema("xEvent.count() > 1").profile.field("xEvent") is None
    assert at(schema("person").profile, "person").kind is Kind.OBJECT
