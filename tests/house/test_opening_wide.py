"""What a question costs where a schema is wide, and where there are hundreds of datasets: counted, not timed."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest

import segkit as sk
from segkit.catalog import datasets as catalog_datasets
from segkit.engine import Engine
from segkit.evaluation import sources
from segkit.profiles import Dataset, MergedSource, MergePolicy, union_schema
from segkit.sql import compile_total

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.workspace import Workspace

RULE = "f0 = 1 and f1 > 0 and f2 != 2"


def calls(work: Callable[[], Any]) -> int:
    """How many Python functions a piece of work calls."""
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def wide(folder: Path, leaves: int) -> Workspace:
    """Two datasets that have all the leaves."""
    folder.mkdir()
    columns = {f"f{number}": [number % 3, 1] for number in range(leaves)}
    for name in "ab":
        frame = pd.DataFrame({"id": ["x", name], "changed": pd.Timestamp("2026-01-01"), **columns})
        duckdb.from_df(frame).to_parquet(str(folder / f"{name}.parquet"))
    ws = sk.open(folder / "ws")
    for name in "ab":
        ws.datasets.add(name, folder / f"{name}.parquet", identity={"id": "id"}, timestamp="changed")
    return ws


@pytest.fixture
def narrow(tmp_path: Path) -> Workspace:
    return wide(tmp_path / "narrow", 3)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many documents of datasets were read and how many union schemas made."""
    made = {"documents": 0, "unions": 0}
    record, union = catalog_datasets._record, union_schema

    def counting_record(row: Any) -> Any:
        made["documents"] += 1
        return record(row)

    def counting_union(*given: Any) -> Any:
        made["unions"] += 1
        return union(*given)

    monkeypatch.setattr(catalog_datasets, "_record", counting_record)
    monkeypatch.setattr(sources, "union_schema", counting_union)
    return made


def test_a_question_about_three_of_many_leaves_takes_the_steps_of_one_about_three(
    tmp_path: Path, narrow: Workspace
) -> None:
    taken = []
    with narrow, wide(tmp_path / "wide", 400) as many:
        for ws in (narrow, many):
            assert ws.size(RULE, as_of="2026-11-01") == 2
            taken.append(calls(lambda ws=ws: ws.size(RULE, as_of="2026-11-01")))
    assert taken[1] <= 1.02 * taken[0]


def test_a_write_that_changes_no_dataset_has_none_read_again(narrow: Workspace, counted: dict[str, int]) -> None:
    with narrow, sk.open(narrow.folder) as other:
        narrow.size(RULE)
        records = narrow.datasets.records()
        other.segments.create("Some", RULE)
        other.merge_policies.create("newest")
        before = dict(counted)
        narrow.size(RULE)
        narrow.size(RULE, merge_policy="newest")
        assert narrow.datasets.records() is records
        assert counted == before
        kept = narrow._scopes.sources
        part = records[:1]
        assert [kept.union(one) for one in (part, records) * 2] == [kept.union(part), kept.union(records)] * 2
        assert counted["unions"] == before["unions"] + 1


def test_a_dataset_that_is_refreshed_elsewhere_is_the_only_one_read_again(narrow: Workspace, tmp_path: Path) -> None:
    with narrow, sk.open(narrow.folder) as other:
        first, second = narrow.datasets.records()
        other.datasets.refresh("a")
        changed = narrow.datasets.records()
        assert changed[0] is not first
        assert changed[1] is second
        # many times within the same millisecond of the catalog's clock
        for value in range(5):
            frame = pd.DataFrame({"id": ["x"] * (value + 1), "changed": pd.Timestamp("2026-02-01"), "f0": value})
            duckdb.from_df(frame).to_parquet(str(tmp_path / "narrow" / "b.parquet"))
            other.datasets.refresh("b")
            assert narrow.datasets.records()[1].rows == value + 1
            assert narrow.profile("id", "x")["f0"] == value
        other.datasets.remove("a")
        assert [one.name for one in narrow.datasets.records()] == ["b"]


def test_what_is_rolled_back_is_not_remembered(narrow: Workspace, tmp_path: Path) -> None:
    def change_and_fail() -> None:
        with narrow.catalog_store.transaction():
            frame = pd.DataFrame({"id": ["x"], "changed": pd.Timestamp("2026-01-01"), "f0": 7})
            duckdb.from_df(frame).to_parquet(str(tmp_path / "narrow" / "b.parquet"))
            narrow.datasets.refresh("b")
            assert narrow.datasets.records()[1].rows == 1
            raise KeyError

    with narrow:
        with pytest.raises(KeyError):
            change_and_fail()
        assert narrow.datasets.records()[1].rows == 2
        with pytest.raises(sk.DataError, match="has changed since it was read"):
            narrow.size(RULE)
        narrow.datasets.refresh("b")
        assert narrow.datasets.records()[1].rows == 1


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    with wide(tmp_path_factory.mktemp("copies") / "one", 3) as ws:
        return ws.datasets.records()[0]


def merged(dataset: Dataset, count: int, engine: Engine) -> MergedSource:
    """So many datasets with the same rows; each has a clock of its own."""
    measures = replace(dataset.measures, clock_high=(dataset.measures.clock_high or 0) + 1)
    copies = tuple(replace(dataset, id=f"id {k}", name=f"copy {k}", measures=measures) for k in range(count))
    return MergedSource(MergePolicy.create("newest"), copies, union_schema(copies, engine))


def test_steps_grow_with_the_number_of_datasets_and_no_faster(one: Dataset) -> None:
    with Engine(threads=1) as engine:
        few, many = (merged(one, count, engine) for count in (20, 40))
        taken = [calls(lambda source=source: source.profiles([("f0",), ("f1",)], every=True)) for source in (few, many)]
        unions = [calls(lambda source=source: union_schema(source.datasets, engine)) for source in (few, many)]
    assert taken[1] <= 2.1 * taken[0]
    assert unions[1] <= 2.1 * unions[0]


def test_hundreds_of_datasets_can_be_asked(one: Dataset) -> None:
    with Engine(threads=1) as engine:
        # refused, if the statement grew deeper with each
        assert engine.value(compile_total(merged(one, 300, engine))) == 2
