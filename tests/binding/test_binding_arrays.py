"""Arrays, selections and quantifiers: R24 to R32."""

from __future__ import annotations

from binding_support import bound, condition, refused, value

from segkit.pql.types import DOUBLE, INTEGER, TIMESTAMP


def test_r24_one_clause_gives_the_items() -> None:
    assert value("select X from orders where X.price > 1") == "orders[a: a.price > 1]"
    assert value("select X from orders") == "orders"
    assert condition("select X from xEvent where X.commerce.order") == "any(xEvent, a: truth(a.commerce.order))"


def test_r24_several_clauses_give_tuples_and_later_ones_see_earlier_variables() -> None:
    text = 'select X from xEvent where X.eventType = "a", Y from X.productListItems where Y.price > 1'
    assert (
        value(text) == "flat(xEvent[a: a.eventType = 'a'], b: map(b.productListItems[c: c.price > 1], d: {X: b, Y: d}))"
    )
    assert condition(text) == "any(xEvent, a: (a.eventType = 'a' and any(a.productListItems, b: b.price > 1)))"
    assert value(f"({text}).count()").startswith("count(flat(xEvent[")
    assert value(f"({text}).Y.SKU").startswith("map(map(flat(")


def test_r24_a_source_is_an_array() -> None:
    refused("select X from «age» where X.foo > 1", "type-clash")
    assert refused("select X from «scores»", "type-clash").hint == "`.keys()` or `.values()` make an Array of a Map"
    refused("select X from «odrers» where X.foo.bar > 1", "unknown-field")


def test_r25_exists_is_one_question_inside_the_other() -> None:
    assert (
        condition("exists X from xEvent where X.commerce.order, Y from X.productListItems where Y.price > 1")
        == "any(xEvent, a: (truth(a.commerce.order) and any(a.productListItems, b: b.price > 1)))"
    )
    assert condition("some X from orders where X.price") == "any(orders, a: truth(a.price))"
    assert condition("exists X from orders") == "truth(orders)"
    assert condition("exists X from orders, Y from X.tags") == "any(orders, a: truth(a.tags))"


def test_r26_forall_holds_for_every_item_and_every_item_of_it() -> None:
    assert (
        condition('forall X from xEvent where X.eventType = "a", Y from X.productListItems where Y.price > 1')
        == "all(xEvent, a: (a.eventType = 'a' and all(a.productListItems, b: b.price > 1)))"
    )
    assert condition("all X from orders where X.price > 1") == "all(orders, a: a.price > 1)"


def test_r27_filter_and_exists() -> None:
    assert value("orders.filter(price > 1)") == value("orders[price > 1]") == "orders[a: a.price > 1]"
    assert condition("orders[price > 1].exists(quantity > 2)") == "any(orders, a: (a.price > 1 and a.quantity > 2))"
    assert condition("orders.exists(tags)") == "any(orders, a: truth(a.tags))"
    refused("«age[1 = 1]»", "type-clash")


def test_r28_aggregates() -> None:
    assert value("orders.count()") == "count(orders)"
    assert value("numbers.sum()") == "sum(numbers)"
    assert value("orders.sum(price * quantity)") == "sum(map(orders, a: (a.price * a.quantity)))"
    assert value("orders.price.max()") == "max(map(orders, a: a.price))"
    assert value("xEvent.sum(productListItems.price)") == "sum(flat(xEvent, a: map(a.productListItems, b: b.price)))"
    assert [bound(text).type for text in ("numbers.sum()", "numbers.average()", "orders.max(sold)")] == [
        INTEGER,
        DOUBLE,
        TIMESTAMP,
    ]
    refused("orders.max(«SKU»)", "type-clash")
    refused("orders.sum(«sold»)", "type-clash")
    refused("«orders».sum()", "type-clash")
    assert refused("«age».sum()", "type-clash").hint is None
    assert "`.isNotNull()` asks whether it is there" in (refused("«age».count()", "type-clash").hint or "")


def test_r28_head_distinct_and_map() -> None:
    assert value("orders.head().SKU") == "head(orders).SKU"
    assert value("orders.SKU.distinct().count()") == "count(distinct(map(orders, a: a.SKU)))"
    assert value("orders.map(tags)") == "flat(orders, a: a.tags)"
    assert value("numbers.map(this * 2)") == "map(numbers, a: (a * 2))"
    refused("«orders.distinct()»", "type-clash")


def test_r29_top_and_bottom() -> None:
    assert value("orders.topN(price, 5)") == "top(orders, a: a.price, 5)"
    assert value("xEvent.bottomN(timestamp, 1).head()._id") == "head(bottom(xEvent, a: a.timestamp, 1))._id"
    assert value("xEvent.topN(timestamp, age)") == "top(xEvent, a: a.timestamp, age)"
    refused("orders.topN(«SKU», 5)", "type-clash")
    refused("orders.topN(price, «0»)", "wrong-arguments")
    refused("orders.topN(price, «1.5»)", "wrong-arguments")


def test_r30_set_functions() -> None:
    assert condition('colors.intersects(["a"])') == "colors meets ['a']"
    assert condition("colors.subsetOf(wishes)") == "colors within wishes"
    assert condition("orders.SKU.supersetOf(wishes)") == "map(orders, a: a.SKU) covers wishes"
    assert value('colors.intersection(["a"]).count()') == "count(intersection(colors, ['a']))"
    assert refused('colors.intersects(«"a"»)', "type-clash").hint == "write it as a list: `[…]`"
    refused("«colors.intersects(numbers)»", "type-clash")
    refused("«orders.intersects(colors)»", "type-clash")
    refused("colors.intersects([«1»])", "type-clash")


def test_r31_aggregates_over_clauses() -> None:
    assert value("sum X.price over X from orders where X.quantity > 1") == (
        "sum(map(orders[a: a.quantity > 1], b: b.price))"
    )
    assert value("sum N over N from numbers") == "sum(map(numbers, a: a))"
    assert value("max X.price + Y.price over X from orders, Y from orders where Y.quantity = X.quantity") == (
        "max(flat(orders, a: map(orders[b: b.quantity = a.quantity], c: (a.price + c.price))))"
    )
    refused("sum «X.SKU» over X from orders", "type-clash")


def test_r32_let_is_put_in_with_variables_of_its_own() -> None:
    text = 'let o = orders[price > 1] in o.count() > 1 or o.exists(SKU = "a")'
    assert condition(text) == "(count(orders[a: a.price > 1]) > 1 or any(orders, b: (b.price > 1 and b.SKU = 'a')))"
    assert condition("let a = age in let b = a + 1 in b > a") == "(age + 1) > age"
    refused("let a = «agee» in a.foo > 1 and a > 2", "unknown-field")


def test_r32_let_is_bound_where_it_stands() -> None:
    assert value("orders[let a = price in ^.age > a]") == "orders[a: age > a.price]"
