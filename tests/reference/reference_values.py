"""Values of the reference interpreter: what is present, equal and ordered, straight from `pql.md`.

Slow and obvious on purpose: this and its neighbours share nothing with the binder and the compiler but the tree and
the types.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.pql.types import DOUBLE, INTEGER, NULL, Kind, Type

if TYPE_CHECKING:
    from reference_time import Calendar

SMALLEST, LARGEST = -(2**63), 2**63 - 1
NUMBERS = {Kind.INTEGER, Kind.DOUBLE}
MOMENTS = {Kind.DATE, Kind.TIMESTAMP}
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  naive means UTC (R39)


@dataclass(frozen=True, slots=True)
class Value:
    """A Python value with its PQL type; `written` marks String literals, which may stand for a date."""

    it: Any
    type: Type
    written: bool = False

    @property
    def kind(self) -> Kind:
        return self.type.kind

    @property
    def items(self) -> list[Value]:
        """The items of an array; none of a null one (R14)."""
        return [Value(one, self.type.of, self.written) for one in self.it or ()]


NOTHING = Value(None, NULL)


def number(it: float | None, of: Type) -> Value:
    """A number, null where it overflows or is NaN (R14)."""
    if it is None:
        return Value(None, of)
    if of is INTEGER:
        return Value(it if SMALLEST <= it <= LARGEST else None, of)
    return Value(float(it) if math.isfinite(it) else None, of)


def is_present(it: Any) -> bool:
    """R02: a boolean keeps its value; scalars that are not null, arrays and maps not empty, objects with a leaf."""
    match it:
        case bool():
            return it
        case None:
            return False
        case list():
            return bool(it)
        case Map():
            return bool(it.entries)
        case dict():
            return any(has_leaf(one) for one in it.values())
        case _:
            return True


def has_leaf(it: Any) -> bool:
    """Whether a leaf is present: for the presence of its object a `false` is there too."""
    return True if isinstance(it, bool) else is_present(it)


def is_null(it: Any) -> bool:
    """R15: an array or map is tested itself; an object is absent when none of its leaves is there."""
    if isinstance(it, dict):
        return all(is_null(one) for one in it.values())
    return it is None


@dataclass(frozen=True, slots=True)
class Map:
    """A PQL Map, told apart from an object."""

    entries: dict[str, Any]


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """R14: `/` is a Double, zero divisors and overflow give null, `%` takes the sign of the dividend."""
    whole = left.kind is Kind.INTEGER and right.kind is Kind.INTEGER
    of = INTEGER if whole and operator != "/" else DOUBLE
    a, b = left.it, right.it
    if a is None or b is None:
        return Value(None, of)
    if of is DOUBLE:
        a, b = float(a), float(b)
    if operator in "/%" and b == 0:
        return Value(None, of)
    match operator:
        case "+":
            return number(a + b, of)
        case "-":
            return number(a - b, of)
        case "*":
            return number(a * b, of)
        case "/":
            return number(a / b, of)
        case _ if of is INTEGER:
            return number(abs(a) % abs(b) * (-1 if a < 0 else 1), of)
        case _:
            return number(math.fmod(a, b), of)


def lowered(text: str) -> str:
    """R18: Unicode's simple rules, one character for one."""
    return "".join("i" if one == "İ" else one.lower() for one in text)


def uppered(text: str) -> str:
    """One character for one, as in `lowered`; the capital of `ß` is the one of 2017."""
    capitals = {"ß": "ẞ"}
    return "".join(capitals.get(one) or (one.upper() if len(one.upper()) == 1 else one) for one in text)


