"""Comparison and the predicates on strings, of scalars or of any item of a mapped path (R17, R18, R20, R46, R47)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.pql.binder.coerce import ORDERED, SCALARS, Operand, clash, unify
from segkit.pql.binder.context import articled, failed, is_failed, span
from segkit.pql.binder.hints import DAYS
from segkit.pql.binder.membership import array_compare
from segkit.pql.binder.mends import any_item
from segkit.pql.binder.patterns import checked
from segkit.pql.binder.truth import some
from segkit.pql.bound import Bound, Compare, Const, Shift, StartOf, Test, Transform
from segkit.pql.tree import Field, Name
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.pql.binder.context import Binder
    from segkit.pql.tree import Comparison, Span

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ANY = "write `exists` or a filter to say so"
_OPERATORS = {"equals": "=", "notEqualTo": "!="}
_SAID = _COMPARISONS | {"like", "matches"}
Predicate = Choice["startsWith", "endsWith", "contains", "like", "matches"]


def compare(
    b: Binder,
    operator: Comparison,
    left: Operand,
    right: Operand,
    where: Span,
    *,
    ignore_case: bool = False,
    written: str | None = None,
) -> Bound:
    """A comparison of two scalars, of a mapped array with a scalar, or of two arrays; `written` names a function."""
    doing = written or operator
    if is_failed(left.value, right.value):
        return failed(where)
    if left.kind is Kind.ARRAY and right.kind is Kind.ARRAY:
        return array_compare(b, operator, left, right, where)

    def scalars(one: Operand, other: Operand) -> Bound:
        if operator not in {"=", "!="}:
            for operand in (one, other):
                if operand.kind in SCALARS - ORDERED and not _read_as_ordered(operand, one, other):
                    described = b.described(operand.node, operand.value)
                    text = f"`{operator}` orders numbers, dates and timestamps, not {described}"
                    return b.error("type-clash", text, where, _order_hint(operand))
        _warn_of_midnight(b, one, other, operator)
        pair = unify(b, one, other, doing, where)
        return failed(where) if pair is None else Compare(operator, *pair, ignore_case=ignore_case, span=where)

    return lifted(b, left, right, where, doing=doing, make=scalars)


def _warn_of_midnight(b: Binder, one: Operand, other: Operand, operator: str) -> None:
    """`t = today` is true of one instant of the day."""
    for day, beside in ((one, other), (other, one)):
        word = day.node.name if isinstance(day.node, Name) else ""
        if operator in {"=", "!="} and isinstance(day.value, StartOf | Shift) and word.lower() in DAYS:
            words = b.words(beside.node).strip("`") or "t"
            text = f"as a value `{word}` is its first instant, midnight"
            hint = f"for the whole day write `{words} occurs {word}`"
            b.report.warning("date-as-instant", text, span(day.node), hint)
            return


def lifted(
    b: Binder, left: Operand, right: Operand, where: Span, *, doing: str, make: Callable[[Operand, Operand], Bound]
) -> Bound:
    """A condition on two scalars; where one is an array that a path mapped, then of any item, with a warning (R20)."""
    if is_failed(left.value, right.value):
        return failed(where)
    for operand, other in ((left, right), (right, left)):
        if operand.kind is not Kind.ARRAY:
            continue
        if other.kind is Kind.ARRAY:
            return b.error(
                "type-clash",
                f"`{doing}` does not fit two arrays, {b.described(left.node, left.value)}, and "
                f"{b.described(right.node, right.value)}",
                where,
            )
        array = operand.value
        if not isinstance(array, Transform):
            words, one = b.words(operand.node).strip("`"), b.words(other.node).strip("`")
            return clash(b, left, right, doing, where, hint=f"write `{one or 'x'} in {words or 'the array'}`")
        words = b.words(operand.node) or "the path"
        b.report.warning(
            "array-as-scalar",
            f"{words} is {articled(str(array.type))}; `{doing}` is true when it is true of any item",
            span(operand.node),
            _as_exists(b, operand, other, doing) if operand is left else _ANY,
            fix=any_item(b.report.source, operand.node, other.node, where) if operand is left else (),
        )
        variable = b.fresh(array.type.of, array.span)
        item = Operand(operand.node, variable)
        made = make(item, other) if operand is left else make(other, item)
        return made if is_failed(made) else some(array, variable, made, where)
    return make(left, right)


def predicate(
    b: Binder,
    name: Predicate,
    value: Operand,
    argument: Operand,
    where: Span,
    *,
    negated: bool = False,
    ignore_case: bool = False,
    doing: str | None = None,
) -> Bound:
    """A predicate on strings (R46, R47)."""
    doing = doing or name

    def strings(one: Operand, other: Operand) -> Bound:
        for operand in (one, other):
            if is_failed(operand.value):
                return failed(where)
            if operand.kind is not Kind.STRING:
                hint = _as_text(b, operand) if operand.kind in SCALARS else None
                text = f"`{doing}` is for String, not for {b.described(operand.node, operand.value)}"
                return b.error("type-clash", text, operand.value.span, hint)
        pattern = other.value
        if name == "matches":
            pattern = checked(b, other)
            if is_failed(pattern):
                return failed(where)
        return Test(name, one.value, pattern, negated, ignore_case, span=where)

    return lifted(b, value, argument, where, doing=doing, make=strings)


def _as_text(b: Binder, operand: Operand) -> str:
    """How to make a text of a value."""
    words = b.words(operand.node).strip("`") or "x"
    return f'write `"{words}"`' if isinstance(operand.value, Const) else f"write `{words}.toString()`"


def _read_as_ordered(operand: Operand, one: Operand, other: Operand) -> bool:
    """Whether a String literal stands beside something that gives it another type (R17)."""
    beside = other if operand is one else one
    return isinstance(operand.value, Const) and operand.kind is Kind.STRING and beside.kind in ORDERED


def _order_hint(operand: Operand) -> str | None:
    return "`.stringToNumber()` reads a text as a number" if operand.kind is Kind.STRING else None


def _as_exists(b: Binder, array: Operand, other: Operand, doing: str) -> str:
    """How to write that some item is meant."""
    node, one, doing = array.node, b.words(other.node).strip("`"), _OPERATORS.get(doing, doing)
    if not isinstance(node, Field) or doing not in _SAID or not one or "…" in one:
        return _ANY
    path = b.words(node.object).strip("`")
    return f"write `{path}.exists({node.name} {doing} {one})` to say so"
