"""Arrays, maps, selections and quantifiers, by answers worked out from `pql.md` (R20 to R32)."""

from __future__ import annotations

import datetime as dt

from reference_check import agree_on_members, agree_on_values
from reference_schemas import Shape
from reference_values import Map
from reference_world import EVENT, World

from segkit.pql.types import DATE, INTEGER, STRING, Schema, array_of, object_of

AT = dt.datetime.fromisoformat

SHOP = World(
    {
        "a": {
            "name": "x",
            "age": 2,
            "colors": ["red", "blue", "red", None],
            "wishes": ["blue", "red"],
            "numbers": [3, 1, None, 3],
            "weights": [0.5, 3.0],
            "orders": [
                {"sku": "x", "quantity": 2, "price": 10.0, "tags": ["new", "hot"], "maker": {"name": "m"}},
                {"sku": "y", "quantity": 5, "price": None, "tags": None},
                {"sku": None, "quantity": 2, "price": 1.5, "tags": []},
            ],
            "scores": Map({"a": 1.5, "b": None}),
            "tests": Map({"t": {"result": "ok", "runs": 2}}),
        },
        "b": {
            "name": "y",
            "age": 1,
            "colors": ["green"],
            "wishes": [],
            "numbers": [],
            "weights": [None],
            "orders": [{"sku": "x", "quantity": None, "price": 4.0, "tags": ["hot", None]}, None],
            "scores": Map({}),
        },
        "c": {"colors": [None], "wishes": [None], "numbers": [None], "orders": []},
        "d": {"age": 7},
    }
)


def test_r14_r28_a_null_array_counts_as_empty() -> None:
    agree_on_values(
        SHOP,
        {
            "colors.count()": [4, 1, 1, 0],
            "numbers.sum()": [7, 0, 0, 0],
            "numbers.average()": [7 / 3, None, None, None],
            "numbers.min()": [1, None, None, None],
            "numbers.max()": [3, None, None, None],
            "weights.sum()": [3.5, 0.0, 0.0, 0.0],
            "colors.head()": ["red", "green", None, None],
            "colors.distinct()": [["red", "blue"], ["green"], [], None],
            'colors[this != "red"]': [["blue"], ["green"], [], None],
            "numbers.map(this * 2)": [[6, 2, None, 6], [], [None], None],
            "colors.countOnlyNull()": [1, 0, 1, 0],
            "colors.countWithNull()": [4, 1, 1, 0],
            "colors.distinctCountWithNull()": [3, 1, 1, 0],
            "colors.intersection(wishes)": [["red", "blue"], None, None, None],
            'colors.join("-")': ["red-blue-red", "green", "", None],
        },
    )


def test_r20_a_dot_over_an_array_maps_and_arrays_of_arrays_flatten() -> None:
    agree_on_values(
        SHOP,
        {
            "orders.sku": [["x", "y", None], ["x", None], [], None],
            "orders.sku.count()": [3, 2, 0, 0],
            "orders.sku.distinct().count()": [2, 1, 0, 0],
            "orders.maker.name": [["m", None, None], [None, None], [], None],
            "orders.tags": [["new", "hot"], ["hot", None], [], None],
            "orders.tags.count()": [2, 2, 0, 0],
            "orders.quantity.sum()": [9, 0, 0, 0],
            "orders.price.average()": [5.75, 4.0, None, None],
        },
    )


def test_r20_a_mapped_array_beside_a_scalar_means_any_item() -> None:
    agree_on_members(
        SHOP,
        {
            'orders.sku = "x"': "ab",
            'orders.sku != "x"': "a",
            'not (orders.sku = "x")': "cd",
            'not (orders.sku != "x")': "bcd",
            '"y" = orders.sku': "a",
            "orders.quantity > age": "a",
            "2 < orders.quantity": "a",
            "orders.price <= 4": "ab",
            'orders.sku.startsWith("x")': "ab",
            'orders.sku.doesNotContain("x")': "a",
            'orders.sku like "_"': "ab",
            'orders.tags = "hot"': "ab",
            'orders.tags != "hot"': "a",
            'orders.sku in ["y", "z"]': "a",
            'orders.sku notIn ["y", "z"]': "ab",
            'orders.maker.name = "m"': "a",
            "orders.sku = name": "a",
        },
    )


