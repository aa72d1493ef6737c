"""Merging under `pdg` against plain Python, on generated records and events with several identities."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from graph_reference import EPOCH, Given, key, merged, profile_id
from sqlglot import exp

from segkit.profiles import MergedSource, MergePolicy, merged_profile, union_schema
from segkit.profiles.graph.keeping import Graphs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset

LEAVES = ("text", "number", "scores")
ADDED = 1_600_000_000_000_000
IDENTITY = pa.map_(pa.string(), pa.list_(pa.struct([("id", pa.string()), ("primary", pa.bool_())])))
SCHEMA = pa.schema(
    {
        "_id": pa.string(),
        "when": pa.timestamp("us"),
        "identityMap": IDENTITY,
        "text": pa.string(),
        "number": pa.int32(),
        "scores": pa.map_(pa.string(), pa.int64()),
    }
)
NAMESPACES = ("crm", "email", "c:d%", "ECID")


def some_row(random_: random.Random, people: int, event: int | None) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    def maybe(value: Any) -> Any:
        return value if random_.random() < 0.6 else None

    # half of the rows hold to one person, the others hold two together now and then
    wanted = [
        (namespace, f"{namespace[0]}{random_.randrange(people)}")
        for namespace in NAMESPACES
        for _ in range(random_.choice([0, 0, 0, 1, 1, 2]))
    ]
    identities = sorted(dict.fromkeys(wanted[: random_.choice([1, 1, 1, 2, 3])]), key=lambda one: one[0])
    clocks = [-3_000_000_000, -1, 0, 1, 5, 1_700_000_000, random_.randrange(-5, 5)]
    clock = EPOCH + dt.timedelta(seconds=random_.choice(clocks))
    row = {
        "_id": random_.choice(["a", "b", "c", None]) if event is None else maybe(f"e{random_.randrange(40)}"),
        "when": clock if event is not None else maybe(clock),
        "text": maybe(random_.choice("pqrs")),
        "number": maybe(random_.randrange(3)),
        "scores": maybe([(name, maybe(random_.randrange(4))) for name in "uvw" if random_.random() < 0.5]),
    }
    return identities, row


def table(given: Given) -> pa.Table:
    rows = []
    for identities, row in given.rows:
        carried: dict[str, list[dict[str, Any]]] = {}
        for namespace, one in identities:
            carried.setdefault(namespace, []).append({"id": f" {one}", "primary": None})
        rows.append({**row, "identityMap": list(carried.items())})
    made = pa.Table.from_pylist(rows, schema=SCHEMA)
    return made.rename_columns({"when": "timestamp"}) if given.kind == "event" else made


def some_datasets(random_: random.Random) -> list[Given]:
    people, found = random_.choice([2, 6, 30]), []
    for number in range(random_.choice([1, 2, 3])):
        rows = [some_row(random_, people, None) for _ in range(random_.choice([1, 6, 40]))]
        clocked = random_.random() < 0.7
        primary = random_.choice(NAMESPACES)
        rows.append(([(primary, "1")], rows[0][1]))
        found.append(
            Given(f"d{number}", "record", rows, primary, random_.random() < 0.5, None if clocked else ADDED + number)
        )
    for number in range(random_.choice([0, 1, 2])):
        primary = random_.choice(NAMESPACES)
        rows = [some_row(random_, people, number) for _ in range(random_.choice([1, 30]))]
        rows.append(([(primary, "1")], rows[0][1]))
        found.append(Given(f"e{number}", "event", rows, primary))
    return found


def source_of(engine: Engine, folder: Path, datasets: list[Dataset], **policy: Any) -> MergedSource:
    made = MergePolicy.create("p", identity_graph="pdg", **policy)
    graph = Graphs(engine, folder, read_only=True).of(made, tuple(datasets))
    return MergedSource(made, datasets, union_schema(datasets, engine), graph)


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(one, marks=pytest.mark.long) for one in range(3, 200))])
@pytest.mark.parametrize("precedence", [False, True])
def test_graphs_and_merge_agree_with_the_reference(
    add: Callable[..., Dataset], engine: Engine, tmp_path: Path, seed: int, *, precedence: bool
) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    given = some_datasets(random_)
    datasets = []
    for number, one in enumerate(given):
        options: dict[str, Any] = {"kind": "event"} if one.kind == "event" else {"upsert": one.upsert}
        if one.kind == "record" and one.added is None:
            options["timestamp"] = "when"
        datasets.append(add(one.name, table(one), primary=one.primary, added_at=ADDED + number, **options))
    policy: dict[str, Any] = {}
    if precedence:
        order = random_.sample(range(len(given)), random_.randint(1, len(given)))
        policy = {"attribute_merge": "dataSetPrecedence", "order": [datasets[one].id for one in order]}
        given = [given[one] for one in order]
    source = source_of(engine, tmp_path, datasets, **policy)
    expected = merged(given, LEAVES, precedence=precedence)

    paths = [(one,) for one in LEAVES if (one,) in source.union.profile]
    rows = engine.rows(source.profiles(paths, every=True, mask=True))
    names = [path[0] for path in paths]
    assert len(rows) == len(expected)
    for root, *values, mask in rows:
        assert dict(zip(names, values, strict=True)) == {name: expected[root].values[name] for name in names}
        inside = {name for bit, name in enumerate(source.namespaces) if mask >> bit & 1}
        assert inside == {namespace for namespace, _ in expected[root].identities}
    for path in paths:
        alone = {root: value for root, value in engine.rows(source.profiles([path], every=False)) if value is not None}
        assert alone == {root: one.values[path[0]] for root, one in expected.items() if one.values[path[0]] is not None}

    carried = {(root, *one) for root, found in expected.items() for one in found.identities}
    assert {tuple(one) for one in engine.rows(source.identities())} == carried
    if ("identityMap",) in source.union.profile:
        mapped = engine.rows(source.profiles([("identityMap",)], every=True))
        assert {(root, n, one["id"]) for root, m in mapped for n, ones in m.items() for one in ones} == carried
    if source.event_datasets:
        counted = exp.select("profile_key", "count(*)").from_(source.events([("_id",)]).subquery("e"))
        assert dict(engine.rows(counted.group_by("profile_key"))) == {
            root: one.events for root, one in expected.items() if one.events
        }

    for root in random_.sample(sorted(expected), min(2, len(expected))):
        for namespace, identity in sorted(expected[root].identities)[:2]:
            one = merged_profile(source, engine, namespace, identity)
            assert one.profile_id == profile_id(root)
            assert {(n, i) for n, found in one.identities.items() for i in found} == expected[root].identities
            won = {path: kept.won.value for path, kept in one.sources.items() if path in names}
            assert won == {
                n: v for n, v in expected[root].values.items() if v is not None and n in {*names} - {"scores"}
            }
            assert source.key_of(namespace, identity) == root == min(map(key, expected[root].identities))
