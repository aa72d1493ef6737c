"""Every function of the registry that is a node, on values and on nulls (R22, R44, R47, R49)."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from sql_world import at, value_of

from segkit.pql.functions import NODES
from segkit.sql.functions import FUNCTIONS


def test_every_function_of_the_language_is_compiled() -> None:
    assert FUNCTIONS.keys() == NODES


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("name.lowerCase()", "ÄB", "äb"),
        ("name.upperCase()", "äb", "ÄB"),
        ("name.trim()", " \t a b\n", "a b"),
        ("name.leftTrim()", " a ", "a "),
        ("name.rightTrim()", " a ", " a"),
        ("name.length()", "äé👍", 3),
        ("name.length()", "", 0),
        ("name.substr(1, 3)", "abcde", "bc"),
        ("name.substr(1)", "abcde", "bcde"),
        ("name.substr(3, 1)", "abcde", ""),
        ("name.substr(0 - 2, 2)", "abcde", "ab"),
        ("name.substr(2, 99)", "abcde", "cde"),
        ("name.substr(9, 12)", "abcde", ""),
        ("name.substr(number, 12)", "abcde", "de"),
        ('name.concat("!")', "a", "a!"),
        ('name.replace("a", "x")', "banana", "bxnana"),
        ('name.replace("zz", "x")', "banana", "banana"),
        ('name.replace("", "x")', "ab", "xab"),
        ('name.replaceAll("a.", "x")', "banana", "bxxa"),
        ('name.replaceAll("(a)", "\\\\1$")', "ba", "b\\1$"),
        ('name.split(",")', "a,,b", ["a", "", "b"]),
        ('name.indexOf("n")', "banana", 2),
        ('name.indexOf("z")', "banana", -1),
        ('name.split(",").join("-")', "a,b", "a-b"),
        ("name.extractEmailDomain()", "a@b@c.de", "c.de"),
        ("name.extractEmailDomain()", "ab", None),
        ("name.getUrlHost()", "https://u:p@shop.example:8080/a/b?q#f", "shop.example"),
        ("name.getUrlHost()", "https://[::1]:80/", "[::1]"),
        ("name.getUrlHost()", "shop.example/a", None),
        ("name.getUrlPath()", "https://shop.example/a/b?q", "/a/b"),
        ("name.getUrlPath()", "https://shop.example", ""),
        ("name.getUrlPath()", "shop", None),
        ("name.md5()", "é", hashlib.md5("é".encode(), usedforsecurity=False).hexdigest()),
        ("name.sha256()", "é", hashlib.sha256("é".encode()).hexdigest()),
        ('name.regexGroup("(a)(n)?", 2)', "ban", "n"),
        ('name.regexGroup("(z)", 1)', "ban", None),
        ('name.regexGroup("b(z)?", 1)', "ban", ""),
        ("name.stringToNumber()", "1.5e2", 150.0),
        ("name.stringToNumber()", "x", None),
        ("name.stringToNumber()", "nan", None),
        ("name.stringToNumber()", "inf", None),
        ("name.toInt()", "-7", -7),
        ("name.toInt()", "2.9", 2),
        ("name.toInt()", "9223372036854775807", 9223372036854775807),
        ("name.toInt()", "9223372036854775808", None),
        ("name.toInt()", "x", None),
        ("name.toBool()", "TRUE", True),
        ("name.toBool()", "false", False),
        ("name.toBool()", "1", None),
        ("name.toString()", "x", "x"),
        ("name.stringToDate()", "2026-11-21T10:00:00+02:00", at("2026-11-21 08:00")),
        ("name.stringToDate()", "2026-11-21T10:00:00.5Z", at("2026-11-21 10:00:00.5")),
        ("name.stringToDate()", "2026-11-21", at("2026-11-21")),
        ("name.stringToDate()", "2026-02-30", None),
        ("name.stringToDate()", "infinity", None),
    ],
)
def test_r49_text_functions(text: str, name: str, expected: object) -> None:
    assert value_of(text, name=name, number=3) == expected
    assert value_of(text, number=3) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("score.absolute()", 2.5),
        ("number.absolute()", 7.0),
        ("score.roundUp()", -2.0),
        ("score.roundDown()", -3.0),
        ("score.toInt()", -2),
        ("number.toInt()", 7),
        ("active.toInt()", 1),
        ("score.toString()", "-2.5"),
        ("number.toString()", "7"),
        ("active.toString()", "true"),
        ("born.toString()", "1990-05-17"),
        ("joined.toString()", "2026-03-08T09:10:11Z"),
        ("score.toPrecision(2)", "-2.50"),
        ("score.toPrecision(0)", "-2"),
        ("price.toPrecision(1)", "10.1"),
        ("number.toBool()", True),
        ("score.toBool()", True),
        ("active.toBool()", True),
        ("date(number + 2019, 2, 28)", dt.date(2026, 2, 28)),
        ("date(number + 2019, 2, 29)", None),
        ("date(number - 7, 2, 1)", None),
        ("joined.getMonth()", 3),
        ("joined.getYear()", 2026),
        ("joined.getDayOfMonth()", 8),
        ("born.getMonth()", 5),
        ("joined.dayOfWeek()", 7),
        ("joined.dayOfYear()", 67),
        ("joined.weekOfYear()", 10),
        ("joined.extractHours()", 9),
        ("joined.extractMinutes()", 10),
        ("joined.extractSeconds()", 11),
        ("joined.truncateToStartOfQuarter()", at("2026-01-01")),
        ("joined.truncateToStartOfYear()", at("2026-01-01")),
        ("joined.diffInSeconds(left)", 11),
        ("left.diffInSeconds(joined)", -11),
        ("joined.diffInMinutes(left)", 0),
        ("now.diffInHours(left)", 24 * 258 + 2),
        ("now.diffInMonths(left)", 8),
        ("now.diffInYears(born)", 36),
        ("dateDiff(left, now)", 258),
        ("ageInDays(left)", 258),
        ("age(born)", 36),
        ("scores.keys()", ["b", "a"]),
        ("scores.values()", [2.0, None]),
    ],
)
def test_r44_r49_numbers_dates_and_maps(text: str, expected: object) -> None:
    fields = {
        "score": -2.5,
        "number": 7,
        "active": True,
        "born": dt.date(1990, 5, 17),
        "joined": at("2026-03-08 09:10:11"),
        "left": at("2026-03-08 09:10"),
        "price": "$10.10",
        "scores": {"b": 2.0, "a": None},
    }
    assert value_of(text, **fields) == expected
    assert value_of(text) is None


def test_r49_counts_of_nulls() -> None:
    colors = ["a", None, "a", None]
    assert value_of("colors.countOnlyNull()", colors=colors) == 2
    assert value_of("colors.countWithNull()", colors=colors) == 4
    assert value_of("colors.distinctCountWithNull()", colors=colors) == 2
    assert value_of("colors.isEmpty()", colors=[]) is True
