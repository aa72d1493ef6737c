"""Time: R38 to R44, and date literals of R08."""

from __future__ import annotations

import pytest
from binding_support import condition, refused, value

_TODAY = "day(now)"


@pytest.mark.parametrize(
    ("reference", "start", "end"),
    [
        ("today", "day(now)", "day(now)+1 day"),
        ("yesterday", "day(now)-1 day", "day(now)"),
        ("tomorrow", "day(now)+1 day", "day(now)+2 day"),
        ("this month", "month(now)", "month(now)+1 month"),
        ("last week", "week(now)-1 week", "week(now)"),
        ("next century", "century(now)+1 century", "century(now)+2 century"),
        ("date(2019, 12, 31)", "Timestamp(#2019-12-31)", "Timestamp(#2019-12-31)+1 day"),
        ('"2019-12-31"', "Timestamp(#2019-12-31)", "Timestamp(#2019-12-31)+1 day"),
        ("person.birthDate", "Timestamp(person.birthDate)", "Timestamp(person.birthDate)+1 day"),
    ],
)
def test_r40_intervals(reference: str, start: str, end: str) -> None:
    assert condition(f"modified occurs {reference}") == f"modified in [{start}, {end})"
    assert condition(f"modified occurs on {reference}") == f"modified in [{start}, {end})"
    assert condition(f"modified occurs before {reference}") == f"modified in (, {start})"
    assert condition(f"modified occurs after {reference}") == f"modified in [{end}, )"
    assert condition(f"modified occurs from {reference}") == f"modified in [{end}, )"
    assert condition(f"modified occurs between {reference} and now") == f"modified in [{start}, now]"
    assert condition(f"modified occurs between created and {reference}") == f"modified in [created, {end})"
    assert condition(f"modified occurs <= 2 days before {reference}") == f"modified in [{start}-2 day, {start})"


@pytest.mark.parametrize(
    ("reference", "instant"),
    [("now", "now"), ("created", "created"), ('"2019-12-31T10:00:00Z"', "@2019-12-31T10:00:00")],
)
def test_r40_instants(reference: str, instant: str) -> None:
    assert condition(f"modified occurs on {reference}") == f"modified = {instant}"
    assert condition(f"modified occurs before {reference}") == f"modified in (, {instant})"
    assert condition(f"modified occurs after {reference}") == f"modified in ({instant}, )"
    assert condition(f"modified occurs between {reference} and {reference}") == f"modified in [{instant}, {instant}]"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("<= 3 days before today", "[day(now)-3 day, day(now))"),
        ("< 3 days before today", "(day(now)-3 day, day(now))"),
        ("> 3 days before today", "(, day(now)-3 day)"),
        (">= 3 days before today", "(, day(now)-3 day]"),
        ("<= 3 days before now", "[now-3 day, now]"),
        ("< 3 days before now", "(now-3 day, now]"),
        ("> 3 days before now", "(, now-3 day)"),
        (">= 3 days before now", "(, now-3 day]"),
        ("<= 3 days after today", "[day(now), day(now)+3 day]"),
        ("< 3 days after today", "[day(now), day(now)+3 day)"),
        ("> 3 days after today", "(day(now)+3 day, )"),
        (">= 3 days after today", "[day(now)+3 day, )"),
        ("<= 3 hours after created", "[created, created+3 hour]"),
        ("< 3 hours from created", "[created, created+3 hour)"),
        ("> 3 centuries after now", "(now+3 century, )"),
    ],
)
def test_r41_distances_imply_a_direction(tail: str, expected: str) -> None:
    assert condition(f"modified occurs {tail}") == f"modified in {expected}"


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("= 3 days before now", "modified in [day(now-3 day), day(now-3 day)+1 day)"),
        ("= 3 hours before now", "modified in [hour(now-3 hour), hour(now-3 hour)+1 hour)"),
        ("= 2 months after today", "modified in [month(day(now)+2 month), month(day(now)+2 month)+1 month)"),
        (
            "!= 3 days before now",
            "(modified in (, day(now-3 day)) or modified in [day(now-3 day)+1 day, now])",
        ),
        (
            "!= 3 days before today",
            "(modified in (, day(day(now)-3 day)) or modified in [day(day(now)-3 day)+1 day, day(now)))",
        ),
        (
            "!= 3 days after now",
            "(modified in [now, day(now+3 day)) or modified in [day(now+3 day)+1 day, ))",
        ),
    ],
)
def test_r42_equal_distances_mean_the_whole_unit(tail: str, expected: str) -> None:
    assert condition(f"modified occurs {tail}") == expected


def test_r38_the_subject_is_a_moment() -> None:
    assert condition("person.birthDate occurs today") == ("Timestamp(person.birthDate) in [day(now), day(now)+1 day)")
    assert condition("age occurs before now") == "Timestamp(age) in (, now)"
    refused("«homeAddress.city» occurs today", "type-clash")
    assert refused("«visits» occurs today", "type-clash").hint == "for some item: `visits[this occurs …]`"


def test_r38_the_reference_is_a_moment() -> None:
    refused("modified occurs on «age»", "type-clash")
    refused('modified occurs on «"soon"»', "not-a-date")
    refused("modified occurs after «visits»", "type-clash")
    refused("modified occurs after «modfied»", "unknown-field")


def test_r38_an_interval_is_no_value() -> None:
    refused("modified > «this month»", "interval-as-value")


def test_r39_words_as_values_are_instants() -> None:
    assert condition("modified > now") == "modified > now"
    assert condition("modified > today") == f"modified > {_TODAY}"
    assert condition("modified > tomorrow") == f"modified > {_TODAY}+1 day"


def test_r40_let_of_a_day_is_still_the_day() -> None:
    assert condition("let t = today in modified occurs t") == "modified in [day(now), day(now)+1 day)"
    assert condition("let t = today in let u = t in modified occurs after u") == "modified in [day(now)+1 day, )"
    assert condition("let t = modified in created occurs after t") == "created in (modified, )"


def test_r08_dates() -> None:
    assert value("date(2020, 3, 14)") == "#2020-03-14"
    assert value("date(2020, 1 + 2, 14)") == "#2020-03-14"
    assert value("date(2020, age, 14)") == "date(2020, age, 14)"
    refused("«date(2023, 2, 29)»", "not-a-date")
    refused("«date(0, 1, 1)»", "not-a-date")
    refused('date(«"2020"», 3, 14)', "wrong-arguments")
    refused('«date("2020-03-14")»', "wrong-arguments")


def test_r08_computed_dates_are_days_too() -> None:
    assert condition("modified occurs between date(currentYear() - 1, 10, 1) and date(currentYear(), 1, 1)") == (
        "modified in [Timestamp(date((getYear(now) - 1), 10, 1)), Timestamp(date(getYear(now), 1, 1))+1 day)"
    )


def test_r44_parts_of_moments() -> None:
    assert condition("person.birthDate.getMonth() = currentMonth()") == "getMonth(person.birthDate) = getMonth(now)"
    assert value("today.getYear()") == "getYear(day(now))"
    assert value("currentDayOfMonth()") == "getDayOfMonth(now)"
    assert value("now.getDayOfMonth()") == "getDayOfMonth(now)"
    refused("«age».getMonth()", "wrong-arguments")
