"""The calendar of a run: its instant, zone and first day of the week (`pql.md` R39, R42, R43)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal as Choice
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from segkit.pql.tree import Unit

Weekday = Choice["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MONTHS: dict[Unit, int] = {"month": 1, "year": 12, "decade": 120, "century": 1200, "millennium": 12000}
"""The units that are a number of months."""

DAYS: dict[Unit, int] = {"day": 1, "week": 7}
"""The units that are a number of days."""

SECONDS: dict[Unit, dt.timedelta] = {
    "hour": dt.timedelta(hours=1),
    "minute": dt.timedelta(minutes=1),
    "second": dt.timedelta(seconds=1),
    "millisecond": dt.timedelta(milliseconds=1),
}
"""The units of exact length."""

_YEARS: dict[Unit, int] = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}
_UTC = ZoneInfo("UTC")
_CYCLE = dt.timedelta(days=146_097)  # 400 years of the Gregorian calendar, a whole number of weeks


@dataclass(frozen=True, slots=True)
class Clock:
    """What time means in one run.

    Parameters
    ----------
    as_of
        The instant of `now`, naive, in UTC.
    timezone
        The IANA name of the zone that days, weeks, months and longer units are counted in.
    week_start
        The first day of a week.
    """

    as_of: dt.datetime
    timezone: str = "UTC"
    week_start: Weekday = "monday"

    @property
    def is_utc(self) -> bool:
        """Whether local time is UTC, so that no conversion is needed."""
        return self.timezone in {"UTC", "Etc/UTC", "GMT"}

    @property
    def week_shift(self) -> int:
        """How many days after Monday the week starts."""
        return WEEKDAYS.index(self.week_start)

    def local(self, instant: dt.datetime) -> dt.datetime:
        """The wall clock of the zone, naive, at a naive UTC instant."""
        if self.is_utc:
            return instant
        return instant.replace(tzinfo=_UTC).astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None, fold=0)

    def utc(self, wall: dt.datetime) -> dt.datetime:
        """The naive UTC instant of a wall clock; the first of two, and beyond a gap as far as into it."""
        if self.is_utc:
            return wall
        return wall.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(_UTC).replace(tzinfo=None)

    def midnight(self, day: dt.date) -> dt.datetime:
        """The naive UTC instant a day begins with; the start of year 1 where its first day begins before it."""
        try:
            return self.utc(dt.datetime(day.year, day.month, day.day))  # noqa: DTZ001  a wall clock
        except OverflowError:
            return dt.datetime.min  # noqa: DTZ901

    def start_of(self, unit: Unit, instant: dt.datetime) -> dt.datetime | None:
        """The start of the unit that holds an instant; None before year 1."""
        try:
            return self._start_of(unit, instant)
        except (OverflowError, ValueError):
            return None

    def _start_of(self, unit: Unit, instant: dt.datetime) -> dt.datetime:
        if unit == "millisecond":
            return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        if unit == "second":
            return instant.replace(microsecond=0)
        wall = self.local(instant)
        # Zones with an offset of a half hour have their own hours; within them the offset does not change.
        if unit == "minute":
            return instant - (wall - wall.replace(second=0, microsecond=0))
        if unit == "hour":
            return instant - (wall - wall.replace(minute=0, second=0, microsecond=0))
        day = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        if unit == "week":
            day -= dt.timedelta(days=(day.weekday() - self.week_shift) % 7)
        elif unit == "month":
            day = day.replace(day=1)
        elif unit in _YEARS:
            span = _YEARS[unit]
            day = day.replace(year=day.year // span * span, month=1, day=1)
        return self.utc(day)

    def shift(self, instant: dt.datetime, count: int, unit: Unit, *, begins_day: bool = False) -> dt.datetime | None:
        """An instant moved by whole units, clamped to the end of the month; None outside the years 1 to 9999.

        With `begins_day` the instant is the first of its day: at midnight, or where clocks skip that, the one after.
        """
        try:
            return self._shift(instant, count, unit, begins_day=begins_day)
        except (OverflowError, ValueError):
            return self._shift_beside(instant, count, unit, begins_day=begins_day)

    def _shift(self, instant: dt.datetime, count: int, unit: Unit, *, begins_day: bool) -> dt.datetime:
        if unit in SECONDS:
            return instant + SECONDS[unit] * count
        wall = self.local(instant)
        if begins_day:
            wall = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        if unit in DAYS:
            return self.utc(wall + dt.timedelta(days=DAYS[unit] * count))
        return self.utc(add_months(wall, MONTHS[unit] * count))

    def _shift_beside(self, instant: dt.datetime, count: int, unit: Unit, *, begins_day: bool) -> dt.datetime | None:
        """The same where the wall clock leaves the years 1 to 9999 and the instant need not: the calendar repeats."""
        away = _CYCLE if instant.year <= _CYCLE.days // 365 else -_CYCLE
        try:
            return self._shift(instant + away, count, unit, begins_day=begins_day) - away
        except (OverflowError, ValueError):
            return None


def add_months(day: dt.datetime, count: int) -> dt.datetime:
    """A date moved by months, clamped to the last day of the month."""
    total = day.year * 12 + day.month - 1 + count
    year, month = divmod(total, 12)
    following = dt.date(year + month // 11, (month + 1) % 12 + 1, 1) if (year, month) != (9999, 11) else None
    last = 31 if following is None else (following - dt.timedelta(days=1)).day
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
