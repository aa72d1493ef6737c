"""`occurs` in all its forms at exact boundaries, by answers worked out from `pql.md` (R38 to R44)."""

from __future__ import annotations

import datetime as dt

import pytest
from reference_check import agree_on_members, agree_on_values
from reference_time import Calendar
from reference_world import NOW, World

AT = dt.datetime.fromisoformat

# now is Saturday 21 November 2026, noon
MOMENTS = {
    "a": "2026-11-21T12:00:00",
    "b": "2026-11-21T00:00:00",
    "c": "2026-11-20T23:59:59.999999",
    "d": "2026-11-20T00:00:00",
    "e": "2026-11-18T12:00:00",
    "f": "2026-11-18T11:59:59.999999",
    "g": "2026-11-18T00:00:00",
    "h": "2026-11-22T00:00:00",
    "i": "2026-11-21T12:00:00.000001",
    "j": "2026-11-24T12:00:00",
}
WORLD = World({**{letter: {"joined": AT(one)} for letter, one in MOMENTS.items()}, "z": {}})


def _members(cases: dict[str, str], world: World = WORLD) -> None:
    agree_on_members(world, cases)


def test_r40_intervals_include_their_start_and_not_their_end() -> None:
    _members(
        {
            "joined occurs today": "abi",
            "joined occurs on today": "abi",
            "joined occurs yesterday": "cd",
            "joined occurs tomorrow": "h",
            "joined occurs on date(2026, 11, 20)": "cd",
            'joined occurs on "2026-11-20"': "cd",
            "joined occurs before today": "cdefg",
            "joined occurs after yesterday": "abhij",
            "joined occurs from yesterday": "abhij",
            "joined occurs after today": "hj",
            "joined occurs before date(2026, 11, 20)": "efg",
            "joined occurs between yesterday and today": "abcdi",
            "joined occurs between date(2026, 11, 18) and yesterday": "cdefg",
            "not (joined occurs today)": "cdefghjz",
            "joined occurs this week": "abcdefghi",
            "joined occurs next week": "j",
            "joined occurs this month": "abcdefghij",
            "joined occurs last month": "",
        }
    )


def test_r40_instants_are_points() -> None:
    _members(
        {
            "joined occurs now": "a",
            "joined occurs on now": "a",
            "joined occurs before now": "bcdefg",
            "joined occurs after now": "hij",
            'joined occurs on "2026-11-20T00:00:00Z"': "d",
            "joined occurs between now and tomorrow": "ahi",
            "joined occurs between yesterday and now": "abcd",
            'joined occurs between "2026-11-18T12:00:00Z" and now': "abcde",
            "joined occurs between now and now": "a",
            "joined occurs between tomorrow and now": "",
            "joined occurs on joined": "abcdefghij",
            "joined occurs before joined": "",
            "joined occurs after seen": "",
            "not (joined occurs after seen)": "abcdefghijz",
        }
    )


def test_r41_distances_from_now_include_now() -> None:
    _members(
        {
            "joined occurs <= 3 days before now": "abcde",
            "joined occurs < 3 days before now": "abcd",
            "joined occurs > 3 days before now": "fg",
            "joined occurs >= 3 days before now": "efg",
            "joined occurs <= 0 days before now": "a",
            "joined occurs < 0 days before now": "",
            "joined occurs <= 3 days after now": "ahij",
            "joined occurs < 3 days after now": "ahi",
            "joined occurs > 3 days after now": "",
            "joined occurs >= 3 days after now": "j",
            "joined occurs <= 12 hours after now": "ahi",
            "joined occurs < 12 hours after now": "ai",
            "joined occurs <= 1 millisecond after now": "ai",
            "joined occurs <= 1 week from now": "ahij",
        }
    )


