"""How long a fresh process takes to open a workspace, beside one that connects to DuckDB and does no more."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

import segkit as sk
from segkit.catalog import StoredJob

if TYPE_CHECKING:
    from pathlib import Path

FLOOR = "import duckdb; duckdb.connect()"
JOBS = 10_000
TARGET = 1.5


@dataclass(frozen=True, slots=True)
class Opened:
    """What fresh processes took, in seconds, of wall clock and of processor, one entry a process."""

    name: str
    wall: tuple[float, ...]
    processor: tuple[float, ...]


def measure(folder: Path, runs: int) -> list[Opened]:
    """The floor first, then what segkit does; the processes take turns, so that a slow minute slows all."""
    programs = {
        "`import duckdb` and a connection": FLOOR,
        "`import segkit`": "import segkit",
        "… and `sk.open` of a workspace": f"import segkit as sk; sk.open({str(_workspace(folder / 'few', 0))!r})",
        f"… of one with {JOBS:,} jobs": f"import segkit as sk; sk.open({str(_workspace(folder / 'many', JOBS))!r})",
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for turn in range(max(runs, 11) + 1):
        for name, program in programs.items():
            spent = _spent(program)
            if turn:  # the first warms the disk
                taken[name].append(spent)
    return [Opened(name, *zip(*spent, strict=True)) for name, spent in taken.items()]


def section(folder: Path, runs: int) -> list[str]:
    """The lines of a page: medians, and the median ratio to the floor with its middle half."""
    found = measure(folder, runs)
    floor = found[0]
    return [
        f"Medians of {len(floor.wall)} fresh processes each, taking turns; the target is {TARGET} times the first.",
        "",
        "| | wall, ms | processor, ms | ratio of the wall | of the processor |",
        "|---|---|---|---|---|",
        *(
            f"| {one.name} | {_milliseconds(one.wall)} | {_milliseconds(one.processor)} | "
            f"{_ratio(one.wall, floor.wall)} | {_ratio(one.processor, floor.processor)} |"
            for one in found
        ),
    ]


def _workspace(folder: Path, jobs: int) -> Path:
    with sk.open(folder) as ws:
        ws.datasets.add("crm", pd.DataFrame({"id": ["a"], "age": [1]}), identity={"id": "id"})
        ws.segments.create("Adults", "age > 17")
        with ws.catalog_store.transaction():
            for number in range(jobs):
                moment = 1_700_000_000_000 + number
                stored = StoredJob(f"job {number}", "SUCCEEDED", "nobody", "ad hoc", moment, moment, {"segments": []})
                ws.catalog_store.jobs.insert(stored, [])
    return folder


def _spent(program: str) -> tuple[float, float]:
    before, begun = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)
    wall, after = time.perf_counter() - begun, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def _milliseconds(taken: tuple[float, ...]) -> str:
    return f"{statistics.median(taken) * 1000:.0f}"


def _ratio(taken: tuple[float, ...], floor: tuple[float, ...]) -> str:
    low, middle, high = statistics.quantiles([one / other for one, other in zip(taken, floor, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"
