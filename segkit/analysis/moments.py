"""Instants and stretches of time in words (`pql.md` R38 to R43)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from segkit.analysis.telling import RareError, constant
from segkit.pql.bound import Const, Convert, InRange, Now, Shift, StartOf

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.pql.bound import Bound
    from segkit.pql.tree import Unit

    Words = Callable[[Bound], str]

_PLURALS = {"century": "centuries", "millennium": "millennia"}
_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_UNITS = {-1: "last", 0: "this", 1: "next"}


def window(node: InRange, value: Words) -> str:
    """Where an instant lies, as it follows `is` or a noun: `in the 30 days before now`, `today`, `during last month`.

    Parameters
    ----------
    node
        The range.
    value
        What tells any other value.
    """
    low, high = node.low, node.high
    if low is not None and high is not None:
        return _calendar(low, high, node, value) or _distance(low, high, node, value) or _between(node, value)
    if low is not None:
        return _open(low, node, value, after=True)
    return "present" if high is None else _open(high, node, value, after=False)


def _calendar(low: Bound, high: Bound, node: InRange, value: Words) -> str | None:
    """A whole unit of the calendar."""
    if not node.low_included or node.high_included:
        return None
    start, end = _away(low), _away(high)
    if start is not None and end is not None and start[0] == end[0] and end[1] == start[1] + 1:
        named = _unit_named(*start)
        if named is not None:
            return named if start[0] == "day" else f"during {named}"
    moved = _moved(high)
    if moved is None or moved[0] != low or moved[1] != 1:
        return None
    if isinstance(low, Convert) and moved[2] == "day":
        return f"on {_day(low, value)}"
    if isinstance(low, StartOf) and low.unit == moved[2]:
        return f"{'on' if low.unit == 'day' else 'in'} the {_unit_around(low, value)}"
    return None


def _day(date: Convert, value: Words) -> str:
    """The day that a Date's first instant stands for."""
    return value(date.value) if isinstance(date.value, Const) else f"the day of {value(date.value)}"


def _unit_around(start: StartOf, value: Words) -> str:
    """The unit of the calendar that begins at a point: `day 3 days before now`, `month of birthDate`."""
    inner = _moved(start.instant)
    if inner is None or inner[2] != start.unit:
        return f"{start.unit} of {instant(start.instant, value)}"
    return f"{start.unit} {_length(*inner[1:])} {_side(inner[1])} {instant(inner[0], value)}"


def _distance(low: Bound, high: Bound, node: InRange, value: Words) -> str | None:
    back, forth = _moved(low), _moved(high)
    if back is not None and back[1] < 0 and back[0] == high:
        near = instant(high, value)
        if not node.low_included:
            return f"less than {_length(*back[1:])} before {near}"
        return f"in the {_length(*back[1:], bare=True)} before {near}"
    if forth is not None and forth[1] > 0 and forth[0] == low and node.low_included:
        near = instant(low, value)
        if not node.high_included:
            return f"less than {_length(*forth[1:])} after {near}"
        return f"in the {_length(*forth[1:], bare=True)} after {near}"
    return None


def _between(node: InRange, value: Words) -> str:
    assert node.low is not None  # noqa: S101  what the only caller has looked at
    assert node.high is not None  # noqa: S101
    last = _moved(node.high)
    ends = isinstance(node.low, Convert) and last is not None and isinstance(last[0], Convert)
    if ends and node.low_included and not node.high_included and last is not None and last[1:] == (1, "day"):
        return f"from {instant(node.low, value, whole=True)} through {instant(last[0], value, whole=True)}"
    low = f"{'at or after' if node.low_included else 'after'} {instant(node.low, value)}"
    return f"{low} but {'at or before' if node.high_included else 'before'} {instant(node.high, value)}"


def _open(end: Bound, node: InRange, value: Words, *, after: bool) -> str:
    """On one side of an instant."""
    included = node.low_included if after else node.high_included
    moved, away = _moved(end), _away(end)
    if after and included and moved is not None and isinstance(moved[0], Convert) and moved[1:] == (1, "day"):
        return f"after {_day(moved[0], value)}"
    if (away is None or _unit_named(*away) is None) and moved is not None and (moved[1] > 0) is after:
        more = "at least" if included else "more than"
        return f"{more} {_length(*moved[1:])} {_side(moved[1])} {instant(moved[0], value)}"
    side = "after" if after else "before"
    return f"{'at or ' if included else ''}{side} {instant(end, value)}"


def instant(node: Bound, value: Words, *, whole: bool = False) -> str:
    """An instant: `now`, `the start of this month`, `3 days after Machine`; with `whole` a Date is its day."""
    away, moved = _away(node), _moved(node)
    named = None if away is None else _unit_named(*away)
    if named is not None:
        return f"the start of {named}"
    match node:
        case Now():
            return "now"
        case StartOf(unit=unit, instant=Shift(unit=moved_unit)) if unit == moved_unit:
            return f"the start of the {_unit_around(node, value)}"
        case StartOf(unit=unit, instant=of):
            return f"the start of the {unit} of {instant(of, value)}"
        case Shift(instant=StartOf() as start, count=Const(value=1), unit=unit) if start.unit == unit:
            return f"the end of the {_unit_around(start, value)}"
        case Shift() if moved is not None and moved[1]:
            return f"{_length(*moved[1:])} {_side(moved[1])} {instant(moved[0], value)}"
        case Shift(instant=point) if moved is not None:
            return instant(point, value)
        case Shift():  # by a number that is computed
            raise RareError
        case Convert(value=Const(value=dt.date() as day)):
            return constant(day) if whole else f"the start of {constant(day)}"
        case Convert(value=inner):
            return value(inner)
        case _:
            return value(node)


def _away(node: Bound) -> tuple[Unit, int] | None:
    """A start of a unit of the calendar counted from the one that holds now."""
    match node:
        case StartOf(unit=unit, instant=Now()):
            return unit, 0
        case Shift(instant=StartOf(unit=unit, instant=Now()), count=Const(value=int(count)), unit=moved) if (
            unit == moved
        ):
            return unit, count
        case _:
            return None


def _unit_named(unit: Unit, count: int) -> str | None:
    if unit == "day":
        return _DAYS.get(count)
    return f"{_UNITS[count]} {unit}" if count in _UNITS else None


def _moved(node: Bound) -> tuple[Bound, int, Unit] | None:
    match node:
        case Shift(instant=point, count=Const(value=int(count)), unit=unit):
            return point, count, unit
        case _:
            return None


def _side(count: int) -> str:
    return "before" if count < 0 else "after"


def _length(count: int, unit: Unit, *, bare: bool = False) -> str:
    number = abs(count)
    if number == 1:
        return unit if bare else f"1 {unit}"
    return f"{number:,} {_PLURALS.get(unit, f'{unit}s')}"
