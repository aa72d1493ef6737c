"""Those who answer: segkit, hand-written SQL and the peers, each in a process of its own that stays alive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.benchmarks.prepared import Prepared
    from tests.benchmarks.questions import Question


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, and how it is checked where that costs something (outside of what is timed)."""

    found: Any
    check: Callable[[], Any] | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Task:
    """What a contender has been given."""

    prepared: Prepared
    scratch: Path
    memory: str
    threads: int


class UnansweredError(Exception):
    """This contender is not asked this: it says why."""


def make_ready(answer: Callable[[Question], Answer], asked: Question) -> None:
    """Let a contender do what is not measured: what its user would have done before asking."""
    define = getattr(answer, "define", None)
    if define is not None:
        define(asked)


def contender(name: str, task: Task) -> Callable[[Question], Answer]:
    """The contender of this name, ready to answer."""
    match name.partition("-"):
        case "segkit", _, over:
            from tests.benchmarks.contenders.own import Own

            return Own(task, over)
        case "compiled", _, over:
            from tests.benchmarks.contenders.own import Own

            return Own(task, over, compiled=True)
        case "floor", _, over:
            from tests.benchmarks.contenders.by_hand import Floor

            return Floor(task, over)
        case "sql", _, over:
            from tests.benchmarks.contenders.by_hand import ByHand

            return ByHand(task, over)
        case "polars", _, _:
            from tests.benchmarks.contenders.by_polars import Polars

            return Polars(task)
        case "pandas", _, _:
            from tests.benchmarks.contenders.by_pandas import Pandas

            return Pandas(task)
        case _:
            from tests.benchmarks.contenders.by_chdb import Chdb

            return Chdb(task)


NAMES = {
    "floor-snapshot": "floor: hash the columns, snapshot",
    "segkit-snapshot": "segkit, snapshot",
    "compiled-snapshot": "its statement alone",
    "sql-snapshot": "SQL by hand, snapshot",
    "segkit-fragments": "segkit, fragments",
    "compiled-fragments": "its statement alone",
    "sql-fragments": "SQL by hand, fragments",
    "floor-parquet": "floor, flat Parquet",
    "sql-parquet": "SQL by hand, flat Parquet",
    "polars": "polars, flat Parquet",
    "pandas": "pandas, flat Parquet",
    "chdb": "chDB, flat Parquet",
}
"""Title by name, in the order of the tables."""
