"""`Runner`: takes segment jobs, runs them in worker threads, and lets any process look at them and stop them."""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
import uuid
import weakref
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from segkit.errors import DataError, InvalidRequestError, NotFoundError, SegkitError
from segkit.jobs import liveness, membership
from segkit.jobs.execution import Execution
from segkit.jobs.liveness import Progress
from segkit.jobs.record import JobError, JobRecord
from segkit.jobs.request import snapshots
from segkit.jobs.states import ABANDONED, ENDED, Status, parse_status, sources_of
from segkit.jobs.stored import from_stored, to_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlglot import exp

    from segkit.catalog import Catalog
    from segkit.engine import Engine
    from segkit.jobs.control import Evaluate
    from segkit.jobs.request import JobRequest, References

_LOOK = 0.2
"""Seconds between two looks for a cancel, and between two beats at most."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancel did: `status` says whether the job was marked, `message` says so in words."""

    status: bool
    message: str


class Runner:
    """Runs the segment jobs of one workspace.

    It holds no thread while it has nothing to run.

    Parameters
    ----------
    catalog
        Where jobs are recorded. With a read-only one, jobs can be read and awaited only.
    evaluate
        Does the work of a job; see `segkit.jobs.control`.
    engine
        Compares and writes the membership.
    workers
        How many jobs may run at once; the others wait in the order of creation.
    references
        The names or ids of the definitions that one definition reaches through `inSegment`; they are kept with a job
        as they were.
    recover
        Whether to mark the jobs of dead processes at once.
    """

    def __init__(
        self,
        catalog: Catalog,
        evaluate: Evaluate,
        *,
        engine: Engine,
        workers: int = 1,
        references: References | None = None,
        recover: bool = True,
    ) -> None:
        self.id = uuid.uuid4().hex
        self._catalog = catalog
        self._workspace: Path = catalog.folder
        self._signals = catalog.folder / "jobs"
        self._evaluate = evaluate
        self._engine = engine
        self._workers = workers
        self._references = references
        # guards all below; never held while the catalog or the engine is asked
        self._lock = threading.Lock()
        self._waiting: deque[str] = deque()
        # the jobs of this runner that have not ended; None until their record is kept
        self._jobs: dict[str, Execution | None] = {}
        self._running: set[str] = set()
        self._over: dict[str, threading.Event] = {}
        self._threads: set[threading.Thread] = set()
        self._heart: threading.Thread | None = None
        self._nudge = threading.Event()
        self._closed = False
        if recover and not catalog.read_only:
            self.recover()
        _runners.add(self)

    # ---- asking for jobs ---------------------------------------------------------------------------------------------

    def create(self, request: JobRequest) -> JobRecord:
        """Record a job with a snapshot of its definitions, queue it, and return at once.

        Raises
        ------
        NotFoundError
            For unknown definitions or policies; no job is made.
        InvalidRequestError
            When nothing is asked for, or the workspace is closed or read-only; no job is made.
        """
        job_id = str(uuid.uuid4())
        with self._lock:
            if self._closed:
                raise InvalidRequestError("the workspace is closed; open it again to create segment jobs")
            self._jobs[job_id] = None
            self._over[job_id] = threading.Event()
        try:
            try:
                self._beat()  # before the catalog knows the job, lest somebody holds it for abandoned
            except OSError as error:
                message = f"no segment job can be kept in `{self._signals}`: {error}"
                raise DataError(f"{message}; see that it may be written to and its disk has room") from error
            with self._catalog.transaction():
                settings = self._catalog.settings()
                segments, references = snapshots(self._catalog, request, self._references)
                moment = time.time_ns() // 1_000_000
                record = JobRecord(
                    id=job_id,
                    status=Status.NEW,
                    segments=segments,
                    references=references,
                    every=request.every,
                    as_of=request.as_of or datetime.now(UTC).replace(tzinfo=None),
                    creation_time=moment,
                    update_time=moment,
                    request_id=request.request_id or str(uuid.uuid4()),
                    org=settings.org,
                    sandbox=settings.sandbox_fields(),
                    source=request.source,
                    properties=request.properties,
                    owner=self.id,
                )
                self._catalog.jobs.insert(
                    to_stored(record), [(one.segment_id, one.version, one.merge_policy_id) for one in segments]
                )
                self._catalog.jobs.move(job_id, sources_of(Status.QUEUED), Status.QUEUED)
        except BaseException:
            self._forget(job_id)
            raise
        record = replace(record, status=Status.QUEUED)
        with self._lock:
            self._jobs[job_id] = Execution(self._catalog, self._engine, self._workspace, record)
            self._waiting.append(job_id)
        self._staff()
        return record

    def cancel(self, job_id: str) -> Cancelled:
        """Mark a job for cancelling, whoever runs it; the stop follows within a second. A finished job stays as it is.

        Raises
        ------
        NotFoundError
            For an unknown id.
        """
        marked = self._catalog.jobs.move(job_id, sources_of(Status.CANCELLING), Status.CANCELLING)
        job = self.get(job_id)
        if not marked and job.status is not Status.CANCELLING:
            return Cancelled(
                status=False,
                message=f"Segment job with id '{job_id}' is {job.status} already, so nothing was cancelled",
            )
        if job.owner == self.id:
            self._stop(job_id)
        else:
            liveness.ask_cancel(self._signals, job_id)
            if not self._has(job_id, job.owner):
                self.recover()
        return Cancelled(status=True, message=f"Segment job with id '{job_id}' has been marked for cancelling")

    def wait(
        self, job_id: str, timeout: float | None = None, progress: Callable[[Progress], None] | None = None
    ) -> JobRecord:
        """Wait for the end of a job, whoever runs it.

        Parameters
        ----------
        timeout
            Seconds to wait at most; for ever when None.
        progress
            Called a few times a second, and once at the end.

        Raises
        ------
        TimeoutError
            When the job has not ended in time; it runs on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        over = self._over.get(job_id)
        while True:
            ended = self._outside(job_id) if over is None else over.wait(_rest(deadline))
            if progress is not None:
                progress(self.progress(job_id))
            if ended:
                job = self.get(job_id)
                if job.finished:
                    return job
                over = None
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeoutError(f"the segment job `{job_id}` has not ended after {timeout:g} seconds; it runs on")
            if over is None:
                time.sleep(_rest(deadline))

    # ---- looking at jobs ---------------------------------------------------------------------------------------------

    def get(self, job_id: str) -> JobRecord:
        """The job with this id."""
        return from_stored(self._catalog.jobs.get(job_id))

    def bulk_get(self, job_ids: Sequence[str]) -> dict[str, JobRecord | NotFoundError]:
        """Each id with its job, or with the error where there is none."""
        found: dict[str, JobRecord | NotFoundError] = {}
        for job_id in job_ids:
            try:
                found[job_id] = self.get(job_id)
            except NotFoundError as error:
                found[job_id] = error
        return found

    def recover(self) -> list[str]:
        """Mark the jobs whose process has died; their ids. Done on opening."""
        found = []
        for job_id, status, owner in self._catalog.jobs.unfinished(ENDED):
            if self._has(job_id, owner):
                continue
            target = ABANDONED[Status(status)]
            reason = f"the process that had the job ended while it was {status}; create the job again"
            with self._catalog.transaction():
                if not self._catalog.jobs.move(job_id, [status], target):
                    continue
                job = self.get(job_id)
                job = replace(job, errors=(*job.errors, JobError("ProcessDied", reason)))
                self._catalog.jobs.save_result(job_id, to_stored(job).progress, sql=job.sql)
            self._sweep(job_id)
            membership.remove(membership.folder_of(self._workspace, job_id))
            found.append(job_id)
        liveness.sweep(self._signals)
        return found

    def list(
        self,
        *,
        start: int = 0,
        limit: int | None = None,
        status: str | None = None,
        sort: str = "creationTime:desc",
        property: str | Sequence[str] | None = None,  # noqa: A002 - AEP's word
    ) -> tuple[int, list[JobRecord]]:
        """How many jobs match, and those on the page; see `segment_service.md`, Reading."""
        wanted = None if status is None else parse_status(status).value
        total, found = self._catalog.jobs.list(start=start, limit=limit, status=wanted, sort=sort, property=property)
        return total, [from_stored(one) for one in found]

    def progress(self, job_id: str) -> Progress:
        """Where a job is, whoever runs it."""
        with self._lock:
            execution = self._jobs.get(job_id) if job_id in self._running else None
        if execution is not None:
            return Progress(Status.PROCESSING, execution.control.stage_name, execution.control.fraction)
        job = self._catalog.jobs.get(job_id)
        if job.status == Status.SUCCEEDED:
            return Progress(job.status, None, 1.0)
        said = liveness.heard(self._signals, job.owner, job_id)
        return Progress(job.status, said.get("stage"), said.get("fraction"))

    def members(self, job: JobRecord, segment_id: str, statuses: Sequence[str] = membership.STATUSES) -> exp.Select:
        """The query for the members of one segment of a succeeded job; see `segkit.jobs.membership.members`.

        Raises
        ------
        NotFoundError
            When the job did not evaluate the segment, or its membership was removed since.
        InvalidRequestError
            When the job has published nothing, or a status is unknown.
        """
        if segment_id not in {one.segment_id for one in job.segments}:
            named = ", ".join(f"`{one.name}`" for one in job.segments[:5])
            raise NotFoundError(f"the segment job `{job.id}` did not evaluate `{segment_id}`; it has {named}")
        if not job.published:
            raise InvalidRequestError(
                f"the segment job `{job.id}` is {job.status} and has no membership; only a succeeded job publishes one"
            )
        if not set(statuses) <= set(membership.STATUSES):
            known = ", ".join(membership.STATUSES)
            raise InvalidRequestError(f"the statuses of a member are {known}; not {', '.join(statuses)}")
        if not membership.is_there(membership.folder_of(self._workspace, job.id)):
            raise NotFoundError(f"the membership of the segment job `{job.id}` was removed; run the job again")
        return membership.members(self._workspace, job, segment_id, statuses)

    def close(self, timeout: float = 10.0) -> None:
        """Cancel what still runs or waits and wait for it to stop, for `timeout` seconds at most."""
        with self._lock:
            self._closed = True
            left = list(self._jobs)
        for job_id in left:
            with contextlib.suppress(SegkitError):
                self.cancel(job_id)
        deadline = time.monotonic() + timeout
        with self._lock:
            threads = [*self._threads, *([self._heart] if self._heart is not None else [])]
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    # ---- the threads -------------------------------------------------------------------------------------------------

    def _staff(self) -> None:
        """Enough threads for the jobs that wait, and the heart."""
        with self._lock:
            for _ in range(min(len(self._waiting), self._workers - len(self._threads))):
                thread = threading.Thread(target=self._work, name="segkit-job", daemon=True)
                self._threads.add(thread)
                thread.start()
            if self._heart is None and self._jobs:
                self._heart = threading.Thread(target=self._watch_over, name="segkit-heart", daemon=True)
                self._heart.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads.discard(threading.current_thread())
                    return
                job_id = self._waiting.popleft()
                execution = self._jobs[job_id]
                self._running.add(job_id)
            try:
                if execution is not None:
                    self._run(execution)
            finally:
                self._forget(job_id)

    def _run(self, execution: Execution) -> None:
        try:
            if execution.begin():
                execution.run(self._evaluate)
            else:
                execution.cancelled()
        except Exception:  # noqa: BLE001 - the worker must live on for the jobs that wait
            # the end could not be written; nobody has the job any more, so that the next look marks it
            return

    def _watch_over(self) -> None:
        """Beat, tell what is new, and look for cancels, while there are jobs."""
        while True:
            self._nudge.clear()
            with self._lock:
                jobs = dict(self._jobs)
                if not jobs:
                    self._heart = None
                    liveness.silence(self._signals, self.id)
                    return
            with contextlib.suppress(OSError, SegkitError):  # a full disk must not stop the heart
                self._beat()
                for execution in jobs.values():
                    if execution is not None:
                        execution.tell()
            for job_id in jobs:
                if liveness.is_cancel_asked(self._signals, job_id):
                    self._stop(job_id)
            self._nudge.wait(_LOOK)

    def _stop(self, job_id: str) -> None:
        """Stop a job of this runner that is marked for cancelling."""
        with self._lock:
            execution = self._jobs.get(job_id)
            waits = job_id in self._waiting
            if waits:
                self._waiting.remove(job_id)
        if execution is None:
            return  # not queued yet: the worker will see the mark
        if waits:
            with contextlib.suppress(SegkitError):
                execution.cancelled()
            self._forget(job_id)
        else:
            # a process that is on its way out cannot start the thread that would interrupt again
            with contextlib.suppress(RuntimeError):
                execution.control.watch.cancel()

    def _beat(self) -> None:
        with self._lock:
            said = {
                job_id: {}
                if execution is None
                else {"stage": execution.control.stage_name, "fraction": execution.control.fraction}
                for job_id, execution in self._jobs.items()
            }
            # written under the lock: two threads beat, and the later word must win
            liveness.beat(self._signals, self.id, said)

    def _forget(self, job_id: str) -> None:
        """A job has ended; the heart notices when it was the last."""
        with contextlib.suppress(OSError):  # a file left lying about must not cost the worker
            self._sweep(job_id)
        with self._lock:
            self._jobs.pop(job_id, None)
            self._running.discard(job_id)
            over = self._over.get(job_id)
            if not self._jobs and self._heart is None:
                liveness.silence(self._signals, self.id)
        if over is not None:
            over.set()
        self._nudge.set()

    def _outside(self, job_id: str) -> bool:
        """Whether a job of another runner has ended; marks it when its process has died."""
        job = self._catalog.jobs.get(job_id)
        if Status(job.status).finished:
            return True
        if self._has(job_id, job.owner):
            return False
        if self._catalog.read_only:
            raise SegkitError(
                f"the process that had the segment job `{job_id}` has died; open the workspace without read_only to "
                "mark the job"
            )
        self.recover()
        return False

    def _has(self, job_id: str, owner: str) -> bool:
        """Whether somebody alive still has the job."""
        if owner == self.id:
            return job_id in self._jobs
        return liveness.has(self._signals, owner, job_id)

    def _sweep(self, job_id: str) -> None:
        """Remove what a job left lying about."""
        membership.remove(Execution.scratch_of(self._workspace, job_id))
        liveness.forget_cancel(self._signals, job_id)


def _rest(deadline: float | None) -> float:
    return _LOOK if deadline is None else max(0.0, min(_LOOK, deadline - time.monotonic()))


_runners: weakref.WeakSet[Runner] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for runner in list(_runners):
        runner.close()
