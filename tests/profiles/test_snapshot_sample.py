"""Samples: the rows of some profiles, as they are, give these profiles the values that all rows give them."""

from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest
from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import Dataset, MergedSource, MergePolicy, forget, read, refresh, union_schema
from segkit.profiles import expressions as sql
from segkit.profiles.buckets import SALT
from segkit.profiles.datasets.dataset import Measures, Source
from segkit.profiles.snapshots import sampling
from segkit.profiles.snapshots.sample import Samples, below, partners, sampled
from segkit.sql import compile_total

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.engine import Engine

PROFILES = 1500


def bucket_of(key: str) -> int:
    profile_id = hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
    hashed = hashlib.md5((SALT + profile_id).encode(), usedforsecurity=False).hexdigest()
    return int(hashed[:6], 16) % 1000


def records(seed: int, columns: tuple[str, ...], rows: int = PROFILES) -> pd.DataFrame:
    """Records with repeated identities, blanks around some, equal clocks, and none for some."""
    dice = random.Random(seed)  # noqa: S311 - the same in each run
    ids = [
        f" c{dice.randrange(PROFILES)}" if dice.random() < 0.1 else f"c{dice.randrange(PROFILES)}" for _ in range(rows)
    ]
    made: dict[str, Any] = {
        "crm": [None if dice.random() < 0.02 else one for one in ids],
        "at": pd.to_datetime([dice.choice([0, 10**9, None, 10**9 + dice.randrange(5)]) for _ in ids], unit="s"),
    }
    for one in columns:
        made[one] = [dice.choice([None, "x", "y", dice.randrange(100)]) for _ in ids]
        made[one] = [None if each is None else str(each) for each in made[one]]
    return pd.DataFrame(made)


def events(seed: int, ids: int, rows: int = 2000) -> pd.DataFrame:
    """Events of which some have an `_id` that another has, in the same frame and in others."""
    dice = random.Random(seed)  # noqa: S311 - the same in each run
    return pd.DataFrame(
        {
            "_id": [None if dice.random() < 0.1 else f"e{dice.randrange(ids)}" for _ in range(rows)],
            "who": [f"c{dice.randrange(PROFILES + 200)}" for _ in range(rows)],
            "timestamp": pd.to_datetime([10**9 + dice.randrange(50) for _ in range(rows)], unit="s"),
            "number": range(rows),
        }
    )


def written(frame: pd.DataFrame, file: Path) -> Path:
    duckdb.from_df(frame).write_parquet(str(file))
    return file


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Path, list[Dataset]]:
    """Five datasets in files of two shapes, with all that makes rows depend on one another."""
    folder = tmp_path_factory.mktemp("lake")
    known: list[Dataset] = []

    def put(name: str, files: list[pd.DataFrame], **options: Any) -> None:
        paths = [written(one, folder / f"{name} '{number}'.parquet") for number, one in enumerate(files)]
        known.append(read(name, paths, engine=engine, folder=folder, others=tuple(known), added_at=0, **options))

    shapes: list[tuple[str, ...]] = [("a", "b"), ("a",), ("a", "b"), ("a", "b")]
    put("replaced", [records(n, one, 500) for n, one in enumerate(shapes)], identity={"id": "crm"}, timestamp="at")
    put("upserted", [records(9, ("b", "c"))], identity={"id": "crm"}, timestamp="at", upsert=True)
    put("clean", [events(1, 10**9)], kind="event", identity={"id": "who"})
    put("repeated", [events(2, 1500), events(3, 1500)], kind="event", identity={"id": "who"})
    put("shared", [events(4, 2500)], kind="event", identity={"id": "who"})
    return folder, known


def over(datasets: list[Dataset], engine: Engine, **policy: Any) -> MergedSource:
    return MergedSource(MergePolicy.create("p", **policy), datasets, union_schema(datasets, engine))


def contents(source: MergedSource, engine: Engine) -> tuple[dict[str, Any], list[str], list[str]]:
    """All profiles, events and identities."""
    rows = engine.rows(source.profiles(list(source.union.profile), every=True, mask=True))
    profiles = {key: values for key, *values in rows}
    assert len(profiles) == len(rows)
    found = engine.rows(source.events(list(source.union.event)))
    return profiles, sorted(map(repr, found)), sorted(map(repr, engine.rows(source.identities())))


