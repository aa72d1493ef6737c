"""The calendar of the reference interpreter and the forms of `occurs` (R38 to R43)."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")
EXACT = {"hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1000}
YEARS = {"year": 1, "decade": 10, "century": 100, "millennium": 1000}


@dataclass(frozen=True, slots=True)
class Calendar:
    """`now` as naive UTC, the zone of days and longer units, and the first weekday (0 is Monday)."""

    as_of: dt.datetime
    zone: str = "UTC"
    first_weekday: int = 0

    def local(self, at: dt.datetime) -> dt.datetime:
        return at.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def instant(self, wall: dt.datetime) -> dt.datetime:
        return wall.replace(tzinfo=ZoneInfo(self.zone), fold=0).astimezone(UTC).replace(tzinfo=None)

    def midnight(self, day: dt.date) -> dt.datetime:
        try:
            return self.instant(dt.datetime.combine(day, dt.time()))
        except OverflowError:
            # 0001-01-01, "no date" to many systems, begins before year 1 east of Greenwich
            return dt.datetime.min  # noqa: DTZ901

    def start_of(self, unit: str, at: dt.datetime | None) -> dt.datetime | None:
        """R39, R42, R43: the start of the calendar unit that holds an instant."""
        if at is None:
            return None
        try:
            wall = self.local(at)
            if unit in EXACT:
                since_midnight = wall - dt.datetime.combine(wall.date(), dt.time())
                return at - dt.timedelta(microseconds=since_midnight // dt.timedelta(microseconds=1) % EXACT[unit])
            day = dt.datetime.combine(wall.date(), dt.time())
            if unit == "week":
                day -= dt.timedelta(days=(day.weekday() - self.first_weekday) % 7)
            elif unit == "month":
                day = day.replace(day=1)
            elif unit != "day":
                day = day.replace(year=day.year - day.year % YEARS[unit], month=1, day=1)
            return self.instant(day)
        except (OverflowError, ValueError):
            return None

    def from_start(self, at: dt.datetime | None, count: int, unit: str) -> dt.datetime | None:
        """R40: the same from the first instant of a day, which in some zones is 1 o'clock once a year."""
        return self.shift(at, count, unit, midnight=True)

    def shift(
        self, at: dt.datetime | None, count: int | None, unit: str, *, midnight: bool = False
    ) -> dt.datetime | None:
        """R39, R43: hours and shorter are exact, longer units of the calendar, months clamp; overflow is null."""
        if at is None or count is None:
            return None
        found = self._shift(at, count, unit, midnight=midnight)
        if found is not None:
            return found
        # Python's wall clock ends with the year 9999, the instant may not yet: 400 years earlier all is the same
        beside = dt.timedelta(days=146_097) * (1 if at.year <= 400 else -1)
        found = self._shift(at + beside, count, unit, midnight=midnight)
        try:
            return None if found is None else found - beside
        except OverflowError:
            return None

    def _shift(self, at: dt.datetime, count: int, unit: str, *, midnight: bool) -> dt.datetime | None:
        try:
            if unit in EXACT:
                return at + dt.timedelta(microseconds=count * EXACT[unit])
            wall = self.local(at)
            if midnight:
                wall = dt.datetime.combine(wall.date(), dt.time())
            if unit in {"day", "week"}:
                return self.instant(wall + dt.timedelta(days=count * (7 if unit == "week" else 1)))
            return self.instant(add_months(wall, count * 12 * YEARS[unit] if unit in YEARS else count))
        except (OverflowError, ValueError):
            return None


def add_months(wall: dt.datetime, count: int) -> dt.datetime:
    year, month = divmod(wall.year * 12 + wall.month - 1 + count, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError
    return wall.replace(year=year, month=month + 1, day=min(wall.day, months.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Reference:
    """A time reference: an instant, or an interval with an end that is excluded (R40)."""

    start: dt.datetime | None
    end: dt.datetime | None = None
    is_interval: bool = False


def inside(at: dt.datetime, one: Reference) -> bool:
    """`T occurs [on] REF` (R40)."""
    if one.is_interval:
        return one.start is not None and one.end is not None and one.start <= at < one.end
    return at == one.start


def beside(at: dt.datetime, direction: str, one: Reference) -> bool:
    """`T occurs before REF`, `after REF` (R40)."""
    if direction == "before":
        return one.start is not None and at < one.start
    if one.is_interval:
        return one.end is not None and at >= one.end
    return one.start is not None and at > one.start


def between(at: dt.datetime, first: Reference, last: Reference) -> bool:
    """`T occurs between REF and REF` (R40)."""
    if first.start is None or at < first.start:
        return False
    if last.is_interval:
        return last.end is not None and at < last.end
    return last.start is not None and at <= last.start


def distant(  # noqa: PLR0917  the parts of a tail
    at: dt.datetime, comparison: str, count: int, unit: str, direction: str, one: Reference, calendar: Calendar
) -> bool:
    """`T occurs CMP N UNIT before|after REF` (R41, R42)."""
    near = one.start
    # no distance is no change, in the hour that a zone repeats too
    away = -count if direction == "before" else count
    far = calendar.shift(near, away, unit, midnight=one.is_interval) if count else near
    if near is None or far is None:
        return False
    if direction == "before":
        on_side = at < near if one.is_interval else at <= near
        within, beyond = far <= at, at < far
    else:
        on_side = at >= near
        within, beyond = at <= far, at > far
    match comparison:
        case "<=":
            return on_side and within
        case "<":
            return on_side and within and at != far
        case ">":
            return beyond
        case ">=":
            return beyond or at == far
    start = calendar.start_of(unit, far)
    end = calendar.from_start(start, 1, unit)
    if start is None or end is None:
        return False
    in_unit = start <= at < end
    return in_unit if comparison == "=" else not in_unit and on_side
