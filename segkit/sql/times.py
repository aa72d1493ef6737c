"""Time over columns: the same calendar as `Clock`, in SQL (`pql.md` R39 to R43)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.clock import DAYS, MONTHS, SECONDS
from segkit.sql.build import call, cast, grouped, literal, once, operand, tried, tried_cast, when

if TYPE_CHECKING:
    from segkit.plan.clock import Clock
    from segkit.pql.tree import Unit

_LONGEST_STEP = 3
"""No zone has put its clocks back by more hours at once, date line apart."""
_NARROW = 2**31
FIRST = dt.datetime.min  # noqa: DTZ901  timestamps are naive UTC
LAST = dt.datetime.max  # noqa: DTZ901
_INTERVALS: dict[Unit, str] = {
    "month": "TO_MONTHS",
    "day": "TO_DAYS",
    "hour": "TO_HOURS",
    "minute": "TO_MINUTES",
    "second": "TO_SECONDS",
    "millisecond": "TO_MILLISECONDS",
}


def _at(value: exp.Expr, zone: str) -> exp.Expr:
    inner = value if isinstance(value, exp.AtTimeZone) else grouped(value)
    return exp.AtTimeZone(this=inner, zone=exp.Literal.string(zone))


def local(instant: exp.Expr, clock: Clock) -> exp.Expr:
    """The wall clock of the workspace's zone at an instant."""
    return instant if clock.is_utc else _at(_at(instant, "UTC"), clock.timezone)


def utc(wall: exp.Expr, clock: Clock) -> exp.Expr:
    """The instant of a wall clock; where clocks go back and it comes twice, the first of the two, as in `Clock.utc`."""
    if clock.is_utc:
        return wall
    return once(wall, lambda one: once(_later(one, clock), lambda late: _first(one, late, clock), "later"), "wall")


def _later(wall: exp.Expr, clock: Clock) -> exp.Expr:
    """The instant of a wall clock as the engine has it: of two, the second."""
    return _at(_at(wall.copy(), clock.timezone), "UTC")


def _first(wall: exp.Expr, later: exp.Expr, clock: Clock) -> exp.Expr:
    """The instant at which the wall clock shows this with the offset of some hours before, if there is one."""
    before = tried(exp.Sub(this=operand(later.copy()), expression=interval(_LONGEST_STEP, "hour")))
    offset = exp.Sub(this=operand(local(before, clock)), expression=operand(before.copy()))
    earlier = tried(exp.Sub(this=operand(wall.copy()), expression=exp.Paren(this=offset)))
    same = exp.EQ(this=operand(local(earlier, clock)), expression=operand(wall.copy()))
    return exp.Case().when(same, earlier.copy()).else_(later.copy())


def interval(count: int, unit: str) -> exp.Expr:
    """A span of time written out."""
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.Var(this=unit.upper()))


def start_of(unit: Unit | str, instant: exp.Expr, clock: Clock) -> exp.Expr:
    """The start of the calendar unit that holds an instant."""
    if unit in {"second", "millisecond"} or (unit in {"minute", "hour"} and clock.is_utc):
        return _truncated(unit, instant)
    if unit in {"minute", "hour"}:
        return once(instant, lambda one: _local_start(unit, one, clock))
    wall = local(instant, clock)
    if unit == "week" and clock.week_shift:
        moved = exp.Sub(this=operand(wall), expression=interval(clock.week_shift, "day"))
        first_day = exp.Add(this=_truncated(unit, moved), expression=interval(clock.week_shift, "day"))
        return in_years(utc(first_day, clock))
    start = utc(_truncated(unit, wall), clock)
    # year 1 begins a Monday in UTC; elsewhere, and of decades and longer, the first one begins before it
    return start if clock.is_utc and unit in {"day", "week", "month", "quarter", "year"} else in_years(start)


def _local_start(unit: str, instant: exp.Expr, clock: Clock) -> exp.Expr:
    # Zones with an offset of a half hour have their own hours.
    wall = local(instant.copy(), clock)
    past = exp.Sub(this=operand(wall), expression=_truncated(unit, wall.copy()))
    return exp.Sub(this=operand(instant), expression=exp.Paren(this=past))


def _truncated(unit: str, instant: exp.Expr) -> exp.Expr:
    return call("DATE_TRUNC", exp.Literal.string(unit), instant)