def test_r20_r30_arrays_compare_as_sets() -> None:
    agree_on_members(
        SHOP,
        {
            "colors = wishes": "ac",  # nulls are skipped, so [null] is the empty set twice
            "colors != wishes": "b",
            "not (colors = wishes)": "bd",
            'colors = ["blue", "red"]': "a",
            "colors.intersects(wishes)": "a",
            "not colors.intersects(wishes)": "bcd",
            "wishes.subsetOf(colors)": "abc",
            "colors.supersetOf(wishes)": "abc",
            "wishes.supersetOf(colors)": "ac",
            "colors.subsetOf(wishes)": "ac",
            'orders.sku.subsetOf(["x", "y"])': "abc",
            'orders.sku = ["x"]': "b",
            "numbers.intersects(orders.quantity)": "",
            "numbers.intersects(weights)": "a",
            "numbers = [1, 3]": "a",
            "numbers.subsetOf([1.0, 3.0])": "abc",
            "xEvent.tags = colors": "c",
            "orders.tags.supersetOf([])": "abc",
        },
    )


def test_r21_r22_membership_and_maps() -> None:
    agree_on_members(
        SHOP,
        {
            '"red" in colors': "a",
            'colors.includes("red")': "a",
            '"red" notIn colors': "bc",
            "name in orders.sku": "a",
            "name notIn orders.sku": "b",
            "3 in weights": "a",
            "age in numbers": "",
            'scores["a"] > 1': "a",
            'scores.get("b").isNull()': "abcd",
            'tests["t"].result = "ok"': "a",
            'tests.get("t").get("result") = "ok"': "a",
            'tests["t"]["runs"] = 2': "a",
            'tests["t"]': "a",
            'tests["u"].isNull()': "abcd",
            '"a" in scores.keys()': "a",
            "scores": "a",
            "1.5 in scores.values()": "a",
            "scores.values().count() = 2": "a",
        },
    )


def test_r24_r26_selections_and_quantifiers() -> None:
    agree_on_members(
        SHOP,
        {
            "select X from orders where X.quantity > 2": "a",
            "exists X from orders where X.quantity = 2 and X.price > 5": "a",
            'exists X from orders where X.quantity = 5, Y from X.tags where Y = "hot"': "",
            'exists X from orders where X.sku = "x", Y from X.tags where Y = "hot"': "ab",
            "exists X from orders, Y from orders where X.quantity < Y.quantity": "a",
            'some X from orders : X.sku = "y"': "a",
            "forall X from orders where X.quantity > 1": "acd",
            'not (forall X from orders where X.sku = "x")': "ab",
            "forall X from orders where X.isNull() or X.price.isNull() or X.price > 1": "abcd",
            'forall X from orders where X.sku, Y from X.tags where Y = "hot"': "cd",
            'all X from orders where X.sku or X.quantity = 2, Y from X.tags where Y != "z"': "acd",
            "forall X from xEvent where X.type": "abcd",
            "exists X from numbers where X = 3": "a",
            "orders.exists(quantity = ^.age)": "a",
            "orders[tags[this = ^^.name]]": "",
            "orders[sku = ^.name]": "a",
            "orders[quantity > 1][price > 5]": "a",
            "orders.filter((o) => o.quantity > age)": "a",
            "let N = name in exists X from orders where X.sku = N": "a",
        },
    )
    agree_on_values(
        SHOP,
        {
            "(select X from orders where X.quantity > 1).count()": [3, 0, 0, 0],
            "(select X from orders, Y from X.tags).count()": [2, 2, 0, 0],
            "(select X from orders, Y from orders).count()": [9, 4, 0, 0],
            "(select X from numbers where X > 1)": [[3, 3], [], [], None],
            "sum X.quantity over X from orders where X.price": [4, 0, 0, 0],
            "average X.quantity over X from orders": [3.0, None, None, None],
            "max X over X from numbers": [3, None, None, None],
            "sum X.quantity over X from orders, Y from X.tags": [4, 0, 0, 0],
            "sum Y.price over X from orders where X.quantity = 2, Y from orders": [23.0, 0.0, 0.0, 0.0],
            "orders.sum(quantity * price)": [23.0, 0.0, 0.0, 0.0],
            "orders.max(quantity + ^.age)": [7, None, None, None],
            "orders.average(price)": [5.75, 4.0, None, None],
            "orders.map(quantity)": [[2, 5, 2], [None, None], [], None],
        },
    )


