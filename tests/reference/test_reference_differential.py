"""Generated schemas, profiles and expressions: the compiled SQL and the reference interpreter must agree."""

from __future__ import annotations

import collections
import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reference_batches import is_runnable, run_batch, smaller
from reference_expressions import Maker
from reference_moments import UNITS
from reference_schemas import shape
from reference_world import World

from segkit.pql.functions import FUNCTIONS


def check_batch(random_: random.Random, profiles: int, expressions: int, *, generated: bool) -> int:
    """One batch without a disagreement; gives the number of values and memberships compared."""
    outcome = run_batch(random_, profiles, expressions, generated=generated)
    if outcome.findings:
        pytest.fail("\n".join(str(smaller(one)) for one in outcome.findings[:3]))
    return outcome.comparisons


@settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False), st.booleans())
def test_small_batches_agree(random_: random.Random, generated: bool) -> None:  # noqa: FBT001  hypothesis gives it
    check_batch(random_, 3, 2, generated=generated)


@pytest.mark.parametrize("seed", range(16))
def test_batches_over_one_schema_agree(seed: int) -> None:
    compared = check_batch(random.Random(seed), 16, 12, generated=False)  # noqa: S311  a repeatable choice of cases
    assert compared > 200, "most generated expressions can be run"


@pytest.mark.parametrize("seed", range(24))
def test_batches_over_generated_schemas_agree(seed: int) -> None:
    compared = check_batch(random.Random(seed), 12, 12, generated=True)  # noqa: S311  a repeatable choice of cases
    assert compared > 100, "most generated expressions can be run"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 2000))
def test_many_batches_agree(seed: int) -> None:
    check_batch(random.Random(seed), 20, 16, generated=seed % 2 == 0)  # noqa: S311  a repeatable choice of cases


def _texts(count: int) -> tuple[list[str], float]:
    """Expressions over many schemas, and the share of some that can be run."""
    random_ = random.Random(0)  # noqa: S311  a repeatable choice of cases
    texts, tried, ran = [], 0, 0
    for number in range(count // 40):
        made = shape(random_)
        own = [Maker(random_, made.schema, ("one",)).expression() for _ in range(40)]
        texts += own
        if number % 10 == 0:
            world = World({}, shape=made, segments={"one": "true"})
            tried, ran = tried + len(own), ran + sum(is_runnable(world, one) for one in own)
            world.drop()
    return texts, ran / tried


def test_the_generator_writes_every_construct_function_and_unit() -> None:
    texts, share = _texts(4000)
    seen = collections.Counter(one for text in texts for one in CONSTRUCTS if one in text)
    assert [one for one in CONSTRUCTS if not seen[one]] == []
    together = "\n".join(texts)
    assert [name for name in FUNCTIONS if f"{name}(" not in together] == []
    assert [one for one in UNITS if f" {one} " not in together] == []
    assert share > 0.93, "most generated expressions can be run"


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
    "inSegment(",
    "groupBy(",
    "mapEntry(",
    '{"',
    ") => ",
    "$1.",
    "profile.",
    "some ",
    "all ",
    ": ",
    " AND ",
    "= null",
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
