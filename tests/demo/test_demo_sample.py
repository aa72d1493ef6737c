from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.demo import DATASETS, datasets, generate, sample_path
from segkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb.sqltypes import DuckDBPyType

README = sample_path() / "README.md"
COLUMN = re.compile(r"^\| `([^`]+)` \| ([^|]+) \|", re.MULTILINE)
FILE = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| (\w+) \| ([\d,]+) \|", re.MULTILINE)


def leaves(path: str, kind: DuckDBPyType) -> Iterator[tuple[str, str]]:
    """Every leaf below a column with its type; the items of a list of structs are listed below `[]`."""
    inner: dict[str, DuckDBPyType] = dict(kind.children) if kind.id in {"struct", "list", "map"} else {}
    if kind.id == "struct":
        for name, child in inner.items():
            yield from leaves(f"{path}.{name}", child)
    elif kind.id == "list" and inner["child"].id == "struct":
        yield path, "STRUCT[]"
        yield from leaves(f"{path}[]", inner["child"])
    elif kind.id == "map" and inner["value"].id == "list":
        yield path, "MAP(VARCHAR, STRUCT[])"
    else:
        yield path, str(kind)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda d: d.name)
def test_the_readme_describes_every_column_and_no_other(dataset: datasets.DemoDataset) -> None:
    section = README.read_text(encoding="utf-8").split(f"\n### {dataset.name}\n")[1].split("\n### ")[0]
    with duckdb.connect(":memory:") as connection:
        table = connection.sql("FROM read_parquet(?)", params=[str(sample_path() / dataset.file)])
        columns = [leaf for name, kind in zip(table.columns, table.types, strict=True) for leaf in leaves(name, kind)]
    assert COLUMN.findall(section) == columns


def test_the_readme_lists_the_files_with_their_rows() -> None:
    with duckdb.connect(":memory:") as connection:

        def rows(file: str) -> int:
            path = str(sample_path() / file)
            return int(connection.execute("SELECT count(*) FROM read_parquet(?)", [path]).fetchall()[0][0])

        there = [(d.file, d.name, d.kind, f"{rows(d.file):,}") for d in DATASETS]
    assert FILE.findall(README.read_text(encoding="utf-8")) == there


def test_the_sample_is_small_and_complete() -> None:
    files = sorted(p.name for p in sample_path().glob("*.parquet"))
    assert files == sorted(d.file for d in DATASETS)
    assert sum((sample_path() / name).stat().st_size for name in files) < 2_000_000


def test_the_committed_sample_is_what_generate_makes(tmp_path: Path) -> None:
    made = generate(tmp_path)
    with duckdb.connect(":memory:") as connection:

        def told(path: Path) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
            table = connection.sql("FROM read_parquet(?)", params=[str(path)])
            return table.columns, [str(t) for t in table.types], table.fetchall()

        for dataset in DATASETS:
            assert told(made[dataset.name]) == told(sample_path() / dataset.file), dataset.file


def test_the_generator_and_the_datasets_agree_on_names(tmp_path: Path) -> None:
    made = generate(tmp_path, profiles=3)
    assert {name: path.name for name, path in made.items()} == {d.name: d.file for d in DATASETS}
    assert list(made) == [d.name for d in DATASETS]


def test_an_installation_without_the_sample_says_how_to_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "__file__", str(tmp_path / "segkit" / "demo" / "datasets.py"))
    with pytest.raises(DataError, match=r"segkit\.demo\.generate"):
        sample_path()