def test_r29_top_and_bottom_keep_ties_in_order_and_nulls_last() -> None:
    agree_on_values(
        SHOP,
        {
            "orders.topN(quantity, 2).price": [[None, 10.0], [4.0, None], [], None],
            "orders.topN(quantity, 1).head().sku": ["y", "x", None, None],
            "orders.bottomN(quantity, 2).price": [[10.0, 1.5], [4.0, None], [], None],
            "orders.topN(price, 9).sku": [["x", None, "y"], ["x", None], [], None],
            "orders.bottomN(price, 9).sku": [[None, "x", "y"], ["x", None], [], None],
            "numbers.topN(this, 3)": [[3, 3, 1], [], [None], None],
            "orders.topN(price * -1, 1).sku": [[None], ["x"], [], None],
        },
    )
    events = World(
        {
            "a": {
                "events": [
                    {"_id": "3", "timestamp": AT("2026-01-02"), "type": "late", "value": 1.0},
                    {"_id": "2", "timestamp": AT("2026-01-01"), "type": "second", "value": 1.0},
                    {"_id": "1", "timestamp": AT("2026-01-01"), "type": "first", "value": 1.0},
                    {"_id": "0", "timestamp": None, "type": "timeless", "value": 1.0},
                    {"_id": "4", "timestamp": AT("2026-01-01"), "type": "none", "value": None},
                ]
            }
        }
    )
    agree_on_values(
        events,
        {
            "xEvent.topN(value, 3).type": [["first", "second", "late"]],
            "xEvent.bottomN(value, 5).type": [["first", "second", "late", "timeless", "none"]],
            "xEvent.topN(timestamp, 1).type": [["late"]],
            "xEvent.bottomN(timestamp, 2).type": [["first", "second"]],
            "xEvent.topN(timestamp, 9).type": [["late", "first", "second", "none", "timeless"]],
            "xEvent.topN(timestamp, 2).head().type": ["late"],
            'xEvent[type != "late"].topN(timestamp, 1).head().type': ["first"],
            "xEvent.topN(value, 1).type.head()": ["first"],
        },
    )


def test_r23_r31_events_without_any_are_empty_never_null() -> None:
    world = World(
        {
            "a": {
                "age": 2,
                "events": [
                    {"type": "buy", "value": 2.0, "count": 1, "items": [{"quantity": 2, "price": 5.0}, None]},
                    {"type": "buy", "value": None, "count": 2, "items": None},
                    {"type": "view", "value": 0.5, "items": []},
                ],
            },
            "b": {"age": 0},
            "c": {"events": [{"type": None}]},
        }
    )
    agree_on_values(
        world,
        {
            "xEvent.count()": [3, 0, 1],
            "xEvent.sum(value)": [2.5, 0.0, 0.0],
            "xEvent.sum(count)": [3, 0, 0],
            "xEvent.average(value)": [1.25, None, None],
            "xEvent.min(value)": [0.5, None, None],
            'xEvent[type = "buy"].count()': [2, 0, 0],
            "xEvent.items.count()": [2, 0, 0],
            "xEvent.items.sum(quantity * price)": [10.0, 0.0, 0.0],
            "xEvent.type.distinct().count()": [2, 0, 0],
            "xEvent.items.price.average()": [5.0, None, None],
            "sum Y.quantity over X from xEvent where X.count = 1, Y from X.items": [2, 0, 0],
            "xEvent.sum(count * ^.age)": [6, 0, 0],
        },
    )
    agree_on_members(
        world,
        {
            "xEvent.count() = 0": "b",
            "xEvent.isNull()": "",
            "xEvent.type": "ac",
            "xEvent.type = null": "",
            'not (xEvent.type = "buy")': "bc",
            "xEvent[type.isNull()]": "c",
            "xEvent.sum(value) < 1": "bc",
            "xEvent.average(value) < 1": "",
            "xEvent.count() > age": "a",
            "xEvent[count = ^.age]": "a",
            'forall X from xEvent where X.type = "buy"': "b",
            'xEvent.type.subsetOf(["buy", "view"])': "abc",
            "xEvent.exists(value > 1) and not xEvent.exists(value > 3)": "a",
        },
    )


