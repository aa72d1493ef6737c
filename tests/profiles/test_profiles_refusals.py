"""Sources that are refused in full words: names that DuckDB would make differ, mappings of many rows, lost paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from segkit.errors import DataError, InvalidRequestError
from segkit.profiles import Query, refresh, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from segkit.engine import Engine
    from segkit.profiles import Dataset

    Add = Callable[..., Dataset]

TWO = pd.DataFrame({"k": ["a", "b"], "City": ["x", "y"], "city": ["1", "2"]})
LISTS = pd.DataFrame({"k": ["a", "b"], "tags": [["x", "y"], ["z"]]})
WAYS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "arrow": pa.Table.from_pandas,
    "reader": lambda frame: pa.Table.from_pandas(frame).to_reader(),
}


@pytest.mark.parametrize("way", WAYS)
def test_r17a_names_of_a_frame_that_differ_in_case_are_refused(add: Add, way: str) -> None:
    with pytest.raises(DataError, match="columns `City` and `city` of the frame differ at most in case; rename one"):
        add("crm", WAYS[way](TWO), identity={"crm": "k"})


def test_r17a_names_that_come_twice_in_a_frame_or_query_are_refused(add: Add) -> None:
    twice = TWO.set_axis(["k", "v", "v"], axis=1)
    with pytest.raises(DataError, match="columns `v` and `v` of the frame"):
        add("crm", twice, identity={"crm": "k"})
    with pytest.raises(DataError, match="columns `City` and `city` of the query"):
        add("crm", Query("SELECT k, City, City AS city FROM t", {"t": TWO[["k", "City"]]}), identity={"crm": "k"})


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_r17a_names_in_one_text_file_that_differ_in_case_are_refused(add: Add, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"people.{kind}"
    rows = TWO.to_dict("records")
    file.write_text(TWO.to_csv(index=False) if kind == "csv" else "\n".join(json.dumps(row) for row in rows))
    with pytest.raises(DataError, match=f"`City` and `city` of `{file}` differ at most in case"):
        add("crm", str(file), identity={"crm": "k"})


def test_r17a_names_between_text_files_that_differ_in_case_are_refused(add: Add, tmp_path: Path) -> None:
    for name, left_out in (("one", "city"), ("two", "City")):
        TWO.drop(columns=left_out).to_csv(tmp_path / f"{name}.csv", index=False)
    with pytest.raises(DataError, match=r"`City` in `.*one\.csv` and `city` in `.*two\.csv` differ only in case"):
        add("crm", str(tmp_path / "*.csv"), identity={"crm": "k"})


def test_a_name_that_only_looks_renamed_is_kept(add: Add, tmp_path: Path) -> None:
    TWO.set_axis(["k", "City", "City_1"], axis=1).to_csv(tmp_path / "p.csv", index=False)
    made = add("crm", str(tmp_path / "p.csv"), identity={"crm": "k"})
    assert [path for path, _ in made.leaves] == [("k",), ("City",), ("City_1",)]


@pytest.mark.parametrize(
    "expression",
    ["unnest(tags)", "unnest([1, 2])", "count(*)", "row_number() OVER ()", "*", "COLUMNS(*)", "(SELECT 1)"],
)
def test_a_mapping_is_one_value_of_one_row(add: Add, expression: str) -> None:
    with pytest.raises(DataError, match=r"the mapping of `t` to .*over the columns of one row"):
        add("crm", LISTS, identity={"crm": "k"}, mapping={"t": expression})


def test_a_path_that_cannot_be_looked_at_is_a_data_error(add: Add) -> None:
    with pytest.raises(DataError, match=r"dataset `crm`: cannot look for .*: File name too long; check the path"):
        add("crm", "x" * 300 + ".parquet", identity={"crm": "k"})
    with pytest.raises(DataError, match=r"there is no home folder for `~nobody-here/x\.parquet`"):
        add("crm", "~nobody-here/x.parquet", identity={"crm": "k"})


def test_a_copied_frame_is_called_the_frame(add: Add) -> None:
    with pytest.raises(DataError, match=r"^dataset `crm` has no rows in `the frame`$"):
        add("crm", TWO[["k", "City"]].head(0), identity={"crm": "k"})
    add("crm", TWO[["k", "City"]], identity={"crm": "k"})
    clash = "`City` is VARCHAR in `crm: the frame` .* and BIGINT in `shop: the frame`"
    with pytest.raises(DataError, match=clash):
        add("shop", pd.DataFrame({"k": ["a"], "City": [5]}), identity={"crm": "k"})


def test_a_lost_copy_says_to_add_the_frame_again(add: Add, engine: Engine, tmp_path: Path) -> None:
    made = add("crm", TWO[["k", "City"]], identity={"crm": "k"})
    for file in (tmp_path / "data").rglob("*.parquet"):
        file.unlink()
    for attempt in (lambda: verify(made), lambda: refresh(made, engine=engine, folder=tmp_path)):
        with pytest.raises(DataError, match="has vanished; remove the dataset and add its frame again"):
            attempt()


def test_a_refresh_that_fails_leaves_no_file(add: Add, engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("k,City\na,x\n")
    made = add("crm", str(file), identity={"crm": "k"})
    before = sorted((tmp_path / "data").rglob("*"))
    file.write_text("key,City\na,x\n")
    with pytest.raises(DataError, match="no field `k`"):
        refresh(made, engine=engine, folder=tmp_path)
    assert sorted((tmp_path / "data").rglob("*")) == before


def test_a_blank_namespace_is_refused(add: Add) -> None:
    with pytest.raises(InvalidRequestError, match="blank namespace"):
        add("crm", LISTS, identity={" ": "k"})


def test_namespaces_of_all_datasets_fit_the_mask(add: Add) -> None:
    def wide(letter: str) -> tuple[pd.DataFrame, dict[str, str]]:
        names = [f"{letter}{number}" for number in range(70)]
        return pd.DataFrame({"k": ["1"], **dict.fromkeys(names, "x")}), {"crm": "k", **{one: one for one in names}}

    (first, named), (second, also_named) = wide("a"), wide("b")
    add("a", first, identity=named, primary="crm")
    with pytest.raises(DataError, match="with dataset `b` there are 141 identity namespaces, and 120 are the most"):
        add("b", second, identity=also_named, primary="crm")
