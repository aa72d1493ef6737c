"""Looking at a running statement from another thread: its progress, its cancellation, what it cost."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

_RETRY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Operator:
    """A step of a statement as DuckDB ran it.

    Parameters
    ----------
    kind
        Its name, such as `TABLE_SCAN`.
    seconds
        Processor time in it, over all threads.
    rows_scanned
        Rows that it read from a file or table.
    source
        The table or the files that it read.
    shared
        The number of the step that is kept for several readers, where it keeps one (`CTE`: the first of those below) or
        reads one (`CTE_SCAN`).
    below
        The steps that gave it its rows.
    """

    kind: str
    seconds: float
    rows_scanned: int
    source: str
    shared: str = ""
    below: tuple[Operator, ...] = ()

    def all(self) -> Iterator[Operator]:
        """It and all below."""
        yield self
        for one in self.below:
            yield from one.all()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one statement cost.

    Parameters
    ----------
    seconds
        Wall-clock time inside DuckDB.
    rows_scanned
        Rows read from files and tables.
    bytes_read
        Bytes read from files.
    peak_memory
        The most memory held at once, in bytes.
    operators
        What it did, the last step first.
    """

    seconds: float
    rows_scanned: int
    bytes_read: int
    peak_memory: int
    operators: tuple[Operator, ...] = field(default=(), repr=False)


class Watch:
    """A handle on the statements of one piece of work, one after the other, for use from any thread.

    Give the same watch to every statement of a job: cancelling it stops the one that runs and all that would follow.

    Parameters
    ----------
    profile
        Collect a `Measurement` for each statement in `measurements`.
    """

    def __init__(self, *, profile: bool = False) -> None:
        self.profile = profile
        self.measurements: list[Measurement] = []
        self._lock = threading.Lock()
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled.is_set()

    @property
    def progress(self) -> float | None:
        """How far the running statement is, from 0 to 1; None when nothing runs or DuckDB cannot tell."""
        with self._lock:
            percent = self._cursor.query_progress() if self._cursor is not None else -1.0
        return min(percent / 100, 1.0) if percent >= 0 else None

    def cancel(self) -> None:
        """Interrupt the running statement within milliseconds, and refuse those that would follow."""
        first = not self._cancelled.is_set()
        self._cancelled.set()
        if self._interrupt() and first:
            # DuckDB forgets an interrupt that arrives before the statement has begun, so keep at it until it ends
            threading.Thread(target=self._insist, name="segkit-cancel", daemon=True).start()

    def _insist(self) -> None:
        pause = threading.Event()
        while self._interrupt():
            pause.wait(_RETRY_SECONDS)

    def _interrupt(self) -> bool:
        with self._lock:
            if self._cursor is None:
                return False
            self._cursor.interrupt()
            return True

    def _begin(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("SET enable_progress_bar = true")
        cursor.execute("SET enable_progress_bar_print = false")
        if self.profile:
            cursor.execute("PRAGMA enable_profiling = 'no_output'")
        with self._lock:
            self._cursor = cursor
        if self.cancelled:  # asked for between two statements: there was nothing to interrupt then
            self.cancel()

    def _end(self, cursor: duckdb.DuckDBPyConnection, *, done: bool) -> None:
        with self._lock:
            self._cursor = None
        if done and self.profile:
            self.measurements.append(_measurement(cursor.get_profiling_information()))


def _measurement(text: str) -> Measurement:
    document = json.loads(text)
    query, io, system = document.get("query", {}), document.get("io", {}), document.get("system", {})
    return Measurement(
        seconds=float(query.get("total_time", 0.0)),
        rows_scanned=int(query.get("total_rows_scanned", 0)),
        bytes_read=int(io.get("total_bytes_read", 0)),
        peak_memory=int(system.get("peak_buffer_memory", 0)),
        operators=tuple(_operator(one) for one in document.get("operator", ())),
    )


def _operator(document: Mapping[str, Any]) -> Operator:
    more = document.get("extra_info", {})
    return Operator(
        kind=str(document.get("type", "")),
        seconds=float(document.get("timing", 0.0)),
        rows_scanned=int(document.get("rows_scanned", 0)),
        source=str(more.get("Table") or more.get("Filename(s)") or ""),
        shared=str(more.get("CTE Index") or (more.get("Table Index") if document.get("type") == "CTE" else None) or ""),
        below=tuple(_operator(one) for one in document.get("children", ())),
    )
