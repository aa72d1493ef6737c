"""segkit beside the same question in hand-written DuckDB SQL.

Both run in one process over the same files, in turn (A B A B …), and what is printed is the ratio of each pair:
absolute times move by a factor of two on a busy machine, ratios within a run do not. The hand-written queries obey the
same merge rules and give the same number, or the run stops.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

import segkit
from segkit import demo
from segkit.workspace import open_demo
from tests.benchmarks.page import today

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.workspace import Workspace

HERE = Path(__file__).parent
AS_OF = demo.AS_OF


@dataclass(frozen=True, slots=True)
class Case:
    """A rule and the SQL that a careful person would write for it, in `<name>.sql` beside this file."""

    name: str
    pql: str

    def sql(self, folder: Path) -> str:
        return (HERE / f"{self.name}.sql").read_text(encoding="utf-8").replace("{folder}", str(folder))


CASES = (
    Case("one_attribute", 'homeAddress.countryCode = "US"'),
    Case("two_attributes", 'homeAddress.countryCode in ["US", "GB"] and mobilePhone.number.isNotNull()'),
    Case(
        "event_window",
        'exists E from xEvent where E.eventType = "commerce.purchases" and E.timestamp occurs <= 30 days before now',
    ),
    Case(
        "event_sum",
        'xEvent[eventType = "commerce.purchases" and timestamp occurs <= 90 days before now]'
        ".sum(commerce.order.priceTotal) > 250",
    ),
)


def timed(run: Callable[[], int]) -> tuple[int, float]:
    start = time.perf_counter()
    found = run()
    return found, time.perf_counter() - start


def section(home: Path, profiles: int, runs: int) -> list[str]:
    """The table of ratios, as a section of the page."""
    workspace = home / "workspace"
    with open_demo(workspace, profiles=None if workspace.exists() else profiles) as ws:
        rows = [compare(ws, case, workspace / "sample", runs) for case in CASES]
    return [
        f"`python -m tests.benchmarks sql --profiles {profiles} --runs {runs}`, {today()},",
        f"segkit {segkit.__version__}, DuckDB {duckdb.__version__}, {os.cpu_count()} cores: the demo shop,",
        "`ws.size(rule)` from the text of the rule to the number, beside the same question in SQL on an open DuckDB",
        "connection over the same Parquet files.",
        "The ratio is segkit's time over the hand-written query's, pair by pair; the own share the part of segkit's",
        "time that passes outside of its statement (reading the catalog, checking files, parsing, binding, compiling).",
        "",
        "| rule | profiles found | hand-written, ms | ratio: median | min | max | own share |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows,
        "",
        "The rules, and the queries they are held to, are in `tests/benchmarks/`.",
    ]


def compare(ws: Workspace, case: Case, folder: Path, runs: int) -> str:
    """One row of the table."""
    connection = duckdb.connect()
    sql, statement = case.sql(folder), ws.sql(case.pql, as_of=AS_OF)
    ours, theirs, bare = [], [], []
    for _ in range(runs + 1):
        found, mine = timed(lambda: int(ws.size(case.pql, as_of=AS_OF)))
        wanted, hand = timed(lambda: connection.execute(sql).fetchall()[0][0])
        _, alone = timed(lambda: connection.execute(statement).fetchall()[0][0])
        if found != wanted:
            message = f"{case.name}: segkit counts {found}, the hand-written query {wanted}"
            raise SystemExit(message)
        ours.append(mine)
        theirs.append(hand)
        bare.append(alone)
    # the first round warms the caches of all three
    ratios = [mine / hand for mine, hand in zip(ours[1:], theirs[1:], strict=True)]
    own = statistics.median(1 - min(one / mine, 1) for one, mine in zip(bare[1:], ours[1:], strict=True))
    return (
        f"| `{case.name}` | {found:,} | {statistics.median(theirs[1:]) * 1000:.0f} | {statistics.median(ratios):.2f} "
        f"| {min(ratios):.2f} | {max(ratios):.2f} | {own:.0%} |"
    )