def test_r14_a_sum_over_events_that_overflows_is_null_not_nothing() -> None:
    world = World({"a": {"big": 2**63 - 1, "events": [{"count": 2**63 - 1}, {"count": 1}]}, "b": {"big": 1}})
    agree_on_values(
        world,
        {
            "xEvent.sum(count)": [None, 0],
            "xEvent.sum(^.big)": [None, 0],
            "xEvent.sum(count) + 1": [None, 1],
            "xEvent[count > 1].sum(count)": [2**63 - 1, 0],
            "numbers.sum() + big": [2**63 - 1, 1],
        },
    )
    agree_on_members(world, {"xEvent.sum(count) = 0": "b", "xEvent.sum(count)": "b", "not xEvent.sum(count)": "a"})


def test_r14_a_sum_or_mean_of_doubles_that_overflows_is_null() -> None:
    world = World(
        {
            "a": {"weights": [1e308, 1e308], "events": [{"value": 1e308}, {"value": 1e308}]},
            "b": {"weights": [1e308, -1e308], "events": [{"value": 1.5}]},
            "c": {},
        }
    )
    agree_on_values(
        world,
        {
            "weights.sum()": [None, 0.0, 0.0],
            "weights.average()": [None, 0.0, None],
            "xEvent.sum(value)": [None, 1.5, 0.0],
            "xEvent.average(value)": [None, 1.5, None],
            "weights.map(this * 10)": [[None, None], [None, None], None],
        },
    )
    agree_on_members(
        world,
        {
            "weights.sum() > 1": "",
            "xEvent.sum(value) > 1": "b",
            "not (xEvent.sum(value) >= 0)": "a",
            "xEvent.sum(value)": "bc",
        },
    )


def test_r29_a_constant_key_leaves_all_to_the_ties() -> None:
    events = [{"type": "late", "timestamp": AT("2026-01-02")}, {"type": "early", "timestamp": AT("2026-01-01")}]
    world = World({"a": {"orders": [{"sku": "x"}, {"sku": "y"}], "events": events}, "b": {}})
    agree_on_values(
        world,
        {
            "xEvent.topN(1.5, 1).head().type": ["early", None],
            "xEvent.topN(2, 1).type": [["early"], []],
            "xEvent.bottomN(0.5, 2).type": [["early", "late"], []],
            "orders.topN(1.5, 1).sku": [["x"], None],
        },
    )


def test_r28_fields_named_like_the_variables_of_the_compiler() -> None:
    """DuckDB takes the bare variable of a lambda inside a struct for a column of its name."""
    item = object_of({"rule": STRING, "at": DATE})
    columns = {"x1": array_of(item), "x2": STRING, "item": STRING, "at": INTEGER, "entry": STRING, "key": STRING}
    first = {"rule": "q", "at": dt.date(2026, 1, 1)}
    second = {"rule": "r", "at": dt.date(2026, 1, 2)}
    people = {"a": {"x1": [first, second], "x2": "s", "item": "t", "at": 5, "entry": "u", "key": "v"}, "b": {}}
    world = World(people, shape=Shape(Schema(object_of(columns), EVENT)))
    agree_on_values(
        world,
        {
            "x1.topN(at, 1).rule": [["r"], None],
            "x1.bottomN(at, 1)": [[first], None],
            'x1.map({"same": this, "x2": ^.x2}).same.rule': [["q", "r"], None],
            'x1.map({"n": at}).n.count() + at': [7, None],
            'x1.groupBy(rule)["q"].at.max()': [dt.date(2026, 1, 1), None],
            "x1.groupBy(rule).map((K, G) => mapEntry(K, G.head().at)).keys().count()": [2, 0],
        },
    )
