"""Results of statements: every form holds the same rows, files are whole or not there, and displays never raise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from workspace_frames import people

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.result import Result
    from segkit.workspace import Workspace

COLUMNS = ["homeAddress.country", "loyalty.points"]


@pytest.fixture
def result(world: Workspace) -> Result:
    return world.preview("1 = 1", COLUMNS, None)


def test_every_form_holds_the_same_rows(result: Result) -> None:
    rows = [("DE", 7), ("US", 5), ("US", None)]
    assert result.columns == COLUMNS
    assert len(result) == 3
    assert [tuple(row.values()) for row in result] == rows
    assert [list(row) for row in result] == [COLUMNS] * 3
    assert result.to_pandas().astype(object).where(result.to_pandas().notna(), None).to_numpy().tolist() == [
        list(row) for row in rows
    ]
    assert result.to_arrow().to_pylist() == [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    assert result.to_polars().rows() == rows
    assert pa.table(result).equals(result.to_arrow())
    assert pl.DataFrame(result).equals(result.to_polars())


def test_files_hold_the_same_rows(result: Result, tmp_path: Path) -> None:
    frame = result.to_pandas()
    parquet = result.to_parquet(tmp_path / "a.parquet")
    csv = result.to_csv(str(tmp_path / "a.csv"))
    assert pd.read_parquet(parquet).equals(frame)
    assert pd.read_csv(csv).equals(frame)
    assert {one.name for one in tmp_path.iterdir()} == {"a.parquet", "a.csv"}


def test_a_csv_has_arrays_and_maps_as_json(world: Workspace, tmp_path: Path) -> None:
    members = world.jobs.list()[0].members("US")
    frame = pd.read_csv(members.to_csv(tmp_path / "members.csv"))
    assert [json.loads(one) for one in frame["identities"]] == [{"id": ["a"]}, {"id": ["c"]}]
    query = world.query("""select [1, 2] as l, {'a"b': 'ü'} as s, 'plain' as t""")
    frame = pd.read_csv(query.to_csv(tmp_path / "query.csv"))
    assert [json.loads(frame["l"][0]), json.loads(frame["s"][0]), frame["t"][0]] == [[1, 2], {'a"b': "ü"}, "plain"]


def test_a_file_that_is_there_is_replaced_whole_or_left_alone(world: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "kept.csv"
    target.write_text("before")
    wrong = world.query('select cast("homeAddress.country" as integer) as number from profiles')
    for write in (wrong.to_csv, wrong.to_parquet):
        with pytest.raises(sk.SegkitError, match=r"US|DE"):
            write(target)
    assert target.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["kept.csv"]
    world.query("select 1 as one").to_csv(target)
    assert target.read_text() == "one\n1\n"


@pytest.mark.parametrize("name", ["a b.csv", "q\"uo'te.csv", "ünï 🙂.csv", "per%cent{brace}.csv", "x" * 251 + ".csv"])
def test_files_of_any_name_are_written(result: Result, tmp_path: Path, name: str) -> None:
    assert result.to_csv(tmp_path / name) == tmp_path / name
    assert len(pd.read_csv(tmp_path / name)) == 3


def test_what_cannot_be_written_to_is_named(result: Result, tmp_path: Path) -> None:
    for wrong, words in {
        tmp_path: "it is a folder",
        tmp_path / "missing" / "a.csv": "does not exist",
        "": "by its path",
        5: "by its path",
        None: "by its path",
        tmp_path / ("x" * 300): "cannot write",
    }.items():
        for write in (result.to_csv, result.to_parquet):
            with pytest.raises(sk.InvalidRequestError, match=words):
                write(wrong)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_odd_column_names_stay(world: Workspace, tmp_path: Path) -> None:
    query = world.query("""select 1 as "a""b", 2 as "it's", 3 as "ü 🙂", 4 as "select", 5 as "a.b" """)
    names = ['a"b', "it's", "ü 🙂", "select", "a.b"]
    assert query.columns == names
    assert list(query) == [dict(zip(names, range(1, 6), strict=True))]
    assert list(query.to_pandas().columns) == list(pd.read_csv(query.to_csv(tmp_path / "x.csv")).columns) == names
    assert all(name in repr(query) for name in names)
    assert "a&quot;b" in query._repr_html_()


def test_names_that_occur_twice_are_told_apart(world: Workspace) -> None:
    query = world.query("select 1 as a, 2 as a, 3 as A")
    assert len(set(query.columns)) == 3
    assert list(next(iter(query)).values()) == [1, 2, 3]


def test_moments_are_utc_without_a_zone(world: Workspace) -> None:
    query = world.query("select timestamptz '2026-01-01 00:00:00+02' as at, 1 as other")
    assert query.columns == ["at", "other"]
    assert str(next(iter(query))["at"]) == "2025-12-31 22:00:00"
    assert str(query.to_pandas()["at"].dtype) == "datetime64[us]"


def test_an_empty_result_keeps_names_and_types(world: Workspace, tmp_path: Path) -> None:
    empty = world.preview("1 = 2", COLUMNS)
    assert len(empty) == 0
    assert not empty
    assert list(empty) == []
    assert [str(one) for one in empty.to_pandas().dtypes] == ["str", "float64"]
    assert empty.to_polars().schema == {"homeAddress.country": pl.String, "loyalty.points": pl.Float64}
    assert pd.read_parquet(empty.to_parquet(tmp_path / "e.parquet")).columns.tolist() == COLUMNS
    assert "no rows" in repr(empty)
    assert "no rows" in empty._repr_html_()


def test_texts_of_which_all_are_missing_are_texts(world: Workspace) -> None:
    assert str(world.query("select null::varchar as a").to_pandas()["a"].dtype) == "str"


def test_a_result_computes_nothing_until_it_is_read(world: Workspace) -> None:
    wrong = world.query("select cast('x' as integer) as number from profiles")
    assert wrong.columns == ["number"]
    assert "cannot be read" in repr(wrong)
    assert "cannot be read" in wrong._repr_html_()
    for read in (wrong.to_pandas, wrong.to_arrow, wrong.to_polars, lambda: list(wrong)):
        with pytest.raises(sk.SegkitError, match="'x'"):
            read()


def test_the_head_is_shown_and_the_rest_counted(world: Workspace) -> None:
    assert "25 rows, the first 10 shown" in repr(world.query("select * from range(25)"))
    assert repr(world.query("select * from range(10)")).endswith("\n10 rows")
    assert repr(world.query("select 1")).endswith("\n1 row")


def test_sql_is_what_runs_or_what_was_written(world: Workspace, result: Result) -> None:
    assert world.query("select 1 as one").sql == "select 1 as one"
    import duckdb

    assert [tuple(row.values()) for row in result] == duckdb.sql(result.sql).fetchall()


@pytest.fixture
def changing(tmp_path: Path) -> tuple[Workspace, Path]:
    file = tmp_path / "crm.parquet"
    people().to_parquet(file)
    ws = sk.open(tmp_path / "ws")
    ws.datasets.add("crm", file, identity={"id": "id"})
    return ws, file


def test_data_that_changed_are_refused_until_refreshed(changing: tuple[Workspace, Path], tmp_path: Path) -> None:
    ws, file = changing
    with ws:
        before = ws.preview("1 = 1")
        size = ws.size("1 = 1")
        people(*[(str(one), "US", one, "2026-01-01") for one in range(9)]).to_parquet(file)
        calls: list[Callable[[], object]] = [
            before.to_pandas,
            before.to_arrow,
            before.to_polars,
            lambda: list(before),
            lambda: len(before),
            lambda: pa.table(before),
            lambda: before.to_csv(tmp_path / "new.csv"),
            lambda: size.total,
            lambda: ws.size("1 = 1"),
            lambda: ws.query("select 1"),
            lambda: ws.profile("id", "a"),
        ]
        for call in calls:
            with pytest.raises(sk.DataError, match=r'crm\.parquet.*ws\.datasets\.refresh\("crm"\)'):
                call()
        assert "refresh" in repr(before)
        assert not (tmp_path / "new.csv").exists()
        ws.datasets.refresh("crm")
        assert ws.size("1 = 1") == 9
        with pytest.raises(sk.DataError, match="ask again"):
            before.to_pandas()


def test_a_vanished_file_is_named(changing: tuple[Workspace, Path]) -> None:
    ws, file = changing
    with ws:
        file.unlink()
        with pytest.raises(sk.DataError, match=r"crm\.parquet.*vanished"):
            ws.size("1 = 1")
        with pytest.raises(sk.DataError, match=r"there is no file .*crm\.parquet"):
            ws.datasets.refresh("crm")
        ws.datasets.remove("crm")
        assert len(ws.datasets) == 0
