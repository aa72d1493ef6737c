"""Sets of values and points in time, held to plain enumeration and to the calendar."""

from __future__ import annotations

import datetime as dt
import random
from itertools import product

import pytest

from segkit.plan.clock import Clock
from segkit.plan.fold import fold
from segkit.pql.bound import Bound, Const, Convert, InRange, Now, Shift, StartOf
from segkit.pql.linting.domains import INFINITE, Interval, Numbers, Values, Words, among, numbers
from segkit.pql.linting.keys import Keys
from segkit.pql.linting.moments import implies, is_before, is_empty, is_not_after, point
from segkit.pql.linting.texts import around, impossible
from segkit.pql.types import DATE, INTEGER, TIMESTAMP

WHOLE = [float(one) for one in range(-4, 5)]
HALVES = [one / 2 for one in range(-9, 10)]


def some(r: random.Random, *, whole: bool) -> Numbers:
    ends = [-INFINITE, *range(-3, 4), INFINITE]
    spans = []
    for _ in range(r.randint(0, 3)):
        low, high = sorted(r.choices(ends, k=2))
        spans.append(Interval(low, low > -INFINITE and r.random() < 0.5, high, high < INFINITE and r.random() < 0.5))
    return numbers(spans, whole=whole)


def holds(these: Numbers, one: float) -> bool:
    return any(
        (a.low < one or (a.low == one and a.low_in)) and (one < a.high or (one == a.high and a.high_in))
        for a in these.spans
    )


@pytest.mark.parametrize("whole", [True, False])
def test_sets_of_numbers_are_what_they_hold(whole: bool) -> None:  # noqa: FBT001  a parameter
    r = random.Random(3)  # noqa: S311  a repeatable choice of cases
    line = WHOLE if whole else HALVES
    for _ in range(600):
        one, other = some(r, whole=whole), some(r, whole=whole)
        for at in line:
            assert holds(one.intersect(other), at) == (holds(one, at) and holds(other, at))
            assert holds(one.union(other), at) == (holds(one, at) or holds(other, at))
            assert holds(one.complement(), at) != holds(one, at)
        assert one.apart(other) == one.intersect(other).empty
        assert one.complement().complement() == one
        assert one.union(one.complement()).complement().empty


def test_sets_of_words_are_what_they_hold() -> None:
    words = ("a", "b", "c")
    chosen = [
        Words(frozenset(w for w, on in zip(words, flags, strict=True) if on)) for flags in product([0, 1], repeat=3)
    ]
    every = [*chosen, *(one.complement() for one in chosen)]

    def inside(these: Words, one: str) -> bool:
        return (one in these.items) is not these.negated

    for one, other in product(every, every):
        for word in (*words, "another"):
            assert inside(one.intersect(other), word) == (inside(one, word) and inside(other, word))
            assert inside(one.union(other), word) == (inside(one, word) or inside(other, word))
        assert one.apart(other) == one.intersect(other).empty


def test_a_small_universe_is_used_up() -> None:
    both = frozenset({True, False})
    assert among({True}, both).without(among({True}, both)).empty
    assert not among(both, both, null=True).without(among(both, both)).empty
    yes, no = among({True}, both), among({False}, both)
    assert yes.union(no) == among(both, both)
    assert Values(Words(frozenset(), negated=True, universe=both), null=False).without(yes).without(no).empty


# --- points in time

