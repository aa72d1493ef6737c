from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from segkit.engine import Engine
from segkit.profiles import Dataset, MergedSource, MergePolicy, read, union_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine(threads=1, memory_limit="1GB") as one:
        yield one


@pytest.fixture
def add(engine: Engine, tmp_path: Path) -> Callable[..., Dataset]:
    """`read` with the workspace filled in; datasets are remembered and compared, as a workspace does."""
    known: list[Dataset] = []

    def run(name: str, source: Any, **options: Any) -> Dataset:
        made = read(name, source, engine=engine, folder=tmp_path, **{"others": tuple(known), **options})
        known.append(made)
        return made

    return run


@pytest.fixture
def source(engine: Engine) -> Callable[..., MergedSource]:
    def run(datasets: Sequence[Dataset], **policy: Any) -> MergedSource:
        return MergedSource(MergePolicy.create("p", **policy), datasets, union_schema(datasets, engine))

    return run


@pytest.fixture
def merged(engine: Engine, source: Callable[..., MergedSource]) -> Callable[..., dict[str, dict[str, Any]]]:
    """All merged profiles as dicts, `profile_key` → dotted path → value."""

    def run(datasets: Sequence[Dataset], *leaves: str, every: bool = True, **policy: Any) -> dict[str, dict[str, Any]]:
        made = source(datasets, **policy)
        paths = [tuple(one.split(".")) for one in leaves] or list(made.union.profile)
        rows = engine.rows(made.profiles(paths, every=every))
        found = {key: dict(zip([".".join(one) for one in paths], values, strict=True)) for key, *values in rows}
        assert len(found) == len(rows), "a profile came twice"
        return found

    return run
