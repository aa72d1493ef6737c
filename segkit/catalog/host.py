"""The database in memory that catalogs are attached to, each for one transaction: one in a process.

To attach a file takes a tenth of what a database of its own takes, and the file is open, and so locked, only as long.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

# what a broken database raises from then on, whatever it is asked
_BROKEN = (duckdb.FatalException, duckdb.InternalException)

_guard = threading.Lock()
_host: duckdb.DuckDBPyConnection | None = None
_names: dict[Path, str] = {}
"""What is attached, by file; an interrupt may leave something here that nobody uses any more."""
_locks: dict[Path, threading.RLock] = {}
_numbers = itertools.count(1)


def lock(place: Path) -> threading.RLock:
    """What is held around `Attached`: a process can attach a file once at a time."""
    return _locks.setdefault(place, threading.RLock())


class Attached:
    """A catalog's file, open; `connection` finds its tables by their bare names.

    Parameters
    ----------
    file
        The DuckDB file; made when it is missing and `writable`.
    place
        What it is known by, however it is reached: the path without links.
    writable
        Whether it is opened for writing, which no other process may have open at the same time.

    Raises
    ------
    duckdb.Error
        When the file cannot be opened, as long as another process has it for example.
    """

    def __init__(self, file: Path, place: Path, *, writable: bool) -> None:
        self._place = place
        self._pid = os.getpid()
        self._host = _hosting()
        self.connection = self._host.cursor()
        stale = _names.get(place)
        if stale is not None:
            self._detach(stale)
        # known before it is there: an interrupt may come at any moment
        self._name = _names[place] = f"catalog_{next(_numbers)}"
        options = "TYPE duckdb" if writable else "TYPE duckdb, READ_ONLY"
        try:
            self.connection.execute(f"ATTACH $file AS {self._name} ({options})", {"file": str(file)})
            self.connection.execute(f"USE {self._name}")
        except BaseException:
            self.close()
            raise

    @property
    def here(self) -> bool:
        """Whether this is still the process that opened it, and not one forked from it since."""
        return os.getpid() == self._pid

    def close(self) -> None:
        """Let go of the file; what was not committed is rolled back."""
        if self.here:
            # another one, as a connection does not detach what it works in
            self.connection.close()
            self._detach(self._name)

    def _detach(self, name: str) -> None:
        try:
            with self._host.cursor() as cursor:
                cursor.execute(f"DETACH DATABASE IF EXISTS {name}")
        except duckdb.Error:
            # a full disk, say: what is committed is safe beside the file, and closing all gives the file back
            forsake(self._host)
        _names.pop(self._place, None)


def is_broken(error: BaseException) -> bool:
    """Whether an error means that nothing more can be asked of the database that raised it."""
    return isinstance(error, _BROKEN)


def forsake(host: duckdb.DuckDBPyConnection | None = None) -> None:
    """Close the database; the next who attaches a file makes another."""
    global _host  # noqa: PLW0603 - one a process
    with _guard:
        left = _host if host is None else host
        if _host is left:
            _host = None
            _names.clear()
    if left is not None:
        with contextlib.suppress(duckdb.Error):
            left.close()


def _hosting() -> duckdb.DuckDBPyConnection:
    global _host  # noqa: PLW0603 - one a process
    with _guard:
        if _host is None:
            # one thread: a transaction is too short for more, and threads do not live on in a forked process
            _host = duckdb.connect(":memory:", config={"threads": 1, "autoinstall_known_extensions": False})
            # a table name must never resolve to a variable of whoever happens to call
            _host.execute("SET GLOBAL python_enable_replacements = false")
        return _host


def _forked() -> None:
    """In a child process: the parent's database is left as it is, never to be closed from here."""
    global _host, _guard, _names, _locks
    if _host is not None:
        import ctypes  # noqa: PLC0415 - hardly ever

        # not even when the interpreter ends: its files may be half written, and that is up to the parent
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(_host))
    _host, _guard, _names, _locks = None, threading.Lock(), {}, {}


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
