"""What the data know of the fields that a rule asks about, each looked up once while the files are the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from segkit.profiles.datasets.contents import different, ends, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from sqlglot import exp

    from segkit.engine import Engine
    from segkit.evaluation import Scope
    from segkit.pql.types import Path
    from segkit.profiles import Dataset
    from segkit.profiles.datasets.dataset import Kind
    from segkit.profiles.storage import Storage

MOST = 1000
"""Of a field with more values than this only those that are asked for are looked up."""

_KEPT = 500
"""So many answers are kept at most."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of profiles or of events, by its path."""

    kind: Kind
    path: Path


@dataclass
class Contents:
    """Answers about fields, kept for as long as the files of the datasets are the same."""

    kept: dict[Hashable, tuple[object, ...]] = field(default_factory=dict)

    def words(self, scope: Scope, column: Column) -> frozenset[str] | None:
        """All texts that a field holds; None where they are more than `MOST`."""
        datasets, storage = _holders(scope, column)
        if storage is None:
            return None

        def look() -> tuple[object, ...]:
            rows = _rows(scope.engine, different(datasets, column.kind, column.path, storage, most=MOST + 1))
            return tuple(one for (one,) in rows)

        found = self._once(("words", column, _version(datasets)), look)
        return None if len(found) > MOST else frozenset(str(one) for one in found)

    def like(self, scope: Scope, column: Column, words: Sequence[str]) -> frozenset[str]:
        """The texts of a field that are some words but for case."""
        datasets, storage = _holders(scope, column)
        if storage is None:
            return frozenset()

        def look() -> tuple[object, ...]:
            statement = spelled(datasets, column.kind, column.path, storage, words, most=MOST)
            return tuple(one for (one,) in _rows(scope.engine, statement))

        found = self._once(("like", column, tuple(words), _version(datasets)), look)
        return frozenset(str(one) for one in found)

    def ends(self, scope: Scope, column: Column) -> tuple[float, float] | None:
        """The smallest and the largest number of a field; None where it holds none."""
        datasets, storage = _holders(scope, column)
        if storage is None:
            return None

        def look() -> tuple[object, ...]:
            [(low, high)] = _rows(scope.engine, ends(datasets, column.kind, column.path, storage))
            return low, high

        low, high = self._once(("ends", column, _version(datasets)), look)
        if not isinstance(low, int | float | Decimal) or not isinstance(high, int | float | Decimal):
            return None
        return float(low), float(high)

    def _once(self, key: Hashable, look: Callable[[], tuple[object, ...]]) -> tuple[object, ...]:
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            found = self.kept[key] = look()
        return found


def _rows(engine: Engine, statement: exp.Expr) -> list[tuple[object, ...]]:
    return engine.rows(statement)


def _holders(scope: Scope, column: Column) -> tuple[tuple[Dataset, ...], Storage | None]:
    """The datasets that have a field, and the type that holds it in all of them."""
    known = scope.union.event if column.kind == "event" else scope.union.profile
    held = tuple(
        one
        for one in scope.datasets
        if one.kind == column.kind and any(part.leaf(column.path) is not None for part in one.parts)
    )
    return held, known.get(column.path) if held else None


def _version(datasets: Sequence[Dataset]) -> Hashable:
    return tuple((one.id, one.files) for one in datasets)
