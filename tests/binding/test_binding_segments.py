"""inSegment: R48."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from binding_support import SCHEMA, bound, condition, refused

from segkit.errors import NotFoundError
from segkit.pql import bound as nodes
from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.diagnostics import PQLError

if TYPE_CHECKING:
    from segkit.pql.tree import Expression


def test_r48_the_other_rule_is_bound_in_place() -> None:
    assert condition('inSegment("b") and age > 3', b='homeAddress.city = "x"') == (
        "(homeAddress.city = 'x' and age > 3)"
    )
    assert condition('not inSegment("b")', b="homeAddress.city") == "not truth(homeAddress.city)"


def test_r48_it_is_bound_over_the_profile_wherever_it_stands() -> None:
    assert condition('orders[inSegment("b") and price > 1]', b="age > 3") == "any(orders, a: (age > 3 and a.price > 1))"
    assert condition('let age = 1 in inSegment("b")', b="age > 3") == "age > 3"
    assert condition('inSegment("b")', b="(P) => P.age > 3") == "age > 3"


def test_r48_everything_put_in_stands_where_it_is_referred_to() -> None:
    found = bound('age > 3 or inSegment("other one")', **{"other one": "orders[price > 1 and ^.age > 2]"}).condition
    assert isinstance(found, nodes.Or)
    waiting = [found.items[1]]
    while waiting:
        node = waiting.pop()
        waiting.extend(nodes.children(node))
        assert (node.span.start, node.span.end) == (11, 33)


def test_r48_a_segment_used_twice_has_variables_of_its_own() -> None:
    text = 'inSegment("b") or not inSegment("b")'
    assert condition(text, b="orders[price > 1]") == "(any(orders, a: a.price > 1) or not any(orders, b: b.price > 1))"


def test_r48_a_cycle_is_printed() -> None:
    found = refused('«inSegment("A")»', "segment-cycle", A='inSegment("B")', B='age > 1 and inSegment("A")')
    assert "A → B → A" in found.message
    found = refused('«inSegment("A")»', "segment-cycle", A='inSegment("A")')
    assert "A → A" in found.message


def test_r48_an_unknown_segment_is_named() -> None:
    refused('inSegment(«"nope"»)', "unknown-segment", other="age > 1")
    with pytest.raises(PQLError, match="cannot be looked up"):
        bind(parse('inSegment("x")'), SCHEMA)


def test_r48_a_resolver_may_say_what_is_near() -> None:
    def nearest(segment: str) -> Expression | None:
        message = f"no segment {segment!r}; did you mean 'Gold'?"
        raise NotFoundError(message)

    with pytest.raises(PQLError, match="did you mean 'Gold'"):
        bind(parse('inSegment("Glod")'), SCHEMA, segments=nearest)


def test_r48_a_mistake_in_the_other_rule_is_told_at_the_reference() -> None:
    found = refused('age > 1 and «inSegment("b")»', "invalid-segment", b="homeAddress.citi")
    assert "`b`" in found.message
    assert "`citi`" in found.message
    refused('«inSegment("b")» and inSegment("b")', "invalid-segment", b="homeAddress.citi")


def test_r48_the_name_is_written_out() -> None:
    refused("inSegment(«homeAddress.city»)", "wrong-arguments")
    refused("inSegment(«3»)", "wrong-arguments")
    refused("«inSegment()»", "wrong-arguments")
