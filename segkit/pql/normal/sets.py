"""Sets of the values that one subject can have, null among them: what a condition on it lets through.

A set is where, going up, it begins and ends. Two conditions on one subject say the same when their sets are equal, and
`and`, `or` and `not` of them are meet, join and rest: null is a value like any other here, which is why `not (x > 3)`
and `x <= 3` differ.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from segkit.pql.bound import Value
    from segkit.pql.tree import Comparison

Cut = tuple[Any, ...]
"""`(0,)` below everything; `(1, value, 0)` just below a value, `(1, value, 1)` just above it."""

_BOTTOM: Cut = (0,)
_EXACT = 2**53  # whole numbers up to here are Doubles too
_SAFE = 2**62  # and their neighbours are Integers


@dataclass(frozen=True, slots=True)
class Set:
    """Some values of a domain."""

    null: bool
    cuts: tuple[Cut, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.null and not self.cuts


@dataclass(frozen=True, slots=True)
class Domain:
    """All values that a subject can have; between those of a discrete one there is nothing."""

    full: Set
    discrete: bool
    kind: Kind


def finite(size: int, *, nullable: bool, kind: Kind = Kind.INTEGER) -> Domain:
    """The whole numbers from 0 up to a size, as for outcomes that are counted through."""
    return Domain(Set(nullable, ((1, 0, 0), (1, size, 0))), True, kind)


def counting() -> Domain:
    """The numbers of things that there can be."""
    return Domain(Set(False, ((1, 0, 0),)), True, Kind.INTEGER)


def domain_of(kind: Kind, *, nullable: bool) -> Domain:
    """The values of a scalar type."""
    if kind is Kind.BOOLEAN:
        return finite(2, nullable=nullable, kind=kind)
    return Domain(Set(nullable, (_BOTTOM,)), kind in {Kind.INTEGER, Kind.DATE}, kind)


def rest(one: Set, domain: Domain) -> Set:
    """What of the domain is not in a set."""
    return Set(domain.full.null and not one.null, tuple(sorted(set(one.cuts) ^ set(domain.full.cuts))))


def present(one: Set) -> Set:
    """A set without null."""
    return Set(False, one.cuts)


def meet(one: Set, other: Set) -> Set:
    """What is in both."""
    return Set(one.null and other.null, _swept(one.cuts, other.cuts, lambda a, b: a and b))


def join(one: Set, other: Set) -> Set:
    """What is in either."""
    return Set(one.null or other.null, _swept(one.cuts, other.cuts, lambda a, b: a or b))


def within(one: Set, other: Set) -> bool:
    """Whether a set is a part of another."""
    return meet(one, other) == one


def _swept(one: tuple[Cut, ...], other: tuple[Cut, ...], keep: Callable[[bool, bool], bool]) -> tuple[Cut, ...]:
    if one == other:
        return one
    ours, theirs = set(one), set(other)
    here = there = inside = False
    found: list[Cut] = []
    for cut in sorted(ours | theirs):
        here ^= cut in ours
        there ^= cut in theirs
        if keep(here, there) is not inside:
            inside = not inside
            found.append(cut)
    return tuple(found)


def points(values: Iterable[Any], domain: Domain) -> Set:
    """Single values."""
    cuts: set[Cut] = set()
    for value in set(values):
        cuts ^= {(1, value, 0), (1, value + 1, 0) if domain.discrete else (1, value, 1)}
    return meet(Set(False, tuple(sorted(cuts))), domain.full)


def section(operator: Comparison, value: Value, domain: Domain) -> Set | None:
    """The values that compare with a constant as an operator says; None where that is not known exactly."""
    found = _exact(operator, value, domain)
    if found is None:
        return None
    operator, exact = found
    if exact is None:
        return present(domain.full) if operator == "!=" else Set(False, ())
    below: Cut = (1, exact, 0)
    above: Cut = (1, exact + 1, 0) if domain.discrete else (1, exact, 1)
    match operator:
        case "=":
            cuts: tuple[Cut, ...] = (below, above)
        case "!=":
            cuts = (_BOTTOM, below, above)
        case "<":
            cuts = (_BOTTOM, below)
        case "<=":
            cuts = (_BOTTOM, above)
        case ">":
            cuts = (above,)
        case ">=":
            cuts = (below,)
    return meet(Set(False, cuts), domain.full)


def exactly(value: Value, domain: Domain) -> Any | None:  # noqa: ANN401  a value of the domain
    """A constant as a value of the domain; None where it is none, or where it is not known."""
    found = _exact("=", value, domain)
    return None if found is None else found[1]


def _exact(operator: Comparison, value: Value, domain: Domain) -> tuple[Comparison, Any] | None:
    """The same comparison with a value of the domain, which is None where no value is equal."""
    match domain.kind, value:
        case Kind.BOOLEAN, bool():
            return operator, int(value)
        case _, bool():
            return None
        case Kind.INTEGER, int():
            return (operator, value) if abs(value) < _SAFE else None
        case Kind.INTEGER, float():
            return _whole(operator, value)
        case Kind.DOUBLE, int():
            return (operator, float(value)) if abs(value) <= _EXACT else None
        case Kind.DOUBLE, float():
            return (operator, value) if math.isfinite(value) else None
        case Kind.STRING, str():
            return operator, value
        case Kind.TIMESTAMP, dt.datetime():
            return operator, value
        case Kind.DATE, dt.date() if not isinstance(value, dt.datetime):
            return (operator, value.toordinal()) if dt.date.min < value < dt.date.max else None
        case _:
            return None


def _whole(operator: Comparison, value: float) -> tuple[Comparison, int | None] | None:
    """A comparison of an Integer with a Double, as one with an Integer."""
    if not abs(value) < _EXACT:
        return None
    if value.is_integer():
        return operator, int(value)
    match operator:
        case "<" | "<=":
            return "<", math.ceil(value)
        case ">" | ">=":
            return ">=", math.ceil(value)
        case _:
            return operator, None
