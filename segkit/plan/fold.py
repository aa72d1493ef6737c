"""Constants computed before anything runs: what time it is, and what an absent value makes of a condition.

The same folding answers a planning question: with all profile fields replaced by nulls, can a rule still be true?
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from segkit.plan.clock import SECONDS
from segkit.plan.sequences import holds_without_events
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Convert,
    Distinct,
    Entries,
    Events,
    Filter,
    Function,
    Get,
    Group,
    Head,
    If,
    In,
    InRange,
    IsNull,
    Items,
    Lookup,
    Not,
    Now,
    Or,
    Quantify,
    Record,
    SetCompare,
    Shift,
    StartOf,
    Test,
    Top,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import field_of, rebuild
from segkit.pql.types import BOOLEAN, TIMESTAMP, Kind

if TYPE_CHECKING:
    from segkit.plan.clock import Clock
    from segkit.pql.types import Type

TRUE = Const(True, BOOLEAN)
FALSE = Const(False, BOOLEAN)
_ATOMS = frozenset({Const, Attribute, Variable, Events})
_ASKED = frozenset({And, Or, Not, IsNull, Truth, Compare, SetCompare, In, Test, InRange, Quantify})

_INTEGERS = range(-(2**63), 2**63)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  timestamps are naive UTC throughout


def is_null(node: Bound) -> bool:
    """Whether a node is certainly null."""
    return isinstance(node, Const) and node.value is None


def fold(node: Bound, clock: Clock, done: dict[int, Bound] | None = None) -> Bound:
    """The node with its constant parts computed; it means the same.

    `done` takes note of what was folded, by identity, and spares it another time: of the same clock.
    """
    known: dict[int, Bound] = {} if done is None else done

    def folded(one: Bound) -> Bound:
        if type(one) in _ATOMS or known.get(id(one)) is one:  # half of all nodes, and nothing to compute
            return one
        made = rebuild(one, folded)
        if type(one) is Shift and begins_day(one.instant):  # which the constant no longer tells
            made = _shifted(cast("Shift", made), clock, begins_day=True)
        else:
            made = _condition(made) if type(made) in _ASKED else _fold(made, clock)
        known[id(made)] = made
        return made

    return folded(node)


def _fold(node: Bound, clock: Clock) -> Bound:
    match node:
        case Now():
            return Const(clock.as_of, TIMESTAMP, node.span)
        case StartOf(unit=unit, instant=Const(value=value)):
            start = clock.start_of(unit, value) if isinstance(value, dt.datetime) else None
            return Const(start, TIMESTAMP, node.span)
        case Shift():
            return _shifted(node, clock)
        case StartOf() if is_null(node.instant):
            return Const(None, TIMESTAMP, node.span)
        case Convert(value=Const(value=value)):
            return _convert(value, node, clock)
        case Arith(left=Const(value=left), right=Const(value=right)):
            return Const(_arith(node.operator, left, right, node.type), node.type, node.span)
        case Arith() if is_null(node.left) or is_null(node.right):
            return Const(None, node.type, node.span)
        case Get():
            inner = field_of(node.object, node)
            return Const(None, node.type, node.span) if isinstance(inner, Get) and is_null(inner.object) else inner
        case Lookup() if is_null(node.map) or is_null(node.key) or _without_entries(node.map):
            return Const(None, node.type, node.span)
        case Entries() if is_null(node.map):
            return Const(None, node.type, node.span)
        case Entries(map=Group() as nothing) if _without_entries(nothing):
            return replace(nothing, type=node.type)
        case Function(name="keys" | "values", arguments=(of,)) if _without_entries(of):
            return Items((), node.type, node.span)
        case Filter() | Transform() | Top() | Distinct() | Group() if is_null(node.array):
            return Const(None, node.type, node.span)
        case Head() if _empty(node.array):
            return Const(None, node.type, node.span)
        case Chain() if _empty(node.array):
            return Const(holds_without_events(node), BOOLEAN, node.span)
        case Aggregate() if _empty(node.array):
            return Const(0 if node.function in {"count", "sum"} else None, node.type, node.span)
        case Function() if _has_null(node):
            return Const(None, node.type, node.span)
        case If(condition=Const(value=value)):
            return node.then if value is True else node.otherwise
        case _:
            return _condition(node)


def _has_null(node: Function) -> bool:
    """Whether a function is certainly null; only `substr` takes a null, for an end that was left off."""
    return any(is_null(one) for one in (node.arguments[:1] if node.name == "substr" else node.arguments))


def begins_day(node: Bound) -> bool:
    """Whether an instant is the first of a day of the workspace's zone, which need not be midnight (R40)."""
    match node:
        case StartOf(unit=unit):
            return unit not in SECONDS
        case Shift(instant=inner, unit=unit):
            return unit not in SECONDS and begins_day(inner)
        case Convert(value=inner, type=kind):
            return kind == TIMESTAMP and inner.type.kind is Kind.DATE
        case _:
            return False


def _shifted(node: Shift, clock: Clock, *, begins_day: bool = False) -> Bound:
    match node:
        case Shift(instant=Const(value=dt.datetime() as value), count=Const(value=int() as count), unit=unit):
            return Const(clock.shift(value, count, unit, begins_day=begins_day), TIMESTAMP, node.span)
        case Shift() if is_null(node.instant) or is_null(node.count):
            return Const(None, TIMESTAMP, node.span)
        case _:
            return node


def _empty(array: Bound) -> bool:
    return is_null(array) or (isinstance(array, Items) and not array.items)


def _without_entries(node: Bound) -> bool:
    """Whether a node is a map that certainly holds nothing."""
    return isinstance(node, Group) and isinstance(node.array, Items) and not node.array.items


