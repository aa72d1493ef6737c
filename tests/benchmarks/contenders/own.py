"""segkit, as its users write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segkit
from segkit.engine import render
from tests.benchmarks import counting
from tests.benchmarks import questions as q
from tests.benchmarks.conditions import pql
from tests.benchmarks.contenders import Answer, UnansweredError
from tests.benchmarks.data import AS_OF

if TYPE_CHECKING:
    from tests.benchmarks.contenders import Task


class Own:
    """A workspace that is open, over fragments or with a snapshot."""

    def __init__(self, task: Task, over: str, *, compiled: bool = False) -> None:
        self.over, self.compiled = over, compiled
        folder = task.prepared.kept if over == "snapshot" else task.prepared.bare
        self.ws = segkit.open(folder, memory_limit=task.memory, threads=task.threads)
        self.records = segkit.open(task.prepared.records, memory_limit=task.memory, threads=task.threads)
        self.scratch = task.scratch
        self.defined: dict[str, list[str]] = {}
        self.statements: dict[str, Any] = {}

    def __call__(self, asked: q.Question) -> Answer:
        match asked.kind:
            case "count":
                return Answer(self._size(pql(asked.conditions[0])))
            case "counts":
                return Answer(self._counts([pql(one) for one in asked.conditions]))
            case "window":
                return Answer(self._size(q.WINDOW))
            case "sequence":
                return Answer(self._size(q.SEQUENCE))
            case "sum":
                return Answer(self._size(q.SUM))
            case "merge":
                return self._merge()
            case _:
                return self._job(asked)

    def _size(self, rule: str) -> int:
        """The size; or the statement of it alone, compiled the first time."""
        if not self.compiled:
            return int(self.ws.size(rule, as_of=AS_OF))
        if rule not in self.statements:
            self.statements[rule] = render(self.ws.scope(None, AS_OF).count(rule))
        return int(self.ws.engine.value(self.statements[rule]))

    def _counts(self, rules: list[str]) -> list[int]:
        """Many sizes at once; or the statement of them alone, compiled the first time."""
        if not self.compiled:
            found = self.ws.sizes({str(number): rule for number, rule in enumerate(rules)}, as_of=AS_OF)
            return [int(found[str(number)]) for number in range(len(rules))]
        key = "\n".join(rules)
        if key not in self.statements:
            self.statements[key] = render(counting.counts(self.ws, rules))
        [row] = self.ws.engine.rows(self.statements[key])
        return [int(one or 0) for one in row]

    def _merge(self) -> Answer:
        if self.over == "snapshot":
            raise UnansweredError("it is merged already")
        if self.compiled:
            raise UnansweredError("as segkit over fragments")
        path = self.scratch / "merged_segkit.parquet"
        columns = ", ".join(f'"{one}"' for one in q.MERGED)
        # whoever is known from events alone is a profile too; the others do not look for them
        self.records.query(f"SELECT {columns} FROM profiles").to_parquet(path)
        return Answer(str(path))

    def define(self, asked: q.Question) -> None:
        """Save the segments of a job beforehand, as whoever asks for it has."""
        if asked.kind != "job" or self.compiled or asked.name in self.defined:
            return
        known = {one.name for one in self.ws.segments.list()}
        names = [f"{asked.name} {number}" for number in range(len(asked.conditions))]
        for name, one in zip(names, asked.conditions, strict=True):
            if name not in known:
                self.ws.segments.create(name, pql(one))
        self.defined[asked.name] = names

    def _job(self, asked: q.Question) -> Answer:
        if self.compiled:
            raise UnansweredError("a job is more than a statement")
        job = self.ws.jobs.create(self.defined[asked.name], as_of=AS_OF).wait(progress=False)
        return Answer(None, lambda: _sizes(job))


def _sizes(job: segkit.Job) -> list[int]:
    record = job.record
    if record.errors:
        raise RuntimeError(record.errors[0].msg)
    return [record.metrics.sizes[one.segment_id] for one in record.segments]
