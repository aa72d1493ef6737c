"""How long each step takes from the text of a rule to the plan of its statement."""

from __future__ import annotations

import datetime as dt
import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import sqlglot

import segkit
from segkit.plan import Clock, plan
from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.diagnostics import Report
from segkit.pql.normal import key
from segkit.pql.reading.lexer import lex
from segkit.sql import compile_condition_count, show
from tests.benchmarks.rules import Tables, rule_of, schema_of, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CASES = ((20, 20), (200, 20), (200, 2000), (2000, 20))
"""Nodes of the rule, leaves of the schema."""

CLOCK = Clock(dt.datetime(2026, 11, 1))  # noqa: DTZ001  timestamps are naive UTC
_MANY = 1000
OWN = ("lex", "parse", "bind", "plan", "compile", "render")
"""What `ws.size` and a job do; the normal form is for comparing, DuckDB's planning is not ours."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Medians in milliseconds, by step."""

    nodes: int
    leaves: int
    spent: dict[str, float]

    @property
    def own(self) -> float:
        """From the text to the statement."""
        return sum(self.spent[name] for name in OWN)


def measure(nodes: int, leaves: int, runs: int) -> Steps:
    """The steps of one rule; what a step does includes nothing that another one did."""
    schema = schema_of(leaves)
    tables = Tables(schema)
    text = rule_of(nodes, schema)
    taken: dict[str, list[float]] = {}
    for _ in range(runs + 1):
        for name, spent in _once(text, tables):
            taken.setdefault(name, []).append(spent * 1000)
    medians = {name: statistics.median(spent[1:]) for name, spent in taken.items()}
    # reading and compiling hold their first steps
    medians["parse"] = max(medians["parse"] - medians["lex"], 0)
    medians["compile"] = max(medians["compile"] - medians["plan"], 0)
    return Steps(size_of(parse(text)), leaves, medians)


def _once(text: str, tables: Tables) -> Iterator[tuple[str, float]]:
    gc.collect()
    gc.disable()
    try:
        yield "lex", _timed(lambda: lex(text, Report(text)))[1]
        tree, spent = _timed(lambda: parse(text))
        yield "parse", spent
        bound, spent = _timed(lambda: bind(tree, tables.schema))
        yield "bind", spent
        yield "normal form", _timed(lambda: key(bound.condition))[1]
        yield "plan", _timed(lambda: plan({"rule": bound.condition}, {}, CLOCK))[1]
        statement, spent = _timed(lambda: compile_condition_count(bound.condition, tables, CLOCK, text=text))
        yield "compile", spent
        sql, spent = _timed(lambda: show(statement))
        yield "render", spent
        yield "DuckDB plans it", _timed(lambda: tables.connection.execute(f"EXPLAIN {sql}").fetchall())[1]
    finally:
        gc.enable()


def _timed(run: Callable[[], Any]) -> tuple[Any, float]:
    # of this thread alone: what else the machine does takes less part in it than in the time that passes
    start = time.thread_time()
    found = run()
    return found, time.thread_time() - start


def section(runs: int) -> list[str]:
    """The steps of all cases, as a section of the page: milliseconds, and the share of segkit's own time."""
    found = [measure(nodes, leaves, runs if nodes <= _MANY else max(runs // 4, 3)) for nodes, leaves in CASES]
    lines = [
        f"`python -m tests.benchmarks steps --runs {runs}`, {dt.datetime.now(dt.UTC):%Y-%m-%d},",
        f"segkit {segkit.__version__}, sqlglot {sqlglot.__version__}, DuckDB {duckdb.__version__}: processor time,",
        "medians, of rules of a wanted length over schemas of a wanted width, with the share of what `ws.size` does",
        "before DuckDB begins. The normal form is for comparing rules and not on that way.",
        "",
        "| step | " + " | ".join(f"{one.nodes} nodes, {one.leaves} leaves" for one in found) + " |",
        "|---|" + "---:|" * len(found),
    ]
    for name in found[0].spent:
        cells = [
            f"{one.spent[name]:.2f} ms, {one.spent[name] / one.own:.0%}" if name in OWN else f"{one.spent[name]:.2f} ms"
            for one in found
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(f"| **text to statement** | {' | '.join(f'**{one.own:.2f} ms**' for one in found)} |")
    return lines
