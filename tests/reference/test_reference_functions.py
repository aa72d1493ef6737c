"""Functions of texts, numbers and moments, by answers worked out from `pql.md` and the registry (R46, R47, R49)."""

from __future__ import annotations

import datetime as dt

from reference_check import agree_on_members, agree_on_values
from reference_time import Calendar
from reference_world import World

AT = dt.datetime.fromisoformat


def _world(*names: str | None, **more: list[object]) -> World:
    return World(
        {
            chr(ord("a") + number): {"name": name, **{key: values[number] for key, values in more.items()}}
            for number, name in enumerate(names)
        }
    )


def test_r46_predicates_take_their_arguments_literally() -> None:
    world = _world("50% off", "50_ OFF", "", None, "a\\b")
    agree_on_members(
        world,
        {
            'name.startsWith("50%")': "a",
            'name.startsWith("")': "abce",
            'name.endsWith("off", false)': "ab",
            'name.endsWith("off", true)': "a",
            'name.doesNotEndWith("off", false)': "ce",
            'name.contains("_")': "b",
            r'name.contains("\\")': "e",
            'name.doesNotStartWith("5")': "ce",
            'name.equals("50% OFF", false)': "a",
            'name.notEqualTo("50% OFF", false)': "bce",
            'name.notEqualTo("")': "abe",
        },
    )


def test_r47_like_and_regular_expressions() -> None:
    world = _world("Hello", "hello\nworld", "", None, "50%", "é1")
    agree_on_members(
        world,
        {
            'name like "%l%o%"': "ab",
            'name like "_ello%"': "ab",
            'name like "_____"': "a",
            'name like "%"': "abcef",
            'name like ""': "c",
            'name like "50%"': "e",
            'name like "é_"': "f",
            'name matches "ell"': "ab",
            'name matches "^Hello$"': "a",
            'name matches "(?i)^hello$"': "a",
            'name matches "o.w"': "",
            r'name matches "^\\w+$"': "a",
            r'name.matches("\\d")': "ef",
            'name.matches("")': "abcef",
            'name.regexGroup("(l+)(o)", 2) = "o"': "ab",
            'name.regexGroup("(x)?H", 1) = ""': "a",
            'name.regexGroup("x", 0).isNull()': "abcdef",
        },
    )


def test_r49_texts() -> None:
    world = _world(" Ab,c ", "", None, "ÄÖé")
    agree_on_values(
        world,
        {
            "name.upperCase()": [" AB,C ", "", None, "ÄÖÉ"],
            "name.lowerCase()": [" ab,c ", "", None, "äöé"],
            "name.trim()": ["Ab,c", "", None, "ÄÖé"],
            "name.leftTrim()": ["Ab,c ", "", None, "ÄÖé"],
            "name.rightTrim()": [" Ab,c", "", None, "ÄÖé"],
            "name.length()": [6, 0, None, 3],
            "length(name)": [6, 0, None, 3],
            "name.substr(1)": ["Ab,c ", "", None, "Öé"],
            "name.substr(1, 3)": ["Ab", "", None, "Öé"],
            "name.substr(-2, 2)": [" A", "", None, "ÄÖ"],
            "name.substr(4, 2)": ["", "", None, ""],
            "name.substr(0, 99)": [" Ab,c ", "", None, "ÄÖé"],
            'name.concat("!")': [" Ab,c !", "!", None, "ÄÖé!"],
            'name.replace("b", "bb")': [" Abb,c ", "", None, "ÄÖé"],
            'name.replaceAll("[Aé]", "$1")': [" $1b,c ", "", None, "ÄÖ$1"],
            'name.split(",")': [[" Ab", "c "], [""], None, ["ÄÖé"]],
            'name.split(",").join(";")': [" Ab;c ", "", None, "ÄÖé"],
            'name.indexOf("b")': [2, -1, None, -1],
            "name.md5().length()": [32, 32, None, 32],
            "name.sha256().length()": [64, 64, None, 64],
        },
    )


def test_r49_conversions() -> None:
    world = _world("12", "-3.7", " 8 ", "1e400", "abc", "", "TRUE", None)
    agree_on_values(
        world,
        {
            "name.stringToNumber()": [12.0, -3.7, 8.0, None, None, None, None, None],
            "name.toInt()": [12, -3, 8, None, None, None, None, None],
            "name.toBool()": [None, None, None, None, None, None, True, None],
        },
    )
    moments = _world("2026-11-20", "2026-11-20T10:30:00", "2026-11-20T10:30:00+02:00", "2026-02-30", "soon", None)
    agree_on_values(
        moments,
        {
            "name.stringToDate()": [
                AT("2026-11-20T00:00"),
                AT("2026-11-20T10:30"),
                AT("2026-11-20T08:30"),
                None,
                None,
                None,
            ],
        },
    )
    numbers = World(
        {
            "a": {"age": 3, "small": -3, "active": True, "score": 2.5, "joined": AT("2026-11-20T10:30:05")},
            "b": {"age": 0, "small": 250, "active": False, "score": -2.5, "born": dt.date(2024, 2, 29)},
        }
    )
    agree_on_values(
        numbers,
        {
            "age.toString()": ["3", "0"],
            "active.toString()": ["true", "false"],
            "joined.toString()": ["2026-11-20T10:30:05Z", None],
            "born.toString()": [None, "2024-02-29"],
            "age.toBool()": [True, False],
            "score.toInt()": [2, -2],
            "score.roundUp()": [3.0, -2.0],
            "score.roundDown()": [2.0, -3.0],
            "score.toPrecision(2)": ["2.50", "-2.50"],
            "small.absolute()": [3.0, 250.0],
            "date(2020 + age, 2, 29)": [None, dt.date(2020, 2, 29)],
            "date(small, 1, 1)": [None, dt.date(250, 1, 1)],
        },
    )