def test_r41_distances_from_an_interval_start_at_its_start() -> None:
    _members(
        {
            "joined occurs <= 3 days before today": "cdefg",
            "joined occurs < 3 days before today": "cdef",
            "joined occurs > 3 days before today": "",
            "joined occurs >= 3 days before today": "g",
            "joined occurs <= 1 day after today": "abhi",
            "joined occurs < 1 day after today": "abi",
            "joined occurs > 1 day after today": "j",
            "joined occurs >= 1 day after today": "hj",
            "joined occurs <= 2 days before date(2026, 11, 20)": "efg",
            "joined occurs <= 0 days after yesterday": "d",
        }
    )


def test_r42_an_exact_distance_is_the_whole_unit() -> None:
    _members(
        {
            "joined occurs = 3 days before now": "efg",
            "joined occurs != 3 days before now": "abcd",
            "joined occurs = 3 days after now": "j",
            "joined occurs != 3 days after now": "ahi",
            "joined occurs = 0 days before now": "abi",
            "joined occurs != 0 days before now": "cdefg",
            "joined occurs = 1 day before today": "cd",
            "joined occurs != 1 day before today": "efg",
            "joined occurs = 12 hours before now": "b",
            "joined occurs = 12 hours after now": "h",
            "joined occurs = 0 weeks before now": "abcdefghi",
            "joined occurs = 1 month after now": "",
            "not (joined occurs != 3 days before now)": "efghijz",
        }
    )


def test_r42_r43_months_years_and_round_years() -> None:
    days = {
        "a": "2024-02-29T00:00:00",
        "b": "2024-03-01T00:00:00",
        "c": "2020-01-01T00:00:00",
        "d": "2019-12-31T23:59:59",
        "e": "2000-01-01T00:00:00",
        "f": "1999-12-31T00:00:00",
        "g": "2023-02-28T10:00:00",
        "h": "2023-03-31T10:00:00",
    }
    world = World({one: {"seen": AT(at)} for one, at in days.items()}, Calendar(AT("2024-03-31T10:00:00")))
    _members(
        {
            "seen occurs <= 1 month before now": "b",  # 29 February, ten o'clock
            "seen occurs <= 1 month before today": "ab",
            "seen occurs = 1 month before now": "a",
            "seen occurs last month": "a",
            "seen occurs this year": "ab",
            "seen occurs last year": "gh",
            "seen occurs >= 1 year before now": "cdefgh",
            "seen occurs > 1 year before now": "cdefg",
            "seen occurs = 1 decade before now": "d",
            "seen occurs this decade": "abcgh",
            "seen occurs this century": "abcdegh",
            "seen occurs last century": "f",
            "seen occurs this millennium": "abcdegh",
            "seen occurs = 2 centuries before now": "",
            "seen occurs <= 9000 millennia before now": "",
            "seen occurs > 9000 millennia before now": "",
        },
        world,
    )
    agree_on_values(
        world,
        {
            "seen.addMonths(1)": [
                AT("2024-03-29T00:00:00"),
                AT("2024-04-01T00:00:00"),
                AT("2020-02-01T00:00:00"),
                AT("2020-01-31T23:59:59"),
                AT("2000-02-01T00:00:00"),
                AT("2000-01-31T00:00:00"),
                AT("2023-03-28T10:00:00"),
                AT("2023-04-30T10:00:00"),
            ],
            "seen.addYears(1).getDayOfMonth()": [28, 1, 1, 31, 1, 31, 28, 31],
            "seen.truncateToStartOfQuarter().getMonth()": [1, 1, 1, 10, 1, 10, 1, 1],
        },
    )


