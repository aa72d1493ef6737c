"""The calendar in SQL is the calendar in Python: columns and constants agree (R39, R43)."""

from __future__ import annotations

import datetime as dt
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from sql_world import NOW, World, at

from segkit.plan import Clock
from segkit.pql.bound import Attribute, Const, Shift, StartOf
from segkit.pql.tree import Unit
from segkit.pql.types import INTEGER, TIMESTAMP
from segkit.sql import compile_columns

UNITS: tuple[Unit, ...] = get_args(Unit)
INSTANTS = [
    at(one)
    for one in (
        "2024-02-29 23:59:59.999999",
        "2026-03-29 00:59:59.5",
        "2026-03-29 01:00:00",
        "2026-03-31 11:07:08.123456",
        "2026-10-25 12:00:00",
        "2026-11-01 17:45:00",
        "1969-12-31 20:30:00.000001",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59.999999",
    )
]
JOINED = Attribute(("joined",), TIMESTAMP)
NUMBER = Attribute(("number",), INTEGER)


def _of(world: World, clock: Clock, values: dict[str, StartOf | Shift]) -> list[tuple[dt.datetime | None, ...]]:
    rows = world.run(compile_columns(values, world, clock, identity=False))
    return [tuple(one if isinstance(one, dt.datetime | None) else None for one in row) for row in rows]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata"])
@pytest.mark.parametrize("week_start", ["monday", "saturday"])
def test_r43_start_of_a_column(zone: str, week_start: str) -> None:
    clock = Clock(NOW, zone, week_start)  # type: ignore[arg-type]
    # Before about 1900 zones have offsets of odd seconds; the ends of time are the business of `Shift`.
    instants = [one for one in INSTANTS if zone == "UTC" or 1900 < one.year < 9000]
    instants = [one for one in instants if one.year >= 1000]
    world = World({chr(97 + number): {"joined": one} for number, one in enumerate(instants)})
    rows = _of(world, clock, {unit: StartOf(unit, JOINED) for unit in UNITS})
    for instant, row in zip(instants, rows, strict=True):
        assert dict(zip(UNITS, row, strict=True)) == {unit: clock.start_of(unit, instant) for unit in UNITS}, instant


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
@pytest.mark.parametrize("count", [-14, -1, 0, 1, 13])
def test_r43_shift_of_a_column(zone: str, count: int) -> None:
    clock = Clock(NOW, zone)
    instants = [one for one in INSTANTS if zone == "UTC" or 1900 < one.year < 9000]
    world = World({chr(97 + number): {"joined": one, "number": count} for number, one in enumerate(instants)})
    for amount in (Const(count, INTEGER), NUMBER):
        rows = _of(world, clock, {unit: Shift(JOINED, amount, unit) for unit in UNITS})
        for instant, row in zip(instants, rows, strict=True):
            expected = {unit: clock.shift(instant, count, unit) for unit in UNITS}
            assert dict(zip(UNITS, row, strict=True)) == expected, (instant, amount)


MOVES: list[tuple[Unit, int]] = [("day", -1), ("day", 0), ("day", 1), ("month", -1), ("month", 0), ("month", 1)]


def _changes(zone: str, year: int) -> list[dt.datetime]:
    """Instants around each change of a zone's offset in a year, by the half hour."""
    found: list[dt.datetime] = []
    known = None
    for hour in range(366 * 24):
        instant = dt.datetime(year, 1, 1) + dt.timedelta(hours=hour)  # noqa: DTZ001  naive UTC
        offset = instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).utcoffset()
        if known is not None and offset != known:
            found += [instant + dt.timedelta(minutes=30 * step) for step in range(-8, 9)]
        known = offset
    return found


# the hour that comes twice, at midnight in Havana, half an hour long on Lord Howe
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "America/St_Johns"])
def test_r39_r43_around_changes_of_the_clocks(zone: str) -> None:
    clock = Clock(NOW, zone)
    instants = _changes(zone, 2026)
    assert len(instants) == 34
    world = World({f"p{number:02}": {"joined": one} for number, one in enumerate(instants)})
    values: dict[str, StartOf | Shift] = {
        **{f"start of {unit}": StartOf(unit, JOINED) for unit in ("hour", "day", "week")},
        **{f"{count} {unit}": Shift(JOINED, Const(count, INTEGER), unit) for unit, count in MOVES},
    }
    for instant, row in zip(instants, _of(world, clock, values), strict=True):
        expected = {f"start of {unit}": clock.start_of(unit, instant) for unit in ("hour", "day", "week")} | {
            f"{count} {unit}": clock.shift(instant, count, unit) for unit, count in MOVES
        }
        assert dict(zip(values, row, strict=True)) == expected, instant
