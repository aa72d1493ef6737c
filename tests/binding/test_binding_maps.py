"""Groups, maps made of entries, object literals and `this`: R08, R22, R27, R28, R30, R32."""

from __future__ import annotations

import pytest
from binding_support import bound, condition, diagnostics, refused, value, warned

from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, STRING, array_of, map_of, object_of


def test_r28_group_by_gives_a_map_of_arrays() -> None:
    assert value("orders.groupBy(SKU)") == "group(orders, a: a.SKU)"
    assert bound("orders.groupBy(SKU)").type == map_of(bound("orders").type)
    assert value("orders.groupBy((X) => X.SKU)") == "group(orders, a: a.SKU)"
    assert value("groupBy(orders, this.SKU)") == "group(orders, a: a.SKU)"
    assert condition("orders.groupBy(SKU)") == "truth(group(orders, a: a.SKU))"


def test_r28_a_key_that_is_no_text_is_grouped_by_its_text() -> None:
    assert value("orders.groupBy(quantity)") == "group(orders, a: toString(a.quantity))"
    assert value("orders.groupBy(sold)") == "group(orders, a: toString(a.sold))"
    assert value("orders.groupBy(price > 2)") == "group(orders, a: toString(a.price > 2))"
    assert value("numbers.groupBy(this)") == "group(numbers, a: toString(a))"


def test_r28_an_array_as_key_puts_the_item_in_each_group() -> None:
    assert value("orders.groupBy(tags)") == "group(orders, a: a.tags)"
    assert "each" in warned("orders.groupBy(tags)", "array-as-scalar").message
    assert value("xEvent.groupBy(productListItems.quantity)") == (
        "group(xEvent, a: map(map(a.productListItems, b: b.quantity), c: toString(c)))"
    )


def test_r28_what_cannot_be_a_key() -> None:
    found = refused("xEvent.groupBy(«commerce»)", "type-clash")
    assert "an Object" in found.message
    assert found.hint == "name one of its fields"
    assert refused("xEvent.groupBy(«productListItems»)", "type-clash").hint == "name one of its fields"
    refused("xEvent.groupBy(«^.scores»)", "type-clash")
    refused("«age».groupBy(age)", "type-clash")
    refused("xEvent.groupBy(«nothing»)", "unknown-field")


def test_r28_entries_of_key_and_group() -> None:
    text = "orders.groupBy(SKU).map((K, G) => mapEntry(K, G.sum(price)))"
    assert value(text) == "entries(group(orders, a: a.SKU), b c: sum(map(c, d: d.price)))"
    assert bound(text).type == map_of(DOUBLE)
    assert value("scores.map((K, V) => mapEntry(K.upperCase(), V + 1))") == (
        "entries(scores, a b: upperCase(a) = (b + 1))"
    )
    assert value("scores.map((K, V) => mapEntry(V, K))") == "entries(scores, a b: toString(b) = a)"


def test_r28_any_expression_of_the_values_keeps_the_keys() -> None:
    assert value("orders.groupBy(SKU).map(this.count())") == "entries(group(orders, a: a.SKU), b c: count(c))"
    assert value("scores.map((V) => V + 1)") == "entries(scores, a b: (b + 1))"
    assert value("segmentMembership.map(this.count())") == "entries(segmentMembership, a b: count(keys(b)))"
    assert value('segmentMembership["ups"].map(status)') == "entries(segmentMembership['ups'], a b: b.status)"
    assert value('scores.map({"v": this})') == "entries(scores, a b: {v: b})"
    assert value("orders.groupBy(SKU).map(mapEntry(this.head().name, this.count()))") == (
        "entries(group(orders, a: a.SKU), b c: head(c).name = count(c))"
    )


def test_r32_let_inside_an_entry() -> None:
    text = "orders.groupBy(SKU).map((K, G) => let s = G.sum(price) in mapEntry(K, s / G.count()))"
    assert value(text) == "entries(group(orders, a: a.SKU), b c: (sum(map(c, d: d.price)) / count(c)))"


def test_r27_this_is_the_group_and_leads_into_its_items() -> None:
    assert value("orders.groupBy(SKU).map(this[price > 2].count())") == (
        "entries(group(orders, a: a.SKU), b c: count(c[d: d.price > 2]))"
    )
    assert value("orders.groupBy(SKU).map(this[price > ^.average(price)].count())") == (
        "entries(group(orders, a: a.SKU), b c: count(c[d: d.price > average(map(c, e: e.price))]))"
    )
    assert value("orders.groupBy(SKU).map(this.count() + ^.age)") == (
        "entries(group(orders, a: a.SKU), b c: (count(c) + age))"
    )
    assert refused("orders.groupBy(SKU).map(«price»)", "unknown-field").hint == (
        "the item itself is `this`: write `this.price`"
    )


def test_r22_maps_that_were_made_are_maps() -> None:
    assert value("orders.groupBy(SKU).count()") == "count(keys(group(orders, a: a.SKU)))"
    assert value("scores.count()") == "count(keys(scores))"
    assert value("orders.groupBy(SKU).keys()") == "keys(group(orders, a: a.SKU))"
    assert value('orders.groupBy(SKU)["x"].count()') == "count(group(orders, a: a.SKU)['x'])"
    assert value('orders.groupBy(SKU).get("x")') == "group(orders, a: a.SKU)['x']"
    assert value("scores.map(this > 1).values()") == "values(entries(scores, a b: b > 1))"
    assert bound("scores.map(this > 1).values()").type == array_of(BOOLEAN)
    assert condition("orders.groupBy(SKU).isEmpty()") == "not truth(group(orders, a: a.SKU))"
    assert condition("orders.groupBy(SKU).isNull()") == "null(group(orders, a: a.SKU))"


