"""Many spoilt expressions, one after the other, each under an alarm; what they led to, and the slowest."""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fuzz_examine import STAGES, examine
from fuzz_mutations import Mutator
from support_schema import inferred
from support_tables import fill

from segkit.engine import Engine
from segkit.pql import PQLError, Schema, parse
from segkit.pql.types import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from types import FrameType

ALARM = 30
"""Seconds after which an expression counts as one that never ends; a slow machine takes a hundredth of it."""

_SLOWEST = 10
THOROUGH = 4
"""One of so many is also linted, mended, written as a tree, brought into the normal form and explained."""


class TookTooLong(BaseException):
    """Raised by the alarm; nothing in segkit catches it."""


@dataclass
class Tally:
    """What came of a run: how many got how far, what was raised, and the slowest by seconds."""

    count: int = 0
    ran: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Take in another run."""
        self.count += other.count
        self.ran += other.ran
        self.stages += other.stages
        self.failures += other.failures
        self.seconds += other.seconds
        self.slowest = sorted([*self.slowest, *other.slowest], reverse=True)[:_SLOWEST]

    def timed(self, seconds: float, text: str) -> None:
        """Note how long a text took."""
        self.seconds += seconds
        if len(self.slowest) < _SLOWEST or seconds > self.slowest[-1][0]:
            self.slowest = sorted([*self.slowest, (seconds, text)], reverse=True)[:_SLOWEST]


def seeds(examples: Iterable[str], shared: Path | None) -> list[str]:
    """The expressions to spoil: those of the tests, and those of the corpus where it is at hand."""
    texts = list(examples)
    if shared is not None and shared.is_dir():
        lines = (shared / "corpus" / "pql.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(one) for one in lines]
        texts += [one["value"] for one in rows if one["format"] == "pql/text"]
    return list(dict.fromkeys(texts))


def schema_of(text: str) -> Schema:
    """A schema that an expression can be bound against; for none, one that many can."""
    try:
        return inferred(parse(text))
    except PQLError:
        return inferred(
            parse('homeAddress.city = "x" and age > 1 and xEvent[eventType = "x" and value > 1].count() > 1')
        )


def _storable(schema: Schema) -> bool:
    """Whether a dataset could have these fields: names that differ only in case are refused when it is added (R17a)."""
    return all(
        len(paths) == len({".".join(path).lower() for path, _ in paths})
        for paths in (leaves(schema.profile), leaves(schema.event))
    )


def run(
    texts: Sequence[str],
    count: int,
    *,
    seed: int = 0,
    part: int = 0,
    parts: int = 1,
    every: int = 0,
    thorough: int = THOROUGH,
) -> Tally:
    """Examine `count` spoilt expressions, or one of several equal parts of them.

    The same seed gives the same texts. One of every so many that compile is run over awkward rows; 0 runs none.
    """
    mutator, tally = Mutator(texts), Tally()
    each = -(-count // len(texts))
    left = count
    with Engine(threads=1) as engine:
        for place, text in enumerate(texts):
            wanted, left = min(each, left), left - min(each, left)
            if place % parts != part or not wanted:
                continue
            schema = schema_of(text)
            runnable = every > 0 and _storable(schema)
            if runnable:
                fill(schema, engine, filled=True)
            chance = random.Random(f"{seed}:{place}")  # noqa: S311  a repeatable choice of mistakes
            for _ in range(wanted):
                spoilt = mutator.mutated(chance, text)
                runs = runnable and chance.randrange(every) == 0
                judged = chance.randrange(thorough) == 0
                _one(spoilt, schema, engine if runs else None, tally, thorough=judged)
    return tally


def _one(text: str, schema: Schema, engine: Engine | None, tally: Tally, *, thorough: bool = False) -> None:
    before = time.process_time()
    usual = signal.signal(signal.SIGALRM, _alarmed)
    signal.alarm(ALARM)
    try:
        stage = examine(text, schema, engine, thorough=thorough)
        tally.stages[stage] += 1
        tally.ran += engine is not None and stage == STAGES[-1]
    except TookTooLong:
        tally.failures.append((text, f"no end after {ALARM} seconds"))
    except Exception as error:  # noqa: BLE001  whatever comes out is what is looked for
        tally.failures.append((text, f"{type(error).__name__}: {error}"))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, usual)
    tally.count += 1
    tally.timed(time.process_time() - before, text)


def _alarmed(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise TookTooLong
