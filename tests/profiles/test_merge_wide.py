"""Profiles of many leaves: merged as those of few, though their statement leaves out the filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource

LEAVES = 300
CRM: dict[str, Any] = {"identity": {"crm": "k"}, "timestamp": "t"}


def test_wide_profiles_are_merged_leaf_by_leaf(
    add: Callable[..., Dataset], source: Callable[..., MergedSource], engine: Engine
) -> None:
    """Each value is there or missing in each of two records by a bit of its leaf; the newer one wins."""
    kinds: list[tuple[pa.DataType, Any, Any]] = [
        (pa.int64(), 1, 2),
        (pa.string(), "old", "new"),
        (pa.list_(pa.string()), ["old"], []),
        (pa.decimal128(9, 2), 1, 2),
    ]
    tables = []
    for age in (0, 1):
        columns: dict[str, Any] = {"k": ["1"], "t": pa.array([age], pa.timestamp("us"))}
        for leaf in range(LEAVES):
            kind, *values = kinds[leaf // 4 % 4]
            columns[f"f{leaf}"] = pa.array([values[age] if leaf >> age & 1 else None], kind)
        tables.append(add(f"d{age}", pa.table(columns), **CRM))
    made = source(tables)
    paths = [(f"f{leaf}",) for leaf in range(LEAVES)]
    statement = made.profiles(paths, every=True)
    assert not list(statement.find_all(exp.Filter))
    ((_, *found),) = engine.rows(statement)
    for leaf, value in enumerate(found):
        _, *values = kinds[leaf // 4 % 4]
        assert value == (None if leaf % 4 == 0 else values[1] if leaf & 2 else values[0]), leaf
    assert list(made.profiles(paths[:3], every=True).find_all(exp.Filter))
