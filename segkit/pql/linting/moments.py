"""Points in time whose order is known before anything runs (`pql.md` R38 to R43).

A point is a distance from an anchor, known within bounds: months have 28 to 31 days, and a change of the zone's clock
moves a day by hours. What cannot be proven is left open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Const, Convert, InRange, Now, Shift, StartOf

if TYPE_CHECKING:
    from collections.abc import Hashable

    from segkit.pql.linting.keys import Keys
    from segkit.pql.tree import Unit

_DAY = 86_400.0
_SLACK = 26 * 3600.0  # how far a zone may move its clock: the largest jump was across the date line
_ZONES = 16 * 3600.0  # how far local midnight is from midnight in UTC
_REACH = 1000 * 365 * _DAY  # so far from now and from 1970 the calendar surely goes
_EXACT: dict[Unit, float] = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
_CALENDAR: dict[Unit, tuple[float, float]] = {
    "day": (1, 1),
    "week": (7, 7),
    "month": (28, 31),
    "year": (365, 366),
    "decade": (3652, 3653),
    "century": (36524, 36525),
    "millennium": (365242, 365243),
}
_UTC, _LOCAL, _NOW = "utc", "local", "now"
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  timestamps are naive UTC


@dataclass(frozen=True, slots=True)
class Point:
    """Seconds from an anchor, at least and at most; `steps` are the moves by one unit that led there, if nothing else
    did, and `key` is the same for points that are the same."""

    anchor: Hashable
    low: float
    high: float
    key: int
    steps: tuple[int, Unit, int] | None = None


def point(node: Bound, keys: Keys) -> Point:
    """Where a moment lies."""
    key = keys.of(node)
    match node:
        case Now():
            return Point(_NOW, 0.0, 0.0, key)
        case Const(value=dt.datetime() as moment):
            at = (moment - _EPOCH).total_seconds()
            return Point(_UTC, at, at, key)
        case Convert(value=Const(value=dt.date() as day)) if not isinstance(day, dt.datetime):
            at = (day - _EPOCH.date()).days * _DAY
            return Point(_LOCAL, at, at, key)
        case Shift(instant=inner, count=Const(value=int(count)), unit=unit):
            return _moved(point(inner, keys), count, unit, key)
        case StartOf(unit=unit, instant=inner):
            one = point(inner, keys)
            return Point(one.anchor, one.low - _longest(unit), one.high, key)
        case _:
            return Point(key, 0.0, 0.0, key)


def _moved(one: Point, count: int, unit: Unit, key: int) -> Point:
    steps = (one.key, unit, count)
    if unit in _EXACT and one.anchor != _LOCAL:
        by = count * _EXACT[unit]
        return Point(one.anchor, one.low + by, one.high + by, key, steps)
    least, most = _CALENDAR.get(unit, (0.0, 0.0)) if unit not in _EXACT else (_EXACT[unit] / _DAY,) * 2
    ends = sorted((count * least * _DAY, count * most * _DAY))
    whole_days = one.anchor == _LOCAL and one.low == one.high and unit in {"day", "week"}
    slack = 0.0 if whole_days else _SLACK
    return Point(one.anchor, one.low + ends[0] - slack, one.high + ends[1] + slack, key, steps)


def _longest(unit: Unit) -> float:
    return _EXACT[unit] if unit in _EXACT else _CALENDAR[unit][1] * _DAY + _SLACK


def _pair(one: Point, other: Point) -> tuple[float, float, float, float] | None:
    """The bounds of two points on one scale."""
    slack = 0.0
    if one.anchor != other.anchor:
        if {one.anchor, other.anchor} != {_UTC, _LOCAL}:
            return None
        slack = _ZONES
    return one.low - slack, one.high + slack, other.low, other.high


def is_before(one: Point, other: Point) -> bool:
    """Whether a point is certainly earlier than another."""
    pair = _pair(one, other)
    return pair is not None and pair[1] < pair[2]


def is_not_after(one: Point, other: Point) -> bool:
    """Whether a point is certainly no later than another."""
    if one.key == other.key:
        return True
    if one.steps is not None and other.steps is not None and one.steps[:2] == other.steps[:2]:
        return one.steps[2] <= other.steps[2]
    for steps, inner, forward in ((one.steps, other, False), (other.steps, one, True)):
        if steps is not None and steps[0] == inner.key:
            # moved by no day, an instant in an hour that the wall clock shows twice is earlier than it was
            return steps[2] > 0 or (steps[2] == 0 and steps[1] in _EXACT) if forward else steps[2] <= 0
    pair = _pair(one, other)
    return pair is not None and pair[1] <= pair[2]


def is_empty(low: Bound, low_in: bool, high: Bound, high_in: bool, keys: Keys) -> bool:  # noqa: FBT001  ends of a range
    """Whether certainly no moment lies between two."""
    first, last = point(low, keys), point(high, keys)
    if is_before(last, first):
        return True
    return is_not_after(last, first) and not (low_in and high_in)


def implies(inner: InRange, outer: InRange, keys: Keys) -> bool:
    """Whether every moment in one range is certainly in another. A missing end of the outer one makes it false, so that
    both must have the same ends or ends that are never missing."""
    return _end(inner.low, inner.low_included, outer.low, outer.low_included, keys, lower=True) and _end(
        inner.high, inner.high_included, outer.high, outer.high_included, keys, lower=False
    )


def _end(
    inner: Bound | None,
    inner_in: bool,  # noqa: FBT001
    outer: Bound | None,
    outer_in: bool,  # noqa: FBT001
    keys: Keys,
    *,
    lower: bool,
) -> bool:
    if outer is None:
        return True
    if inner is None:
        return False
    near, far = point(inner, keys), point(outer, keys)
    if near.key == far.key:
        return outer_in or not inner_in
    # an end out of the calendar is missing, and then nothing is in the outer range
    if far.anchor not in {_UTC, _LOCAL, _NOW} or max(-far.low, far.high) > _REACH:
        return False
    first, last = (far, near) if lower else (near, far)
    return is_before(first, last) or (is_not_after(first, last) and (outer_in or not inner_in))
