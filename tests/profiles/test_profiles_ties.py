"""Records of one identity and one clock: the record id decides, then the file, then the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.profiles import Dataset

    Add = Callable[..., Dataset]
    Merged = Callable[..., dict[str, dict[str, Any]]]

CRM = {"identity": {"crm": "k"}}


@pytest.mark.parametrize("upsert", [False, True])
@pytest.mark.parametrize("wide", [(), (0,), (1,), (2,), (0, 2)])
def test_the_last_row_of_the_last_file_wins(
    add: Add, merged: Merged, tmp_path: Path, *, upsert: bool, wide: tuple[int, ...]
) -> None:
    """Whichever files have a column more, and so are read apart from the others."""
    for number in range(3):
        columns = {"k": ["1", "1"], "v": [f"{number}a", f"{number}b"]}
        if number in wide:
            columns["more"] = ["x", "y"]
        pq.write_table(pa.table(columns), tmp_path / f"{number}.parquet")
    dataset = add("x", str(tmp_path / "*.parquet"), upsert=upsert, **CRM)
    assert merged([dataset], "v") == {"1": {"v": "2b"}}
    files = [tmp_path / f"{number}.parquet" for number in (2, 0, 1)]
    assert merged([add("y", files, upsert=upsert, **CRM)], "v") == {"1": {"v": "1b"}}


def test_the_record_id_goes_before_the_place(add: Add, merged: Merged) -> None:
    table = pa.table({"k": ["1", "1", "1"], "_id": ["b", None, "a"], "v": ["b", "none", "a"]})
    assert merged([add("x", table, **CRM)], "v") == {"1": {"v": "b"}}


def test_columns_named_like_those_of_duckdb(add: Add, merged: Merged, tmp_path: Path) -> None:
    for number in range(2):
        columns = {"k": ["1", "1"], "_id": ["b", "a"], "file_index": ["p", "q"], "File_Row_Number": ["r", "s"]}
        pq.write_table(pa.table({**columns, "filename": ["t", "u"]}), tmp_path / f"{number}.parquet")
    found = merged([add("x", str(tmp_path / "*.parquet"), **CRM)], "file_index", "File_Row_Number", "filename")
    assert found == {"1": {"file_index": "p", "File_Row_Number": "r", "filename": "t"}}


def test_earlier_datasets_win_ties_of_the_clock(add: Add, merged: Merged) -> None:
    first, second = (add(name, pa.table({"k": ["1"], "v": [name]}), added_at=7, **CRM) for name in ("a", "b"))
    assert merged([first, second], "v")["1"]["v"] == "a"
    assert merged([second, first], "v")["1"]["v"] == "b"
    ranked = {"attribute_merge": "dataSetPrecedence", "order": [second.id, first.id]}
    assert merged([first, second], "v", **ranked)["1"]["v"] == "b"


def test_clocks_at_the_ends_of_time(add: Add, merged: Merged) -> None:
    """From the year 1 to 9999, with many datasets, repeated records and a clock that is infinite."""
    made = []
    for number in range(3):
        moments = ["0001-01-01", "9999-12-31", "1969-12-31 23:59:59.999999", "infinity", None]
        rows = [(one, f"{number}:{place}") for place, one in enumerate(moments)]
        table = pa.table({"k": ["1"] * 5, "t": [one for one, _ in rows], "v": [one for _, one in rows]})
        made.append(add(f"d{number}", table, timestamp="t", upsert=number == 1, **CRM))
    assert merged(made, "v")["1"]["v"] == "0:1"
