"""The two independent readings of the real table agree with each other, before segkit is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import retail_pandas
import retail_sql

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

CHOSEN = {"home": "United Kingdom", "first": "85123A", "second": "85099B"}


@pytest.fixture(scope="module")
def lines(shared: Path) -> pd.DataFrame:
    path = shared / "data" / "online_retail_ii_2009_2010.parquet"
    if not path.is_file():
        pytest.skip("needs Online Retail II in the developers' shared folder")
    return pd.read_parquet(path)


def test_pandas_and_handwritten_sql_agree_on_the_flat_table(lines: pd.DataFrame) -> None:
    as_of = pd.Timestamp("2010-12-10")
    by_pandas = retail_pandas.segments(lines, as_of, CHOSEN)
    by_sql = retail_sql.counts(lines, as_of, CHOSEN)
    assert len(by_sql) >= 10
    assert by_sql == {name: len(by_pandas[name]) for name in by_sql}
    assert by_sql["Home market"] == 4035
    assert by_sql["First product, then second"] == 85
