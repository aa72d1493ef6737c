"""`ws.snapshot`: the same answers, used while fresh, never half of one, whoever else is at it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from workspace_frames import filled, people

import segkit as sk
from segkit.errors import DataError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.workspace import Workspace

RULES = ('homeAddress.country = "US"', "loyalty.points > 5", "xEvent.count() = 2", "identityMap.isNotNull()")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of three customers, with a definition."""
    folder = tmp_path_factory.mktemp("made") / "ws"
    with sk.open(folder) as ws:
        filled(ws)
        ws.segments.create("Buyers", 'xEvent[eventType = "commerce.purchases"].count() > 1')
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of it with a snapshot."""
    shutil.copytree(made, tmp_path / "ws")
    with sk.open(tmp_path / "ws") as ws:
        ws.snapshot()
        yield ws


def answers(ws: Workspace) -> list[object]:
    """What a workspace says in all the ways there are, in a form that can be compared."""
    found: list[object] = [int(ws.size(one)) for one in RULES]
    found += [ws.size(RULES[0]).total, ws.preview(RULES[0]).to_pandas().to_csv()]
    found.append(ws.preview("loyalty.points > 0", ["homeAddress.country", "xEvent.count()"]).to_pandas().to_csv())
    found.append(ws.profiles().to_pandas().to_csv())
    for text in ('SELECT * FROM profiles ORDER BY "id"', "SELECT loyalty.points FROM profiles_nested ORDER BY ALL"):
        found.append(ws.query(text).to_pandas().to_csv())
    found.append(ws.query("SELECT profile_id, eventType FROM events ORDER BY ALL").to_pandas().to_csv())
    found.append(ws.query("SELECT count(*) AS n FROM crm").to_pandas().to_csv())
    one = ws.profile("id", "a")
    found += [one.to_dict(), one.identities, one.sources, one.profile_id]
    return found


def test_answers_are_the_same_with_and_without(kept: Workspace) -> None:
    with_it = answers(kept)
    snapshot = kept.snapshot()
    assert snapshot.fresh
    assert "snapshot_" in kept.sql(RULES[0])
    snapshot.remove()
    assert "snapshot_" not in kept.sql(RULES[0])
    assert answers(kept) == with_it
    assert not snapshot.fresh
    assert "it was removed" in repr(snapshot)


def test_a_job_reads_it_and_says_so(kept: Workspace) -> None:
    with_it = kept.jobs.create("*").wait(progress=False)
    snapshot = kept.snapshot()
    assert with_it.record.details["snapshotIds"] == [snapshot.id]
    snapshot.remove()
    without = kept.jobs.create("*").wait(progress=False)
    assert "snapshotIds" not in without.record.details
    assert with_it.record.metrics.by_namespace == without.record.metrics.by_namespace
    assert with_it.record.metrics.sizes == without.record.metrics.sizes
    members = [one.members("Buyers").to_pandas()[["profile_id", "identities"]] for one in (with_it, without)]
    pd.testing.assert_frame_equal(*members)


def test_it_is_given_again_while_it_is_fresh_and_has_what_is_asked(kept: Workspace) -> None:
    first = kept.snapshot()
    assert first.event_fields == ("_id", "timestamp", "eventType")
    assert kept.snapshot().made == first.made
    more = kept.snapshot(events=["xEvent.who"])
    assert more.event_fields == ("_id", "who", "timestamp", "eventType")
    assert more.fresh
    assert not first.fresh
    assert kept.snapshot().event_fields == more.event_fields
    assert "identityMap" in kept.snapshot(events="*").event_fields


def test_the_card_tells_what_it_is(kept: Workspace) -> None:
    shown = repr(kept.snapshot())
    assert shown.startswith("Snapshot of Default Timebased\n")
    for line in ("profiles  3", "events    2, with _id, timestamp, eventType", "fresh     yes", "of memory"):
        assert line in shown
    assert "<table" in kept.snapshot()._repr_html_()


@pytest.mark.parametrize("events", ["eventType", 5, [5], ["nothing"], {"eventType": 1}])
def test_fields_that_are_none_are_refused(kept: Workspace, events: object) -> None:
    with pytest.raises(InvalidRequestError, match=r"events is|no event has a field"):
        kept.snapshot(events=events)  # type: ignore[arg-type]


def test_changed_data_are_never_read_from_it(kept: Workspace) -> None:
    before = kept.preview(RULES[0])
    rows = people(("a", "US", 1, "2026-05-01"), ("d", "US", 9, "2026-05-01"))
    kept.datasets.add("more", rows, identity={"id": "id"}, timestamp="changed")
    assert "snapshot_" not in kept.sql(RULES[0])
    assert kept.size(RULES[0]) == 3
    assert len(before) == 2, "a result keeps the data that it was made over"
    again = kept.snapshot()
    assert (again.profiles, kept.size(RULES[0])) == (4, 3)
    assert [one.name for one in again.folder.parent.iterdir()] == [again.folder.name]
    kept.merge_policies.update("Default Timebased", name="renamed")
    assert not again.fresh, "another version of the policy"


def test_each_policy_has_its_own(kept: Workspace) -> None:
    with pytest.warns(UserWarning, match="no profile has experience events"):
        kept.merge_policies.create("crm only", attribute_merge="dataSetPrecedence", order=["crm"])
    own = kept.snapshot("crm only")
    assert (own.merge_policy, own.profiles, own.events) == ("crm only", 3, 0)
    assert kept.size("xEvent.count() = 0", merge_policy="crm only") == 3
    assert kept.snapshot().fresh
    assert own.fresh


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("manifest.json", None),
        ("manifest.json", b"{"),
        ("manifest.json", b'{"format": 99}'),
        ("manifest.json", b"[1]"),
        ("data.duckdb", None),
        ("data.duckdb", b"x" * 20_000),
        ("data.duckdb", b""),
    ],
)
def test_a_broken_one_is_told_once_and_left_aside(kept: Workspace, file: str, content: bytes | None) -> None:
    place = kept.snapshot().folder / file
    place.unlink()
    if content is not None:
        place.write_bytes(content)
    with sk.open(kept.folder) as other:
        with pytest.warns(UserWarning, match=r"cannot be read \(.*ws\.snapshot\(\)"):
            assert other.size(RULES[0]) == 2
        assert other.size(RULES[0]) == 2  # a second warning would be an error
        assert other.snapshot().fresh
        assert "snapshot_" in other.sql(RULES[0])


def test_the_remedy_for_a_broken_one_names_its_policy(kept: Workspace) -> None:
    kept.merge_policies.create("newest", attribute_merge="timestampOrdered")
    (kept.snapshot("newest").folder / "manifest.json").write_bytes(b"{")
    with sk.open(kept.folder) as other, pytest.warns(UserWarning, match=r'anew: ws\.snapshot\("newest"\)'):
        assert other.size(RULES[0], merge_policy="newest") == 2


def test_what_is_half_made_is_not_there_and_is_swept_away(kept: Workspace) -> None:
    folder = kept.snapshot().folder
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    half = folder.parent / f".0123.{dead.pid}.part"
    folder.rename(half)
    assert "snapshot_" not in kept.sql(RULES[0])
    kept.snapshot()
    assert not half.exists()


def test_two_workspaces_of_one_folder_in_one_process(kept: Workspace) -> None:
    with sk.open(kept.folder) as other, sk.open(kept.folder, read_only=True) as reader:
        first = kept.sql(RULES[0])
        assert other.sql(RULES[0]) == reader.sql(RULES[0]) == first
        other.snapshot(events="*")
        assert all(one.size(RULES[2]) == 1 for one in (kept, other, reader))
        with pytest.raises(InvalidRequestError, match="read_only"):
            reader.snapshot()
        other.snapshot().remove()
        assert all(one.size(RULES[2]) == 1 for one in (kept, other, reader))


def test_a_result_made_before_is_read_after_its_snapshot_is_gone(kept: Workspace) -> None:
    before, profiles = kept.preview(RULES[0]), kept.profiles()
    query = kept.query("SELECT count(*) AS n FROM profiles")
    kept.snapshot().remove()
    assert (len(before), len(profiles)) == (2, 3)
    assert query.to_pandas()["n"].tolist() == [3]


def test_changed_files_end_in_the_error_that_they_always_had(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "crm.parquet"
    people().to_parquet(file)
    ws.datasets.add("crm", str(file), identity={"id": "id"}, timestamp="changed")
    ws.snapshot()
    people(("a", "US", 1, "2026-05-01")).to_parquet(file)
    with pytest.raises(DataError, match="refresh"):
        ws.size(RULES[0])
    ws.datasets.refresh("crm")
    assert ws.size(RULES[0]) == 1


SCRIPT = """
import sys, segkit as sk
with sk.open(sys.argv[1]) as ws:
    for number in range(3):
        made = ws.snapshot(events=[["eventType"], "*"][number % 2])
        assert ws.size('homeAddress.country = "US"') == 2
        if number < 2 and sys.argv[2] == "0":
            made.remove()
"""


@pytest.mark.slow
def test_two_processes_at_once_both_end_well(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "ws")
    both = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path / "ws"), str(number)])
        for number in range(2)
    ]
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    with sk.open(tmp_path / "ws") as ws:
        snapshot = ws.snapshot()
        assert snapshot.fresh
        assert [one.name for one in snapshot.folder.parent.iterdir()] == [snapshot.folder.name]
