"""Batches for as long as one has: what the command of this folder runs in each of its processes."""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import dataclass

from reference_batches import run_batch, smaller

PROFILES, EXPRESSIONS = 20, 20


@dataclass(frozen=True)
class Figures:
    """What a run, or a part of one, has done."""

    batches: int = 0
    expressions: int = 0
    comparisons: int = 0
    refused: int = 0
    findings: tuple[str, ...] = ()

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.batches + other.batches,
            self.expressions + other.expressions,
            self.comparisons + other.comparisons,
            self.refused + other.refused,
            self.findings + other.findings,
        )

    def __str__(self) -> str:
        return (
            f"{self.batches:,} batches, {self.expressions:,} expressions, {self.comparisons:,} comparisons, "
            f"{len(self.findings):,} {'disagreement' if len(self.findings) == 1 else 'disagreements'}"
        )


def batch(seed: int) -> Figures:
    """One batch by its seed, half of them over generated schemas; what disagrees is made small and named."""
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    outcome = run_batch(random_, PROFILES, EXPRESSIONS, generated=seed % 2 == 0)
    by_text = {one.text: one for one in outcome.findings}
    found = tuple(f"seed {seed}: {smaller(one)}" for one in by_text.values())
    return Figures(1, outcome.expressions, outcome.comparisons, outcome.refused, found)


def part(job: tuple[int, int, float]) -> Figures:
    """Batches of every so many'th seed until an end."""
    seed, step, end = job
    figures = Figures()
    while time.time() < end:
        made = batch(seed)
        for one in made.findings:
            sys.stderr.write(f"{one}\n\n")
        figures, seed = figures + made, seed + step
    return figures


def prepared() -> None:
    """The machine's zone must not matter (R39)."""
    os.environ["TZ"] = "America/New_York"
    time.tzset()
