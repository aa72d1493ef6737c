"""What hangs together, by scipy and in SQL, on every shape of graph."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from graph_reference import Groups
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from segkit.engine import Watch
from segkit.errors import JobCancelledError
from segkit.profiles.graph import components
from segkit.profiles.graph.core import table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from segkit.engine import Engine

Pairs = list[tuple[int, int]]
WAYS = ("scipy", "sql")
_numbers = itertools.count()


def found(
    engine: Engine, pairs: Iterable[tuple[int, int]], nodes: int, way: str, watch: Watch | None = None
) -> set[frozenset[int]]:
    once = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    name = f"components_{next(_numbers)}"
    engine.execute(f"ATTACH ':memory:' AS {name}")
    try:
        engine.register(f"{name}_given", pd.DataFrame(once, columns=["a", "b"], dtype="int64"))
        made = exp.select("*").from_(f"{name}_given")
        engine.execute(exp.Create(this=table(name, components.PAIRS), kind="TABLE", expression=made))
        if way == "scipy":
            components.by_scipy(engine, name, nodes, watch=watch)
        else:
            components.by_sql(engine, name, watch=watch)
        groups: dict[int, set[int]] = {}
        for one, label in engine.rows(exp.select("id", "label").from_(table(name, components.LABELS))):
            groups.setdefault(label, set()).add(one)
        left = exp.select("table_name").from_("duckdb_tables()").where(exp.column("database_name").eq(name))
        assert sorted(engine.rows(left)) == [("labels",), ("pairs",)], "scratch tables stay behind"
        return {frozenset(one) for one in groups.values()}
    finally:
        engine.unregister(f"{name}_given")
        engine.execute(f"DETACH {name}")


def expected(pairs: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    groups = Groups()
    for one, other in pairs:
        if one != other:
            groups.join(one, other)
    return {frozenset(one) for one in groups.all()}


def shape(kind: str, size: int) -> Pairs:
    match kind:
        case "chain":
            return [(one, one + 1) for one in range(size - 1)]
        case "chain back and forth":
            return [(one, size - 1 - one) for one in range(size // 2)] + [
                (size - 1 - one, one + 1) for one in range(size // 2 - 1)
            ]
        case "two interleaved chains":
            return [(one, one + 2) for one in range(size - 2)]
        case "star around the smallest":
            return [(0, one) for one in range(1, size)]
        case "star around the largest":
            return [(size - 1, one) for one in range(size - 1)]
        case "binary tree":
            return [(one // 2, one) for one in range(1, size)]
        case "ring":
            return [(one, (one + 1) % size) for one in range(size)]
        case "strangers":
            return [(one, one + size) for one in range(size)]
        case _:
            return []


SHAPES = (
    *("chain", "chain back and forth", "two interleaved chains", "star around the smallest"),
    *("star around the largest", "binary tree", "ring", "strangers", "nothing"),
)


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_in_both_ways(engine: Engine, kind: str) -> None:
    pairs = shape(kind, 60)
    for way in WAYS:
        assert found(engine, pairs, 120, way) == expected(pairs), way


@given(
    st.lists(st.tuples(st.sampled_from(SHAPES), st.integers(2, 12)), max_size=4),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=30),
    st.randoms(use_true_random=False),
)
@settings(max_examples=10, deadline=None)
def test_random_graphs_in_both_ways(engine: Engine, parts: list[tuple[str, int]], more: Pairs, random_: Random) -> None:
    names = list(range(120))
    random_.shuffle(names)
    pairs, start = list(more), 0
    for kind, size in parts:
        pairs += [(names[one + start], names[other + start]) for one, other in shape(kind, size)]
        start += 2 * size
    want = expected(pairs)
    assert found(engine, pairs, 200, "scipy") == want
    assert found(engine, pairs, 200, "sql") == want


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand(engine: Engine) -> None:
    """Bounded label propagation cuts it into pieces, without a word."""
    size = 100_000
    assert found(engine, shape("chain", size), size, "sql") == {frozenset(range(size))}


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_watch_stops_it(engine: Engine, way: str) -> None:
    watch = Watch()
    watch.cancel()
    with pytest.raises(JobCancelledError):
        found(engine, shape("chain", 20), 20, way, watch)
