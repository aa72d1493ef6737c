"""The catalog's file: settings, formats, several threads and processes, files that are busy, damaged or gone."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib import resources
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.catalog import Catalog, SegmentDefinition, migrations
from segkit.errors import CatalogBusyError, ConflictError, DataError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import sys
from pathlib import Path
from segkit.catalog import Catalog, SegmentDefinition

catalog = Catalog(Path(sys.argv[1]), timeout=30)
for number in range(8):
    catalog.segments.create(SegmentDefinition("", f"{sys.argv[2]} {number}", "a = 1"))
"""

HOLDER = """
import sys
import duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def test_settings_are_kept_and_a_difference_names_both(tmp_path: Path) -> None:
    made = Catalog(tmp_path).settings(timezone="Europe/Berlin", org="ACME")
    assert (made.sandbox, made.org, made.timezone, made.week_start) == ("prod", "ACME", "Europe/Berlin", "monday")
    assert Catalog(tmp_path).settings() == made
    assert Catalog(tmp_path).settings(timezone="Europe/Berlin") == made
    with pytest.raises(InvalidRequestError, match=r"timezone='Europe/Berlin'.*timezone='UTC'"):
        Catalog(tmp_path).settings(timezone="UTC")
    with pytest.raises(InvalidRequestError, match=r"week_start='monday'.*week_start='sunday'"):
        Catalog(tmp_path).settings(week_start="sunday")


def test_a_newer_catalog_is_refused(tmp_path: Path) -> None:
    Catalog(tmp_path)
    with duckdb.connect(str(tmp_path / "catalog.duckdb")) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(InvalidRequestError, match=r"has format 99.*formats up to 1.*upgrade segkit"):
        Catalog(tmp_path)


def test_an_older_catalog_is_brought_forward_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Catalog(tmp_path).segments.create(SegmentDefinition("", "Gold", "a = 1"))
    extra = tmp_path / "package"
    extra.mkdir()
    (extra / "002_more.sql").write_text("ALTER TABLE segments ADD COLUMN more INTEGER;")
    packaged = resources.files(migrations.__package__)

    class Both:
        def joinpath(self, name: str) -> Any:
            return extra / name if name.startswith("002") else packaged.joinpath(name)

    monkeypatch.setattr(resources, "files", lambda _: Both())
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, "002_more.sql"))
    monkeypatch.setattr("segkit.catalog.store.FORMAT", 2)
    with pytest.raises(InvalidRequestError, match="read_only"):
        Catalog(tmp_path, read_only=True)
    catalog = Catalog(tmp_path)
    assert "more" in catalog.table("segments")[0]
    assert catalog.segments.get("Gold").value == "a = 1"
    assert ("format", "2") in catalog.table("meta")[1]
    Catalog(tmp_path)


def test_read_only_refuses_to_write_and_to_make(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no workspace in .*; open it once without read_only"):
        Catalog(tmp_path / "none", read_only=True)
    assert not (tmp_path / "none").exists()
    Catalog(tmp_path).segments.create(SegmentDefinition("", "Gold", "a = 1"))
    reader = Catalog(tmp_path, read_only=True)
    assert reader.segments.get("Gold").value == "a = 1"
    assert reader.settings().sandbox == "prod"
    for write in (
        lambda: reader.segments.create(SegmentDefinition("", "x", "a = 1")),
        lambda: reader.segments.delete("Gold"),
        lambda: reader.merge_policies.create("x", {}),
        lambda: reader.datasets.add("x", {}),
        lambda: reader.jobs.move("x", ["NEW"], "QUEUED"),
    ):
        with pytest.raises(InvalidRequestError, match="read_only=True"):
            write()


def test_a_busy_catalog_names_who_holds_it(tmp_path: Path) -> None:
    Catalog(tmp_path)
    file = tmp_path / "catalog.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        catalog = Catalog.__new__(Catalog)
        with pytest.raises(CatalogBusyError, match=rf"`{file}` stayed locked for 0.05 seconds by process {holder.pid}"):
            catalog.__init__(tmp_path, timeout=0.05)  # type: ignore[misc]
        holder.communicate("\n")
    assert Catalog(tmp_path, timeout=0.05).segments.list() == (0, [])


def test_a_thread_that_holds_it_too_long_is_told(tmp_path: Path) -> None:
    catalog, other = Catalog(tmp_path), Catalog(tmp_path, timeout=0.01)
    errors: list[Exception] = []

    def read() -> None:
        try:
            other.segments.list()
        except CatalogBusyError as error:
            errors.append(error)

    with catalog.transaction():
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert "by another thread of this process" in str(errors[0])


def test_a_connection_of_somebody_else_in_this_process_is_busy_too(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, timeout=0.01)
    with (
        duckdb.connect(str(tmp_path / "catalog.duckdb")),
        pytest.raises(CatalogBusyError, match="another connection in this process"),
    ):
        catalog.segments.list()


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "made by both"), name], stderr=subprocess.PIPE)
        for name in ("left", "right")
    ]
    for writer in writers:
        _, error = writer.communicate(timeout=60)
        assert writer.returncode == 0, error.decode()
    _, found = Catalog(tmp_path / "made by both").segments.list(sort="name:asc")
    assert [one.name for one in found] == [f"{name} {number}" for name in ("left", "right") for number in range(8)]
    assert sorted(one.name for one in (tmp_path / "made by both").iterdir()) == ["catalog.duckdb"]


def test_threads_write_at_once_and_a_name_is_taken_once(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path, timeout=30)
    conflicts: list[ConflictError] = []

    def create() -> None:
        try:
            catalog.segments.create(SegmentDefinition("", "Gold", "a = 1"))
        except ConflictError as error:
            conflicts.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(conflicts) == 3
    assert catalog.segments.list()[0] == 1


def test_a_transaction_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)

    def half() -> None:
        with catalog.transaction():
            catalog.segments.create(SegmentDefinition("", "Gold", "a = 1"))
            catalog.datasets.add("crm", {})
            catalog.segments.create(SegmentDefinition("", "Gold", "a = 2"))

    with pytest.raises(ConflictError):
        half()
    assert catalog.segments.list() == (0, [])
    assert catalog.datasets.list() == []
    with catalog.transaction():
        catalog.segments.create(SegmentDefinition("", "Gold", "a = 1"))
        assert catalog.segments.get("Gold").version == 1
    assert catalog.segments.list()[0] == 1


def test_damaged_and_vanished_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "catalog.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match=r"bad/catalog.duckdb` cannot be opened"):
        Catalog(tmp_path / "bad")
    catalog = Catalog(tmp_path / "gone")
    (tmp_path / "gone" / "catalog.duckdb").unlink()
    with pytest.raises(NotFoundError, match=r"gone/catalog.duckdb` is gone"):
        catalog.datasets.list()
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="no workspace can be made"):
        Catalog(tmp_path / "file")


def test_the_tables_can_be_looked_at(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "o'brien [1]")
    assert {"segments", "jobs", "merge_policies", "datasets"} <= set(catalog.tables())
    assert catalog.table("datasets") == (["id", "name", "position", "creation_time", "update_time", "document"], [])
    with pytest.raises(NotFoundError, match="did you mean `segments`"):
        catalog.table("segment")