def test_r43_the_first_day_of_the_week_is_a_setting() -> None:
    days = {"a": "2026-11-15", "b": "2026-11-16", "c": "2026-11-21", "d": "2026-11-22", "e": "2026-11-23"}
    people = {one: {"joined": AT(at)} for one, at in days.items()}
    monday, sunday = (
        World(people, Calendar(AT("2026-11-22T08:00"))),
        World(people, Calendar(AT("2026-11-22T08:00"), "UTC", 6)),
    )
    _members({"joined occurs this week": "bcd", "joined occurs last week": "a", "joined occurs next week": "e"}, monday)
    _members({"joined occurs this week": "de", "joined occurs last week": "abc", "joined occurs next week": ""}, sunday)
    _members({"joined occurs = 1 week before now": "a", "joined occurs <= 1 week before now": "bcd"}, monday)
    _members({"joined occurs = 1 week before now": "abc", "joined occurs <= 1 week before now": "bcd"}, sunday)


@pytest.mark.parametrize(
    ("now", "cases"),
    [
        # 25 October 2026 has 25 hours in Berlin: from 22:00 UTC to 23:00 UTC
        (
            "2026-10-25T12:00:00",
            {
                "joined occurs today": "cdefg",
                "joined occurs yesterday": "ab",
                "joined occurs <= 24 hours before now": "bcdef",
                "joined occurs <= 1 day before now": "abcdef",
                "joined occurs = 1 day before now": "ab",
                "joined occurs = 11 hours before now": "e",
            },
        ),
        # half past one UTC: the second 2:30 of that night
        (
            "2026-10-25T01:30:00",
            {
                "joined occurs = 0 hours before now": "e",
                "joined occurs = 1 hour before now": "d",
                "joined occurs today": "cdefg",
            },
        ),
    ],
)
def test_r39_days_of_a_zone_that_leaves_summer_time(now: str, cases: dict[str, str]) -> None:
    moments = {
        "a": "2026-10-24T11:00:00",
        "b": "2026-10-24T21:59:59",
        "c": "2026-10-24T22:00:00",
        "d": "2026-10-25T00:30:00",
        "e": "2026-10-25T01:00:00",
        "f": "2026-10-25T02:00:00",
        "g": "2026-10-25T22:59:59",
        "h": "2026-10-25T23:00:00",
    }
    people = {one: {"joined": AT(at)} for one, at in moments.items()}
    _members(cases, World(people, Calendar(AT(now), "Europe/Berlin")))


def test_r39_days_of_a_zone_that_enters_summer_time() -> None:
    moments = {
        "a": "2026-03-28T22:59:59",
        "b": "2026-03-28T23:00:00",
        "c": "2026-03-29T00:59:59",
        "d": "2026-03-29T01:00:00",
        "e": "2026-03-29T21:59:59",
        "f": "2026-03-29T22:00:00",
    }
    people = {one: {"joined": AT(at)} for one, at in moments.items()}
    world = World(people, Calendar(AT("2026-03-29T10:00:00"), "Europe/Berlin"))
    _members(
        {
            "joined occurs today": "bcde",
            "joined occurs tomorrow": "f",
            "joined occurs yesterday": "a",
            "joined occurs <= 11 hours before now": "bcd",
            "joined occurs on date(2026, 3, 29)": "bcde",
            "joined occurs <= 1 day after today": "bcdef",
            "joined occurs >= 1 day after today": "f",
        },
        world,
    )
    agree_on_values(
        world,
        {
            "joined.getDayOfMonth()": [28, 29, 29, 29, 29, 30],
            "joined.extractHours()": [23, 0, 1, 3, 23, 0],
            "joined.truncateToStartOfDay()": [
                AT("2026-03-27T23:00"),
                *[AT("2026-03-28T23:00")] * 4,
                AT("2026-03-29T22:00"),
            ],
            "joined.addDays(1).diffInHours(joined)": [23, 23, 23, 24, 24, 24],
            "joined.addHours(24).diffInHours(joined)": [24] * 6,
        },
    )


