"""Arrays inside a row, as DuckDB list functions (`pql.md` R14, R20, R28 to R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.pql.types import Kind
from segkit.sql.build import (
    absent,
    both,
    call,
    finite,
    function_of,
    literal,
    once,
    operand,
    otherwise,
    part,
    present,
    struct,
    tried_cast,
)

if TYPE_CHECKING:
    from segkit.pql.types import Type


def _name(text: str) -> exp.Expr:
    return exp.Column(this=exp.to_identifier(text))


def kept(array: exp.Expr, variable: str, condition: exp.Expr) -> exp.Expr:
    """The items for which a condition holds."""
    return call("LIST_FILTER", array, function_of(variable, condition))


def mapped(array: exp.Expr, variable: str, body: exp.Expr, *, flatten: bool) -> exp.Expr:
    """An expression of each item."""
    results = call("LIST_TRANSFORM", array, function_of(variable, body))
    return call("FLATTEN", results) if flatten else results


def size(array: exp.Expr) -> exp.Expr:
    """The number of items, null for a null array."""
    return call("LEN", array)


def not_empty(array: exp.Expr) -> exp.Expr:
    """Whether an array has an item; null for a null array."""
    return exp.GT(this=size(array), expression=literal(0))


def aggregate(function: str, array: exp.Expr, result: Type, item: Type) -> exp.Expr:
    """One value from an array."""
    match function:
        case "count":
            return otherwise(size(array), literal(0))
        case "sum":
            total = otherwise(call("LIST_SUM", array), literal(0))
            if result.kind is Kind.INTEGER:
                return tried_cast(total, "BIGINT")
            return once(exp.cast(total, "DOUBLE"), finite, "total")
        case "average":
            return once(call("LIST_AVG", array), finite, "mean")
        case _:
            chosen = call("LIST_MIN" if function == "min" else "LIST_MAX", array)
            return tried_cast(chosen, "DOUBLE") if item.kind is Kind.DOUBLE else chosen


def different(array: exp.Expr) -> exp.Expr:
    """The different items that are not null, in order of first appearance."""

    def firsts(items: exp.Expr) -> exp.Expr:
        item, position = _name("item"), _name("at")
        found = exp.EQ(this=call("LIST_POSITION", items.copy(), item.copy()), expression=position)
        return call("LIST_FILTER", items, function_of("item", both([present(item), found]), "at"))

    return once(array, firsts)


def number_of_different(array: exp.Expr) -> exp.Expr:
    """How many different items there are, null ones left out."""
    return otherwise(call("LEN", call("LIST_DISTINCT", array)), literal(0))


def first(array: exp.Expr) -> exp.Expr:
    """The first item."""
    return call("LIST_EXTRACT", array, literal(1))


def top(array: exp.Expr, variable: str, key: exp.Expr, number: exp.Expr, *, descending: bool) -> exp.Expr:
    """The first items by a key, null keys last, ties by position."""
    position = _name("at")
    if descending:
        fields = {"rank": present(key), "key": key.copy(), "at": exp.Neg(this=position)}
    else:
        fields = {"rank": absent(key), "key": key.copy(), "at": position}
    entry = struct({**fields, "item": _name(variable)})
    entries = call("LIST_TRANSFORM", array, function_of(variable, entry, "at"))
    direction = exp.Literal.string("DESC" if descending else "ASC")
    ranked = call("LIST_SORT", entries, direction)
    end = (
        number
        if isinstance(number, exp.Literal)
        else exp.Mul(
            this=operand(number),
            expression=exp.cast(exp.GT(this=operand(number.copy()), expression=literal(0)), "BIGINT"),
        )
    )
    cut = call("LIST_SLICE", ranked, literal(1), end)
    return call("LIST_TRANSFORM", cut, function_of("entry", part(_name("entry"), "item")))


def without_nulls(array: exp.Expr) -> exp.Expr:
    """The items that are not null."""
    return kept(array, "item", present(_name("item")))


def in_common(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """The items that two arrays have in common, each once; null when there are none."""

    def shared(other: exp.Expr) -> exp.Expr:
        return call("LIST_FILTER", different(left), function_of("item", call("LIST_CONTAINS", other, _name("item"))))

    found = once(right, shared, "other")
    return once(found, lambda one: call("NULLIF", one, exp.Array(expressions=[])), "found")


def _same(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return both(
        [
            call("LIST_HAS_ALL", left.copy(), without_nulls(right.copy())),
            call("LIST_HAS_ALL", right.copy(), without_nulls(left.copy())),
        ]
    )


def compared(operator: str, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """Two arrays as sets; null when one of them is."""
    match operator:
        case "intersects":
            return call("LIST_HAS_ANY", left, right)
        case "subset":
            return call("LIST_HAS_ALL", right, without_nulls(left))
        case "superset":
            return call("LIST_HAS_ALL", left, without_nulls(right))
        case _:
            whole = once(left, lambda one: once(right, lambda other: _same(one, other), "other"))
            return whole if operator == "equal" else exp.Not(this=exp.Paren(this=whole))
