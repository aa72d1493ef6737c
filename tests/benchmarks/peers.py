"""The section of the page that shows contenders side by side."""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING

import duckdb

import segkit
from tests.benchmarks.contenders import NAMES
from tests.benchmarks.data import SIZES
from tests.benchmarks.page import today
from tests.benchmarks.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks.compare import Arena, Taken

MAIN = ("one", "twenty", "window", "sequence", "sum", "job1", "job10", "job100", "job500")
"""The questions of the largest size; `merge` is asked of a smaller one, where all contenders find room."""

PEERS = ("polars", "pandas", "chdb")


def header(arena: Arena) -> list[str]:
    """What the tables are of."""
    profiles, events = SIZES[arena.size]
    versions = ", ".join(f"{name} {_version(name)}" for name in ("polars", "pandas", "chdb"))
    return [
        f"`python -m tests.benchmarks peers --size {arena.size}`, {today()}, segkit {segkit.__version__},",
        f"DuckDB {duckdb.__version__}, {versions}; {os.cpu_count()} cores, {arena.memory} for each DuckDB.",
        f"{profiles:,} profiles in {profiles * 5 // 2:,} fragments with 40 leaves, {events:,} events.",
        "Each contender is a process that stays alive. They take turns; after a first round for the caches times are",
        "medians, with the least and the greatest in brackets. The ratio is to hand-written SQL over the same snapshot",
        "where that answers, pair by pair; memory is the most that the process held. All numbers agree, or the run had",
        "stopped. A time marked *once* is of the first round, which may have read from a cold disk: there it is the",
        "processor time that compares.",
        "",
    ]


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def table(question: str, taken: Mapping[str, Taken]) -> list[str]:
    """One question's table."""
    base = next((taken[one] for one in ("sql-snapshot", "sql-fragments") if one in taken and taken[one].seconds), None)
    rows = [
        f"### {QUESTIONS[question].title}",
        "",
        "| contender | ms | ratio | processor time, ms | memory, MB |",
        "|---|---:|---:|---:|---:|",
    ]
    for name in NAMES:
        mine = taken.get(name)
        if mine is None:
            continue
        if not mine.seconds:
            rows.append(f"| {NAMES[name]} | {mine.nothing.splitlines()[0]} | | | |")
            continue
        shown = f"{mine.median * 1000:,.0f}"
        if len(mine.seconds) > 1:
            shown += f" ({min(mine.seconds) * 1000:,.0f}–{max(mine.seconds) * 1000:,.0f})"
        else:
            shown += " (once)"
        rows.append(
            f"| {NAMES[name]} | {shown} | {ratio(mine, base)} | {statistics.median(mine.cpu) * 1000:,.0f} "
            f"| {mine.peak / 1e6:,.0f} |"
        )
    return [*rows, ""]


def ratio(mine: Taken, base: Taken | None) -> str:
    """The median of the ratios of the rounds."""
    return "" if base is None else f"{paired(mine, base):.2f}"


def paired(mine: Taken, base: Taken) -> float:
    """Round by round."""
    pairs = zip(mine.seconds, base.seconds, strict=False)
    return statistics.median(one / other for one, other in pairs)