ZONES = ["UTC", "Europe/Berlin", "Pacific/Apia", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"]
MOMENTS = [
    "2026-11-21T12:00",
    "2026-10-25T01:30",
    "2011-12-30T23:30",
    "2011-12-31T10:00",
    "2024-02-29T23:30",
    "2026-03-29T01:30",
]
UNITS = ["minute", "hour", "day", "week", "month", "year", "decade"]


def moment(r: random.Random, depth: int = 2) -> Bound:
    pick = r.random()
    if depth and pick < 0.5:
        count = Const(r.choice([-30, -7, -2, -1, 0, 1, 2, 24, 30]), INTEGER)
        return Shift(moment(r, depth - 1), count, r.choice(UNITS))
    if depth and pick < 0.7:
        return StartOf(r.choice(UNITS), moment(r, depth - 1))
    if pick < 0.9:
        return Now()
    day = dt.date(2011, 12, 29) + dt.timedelta(days=r.randint(0, 3))
    return Convert(Const(day, DATE), TIMESTAMP) if pick < 0.97 else Const(dt.datetime(2011, 12, 30, 12), TIMESTAMP)  # noqa: DTZ001


CLOCKS = [Clock(dt.datetime.fromisoformat(at), zone, "monday") for at, zone in product(MOMENTS, ZONES)]


def at(node: Bound, clock: Clock) -> dt.datetime:
    found = fold(node, clock)
    assert isinstance(found, Const)
    assert isinstance(found.value, dt.datetime)
    return found.value


@pytest.mark.parametrize("seed", range(3))
def test_r43_an_order_of_points_holds_on_every_clock(seed: int) -> None:
    r = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    keys, known = Keys(), 0
    for _ in range(80):
        one, other = moment(r), moment(r)
        first, second = point(one, keys), point(other, keys)
        if not (is_before(first, second) or is_not_after(first, second)):
            continue
        known += 1
        for clock in CLOCKS:
            early, late = at(one, clock), at(other, clock)
            assert early <= late, (one, other, clock)
            assert early < late or not is_before(first, second), (one, other, clock)
    assert known > 8


@pytest.mark.parametrize("seed", range(3))
def test_r41_what_is_said_of_ranges_holds_on_every_clock(seed: int) -> None:
    r = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    keys, subject, empty, implied = Keys(), Const(None, TIMESTAMP), 0, 0

    def drawn() -> InRange:
        low, high = (moment(r) if r.random() < 0.7 else None for _ in range(2))
        return InRange(subject, low, r.random() < 0.5, high, r.random() < 0.5)

    def inside(one: InRange, now: dt.datetime, clock: Clock) -> bool:
        here = InRange(Const(now, TIMESTAMP), one.low, one.low_included, one.high, one.high_included)
        found = fold(here, clock)
        return isinstance(found, Const) and found.value is True

    for _ in range(120):
        one, other = drawn(), drawn()
        nothing = one.low is not None and one.high is not None
        nothing = nothing and is_empty(one.low, one.low_included, one.high, one.high_included, keys)  # type: ignore[arg-type]
        narrower = implies(one, other, keys)
        empty, implied = empty + nothing, implied + narrower
        if not (nothing or narrower):
            continue
        for clock in CLOCKS:
            spots = [at(end, clock) for each in (one, other) for end in (each.low, each.high) if end is not None]
            for spot in spots:
                for near in (spot, spot - dt.timedelta(microseconds=1), spot + dt.timedelta(microseconds=1)):
                    assert not (nothing and inside(one, near, clock)), (one, clock)
                    assert not (narrower and inside(one, near, clock) and not inside(other, near, clock))
    assert empty > 2
    assert implied > 2


# --- patterns


@pytest.mark.parametrize(
    "pattern",
    [
        "^a$",
        "a*^b",
        "(a)^",
        "(a|)^b",
        r"\p{L}*^a",
        "a|b^c",
        "a$|b",
        r"a$\n",
        r"\$5",
        "[$]5",
        "x{0,3}^a",
        "(?m)a^b",
        "a$(b)?",
        "",
    ],
)
def test_r47_a_pattern_that_may_match_is_left_alone(pattern: str) -> None:
    assert impossible(pattern) is None


@pytest.mark.parametrize(("pattern", "where"), [("a^b", 1), ("[ab]^", 4), ("a$b", 1), ("a$b|c^d", 1), (r"\d^", 2)])
def test_r47_a_pattern_that_cannot_match_is_found(pattern: str, where: int) -> None:
    assert impossible(pattern) == (where, where + 1)


@pytest.mark.parametrize(
    ("pattern", "heart"),
    [(".*a.*", "a"), (".*.*", None), (".*?a.*", None), (".*a|b.*", None), (r".*a\.*", None), ("a.*", None)],
)
def test_r47_what_stands_around_a_pattern(pattern: str, heart: str | None) -> None:
    assert around(pattern) == heart
