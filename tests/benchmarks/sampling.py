"""What a sample of one profile in a hundred takes, beside all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import segkit
from tests.benchmarks import questions as q
from tests.benchmarks.conditions import TWENTY, Every, pql
from tests.benchmarks.data import AS_OF
from tests.benchmarks.prepared import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.compare import Arena
    from tests.benchmarks.targets import Target

FRACTION = 0.01


def targets(arena: Arena) -> Iterator[Target]:
    """What is aimed at for estimates: of event work beside all events, of merge work beside all fragments."""
    from tests.benchmarks.targets import Target

    prepared = prepare(arena.home, arena.size, memory=arena.memory)
    with (
        segkit.open(prepared.kept, memory_limit=arena.memory, threads=arena.threads) as kept,
        segkit.open(prepared.bare, memory_limit=arena.memory, threads=arena.threads) as bare,
    ):
        rules = {"a sequence": q.SEQUENCE, "an attribute rule of many leaves": pql(Every(tuple(TWENTY[:6])))}
        for what, rule in rules.items():
            ratios, inside = [], []
            for run in range(min(arena.runs, 3) + 1):
                start = time.perf_counter()
                found = kept.estimate(rule, FRACTION, as_of=AS_OF)
                sampled = time.perf_counter() - start
                start = time.perf_counter()
                exact = int(bare.size(rule, as_of=AS_OF))
                if run:
                    ratios.append(sampled / (time.perf_counter() - start))
                inside.append((found, exact))
            found, exact = inside[-1]
            note = f"{what}: estimated {int(found):,}, exact {exact:,}; all profiles are merged from fragments"
            yield Target("time of an estimate from 1 % of the profiles", 0.05, ratios, note)
