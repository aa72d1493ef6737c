"""One run of one job: from QUEUED to its end, writing down what happens."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import traceback
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from segkit.errors import CatalogBusyError, SegkitError
from segkit.jobs import membership
from segkit.jobs.control import Control
from segkit.jobs.record import JobError, Metrics, Span, Stage
from segkit.jobs.states import Status, sources_of
from segkit.jobs.stored import to_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from segkit.catalog import Catalog
    from segkit.engine import Engine
    from segkit.jobs.control import Evaluate, Outcome, StageCost
    from segkit.jobs.record import JobRecord

_PATIENCE = 12
"""How many times the begin or end of a job is tried to be written, each for the catalog's own time."""

_T = TypeVar("_T")


class _Overtaken(Exception):  # noqa: N818 - a turn of events, not an error
    """Another job with the same segments completed while this one was comparing."""


class _NotProcessing(Exception):  # noqa: N818 - a turn of events, not an error
    """The job was marked for cancelling before it could succeed."""


class Execution:
    """Runs one job; the only writer of what happens in it.

    Parameters
    ----------
    workspace
        The folder in which membership and temporary files lie.
    """

    def __init__(self, catalog: Catalog, engine: Engine, workspace: Path, job: JobRecord) -> None:
        self._catalog = catalog
        self._engine = engine
        self._workspace = workspace
        self._id = job.id
        self._job = job
        # guards the two flags; held while news are written, so that none arrives after the end
        self._lock = threading.Lock()
        self._untold = False
        self._ended = False
        self.control = Control(self.scratch_of(workspace, job.id), self)

    @staticmethod
    def scratch_of(workspace: Path, job_id: str) -> Path:
        """The folder for a job's temporary files."""
        return workspace / "jobs" / f"{job_id}.scratch"

    # ---- the life of the job -----------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """QUEUED → PROCESSING; whether the job was still QUEUED."""
        begun = replace(
            self._job,
            batch_id=str(uuid.uuid4()),
            compute_job_id=os.getpid(),
            compute_gateway_job_id=str(uuid.uuid4()),
            engine=f"DuckDB {duckdb.__version__}",
            metrics=Metrics(total_time=Span(_now())),
        )

        def begin() -> bool:
            if not self._catalog.jobs.move(self._id, sources_of(Status.PROCESSING), Status.PROCESSING):
                return False
            self._catalog.jobs.save_progress(self._id, to_stored(begun).progress)
            return True

        if not self._patiently(begin):
            return False
        self._job = begun
        return True

    def run(self, evaluate: Evaluate) -> None:
        """Evaluate and publish; whatever is raised ends up in the record."""
        try:
            self.control.scratch.mkdir(parents=True, exist_ok=True)
            outcome = self._evaluated(evaluate)
            if outcome.failures:
                self._end(Status.FAILED, errors=_failures(outcome))
            else:
                self._publish(outcome)
        except BaseException as error:  # noqa: BLE001 - the thread ends here, and the record must say why
            if self.control.watch.cancelled or isinstance(error, _NotProcessing):
                self.cancelled()
            else:
                self._end(Status.FAILED, errors=(_error(error),))

    def cancelled(self) -> None:
        """CANCELLING → CANCELLED."""
        self._end(Status.CANCELLED)

    # ---- the journal of the control ----------------------------------------------------------------------------------

    def begin_stage(self, name: str) -> None:
        """Note that a stage has begun."""
        self._note(stages=(*self._job.stages, Stage(name, _now())))

    def end_stage(self, name: str, cost: StageCost) -> None:
        """Note that the last stage of this name has ended."""
        stages = list(self._job.stages)
        index = max(number for number, stage in enumerate(stages) if stage.name == name and stage.end is None)
        stages[index] = replace(
            stages[index], end=_now(), rows=cost.rows, bytes_read=cost.bytes_read, peak_memory=cost.peak_memory
        )
        self._note(stages=tuple(stages))

    def figures(self, known: Mapping[str, Mapping[str, Any]]) -> None:
        """Note figures known early, beside those noted before: each merge policy tells its own."""
        metrics = self._job.metrics
        merged: dict[str, Any] = {name: {**getattr(metrics, name), **more} for name, more in known.items()}
        if "total_by_policy" in merged:
            merged["total_profiles"] = sum(merged["total_by_policy"].values())
        self._note(metrics=replace(metrics, **merged))

    def _note(self, **changes: Any) -> None:  # noqa: ANN401 - fields of a record
        """Change the record. Only the job's own thread does; the heart tells the catalog."""
        self._job = replace(self._job, **changes)
        self._untold = True

    def tell(self) -> None:
        """Show readers what was noted since the last time, unless the job has ended."""
        with self._lock:
            if self._ended or not self._untold:
                return
            self._untold = False
            try:
                self._catalog.jobs.save_progress(self._id, to_stored(self._job).progress)
            except CatalogBusyError:
                self._untold = True

    # ---- steps -------------------------------------------------------------------------------------------------------

    def _evaluated(self, evaluate: Evaluate) -> Outcome:
        self.control.checkpoint()
        start = _now()
        self._job = replace(self._job, metrics=replace(self._job.metrics, profile_segmentation_time=Span(start)))
        outcome = evaluate(self._job, self.control)
        self.control.checkpoint()
        self._job = replace(
            self._job,
            sql=outcome.sql or None,
            details=outcome.details,
            metrics=replace(
                self._job.metrics,
                profile_segmentation_time=Span(start, _now()),
                total_profiles=sum(outcome.total_by_policy.values()),
                total_by_policy=outcome.total_by_policy,
                sizes=outcome.sizes,
                by_namespace={one: outcome.by_namespace.get(one, {}) for one in outcome.sizes},
            ),
        )
        return outcome

    def _publish(self, outcome: Outcome) -> None:
        """Write the membership aside, compared with the run before; rename it; only then let it count."""
        folder = membership.folder_of(self._workspace, self._id)
        while True:
            previous = self._catalog.jobs.previous(self._id, Status.SUCCEEDED)
            aside = self.control.scratch / "membership"
            membership.remove(aside)
            with self.control.stage("write membership") as stage:
                counts = self._written(aside, outcome, previous)
                stage.rows = sum(sum(one.values()) for one in counts.values())
            self._job = replace(self._job, metrics=replace(self._job.metrics, by_status=counts))
            folder.parent.mkdir(parents=True, exist_ok=True)
            aside.replace(folder)
            try:
                self._succeed(previous)
            except _Overtaken:
                membership.remove(folder)
                self._ended = False
                continue
            except BaseException:
                membership.remove(folder)
                raise
            return

    def _written(
        self, aside: Path, outcome: Outcome, previous: Mapping[str, tuple[str, int]]
    ) -> dict[str, dict[str, int]]:
        runs = sorted({(number, job_id) for job_id, number in previous.values()})
        compared, lost = [], []
        for _, job_id in runs:
            folder = membership.folder_of(self._workspace, job_id)
            segments = [one for one, (before, _) in previous.items() if before == job_id]
            if membership.is_there(folder):
                compared.append((folder, segments))
            else:
                # somebody cleared the disk: those segments start anew, and the record says so
                lost.append(job_id)
        if lost:
            self._job = replace(self._job, details={**self._job.details, "membershipNotFound": lost})
        counts = membership.write(self._engine, aside, self._job, outcome, previous=compared, watch=self.control.watch)
        for segment_id, size in outcome.sizes.items():
            written = counts[segment_id]["realized"] + counts[segment_id]["existing"]
            if written != size:
                raise SegkitError(
                    f"the segment `{segment_id}` was counted as {size} profiles, but {written} were written; "
                    "nothing was published; please report this with the job's SQL"
                )
        return counts

    def _succeed(self, previous: Mapping[str, tuple[str, int]]) -> None:
        def succeed() -> bool:
            if self._catalog.jobs.previous(self._id, Status.SUCCEEDED) != previous:
                raise _Overtaken
            if not self._catalog.jobs.move(self._id, sources_of(Status.SUCCEEDED), Status.SUCCEEDED, complete=True):
                raise _NotProcessing
            return True

        self._last_word(succeed)

    def _end(self, status: Status, *, errors: tuple[JobError, ...] = ()) -> None:
        """FAILED or CANCELLED; a cancel that came in between wins over a failure."""

        def end() -> bool:
            targets = dict.fromkeys((status, Status.CANCELLED))
            return any(self._catalog.jobs.move(self._id, sources_of(one), one) for one in targets)

        self._job = replace(self._job, errors=(*self._job.errors, *errors))
        self._last_word(end)

    def _last_word(self, move: Callable[[], bool]) -> None:
        """Write the end of the job, status and record in one transaction, patiently; nothing if it cannot move."""
        moment = _now()
        total = self._job.metrics.total_time
        if total is not None:
            self._job = replace(self._job, metrics=replace(self._job.metrics, total_time=replace(total, end=moment)))
        with self._lock:
            self._ended = True

        def end() -> None:
            if move():
                self._catalog.jobs.save_result(self._id, to_stored(self._job).progress, sql=self._job.sql)

        self._patiently(end)

    def _patiently(self, write: Callable[[], _T]) -> _T:
        """Write in one transaction, again and again while others hold the catalog: a job is not lost to a crowd."""
        for _ in range(_PATIENCE - 1):
            with contextlib.suppress(CatalogBusyError), self._catalog.transaction():
                return write()
        with self._catalog.transaction():
            return write()


def _failures(outcome: Outcome) -> tuple[JobError, ...]:
    return tuple(JobError("SegmentFailed", reason, segment_id=one) for one, reason in outcome.failures.items())


def _error(error: BaseException) -> JobError:
    """What went wrong; the call stack only where segkit did not expect it."""
    name = type(error).__name__
    if isinstance(error, SegkitError):
        return JobError(name, str(error))
    stack = tuple(line.rstrip() for line in traceback.format_tb(error.__traceback__))
    return JobError(name, str(error) or name, stack)


def _now() -> int:
    return time.time_ns() // 1_000_000
