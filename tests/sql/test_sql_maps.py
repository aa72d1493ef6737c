"""Groups, made maps and object literals in all three forms of statement (R08, R22, R28)."""

from __future__ import annotations

import pytest
from sql_world import NOW, World, at, bind_text, value_of

from segkit.plan.plan import plan
from segkit.sql import Clock


def _event(day: int, **fields: object) -> dict[str, object]:
    return {"timestamp": at(f"2026-11-{day:02d}T10:00"), **{key.replace("__", "."): one for key, one in fields.items()}}


@pytest.fixture(scope="module")
def world() -> World:
    return World(
        {
            "a": {
                "number": 2,
                "events": [
                    _event(1, type="view", value=2.0, count=1),
                    _event(2, type="buy", value=3.5, count=4, items=[{"SKU": "s", "quantity": 2}]),
                    _event(3, type="view", items=[{"SKU": "s", "quantity": 7}, {"SKU": "t", "quantity": 1}]),
                ],
            },
            "b": {"number": 1, "events": [_event(1), _event(2, type="buy", value=1.0)]},
            "c": {"number": 3},
        }
    )


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("xEvent.groupBy(type).map(this.count()).values().max() > 1", "a"),
        ("xEvent.groupBy(type).map(this.count()).values().exists(this > 1)", "a"),
        ("not xEvent.groupBy(type).map(this.count()).values().exists(this > 1)", "bc"),
        ("forall V from xEvent.groupBy(type).map(this.count()).values() where V < 2", "bc"),
        ("exists V from xEvent.groupBy(type).map(this.sum(value)).values() where V > number", "a"),
        ("xEvent.groupBy(type).map(this.sum(value)).values()[this > 1.5].count() = 2", "a"),
        (
            'xEvent.groupBy(type).map({"n": this.count(), "s": this.sum(value)}).values()[n > 1 and s > 1].count() = 1',
            "a",
        ),
        ("xEvent.groupBy(type).map(this.count()).values().sum() = 0", "c"),
        ("xEvent.groupBy(^number).map($1).count() - 3 < 0", "abc"),
        ("xEvent.groupBy(type).map(this.sum(value)).values().min() < 2", "b"),
        ('xEvent.groupBy(type)["view"].count() = 2', "a"),
        ('xEvent.groupBy(type).map(this.count())["buy"] = 1 and xEvent.groupBy(type).count() = 1', "b"),
        ("xEvent.items.groupBy(SKU).map(this.sum(quantity)).values().max() = 9", "a"),
        ("xEvent.exists(items.groupBy(SKU).count() > 1)", "a"),
        ('{"n": number, "v": xEvent.count()}.v > 2', "a"),
        ("xEvent.groupBy(type).map((K, G) => mapEntry(K, G.count() > number)).values().exists(this)", ""),
    ],
)
def test_r28_rules_about_groups(world: World, text: str, members: str) -> None:
    assert world.members(text) == members


def test_r28_keys_that_sql_and_json_would_quote() -> None:
    odd = ["'", '"', "\\", "", " ", "\n", "é", "😀", "{", "k: v", "NULL"]
    person = World({"a": {"colors": [*odd, None, "'"]}})
    [found] = person.values("colors.groupBy(this).map(this.count())")
    assert found == {**dict.fromkeys(odd, 1), "'": 2}
    assert list(found) == sorted(odd)


def test_r28_new_keys_that_are_equal_raise_nothing() -> None:
    labels = {"b": "x", "a": "x", "c": None}
    assert value_of("labels.map((K, V) => mapEntry(V, K))", labels=labels) == {"x": "b"}
    assert value_of('labels.map((K, V) => mapEntry("", {"old": K}))', labels=labels) == {"": {"old": "c"}}


def test_r14_maps_of_null_and_empty_arrays() -> None:
    for given, expected in ((None, None), ([], {}), ([None], {})):
        assert value_of("colors.groupBy(this)", colors=given, number=1) == expected
        assert value_of("colors.groupBy(this).map(this.count())", colors=given, number=1) == expected
    assert value_of("colors.groupBy(this).count()", number=1) == 0


def test_r03_numbers_in_objects_and_maps_are_plain() -> None:
    [found] = World({"a": {"price": "$2.50", "number": 3, "scores": {"x": 1.5}}}).values('{"p": price, "n": number}')
    assert (type(found["p"]), type(found["n"])) == (float, int)
    [found] = World({"a": {"price": "$2.50", "labels": [("k", "v")]}}).values("labels.map(^.price)")
    assert found == {"k": 2.5}
    assert type(found["k"]) is float


def _features(text: str) -> list[str]:
    return [one.kind for one in plan({"": bind_text(text).condition}, {}, Clock(NOW)).features]


def test_r28_questions_about_groups_that_need_no_map() -> None:
    assert _features("xEvent.groupBy(type)") == ["any"]
    assert _features("xEvent.groupBy(type).map(this.count())") == ["any"]
    assert _features("xEvent.groupBy(type).count() > 1") == ["distinct"]
    assert _features('xEvent.groupBy(type)["view"].count() > 1') == ["count"]
    assert _features('xEvent.groupBy(type).map(this.count())["view"] > 1') == ["any", "count"]
    assert _features("xEvent.groupBy(type).map(this.count()).values().max() > 1") == ["max"]
    assert _features("xEvent.groupBy(type).map(this.count()).keys().count() > 1") == ["groups"]


def test_r28_maps_over_the_same_groups_read_the_events_once() -> None:
    world = World({"a": {"events": [_event(1, type="view", value=2.0)]}})
    text = '{"n": xEvent.groupBy(type).map(this.count()), "s": xEvent.groupBy(type).map(this.sum(value))}'
    assert world.values(text) == [{"n": {"view": 1}, "s": {"view": 2.0}}]
    assert world.read.count("events") == 1
