"""What a plan finds out about rules before any SQL is written."""

from __future__ import annotations

import datetime as dt

import pytest

from segkit.plan import Clock, plan, unsupported
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.pql.bound import Bound, Const, Not
from segkit.pql.bound_walk import canonical, signature
from segkit.pql.types import BOOLEAN, DATE, INTEGER, STRING, TIMESTAMP, Schema, array_of, object_of

ITEM = object_of({"sku": STRING, "sold": TIMESTAMP, "number": INTEGER})
SCHEMA = Schema(
    object_of({"name": STRING, "number": INTEGER, "born": DATE, "active": BOOLEAN, "orders": array_of(ITEM)}),
    object_of({"_id": STRING, "timestamp": TIMESTAMP, "type": STRING, "value": INTEGER, "items": array_of(ITEM)}),
)
CLOCK = Clock(dt.datetime(2026, 11, 21, 12))  # noqa: DTZ001  timestamps are naive UTC


def _bound(text: str) -> Bound:
    return bind(parse(text), SCHEMA).condition


@pytest.mark.parametrize(
    ("text", "without_profile", "without_events", "needed"),
    [
        ('name = "x"', False, True, 0),
        ('not (name = "x")', True, True, 0),
        ("name.isNull()", True, True, 0),
        ("if(name.isNull(), number = 3, active)", False, True, 0),
        ('name.lowerCase() = "x"', False, True, 0),
        ('name.substr(0, number) = "x"', False, True, 0),
        ("born.ageInDays() > 3", False, True, 0),
        ("xEvent", True, False, 1),
        ("xEvent and name", False, False, 1),
        ("xEvent or name", True, True, 0),
        ("xEvent.count() > 3", True, False, 1),
        ("xEvent.count() < 3", True, True, 0),
        ("xEvent.sum(value) > 2.5", True, False, 1),
        ("xEvent.count() > number", False, True, 0),
        ("xEvent.max(value) > 3 and xEvent.sum(value) > 3", True, False, 2),
        ('xEvent.max(value) > 3 or xEvent.type = "x"', True, False, 0),
        ("forall X from xEvent where X.type", True, True, 0),
        ("chain(xEvent, timestamp, [A: WHAT(*)])", True, False, 1),
        ("chain(xEvent, timestamp, [A: WHAT(*) COUNT(<= 1)])", True, True, 0),
        ("xEvent.value.subsetOf([1])", True, True, 0),
    ],
)
def test_which_profiles_a_rule_can_be_about(
    text: str, *, without_profile: bool, without_events: bool, needed: int
) -> None:
    made = plan({"rule": _bound(text)}, {}, CLOCK)
    assert (made.without_profile, made.without_events, len(made.needed)) == (without_profile, without_events, needed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 = 7", True),
        ("7 / 2 = 3.5", True),
        ("7 / 2 > 3", True),
        ("(0 - 7) % 3 = 0 - 1", True),
        ("now occurs today", True),
        ('"a" = "b"', False),
        ("date(2026, 3, 31) occurs before now", True),
        ("now.addMonths(3) occurs after date(2027, 2, 20)", True),
    ],
)
def test_constants_are_computed_beforehand(text: str, *, expected: bool) -> None:
    made = plan({"rule": _bound(text)}, {}, CLOCK)
    folded = made.conditions["rule"]
    assert isinstance(folded, Const)
    assert folded.value is expected


def test_variables_and_spans_do_not_tell_expressions_apart() -> None:
    texts = (
        "exists X from orders where X.sku and X.number > 1",
        "exists  Yy from orders where (Yy.sku and Yy.number > 1)",
    )
    one, two = (signature(canonical(_bound(text))) for text in texts)
    assert one == two
    assert signature(canonical(_bound("exists X from orders where X.sku and X.number > 2"))) != one


def test_true_and_one_are_different_constants() -> None:
    assert signature(_bound("active = true")) != signature(_bound("number = 1"))
    assert signature(Const(1, INTEGER)) != signature(Const(True, BOOLEAN))


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"',
        "chain(xEvent[value > 1], timestamp, [A: WHAT(*), not B: WHAT(*)])",
        "exists X from orders where chain(orders, sold, [A: WHAT(*)])",
        "chain(xEvent.items, sold, [A: WHAT(*)])",
        "chain(xEvent, timestamp, [A: WHAT(*) COUNT(<= 1), not B: WHAT(*)])",
        "exists X from orders where chain(xEvent, timestamp, [A: WHAT(type = X.sku)])",
    ],
)
def test_what_can_run_is_let_through(text: str) -> None:
    assert unsupported(_bound(text), text) is None
    plan({"rule": _bound(text)}, {}, CLOCK)


def test_r53_what_nests_too_deep_is_refused() -> None:
    bound = _bound('name = "x"')
    for _ in range(101):
        bound = Not(bound)
    found = unsupported(bound)
    assert found is not None
    assert found.code == "too-deep"
    with pytest.raises(PQLError, match="levels deep"):
        plan({"rule": bound}, {}, CLOCK)


@pytest.mark.parametrize(
    ("unit", "count", "start", "expected"),
    [
        ("month", 1, "2024-01-31 10:00", "2024-02-29 10:00"),
        ("month", -1, "2023-03-31", "2023-02-28"),
        ("year", -1, "2024-02-29", "2023-02-28"),
        ("decade", 1, "2024-02-29", "2034-02-28"),
        ("month", 1, "9999-11-30", "9999-12-30"),
        ("month", 1, "9999-12-01", None),
        ("day", 1, "9999-12-31", None),
        ("year", -2026, "2026-01-01", None),
        ("hour", 25, "2026-01-01", "2026-01-02 01:00"),
        ("week", 2, "2026-01-01", "2026-01-15"),
    ],
)
def test_r43_shift(unit: str, count: int, start: str, expected: str | None) -> None:
    moved = CLOCK.shift(dt.datetime.fromisoformat(start), count, unit)  # type: ignore[arg-type]
    assert moved == (None if expected is None else dt.datetime.fromisoformat(expected))


@pytest.mark.parametrize(
    ("zone", "unit", "instant", "expected"),
    [
        ("UTC", "week", "2026-11-22 05:00", "2026-11-16"),
        ("UTC", "decade", "2029-05-05", "2020-01-01"),
        ("UTC", "century", "2000-05-05", "2000-01-01"),
        ("UTC", "millennium", "2999-05-05", "2000-01-01"),
        ("UTC", "decade", "0005-05-05", None),
        ("UTC", "millisecond", "2026-01-01 00:00:00.123456", "2026-01-01 00:00:00.123"),
        ("Asia/Kolkata", "hour", "2026-01-01 10:10", "2026-01-01 09:30"),
        ("Asia/Kolkata", "day", "2026-01-01 20:00", "2026-01-01 18:30"),
        ("Europe/Berlin", "day", "2026-03-29 12:00", "2026-03-28 23:00"),
        ("Europe/Berlin", "month", "2026-04-10", "2026-03-31 22:00"),
        # Midnight comes twice; the day starts with the first.
        ("America/Havana", "day", "2026-11-01 12:00", "2026-11-01 04:00"),
    ],
)
def test_r39_r43_start_of(zone: str, unit: str, instant: str, expected: str | None) -> None:
    clock = Clock(CLOCK.as_of, zone)
    start = clock.start_of(unit, dt.datetime.fromisoformat(instant))  # type: ignore[arg-type]
    assert start == (None if expected is None else dt.datetime.fromisoformat(expected))
