"""What is kept on disk beside the data is damaged, left half-made or taken away: the numbers stay the same."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from workspace_frames import filled

import segkit as sk
from segkit.errors import DataError, EngineError
from segkit.evaluation import job
from segkit.jobs import liveness
from segkit.profiles.kept import making, sweep_all

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.evaluation.words import Evaluated
    from segkit.jobs import Control
    from segkit.workspace import Workspace

RULE = 'homeAddress.country = "US"'


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A workspace with snapshots, samples and a graph."""
    with sk.open(tmp_path / "ws") as ws:
        filled(ws)
        ws.segments.create("US", RULE)
        ws.merge_policies.create("Graph", identity_graph="pdg")
        ws.snapshot()
        ws.snapshot("Graph")
    return tmp_path / "ws"


def answers(ws: Workspace) -> list[int]:
    found = [int(ws.size(RULE, merge_policy=one)) for one in (None, "Graph")]
    return [*found, len(ws.jobs.create("*").wait(progress=False).members("US"))]


@pytest.mark.parametrize("pattern", ["snapshots/*/*/*", "graphs/*/*/*", "samples/*/*/*/*"])
@pytest.mark.filterwarnings("ignore:the snapshot")
def test_a_file_that_is_cut_short_costs_nothing_but_time(kept: Path, pattern: str) -> None:
    files = sorted(one for one in kept.glob(pattern) if one.suffix != ".json")
    assert files
    for one in files:  # under another name meanwhile: the file may be linked from somewhere else
        content = one.read_bytes()
        one.unlink()
        one.write_bytes(content[: len(content) * 3 // 4])
    with sk.open(kept) as ws:
        assert answers(ws) == [2, 2, 2]
        assert ws.estimate(RULE, fraction=0.02)
        assert ws.snapshot().fresh
        assert ws.snapshot("Graph").fresh
        assert answers(ws) == [2, 2, 2]
        assert "snapshot_" in ws.sql(RULE)


def test_a_job_publishes_though_its_snapshot_is_taken_away_meanwhile(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = job._identities
    with sk.open(kept) as ws, sk.open(kept) as other:

        def identities(found: Evaluated, control: Control, number: int) -> Path:
            listed = real(found, control, number)
            other.snapshot().remove()
            return listed

        monkeypatch.setattr(job, "_identities", identities)
        done = ws.jobs.create("*").wait(progress=False)
        assert done.record.details["snapshotIds"]
        assert done.members("US").to_pandas()["identities"].map(str).is_unique


def test_opening_sweeps_what_dead_processes_left(kept: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = [
        next(kept.glob(pattern)).parent / f".0.{dead.pid}.part"
        for pattern in ("snapshots/*/*", "graphs/*/*", "samples/*/*/*")
    ]
    for one in left:
        one.mkdir()
        (one / "data").touch()
    with sk.open(kept, read_only=True) as ws:
        ws.size(RULE)
        assert all(one.exists() for one in left)
    with sk.open(kept) as ws:
        ws.size(RULE)
        assert not any(one.exists() for one in left)


def test_what_others_are_making_is_left_alone(kept: Path) -> None:
    with making(kept / "graphs" / "one" / "two") as aside:
        other, mine = aside.parent / f".1.01234567.{os.getpid()}.part", aside.parent / f".2.{os.getpid()}.part"
        other.mkdir()  # of another machine, where the same number is another process
        mine.mkdir()  # of a process that had this number before
        sweep_all(kept)
        assert (aside.exists(), other.exists(), mine.exists()) == (True, True, False)
        os.utime(other, (0, 0))
        sweep_all(kept)
        assert not other.exists()
    assert (kept / "graphs" / "one" / "two").exists()


FULL = """
import resource, signal, sys
import segkit as sk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with sk.open(sys.argv[1]) as ws:
    ws.snapshot().remove()
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        ws.snapshot()
    except sk.SegkitError as error:
        print(error)
    assert ws.size(sys.argv[2]) == 2
    names = [name for name, in ws.engine.rows("SELECT database_name FROM duckdb_databases()")]
    assert not [one for one in names if one.startswith("snapshot_made")], names
"""


def test_a_full_disk_is_called_a_full_disk_and_nothing_is_left(kept: Path) -> None:
    pytest.importorskip("resource")
    ran = subprocess.run([sys.executable, "-c", FULL, str(kept), RULE], check=True, capture_output=True, text=True)
    assert "free space on the disk" in ran.stdout
    assert "is there and whole" not in ran.stdout
    assert not list(kept.rglob("*.part"))


def test_rotten_bits_are_told_with_their_remedy(kept: Path) -> None:
    file = next(kept.glob("snapshots/*/*/data.duckdb"))
    content = bytearray(file.read_bytes())
    middle = slice(len(content) // 2, len(content) * 3 // 4)  # where values are: the rest says where they are
    content[middle] = bytes(one ^ 0x5A for one in content[middle])
    file.unlink()
    file.write_bytes(content)
    with sk.open(kept) as ws:
        policy = next(one for one in ws.merge_policies.list() if one.id == file.parent.parent.name)
        with pytest.raises(EngineError, match=r"is damaged.*ws\.snapshot\(\)\.remove\(\)"):
            ws.size(RULE, merge_policy=policy)
        ws.snapshot(policy).remove()
        assert ws.size(RULE, merge_policy=policy) == 2


def test_a_beat_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "owner.beat").mkdir()
    with pytest.raises(OSError, match="owner"):
        liveness.beat(tmp_path, "owner", {})
    assert [one.name for one in tmp_path.iterdir()] == ["owner.beat"]


def test_a_folder_that_cannot_be_written_to_is_named_with_the_remedy(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sk.open(kept) as ws:
        made = ws.snapshot()

        def refused(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patched:
            patched.setattr("pathlib.Path.rename", refused)
            with pytest.raises(DataError, match=r"nothing can be kept in .*snapshots.* written to"):
                made.remove()
            with pytest.raises(DataError, match=r"nothing can be kept in .*snapshots.* written to"):
                ws.snapshot(events="*")
        with monkeypatch.context() as patched:
            patched.setattr(liveness, "beat", refused)
            with pytest.raises(DataError, match=r"no segment job can be kept in .*jobs.* written to"):
                ws.jobs.create("*")
        assert not list(kept.rglob("*.part"))
        assert made.fresh
        assert answers(ws) == [2, 2, 2]