def test_r49_addresses() -> None:
    world = _world("Ann@Shop.example", "a@b@c", "none", "https://u:p@Host.example:8080/a/b?x=1#y", "http://h", None)
    agree_on_values(
        world,
        {
            "name.extractEmailDomain()": ["Shop.example", "c", None, "Host.example:8080/a/b?x=1#y", None, None],
            "name.getUrlHost()": [None, None, None, "Host.example", "h", None],
            "name.getUrlPath()": [None, None, None, "/a/b", "", None],
        },
    )


def test_r49_differences_are_whole_and_cut_towards_zero() -> None:
    world = World(
        {
            "a": {
                "joined": AT("2026-11-20T12:00:00"),
                "seen": AT("2026-11-21T11:59:59"),
                "born": dt.date(2000, 11, 21),
            },
            "b": {
                "joined": AT("2026-11-21T12:00:00"),
                "seen": AT("2026-11-20T11:59:59"),
                "born": dt.date(2000, 11, 22),
            },
            "c": {"joined": AT("2025-11-21T00:00:00"), "seen": AT("2026-11-21T00:00:00"), "born": dt.date(2027, 1, 1)},
            "d": {"joined": AT("2026-11-20T12:00:00")},
        },
        Calendar(AT("2026-11-21T12:00:00")),
    )
    agree_on_values(
        world,
        {
            "seen.diffInSeconds(joined)": [86399, -86401, 365 * 86400, None],
            "seen.diffInMinutes(joined)": [1439, -1440, 365 * 1440, None],
            "seen.diffInHours(joined)": [23, -24, 365 * 24, None],
            "dateDiff(joined, seen)": [0, -1, 365, None],
            "seen.diffInMonths(joined)": [0, -0, 12, None],
            "seen.diffInYears(joined)": [0, 0, 1, None],
            "born.age()": [26, 25, 0, None],
            "born.ageInMonths()": [312, 311, -1, None],
            "joined.ageInDays()": [1, 0, 365, 1],
        },
    )


def test_r49_additions_in_a_zone() -> None:
    world = World(
        {"a": {"joined": AT("2026-10-24T12:00"), "age": 1}, "b": {"age": 1}},
        Calendar(AT("2026-11-21T12:00"), "Europe/Berlin"),
    )
    agree_on_values(
        world,
        {
            "joined.addDays(age)": [AT("2026-10-25T13:00"), None],
            "joined.addHours(24 * age)": [AT("2026-10-25T12:00"), None],
            "joined.addMonths(-age)": [AT("2026-09-24T12:00"), None],
            "joined.addMonths(age)": [AT("2026-11-24T13:00"), None],
            "joined.addYears(10000)": [None, None],
            "joined.truncateToStartOfDay()": [AT("2026-10-23T22:00"), None],
            "joined.truncateToStartOfWeek()": [AT("2026-10-18T22:00"), None],
            "joined.truncateToStartOfQuarter()": [AT("2026-09-30T22:00"), None],
            "joined.truncateToStartOfYear()": [AT("2025-12-31T23:00"), None],
        },
    )


def test_r43_counts_of_a_narrow_column_do_not_overflow_in_its_type() -> None:
    world = World({"a": {"joined": AT("2000-01-01T00:00"), "home": {"geo": {"floor": 200}}}, "b": {}})
    agree_on_values(
        world,
        {
            "joined.addYears(home.geo.floor)": [AT("2200-01-01T00:00"), None],
            "joined.addMonths(home.geo.floor)": [AT("2016-09-01T00:00"), None],
            "joined.addDays(home.geo.floor)": [AT("2000-07-19T00:00"), None],
            "joined.addHours(home.geo.floor)": [AT("2000-01-09T08:00"), None],
            "joined.addSeconds(home.geo.floor)": [AT("2000-01-01T00:03:20"), None],
            "home.geo.floor * home.geo.floor": [40000, None],
            "home.geo.floor + 100": [300, None],
            "1 - home.geo.floor": [-199, None],
            "-home.geo.floor": [-200, None],
            "home.geo.floor % -7": [4, None],
        },
    )
