"""What was aimed at, beside what was measured."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.benchmarks import building, many, sampling
from tests.benchmarks.compare import compare, kept
from tests.benchmarks.page import today
from tests.benchmarks.peers import PEERS, paired
from tests.benchmarks.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.compare import Arena, Taken

RULES = ("one", "twenty", "window", "sequence", "sum")
_CONTENDERS = (
    *("floor-snapshot", "segkit-snapshot", "compiled-snapshot", "sql-snapshot", "compiled-fragments", "sql-fragments"),
    *PEERS,
)


@dataclass(frozen=True, slots=True)
class Target:
    """What was aimed at: a ratio that is not to be exceeded, and what was measured.

    Ratios of single rounds show the spread; `note` says what stands behind it.
    """

    aim: str
    most: float
    ratios: Sequence[float]
    note: str = ""
    floor: float | None = field(default=None)

    @property
    def row(self) -> str:
        """As a row of the table."""
        if not self.ratios:
            return f"| {self.aim} | {self.most:g} | – | – | | {self.note} |"
        middle = statistics.median(self.ratios)
        spread = f" ({min(self.ratios):.2f}–{max(self.ratios):.2f})" if len(self.ratios) > 1 else ""
        floor = "" if self.floor is None else f"{self.floor:.2f}"
        met = "yes" if middle <= self.most else "**no**"
        return f"| {self.aim} | {self.most:g} | {middle:.2f}{spread} | {met} | {floor} | {self.note} |"


def measure(arena: Arena, told: Callable[[list[str]], None]) -> None:
    """Measure target after target; `told` is given the section each time there is more of it."""
    rows: list[str] = []
    head = [
        f"`python -m tests.benchmarks targets --size {arena.size}`, {today()}. Each is a ratio not to be exceeded;",
        "measured is the median, with the least and the greatest of the rounds in brackets.",
        "",
        "| target | at most | measured | met | floor | what it is of |",
        "|---|---:|---:|---|---:|---|",
    ]
    for group in (_rules, many.targets, building.targets, sampling.targets):
        for one in group(arena):
            rows.append(one.row)
            told([*head, *rows])


def _rules(arena: Arena) -> Iterator[Target]:
    """What the comparison of contenders says."""
    found = {one: taken for one, taken in kept(arena).items() if taken.keys() >= {"segkit-snapshot", *PEERS}}
    missing = [one for one in RULES if not found.get(one, {}).keys() >= set(_CONTENDERS)]
    if missing:
        found |= compare(arena, missing, _CONTENDERS, lambda *_: None)
    for over, most in (("snapshot", 1.1), ("fragments", 1.15)):
        for one in RULES:
            note = f"{QUESTIONS[one].title}, over the {over}"
            floor = None
            if over == "snapshot":
                floor = _median(found[one], "floor-snapshot", "sql-snapshot")
            ratios = _ratios(found[one], f"compiled-{over}", f"sql-{over}")
            yield Target("compiled PQL beside SQL by hand", most, ratios, note, floor)
    for one in ("one", "twenty"):
        ratios = _ratios(found[one], "compiled-snapshot", "floor-snapshot")
        yield Target("rule beside hashing the columns it reads", 1.3, ratios, QUESTIONS[one].title, 1)
    for one in found:
        taken = found[one]
        ours = next(name for name in ("segkit-snapshot", "segkit-fragments") if name in taken)
        fastest = min(
            (name for name in PEERS if taken[name].seconds), key=lambda name: taken[name].median, default=None
        )
        if fastest and taken[ours].seconds:
            note = f"{QUESTIONS[one].title}; {fastest} is the fastest of them"
            yield Target("segkit beside polars, pandas and chDB", 1, _ratios(taken, ours, fastest), note)


def _ratios(taken: dict[str, Taken], mine: str, other: str) -> list[float]:
    if mine not in taken or other not in taken:
        return []
    pairs = zip(taken[mine].seconds, taken[other].seconds, strict=False)
    return [one / two for one, two in pairs]


def _median(taken: dict[str, Taken], mine: str, other: str) -> float | None:
    if mine not in taken or other not in taken or not taken[mine].seconds or not taken[other].seconds:
        return None
    return paired(taken[mine], taken[other])