def compare(operator: str, left: Value, right: Value, calendar: Calendar, *, ignore_case: bool = False) -> bool:
    """R12, R17, R18, R20: false beside a null; any item of an array beside a scalar; two arrays as sets."""
    if left.kind is Kind.ARRAY and right.kind is Kind.ARRAY:
        if left.it is None or right.it is None:
            return False
        ours, theirs = agreeing_sets(left, right, calendar)
        return (ours == theirs) is (operator == "=")
    if left.kind is Kind.ARRAY:
        return any(compare(operator, one, right, calendar, ignore_case=ignore_case) for one in left.items)
    if right.kind is Kind.ARRAY:
        return any(compare(operator, left, one, calendar, ignore_case=ignore_case) for one in right.items)
    pair = agreeing(left, right, calendar)
    if pair is None:
        return False
    a, b = pair
    if a is None or b is None:
        # epoch milliseconds outside the years 1 to 9999
        return False
    if Kind.DOUBLE in {left.kind, right.kind} and {left.kind, right.kind} <= NUMBERS:
        # "Integer and Double mix freely" (R17): as Doubles
        a, b = float(a), float(b)
    if ignore_case:
        a, b = lowered(a), lowered(b)
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]


def agreeing(left: Value, right: Value, calendar: Calendar) -> tuple[Any, Any] | None:
    """Two scalars as one type (R17), or None when one is null."""
    left, right = read_literal(left, right), read_literal(right, left)
    if left.it is None or right.it is None:
        return None
    kinds = {left.kind, right.kind}
    if Kind.TIMESTAMP in kinds and len(kinds) > 1:
        return as_instant(left, calendar), as_instant(right, calendar)
    return left.it, right.it


def read_literal(one: Value, beside: Value) -> Value:
    """R17: a String literal beside a moment is ISO 8601, beside a number a number."""
    if not one.written or one.kind is not Kind.STRING:
        return one
    if beside.kind in MOMENTS:
        return moment_of(one.it)
    if beside.kind in NUMBERS:
        return Value(int(one.it), INTEGER) if re.fullmatch(r"[+-]?\d+", one.it) else Value(float(one.it), DOUBLE)
    return one


def moment_of(text: str) -> Value:
    """An ISO 8601 text: a Date, or a Timestamp that is UTC where it names no offset (R39)."""
    from segkit.pql.types import DATE, TIMESTAMP

    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return Value(dt.date.fromisoformat(text), DATE)
    at = dt.datetime.fromisoformat(text)
    return Value(at if at.tzinfo is None else at.astimezone(dt.UTC).replace(tzinfo=None), TIMESTAMP)


def as_instant(one: Value, calendar: Calendar) -> dt.datetime | None:
    """R17: a Date is its first instant, an Integer epoch milliseconds."""
    match one.it:
        case None | dt.datetime():
            return one.it
        case dt.date():
            return calendar.midnight(one.it)
        case _:
            try:
                return EPOCH + dt.timedelta(milliseconds=one.it)
            except OverflowError:
                return None


def agreeing_sets(left: Value, right: Value, calendar: Calendar) -> tuple[set[Any], set[Any]]:
    """Two arrays as sets of one type, null members skipped (R20)."""
    ours, theirs = set(), set()
    for one in left.items:
        beside = right.items[0] if right.items else one
        ours.add(as_member(read_literal(one, Value(None, right.type.of)), beside, calendar))
    for one in right.items:
        beside = left.items[0] if left.items else one
        theirs.add(as_member(read_literal(one, Value(None, left.type.of)), beside, calendar))
    return ours - {None}, theirs - {None}


def as_member(one: Value, beside: Value, calendar: Calendar) -> Any:
    """An item as it stands in a set beside items of another type."""
    kinds = {one.kind, beside.kind}
    return as_instant(one, calendar) if Kind.TIMESTAMP in kinds and len(kinds) > 1 else one.it


def contains(array: Value, item: Value, calendar: Calendar) -> bool:
    """R21: membership; null members match nothing, a null array holds nothing."""
    return any(compare("=", one, item, calendar) for one in array.items)


def missing(item: Value, array: Value) -> bool:
    """Whether a side of `in` or `notIn` is null (R12)."""
    return item.it is None or array.it is None