def _absent(node: Bound) -> bool:
    """Whether a field certainly leaves its object without a leaf."""
    if isinstance(node, Record):
        return all(_absent(one) for _, one in node.fields)
    return is_null(node) or _without_entries(node) or (isinstance(node, Items) and not node.items)


def _condition(node: Bound) -> Bound:
    match node:
        case Compare(left=Const() as left, right=Const() as right):
            answer = _compare(node, left, right)
            return node if answer is None else Const(answer, BOOLEAN, node.span)
        case Compare():
            return Const(False, BOOLEAN, node.span) if is_null(node.left) or is_null(node.right) else node
        case And():
            return _connect(node, keep=True)
        case Or():
            return _connect(node, keep=False)
        case Not(item=Const(value=value)):
            return Const(value is not True, BOOLEAN, node.span)
        case Not(item=Not(item=inner)):
            return inner
        case IsNull(value=Const(value=value)):
            return Const(value is None, BOOLEAN, node.span)
        case IsNull(value=Items()):
            return Const(False, BOOLEAN, node.span)
        case IsNull(value=Group() as of) | Truth(value=Group() as of) if _without_entries(of):
            return Const(False, BOOLEAN, node.span)
        case Truth(value=Record() as of) if _absent(of):
            return Const(False, BOOLEAN, node.span)
        case Truth(value=Record(fields=fields)) if any(
            isinstance(one, Const) and one.value is not None for _, one in fields
        ):
            return Const(True, BOOLEAN, node.span)
        case Truth(value=Const(value=value)):
            return Const(value is not None and value is not False, BOOLEAN, node.span)
        case Truth(value=Items(items=items)):
            return Const(bool(items), BOOLEAN, node.span)
        case SetCompare() if is_null(node.left) or is_null(node.right):
            return Const(False, BOOLEAN, node.span)
        case In() if is_null(node.value) or is_null(node.array):
            return Const(False, BOOLEAN, node.span)
        case Test() if is_null(node.value) or is_null(node.argument):
            return Const(False, BOOLEAN, node.span)
        case InRange() if any(one is not None and is_null(one) for one in (node.subject, node.low, node.high)):
            return Const(False, BOOLEAN, node.span)
        case InRange(subject=Const(value=dt.datetime() as subject)) if _known(node.low) and _known(node.high):
            return Const(_inside(node, subject), BOOLEAN, node.span)
        case Quantify() if _empty(node.array):
            return Const(node.quantifier == "all", BOOLEAN, node.span)
        case Quantify(quantifier="any", condition=Const(value=False)):
            return Const(False, BOOLEAN, node.span)
        case _:
            return node


def _known(bound: Bound | None) -> bool:
    return bound is None or isinstance(bound, Const)


def _inside(node: InRange, subject: dt.datetime) -> bool:
    low = node.low.value if isinstance(node.low, Const) else None
    high = node.high.value if isinstance(node.high, Const) else None
    above = not isinstance(low, dt.datetime) or low < subject or (node.low_included and low == subject)
    below = not isinstance(high, dt.datetime) or subject < high or (node.high_included and high == subject)
    return above and below


def _connect(node: And | Or, *, keep: bool) -> Bound:
    items: list[Bound] = []
    for one in node.items:
        if isinstance(one, Const):
            if (one.value is True) is not keep:
                return Const(not keep, BOOLEAN, node.span)
        elif isinstance(one, type(node)):
            items.extend(one.items)
        else:
            items.append(one)
    if not items:
        return Const(keep, BOOLEAN, node.span)
    if len(items) == 1:
        return items[0]
    return type(node)(tuple(items), BOOLEAN, node.span) if tuple(items) != node.items else node


def _compare(node: Compare, left: Const, right: Const) -> bool | None:
    a, b = left.value, right.value
    if a is None or b is None:
        return False
    kinds = {left.type.kind, right.type.kind}
    if node.ignore_case or (len(kinds) > 1 and kinds != {Kind.INTEGER, Kind.DOUBLE}):
        return None
    if len(kinds) > 1:
        a, b = float(a), float(b)  # type: ignore[arg-type]  # numbers, as DuckDB compares them
    match node.operator:
        case "=":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b  # type: ignore[operator]
        case "<=":
            return a <= b  # type: ignore[operator]
        case ">":
            return a > b  # type: ignore[operator]
        case ">=":
            return a >= b  # type: ignore[operator]


def _convert(value: object, node: Convert, clock: Clock) -> Bound:
    match node.type.kind, value:
        case _, None:
            return Const(None, node.type, node.span)
        case Kind.TIMESTAMP, dt.datetime():
            return Const(value, node.type, node.span)
        case Kind.TIMESTAMP, dt.date():
            return Const(clock.midnight(value), node.type, node.span)
        case Kind.TIMESTAMP, int():
            try:
                return Const(_EPOCH + dt.timedelta(milliseconds=value), node.type, node.span)
            except OverflowError:
                return Const(None, node.type, node.span)
        case Kind.DOUBLE, int():
            return Const(float(value), node.type, node.span)
        case _:
            return node


def _arith(operator: str, left: object, right: object, kind: Type) -> int | float | None:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    try:
        result = _calculate(operator, left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    if isinstance(result, float) and not math.isfinite(result):
        return None
    if kind.kind is Kind.DOUBLE:
        return float(result)
    return result if not isinstance(result, int) or result in _INTEGERS else None


def _calculate(operator: str, left: float, right: float) -> int | float:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case _ if isinstance(left, int) and isinstance(right, int):
            return int(math.copysign(1, left)) * (abs(left) % abs(right))
        case _:
            return math.fmod(left, right) if right else left % right


def without_profile(node: Bound) -> Bound:
    """The node as it is for a profile that has no value at all."""
    if isinstance(node, Attribute):
        return Const(None, node.type, node.span)
    return rebuild(node, without_profile)
