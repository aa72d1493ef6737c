"""Truth and nulls: R02, R03, R07, R12, R13, R15."""

from __future__ import annotations

import pytest
from binding_support import SCHEMA, bound, condition, value, warned

from segkit.pql import tree
from segkit.pql.binder import bind
from segkit.pql.diagnostics import PQLError
from segkit.pql.types import DOUBLE, INTEGER


@pytest.mark.parametrize("text", ["homeAddress.city", "homeAddress", "colors", "scores", "active", "age"])
def test_r02_a_value_in_a_boolean_position_asks_whether_it_is_present(text: str) -> None:
    assert value(text) == text
    assert condition(text) == f"truth({text})"


def test_r02_a_condition_needs_no_truth() -> None:
    assert condition("age > 3 and (active or not score)") == "(age > 3 and (truth(active) or not truth(score)))"
    assert condition("true") == "true"


def test_r02_an_array_that_is_made_is_asked_for_one_item() -> None:
    assert condition("orders[price > 1]") == "any(orders, a: a.price > 1)"
    assert condition("orders[price > 1][quantity > 2]") == "any(orders, a: (a.price > 1 and a.quantity > 2))"
    assert condition("orders[price > 1].SKU") == "any(orders, a: a.price > 1)"
    assert condition("orders[price > 1].tags") == "any(orders, a: (a.price > 1 and truth(a.tags)))"
    assert condition("orders.SKU.distinct()") == "truth(distinct(map(orders, a: a.SKU)))"


def test_r03_any_type_may_be_the_value() -> None:
    assert bound("orders.sum(price)").type == DOUBLE
    assert bound("age").type == INTEGER


def test_r07_null_tests_are_read_as_methods_with_a_warning() -> None:
    assert condition("age = null") == "null(age)"
    assert condition("null != homeAddress.city") == "not null(homeAddress.city)"
    assert warned("age = null", "null-comparison").hint == "write `age.isNull()`"
    assert warned("age != null", "null-comparison").hint == "write `age.isNotNull()`"


@pytest.mark.parametrize(
    "node",
    [
        tree.Binary("<", tree.Name("age"), tree.Null()),
        tree.Binary("=", tree.Null(), tree.Null()),
        tree.Binary("in", tree.Name("age"), tree.Array((tree.Integer(1), tree.Null()))),
        tree.Method(tree.Null(), "isNull", ()),
    ],
)
def test_r07_null_is_no_value_even_where_no_parser_stood_in_front(node: tree.Node) -> None:
    with pytest.raises(PQLError) as caught:
        bind(tree.Expression(node), SCHEMA)
    assert [one.code for one in caught.value.diagnostics] == ["misplaced-null"]


def test_r12_negative_predicates_are_nodes_of_their_own_not_negations() -> None:
    assert condition('homeAddress.city != "a"') == "homeAddress.city != 'a'"
    assert condition("age notIn [1, 2]") == "age notIn [1, 2]"
    assert condition('homeAddress.city.doesNotContain("a")') == "!contains(homeAddress.city, 'a')"
    assert condition('homeAddress.city.notEqualTo("a")') == "homeAddress.city != 'a'"
    assert condition("modified occurs != 3 days before now").startswith("(modified in (, ")


def test_r13_not_negates_the_two_valued_result() -> None:
    assert condition('not (homeAddress.city = "a")') == "not homeAddress.city = 'a'"
    assert condition("!active") == "not truth(active)"


def test_r15_absence_is_tested_on_the_value_itself() -> None:
    assert condition("homeAddress.isNotNull()") == "not null(homeAddress)"
    assert condition("colors.isNull()") == "null(colors)"
    assert condition("isNull(orders.SKU)") == "null(map(orders, a: a.SKU))"
