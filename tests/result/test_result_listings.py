"""Lists of objects: the same types whether full or empty, and objects when iterated over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import segkit as sk
from segkit.profiles import Dataset, MergePolicy
from segkit.workspace import Job, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

GROUPS = ["datasets", "segments", "merge_policies", "jobs"]


@pytest.mark.parametrize("group", GROUPS)
def test_an_empty_list_has_the_types_of_a_full_one(world: Workspace, group: str) -> None:
    full = getattr(world, group).list()
    if group == "datasets":
        with sk.open(None) as other:
            empty = other.datasets.list()
            assert len(empty) == 0
            assert empty.to_pandas().dtypes.equals(full.to_pandas().dtypes)
        return
    empty = getattr(world, group).list(start=1000)
    assert len(empty) == 0 < len(full)
    assert list(empty) == []
    assert empty.columns == full.columns
    assert empty.to_pandas().dtypes.equals(full.to_pandas().dtypes)
    assert empty.to_arrow().schema.equals(full.to_arrow().schema)
    assert empty.to_polars().schema == full.to_polars().schema


@pytest.mark.parametrize("group", GROUPS)
def test_all_forms_agree(world: Workspace, group: str, tmp_path: Path) -> None:
    listed = getattr(world, group).list()
    frame = listed.to_pandas()
    assert len(frame) == len(listed) == len(list(listed))
    assert list(frame.columns) == listed.columns == listed.to_arrow().column_names
    assert pd.read_parquet(listed.to_parquet(tmp_path / "l.parquet")).equals(frame)
    assert list(pd.read_csv(listed.to_csv(tmp_path / "l.csv"))["id"]) == list(frame["id"])
    assert [one.id for one in listed] == list(frame["id"])
    assert listed[0] == next(iter(listed)) or isinstance(listed[0], Job)
    with pytest.raises(sk.InvalidRequestError, match="has no SQL"):
        _ = listed.sql


@pytest.mark.parametrize(
    ("group", "kind"), [("datasets", Dataset), ("segments", Segment), ("merge_policies", MergePolicy), ("jobs", Job)]
)
def test_iterating_gives_the_objects(world: Workspace, group: str, kind: type) -> None:
    assert all(isinstance(one, kind) for one in getattr(world, group).list())


def test_numbers_and_moments_are_numbers_and_moments(world: Workspace) -> None:
    kinds = {name: str(kind) for name, kind in world.jobs.list().to_pandas().dtypes.items()}
    assert {name for name, kind in kinds.items() if kind == "datetime64[us]"} == {
        *("created", "started", "finished", "as_of"),
    }
    assert (kinds["segments"], kinds["total_profiles"], kinds["seconds"]) == ("int64", "int64", "float64")
    sizes = world.jobs.list()[0].sizes().to_pandas()
    assert {name: str(kind) for name, kind in sizes.dtypes.items()} == {
        "name": "str",
        "size": "int64",
        "share": "float64",
        "realized": "int64",
        "existing": "int64",
        "exited": "int64",
        "namespace.id": "int64",
        "segment_id": "str",
    }
    stages = world.jobs.list().stages()
    assert world.jobs.list(start=1000).stages().dtypes.equals(stages.dtypes)
    assert [str(stages[one].dtype) for one in ("rows", "bytes_read", "peak_memory")] == ["Int64"] * 3
    # what one asks for first is what a narrow frame shows
    assert list(stages.columns[:2]) == ["stage", "seconds"]
    assert stages.drop(columns="job_id").equals(world.jobs.list()[0].stages())


def test_pages_follow_each_other(world: Workspace) -> None:
    everything = world.jobs.list().to_aep()
    assert everything["_page"] == {"totalCount": 1, "pageSize": 1}
    assert everything["_links"] == {"next": {}}
    with pytest.raises(sk.InvalidRequestError, match="to_pandas"):
        world.datasets.list().to_aep()


@pytest.mark.parametrize("group", GROUPS)
def test_displays_of_lists_say_how_many(world: Workspace, group: str) -> None:
    listed: Any = getattr(world, group).list()
    count = "1 row" if len(listed) == 1 else f"{len(listed)} rows"
    assert count in repr(listed)
    assert count in listed._repr_html_()


def test_moments_are_shown_to_the_second(world: Workspace) -> None:
    shown = repr(world.merge_policies.list()) + world.segments.list()._repr_html_() + repr(world.jobs.list()[0])
    import re

    assert re.search(r"\d\d:\d\d:\d\d", shown)
    assert not re.search(r"\d\d:\d\d:\d\d\.\d", shown)