def test_r40_a_date_field_is_its_day() -> None:
    world = World(
        {
            "a": {"born": dt.date(2026, 11, 20), "joined": AT("2026-11-20T08:00")},
            "b": {"born": dt.date(2026, 11, 20), "joined": AT("2026-11-21T00:00")},
            "c": {"born": dt.date(2026, 11, 21), "joined": AT("2026-11-20T23:59:59")},
            "d": {"born": dt.date(2026, 11, 22)},
            "e": {"joined": AT("2026-11-22T00:00")},
        }
    )
    _members(
        {
            "joined occurs on born": "a",
            "joined occurs after born": "b",
            "joined occurs before born": "c",
            "born occurs today": "c",
            "born occurs on date(2026, 11, 20)": "ab",
            "born occurs <= 1 day before now": "c",
            "born occurs <= 1 day before today": "ab",
            "joined occurs <= 1 day after born": "ab",
            "joined occurs < 1 day after born": "a",
            "joined occurs between born and born": "a",
            "joined = born": "",
            "joined >= born": "ab",
            "let D = today in born occurs D": "c",
            "let D = born in joined occurs on D": "a",
            "let D = joined in joined occurs on D": "abce",
        },
        world,
    )


def test_r44_parts_of_the_date() -> None:
    world = World(
        {"a": {"joined": AT("2025-12-31T23:30"), "born": dt.date(2025, 12, 31)}, "b": {}},
        Calendar(AT("2024-02-29T23:30"), "Europe/Berlin"),
    )
    agree_on_values(
        world,
        {
            "currentMonth()": [3, 3],
            "currentYear()": [2024, 2024],
            "currentDayOfMonth()": [1, 1],
            "now.getDayOfMonth()": [1, 1],
            "today.getMonth()": [3, 3],
            "yesterday.getDayOfMonth()": [29, 29],
            "joined.getYear()": [2026, None],
            "joined.getMonth()": [1, None],
            "born.getYear()": [2025, None],
            "joined.dayOfWeek()": [4, None],
            "joined.dayOfYear()": [1, None],
            "joined.weekOfYear()": [1, None],
            "born.weekOfYear()": [1, None],
            "born.dayOfYear()": [365, None],
        },
    )