@pytest.mark.parametrize("order", [(), ("upserted", "replaced", "repeated"), ("clean", "shared", "upserted")])
def test_a_sample_gives_what_all_rows_give_its_profiles(
    lake: tuple[Path, list[Dataset]], engine: Engine, order: tuple[str, ...]
) -> None:
    folder, datasets = lake
    named = {one.name: one.id for one in datasets}
    policy = {"attribute_merge": "dataSetPrecedence", "order": [named[one] for one in order]} if order else {}
    source = over(datasets, engine, **policy)
    samples = Samples(engine, folder)
    samples.make(source)
    sample = samples.find(source)
    assert sample is not None
    for buckets in (1, 10, 20):
        expected = contents(below(source, buckets, stored=False), engine)
        assert contents(below(sample, buckets, stored=True), engine) == expected
    assert expected[0]
    whole = contents(source, engine)
    assert {key: one for key, one in whole[0].items() if bucket_of(f"id:{key}") < 20} == expected[0]
    assert len(whole[0]) > 20 * len(expected[0])
    assert set(expected[1]) < set(whole[1])


def test_a_sample_is_made_once_for_all_policies_that_join_no_identities(
    lake: tuple[Path, list[Dataset]], engine: Engine, tmp_path: Path
) -> None:
    _, datasets = lake
    samples = Samples(engine, tmp_path)
    one = over(datasets, engine, attribute_merge="dataSetPrecedence", order=[datasets[0].id, datasets[3].id])
    assert samples.make(one) == 2
    assert samples.find(over(datasets, engine)) is None
    assert samples.make(over(datasets, engine)) == 3
    assert samples.make(over(datasets, engine)) == 0
    assert samples.find(one) is not None


def test_the_rows_of_a_sample_are_few(lake: tuple[Path, list[Dataset]], engine: Engine, tmp_path: Path) -> None:
    _, datasets = lake
    samples = Samples(engine, tmp_path)
    source = over(datasets, engine)
    samples.make(source)
    sample = samples.find(source)
    assert sample is not None
    for one in sample.datasets:
        rows = sum(len(rows_of(engine, part.files)) for part in one.parts)
        assert 0 < rows < 0.1 * one.rows  # 2 %, and what shares an `_id`


def test_events_that_share_an_id_are_found_through_others() -> None:
    def dataset(name: str, *shared: str) -> Dataset:
        measures = Measures(1, 0, unique=False, primaries=(), namespaces=(), shared=shared)
        return Dataset(name, name, "event", Source("copy"), (), (), measures)

    all_ = [dataset("a"), dataset("b", "a"), dataset("c", "b"), dataset("d")]
    assert [one.id for one in partners(all_[0], all_)] == ["b", "c"]
    assert partners(all_[3], all_) == []


@pytest.fixture
def changing(engine: Engine, tmp_path: Path) -> tuple[Path, Dataset]:
    """A dataset of four files, two of them of another shape."""
    frames = [records(n, ("a",) if n == 1 else ("a", "b"), 1000) for n in range(4)]
    for number, one in enumerate(frames):
        written(one, tmp_path / f"{number}.parquet")
    files = str(tmp_path / "*.parquet")
    made = read("r", files, engine=engine, folder=tmp_path, identity={"id": "crm"}, timestamp="at", added_at=0)
    return tmp_path, made


