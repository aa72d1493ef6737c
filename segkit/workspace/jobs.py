"""Segment jobs: `ws.jobs` and the objects it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from segkit.aep import job_list_to_aep, job_to_aep, request_from_aep
from segkit.errors import InvalidRequestError, NotFoundError
from segkit.jobs import JobRequest
from segkit.notebook import job_html, job_text, progress_display
from segkit.pql.diagnostics import did_you_mean
from segkit.result import Listing, Result
from segkit.words import share_words
from segkit.workspace import arguments
from segkit.workspace.segments import Segment
from segkit.workspace.times import instant, moment, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pandas as pd
    from matplotlib.figure import Figure

    from segkit.jobs import Cancelled, JobError, JobRecord, Metrics, Progress, SegmentSnapshot
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike
    from segkit.workspace.segments import SegmentLike

COLUMNS = (
    *("id", "status", "created", "seconds", "segments", "total_profiles", "as_of", "error", "source", "started"),
    "finished",
)
KINDS = {
    **dict.fromkeys(("segments", "total_profiles"), "int"),
    **dict.fromkeys(("created", "started", "finished", "as_of"), "datetime"),
    "seconds": "float",
}
STAGE_COLUMNS = ("stage", "seconds", "rows", "bytes_read", "peak_memory", "started", "finished", "job_id")
COST_COLUMNS = ("name", "seconds", "share", "rows_read", "features", "segment_id")
SIZE_COLUMNS = ("name", "size", "share", "realized", "existing", "exited")


class Job:
    """A segment job; what it shows is read from the catalog each time."""

    def __init__(self, workspace: Workspace, id: str) -> None:  # noqa: A002  the field's name
        self._workspace = workspace
        self.id = id

    @property
    def record(self) -> JobRecord:
        """Everything known of the job at this moment."""
        return self._workspace.runner.get(self.id)

    @property
    def status(self) -> str:
        """`NEW`, `QUEUED`, `PROCESSING`, `SUCCEEDED`, `FAILED`, `CANCELLING` or `CANCELLED`."""
        return str(self.record.status)

    @property
    def metrics(self) -> Metrics:
        """Times and counters, as far as they are known."""
        return self.record.metrics

    @property
    def errors(self) -> tuple[JobError, ...]:
        """Why it failed, in whole or in part."""
        return self.record.errors

    def wait(self, timeout: float | None = None, *, progress: bool = True) -> Job:
        """Wait until the job has come to its end, in whatever way.

        Parameters
        ----------
        timeout
            Seconds to wait at most; without limit when left out.
        progress
            Whether to show a progress bar: a widget in a notebook, a line in a terminal, nothing elsewhere.

        Returns
        -------
        Job
            This one; look at `status`, `errors`, `sizes()`.

        Raises
        ------
        TimeoutError
            When it has not ended in time; it runs on.
        """
        if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
            message = f"timeout is a number of seconds, or None for no limit, not {arguments.given(timeout)}"
            raise InvalidRequestError(message)
        if not progress:
            self._workspace.runner.wait(self.id, timeout)
            return self
        display = progress_display()

        def show(one: Progress) -> None:
            display.update(one.fraction, one.stage or "", str(one.status))

        try:
            self._workspace.runner.wait(self.id, timeout, show)
        finally:
            display.close()
        return self

    def cancel(self) -> Cancelled:
        """Mark the job for cancelling; the stop follows within a second.

        Returns
        -------
        Cancelled
            `status` (bool) and `message`, as AEP answers; a job that has ended stays as it is, and the message says so.
        """
        return self._workspace.runner.cancel(self.id)

    def sizes(self) -> Listing:
        """The audience sizes.

        Returns
        -------
        Listing
            A row a segment, the largest first: `name`, `size` (profiles), `share` (of all profiles under
            its merge policy, 0 to 1), `realized` (newly in), `existing` (still in), `exited` (no longer in), and a
            column `namespace.<name>` for each identity namespace (members with an identity there), `segment_id`.
            Figures that are not known, of a failed segment or a running job, are None.
        """
        record = self.record
        namespaces = sorted({name for counts in record.metrics.by_namespace.values() for name in counts})
        rows = sorted(
            (self._size_row(record, one, namespaces) for one in record.segments),
            key=lambda row: (row[1] is None, -(row[1] or 0), row[0]),
        )
        columns = (*SIZE_COLUMNS, *(f"namespace.{one}" for one in namespaces), "segment_id")
        return Listing(
            self._workspace.engine,
            [dict(zip(columns, row, strict=True)) for row in rows],
            columns,
            rows,
            caption=f"audience sizes of job {self.id[:8]}, as of {record.as_of:%Y-%m-%d %H:%M} UTC",
            words={"share": share_words},
            kinds={
                **dict.fromkeys(("size", "realized", "existing", "exited"), "int"),
                **{f"namespace.{one}": "int" for one in namespaces},
                "share": "float",
            },
            hint="the profiles of one: job.members(name)",
        )

    def members(self, segment: SegmentLike) -> Result:
        """The profiles of one segment of this job.

        Parameters
        ----------
        segment
            Object, id or name.

        Returns
        -------
        Result
            `profile_id`, `identities` (namespace → ids), `status` (`realized`, `existing`; `exited` for those that were
            in at the run before), `last_qualification_time` (UTC), `reason` (`merged` for an exited profile that has
            become part of another, else None); ordered by profile id.

        Raises
        ------
        InvalidRequestError
            When the job has not succeeded: only a succeeded job publishes membership.
        """
        record = self.record
        found = self._snapshot(record, segment)
        statement = self._workspace.runner.members(record, found.segment_id)
        return Result(self._workspace.engine, statement, caption=f"members of {found.name}")

    def stages(self) -> pd.DataFrame:
        """What the job did, step by step, with what each step took.

        Returns
        -------
        DataFrame
            A row a stage: `stage`, `seconds`, `rows` (that it gave), `bytes_read` (from files), `peak_memory` (the most
            that the engine held meanwhile, in bytes), `started`, `finished` (UTC).
        """
        return _stages([self.record]).drop(columns="job_id")

    def costs(self) -> Listing:
        """What each segment took of the time in which all were evaluated together.

        The engine measures each step of the statements. Passes over events are shared out equally among the passes,
        reading profiles among the fields, the rest among the distinct conditions, and each of these equally among the
        segments that use it: the seconds of all segments add up to the time that evaluating them took. Counting and
        writing the members is the same for all and not part of it.

        Returns
        -------
        Listing
            A row a segment, the dearest first: `name`, `seconds`, `share` (of all segments' seconds, 0 to 1),
            `rows_read` (of fragments or the snapshot, and of the events in its passes, also where others read the same
            rows), `features` (what it asks of the events, as PQL), `segment_id`. Figures are None where a segment was
            not evaluated, and in jobs of releases that did not measure them.
        """
        record = self.record
        known = record.details.get("costs", {})
        whole = sum(one["seconds"] for one in known.values())
        rows = []
        for one in record.segments:
            cost = known.get(one.segment_id)
            figures: tuple[Any, ...] = (None, None, None, None)
            if cost is not None:
                share = cost["seconds"] / whole if whole else 0.0
                figures = (cost["seconds"], share, cost["rowsRead"], "; ".join(filter(None, cost["features"])))
            rows.append((one.name, *figures, one.segment_id))
        rows.sort(key=lambda row: (row[1] is None, -(row[1] or 0), row[0]))
        return Listing(
            self._workspace.engine,
            [dict(zip(COST_COLUMNS, row, strict=True)) for row in rows],
            COST_COLUMNS,
            rows,
            caption=f"what each segment of job {self.id[:8]} took",
            words={"share": share_words, "seconds": "{:.6f}".format},
            kinds={"seconds": "float", "share": "float", "rows_read": "int"},
            hint="what it took step by step: job.stages()",
        )

    def plot(self, *, top: int = 30, title: str | None = None) -> Figure:
        """Draw the audience sizes; see `segkit.plots.sizes`."""
        from segkit import plots  # noqa: PLC0415  matplotlib is loaded when something is drawn

        record = self.record
        heading = title or f"Audience sizes, {record.as_of.day} {record.as_of:%B %Y}"
        return plots.sizes(self.sizes().to_pandas(), title=heading, top=top)

    def to_aep(self) -> dict[str, Any]:
        """The job as AEP's JSON document."""
        return job_to_aep(self.record)

    def card(self, *, segments: bool = True, hint: bool = True) -> str:
        """The job as text, with or without the sizes of its segments and the next call in Python."""
        view = self._view() | ({} if segments else {"segments": ()}) | ({} if hint else {"hint": None})
        return job_text(view)

    def __repr__(self) -> str:
        return self.card()

    def _repr_html_(self) -> str:
        return job_html(self._view())

    def _size_row(self, record: JobRecord, segment: SegmentSnapshot, namespaces: Sequence[str]) -> tuple[Any, ...]:
        metrics, key = record.metrics, segment.segment_id
        size = metrics.sizes.get(key)
        total = metrics.total_by_policy.get(segment.merge_policy_id)
        share = None if size is None or total is None else size / total if total else 0.0
        status = metrics.by_status.get(key, {})
        spread = metrics.by_namespace.get(key, {})
        return (
            segment.name,
            size,
            share,
            *(status.get(one) for one in ("realized", "existing", "exited")),
            *(None if size is None else spread.get(one, 0) for one in namespaces),
            key,
        )

    def _snapshot(self, record: JobRecord, segment: SegmentLike) -> SegmentSnapshot:
        key = arguments.key(segment, "segment", Segment)
        for one in record.segments:
            if key in (one.segment_id, one.name):
                return one
        names = [one.name for one in record.segments]
        hint = did_you_mean(key, names) or f"it has {', '.join(f'`{one}`' for one in names)}"
        message = f"job {self.id} has no segment `{key}`; {hint}"
        raise NotFoundError(message)

    def _view(self) -> dict[str, Any]:
        record = self.record
        time = record.metrics.total_time
        ended = None if time is None or time.end is None else time.end
        running = next((one for one in reversed(record.stages) if one.end is None), None)
        sizes = [
            dict(zip((*SIZE_COLUMNS, "segment_id"), self._size_row(record, one, ()), strict=True))
            for one in record.segments
        ]
        return {
            "id": record.id,
            "status": str(record.status),
            "source": record.source,
            "created": shown(moment(record.creation_time)),
            "finished": shown(moment(ended)),
            "as_of": shown(record.as_of),
            "duration": None if ended is None or time is None else (ended - time.start) / 1000,
            "total_profiles": record.metrics.total_profiles,
            "stage": None if running is None else running.name,
            "progress": None if record.finished else self._workspace.runner.progress(self.id).fraction,
            "stages": [{"stage": one.name, "seconds": one.seconds} for one in record.stages],
            "errors": [{"code": one.code, "msg": one.msg} for one in record.errors],
            "segments": sizes,
        }


class JobListing(Listing):
    """A list of jobs."""

    _records: Sequence[JobRecord] = ()

    def stages(self) -> pd.DataFrame:
        """The stages of the jobs.

        Returns
        -------
        DataFrame
            A row a job and stage: the columns of `Job.stages`, and `job_id`.
        """
        return _stages(self._records)

    def plot(self, *, limit: int = 30, title: str | None = None) -> Figure:
        """Draw when the jobs ran and where they spent their time; see `segkit.plots.timeline`."""
        from segkit import plots  # noqa: PLC0415  matplotlib is loaded when something is drawn

        return plots.timeline(self.to_pandas(), self.stages(), title=title, limit=limit)


class Jobs:
    """The segment jobs of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def create(
        self,
        segments: Sequence[SegmentLike | Mapping[str, str]] | SegmentLike | Mapping[str, Any],
        *,
        as_of: datetime | str | None = None,
        merge_policy: PolicyLike | None = None,
    ) -> Job:
        """Start a job over segment definitions; returns at once.

        Parameters
        ----------
        segments
            Objects, ids or names, or `"*"` for all definitions; also AEP's request bodies.
        as_of
            What `now` means for the whole job; the present when left out.
        merge_policy
            A policy for all segments, in place of each definition's own.

        Returns
        -------
        Job
            Already on its way; `wait()` for it, or go on.

        Raises
        ------
        NotFoundError
            For an unknown segment; no job is made.
        InvalidRequestError
            For an empty list.
        """
        workspace = self._workspace
        workspace.refuse_read_only("create a job")
        with workspace.reading():
            policy = None if merge_policy is None else workspace.merge_policies.get(merge_policy).id
            scope = workspace.scope(policy)
        scope.verify()
        request = JobRequest(segments=_wanted(segments), as_of=instant(as_of), merge_policy=policy)
        return Job(workspace, workspace.runner.create(request).id)

    def get(self, job: Job | str) -> Job:
        """The job with this id.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        record = self._workspace.runner.get(arguments.key(job, "job", Job))
        return Job(self._workspace, record.id)

    def bulk_get(self, jobs: Sequence[Job | str]) -> dict[str, Job | NotFoundError]:
        """Several jobs at once: id → job, or the error for an id that is unknown."""
        workspace = self._workspace
        found = workspace.runner.bulk_get(arguments.keys(jobs, "job", Job))
        return {key: one if isinstance(one, NotFoundError) else Job(workspace, key) for key, one in found.items()}

    def list(
        self,
        *,
        status: str | None = None,
        sort: str = "creationTime:desc",
        property: str | Sequence[str] | None = None,  # noqa: A002  AEP's word
        start: int = 0,
        limit: int | None = None,
    ) -> JobListing:
        """The jobs of the workspace, also those of other processes and earlier sessions.

        Parameters
        ----------
        status
            Only jobs in this state.
        sort
            `attribute:asc` or `attribute:desc`, by the attributes of AEP's record; dotted paths reach inside.
        property
            Exact matches, `path==value`, or `array~key==value` into arrays (`segments~segmentId==…`); several combine
            with and.
        start
            How many to pass over.
        limit
            How many at most.

        Returns
        -------
        JobListing
            `id`, `status`, `created` (UTC), `seconds` (from then to the end), `segments` (number), `total_profiles`,
            `as_of` (UTC), `error` (the first), `source`, `started`, `finished` (UTC); iterating gives `Job` objects,
            `stages()` their stages.
        """
        workspace = self._workspace
        arguments.listing(sort=sort, property=property, status=status)
        asked = {"limit": limit, "sort": sort, "status": status, "property": property}
        query = {key: value for key, value in asked.items() if value is not None}
        total, records = workspace.runner.list(status=status, sort=sort, property=property, start=start, limit=limit)
        listing = JobListing(
            workspace.engine,
            [Job(workspace, one.id) for one in records],
            COLUMNS,
            [_row(one) for one in records],
            page=lambda: job_list_to_aep(records, total=total, start=start, query=query),
            kinds=KINDS,
            caption="segment jobs",
            hint=None if records else 'start one: ws.jobs.create("*")',
        )
        listing._records = records  # noqa: SLF001  the listing is ours
        return listing

    def cancel(self, job: Job | str) -> Cancelled:
        """Mark a job for cancelling; see `Job.cancel`."""
        return self.get(job).cancel()

    def plot(self, *, limit: int = 30, title: str | None = None) -> Figure:
        """Draw the newest jobs with their stages; see `segkit.plots.timeline`."""
        return self.list(limit=limit).plot(limit=limit, title=title)

    def __len__(self) -> int:
        return self._workspace.runner.list(limit=0)[0]


def _wanted(
    segments: Sequence[SegmentLike | Mapping[str, str]] | SegmentLike | Mapping[str, Any],
) -> tuple[str, ...] | str:
    """Ids and names out of all the forms in which segments are given."""
    if isinstance(segments, Segment):
        return (segments.id,)
    if isinstance(segments, str):
        return segments if segments == "*" else (segments,)
    if isinstance(segments, Mapping):
        return request_from_aep(segments).segments
    found: list[str] = []
    each: object = segments
    if not isinstance(each, Iterable):
        message = f'segments are objects, ids or names, or "*" for all, not {arguments.given(each)}'
        raise InvalidRequestError(message)
    for one in each:
        match one:
            case Segment():
                found.append(one.id)
            case str():
                found.append(one)
            case Mapping():
                found.extend(request_from_aep([one]).segments)
            case _:
                message = f"{arguments.given(one)} is no segment; give an object, an id or a name"
                raise InvalidRequestError(message)
    return tuple(found)


def _row(record: JobRecord) -> tuple[object, ...]:
    time = record.metrics.total_time
    start = record.stages[0].start if record.stages else None
    end = None if time is None else time.end
    return (
        record.id,
        str(record.status),
        moment(record.creation_time),
        None if end is None else (end - record.creation_time) / 1000,
        len(record.segments),
        record.metrics.total_profiles,
        record.as_of,
        record.errors[0].msg.splitlines()[0] if record.errors else None,
        record.source,
        moment(start),
        moment(end),
    )


def _stages(records: Sequence[JobRecord]) -> pd.DataFrame:
    import pandas  # noqa: PLC0415, ICN001

    rows = [
        (
            *(one.name, one.seconds, one.rows, one.bytes_read, one.peak_memory),
            *(moment(one.start), moment(one.end)),
            record.id,
        )
        for record in records
        for one in record.stages
    ]
    frame = pandas.DataFrame.from_records(rows, columns=list(STAGE_COLUMNS))
    moments = dict.fromkeys(("started", "finished"), "datetime64[us]")
    counts = dict.fromkeys(("rows", "bytes_read", "peak_memory"), "Int64")  # missing where nothing was measured
    return frame.astype({"job_id": "str", "stage": "str", "seconds": "float64", **counts, **moments})
