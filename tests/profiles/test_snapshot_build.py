"""Snapshots hold what the merge gives, by the plain-Python merge, in one layer and in several, whatever the types."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from merge_world import compare, world
from sqlglot import exp

from segkit.engine import Watch
from segkit.errors import DataError, JobCancelledError
from segkit.evaluation import Sources
from segkit.profiles import expressions as sql
from segkit.profiles.buckets import BUCKETS, SALT, bucket
from segkit.profiles.kept import SIZES, making
from segkit.profiles.snapshots.build import Build, in_bytes, table
from segkit.profiles.snapshots.manifest import DATA, FILE, PROFILES, ROWS
from segkit.profiles.snapshots.ready import Ready

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource
    from segkit.profiles.snapshots.source import SnapshotSource


def kept(source: MergedSource, engine: Engine, folder: Path, layers: int = 1, events: str = "*") -> SnapshotSource:
    """A snapshot of a source, found again as a workspace finds it."""
    ready = Ready(engine, folder)
    place = ready.place(source)
    wanted = list(source.union.event) if events == "*" else []
    with making(place) as aside:
        Build(engine, source, Watch(profile=True), layers=layers).run(aside, place.name, folder, wanted)
    found = ready.of(source)
    assert found is not None
    return found


def of_parquet(folder: Path, name: str, columns: dict[str, Any]) -> Path:
    file = folder / f"{name}.parquet"
    pq.write_table(pa.table(columns), file)
    return file


def rows(source: Any, engine: Engine, *leaves: tuple[str, ...]) -> set[tuple[Any, ...]]:
    """All profiles by their public ids, with all leaves and the mask, as text that tells types apart."""
    paths = list(leaves or source.union.profile)
    known = source.identified(source.profiles(paths, every=True, mask=True))
    columns = [sql.column(one) for one in ("profile_id", *map(".".join, paths), "namespace_mask")]
    found = engine.rows(exp.select(*columns).from_(known.subquery("known")))
    return {tuple(map(repr, one)) for one in found}


@pytest.mark.parametrize("seed", range(2))
def test_a_snapshot_agrees_with_the_reference_under_every_policy(engine: Engine, tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made = world(random_, engine, tmp_path)
    for number, policy in enumerate(made.policies(random_, ["none", "pdg"])):
        merged = Sources(engine, tmp_path / "kept").merged(made.stored(policy), made.datasets)
        source = kept(merged, engine, tmp_path / str(number), layers=(1, 3)[number % 2])
        assert source.manifest.passes == (1, 3)[number % 2]
        compare(made, policy, source, engine, random_)


def test_layers_change_nothing(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    files = []
    for number in range(3):  # the second file has other columns, so that a part lies between the files of another
        columns = {
            "id": [f"p{n % 40}" for n in range(number, 60 + number)],
            "a": [f"{number}.{n}" for n in range(60)],
            "changed": pa.array([0] * 60, pa.timestamp("us")),
        }
        extra = {"b": list(range(60))} if number == 1 else {}
        files.append(str(of_parquet(tmp_path, f"f{number}", columns | extra)))
    datasets = [
        add("replaced", files, identity={"crm": "id"}, timestamp="changed"),
        add("updated", files[:2], identity={"crm": "id"}, timestamp="changed", upsert=True),
    ]
    merged = source(datasets)
    one, many = (kept(merged, engine, tmp_path / str(layers), layers) for layers in (1, 4))
    assert rows(one, engine) == rows(many, engine) == rows(merged, engine)
    touched = [
        sorted(
            engine.rows(
                exp.select("profile_id", sql.column(FILE))
                .from_(each.table(ROWS))
                .join(each.table(PROFILES), using=["profile_key"])
            )
        )
        for each in (one, many)
    ]
    assert touched[0] == touched[1]
    assert {file for _, file in touched[0]} == {0, 1, 2, 3, 4}


def test_keys_count_on_in_the_order_of_buckets(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    file = of_parquet(tmp_path, "many", {"id": [str(n) for n in range(500)], "x": list(range(500))})
    made = kept(source([add("crm", file, identity={"crm": "id"})]), engine, tmp_path, layers=4)
    found = engine.rows(
        exp.select("profile_key", sql.column("$bucket"), "profile_id")
        .from_(made.table(PROFILES))
        .order_by("profile_key")
    )
    assert [key for key, _, _ in found] == list(range(1, 501))
    assert [one for _, one, _ in found] == sorted(one for _, one, _ in found)
    for _, one, public in found[:20]:
        digits = hashlib.md5(f"{SALT}{public.hex}".encode()).hexdigest()[:6]  # noqa: S324
        assert one == int(digits, 16) % BUCKETS


def test_buckets_are_the_same_in_every_version(engine: Engine) -> None:
    known = {"0cc175b9c0f1b6a831c399e269772661": 427, "": 359}
    assert {one: engine.value(exp.select(bucket(sql.text(one)))) for one in known} == known


ODD = {
    "unsigned": pa.array([2**64 - 1, 0, None], pa.uint64()),
    "decimal": pa.array([None, "1.50", "99999999.99"], pa.string()).cast(pa.decimal128(38, 2)),
    "empty": pa.array([[], None, ["x", None]], pa.list_(pa.string())),
    "scores": pa.array([[("a", None)], [("b", 2.5)], []], pa.map_(pa.string(), pa.float64())),
    "deep": pa.array([{"x": {"y": 1}}, {"x": None}, None], pa.struct([("x", pa.struct([("y", pa.int8())]))])),
    'quo"te': pa.array(["1", None, "3"]),
    "dot.ted": pa.array(["1", None, "3"]),
    "bucket": pa.array([True, False, None]),
    "$bucket": pa.array([1, 2, 3]),
    "key": pa.array(["k", "l", "m"]),
    "mask": pa.array(["k", "l", "m"]),
    "leaf_0": pa.array(["k", "l", "m"]),
    "c0": pa.array(["k", "l", "m"]),
    "layer": pa.array(["k", "l", "m"]),
    "file_row_number": pa.array(["k", "l", "m"]),
    "ünïcode 🙂": pa.array(["k", "l", "m"]),
    "nothing": pa.nulls(3),
    "day": pa.array([-100_000, 0, None], pa.date32()),
    "half": pa.array([1.5, float("nan"), None], pa.float32()),
}


HUGE = "170141183460469231731687303715884105727::HUGEINT"


@pytest.mark.parametrize("layers", [1, 3])
def test_odd_types_and_names_come_through(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource], layers: int
) -> None:
    columns = {"id": ["1", "2", "3"], **ODD}
    file = of_parquet(tmp_path, "odd", columns)
    again = of_parquet(tmp_path, "again", {"id": ["1", "3"], "dot.ted": ["9", None], "more": [1, 2]})
    datasets = [
        add("crm", file, identity={"crm": "id"}, mapping={"huge": HUGE}),
        add("web", again, identity={"crm": "id"}),
    ]
    merged = source(datasets)
    made = kept(merged, engine, tmp_path, layers)
    assert rows(made, engine) == rows(merged, engine)
    assert (
        engine.columns(made.profiles(list(merged.union.profile), every=True))[1:]
        == engine.columns(merged.profiles(list(merged.union.profile), every=True))[1:]
    )


def test_hundreds_of_columns(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    columns: dict[str, Any] = {"id": ["1", "2"]}
    columns |= {f"group{n % 40}.leaf{n}": [n, None] for n in range(300)}
    merged = source([add("wide", of_parquet(tmp_path, "wide", columns), identity={"crm": "id"})])
    made = kept(merged, engine, tmp_path)
    leaf = ("group19", "leaf299")
    assert rows(made, engine, leaf) == rows(merged, engine, leaf)
    assert len(made.manifest.columns) == 302  # with the identity and the identity map


@pytest.mark.parametrize("kinds", [["event"], ["record"]])
def test_only_events_or_only_records(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource], kinds: list[str]
) -> None:
    columns = {"id": ["1", "1", None], "_id": ["e", "e", "f"], "timestamp": pa.array([2, 1, 0], pa.timestamp("us"))}
    merged = source([add(one, of_parquet(tmp_path, one, columns), kind=one, identity={"crm": "id"}) for one in kinds])
    made = kept(merged, engine, tmp_path, layers=2)
    assert rows(made, engine) == rows(merged, engine)
    assert (made.manifest.profiles, made.manifest.events) == (1, len(kinds) * (kinds == ["event"]))


def test_fields_of_events_that_it_lacks_are_read_from_the_files(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    columns = {"id": ["1", "2", "2"], "_id": ["e", "f", "f"], "eventType": ["a", "b", "b"], "n": [1, 2, 2]}
    columns["timestamp"] = pa.array([1, 2, 2], pa.timestamp("us"))
    merged = source([add("web", of_parquet(tmp_path, "web", columns), kind="event", identity={"crm": "id"})])
    made = kept(merged, engine, tmp_path, events="none")
    assert not made.holds([("n",)])
    found = [engine.rows(one.identified(one.events([("n",), ("eventType",)]))) for one in (made, merged)]
    assert sorted(row[1:] for row in found[0]) == sorted(row[1:] for row in found[1])
    assert len(found[0]) == 2


def test_a_field_that_others_widen_is_read_as_theirs(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    listed = add(
        "crm", of_parquet(tmp_path, "crm", {"id": ["1"], "n": pa.array([7], pa.int8())}), identity={"crm": "id"}
    )
    order = {"attribute_merge": "dataSetPrecedence", "order": [listed.id]}
    before = source([listed], **order)
    ready = Ready(engine, tmp_path)
    kept(before, engine, tmp_path)
    other = add("web", of_parquet(tmp_path, "web", {"id": ["1"], "n": [0.5], "new": ["x"]}), identity={"crm": "id"})
    after = source([listed, other], **order)
    after.policy = before.policy
    found = ready.of(after)
    assert found is not None, "what takes no part changes nothing"
    assert rows(found, engine) == rows(after, engine)
    assert dict(engine.columns(found.profiles([("n",), ("new",)], every=True)))["n"] == "DOUBLE"


def test_what_is_cancelled_or_fails_leaves_nothing(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    file = of_parquet(tmp_path, "crm", {"id": ["1", "2"], "x": [1, 2]})
    merged = source([add("crm", file, identity={"crm": "id"})])
    databases = engine.rows("SELECT count(*) FROM duckdb_databases()")
    watch = Watch(profile=True)
    target = tmp_path / "snapshots" / "one"

    def run(watch: Watch, *, cancelled: bool) -> None:
        with making(target) as aside:
            build = Build(engine, merged, watch, layers=2)
            if cancelled:  # when the profiles are there
                build._events = lambda *_: watch.cancel()  # type: ignore[method-assign,assignment,return-value]
            build.run(aside, "one", tmp_path, [])

    with pytest.raises(JobCancelledError):
        run(watch, cancelled=True)
    assert list(target.parent.iterdir()) == []
    file.unlink()
    with pytest.raises(DataError, match="crm"):
        run(Watch(profile=True), cancelled=False)
    assert list(target.parent.iterdir()) == []
    assert engine.rows("SELECT count(*) FROM duckdb_databases()") == databases


def test_more_layers_where_memory_is_less(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    merged = source([add("crm", of_parquet(tmp_path, "crm", {"id": ["1", "2"], "x": [1, 2]}), identity={"crm": "id"})])
    build = Build(engine, merged, Watch())
    assert build._layers() == 1
    large = replace(merged.records[0], measures=replace(merged.records[0].measures, rows=10_000_000))
    merged.records = (large,)
    assert build._layers() == 32  # of a limit of 1 GB
    assert in_bytes("953.6 MiB") == int(953.6 * 2**20)
    assert in_bytes("12 GB") == 12 * 10**9


def test_a_snapshot_is_one_native_database(
    engine: Engine, tmp_path: Path, add: Callable[..., Dataset], source: Callable[..., MergedSource]
) -> None:
    merged = source([add("crm", of_parquet(tmp_path, "crm", {"id": ["1"], "x": [1]}), identity={"crm": "id"})])
    made = kept(merged, engine, tmp_path)
    assert sorted(one.name for one in made.folder.iterdir()) == [DATA, "identities.parquet", "manifest.json", SIZES]
    assert engine.rows(exp.select("x").from_(table(made.database, PROFILES))) == [(1,)]
