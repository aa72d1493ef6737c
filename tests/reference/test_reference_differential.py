"""Generated profiles and generated expressions: the compiled SQL and the reference interpreter must agree."""

from __future__ import annotations

import collections
import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference_expressions import Maker
from reference_profiles import profile
from reference_time import Calendar
from reference_world import NOW, SCHEMA, World, same

from segkit.plan.check import unsupported
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind

if TYPE_CHECKING:
    from collections.abc import Sequence

CALENDARS = [
    Calendar(NOW),
    Calendar(NOW, "Europe/Berlin"),
    Calendar(NOW, "UTC", 6),
    Calendar(dt.datetime(2026, 10, 25, 1, 15), "Europe/Berlin"),  # noqa: DTZ001  the hour that summer time repeats
    Calendar(dt.datetime(2024, 2, 29, 23, 30), "Asia/Kolkata"),  # noqa: DTZ001
]
LONGEST = 600


def is_runnable(text: str) -> bool:
    """Whether the binder takes a text and the compiler runs it; the generator is wrong about few."""
    try:
        bound = bind(parse(text), SCHEMA)
    except PQLError:
        return False
    return unsupported(bound.root) is None and unsupported(bound.condition) is None


def disagreements(world: World, texts: Sequence[str]) -> list[str]:
    """Each difference between the evaluators, in words."""
    found = []
    columns, members = world.compiled(texts), world.compiled_members(texts)
    for text, column, members_of in zip(texts, columns, members, strict=True):
        # the order of events is not defined (R23)
        ordered = "xEvent" not in text
        for letter, expected in world.reference(text).items():
            value = column.get(letter, "no row")
            if not same(expected, value, ordered=ordered):
                found.append(f"{text}\n  of {world.people[letter]}\n  is {expected!r}, compiled {value!r}")
        expected_members = world.reference_members(text)
        if members_of != expected_members:
            found.append(f"{text}\n  has {expected_members!r}, compiled {members_of!r}")
    return found


def check_batch(random_: random.Random, profiles: int, expressions: int) -> int:
    """One batch; gives the number of values and memberships compared."""
    calendar = random_.choice(CALENDARS)
    world = World({chr(ord("a") + number): profile(random_) for number in range(profiles)}, calendar)
    texts = []
    for _ in range(expressions):
        text = Maker(random_).expression()
        if len(text) <= LONGEST and is_runnable(text):
            texts.append(text)
    try:
        if texts:
            found = disagreements(world, texts)
            assert not found, f"now {calendar.as_of} in {calendar.zone}\n" + "\n".join(found)
            assert world.compiled_size(texts[0]) == len(world.reference_members(texts[0])), texts[0]
    finally:
        world.drop()
    return 2 * len(texts) * profiles


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False))
def test_small_batches_agree(random_: random.Random) -> None:
    check_batch(random_, 3, 2)


@pytest.mark.parametrize("seed", range(20))
def test_batches_agree(seed: int) -> None:
    compared = check_batch(random.Random(seed), 16, 12)  # noqa: S311  a repeatable choice of cases
    assert compared > 200, "most generated expressions can be run"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_many_batches_agree(seed: int) -> None:
    check_batch(random.Random(seed), 20, 16)  # noqa: S311  a repeatable choice of cases


def test_the_generator_writes_every_construct() -> None:
    random_ = random.Random(0)  # noqa: S311  a repeatable choice of cases
    texts = [Maker(random_).expression() for _ in range(4000)]
    seen = collections.Counter(one for text in texts for one in CONSTRUCTS if one in text)
    assert [one for one in CONSTRUCTS if not seen[one]] == []
    runnable = sum(is_runnable(text) for text in texts[:400])
    assert runnable > 370, f"of 400 expressions only {runnable} can be run"


CONSTRUCTS = [
    "select",
    "exists",
    "forall",
    "chain(",
    "WHAT(",
    "WHEN(",
    "COUNT(",
    "not",
    "let",
    "if(",
    "occurs",
    "before",
    "after",
    "between",
    "from",
    "today",
    "yesterday",
    "tomorrow",
    "this",
    "last",
    "next",
    "now",
    "in",
    "notIn",
    "like",
    "matches(",
    "startsWith(",
    "endsWith(",
    "contains(",
    "doesNotContain(",
    "equals(",
    "notEqualTo(",
    "isNull()",
    "isNotNull()",
    "topN(",
    "bottomN(",
    "head()",
    "distinct()",
    "filter(",
    "exists(",
    "map(",
    "sum(",
    "average(",
    "min(",
    "max(",
    "over",
    "count()",
    "countOnlyNull()",
    "intersects(",
    "subsetOf(",
    "supersetOf(",
    "intersection(",
    "includes(",
    "get(",
    "keys()",
    "values()",
    "^.",
    "^^.",
    "split(",
    "regexGroup(",
    "replaceAll(",
    "replace(",
    "substr(",
    "concat(",
    "trim()",
    "upperCase()",
    "toInt()",
    "toString()",
    "stringToNumber()",
    "stringToDate()",
    "date(",
    "addMonths(",
    "truncateToStartOfWeek()",
    "getMonth()",
    "weekOfYear()",
    "diffInHours(",
    "absolute()",
    "roundUp()",
    "equalsIgnoreCase(",
    "currentMonth()",
]
