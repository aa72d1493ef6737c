"""What sizing a rule over three leaves costs in planning, over schemas of 3, 200 and 2,000 leaves."""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

import segkit as sk
from segkit.engine import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.workspace import Workspace

LEAVES = (3, 200, 2000)
RULE = "f0 = 1 and f1 > 0 and f2 != 2"
ROWS = 1000
AS_OF = "2026-11-01"


@dataclass(frozen=True, slots=True)
class Wide:
    """Medians of processor time, in milliseconds.

    Parameters
    ----------
    leaves
        Of the schema.
    first
        The first size in a workspace just opened, in which datasets are read and their schemas joined.
    own
        From a rule's text to its statement, from the second question on.
    planned
        DuckDB's planning of that statement, over files.
    by_hand
        DuckDB's planning of a scan of the same three columns of one file, written by hand.
    size
        The whole of `ws.size`.
    """

    leaves: int
    first: float
    own: float
    planned: float
    by_hand: float
    size: float


def measure(folder: Path, runs: int) -> list[Wide]:
    """One entry a schema."""
    return [_measured(folder / str(leaves), leaves, max(runs, 11)) for leaves in LEAVES]


def section(folder: Path, runs: int) -> list[str]:
    """The lines of a page."""
    found = measure(folder, runs)
    return [
        f"`{RULE}` over two datasets that have all the leaves; processor time in ms, medians of {max(runs, 11)}.",
        "",
        "| leaves | first size | text to statement | DuckDB's planning of it | of one file by hand | whole size |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.leaves:,} | {one.first:.0f} | {one.own:.1f} | {one.planned:.1f} | {one.by_hand:.1f} "
            f"| {one.size:.1f} |"
            for one in found
        ),
    ]


def _measured(folder: Path, leaves: int, runs: int) -> Wide:
    files = _files(folder, leaves)
    firsts = []
    for _ in range(3):
        with sk.open(folder / "ws", threads=1) as ws:
            ws.engine.value("SELECT 1")
            firsts.append(_timed(lambda ws=ws: ws.size(RULE, as_of=AS_OF)))
    with sk.open(folder / "ws", threads=1) as ws:
        statement = _statement(ws)
        ws.engine.value(statement)
        columns = [exp.column(f"f{number}") for number in range(3)]
        scan = exp.select(*columns).from_(exp.func("read_parquet", exp.Literal.string(str(files[0]))))
        return Wide(
            leaves,
            # the first of all also loads modules
            min(firsts),
            _median(lambda: _statement(ws), runs),
            _median(lambda: ws.engine.rows(f"EXPLAIN {statement}"), runs),
            _median(lambda: ws.engine.rows(f"EXPLAIN {render(scan)}"), runs),
            _median(lambda: ws.size(RULE, as_of=AS_OF), runs),
        )


def _statement(ws: Workspace) -> str:
    return render(ws.scope(as_of=AS_OF).count(RULE))


def _files(folder: Path, leaves: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with sk.open(folder / "ws") as ws, duckdb.connect() as connection:
        columns = ", ".join(f"i % {leaf % 97 + 2} AS f{leaf}" for leaf in range(leaves))
        for day, name in enumerate(("crm", "loyalty"), start=1):
            changed = f"TIMESTAMP '2026-01-0{day}' AS changed"
            rows = f"SELECT 'c' || i AS id, {changed}, {columns} FROM range({ROWS}) t(i)"
            file = folder / f"{name}.parquet"
            connection.execute(f"COPY ({rows}) TO '{file}'")
            ws.datasets.add(name, file, identity={"crmId": "id"}, timestamp="changed")
            made.append(file)
    return made


def _median(work: Callable[[], object], runs: int) -> float:
    return statistics.median(_timed(work) for _ in range(runs))


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000
