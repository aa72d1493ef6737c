"""Single conditions as sets of values of one term."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.bound import (
    Aggregate,
    Bound,
    Compare,
    Const,
    Events,
    Function,
    In,
    InRange,
    IsNull,
    Items,
    Now,
    Test,
    Truth,
)
from segkit.pql.linting.domains import (
    INFINITE,
    ORDERS,
    Interval,
    Numbers,
    Values,
    Words,
    among,
    between,
    numbers,
    universe,
)
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from segkit.pql.linting.keys import Keys
    from segkit.pql.tree import Comparison

FLIPPED: dict[Comparison, Comparison] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
RANGES: dict[str, tuple[float, float]] = {
    "getMonth": (1, 12),
    "getDayOfMonth": (1, 31),
    "dayOfWeek": (1, 7),
    "dayOfYear": (1, 366),
    "weekOfYear": (1, 53),
    "extractHours": (0, 23),
    "extractMinutes": (0, 59),
    "extractSeconds": (0, 59),
    "length": (0, INFINITE),
    "indexOf": (-1, INFINITE),
}
"""What functions of whole numbers give, whatever they are asked."""

_EXACT = 2**52
"""Up to here Integers and Doubles are compared without loss."""

_ORDERS: dict[Comparison, frozenset[str]] = {
    "=": frozenset("="),
    "!=": frozenset("<>"),
    "<": frozenset("<"),
    "<=": frozenset("<="),
    ">": frozenset(">"),
    ">=": frozenset(">="),
}


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition that holds only where a term has one of some values; an exact one holds everywhere there."""

    key: int
    values: Values
    universe: Values
    exact: bool = True


def atom(node: Bound, keys: Keys) -> Atom | None:
    """A condition as a set of values of one term, or None where it is no such thing."""
    match node:
        case Compare(left=left, right=right) if node.ignore_case:
            return _lowered(node, left, right, keys)
        case Compare(left=left, right=Const() as right):
            return _compared(node.operator, left, right, keys)
        case Compare(left=Const() as left, right=right):
            return _compared(FLIPPED[node.operator], right, left, keys)
        case Compare():
            return _ordered(node, keys)
        case In(value=value, array=Items(items=items)) if all(isinstance(one, Const) for one in items):
            return _listed(node, value, items, keys)
        case In(value=value) | Test(value=value) | InRange(subject=value):
            return _term(value, keys, lambda all_: all_.present, exact=False)
        case IsNull(value=value):
            return _term(value, keys, lambda all_: Values(_nothing(all_), null=True))
        case Truth(value=value):
            return _term(value, keys, lambda all_: _true(value, all_))
        case _:
            return None


def universe_of(value: Bound) -> Values | None:
    """All that a value may be; None where that is not looked at."""
    match value:
        case Const(value=None):
            known = universe(value.type, null=True)
            return None if known is None else Values(_nothing(known), null=True)
        case Const(value=written):
            held = _spot(written, value.type.kind)
            return None if held is None else Values(held, null=False)
        case Aggregate(function="count"):
            return between(0, 2**63 - 1, null=False)
        case Function(name=name) if name in RANGES:
            low, high = RANGES[name]
            return between(low, min(high, 2**63 - 1), null=True)
        case Function(name="absolute"):
            return Values(Numbers((Interval(0, True, INFINITE, False),)), null=True)
        case Events() | Now():
            return universe(value.type, null=False)
        case Items(items=items):
            return among({"some" if items else "empty"}, frozenset({"some", "empty"}))
        case _:
            return universe(value.type, null=True)


def value_key(value: Bound, keys: Keys) -> int:
    """The number of a value as a term."""
    return keys.named("value", keys.of(value))


def _term(value: Bound, keys: Keys, choose: object, *, exact: bool = True) -> Atom | None:
    known = universe_of(value)
    if known is None:
        return None
    chosen = choose(known) if callable(choose) else known
    return Atom(value_key(value, keys), chosen, known, exact)


def _nothing(known: Values) -> Numbers | Words:
    match known.held:
        case Numbers(whole=whole):
            return Numbers((), whole)
        case Words(universe=all_):
            return Words(frozenset(), False, all_)


def _true(value: Bound, known: Values) -> Values:
    match value.type.kind:
        case Kind.BOOLEAN:
            return among({True}, known.held.universe if isinstance(known.held, Words) else None)
        case Kind.ARRAY | Kind.MAP | Kind.OBJECT:
            return among({"some"}, known.held.universe if isinstance(known.held, Words) else None)
        case _:
            return known.present


