"""What a field holds in the files of all datasets, before any merging: its values, and between which they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import read, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset, Kind
    from segkit.profiles.storage import Storage

_VALUE, _ROWS = "value", "rows"


def different(datasets: Iterable[Dataset], kind: Kind, path: Path, storage: Storage, *, most: int) -> exp.Select:
    """The statement that gives the different values of a field, so many at most."""
    found = _held(datasets, kind, path, storage).where(sql.present(sql.column(_VALUE)))
    return found.select(sql.column(_VALUE)).distinct().limit(most)


def spelled(
    datasets: Iterable[Dataset], kind: Kind, path: Path, storage: Storage, words: Sequence[str], *, most: int
) -> exp.Select:
    """The statement that gives the values of a field that are some texts but for case."""
    lowered = sql.call("lower", sql.column(_VALUE))
    among = exp.In(this=lowered, expressions=[sql.call("lower", sql.text(one)) for one in words])
    return _held(datasets, kind, path, storage).where(among).select(sql.column(_VALUE)).distinct().limit(most)


def ends(datasets: Iterable[Dataset], kind: Kind, path: Path, storage: Storage) -> exp.Select:
    """The statement that gives the smallest and the largest value of a field."""
    return _held(datasets, kind, path, storage).select(
        sql.named(exp.Min(this=sql.column(_VALUE)), "low"), sql.named(exp.Max(this=sql.column(_VALUE)), "high")
    )


def _held(datasets: Iterable[Dataset], kind: Kind, path: Path, storage: Storage) -> exp.Select:
    branches = [
        scan(part, [sql.named(read(part, path, storage), _VALUE)])
        for one in datasets
        if one.kind == kind
        for part in one.parts
        if part.leaf(path) is not None
    ]
    return exp.Select().from_(sql.subquery(sql.union_all(branches), _ROWS))
