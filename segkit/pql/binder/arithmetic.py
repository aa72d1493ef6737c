"""Arithmetic (R14)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast
from typing import Literal as Choice

from segkit.pql.binder.coerce import NUMBERS, Operand
from segkit.pql.binder.context import failed, is_failed
from segkit.pql.bound import Arith, Bound, Const
from segkit.pql.types import DOUBLE, INTEGER, Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder
    from segkit.pql.tree import Binary, Span


_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def arithmetic(b: Binder, node: Binary, left: Operand, right: Operand) -> Bound:
    """An operation on two numbers."""
    if is_failed(left.value, right.value):
        return failed(node.span)
    for operand, other in ((left, right), (right, left)):
        if operand.kind in NUMBERS:
            continue
        hint = None
        if operand.kind is Kind.STRING:
            hint = "`.concat(…)` joins texts" if node.operator == "+" else "`.stringToNumber()` reads a number"
        elif operand.kind in {Kind.DATE, Kind.TIMESTAMP}:
            hint = "`.addDays(…)` moves a moment; `occurs <= 7 days before now` compares with one"
        elif operand.kind is Kind.ARRAY:
            hint = "`.sum()` or another aggregate makes one number of an array"
        ours, theirs = b.described(operand.node, operand.value), b.described(other.node, other.value)
        text = f"`{node.operator}` computes with numbers, not with {ours}, and {theirs}"
        return b.error("type-clash", text, operand.value.span, hint)
    operator = cast("Choice['+', '-', '*', '/', '%']", node.operator)
    return folded(operator, left.value, right.value, node.span)


def folded(operator: Choice["+", "-", "*", "/", "%"], left: Bound, right: Bound, where: Span) -> Bound:
    """An operation, computed at once where both sides are constants."""
    whole = left.type.kind is Kind.INTEGER and right.type.kind is Kind.INTEGER
    of = INTEGER if whole and operator != "/" else DOUBLE
    if isinstance(left, Const) and isinstance(right, Const):
        value = _computed(operator, left.value, right.value)
        if value is not None:
            return Const(value if of is INTEGER else float(value), of, where)
    return Arith(operator, left, right, of, where)


def _computed(operator: str, left: object, right: object) -> int | float | None:
    """Constants computed where nothing can go wrong; the rest is left to the engine."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    try:
        match operator:
            case "+":
                value: int | float = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case _:
                value = int(math.fmod(left, right)) if _small(left, right) else math.fmod(left, right)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    if isinstance(value, int):
        return value if _SMALLEST <= value <= _LARGEST and (operator != "%" or _small(left, right)) else None
    return value if math.isfinite(value) and not (operator == "%" and not _small(left, right)) else None


def _small(*numbers: float) -> bool:
    return all(isinstance(one, int) and abs(one) < 2**53 for one in numbers)
