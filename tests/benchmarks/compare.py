"""Contenders side by side: one question after the other, each contender in turn, again and again."""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from tests.benchmarks.questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

PATIENCE = 900
RECENT = 5_000
SLOW = 60
"""Whoever takes longer than this, in seconds, is asked once."""


@dataclass(slots=True)
class Taken:
    """What a contender took for a question, run by run; or why there is nothing."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int = 0
    nothing: str = ""

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


class Child:
    """A contender's process."""

    def __init__(self, name: str, arena: Arena, scratch: str) -> None:
        self.name = name
        threads = str(arena.threads)
        given = [name, str(arena.home), arena.size, scratch, arena.memory, threads]
        env = {**os.environ, "POLARS_MAX_THREADS": threads}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.contenders", *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        self.alive = bool(self._line().get("ready"))

    def ask(self, question: str) -> dict[str, Any]:
        """What it found and took."""
        if not self.alive:
            return {"failed": "its process ended before"}
        self._process.stdin.write(question + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        return self._line()

    def _line(self) -> dict[str, Any]:
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        text = self._process.stdout.readline() if ready else ""  # type: ignore[union-attr]
        if not text:
            self.close()
            return {"failed": "out of memory or crashed" if ready else f"no answer after {PATIENCE} s"}
        return json.loads(text)

    def close(self) -> None:
        """End the process."""
        self.alive = False
        self._process.kill()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class Arena:
    """Where contenders meet: files, size, how often at most, in how many seconds a question, limits."""

    home: Path
    size: str
    runs: int
    seconds: float
    memory: str
    threads: int


_LARGE = frozenset({"job100", "job500"})
_BARE = frozenset({"floor-snapshot", "floor-parquet", "compiled-snapshot", "compiled-fragments"})


def wanted(name: str, question: str) -> bool:
    """Whether a contender is asked: merges need fragments or flat files, floors and statements are of single rules."""
    if question == "merge":
        return name in {"segkit-fragments", "sql-fragments", "polars", "pandas", "chdb"}
    if QUESTIONS[question].kind == "job" and name in _BARE:
        return False
    return not (question in _LARGE and name.endswith("-fragments"))


def compare(
    arena: Arena, questions: Sequence[str], names: Iterable[str], told: Callable[[str, dict[str, Taken]], None]
) -> dict[str, dict[str, Taken]]:
    """All contenders' times for all questions; `told` hears of each question when it is done."""
    found: dict[str, dict[str, Taken]] = {}
    if not questions:
        return found
    with tempfile.TemporaryDirectory(dir=arena.home) as scratch:
        children = [Child(name, arena, scratch) for name in names]
        try:
            for question in questions:
                found[question] = _asked(question, [one for one in children if wanted(one.name, question)], arena)
                _keep(arena, found)
                told(question, found[question])
        finally:
            for child in children:
                child.close()
    return found


def _keep(arena: Arena, found: dict[str, dict[str, Taken]]) -> None:
    """Note what was taken, for the other tables of the same run."""
    noted = {question: {name: asdict(one) for name, one in taken.items()} for question, taken in found.items()}
    known = json.loads(_notes(arena).read_text()) if _notes(arena).exists() else {}
    _notes(arena).write_text(json.dumps({**known, **{one: [time.time(), taken] for one, taken in noted.items()}}))


def kept(arena: Arena) -> dict[str, dict[str, Taken]]:
    """What was taken in a comparison of this size within the last hour or so, question by question."""
    if not _notes(arena).exists():
        return {}
    noted = json.loads(_notes(arena).read_text()).items()
    recent = {question: taken for question, (moment, taken) in noted if time.time() - moment < RECENT}
    return {question: {name: Taken(**one) for name, one in taken.items()} for question, taken in recent.items()}


def _notes(arena: Arena) -> Path:
    return arena.home / arena.size / "taken.json"


def _asked(question: str, children: Sequence[Child], arena: Arena) -> dict[str, Taken]:
    """Rounds of all contenders, until there are enough or the time of the question is over.

    The first round is for the caches; where it alone takes all the time there is no other, and it counts.
    """
    taken = {child.name: Taken() for child in children}
    begun = time.perf_counter()
    first = _round(question, children, taken)
    if time.perf_counter() - begun > arena.seconds:
        return _noted(taken, first)
    slow = {name: answer for name, answer in first.items() if answer["seconds"] > SLOW}
    _noted(taken, slow)
    quick = [child for child in children if child.name not in slow]
    for run in range(arena.runs):
        if run and time.perf_counter() - begun > arena.seconds:
            break
        _noted(taken, _round(question, quick, taken))
    return taken


def _round(question: str, children: Sequence[Child], taken: dict[str, Taken]) -> dict[str, dict[str, Any]]:
    """Each contender's answer; the numbers in them agree."""
    answers: dict[str, dict[str, Any]] = {}
    numbers: dict[str, str] = {}
    for child in children:
        if taken[child.name].nothing:
            continue
        answer = child.ask(question)
        if "seconds" not in answer or "failed" in answer:
            taken[child.name].nothing = answer.get("refused") or answer["failed"]
            continue
        answers[child.name] = answer
        if answer["found"] is not None:
            numbers[child.name] = json.dumps(_checked(question, answer["found"]))
    if len(set(numbers.values())) > 1:
        listed = "\n".join(f"  {name}: {one[:300]}" for name, one in numbers.items())
        message = f"{question}: the numbers differ\n{listed}"
        raise SystemExit(message)
    return answers


def _noted(taken: dict[str, Taken], answers: dict[str, dict[str, Any]]) -> dict[str, Taken]:
    for name, answer in answers.items():
        taken[name].seconds.append(answer["seconds"])
        taken[name].cpu.append(answer["cpu"])
        taken[name].peak = max(taken[name].peak, answer["peak"])
    return taken


def _checked(question: str, found: Any) -> Any:
    """The number itself; of a merged file, its rows and how many have each leaf, and what numbers add up to."""
    if QUESTIONS[question].kind != "merge":
        return found
    columns = duckdb.sql(f"DESCRIBE SELECT * FROM '{found}'").fetchall()
    sums = [f'count("{name}"), round(sum("{name}"))' for name, kind, *_ in columns if kind in {"INTEGER", "DOUBLE"}]
    counts = [f'count("{name}"), approx_count_distinct("{name}")' for name, kind, *_ in columns if kind == "VARCHAR"]
    return duckdb.sql(f"SELECT count(*), {', '.join(sums + counts)} FROM '{found}'").fetchall()[0]
