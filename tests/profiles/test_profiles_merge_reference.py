"""Merging against a plain-Python reading of the specification, on generated fragments."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC is what segkit stores
IDENTITY = pa.map_(pa.string(), pa.list_(pa.struct([("id", pa.string()), ("primary", pa.bool_())])))
COLUMNS = {
    "_id": pa.string(),
    "when": pa.timestamp("us"),
    "identityMap": IDENTITY,
    "text": pa.string(),
    "number": pa.int32(),
    "ratio": pa.float64(),
    "tags": pa.list_(pa.string()),
    "scores": pa.map_(pa.string(), pa.int64()),
    "home": pa.struct([("city", pa.string()), ("zip", pa.string())]),
}
LEAVES = ("text", "number", "ratio", "tags", "scores", "home.city", "home.zip")
ADDED = 1_600_000_000_000_000


def micros(when: dt.datetime | None) -> float:
    return -math.inf if when is None else (when - EPOCH) // dt.timedelta(microseconds=1)


def some_row(random_: random.Random, people: int) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return value if random_.random() < 0.6 else None

    person, namespace = random_.randrange(people), random_.choice(["crm", "crm", "ecid"])
    identities = [(namespace, [{"id": f"{namespace[0]}{person}", "primary": True}])]
    if random_.random() < 0.4:
        identities.append(("email", [{"id": f"m{person}@x", "primary": random_.choice([False, None])}]))
    clocks = [-3_000_000_000, -1, 0, 1, 5, 1_700_000_000, random_.randrange(-5, 5)]
    clock = maybe(EPOCH + dt.timedelta(seconds=random_.choice(clocks)))
    return {
        "_id": random_.choice(["a", "b", "c", None]),
        "when": clock,
        "identityMap": identities,
        "text": maybe(random_.choice("pqrs")),
        "number": maybe(random_.randrange(3)),
        "ratio": maybe(random_.choice([0.5, 1.5, math.nan])),
        "tags": maybe(random_.choice([[], ["x"], ["y", None]])),
        "scores": maybe([(key, maybe(random_.randrange(4))) for key in "uvw" if random_.random() < 0.5]),
        "home": maybe({"city": maybe("Ghent"), "zip": maybe(random_.choice(["1", "2"]))}),
    }


def present(row: dict[str, Any], leaf: str) -> Any:
    value: Any = row
    for piece in leaf.split("."):
        value = None if value is None else value[piece]
    return None if isinstance(value, float) and math.isnan(value) else value


@dataclass(frozen=True)
class Given:
    rows: list[dict[str, Any]]
    upsert: bool
    added: int | None  # the clock of a dataset without clocks


def reference(datasets: list[Given], *, precedence: bool) -> dict[tuple[str, str], dict[str, Any]]:
    fragments: dict[tuple[str, str], list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
    for rank, given in enumerate(datasets):
        mine: dict[tuple[str, str], list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
        for place, row in enumerate(given.rows):
            namespace, identities = row["identityMap"][0]
            clock = micros(row["when"]) if given.added is None else given.added
            age = (clock, row["_id"] is not None, row["_id"] or "", place)
            key = (-rank, *age) if precedence else (clock, -rank, *age)
            mine.setdefault((namespace, identities[0]["id"]), []).append((key, row))
        for profile, found in mine.items():
            fragments.setdefault(profile, []).extend(found if given.upsert else [max(found, key=itemgetter(0))])
    merged = {}
    for profile, found in fragments.items():
        newest = [row for _, row in sorted(found, key=itemgetter(0), reverse=True)]
        merged[profile] = {leaf: pick(newest, leaf) for leaf in LEAVES}
    return merged


def pick(newest: list[dict[str, Any]], leaf: str) -> Any:
    values = [value for row in newest if (value := present(row, leaf)) is not None]
    if leaf != "scores":
        return values[0] if values else None
    merged: dict[str, Any] = {}
    for value in values:
        for key, one in value:
            if one is not None:
                merged.setdefault(key, one)
    return merged or None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("precedence", [False, True])
def test_merge_agrees_with_the_reference(
    add: Callable[..., Dataset], source: Callable[..., MergedSource], engine: Engine, seed: int, *, precedence: bool
) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    given, datasets = [], []
    for number in range(random_.choice([1, 2, 3])):
        rows = [some_row(random_, 5) for _ in range(random_.choice([1, 6, 25]))]
        upsert, clocked = random_.random() < 0.5, random_.random() < 0.7
        table = pa.Table.from_pylist(rows, schema=pa.schema(list(COLUMNS.items())))
        options = {"timestamp": "when"} if clocked else {}
        datasets.append(add(f"d{number}", table, upsert=upsert, added_at=ADDED + number, others=(), **options))
        given.append(Given(rows, upsert, None if clocked else ADDED + number))
    policy: dict[str, Any] = {}
    if precedence:
        order = random_.sample(range(len(datasets)), random_.randint(1, len(datasets)))
        policy = {"attribute_merge": "dataSetPrecedence", "order": [datasets[one].id for one in order]}
        given = [given[one] for one in order]
    made = source(datasets, **policy)
    expected = {made.key_of(*person): value for person, value in reference(given, precedence=precedence).items()}
    paths = [tuple(one.split(".")) for one in LEAVES]
    rows = engine.rows(made.profiles(paths, every=True))
    assert {key: dict(zip(LEAVES, values, strict=True)) for key, *values in rows} == expected
    assert len(rows) == len(expected)
    # each leaf by itself takes other roads: one dataset alone, a filter before the grouping
    for leaf, path in zip(LEAVES, paths, strict=True):
        alone = [(key, value) for key, value in engine.rows(made.profiles([path], every=False)) if value is not None]
        known = [(key, value[leaf]) for key, value in expected.items() if value[leaf] is not None]
        assert sorted(alone) == sorted(known)


def test_more_datasets_than_seven_bits(
    add: Callable[..., Dataset], source: Callable[..., MergedSource], engine: Engine, tmp_path: Path
) -> None:
    """The rank of a dataset must not spill into its clock, before 1970 either."""
    table = pa.table({"key": ["k"], "t": pa.array([-5], pa.timestamp("us")), "v": ["0"]})
    first = add("d", table, identity={"crm": "key"}, timestamp="t")
    datasets = []
    for number in range(140):
        file = tmp_path / f"{number}.parquet"
        newest = 70
        clock = -1 if number in {newest, newest + 1} else -5
        pq.write_table(pa.table({"key": ["k"], "t": pa.array([clock], pa.timestamp("us")), "v": [str(number)]}), file)
        part = replace(first.parts[0], files=(str(file),))
        measures = replace(first.measures, clock_low=clock, clock_high=clock)
        datasets.append(replace(first, id=str(number), name=str(number), parts=(part,), measures=measures))
    newest_first = source(datasets).profiles([("v",)], every=True)
    assert engine.rows(newest_first) == [("k", "70")]
    order = [str(one) for one in reversed(range(140))]
    ranked = source(datasets, attribute_merge="dataSetPrecedence", order=order).profiles([("v",)], every=True)
    assert engine.rows(ranked) == [("k", "139")]
