"""Truth, nulls, arithmetic and coercions, by answers worked out from `pql.md` (R02 to R19)."""

from __future__ import annotations

import datetime as dt

from reference_check import agree_on_members, agree_on_values
from reference_time import Calendar
from reference_values import Map
from reference_world import World

AT = dt.datetime.fromisoformat

PEOPLE = World(
    {
        "a": {
            "name": "Ann",
            "nick": "ann",
            "age": 3,
            "score": 1.5,
            "active": True,
            "home": {"city": None, "geo": {"lat": 0.0}},
            "colors": ["red", None],
            "labels": Map({"a": ""}),
            "orders": [None],
            "events": [{"type": None}],
        },
        "b": {"name": "", "age": 0, "score": 0.0, "active": False, "colors": [], "labels": Map({}), "orders": []},
        "c": {"name": "Bob", "nick": "Bob", "age": -7, "active": None, "colors": [None], "labels": Map({"a": None})},
        "d": {},
        "e": {"events": [{"type": "view", "commerce": {"order": {"id": "1"}}}, {"type": "buy"}]},
    }
)


def test_r02_what_is_present_is_true() -> None:
    agree_on_members(
        PEOPLE,
        {
            "name": "abc",  # an empty text is a value
            "age": "abc",  # and so is zero
            "active": "a",
            "not active": "bcde",
            "home": "a",  # one leaf is enough
            "home.geo": "a",
            "home.city": "",
            "colors": "ac",  # an array with one null item is not empty
            "labels": "ac",
            "orders": "a",
            "xEvent": "ae",
            "xEvent.commerce": "ae",  # an array of objects, not empty
            "select X from xEvent where X.commerce.order": "e",
            "xEvent[commerce]": "e",
            "select X from orders": "a",
            "name and age": "abc",
            "(name or home) and not active": "bc",
            "if(name, active, true)": "ade",
            'labels.get("a")': "a",
            "$1.name": "abc",
            "(Profile) => Profile.name": "abc",
            "profile.name": "abc",
        },
    )


def test_r12_r13_comparisons_with_null_are_false_and_not_turns_them() -> None:
    agree_on_members(
        PEOPLE,
        {
            'name = "Ann"': "a",
            'name != "Ann"': "bc",
            'not (name = "Ann")': "bcde",
            'not (name != "Ann")': "ade",
            "name = nick": "c",
            "name != nick": "a",
            "not (name = nick)": "abde",
            "name.equals(nick, false)": "ac",
            "name.notEqualTo(nick, false)": "",
            "age > -1": "ab",
            "not (age > -1)": "cde",
            "age in [3, 0]": "ab",
            "age notIn [3, 0]": "c",
            "not (age notIn [3, 0])": "abde",
            'name.contains("n")': "a",
            'name.doesNotContain("n")': "bc",
            'not name.doesNotContain("n")': "ade",
            'name.doesNotStartWith("A")': "bc",
            'name.doesNotEndWith("b")': "ab",
            'name like "%n%"': "a",
            'not (name like "%n%")': "bcde",
            'name matches "^$"': "b",
            "name.startsWith(nick)": "c",
            "not name.startsWith(nick)": "abde",
            "active = true": "a",
            "active != true": "b",
            "age = null": "de",
            "age != null": "abc",
            '"red" in colors': "a",
            '"red" notIn colors': "bc",  # a null array makes both false
            "name in colors": "",
            "name notIn colors": "abc",
        },
    )


def test_r15_absence_is_asked_for_by_name() -> None:
    agree_on_members(
        PEOPLE,
        {
            "name.isNull()": "de",
            "name.isNotNull()": "abc",
            "name.isEmpty()": "b",
            "name.isNotEmpty()": "ac",
            "home.isNull()": "bcde",
            "home.geo.lat.isNotNull()": "a",
            "colors.isNull()": "de",
            "colors.isNotNull()": "abc",
            "colors.isEmpty()": "bde",
            "labels.isNull()": "de",
            "labels.isEmpty()": "bde",
            "orders.isNull()": "cde",
            "orders.sku.isNull()": "cde",
            "orders[quantity > 1].isNull()": "cde",
            "xEvent.isNull()": "",
            "active.isNull()": "cde",
        },
    )


