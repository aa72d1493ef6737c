"""Several threads on one workspace, and several processes on one folder."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest
from workspace_frames import begun, people

import segkit as sk

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

US = 'homeAddress.country = "US"'


def test_threads_share_one_workspace(small: Workspace) -> None:
    small.segments.create("US", US)

    def work(number: int) -> tuple[int, int, int, int, str]:
        one = small.segments.create(f"mine {number}", f"loyalty.points > {number}")
        job = small.jobs.create(["US", one]).wait(progress=False)
        shown = small.preview(US, limit=None)
        asked = small.query(f"from profiles select count(*) + {number} as n")
        return small.size(US), len(shown), len(job.members("US")), next(iter(asked))["n"] - 3, job.status

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(4)))
    assert found == [(2, 2, 2, number, "SUCCEEDED") for number in range(4)]
    assert len(small.jobs) == 4
    assert len(small.segments) == 5


def test_one_name_is_given_once_however_many_ask(small: Workspace) -> None:
    def create(number: int) -> str:
        try:
            return small.segments.create("same", f"loyalty.points > {number}").id
        except sk.ConflictError:
            return "taken"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(create, range(4)))
    assert found.count("taken") == 3
    assert len(small.segments) == 1


OTHER = """
import sys
import segkit as sk

with sk.open(sys.argv[1]) as ws:
    for number in range(2):
        ws.segments.create(f"{sys.argv[2]} {number}", f"loyalty.points > {number}")
        job = ws.jobs.create(f"{sys.argv[2]} {number}").wait(progress=False)
        assert job.status == "SUCCEEDED", job
        print(job.id)
"""


def test_two_processes_share_one_folder(tmp_path: Path) -> None:
    with sk.open(tmp_path) as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("US", US)
        others = [
            subprocess.Popen(
                [sys.executable, "-c", OTHER, str(tmp_path), name],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in ("left", "right")
        ]
        mine = [ws.jobs.create("US").wait(progress=False).id for _ in range(2)]
        answers = [one.communicate(timeout=100) for one in others]
        assert [one.returncode for one in others] == [0, 0], answers
        theirs = [line for out, _ in answers for line in out.split()]
        assert {one.id for one in ws.jobs.list(status="SUCCEEDED")} == {*mine, *theirs}
        assert len(ws.segments) == 5
        job = ws.jobs.get(theirs[0])
        assert len(job.members("left 0")) == 2


KILLED = """
import os, sys
import segkit as sk

ws = sk.open(sys.argv[1])
ws.jobs.create("US")
print(ws.jobs.list()[0].id, flush=True)
os._exit(9)
"""


def test_a_process_that_dies_leaves_no_job_running(tmp_path: Path) -> None:
    with sk.open(tmp_path) as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("US", US)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    with sk.open(tmp_path) as ws:
        job = ws.jobs.get(done.stdout.strip())
        assert job.status in {"FAILED", "SUCCEEDED"}
        if job.status == "FAILED":
            assert "create the job again" in job.errors[0].msg
        assert ws.jobs.create("US").wait(progress=False).status == "SUCCEEDED"


LONG = """
import sys
import segkit as sk

with sk.open(sys.argv[1]) as ws:
    job = ws.jobs.create("slow")
    print(job.id, flush=True)
    print(job.wait(progress=False).status)
"""


def test_a_job_of_another_process_is_seen_and_cancelled(slow: Workspace) -> None:
    with slow as ws:
        command = [sys.executable, "-c", LONG, str(ws.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            job = ws.jobs.get(other.stdout.readline().strip())
            begun(job)
            assert [one.id for one in ws.jobs.list(status="PROCESSING")] == [job.id]
            assert "evaluate segments" in repr(job)
            assert job.cancel().status
            assert job.wait(60, progress=False).status == "CANCELLED"
            assert other.stdout.readline() == "CANCELLED\n"
            assert other.wait(60) == 0


def test_what_another_one_changes_is_seen_at_once(small: Workspace) -> None:
    """The catalog is read again only when somebody wrote; that must never show yesterday's data."""
    assert small.size(US) == 2
    with sk.open(small.folder) as other:
        more = people(("d", "US", 1, "2026-01-04"), ("e", "US", 1, "2026-01-05"))
        other.datasets.add("more", more, identity={"id": "id"}, timestamp="changed")
        assert small.size(US) == 4
        listed = ["crm", "orders"]
        crm_alone = other.merge_policies.create("crm alone", attribute_merge="dataSetPrecedence", order=listed)
        assert small.size(US, merge_policy="crm alone") == 2
        other.merge_policies.update(crm_alone, order=["more", "crm", "orders"], default=True)
        assert small.size(US, merge_policy="crm alone") == 4
        assert small.scope().policy.name == "crm alone"
        small.datasets.refresh("more")
    with small.catalog_store.transaction():
        small.datasets.add("yet more", people(("f", "US", 1, "2026-01-06")), identity={"id": "id"}, timestamp="changed")
        small.merge_policies.update("crm alone", order=["yet more", "more", "crm", "orders"])
        assert small.size(US) == 5
    assert small.size(US) == 5


def test_a_definition_is_not_referred_to_while_it_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sk.open(tmp_path) as ws, sk.open(tmp_path) as other, ThreadPoolExecutor(1) as pool:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("US", US)
        came = []
        look = type(ws.segments)._refuse_if_used

        def between(*given: Any, **by: Any) -> None:
            look(*given, **by)
            came.append(pool.submit(other.segments.create, "user", 'inSegment("US")'))
            # it gets the time it would need, and has to wait for the end of the deletion
            wait(came, timeout=0.3)

        monkeypatch.setattr(type(ws.segments), "_refuse_if_used", between)
        ws.segments.delete("US")
        with pytest.raises(sk.SegkitError, match="US"):
            came[0].result()
        assert len(ws.segments) == 0


def test_two_changes_of_a_policy_are_both_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sk.open(tmp_path) as ws, sk.open(tmp_path) as other, ThreadPoolExecutor(1) as pool:
        crm = ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.merge_policies.create("mine", attribute_merge="dataSetPrecedence", order=["crm"])
        came = []

        def between(_: object) -> tuple[str, ...]:
            came.append(pool.submit(other.merge_policies.update, "mine", attribute_merge="timestampOrdered"))
            # it gets the time it would need, and has to wait for the end of this change
            wait(came, timeout=0.3)
            return (crm.id,)

        monkeypatch.setattr(ws.merge_policies, "_ids", between)
        ws.merge_policies.update("mine", order=["crm"])
        assert came[0].result().version == 3
        assert other.merge_policies.get("mine").attribute_merge == "timestampOrdered"
