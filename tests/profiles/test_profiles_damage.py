"""Sources that cannot be used are refused by name, and nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segkit.errors import DataError, InvalidRequestError
from segkit.profiles import Query, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.profiles import Dataset

    Add = Callable[..., Dataset]

CRM = {"identity": {"crm": "key"}}


def write(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def test_missing_files(add: Add, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"there is no file `.*gone\.parquet`"):
        add("x", tmp_path / "gone.parquet", **CRM)
    with pytest.raises(DataError, match=r"no file matches `.*\*\.parquet`"):
        add("x", str(tmp_path / "*.parquet"), **CRM)
    with pytest.raises(DataError, match="list of files is empty"):
        add("x", [], **CRM)
    with pytest.raises(DataError, match="by its ending"):
        add("x", tmp_path / "data.xlsx", **CRM)
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        add("x", tmp_path / "folder.parquet", **CRM)
    with pytest.raises(DataError, match="mixes csv and parquet"):
        add("x", ["a.csv", "b.parquet"], **CRM)


@pytest.mark.parametrize("content", [b"", b"PAR1" + b"\0" * 50 + b"PAR1", b"hello"])
def test_corrupt_parquet_names_the_file(add: Add, tmp_path: Path, content: bytes) -> None:
    write(tmp_path / "a.parquet", key=["1"])
    (tmp_path / "b.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"cannot read `.*b\.parquet` as Parquet"):
        add("x", str(tmp_path / "*.parquet"), **CRM)


def test_damage_inside_a_file_names_the_file(add: Add, tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", key=[f"person {one}" for one in range(5000)])
    content = bytearray(path.read_bytes())
    content[40:4000] = b"\xff" * 3960
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.parquet"):
        add("x", path, **CRM)


def test_no_rows_and_no_identities(add: Add, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no rows"):
        add("x", write(tmp_path / "a.parquet", key=pa.array([], pa.string())), **CRM)
    with pytest.raises(DataError, match="none of its 2 rows has an identity"):
        add("x", pd.DataFrame({"key": ["", None]}), **CRM)
    with pytest.raises(DataError, match="has no `identityMap`"):
        add("x", pd.DataFrame({"key": ["1"]}))
    with pytest.raises(DataError, match="no field `nope` for the identity `crm`; it has `key`"):
        add("x", pd.DataFrame({"key": ["1"]}), identity={"crm": "nope"})
    with pytest.raises(DataError, match="no field `nope` for the clock"):
        add("x", pd.DataFrame({"key": ["1"]}), timestamp="nope", **CRM)
    with pytest.raises(DataError, match="is list of VARCHAR"):
        add("x", pd.DataFrame({"key": [["1"]]}), **CRM)


def test_requests_that_make_no_sense(add: Add) -> None:
    frame = pd.DataFrame({"key": ["1"]})
    with pytest.raises(InvalidRequestError, match="`record` or `event`"):
        add("x", frame, kind="thing", **CRM)
    with pytest.raises(InvalidRequestError, match="not one of the identities `crm`"):
        add("x", frame, primary="email", **CRM)
    with pytest.raises(InvalidRequestError, match="names no namespace"):
        add("x", frame, identity={})
    with pytest.raises(InvalidRequestError, match="not dict"):
        add("x", {"key": ["1"]}, **CRM)
    with pytest.raises(InvalidRequestError, match="give a frame by itself"):
        add("x", [frame], **CRM)


def test_a_refused_frame_leaves_nothing_behind(add: Add, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        add("x", pd.DataFrame({"key": ["1"]}), identity={"crm": "nope"})
    assert not list(tmp_path.rglob("*.parquet"))
    with pytest.raises(DataError, match="cannot read its source"):
        add("x", Query("SELECT nope FROM frame", {"frame": pd.DataFrame({"a": [1]})}))
    assert not list(tmp_path.rglob("*.parquet"))


def test_events_need_a_readable_clock(add: Add) -> None:
    with pytest.raises(DataError, match="has no field `timestamp`"):
        add("x", pd.DataFrame({"key": ["1"]}), kind="event", **CRM)
    with pytest.raises(DataError, match="1 values of the clock `timestamp`"):
        add("x", pd.DataFrame({"key": ["1", "2"], "timestamp": ["2020-01-01", "yesterday"]}), kind="event", **CRM)
    with pytest.raises(DataError, match=r"`timestamp` in .* is BOOLEAN"):
        add("x", pd.DataFrame({"key": ["1"], "timestamp": [True]}), kind="event", **CRM)


def test_r17a_clashes_between_files_name_both(add: Add, tmp_path: Path) -> None:
    a = write(tmp_path / "a.parquet", key=["1"], n=[1])
    cases: list[tuple[dict[str, Any], str]] = [
        ({"n": ["x"]}, r"`n` is BIGINT in .*a\.parquet.* and VARCHAR in .*b\.parquet"),
        ({"N": [1]}, r"`n` in .*a\.parquet.* and `N` in .*b\.parquet.* differ only in case"),
        ({"n": [{"deep": 1}]}, r"`n` is BIGINT in .*a\.parquet.* and an object in .*b\.parquet"),
        ({"n": [[1]]}, r"`n` is BIGINT in .*a\.parquet.* and list of BIGINT in .*b\.parquet"),
        ({"n": [True]}, "BOOLEAN"),
    ]
    for columns, message in cases:
        b = write(tmp_path / "b.parquet", key=["2"], **columns)
        with pytest.raises(DataError, match=message):
            add("x", [a, b], others=(), **CRM)


def test_r17a_clashes_inside_lists(add: Add, tmp_path: Path) -> None:
    a = write(tmp_path / "a.parquet", key=["1"], items=[[{"SKU": "x", "n": 1}]])
    b = write(tmp_path / "b.parquet", key=["1"], items=[[{"sku": "x", "n": 1}]])
    with pytest.raises(DataError, match="`SKU` and `sku` differ only in case"):
        add("x", [a, b], **CRM)
    c = write(tmp_path / "c.parquet", key=["1"], items=[[{"SKU": "x", "n": "one"}]])
    with pytest.raises(DataError, match=r"`items\.n` is BIGINT"):
        add("x", [a, c], **CRM)


def test_r17a_names_inside_one_file(add: Add, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="`City` and `city` of"):
        add("x", write(tmp_path / "a.parquet", key=["1"], City=["a"], city=["b"]), **CRM)
    with pytest.raises(DataError, match="`a` and `A` inside `home`"):
        add("x", write(tmp_path / "a.parquet", key=["1"], home=[{"a": 1, "A": 2}]), **CRM)
    both = pa.table({"key": ["1"], "home": [{"city": "a"}], "home.city": ["b"]})
    with pytest.raises(DataError, match=r"`home\.city` twice"):
        add("x", both, **CRM)
    mixed = pa.table({"key": ["1"], "home": [{"city": "a"}], "home.zip": ["b"]})
    with pytest.raises(DataError, match=r"`home` is flat in .* and nested in"):
        add("x", mixed, **CRM)


def test_r17a_clashes_between_datasets_name_both(add: Add) -> None:
    add("first", pd.DataFrame({"key": ["1"], "n": [1]}), **CRM)
    with pytest.raises(DataError, match=r"`n` is BIGINT in `first: .* and VARCHAR in `second: "):
        add("second", pd.DataFrame({"key": ["1"], "n": ["x"]}), **CRM)
    add("events", pd.DataFrame({"key": ["1"], "n": ["x"], "timestamp": ["2020-01-01"]}), kind="event", **CRM)


def test_r17a_a_column_without_values_clashes_with_nothing(add: Add, tmp_path: Path) -> None:
    a = write(tmp_path / "a.parquet", key=["1"], n=pa.array([None], pa.int32()))
    b = write(tmp_path / "b.parquet", key=["2"], n=["x"])
    assert dict(add("x", [a, b], **CRM).leaves)["n",].sql == "VARCHAR"
    assert dict(add("y", [b, a], **CRM).leaves)["n",].sql == "VARCHAR"


def test_reserved_names(add: Add) -> None:
    with pytest.raises(DataError, match=r"mapping=.*_yours\.profile_id"):
        add("x", pd.DataFrame({"key": ["1"], "profile_id": ["a"]}), **CRM)
    made = add("x", pd.DataFrame({"profile_id": ["a"]}), identity={"id": "profile_id"})
    assert made.leaves == ()


def test_mappings_are_checked(add: Add) -> None:
    frame = pd.DataFrame({"key": ["1"], "price": [1.5]})
    for expression in ["nope + 1", "sum(price)", "price +", "1; DROP TABLE x", "SELECT 1", "price -- comment\n, 2"]:
        with pytest.raises(DataError, match=r"loyalty\.points") as caught:
            add("x", frame, mapping={"loyalty.points": expression}, **CRM)
        assert expression.split()[0] in str(caught.value)


def test_changed_and_vanished_files_say_refresh(add: Add, tmp_path: Path) -> None:
    a = write(tmp_path / "a.parquet", key=["1"])
    made = add("my data", a, **CRM)
    verify(made)
    write(a, key=["1", "2"])
    with pytest.raises(DataError, match=r'a\.parquet` has changed .* ws\.datasets\.refresh\("my data"\)'):
        verify(made)
    a.unlink()
    with pytest.raises(DataError, match=r"has vanished .*refresh"):
        verify(made)