def _spot(written: object, kind: Kind) -> Numbers | Words | None:
    """One value that was written out."""
    match kind, written:
        case Kind.BOOLEAN, bool():
            return Words(frozenset({written}), False, frozenset({True, False}))
        case Kind.STRING, str():
            return Words(frozenset({written}))
        case _:
            at = _number(written)
            whole = kind is not Kind.DOUBLE
            return None if at is None else numbers([Interval(at, True, at, True)], whole=whole)


def _number(written: object) -> float | None:
    """A number, date or instant on the line of numbers."""
    match written:
        case bool() | str() | None:
            return None
        case dt.datetime():
            past = written - dt.datetime(1, 1, 1)  # noqa: DTZ001  timestamps are naive UTC
            return past // dt.timedelta(microseconds=1)
        case dt.date():
            return written.toordinal()
        case int() | float():
            return written
        case _:
            return None


def _compared(operator: Comparison, value: Bound, const: Const, keys: Keys) -> Atom | None:
    known = universe_of(value)
    if known is None or (_mixed(value, const)):
        return None
    key = value_key(value, keys)
    if const.value is None:
        return Atom(key, Values(_nothing(known), null=False), known)
    match known.held:
        case Words(universe=all_):
            if operator not in {"=", "!="} or not isinstance(const.value, str | bool):
                return None
            # a text in capitals is none with small letters in it
            known_texts = frozenset() if _is_other_case(value, const.value) else frozenset({const.value})
            spot: Numbers | Words = Words(known_texts, False, all_)
        case Numbers(whole=whole):
            at = _number(const.value)
            if at is None:
                return None
            spot = numbers([_interval("=" if operator == "!=" else operator, at)], whole=whole)
    return Atom(key, Values(spot.complement() if operator == "!=" else spot, null=False), known)


def _is_other_case(value: Bound, text: str | bool) -> bool:  # noqa: FBT001  what was written
    """Whether a text that was made large or small never is another one."""
    if not isinstance(value, Function) or not isinstance(text, str) or not text.isascii():
        return False
    made = {"upperCase": text.upper(), "lowerCase": text.lower()}.get(value.name, text)
    return made != text


def _mixed(value: Bound, const: Const) -> bool:
    """Whether an Integer beside a Double is too large to be compared without loss."""
    kinds = {value.type.kind, const.type.kind}
    written = const.value
    return kinds == {Kind.INTEGER, Kind.DOUBLE} and isinstance(written, int | float) and abs(written) > _EXACT


def _interval(operator: Comparison, at: float) -> Interval:
    match operator:
        case "<" | "<=":
            return Interval(-INFINITE, False, at, operator == "<=")
        case ">" | ">=":
            return Interval(at, operator == ">=", INFINITE, False)
        case _:
            return Interval(at, True, at, True)


def _listed(node: In, value: Bound, items: Iterable[Bound], keys: Keys) -> Atom | None:
    known = universe_of(value)
    if known is None:
        return None
    union = Values(_nothing(known), null=False)
    for one in items:
        here = _compared("=", value, one, keys) if isinstance(one, Const) else None
        if here is None:
            return None
        union = union.union(here.values)
    key = value_key(value, keys)
    if node.negated:
        return Atom(key, known.without(union).present, known)
    return Atom(key, union, known)


def _lowered(node: Compare, left: Bound, right: Bound, keys: Keys) -> Atom | None:
    """Equality of texts but for case, as a set of values of the text in lower case."""
    value, other = (right, left) if isinstance(left, Const) else (left, right)
    text = other.value if isinstance(other, Const) else None
    if not isinstance(text, str) or not text.isascii() or node.operator not in {"=", "!="} or isinstance(value, Const):
        return None
    spot = Words(frozenset({text.lower()}))
    all_ = Values(Words(frozenset(), negated=True), null=True)
    held = spot.complement() if node.operator == "!=" else spot
    return Atom(keys.named("lower", keys.of(value)), Values(held, null=False), all_)


def _ordered(node: Compare, keys: Keys) -> Atom:
    """Two values that are not written out: which is the greater?"""
    left, right = keys.of(node.left), keys.of(node.right)
    orders: frozenset[Hashable] = frozenset(_ORDERS[node.operator])
    if left == right:
        known = universe_of(node.left) or among(ORDERS, ORDERS, null=True)
        same = "=" in orders
        return Atom(value_key(node.left, keys), known.present if same else Values(_nothing(known), null=False), known)
    if left > right:
        left, right = right, left
        orders = frozenset(_ORDERS[FLIPPED[node.operator]])
    all_ = among(ORDERS, ORDERS, null=True)
    return Atom(keys.named("order", left, right), among(orders, ORDERS), all_)
