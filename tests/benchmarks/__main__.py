"""`python -m tests.benchmarks [subject]`: what is measured, and the page that shows it.

Without a subject everything is measured, the most telling first; each section is written when it is done. `--quick`
does it over the smallest data, to see that all of it runs.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import beside_sql, growth, opening, peers, steps, targets, wide
from tests.benchmarks.compare import Arena, compare
from tests.benchmarks.contenders import NAMES
from tests.benchmarks.data import SIZES
from tests.benchmarks.page import PAGE, show
from tests.benchmarks.prepared import prepare

if TYPE_CHECKING:
    from tests.benchmarks.compare import Taken

SQL, STEPS = "segkit beside hand-written SQL", "From the text of a rule to its statement"
OPENING, WIDE = "Opening a workspace", "Wide schemas"
PEERS, TARGETS, GROWTH = "Side by side", "Targets", "How cost grows"
SUBJECTS = ("peers", "targets", "growth", "opening", "wide", "steps", "sql")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("subject", nargs="?", choices=(*SUBJECTS, "prepare"), help="one of them; all when left out")
    parser.add_argument("--size", choices=list(SIZES), default="4m", help="profiles of the made-up company")
    parser.add_argument("--folder", type=Path, help="where its files lie or are made; a temporary one otherwise")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured at most")
    parser.add_argument("--seconds", type=float, default=40, help="after which a question has no further round")
    parser.add_argument("--memory", default="4GB", help="limit of each DuckDB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ask", nargs="*", help="these questions alone")
    parser.add_argument("--of", nargs="*", choices=list(NAMES), help="of these contenders alone")
    parser.add_argument("--quick", action="store_true", help="over 100,000 profiles, one round")
    parser.add_argument("--write", action="store_true", help=f"also write it to {PAGE.name}")
    options = parser.parse_args()
    if options.quick:
        options.size, options.runs, options.seconds = "100k", 1, 10
    with tempfile.TemporaryDirectory() as temporary:
        options.folder = (options.folder or Path(temporary)).absolute()
        for subject in [options.subject] if options.subject else SUBJECTS:
            measure(subject, options)


def measure(subject: str, options: argparse.Namespace) -> None:
    """Measure one subject and show it."""
    home, runs, write = options.folder, options.runs, options.write
    arena = Arena(home, options.size, runs, options.seconds, options.memory, options.threads)
    match subject:
        case "prepare":
            # what takes long and is not measured: the files of all sizes up to this one, and their snapshots
            for size in (one for one in SIZES if _profiles(one) <= _profiles(options.size)):
                prepare(home, size, memory=options.memory)
        case "peers":
            _peers(arena, options)
        case "targets":
            targets.measure(arena, lambda lines: show(TARGETS, lines, write=write, new=1))
        case "growth":
            show(GROWTH, growth.section(arena), write=write)
        case "opening" | "wide":
            title, subject_of = (OPENING, opening) if subject == "opening" else (WIDE, wide)
            with tempfile.TemporaryDirectory() as temporary:
                show(title, subject_of.section(Path(temporary), max(runs, 11)), write=write)
        case "steps":
            show(STEPS, steps.section(max(runs, 11)), write=write)
        case _:
            with tempfile.TemporaryDirectory() as temporary:
                profiles = 20_000 if options.quick else 200_000
                show(SQL, beside_sql.section(Path(temporary), profiles, max(runs, 5)), write=write)


def _peers(arena: Arena, options: argparse.Namespace) -> None:
    """Question by question; the merge at a smaller size, where it fits into memory."""
    lines = peers.header(arena)

    def told(question: str, taken: dict[str, Taken]) -> None:
        table = peers.table(question, taken)
        lines.extend(table)
        show(PEERS, lines, write=options.write, new=len(table))

    names = options.of or list(NAMES)
    asked = options.ask or peers.MAIN
    prepare(arena.home, arena.size, memory=arena.memory)
    compare(arena, [one for one in asked if one != "merge"], names, told)
    if options.ask is None or "merge" in asked:
        smaller = Arena(arena.home, min(arena.size, "1m", key=_profiles), 2, arena.seconds, arena.memory, arena.threads)
        prepare(smaller.home, smaller.size, memory=smaller.memory)
        lines.append(f"The merge is over {_profiles(smaller.size):,} profiles.\n")
        compare(smaller, ["merge"], names, told)


def _profiles(size: str) -> int:
    return SIZES[size][0]


if __name__ == "__main__":
    main()
