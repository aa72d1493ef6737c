"""Stopping a job: from here, from another runner, from another process; and processes that die."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from jobs_bench import Gate, until

from segkit.errors import NotFoundError
from segkit.jobs import JobRequest, Status, liveness, membership

if TYPE_CHECKING:
    from pathlib import Path

    from jobs_bench import Bench

HOLDER = """
import sys, threading, time
from pathlib import Path
from segkit.catalog import Catalog
from segkit.engine import Engine
from segkit.jobs import JobRequest, Runner

holding = threading.Event()

def evaluate(job, control):
    with control.stage("hold"):
        holding.set()
        while True:
            time.sleep(0.005)
            control.checkpoint()

runner = Runner(Catalog(Path(sys.argv[1])), evaluate, engine=Engine(threads=1))
job = runner.create(JobRequest(("gold",)))
runner.create(JobRequest(("silver",)))
holding.wait()
print(job.id, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def process(bench: Bench) -> Any:
    """Another process with one job that runs and one that waits."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(bench.catalog.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as made:
        yield made
        made.kill()


def test_a_running_job_is_cancelled_at_its_next_checkpoint(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    answer = bench.runner.cancel(job.id)
    assert answer.status
    assert answer.message == f"Segment job with id '{job.id}' has been marked for cancelling"
    done = bench.runner.wait(job.id, timeout=30)
    assert done.status is Status.CANCELLED
    assert done.errors == ()
    assert not (bench.catalog.folder / "membership" / job.id).exists()
    assert list((bench.catalog.folder / "jobs").glob("*.scratch")) == []


def test_a_cancel_interrupts_the_statement_that_runs(bench: Bench, gate: Gate) -> None:
    def act(_: Any, control: Any) -> None:
        gate.reached.set()
        bench.engine.rows(
            "SELECT sum(sin(a.i) * cos(b.i)) FROM range(10000000) a(i), range(10000000) b(i)", watch=control.watch
        )

    bench.script.act = act
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    bench.runner.cancel(job.id)
    assert bench.runner.wait(job.id, timeout=30).status is Status.CANCELLED


def test_a_waiting_job_is_cancelled_while_another_runs(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    first, second = (bench.runner.create(JobRequest((name,))) for name in ("gold", "silver"))
    assert gate.reached.wait(10)
    bench.runner.cancel(second.id)
    assert bench.runner.wait(second.id, timeout=30).status is Status.CANCELLED
    assert bench.runner.get(first.id).status is Status.PROCESSING
    gate.opened.set()
    assert bench.runner.wait(first.id, timeout=30).status is Status.SUCCEEDED
    assert [one.id for one in bench.script.seen] == [first.id]


def test_another_runner_cancels_running_and_waiting_jobs(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    other = bench.another()
    first, second = (bench.runner.create(JobRequest((name,))) for name in ("gold", "silver"))
    assert gate.reached.wait(10)
    assert other.cancel(second.id).status
    assert other.wait(second.id, timeout=30).status is Status.CANCELLED
    assert other.cancel(first.id).status
    assert other.wait(first.id, timeout=30).status is Status.CANCELLED


def test_a_cancel_of_a_finished_job_changes_nothing_and_says_so(bench: Bench) -> None:
    job = bench.runner.wait(bench.runner.create(JobRequest(("gold",))).id, timeout=30)
    answer = bench.runner.cancel(job.id)
    assert not answer.status
    assert "is SUCCEEDED already" in answer.message
    assert bench.runner.get(job.id) == job
    with pytest.raises(NotFoundError, match="no segment job with the id `nope`"):
        bench.runner.cancel("nope")


def test_a_cancel_twice_is_one(bench: Bench, gate: Gate) -> None:
    bench.script.act = lambda *_: gate.reached.set() or (gate.opened.wait(20) and None)
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    assert bench.runner.cancel(job.id).status
    assert bench.runner.cancel(job.id).status
    assert bench.runner.get(job.id).status is Status.CANCELLING
    gate.opened.set()
    assert bench.runner.wait(job.id, timeout=30).status is Status.CANCELLED


def test_a_cancel_during_publishing_wins(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = membership.write

    def write(*given: Any, **named: Any) -> Any:
        counts = real(*given, **named)
        # as another process would: the mark is there, the wish has not been heard yet
        bench.catalog.jobs.move(given[2].id, ["PROCESSING"], "CANCELLING")
        return counts

    monkeypatch.setattr(membership, "write", write)
    job = bench.runner.wait(bench.runner.create(JobRequest(("gold",))).id, timeout=30)
    assert job.status is Status.CANCELLED
    assert not membership.folder_of(bench.catalog.folder, job.id).exists()


def test_closing_cancels_what_runs_and_what_waits(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    jobs = [bench.runner.create(JobRequest((name,))) for name in ("gold", "silver")]
    assert gate.reached.wait(10)
    bench.runner.close()
    assert [bench.runner.get(one.id).status for one in jobs] == [Status.CANCELLED, Status.CANCELLED]


def test_another_process_is_cancelled_from_here(bench: Bench, process: Any) -> None:
    job_id = process.stdout.readline().strip()
    until(lambda: bench.runner.progress(job_id).stage == "hold")
    assert bench.runner.cancel(job_id).status
    assert bench.runner.wait(job_id, timeout=30).status is Status.CANCELLED


def test_a_killed_process_leaves_failed_jobs_at_the_next_opening(bench: Bench, process: Any) -> None:
    job_id = process.stdout.readline().strip()
    scratch = bench.catalog.folder / "jobs" / f"{job_id}.scratch"
    assert scratch.is_dir()
    assert bench.another().get(job_id).status is Status.PROCESSING  # its process lives, so opening leaves it alone
    until(lambda: bench.runner.get(job_id).stages)
    process.kill()  # not reaped yet: the process is a zombie, and dead all the same
    until(lambda: bench.another().get(job_id).status is Status.FAILED)
    _, jobs = bench.runner.list()
    assert [one.status for one in jobs] == [Status.FAILED, Status.FAILED]
    assert ["ended while it was QUEUED" in one.errors[0].msg for one in jobs] == [True, False]
    assert jobs[1].stages[0].name == "hold"
    assert not scratch.exists()
    assert list((bench.catalog.folder / "jobs").glob("*.beat")) == []


def test_waiting_for_a_process_that_dies_ends(bench: Bench, process: Any) -> None:
    job_id = process.stdout.readline().strip()
    process.kill()
    job = bench.runner.wait(job_id, timeout=30)
    assert job.status is Status.FAILED
    assert "ended while it was PROCESSING" in job.errors[0].msg


def test_a_dead_process_that_was_cancelling_leaves_cancelled(bench: Bench, process: Any) -> None:
    job_id = process.stdout.readline().strip()
    process.kill()
    process.wait()
    assert bench.runner.cancel(job_id).status
    assert bench.runner.get(job_id).status is Status.CANCELLED


def test_a_process_that_exits_cancels_what_still_runs(bench: Bench, process: Any) -> None:
    job_id = process.stdout.readline().strip()
    process.communicate("\n", timeout=30)
    assert process.returncode == 0
    assert bench.runner.get(job_id).status is Status.CANCELLED


def test_a_process_number_given_out_again_is_another_process(tmp_path: Path) -> None:
    liveness.beat(tmp_path, "me", {"job": {}})
    assert liveness.has(tmp_path, "me", "job")
    assert not liveness.has(tmp_path, "me", "another job")
    file = tmp_path / "me.beat"
    file.write_text(file.read_text().replace('"started": "', '"started": "long ago '))
    assert not liveness.has(tmp_path, "me", "job")
    liveness.sweep(tmp_path)
    assert not file.exists()
