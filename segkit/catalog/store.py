"""The catalog's file: opened for one short transaction at a time, so that several processes can share it."""

from __future__ import annotations

import contextlib
import os
import random
import re
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import duckdb

from segkit.catalog.host import Attached, forsake, is_broken, lock
from segkit.catalog.migrations import FORMAT, done, migrate
from segkit.errors import CatalogBusyError, DataError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlglot import exp

_FIRST_PAUSE = 0.005
_LONGEST_PAUSE = 0.2
_TICK = 50_000_000
"""How far apart two writes lie, in nanoseconds, whose times surely differ."""

_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class Transaction:
    """One open transaction; statements are constants with `$name` parameters, or sqlglot trees."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, writable: bool) -> None:
        self._connection = connection
        self.writable = writable
        self.process = os.getpid()

    def rows(self, statement: str | exp.Expr, **parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - SQL values
        """All rows of a statement; of an update, one row with the number of rows changed."""
        sql = statement if isinstance(statement, str) else statement.sql(dialect="duckdb")
        return self._connection.execute(sql, parameters or None).fetchall()

    def row(self, statement: str | exp.Expr, **parameters: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - SQL values
        """The first row, or None."""
        found = self.rows(statement, **parameters)
        return found[0] if found else None

    def value(self, statement: str | exp.Expr, **parameters: Any) -> Any:  # noqa: ANN401 - SQL values
        """The first cell of the first row, or None."""
        found = self.row(statement, **parameters)
        return found[0] if found else None

    def change(self, statement: str | exp.Expr, **parameters: Any) -> int:  # noqa: ANN401 - SQL values
        """Run an insert, update or delete; how many rows it touched."""
        return int(self.value(statement, **parameters) or 0)

    def columns(self, statement: str | exp.Expr) -> list[str]:
        """The column names of a query."""
        sql = statement if isinstance(statement, str) else statement.sql(dialect="duckdb")
        return [str(one[0]) for one in self._connection.execute(sql).description or ()]


class Store:
    """Gives transactions on one catalog file.

    Parameters
    ----------
    file
        The DuckDB file; made, with its folder, when missing, unless `read_only`.
    read_only
        Refuse to write.
    timeout
        Seconds to wait for a file that others hold.
    """

    def __init__(self, file: Path, *, read_only: bool = False, timeout: float = 5.0) -> None:
        self.file = file.absolute()
        self.read_only = read_only
        self.timeout = timeout
        self._local = threading.local()
        # however it is reached, by a link for example: one file has one lock
        self._place = self.file.resolve()
        self._prepare()

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that may write; kept when the block ends well. Inside another one it is part of that."""
        if self.read_only:
            raise InvalidRequestError(
                f"the workspace `{self.file.parent}` is open with read_only=True; open it without to change anything"
            )
        with self._transaction(writable=True) as transaction:
            yield transaction

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads; any number of processes may have one at a time."""
        with self._transaction(writable=False) as transaction:
            yield transaction

    def stamp(self) -> tuple[object, ...] | None:
        """What tells whether somebody has written since: as long as it stays the same, what was read is still true.

        None where nothing can be told: inside a transaction, whose own changes the file does not show yet, and right
        after a write, as another one may follow within the same tick of the file system's clock.
        """
        if self._outer() is not None:
            return None
        settled = time.time_ns() - _TICK
        found: list[object] = []
        for one in (self.file, self.file.with_name(f"{self.file.name}.wal")):
            try:
                state = one.stat()
            except OSError:
                found.append(None)
            else:
                if state.st_mtime_ns > settled:
                    return None
                found.append((state.st_ino, state.st_size, state.st_mtime_ns))
        return tuple(found)

    def _outer(self) -> Transaction | None:
        """The transaction that this thread is in; a process forked in one is in none."""
        found: Transaction | None = getattr(self._local, "transaction", None)
        return found if found is not None and found.process == os.getpid() else None

    @contextlib.contextmanager
    def _transaction(self, *, writable: bool) -> Iterator[Transaction]:
        outer = self._outer()
        if outer is not None:
            if writable and not outer.writable:
                raise RuntimeError("a write inside a reading transaction of the catalog")
            yield outer
            return
        deadline = time.monotonic() + self.timeout
        own = lock(self._place)
        try:
            if not own.acquire(timeout=self.timeout):
                raise self._busy("another thread of this process")
            attached = self._attach(deadline, writable=writable)
            try:
                attached.connection.execute("BEGIN")
                self._local.transaction = Transaction(attached.connection, writable=writable)
                yield self._local.transaction
                if attached.here:
                    attached.connection.execute("COMMIT")
            except duckdb.Error as error:
                if is_broken(error):
                    forsake()
                raise DataError(f"the catalog `{self.file}` could not be read or written: {error}") from error
            finally:
                self._local.transaction = None
                # what is not committed is rolled back by closing
                attached.close()
        finally:
            # nothing before it, and `acquire` inside: an interrupt may come between any two calls
            try:  # noqa: SIM105
                own.release()
            except RuntimeError:  # another thread's
                pass

    def _attach(self, deadline: float, *, writable: bool) -> Attached:
        pause = _FIRST_PAUSE
        while True:
            try:
                return Attached(self.file, self._place, writable=writable)
            except duckdb.Error as error:
                holder = _holder(error)
                if is_broken(error):  # by another catalog of this process
                    forsake()
                elif holder is None:
                    raise self._unreadable(error) from error
                if time.monotonic() + pause >= deadline:
                    raise self._busy(holder or "this process") from error
            time.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - spreads processes apart, keeps no secret
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _busy(self, holder: str) -> CatalogBusyError:
        return CatalogBusyError(
            f"the catalog `{self.file}` stayed locked for {self.timeout:g} seconds by {holder}; "
            "close what holds it, or try again"
        )

    def _unreadable(self, error: duckdb.Error) -> DataError | NotFoundError:
        if not self.file.exists():
            return NotFoundError(f"the catalog `{self.file}` is gone; open the workspace again to make a new one")
        return DataError(
            f"the catalog `{self.file}` cannot be opened: {error}; restore it from a copy, or move it away"
        )

    def _prepare(self) -> None:
        """Make the file when it is missing, bring it to the newest format, refuse one that is newer still."""
        if not self.file.exists():
            if self.read_only:
                raise NotFoundError(
                    f"there is no workspace in `{self.file.parent}`; open it once without read_only to make one"
                )
            self._make()
        with self.read() as transaction:
            found = done(transaction)
        if found > FORMAT:
            raise InvalidRequestError(
                f"the catalog `{self.file}` has format {found}, and this segkit knows formats up to {FORMAT}; "
                "upgrade segkit to open it"
            )
        if found < FORMAT:
            with self.write() as transaction:
                migrate(transaction, done(transaction))

    def _make(self) -> None:
        # made aside and put in place whole, so that no other process ever sees half a catalog
        aside = self.file.with_name(f"{self.file.name}.{uuid.uuid4().hex}.new")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            attached = Attached(aside, aside, writable=True)
            try:
                attached.connection.execute("BEGIN")
                migrate(Transaction(attached.connection, writable=True), 0)
                attached.connection.execute("COMMIT")
            finally:
                attached.close()
            _put(aside, self.file)
        except (OSError, duckdb.Error) as error:
            if is_broken(error):
                forsake()
            for one in (aside, aside.with_name(f"{aside.name}.wal")):
                with contextlib.suppress(OSError):
                    one.unlink(missing_ok=True)
            raise DataError(f"no workspace can be made in `{self.file.parent}`: {error}") from error


def _put(aside: Path, file: Path) -> None:
    """Rename, unless somebody else was first."""
    try:
        os.link(aside, file)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not file.exists():
            aside.replace(file)
    aside.unlink(missing_ok=True)


def _holder(error: duckdb.Error) -> str | None:
    """Who holds the file, where the error is about a lock; None where it is about something else."""
    text = str(error)
    found = _HOLDER.search(text)
    if found is not None:
        return f"process {found['pid']} ({found['program']})"
    if "Unique file handle conflict" in text:
        return f"another connection in this process ({os.getpid()})"
    if "lock on file" in text or "used by another process" in text:
        return "another process"
    return None