def test_r14_arithmetic_beside_null_zero_and_the_ends_of_integers() -> None:
    world = World(
        {
            "a": {"age": 7, "small": 2**31 - 1, "big": 2**63 - 1, "score": 1e300, "price": 10.25},
            "b": {"age": -7, "small": -3, "big": -(2**63), "score": -0.5, "price": -2.5},
            "c": {"age": 0, "small": 0, "big": 0, "score": 0.0, "price": 0.0},
            "d": {},
        }
    )
    agree_on_values(
        world,
        {
            "age + 1": [8, -6, 1, None],
            "small + 1": [2**31, -2, 1, None],
            "small * small": [(2**31 - 1) ** 2, 9, 0, None],
            "big + 1": [None, -(2**63) + 1, 1, None],
            "big - 1": [2**63 - 2, None, -1, None],
            "-big": [-(2**63) + 1, None, 0, None],
            "big * -1": [-(2**63) + 1, None, 0, None],
            "big * 2 / 2": [None, None, 0.0, None],
            "age / 2": [3.5, -3.5, 0.0, None],
            "age / age": [1.0, 1.0, None, None],
            "7 / age": [1.0, -1.0, None, None],
            "age % 4": [3, -3, 0, None],
            "age % -4": [3, -3, 0, None],
            "7 % age": [0, 0, None, None],
            "age % 2.5": [2.0, -2.0, 0.0, None],
            "score * score": [None, 0.25, 0.0, None],
            "score * 1e10": [None, -5e9, 0.0, None],
            "score / 0": [None, None, None, None],
            "1 / score": [1e-300, -2.0, None, None],
            "price + 0.25": [10.5, -2.25, 0.25, None],
            "price * 2": [20.5, -5.0, 0.0, None],
            "price % 1": [0.25, -0.5, 0.0, None],
            "price / 4": [2.5625, -0.625, 0.0, None],
            "age + score": [1e300, -7.5, 0.0, None],
            "age.absolute()": [7.0, 7.0, 0.0, None],
            "price.roundUp()": [11.0, -2.0, 0.0, None],
            "price.roundDown()": [10.0, -3.0, 0.0, None],
            "price.toInt()": [10, -2, 0, None],
            "score.toInt()": [None, 0, 0, None],
        },
    )
    agree_on_members(
        world,
        {
            "big + 1 > 0": "c",
            "not (big + 1 > 0)": "abd",
            "age / small >= 0": "ab",
            "age % small = 0": "",
            "score = 0": "c",
            "price >= -2.5": "abc",
            "price = 10.25": "a",
            "age > 6.5": "a",
            "small >= 2147483647": "a",
            "small < 9000000000": "abc",
        },
    )


def test_r17_literals_take_the_type_of_what_stands_beside_them() -> None:
    world = World(
        {
            "a": {"age": 21, "born": dt.date(2026, 11, 20), "joined": AT("2026-11-20T00:00:00"), "big": 1763596800000},
            "b": {"age": 3, "born": dt.date(2024, 2, 29), "joined": AT("2026-11-19T23:00:00"), "score": 21.0},
            "c": {"joined": AT("2026-11-20T12:00:00"), "name": "21", "born": dt.date(2026, 11, 21)},
            "d": {},
        }
    )
    table = {
        'age = "21"': "a",
        'age in ["21", "4"]': "a",
        'age > "3.5"': "a",
        'score = "21"': "b",
        "age = score": "",
        "score = 21": "b",
        'born = "2026-11-20"': "a",
        'born < "2026-11-21"': "ab",
        'born in ["2024-02-29", "2000-01-01"]': "b",
        'joined = "2026-11-20"': "a",
        'joined >= "2026-11-20"': "ac",
        'joined = "2026-11-20T01:00:00+02:00"': "b",
        'joined = "2026-11-20T12:00:00Z"': "c",
        'joined = "2026-11-20T12:00:00"': "c",
        'joined in ["2026-11-20", "2026-11-19T23:00:00Z"]': "ab",
        "joined = born": "a",
        "joined > born": "b",
        "joined = 1795132800000": "a",  # 20 November 2026 in epoch milliseconds
        "joined != 1795132800000": "bc",
        'name = "21"': "c",
    }
    agree_on_members(world, table)
    berlin = World(world.people, Calendar(AT("2026-11-21T12:00:00"), "Europe/Berlin"))
    agree_on_members(
        berlin,
        {
            'joined = "2026-11-20"': "b",  # midnight in Berlin
            'joined = "2026-11-20T00:00:00"': "a",  # UTC where no offset is said
            "joined > born": "ab",
            'born = "2026-11-19T23:00:00Z"': "a",
        },
    )


def test_r18_text_compares_by_code_point_and_ignores_case_by_simple_rules() -> None:
    world = World(
        {
            "a": {"name": "É", "nick": "é"},
            "b": {"name": "e\u0301", "nick": "é"},
            "c": {"name": "STRASSE", "nick": "straße"},
            "d": {"name": "İx", "nick": "ix"},
            "e": {"name": "ΟΔΟΣ", "nick": "οδοσ"},
            "f": {"name": "Z", "nick": "a"},
        }
    )
    agree_on_members(
        world,
        {
            "name = nick": "",
            "name != nick": "abcdef",
            "name.equals(nick, false)": "ade",
            "name.equalsIgnoreCase(nick)": "ade",
            "name.startsWith(nick, false)": "ade",
            "name.contains(nick, false)": "ade",
            "name.doesNotContain(nick, false)": "bcf",
            "name.endsWith(nick, true)": "",
        },
    )


def test_r45_if_takes_the_second_branch_of_a_null_condition() -> None:
    agree_on_values(
        PEOPLE,
        {
            'if(age > 0, "more", "less")': ["more", "less", "less", "less", "less"],
            "if(active, age, score)": [3.0, 0.0, None, None, None],
            "if(name, age, 1)": [3, 0, -7, 1, 1],
            "if(xEvent, 1, 2)": [1, 2, 2, 2, 1],
            "let X = age in if(X > 0, X + X, -1)": [6, -1, -1, -1, -1],
        },
    )
