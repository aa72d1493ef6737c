"""20,000 spoilt expressions in each CI run (R53)."""

from __future__ import annotations

import random
import time
from pathlib import Path

import fuzz_run
import pytest
from fuzz_mutations import Mutator, tokens
from fuzz_run import Tally, run, seeds
from pql_examples import EXAMPLES

from segkit.pql import check

SHARED = Path(__file__).parents[2] / ".." / "shared"
COUNT, PARTS = 20_000, 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_r53_spoilt_expressions_raise_nothing_but_pql_errors(part: int) -> None:
    found = run(seeds(EXAMPLES, SHARED), COUNT, part=part, parts=PARTS, every=4)
    assert not found.failures
    assert found.count > COUNT / PARTS * 0.8
    assert all(found.stages[stage] for stage in ("grammar", "names and types", "compiled"))
    assert found.ran > 20


def test_the_same_seed_spoils_in_the_same_way() -> None:
    mutator = Mutator(EXAMPLES)
    made = [[mutator.mutated(random.Random(seed), EXAMPLES[9]) for seed in range(50)] for _ in range(2)]  # noqa: S311
    assert made[0] == made[1]
    assert len(set(made[0])) > 40


def test_tokens_are_the_whole_text() -> None:
    assert all("".join(tokens(one)) == one for one in EXAMPLES)


@pytest.mark.slow
def test_an_expression_that_does_not_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object, **__: object) -> str:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            pass
        return "compiled"

    monkeypatch.setattr(fuzz_run, "ALARM", 1)
    monkeypatch.setattr(fuzz_run, "examine", endless)
    tally = Tally()
    fuzz_run._one("a = 1", fuzz_run.schema_of("a = 1"), None, tally)
    assert tally.failures == [("a = 1", "no end after 1 seconds")]


def test_what_is_raised_is_told_with_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise KeyError("x")

    monkeypatch.setattr(fuzz_run, "examine", broken)
    tally = Tally()
    fuzz_run._one("a = 1", fuzz_run.schema_of("a = 1"), None, tally)
    assert tally.failures == [("a = 1", "KeyError: 'x'")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("t occurs < 9223372036854775808 days before now", "number-range"),
        ("chain(xEvent, timestamp, [A: WHAT(a) COUNT(9223372036854775808)])", "number-range"),
        ("$999999999999999999999.a", "bad-parameter"),
        ("@{\udfffxdm;version=1}.a", "half-character"),
        ("`a\ud800`", "half-character"),
    ],
)
def test_r53_what_runs_of_spoilt_expressions_found(text: str, code: str) -> None:
    assert [one.code for one in check(text)] == [code]
