"""What lint says is so, and what fix does, holds for generated profiles by the reference interpreter."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from lint_rules import SCHEMA, generated, members
from reference_batches import CALENDARS

from segkit.pql import PQLError, fix, lint, parse
from segkit.pql.binder import bind
from segkit.pql.linting.site import Site

if TYPE_CHECKING:
    from reference_time import Calendar

    from segkit.pql import Diagnostic

BATCH = 25
CLAIMS = {
    "always-false": "false",
    "always-true": "true",
    "impossible-order": "false",
}
"""What the words of a finding may be replaced by, where they are as the finding says."""


def disagreements(seed: int) -> list[str]:
    """Where the reference interpreter knows better than lint or fix."""
    text = generated(seed)
    try:
        bound = bind(parse(text), SCHEMA)
    except PQLError:
        return []
    found = lint(text, SCHEMA)
    # what is said is said of every calendar
    calendar = CALENDARS[seed % len(CALENDARS)]
    who = members(text, calendar)
    reasoner = Site(bound).reasoner
    wrong = []
    if reasoner.never(bound.condition) and any(who):
        wrong.append(f"{text}\n  holds for some, and is said to hold never")
    if reasoner.always(bound.condition) and not all(who):
        wrong.append(f"{text}\n  does not hold for some, and is said to hold always")
    for one in found:
        claimed = _claimed(text, one)
        if claimed is not None and members(claimed, calendar) != who:
            wrong.append(f"{text}\n  is not the same as\n  {claimed}\n  {one.message}")
    return wrong + spoilt(text, who, calendar)


def _claimed(text: str, one: Diagnostic) -> str | None:
    word = CLAIMS.get(one.code)
    if word is None or " contradict" in one.message.replace(" contradicts ", ""):
        return None
    claimed = f"{text[: one.span.start]}({word}){text[one.span.end :]}"
    try:
        bind(parse(claimed), SCHEMA)
    except PQLError:
        return None  # the tail of an `occurs` is no condition by itself
    return claimed


def spoilt(text: str, who: list[bool], calendar: Calendar | None = None) -> list[str]:
    """What is wrong with a rule when it has been mended."""
    mended = fix(text, SCHEMA)
    wrong = []
    if mended != text and members(mended, calendar) != who:
        wrong.append(f"{text}\n  was mended to\n  {mended}\n  which others meet")
    if fix(mended, SCHEMA) != mended:
        wrong.append(f"{text}\n  is not mended in one go")
    if any(one.severity == "error" for one in lint(mended, SCHEMA)):
        wrong.append(f"{text}\n  was mended to\n  {mended}\n  which is no rule")
    return wrong


@pytest.mark.parametrize("batch", range(10))
def test_r12_what_lint_proves_holds_for_every_profile(batch: int) -> None:
    wrong = [one for seed in range(batch * BATCH, (batch + 1) * BATCH) for one in disagreements(seed)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("batch", range(1000, 1200))
def test_r12_what_lint_proves_holds_for_many_profiles(batch: int) -> None:
    wrong = [one for seed in range(batch * BATCH, (batch + 1) * BATCH) for one in disagreements(seed)]
    assert not wrong, "\n".join(wrong)


def test_the_generator_makes_what_lint_looks_for() -> None:
    seen = {one.code for seed in range(150) for one in lint(generated(seed), SCHEMA)}
    assert {"always-false", "always-true", "redundant-condition", "only-presence", "drops-missing"} <= seen


def test_a_wrong_claim_would_be_seen() -> None:
    assert any(members("age > 2"))
    assert not all(members("age > 2"))
    assert spoilt('name in ["Ann", "Ann"]', [True] * len(members("age > 2")))


@pytest.mark.parametrize("made", ['{"a": colors}', '{"a": age, "b": colors}', "home", "orders.head()"])
def test_r02_an_object_may_be_neither_absent_nor_present(made: str) -> None:
    for text in (f"{made} or {made}.isNull()", f"not {made} and {made}.isNotNull()"):
        found = {one.code for one in lint(text, SCHEMA)}
        assert not found & {"always-true", "always-false"} or len(set(members(text))) == 1, text
    assert "always-false" in {one.code for one in lint(f"{made} and {made}.isNull()", SCHEMA)}


@pytest.mark.parametrize("seed", range(150))
def test_r51_mending_a_spoilt_rule_never_makes_it_worse(seed: int) -> None:
    r = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    text = generated(seed)
    for _ in range(r.choice([1, 1, 2])):
        at = r.randrange(len(text) + 1)
        text = text[:at] + r.choice(SPOILT) + text[at + r.choice([0, 1, 2]) :]
    before = [one.code for one in lint(text, SCHEMA) if one.severity == "error"]
    mended = fix(text, SCHEMA)
    after = lint(mended, SCHEMA)
    assert fix(mended, SCHEMA) == mended
    if not before:
        assert not [one for one in after if one.severity == "error"]
        assert members(mended) == members(text)


SPOILT = [
    *"()[]\"'`.,=!<>^",
    "==",
    "&&",
    " is null ",
    " not ",
    " and ",
    "// x\n",
    "/* y */",
    "now()",
    "“",
    "”",
    "\\d",
    " in ",
]