def test_r22_a_map_is_no_array() -> None:
    for text in ("«scores».filter(this > 1)", "«scores».exists(this > 1)", "exists X from «scores» where X > 1"):
        assert refused(text, "type-clash").hint == "`.keys()` or `.values()` make an Array of a Map"
    assert refused("scores[«age > 1»]", "type-clash").hint == "`.values()[…]` filters the values of a Map"
    refused("scores.«status»", "no-such-field")


@pytest.mark.parametrize(
    ("marked", "hint"),
    [
        ("«mapEntry(age, 1)»", "over a Map"),
        ("orders.map(«mapEntry(SKU, 1)»)", "over a Map"),
        ("orders.map((X) => «mapEntry(X.SKU, 1)»)", "over a Map"),
        ("scores.map((K, V) => «V + 1»)", "`(K, V) => mapEntry(K, V + 1)`"),
        ("orders.map(«(K, G) => 1»)", "`groupBy`"),
        ("orders.sum(«(K, G) => 1»)", "`groupBy`"),
        ("scores.map(«(A, B, C) => 1»)", "mapEntry"),
        ("scores.map((K, V) => 1 + «mapEntry(K, V)»)", "over a Map"),
    ],
)
def test_r28_entries_where_none_belong(marked: str, hint: str) -> None:
    assert hint in str(refused(marked, "wrong-arguments").hint)


def test_r28_the_key_of_an_entry_is_a_scalar() -> None:
    found = refused("orders.groupBy(SKU).map((K, G) => mapEntry(«G.name», 1))", "type-clash")
    assert found.hint == "`.head()` takes the first of an Array"
    refused('scores.map((K, V) => mapEntry(«{"a": 1}», 1))', "type-clash")
    assert [one.code for one in diagnostics("scores.map((K, V) => mapEntry(nix, nix2))")] == ["unknown-field"] * 2


def test_r08_object_literals_have_typed_fields() -> None:
    text = '{"n": orders.count(), "first": orders.head(), "who": homeAddress, "by": orders.groupBy(SKU), "no": {}}'
    of = bound(text).type
    assert [name for name, _ in of.fields] == ["n", "first", "who", "by", "no"]
    assert of.field("n") == INTEGER
    assert of.field("first") == bound("orders").type.of
    assert of.field("no") == object_of({})
    assert condition('{"a": age}') == "truth({a: age})"


def test_r08_the_fields_of_an_object_literal_are_read_off_it() -> None:
    assert value('{"a": age}.a') == "age"
    assert value('{"a": age}["a"]') == "age"
    assert value('{"a": {"b": age}}.a.b') == "age"
    assert value('{"a": homeAddress}.a.city') == "homeAddress.city"
    assert value('let o = {"a": age, "b": 2} in o.a + o.b') == "(age + 2)"
    assert value('[{"a": age}, {"a": 2}].a') == "map([{a: age}, {a: 2}], a: a.a)"
    assert value('orders.map({"k": SKU}).head().k') == "head(map(orders, a: {k: a.SKU})).k"
    refused('{"a": age}.«b»', "unknown-field")


def test_r08_a_field_stands_once() -> None:
    found = refused('{"a": age, «"a"»: 2}', "bad-object")
    assert "twice" in found.message
    found = refused('{"a": age, "b": 1, "A": «2»}', "bad-object")
    assert found.message == "the fields `a` and `A` of the object differ only in case"
    refused('{"a": age, "": «2»}', "bad-object")


def test_r08_branches_with_objects_have_the_same_fields() -> None:
    text = 'if(active, {"a": 1, "b": 2.5}, {"b": 3, "a": 2.5})'
    assert bound(text).type == object_of({"a": DOUBLE, "b": DOUBLE})
    assert value(text) == "if(truth(active), {a: Double(1), b: 2.5}, {a: 2.5, b: Double(3)})"
    assert refused('«if(active, {"a": 1}, {"b": 1})»', "type-clash").hint == (
        "both objects need the same fields, and only one of them has `a`"
    )
    assert refused('«if(active, {"a": 1}, {"a": "x"})»', "type-clash").hint == (
        "the field `a` is Integer in one and String in the other"
    )
    assert refused('[{"a": 1}, «{"b": 1}»]', "type-clash").hint


def test_r08_objects_are_not_compared() -> None:
    assert refused('«{"a": 1} = {"a": 1}»', "type-clash").hint == "compare their fields one by one"
    assert str(refused("«homeAddress = workAddress»", "type-clash").hint).startswith(
        "compare their fields one by one: "
    )
    assert ".keys()" in str(refused("«scores = scores»", "type-clash").hint)


def test_r14_lists_and_maps_of_numbers_mix_in_branches() -> None:
    assert bound("if(active, numbers, [2.5])").type == array_of(DOUBLE)
    assert bound("if(active, [], colors)").type == array_of(STRING)
    assert bound("if(active, scores, scores.map(1))").type == map_of(DOUBLE)


def test_r32_let_with_a_group_in_an_object() -> None:
    text = 'let Y = orders.groupBy(SKU).map({"n": this.count()}) in {"all": Y.count(), "each": Y}'
    assert value(text) == (
        "{all: count(keys(entries(group(orders, a: a.SKU), b c: {n: count(c)}))), "
        "each: entries(group(orders, d: d.SKU), e f: {n: count(f)})}"
    )


def test_r46_a_clash_names_the_function_that_was_written() -> None:
    assert refused('«age.equals("x")»', "type-clash").message.startswith("`equals` does not fit")
    assert refused('«colors.equals("x")»', "type-clash").message.startswith("`equals` does not fit")
    assert refused('«colors = "x"»', "type-clash").message.startswith("`=` does not fit")