def test_r41_no_distance_is_the_moment_itself_in_a_repeated_hour_too() -> None:
    second = AT("2026-10-25T01:30:00")  # the second half past two in Berlin
    people = {
        "a": {"joined": second, "seen": second},
        "b": {"joined": AT("2026-10-25T00:30:00"), "seen": second},
        "c": {"joined": AT("2026-10-25T01:30:00.000001"), "seen": second},
    }
    _members(
        {
            "joined occurs <= 0 months before seen": "a",
            "joined occurs >= 0 months before seen": "ab",
            "joined occurs > 0 days after seen": "c",
        },
        World(people, Calendar(AT("2026-11-21T12:00"), "Europe/Berlin")),
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_r39_the_first_day_of_year_1_is_a_day_in_every_zone(zone: str) -> None:
    first, second = dt.date(1, 1, 1), dt.date(1, 1, 5)
    people = {"a": {"born": first}, "b": {"born": second}, "c": {}, "d": {"born": dt.date(2000, 1, 1)}}
    agree_on_members(
        World(people, Calendar(NOW, zone)),
        {
            "born occurs before today": "abd",
            "born occurs on date(1, 1, 1)": "a",
            'born occurs after "0001-01-01"': "bd",
            "born occurs on born": "abd",
            "date(1, 1, 1) occurs before born": "bd",
            "born = date(1, 1, 1)": "a",
            "joined = date(1, 1, 1)": "",
        },
    )


def test_r39_nothing_begins_before_year_1() -> None:
    people = {"a": {"born": dt.date(1, 1, 2), "home": {}}, "b": {"born": dt.date(2000, 1, 5)}}
    start = dt.datetime.fromisoformat("2000-01-02T18:30:00")
    agree_on_values(World(people, Calendar(NOW, "Asia/Kolkata")), {"born.truncateToStartOfWeek()": [None, start]})
    agree_on_values(
        World(people, Calendar(NOW, "UTC", 6)),
        {"born.truncateToStartOfWeek()": [None, dt.datetime.fromisoformat("2000-01-02T00:00:00")]},
    )
    agree_on_members(World(people, Calendar(NOW)), {"born occurs = 0 decades before born": "b"})


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_r40_the_last_day_ends_with_the_calendar(zone: str) -> None:
    """Written, read or computed: east of Greenwich 9999-12-31 ends within the year, elsewhere after all years."""
    people = {"a": {"born": dt.date(9999, 12, 31)}, "b": {"born": dt.date(2026, 12, 1)}, "c": {}}
    east = zone == "Europe/Berlin"
    last = ["date(9999, 12, 31)", '"9999-12-31"', "if(born.isNull(), date(9999, 12, 31), date(9999, 12, 31))"]
    agree_on_members(
        World(people, Calendar(NOW, zone)),
        {f"born occurs between tomorrow and {one}": "ab" if east else "" for one in last}
        | {f"born occurs on {one}": "a" if east else "" for one in last}
        | {"born occurs on born": "ab" if east else "b"},
    )


def test_r40_a_day_without_midnight_ends_at_the_next_one() -> None:
    """In São Paulo 2018-11-04 began at 1 o'clock: the days around it neither overlap nor leave a gap."""
    people = {
        "a": {"seen": dt.datetime.fromisoformat("2018-11-04T02:59:59.999999"), "born": dt.date(2018, 11, 3)},
        "b": {"seen": dt.datetime.fromisoformat("2018-11-04T03:00:00"), "born": dt.date(2018, 11, 4)},
        "c": {"seen": dt.datetime.fromisoformat("2018-11-05T01:59:59.999999"), "born": dt.date(2018, 11, 4)},
        "d": {"seen": dt.datetime.fromisoformat("2018-11-05T02:00:00"), "born": dt.date(2018, 11, 5)},
    }
    now = dt.datetime.fromisoformat("2018-11-05T12:00:00")
    agree_on_members(
        World(people, Calendar(now, "America/Sao_Paulo")),
        {
            "seen occurs on born": "abcd",
            "seen occurs on date(2018, 11, 4)": "bc",
            "seen occurs yesterday": "bc",
            "seen occurs today": "d",
            "seen occurs after date(2018, 11, 4)": "d",
            "seen occurs = 1 day before now": "bc",
            "seen occurs = 1 day before born": "",
            "seen occurs <= 1 day before today": "bc",
            "seen occurs <= 2 days before date(2018, 11, 5)": "abc",
            "seen occurs between date(2018, 11, 3) and yesterday": "abc",
            "seen occurs last week": "abc",
        },
    )


def test_r49_moments_move_by_more_seconds_than_32_bits_count() -> None:
    people = {"a": {"joined": dt.datetime.fromisoformat("2026-11-15T23:59:59.999")}, "b": {}}
    at = dt.datetime.fromisoformat
    agree_on_values(
        World(people, Calendar(NOW, "America/New_York")),
        {
            "joined.addSeconds(3000000000)": [at("2121-12-10T05:19:59.999"), None],
            "joined.addMinutes(2147483648)": [at("6109-12-09T02:07:59.999"), None],
            "joined.addMinutes(-2147483648)": [None, None],
            "joined.addHours(3000000000)": [None, None],
            "joined.toString()": ["2026-11-15T23:59:59.999Z", None],
        },
    )


def test_r49_a_date_has_no_hours() -> None:
    """Whatever the zone: the first day of year 1 begins before the calendar east of Greenwich."""
    people = {"a": {"born": dt.date(1, 1, 1)}, "b": {"born": dt.date(2018, 11, 4)}, "c": {}}
    for zone in ("Europe/Berlin", "America/Sao_Paulo", "UTC"):
        agree_on_values(
            World(people, Calendar(NOW, zone)),
            {
                "born.extractHours()": [0, 0, None],
                "born.extractMinutes()": [0, 0, None],
                "date(1, 1, 1).extractSeconds()": [0, 0, 0],
            },
        )
