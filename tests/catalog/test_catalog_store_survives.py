"""The catalog's file under processes that are killed, forked, interrupted, or out of room."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import duckdb
import pytest

from segkit.catalog import Catalog, host
from segkit.catalog.store import Store
from segkit.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

# each transaction writes two rows, so that half a transaction would show
WRITER = """
import sys
from pathlib import Path
from segkit.catalog.store import Store

store = Store(Path(sys.argv[1]) / "catalog.duckdb", timeout=60)
for number in range(int(sys.argv[3])):
    with store.write() as transaction:
        transaction.change("INSERT INTO meta VALUES ($key, $value)", key=sys.argv[2], value=str(number))
        transaction.change("INSERT INTO meta VALUES ($key, $value)", key=sys.argv[2] + " again", value="x" * 5000)
    print(number, flush=True)
    with store.read() as transaction:
        assert transaction.value("SELECT count(*) FROM meta WHERE key = $key", key=sys.argv[2]) == number + 1
"""


def put(store: Store, key: str, value: str = "") -> None:
    with store.write() as transaction:
        transaction.change("INSERT INTO meta VALUES ($key, $value)", key=key, value=value)


def kept(store: Store, key: str) -> int:
    with store.read() as transaction:
        return int(transaction.value("SELECT count(*) FROM meta WHERE key = $key", key=key))


def held_in(host_of: Store) -> list[str]:
    """The catalogs that are attached still, which may be none between two transactions."""
    assert host_of._place not in host._names
    cursor = host._hosting().cursor()
    found = cursor.execute(
        "SELECT database_name FROM duckdb_databases() WHERE database_name LIKE 'catalog%'"
    ).fetchall()
    return [name for (name,) in found]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "catalog.duckdb", timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(one, marks=pytest.mark.long) for one in range(1, 100))])
def test_processes_killed_at_any_moment_leave_whole_transactions_to_the_others(
    store: Store, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311
    names = ["left", "right", "killed first", "killed later"]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name, "100000" if "killed" in name else "15"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for writer in writers[2:]:
        assert writer.stdout is not None
        for _ in range(chance.randrange(1, 4)):
            writer.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):  # anywhere in a transaction
            writer.wait(chance.uniform(0, 0.02))
        writer.kill()
    said = [writer.communicate(timeout=60)[0].splitlines() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, -9, -9]
    for name, lines in zip(names, said, strict=True):
        assert kept(store, name) == kept(store, f"{name} again")
        assert kept(store, name) >= len(lines)
    assert [kept(store, name) for name in names[:2]] == [15, 15]
    # what the last one killed had written beside the file is read from there, until somebody writes again
    assert {one.name for one in tmp_path.iterdir()} <= {"catalog.duckdb", "catalog.duckdb.wal"}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
def test_an_interrupt_at_any_moment_leaves_nothing_locked(store: Store) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before, chance = signal.signal(signal.SIGALRM, interrupt), random.Random(7)  # noqa: S311
    try:
        for _ in range(60):
            # DuckDB says it in its own words where it was the one to notice
            with contextlib.suppress(KeyboardInterrupt, RuntimeError):
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0001, 0.008))
                while True:
                    put(store, "a")
                    kept(store, "a")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    other = Store(store.file, timeout=5)
    thread = threading.Thread(target=put, args=(other, "b"))
    thread.start()
    thread.join()
    assert kept(store, "b") == 1
    assert held_in(store) == []


FORKS = """
import os, sys, threading
from pathlib import Path
from segkit.catalog.store import Store
from segkit.errors import CatalogBusyError

store = Store(Path(sys.argv[1]) / "catalog.duckdb", timeout=0.2)

def put(key):
    with store.write() as transaction:
        transaction.change("INSERT INTO meta VALUES ($key, '')", key=key)

def forked(work):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]

def refused():
    try:
        put("never")
    except CatalogBusyError:
        return
    raise AssertionError("a child wrote into the transaction of its parent")

put("before")
assert forked(lambda: put("child")) == 0
with store.write() as transaction:
    transaction.change("INSERT INTO meta VALUES ('around', '')")
    assert forked(refused) == 0
begun, done = threading.Event(), threading.Event()

def hold():
    with store.write() as transaction:
        transaction.change("INSERT INTO meta VALUES ('thread', '')")
        begun.set()
        done.wait()

thread = threading.Thread(target=hold)
thread.start()
begun.wait()
assert forked(refused) == 0
done.set()
thread.join()
assert forked(lambda: put("second child")) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_has_transactions_of_its_own(store: Store, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS, str(tmp_path)], check=True, timeout=60)
    found = ["before", "child", "around", "thread", "second child"]
    assert [kept(store, key) for key in (*found, "never")] == [1] * len(found) + [0]


FULL = """
import random, resource, signal, string, sys
from pathlib import Path
from segkit.catalog.store import Store
from segkit.errors import DataError

store = Store(Path(sys.argv[1]) / "catalog.duckdb")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)

def put(key, letters):
    with store.write() as transaction:
        value = "".join(random.choices(string.printable, k=letters))
        transaction.change("INSERT INTO meta VALUES ($key, $value)", key=key, value=value)

size = store.file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, most))
try:
    put("too large", 900_000)
except DataError as error:
    assert "could not be read or written" in str(error), error
else:
    raise AssertionError("there was room")
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, most))
put("beside the file", 2000)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
put("room again", 900_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")
def test_a_full_disk_loses_what_did_not_fit_and_nothing_else(store: Store, tmp_path: Path) -> None:
    put(store, "before")
    subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], check=True, timeout=60)
    assert [kept(store, key) for key in ("before", "beside the file", "room again", "too large")] == [1, 1, 1, 0]


def test_a_database_that_gave_up_is_made_anew(store: Store) -> None:
    put(store, "before")
    first = host._hosting()

    def give_up() -> None:
        with store.write() as transaction:
            transaction.change("INSERT INTO meta VALUES ('lost', '')")
            raise duckdb.FatalException("database has been invalidated")

    with pytest.raises(DataError, match="could not be read or written"):
        give_up()
    assert host._hosting() is not first
    assert [kept(store, key) for key in ("before", "lost")] == [1, 0]


def test_catalogs_of_one_process_do_not_see_one_another(tmp_path: Path) -> None:
    one, other = Catalog(tmp_path / "one"), Catalog(tmp_path / "other")
    tables = one.tables()
    with one.transaction(), other.transaction():
        one.datasets.add("crm", {})
        assert other.datasets.list() == []
        other.datasets.add("crm", {})
        assert one.tables() == other.tables() == tables
    assert held_in(one.store) == held_in(other.store) == []
    put(one.store, "this file's own")
    assert kept(other.store, "this file's own") == 0


def test_a_catalog_reached_by_a_link_is_the_same_catalog(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    linked = Catalog(tmp_path / "link", timeout=0.01)
    linked.datasets.add("crm", {})
    assert [one.name for one in catalog.datasets.list()] == ["crm"]


def test_a_catalog_put_in_place_of_another_is_read(tmp_path: Path) -> None:
    catalog, other = Catalog(tmp_path / "one"), Catalog(tmp_path / "other")
    other.datasets.add("theirs", {})
    assert catalog.datasets.list() == []
    (tmp_path / "other" / "catalog.duckdb").replace(tmp_path / "one" / "catalog.duckdb")
    assert [one.name for one in catalog.datasets.list()] == ["theirs"]


def test_a_process_keeps_one_database_for_all_its_transactions(store: Store) -> None:
    first = host._hosting()
    for _ in range(3):
        put(store, "a")
    assert host._hosting() is first
    assert held_in(store) == []
