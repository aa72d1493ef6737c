from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.demo import AS_OF, DATASETS, generate, generation
from segkit.errors import DataError, InvalidRequestError

if TYPE_CHECKING:
    from pathlib import Path

SOME = 150


def rows(path: Path) -> list[tuple[Any, ...]]:
    """All rows in the order of the file."""
    with duckdb.connect(":memory:") as connection:
        return connection.execute("FROM read_parquet(?)", [str(path)]).fetchall()


def content(files: dict[str, Path]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(path) for name, path in files.items()}


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    return content(generate(tmp_path_factory.mktemp("some"), profiles=SOME, threads=1))


def test_the_number_of_threads_changes_nothing(some: dict[str, Any], tmp_path: Path) -> None:
    assert content(generate(tmp_path, profiles=SOME, threads=2)) == some


def test_a_second_run_replaces_the_files_with_the_same(some: dict[str, Any], tmp_path: Path) -> None:
    generate(tmp_path, profiles=10)
    assert content(generate(tmp_path, profiles=SOME)) == some
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(d.file for d in DATASETS)


def test_the_machines_zone_changes_nothing(some: dict[str, Any], tmp_path: Path) -> None:
    code = f"from segkit.demo import generate; generate({str(tmp_path)!r}, profiles={SOME})"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"TZ": "Asia/Kathmandu"})
    assert content({d.name: tmp_path / d.file for d in DATASETS}) == some


def test_as_of_is_an_instant_in_any_zone(some: dict[str, Any], tmp_path: Path) -> None:
    naive = generate(tmp_path / "naive", profiles=SOME, as_of=AS_OF.replace(tzinfo=None))
    tokyo = generate(tmp_path / "tokyo", profiles=SOME, as_of=AS_OF.astimezone(timezone(timedelta(hours=9))))
    assert content(naive) == some
    assert content(tokyo) == some


def test_a_bigger_shop_keeps_the_customers_of_a_smaller_one(some: dict[str, Any], tmp_path: Path) -> None:
    bigger = content(generate(tmp_path, profiles=2 * SOME))
    assert bigger["crm"][: len(some["crm"])] == some["crm"]
    assert len(bigger["crm"]) > len(some["crm"])


@pytest.mark.parametrize("moment", [datetime(2024, 2, 29, 13, 7, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)])
def test_nothing_happens_at_or_after_the_end_or_before_24_months(moment: datetime, tmp_path: Path) -> None:
    files = generate(tmp_path, profiles=SOME, as_of=moment)
    end = moment.replace(tzinfo=None)
    for dataset in DATASETS:
        clock = "timestamp" if dataset.kind == "event" else "extSourceSystemAudit.lastUpdatedDate"
        with duckdb.connect(":memory:") as connection:
            table = connection.read_parquet(str(files[dataset.name]))
            first, last, number = table.aggregate(f"min({clock}), max({clock}), count(*)").fetchall()[0]
        assert number > SOME // 3
        assert last < end
        if dataset.kind == "event":
            assert first >= end - timedelta(days=732)


def test_one_customer_is_a_shop_too(tmp_path: Path) -> None:
    assert len(rows(generate(tmp_path, profiles=1)["crm"])) == 1


def test_large_files_have_several_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "ROW_GROUP", 2048)
    path = generate(tmp_path, profiles=600)["events"]
    with duckdb.connect(":memory:") as connection:
        statement = "SELECT count(DISTINCT row_group_id), any_value(compression) FROM parquet_metadata(?)"
        groups, compression = connection.execute(statement, [str(path)]).fetchall()[0]
    assert groups >= 2
    assert compression == "ZSTD"


@pytest.mark.parametrize("profiles", [0, -1, 2.5, True, "many"])
def test_a_wrong_number_of_profiles_is_refused(profiles: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=f"profiles .* not {profiles!r}"):
        generate(tmp_path / "new", profiles=profiles)
    assert not (tmp_path / "new").exists()


def test_a_wrong_as_of_is_refused(tmp_path: Path) -> None:
    wrong: Any = "2026-11-01"
    with pytest.raises(InvalidRequestError, match="as_of must be a datetime"):
        generate(tmp_path, as_of=wrong)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(DataError, match="taken"):
        generate(taken, profiles=5)


def test_a_failure_of_the_engine_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="memory_limit"):
        generate(tmp_path, profiles=5, memory_limit="a lot")
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_older_files_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(generate(tmp_path, profiles=5))
    copy = generation._copy

    def fails_late(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> Path:
        if name == "events":
            raise OSError(28, "No space left on device")
        return copy(connection, name, folder)

    monkeypatch.setattr(generation, "_copy", fails_late)
    with pytest.raises(DataError, match="No space left on device"):
        generate(tmp_path, profiles=50)
    assert content({d.name: tmp_path / d.file for d in DATASETS}) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(d.file for d in DATASETS)


def test_naming_the_datasets_does_not_load_the_engine() -> None:
    code = "import sys, segkit.demo; print(sorted({'duckdb', 'sqlglot', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