def shift(instant: exp.Expr, count: exp.Expr, unit: Unit) -> exp.Expr:
    """A wall clock or instant moved by whole units; null where that overflows the engine."""
    factor, base = _basis(unit)
    if factor != 1:
        # Twelve months to the year do not fit the narrow type that a column of years may have.
        wide = count if isinstance(count, exp.Literal | exp.Neg) else tried_cast(count, "BIGINT")
        count = tried(exp.Mul(this=operand(wide), expression=literal(factor)))
    return tried(exp.Add(this=operand(instant), expression=call(_INTERVALS[base], _whole(count))))


def _whole(count: exp.Expr) -> exp.Expr:
    # DuckDB computes what a statement repeats outside of TRY, so that every part in there has to be safe by itself.
    return cast(count, "INT") if isinstance(count, exp.Literal | exp.Neg) else tried_cast(count, "INT")


def _basis(unit: Unit) -> tuple[int, Unit]:
    if unit in MONTHS:
        return MONTHS[unit], "month"
    if unit in DAYS:
        return DAYS[unit], "day"
    return 1, unit


def shifted(instant: exp.Expr, count: exp.Expr, unit: Unit, clock: Clock, *, begins_day: bool = False) -> exp.Expr:
    """An instant moved by whole units; null outside the years 1 to 9999. See `Clock.shift`."""
    if clock.is_utc and isinstance(count, exp.Literal | exp.Neg):
        return _shifted_by(instant, int(count.to_py()), unit, clock)
    if unit in SECONDS:
        # The engine's spans of seconds and the like are counted in 32 bits.
        narrow = isinstance(count, exp.Literal) and abs(int(count.to_py())) < _NARROW
        if unit == "millisecond" or not narrow:
            factor = {"hour": 3_600_000, "minute": 60_000, "second": 1000, "millisecond": 1}[unit]
            # Counted in milliseconds, which hold any count that stays within the years.
            total = (
                count if factor == 1 else exp.Mul(this=operand(tried_cast(count, "BIGINT")), expression=literal(factor))
            )
            span = tried(call("TO_MILLISECONDS", total if factor == 1 else tried(total)))
            return in_years(tried(exp.Add(this=operand(instant), expression=span)))
        return in_years(shift(instant, count, unit))
    wall = local(instant, clock)
    if begins_day and not clock.is_utc:
        wall = _truncated("day", wall)
    return in_years(utc(shift(wall, count, unit), clock))


def _shifted_by(instant: exp.Expr, count: int, unit: Unit, clock: Clock) -> exp.Expr:
    """Moved by a known number of units: what the result may be says what the instant may be."""
    limit = clock.shift(LAST if count > 0 else FIRST, -count, unit)
    if limit is None:
        return cast(exp.Null(), "TIMESTAMP")
    bound = exp.LTE if count > 0 else exp.GTE
    factor, base = _basis(unit)
    direction = exp.Add if count > 0 else exp.Sub

    def moved(one: exp.Expr) -> exp.Expr:
        later = direction(this=operand(one), expression=interval(abs(count) * factor, base))
        return when(bound(this=operand(one.copy()), expression=literal(limit)), later)

    return once(instant, moved)


def in_years(instant: exp.Expr) -> exp.Expr:
    """An instant, or null outside the years 1 to 9999, which Python and Parquet readers cannot hold."""
    low, high = literal(FIRST), literal(LAST)
    return once(instant, lambda one: when(exp.Between(this=operand(one), low=low, high=high), one.copy()))


def first_instant(date: exp.Expr, clock: Clock) -> exp.Expr:
    """The midnight a date begins with."""
    if clock.is_utc or clock.midnight(FIRST.date()) != FIRST:
        return utc(cast(date, "TIMESTAMP"), clock)
    # "no date" is often written 0001-01-01, which begins before year 1 east of Greenwich
    return once(date, lambda one: _within_years(one, clock), "day")


def _within_years(date: exp.Expr, clock: Clock) -> exp.Expr:
    midnight = utc(cast(date, "TIMESTAMP"), clock)
    return when(exp.LTE(this=operand(date.copy()), expression=literal(FIRST.date())), literal(FIRST), midnight)


def from_milliseconds(count: exp.Expr) -> exp.Expr:
    """The instant some milliseconds after 1970."""
    return in_years(tried(call("EPOCH_MS", cast(count, "BIGINT"))))
