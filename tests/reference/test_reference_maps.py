"""Groups, maps made of entries and object literals: both evaluators against answers worked out by hand, and each other
over generated expressions (R08, R22, R28, R30)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
import reference_batches
from reference_batches import run_batch, smaller
from reference_check import agree_on_members, agree_on_values
from reference_made_maps import MapMaker
from reference_values import Map
from reference_world import World


def event(day: int, **fields: Any) -> dict[str, Any]:
    return {"timestamp": dt.datetime(2026, 11, day, 10), **fields}  # noqa: DTZ001  naive means UTC


def order(sku: str | None, quantity: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, **fields}


PEOPLE: dict[str, dict[str, Any]] = {
    "a": {
        "age": 2,
        "orders": [
            order("p", 2, price=1.5, tags=["x", "y"]),
            order("q", 3, tags=["y", None]),
            order("p", 5, price=2.0),
        ],
        "scores": Map({"b": 2.0, "a": 1.0}),
        "labels": Map({"one": "x", "two": "y", "three": "x", "four": None}),
        "events": [
            event(1, type="view", value=2.0, count=1, tags=["p", "q"]),
            event(2, type="buy", value=3.5, count=4, tags=["p"], items=[order("s", 2), order("t", 5)]),
            event(3, type="view", items=[order("s", 7), order(None, 1)]),
            event(4, value=9.0),
        ],
    },
    "b": {"orders": [], "scores": Map({}), "events": [event(1), event(2, type="o'clock \"é😀", value=1.0)]},
    "c": {"age": 3, "orders": [order(None, 7), order(None, 8)]},
    "d": {"events": [event(5, type="view", value=1.0)]},
}


@pytest.fixture(scope="module")
def world() -> World:
    return World(PEOPLE)


ODD = "o'clock \"é😀"


def test_r28_groups_of_an_array_in_the_row(world: World) -> None:
    agree_on_values(
        world,
        {
            "orders.groupBy(sku).map(this.sum(quantity))": [Map({"p": 7, "q": 3}), Map({}), Map({}), None],
            "orders.groupBy(sku).map((K, G) => mapEntry(K, G.count()))": [
                Map({"p": 2, "q": 1}),
                Map({}),
                Map({}),
                None,
            ],
            "orders.groupBy(quantity).map(this.head().sku)": [
                Map({"2": "p", "3": "q", "5": "p"}),
                Map({}),
                Map({"7": None, "8": None}),
                None,
            ],
            "orders.groupBy(price > 1).map(this.count())": [
                Map({"false": 1, "true": 2}),
                Map({}),
                Map({"false": 2}),
                None,
            ],
            "orders.groupBy(tags).map(this.count())": [Map({"x": 1, "y": 2}), Map({}), Map({}), None],
            "orders.groupBy(sku).map(this[quantity > ^.average(quantity)].count())": [
                Map({"p": 1, "q": 0}),
                Map({}),
                Map({}),
                None,
            ],
            "orders.groupBy(sku).map(this.count() * ^.age)": [Map({"p": 4, "q": 2}), Map({}), Map({}), None],
            'orders.groupBy(sku).map({"n": this.count(), "dear": this[price > 1.7].count()})': [
                Map({"p": {"n": 2, "dear": 1}, "q": {"n": 1, "dear": 0}}),
                Map({}),
                Map({}),
                None,
            ],
            "orders.groupBy(sku).map(this.groupBy(quantity).map(this.count()))": [
                Map({"p": Map({"2": 1, "5": 1}), "q": Map({"3": 1})}),
                Map({}),
                Map({}),
                None,
            ],
        },
    )


def test_r28_groups_of_events(world: World) -> None:
    agree_on_values(
        world,
        {
            "xEvent.groupBy(type).map(this.sum(value))": [
                Map({"buy": 3.5, "view": 2.0}),
                Map({ODD: 1.0}),
                Map({}),
                Map({"view": 1.0}),
            ],
            "xEvent[value > 1].groupBy(type).map((K, G) => mapEntry(K, G.sum(value) > 3))": [
                Map({"buy": True, "view": False}),
                Map({}),
                Map({}),
                Map({}),
            ],
            "xEvent.groupBy(type).map(this.topN(timestamp, 1).head().count)": [
                Map({"buy": 4, "view": None}),
                Map({ODD: None}),
                Map({}),
                Map({"view": None}),
            ],
            "xEvent.groupBy(type).map(this.count() + ^.age)": [
                Map({"buy": 3, "view": 4}),
                Map({ODD: None}),
                Map({}),
                Map({"view": None}),
            ],
            "xEvent.groupBy(type).map((K, G) => mapEntry(K, G.count() / xEvent.count()))": [
                Map({"buy": 0.25, "view": 0.5}),
                Map({ODD: 0.5}),
                Map({}),
                Map({"view": 1.0}),
            ],
            "xEvent.groupBy(tags).map(this.count())": [Map({"p": 2, "q": 1}), Map({}), Map({}), Map({})],
            "xEvent.items.groupBy(sku).map(this.sum(quantity))": [Map({"s": 9, "t": 5}), Map({}), Map({}), Map({})],
            'xEvent.groupBy("all").map(this.count())': [Map({"all": 4}), Map({"all": 2}), Map({}), Map({"all": 1})],
            "xEvent.groupBy(^.age).map(this.count())": [Map({"2": 4}), Map({}), Map({}), Map({})],
            "xEvent.groupBy(type).count()": [2, 1, 0, 1],
            "xEvent.groupBy(type).keys()": [["buy", "view"], [ODD], [], ["view"]],
            'xEvent.groupBy(type)["view"].count()': [2, 0, 0, 1],
            'xEvent.groupBy(type).map(this.count())["view"]': [2, None, None, 1],
            "xEvent.groupBy(type).map(this.count()).values().max()": [2, 1, None, 1],
            "xEvent.groupBy(type).values().sum(value)": [5.5, 1.0, 0.0, 1.0],
        },
    )


def test_r28_new_keys(world: World) -> None:
    agree_on_values(
        world,
        {
            # a null key drops its entry, and of equal ones the entry with the greatest old key stays
            "labels.map((K, V) => mapEntry(V, K))": [Map({"x": "three", "y": "two"}), None, None, None],
            'labels.map((K, V) => mapEntry("z", K))': [Map({"z": "two"}), None, None, None],
            "scores.map((K, V) => mapEntry(K.upperCase(), V + 1))": [Map({"A": 2.0, "B": 3.0}), Map({}), None, None],
            'xEvent.groupBy(type).map((K, G) => mapEntry("z", G.count()))': [
                Map({"z": 2}),
                Map({"z": 1}),
                Map({}),
                Map({"z": 1}),
            ],
            "xEvent.groupBy(count).map((K, G) => mapEntry(G.head().type, G.sum(value)))": [
                Map({"buy": 3.5, "view": 2.0}),
                Map({}),
                Map({}),
                Map({}),
            ],
            "scores.map(this * 2).keys()": [["a", "b"], [], None, None],
        },
    )


def test_r02_r15_presence_of_made_maps(world: World) -> None:
    agree_on_members(
        world,
        {
            "orders.groupBy(sku)": "a",
            "orders.groupBy(sku).isNull()": "d",
            "orders.groupBy(sku).isEmpty()": "bcd",
            "orders.groupBy(sku).count() = 0": "bcd",
            "xEvent.groupBy(type)": "abd",
            "xEvent.groupBy(type).isNull()": "",
            "xEvent.groupBy(type).isEmpty()": "c",
            "xEvent.groupBy(tags)": "a",
            "not xEvent.groupBy(type).map(this.count())": "c",
            "scores.map(this > 1)": "a",
            "scores.map(this > 1).isNull()": "cd",
            "xEvent.groupBy(type).values()": "abd",
            'xEvent.groupBy(type)["view"]': "ad",
            'xEvent.groupBy(type)["view"].isNull()': "bc",
            'not xEvent.groupBy(type).map(this.count())["view"] > 1': "bcd",
        },
    )


def test_r08_object_literals(world: World) -> None:
    agree_on_values(
        world,
        {
            '{"age": age, "n": orders.count()}': [
                {"age": 2, "n": 3},
                {"age": None, "n": 0},
                {"age": 3, "n": 2},
                {"n": 0},
            ],
            '{"age": age}': [{"age": 2}, None, {"age": 3}, None],
            '{"a": {"b": age}}.a.b': [2, None, 3, None],
            '{"a": age}["a"]': [2, None, 3, None],
            "{}": [None] * 4,
            'if(age > 2, {"a": 1, "b": age}, {"b": 2.5, "a": 3})': [
                {"a": 3, "b": 2.5},
                {"a": 3, "b": 2.5},
                {"a": 1, "b": 3.0},
                {"a": 3, "b": 2.5},
            ],
            '[{"a": 1}, {"a": age}].map(a).sum()': [3, 1, 4, 1],
            'orders.map({"s": sku, "q": quantity}).head()': [{"s": "p", "q": 2}, None, {"s": None, "q": 7}, None],
            'xEvent.topN(timestamp, 1).map({"at": timestamp, "value": value}).head().value': [9.0, 1.0, None, 1.0],
            'let Y = xEvent.groupBy(type).map({"n": this.count()}) in {"all": Y.count(), "each": Y}': [
                {"all": 2, "each": Map({"buy": {"n": 1}, "view": {"n": 2}})},
                {"all": 1, "each": Map({ODD: {"n": 1}})},
                {"all": 0, "each": Map({})},
                {"all": 1, "each": Map({"view": {"n": 1}})},
            ],
        },
    )
    agree_on_members(
        world,
        {
            '{"age": age}': "ac",
            '{"age": age}.isNull()': "bd",
            '{"some": age > 2}': "abcd",
            '{"orders": orders}': "ac",
            '{"orders": orders}.isNull()': "d",
            '{"orders": orders, "in": {"age": age}}': "ac",
            "{}": "",
            "{}.isNull()": "abcd",
            '{"a": {}}': "",
        },
    )


@pytest.mark.parametrize("seed", range(12))
def test_generated_maps_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_batches, "Maker", MapMaker)
    outcome = run_batch(random.Random(seed), 8, 8, generated=seed % 2 == 1)  # noqa: S311  a repeatable choice of cases
    if outcome.findings:
        pytest.fail("\n".join(str(smaller(one)) for one in outcome.findings[:3]))
    assert outcome.comparisons > 50, "most generated expressions can be run"
