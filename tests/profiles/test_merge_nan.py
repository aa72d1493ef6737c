"""NaN is missing (R14), also in files that say nothing of it: Parquet's smallest and largest value leave it out."""

from __future__ import annotations

import math
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

NAN = math.nan


@pytest.mark.parametrize(
    "values",
    [
        [0.0, NAN],
        [0.0, 1.0, NAN],
        [5.0, NAN],
        [-1.0, -0.0, NAN],
        [5.0] * 3000 + [NAN],
        [NAN],
        [NAN, None],
        [1e300, NAN],
    ],
    ids=lambda one: f"{one[:3]}",
)
def test_r14_nan_is_missing_whatever_the_file_says_of_its_values(
    add: Add, merged: Merged, tmp_path: Path, values: list[float | None]
) -> None:
    ids = [str(one) for one in range(len(values))]
    nested = pa.array([{"deep": one} for one in values], pa.struct([("deep", pa.float64())]))
    pq.write_table(pa.table({"k": ids, "v": pa.array(values, pa.float64()), "n": nested}), tmp_path / "a.parquet")
    dataset = add("x", tmp_path / "a.parquet", identity={"crm": "k"})
    known = {key: None if one is None or math.isnan(one) else one for key, one in zip(ids, values, strict=True)}
    assert merged([dataset], "v", "n.deep") == {key: {"v": one, "n.deep": one} for key, one in known.items()}
    alone = merged([dataset], "v", every=False)
    assert {key: one["v"] for key, one in alone.items() if one["v"] is not None} == {
        key: one for key, one in known.items() if one is not None
    }
