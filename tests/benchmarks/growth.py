"""How cost grows with profiles, events and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.compare import Arena, compare, kept
from tests.benchmarks.data import SIZES
from tests.benchmarks.page import today
from tests.benchmarks.prepared import prepare
from tests.benchmarks.questions import QUESTIONS

if TYPE_CHECKING:
    from tests.benchmarks.compare import Taken

ASKED = ("one", "twenty", "window", "sequence", "sum", "job1", "job10", "job100", "job500")
CONTENDERS = ("segkit-snapshot", "segkit-fragments")


def section(arena: Arena) -> list[str]:
    """A table: a row a question, a column a size."""
    sizes = [one for one in SIZES if SIZES[one][0] <= SIZES[arena.size][0]][-3:]
    taken: dict[str, dict[str, dict[str, Taken]]] = {}
    for size in sizes:
        prepare(arena.home, size, memory=arena.memory)
        here = Arena(arena.home, size, min(arena.runs, 3), arena.seconds / 4, arena.memory, arena.threads)
        taken[size] = {one: answers for one, answers in kept(here).items() if "segkit-snapshot" in answers}
        taken[size] |= compare(here, [one for one in ASKED if one not in taken[size]], CONTENDERS, lambda *_: None)
    heads = [f"{SIZES[one][0]:,} profiles, {SIZES[one][1]:,} events" for one in sizes]
    lines = [
        f"`python -m tests.benchmarks growth --size {arena.size}`, {today()}: milliseconds, medians.",
        "",
        f"| question | over | {' | '.join(heads)} |",
        f"|---|---|{'---:|' * len(sizes)}",
    ]
    for question in ASKED:
        for name in CONTENDERS:
            cells = [_cell(taken[size][question].get(name)) for size in sizes]
            if any(cells):
                lines.append(f"| {QUESTIONS[question].title} | {name.partition('-')[2]} | {' | '.join(cells)} |")
    return [*lines, ""]


def _cell(taken: Taken | None) -> str:
    return f"{taken.median * 1000:,.0f}" if taken is not None and taken.seconds else ""
