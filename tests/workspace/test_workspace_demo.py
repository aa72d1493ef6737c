"""The demo shop through the public face, held against SQL written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from demo_expected import expected_members, expected_sizes

import segkit as sk
from segkit.demo import AS_OF, DATASETS, SEGMENTS, generate
from segkit.workspace import open_demo

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Job, Workspace

Identity = tuple[str, str]


@pytest.fixture(scope="module")
def members() -> dict[str, set[Identity]]:
    return expected_members()


@pytest.fixture(scope="module")
def identity_of(shop: Workspace) -> dict[str, Identity]:
    """Public id → the primary identity it stands for, by way of each dataset's own rows."""
    found: dict[str, Identity] = {}
    primary = """
        SELECT DISTINCT profile_id, one.ns, one.id FROM (
            SELECT profile_id, unnest(list_filter(flatten(list_transform(map_entries("identityMap"), lambda e:
                list_transform(e.value, lambda v: {'ns': e.key, 'id': v.id, 'first': v.primary}))),
                lambda v: v.first)) AS one
            FROM profiles)"""
    for profile_id, namespace, identity in shop.query(primary).to_pandas().itertuples(index=False):
        found[profile_id] = (namespace, identity)
    return found


def test_all_sizes_are_those_of_sql_written_by_hand(shop: Workspace) -> None:
    assert {one.name: shop.size(one.pql, as_of=AS_OF) for one in SEGMENTS} == expected_sizes()


def test_a_job_gives_the_same_sizes(finished: Job) -> None:
    assert finished.status == "SUCCEEDED", finished.errors
    assert {row["name"]: row["size"] for row in finished.sizes()} == expected_sizes()


def test_members_are_those_of_sql_written_by_hand(
    finished: Job, identity_of: dict[str, Identity], members: dict[str, set[Identity]]
) -> None:
    for one in SEGMENTS:
        frame = finished.members(one.name).to_pandas()
        assert {identity_of[profile] for profile in frame["profile_id"]} == members[one.name], one.name
        assert len(frame) == len(members[one.name])
        assert set(frame["status"]) == {"realized"}


def test_previews_show_the_same_profiles(shop: Workspace, finished: Job) -> None:
    for one in (SEGMENTS[0], SEGMENTS[8]):
        shown = shop.preview(one.pql, limit=None, as_of=AS_OF).to_pandas()
        assert list(shown["profile_id"]) == list(finished.members(one.name).to_pandas()["profile_id"])


def test_members_carry_the_identities_of_their_profile(shop: Workspace, finished: Job) -> None:
    row = next(iter(finished.members("Under 30")))
    namespace, ids = next(iter(row["identities"].items()))
    profile = shop.profile(namespace, ids[0])
    assert profile.profile_id == row["profile_id"]
    assert profile.identities == row["identities"]
    assert row["last_qualification_time"] == AS_OF.replace(tzinfo=None)


def test_there_are_as_many_profiles_as_by_hand(shop: Workspace, members: dict[str, set[Identity]]) -> None:
    assert len(shop.profiles()) == shop.size("1 = 1").total == len(members[""])


def test_the_demo_is_opened_again_at_another_size_and_after_its_files_changed(tmp_path: Path) -> None:
    with open_demo(tmp_path / "ws", profiles=30) as ws:
        first = ws.size("1 = 1")
        ids = [one.id for one in ws.datasets.list()]
    generate(tmp_path / "ws" / "sample", profiles=40)
    with open_demo(tmp_path / "ws") as ws:
        second = ws.size("1 = 1")
        assert [one.id for one in ws.datasets.list()] == ids
        elsewhere = tmp_path / "elsewhere.parquet"
        elsewhere.write_bytes((tmp_path / "ws" / "sample" / "crm.parquet").read_bytes())
        ws.datasets.remove("crm")
        ws.datasets.add("crm", elsewhere)
    with open_demo(tmp_path / "ws", profiles=20) as ws:
        assert ws.size("1 = 1") < first < second
        assert {one.name for one in ws.datasets.list()} == {one.name for one in DATASETS}
        assert len(ws.segments) == len(SEGMENTS)


def test_the_demo_never_takes_the_place_of_data_of_ones_own(tmp_path: Path) -> None:
    generate(tmp_path / "files", profiles=20)
    with sk.open(tmp_path / "ws") as ws:
        mine = ws.datasets.add("crm", tmp_path / "files" / "crm.parquet")
    for profiles in (None, 20):
        with pytest.raises(sk.ConflictError, match=r"`crm`.*another folder"):
            open_demo(tmp_path / "ws", profiles=profiles)
    with sk.open(tmp_path / "ws") as ws:
        assert [one.id for one in ws.datasets.list()] == [mine.id]
        assert len(ws.segments) == 0


def test_a_demo_that_was_interrupted_is_taken_up_again(tmp_path: Path) -> None:
    generate(tmp_path / "ws" / "sample", profiles=20)
    with sk.open(tmp_path / "ws") as ws:
        ws.datasets.add("crm", tmp_path / "ws" / "sample" / "crm.parquet")
    with open_demo(tmp_path / "ws", profiles=20) as ws:
        assert {one.name for one in ws.datasets.list()} == {one.name for one in DATASETS}
        assert len(ws.segments) == len(SEGMENTS)
