"""Operators: null tests, logic, signs, and the way to the rooms that compare and compute (R07, R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.arithmetic import arithmetic, folded
from segkit.pql.binder.coerce import NUMBERS
from segkit.pql.binder.compare import compare, predicate
from segkit.pql.binder.context import failed, is_failed
from segkit.pql.binder.membership import member
from segkit.pql.binder.mends import null_test
from segkit.pql.binder.moments import as_date
from segkit.pql.binder.operands import operands
from segkit.pql.binder.truth import truth
from segkit.pql.bound import And, Bound, Const, IsNull, Not, Or
from segkit.pql.tree import Binary, Interval, Logic, Null, Unary
from segkit.pql.types import INTEGER

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


def binary(b: Binder, node: Binary, scope: Scope) -> Bound:
    """Arithmetic and comparison."""
    if node.operator in _COMPARISONS:
        nulls = _null_test(b, node, scope) or _stretch(b, node)
        if nulls is not None:
            return nulls
    if node.operator == "-" and (date := as_date(b, node)) is not None:
        return b.error("not-a-date", f"{b.words(node)} is a subtraction, not a date", node.span, date)
    left, right = operands(b, node.left, node.right, scope)
    match node.operator:
        case "in" | "notIn":
            return member(b, left, right, node.span, negated=node.operator == "notIn")
        case "like":
            return predicate(b, "like", left, right, node.span)
        case "matches":
            return predicate(b, "matches", left, right, node.span)
        case "+" | "-" | "*" | "/" | "%":
            return arithmetic(b, node, left, right)
        case operator:
            return compare(b, operator, left, right, node.span)


def logic(b: Binder, node: Logic, scope: Scope) -> Bound:
    """`and`, `or`."""
    items = tuple(truth(b.value(one, scope)) for one in node.operands)
    if is_failed(*items):
        return failed(node.span)
    return And(items, span=node.span) if node.operator == "and" else Or(items, span=node.span)


def unary(b: Binder, node: Unary, scope: Scope) -> Bound:
    """`not` and the sign."""
    value = b.value(node.operand, scope)
    if is_failed(value):
        return failed(node.span)
    if node.operator == "not":
        return Not(truth(value), span=node.span)
    if value.type.kind not in NUMBERS:
        described = b.described(node.operand, value)
        return b.error("type-clash", f"`-` is for numbers, not for {described}", node.span)
    return folded("-", Const(0, INTEGER, node.span), value, node.span)


def _stretch(b: Binder, node: Binary) -> Bound | None:
    """`t > last month`: a comparison with a stretch of time."""
    sides = [one for one in (node.left, node.right) if isinstance(one, Interval)]
    if not sides:
        return None
    other = node.left if sides[0] is node.right else node.right
    words, said = b.words(other).strip("`") or "t", b.words(sides[0]).strip("`")
    forward = (node.operator in {">", ">="}) is (sides[0] is node.right)
    side = "" if node.operator in {"=", "!="} else "after " if forward else "before "
    hint = f"write `{words} occurs {side}{said}`"
    if node.operator == "!=":
        hint = f"write `not ({words} occurs {said})`"
    return b.error("interval-as-value", f"`{said}` is a stretch of time, not a value", sides[0].span, hint)


def _null_test(b: Binder, node: Binary, scope: Scope) -> Bound | None:
    sides = [one for one in (node.left, node.right) if isinstance(one, Null)]
    if not sides:
        return None
    if node.operator not in {"=", "!="} or len(sides) == 2:
        hint = "`null` stands only in `= null` and `!= null`; better write `.isNull()`, `.isNotNull()`"
        return b.error("misplaced-null", f"`null` does not fit `{node.operator}`", sides[0].span, hint)
    other = node.left if sides[0] is node.right else node.right
    name = "isNull" if node.operator == "=" else "isNotNull"
    words = b.words(other).strip("`") or "x"
    message = f"`{node.operator} null` is read as `.{name}()`"
    fix = null_test(b.report.source, node, other, f".{name}()")
    b.report.warning("null-comparison", message, node.span, f"write `{words}.{name}()`", fix=fix)
    value = b.value(other, scope)
    if is_failed(value):
        return failed(node.span)
    test = IsNull(value, span=node.span)
    return test if node.operator == "=" else Not(test, span=node.span)