@pytest.mark.parametrize("change", ["changed", "added", "removed", "all"])
def test_a_sample_of_changed_files_takes_over_the_others(
    changing: tuple[Path, Dataset], engine: Engine, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, before = changing
    samples = Samples(engine, folder)
    samples.make(over([before], engine))
    match change:
        case "changed":
            written(records(17, ("a", "b"), 1100), folder / "2.parquet")
        case "added":
            written(records(18, ("a", "b"), 900), folder / "15.parquet")
        case "removed":
            (folder / "0.parquet").unlink()
        case _:
            for number in range(4):
                written(records(20 + number, ("a", "b"), 500), folder / f"{number}.parquet")
    after = refresh(before, engine=engine, folder=folder)
    read_again: list[str] = []
    scan = sampling._Run._read

    def watched(self: Any, columns: Any, part: Any, ids: Any) -> Any:
        read_again.extend(part.files)
        return scan(self, columns, part, ids)

    monkeypatch.setattr(sampling._Run, "_read", watched)
    source = over([after], engine)
    samples.make(source)
    names = sorted(one.rpartition("/")[2] for one in read_again)
    assert (
        names
        == {
            "changed": ["2.parquet"],
            "added": ["15.parquet"],
            "removed": [],
            "all": [f"{number}.parquet" for number in range(4)],
        }[change]
    )
    sample = samples.find(source)
    assert sample is not None
    expected = contents(below(source, 20, stored=False), engine)
    assert contents(below(sample, 20, stored=True), engine) == expected
    assert len(list((folder / "samples" / "none" / after.id).iterdir())) == 1, "the older one is removed"
    fresh = Samples(engine, folder / "elsewhere")
    fresh.make(source)
    again = fresh.find(source)
    assert again is not None
    for one, other in zip(sample.datasets[0].parts, again.datasets[0].parts, strict=True):
        assert rows_of(engine, one.files) == rows_of(engine, other.files), "the same rows in the same order"


def rows_of(engine: Engine, files: tuple[str, ...]) -> list[Any]:
    return [row for one in files for row in engine.rows(exp.select("*").from_(sql.parquet([one])))]


def test_a_half_written_or_damaged_sample_is_not_read(changing: tuple[Path, Dataset], engine: Engine) -> None:
    folder, dataset = changing
    samples, source = Samples(engine, folder), over([dataset], engine)
    samples.make(source)
    manifest = next((folder / "samples").rglob("manifest.json"))
    whole = manifest.read_text()
    for spoilt in ("", "{", '{"format": 0}', whole.replace('"format": 1', '"format": 2')):
        manifest.write_text(spoilt)
        assert samples.find(source) is None
    manifest.write_text(whole)
    assert samples.find(source) is not None
    next(manifest.parent.glob("*.parquet")).unlink()
    assert samples.find(source) is None
    assert samples.make(source) == 1
    assert samples.find(source) is not None


def test_columns_that_hide_the_place_of_a_row_have_no_sample(engine: Engine, tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [f"c{n}" for n in range(50)], "file_row_number": range(50)})
    dataset = read("odd", frame, engine=engine, folder=tmp_path, identity={"id": "id"}, added_at=0)
    source = over([dataset], engine)
    samples = Samples(engine, tmp_path)
    assert samples.make(source) == 0
    assert samples.find(source) is None
    assert engine.value(compile_total(below(source, 500, stored=False))) == sum(
        bucket_of(f"id:c{n}") < 500 for n in range(50)
    )


def test_all_types_survive_a_sample(engine: Engine, tmp_path: Path) -> None:
    rows = duckdb.sql(
        """
        SELECT 'c' || i AS id, i::UBIGINT + 9223372036854775807 AS big, (i / 7)::DECIMAL(38, 10) AS exact,
            {'a': {'b': [i, NULL]}, 'c': i::FLOAT} AS "object", MAP {'k' || i: {'v': i}} AS entries,
            TIMESTAMPTZ '2026-01-01 00:00:00+02' AS moment, DATE '1960-01-01' + i::INT AS day, uuid() AS other,
            'ü"''' || i AS "na'me"
        FROM range(3000) t(i)
        """
    )
    rows.write_parquet(str(tmp_path / "all.parquet"))
    dataset = read(
        "all", str(tmp_path / "all.parquet"), engine=engine, folder=tmp_path, identity={"id": "id"}, added_at=0
    )
    source = over([dataset], engine)
    samples = Samples(engine, tmp_path)
    assert samples.make(source) == 1
    sample = samples.find(source)
    assert sample is not None
    assert contents(below(sample, 20, stored=True), engine) == contents(below(source, 20, stored=False), engine)
    leaves = list(source.union.profile)
    assert engine.columns(source.profiles(leaves, every=True)) == engine.columns(sample.profiles(leaves, every=True))


def test_a_sampled_dataset_reads_files_of_the_sample_alone(changing: tuple[Path, Dataset]) -> None:
    _, dataset = changing
    assert [part.files for part in sampled(dataset, []).parts] == [(), ()]
    assert sampled(dataset, []).files == dataset.files


def test_a_removed_dataset_takes_its_sample_along(changing: tuple[Path, Dataset], engine: Engine) -> None:
    folder, dataset = changing
    Samples(engine, folder).make(over([dataset], engine))
    assert list((folder / "samples").rglob("*.parquet"))
    forget(dataset, folder)
    assert not list((folder / "samples").rglob("*.parquet"))


def test_files_that_change_while_they_are_sampled_give_no_sample(
    changing: tuple[Path, Dataset], engine: Engine
) -> None:
    folder, dataset = changing
    written(records(17, ("a", "b"), 1100), folder / "2.parquet")
    samples, source = Samples(engine, folder), over([dataset], engine)
    with pytest.raises(DataError, match="has changed"):
        samples.make(source)
    assert samples.find(source) is None
