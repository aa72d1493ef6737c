"""What is known about a segment job: frozen records, and their form in the catalog.

The stored form uses Adobe's field names, so that a filter or a sort key over a list of jobs names what the AEP document
names. It comes in two halves: what was asked (written once) and what has happened (written as the job goes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from segkit.jobs.states import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SegmentSnapshot:
    """A segment definition as it was when the job was created; later edits do not touch it.

    `merge_policy_id` and `merge_policy_version` are the policy to use, the default one already resolved.
    """

    segment_id: str
    name: str
    version: int
    value: str
    format: str
    merge_policy_id: str
    merge_policy_version: int


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job, or one of its segments (`segment_id`), failed."""

    code: str
    msg: str
    call_stack: tuple[str, ...] = ()
    segment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a job with its times in epoch milliseconds; `end` is None while it runs.

    `rows` is how many it gave, `bytes_read` what its statements read from files, `peak_memory` the most that the engine
    held while they ran, in bytes; None where it is not known.
    """

    name: str
    start: int
    end: int | None = None
    rows: int | None = None
    bytes_read: int | None = None
    peak_memory: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.end is None else (self.end - self.start) / 1000


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in epoch milliseconds; `end` is None while it lasts."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of a job, filled in as it goes; None and empty are "not known yet"."""

    total_time: Span | None = None
    profile_segmentation_time: Span | None = None
    total_profiles: int | None = None
    total_by_policy: Mapping[str, int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    by_namespace: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    by_status: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A segment job as the catalog knows it.

    Times are epoch milliseconds, `as_of` is UTC without a zone. `references` are the definitions that the job's own
    ones reach through `inSegment`, as they were then; `every` says that all definitions were asked for. `sql` is filled
    by `Runner.get` alone, not in lists. `owner` is the runner that has the job; `completion` numbers the succeeded jobs
    in the order of completion.
    """

    id: str
    status: Status
    segments: tuple[SegmentSnapshot, ...]
    as_of: datetime
    creation_time: int
    update_time: int
    request_id: str
    references: tuple[SegmentSnapshot, ...] = ()
    every: bool = False
    org: str = "segkit"
    sandbox: Mapping[str, Any] = field(default_factory=dict)
    source: str = "api"
    schema_name: str = "_xdm.context.profile"
    properties: Mapping[str, Any] = field(default_factory=dict)
    batch_id: str | None = None
    compute_job_id: int | None = None
    compute_gateway_job_id: str | None = None
    metrics: Metrics = Metrics()
    errors: tuple[JobError, ...] = ()
    stages: tuple[Stage, ...] = ()
    engine: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    sql: str | None = None
    owner: str = ""
    completion: int | None = None

    @property
    def finished(self) -> bool:
        """Whether the job has come to its end."""
        return self.status.finished

    @property
    def published(self) -> bool:
        """Whether the job's membership counts."""
        return self.status is Status.SUCCEEDED

    @property
    def failed_segments(self) -> Mapping[str, str]:
        """Segment id → why it could not be evaluated."""
        return {error.segment_id: error.msg for error in self.errors if error.segment_id is not None}


def to_text(moment: datetime) -> str:
    """A moment of UTC without a zone, as ISO 8601 with a `Z`.

    Examples
    --------
    >>> to_text(datetime(2026, 11, 1, 12, 30))
    '2026-11-01T12:30:00.000000Z'
    """
    return moment.isoformat(timespec="microseconds") + "Z"


def from_text(text: str) -> datetime:
    """The inverse of `to_text`; other zones are brought to UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def request_document(record: JobRecord) -> Document:
    """The half of the stored form that never changes: what was asked."""
    document: Document = {
        "imsOrgId": record.org,
        "sandbox": dict(record.sandbox),
        "profileInstanceId": "ups",
        "source": record.source,
        "segments": [snapshot_document(one) for one in record.segments],
        "requestId": record.request_id,
        "schema": {"name": record.schema_name},
        "properties": dict(record.properties),
        "segkit": {"asOf": to_text(record.as_of), "every": record.every},
    }
    if record.references:
        document["segkit"]["references"] = [snapshot_document(one) for one in record.references]
    return document


def progress_document(record: JobRecord) -> Document:
    """The half of the stored form that grows: what has happened so far."""
    given = {
        "batchId": record.batch_id,
        "computeJobId": record.compute_job_id,
        "computeGatewayJobId": record.compute_gateway_job_id,
    }
    document: Document = {name: value for name, value in given.items() if value is not None}
    document["errors"] = [error_document(one) for one in record.errors]
    document["metrics"] = metrics_document(record.metrics)
    document["segkit"] = {
        "stages": [stage_document(one) for one in record.stages],
        "engine": record.engine,
        "details": dict(record.details),
    }
    return document


def from_documents(
    request: Document,
    progress: Document,
    *,
    id: str,  # noqa: A002 - the field's name
    status: str,
    creation_time: int,
    update_time: int,
    owner: str,
    completion: int | None,
    sql: str | None = None,
) -> JobRecord:
    """The record from its stored halves and the columns beside them."""
    asked, happened = request["segkit"], progress.get("segkit", {})
    return JobRecord(
        id=id,
        status=Status(status),
        segments=tuple(_snapshot(one) for one in request["segments"]),
        references=tuple(_snapshot(one) for one in asked.get("references", ())),
        every=asked["every"],
        as_of=from_text(asked["asOf"]),
        creation_time=creation_time,
        update_time=update_time,
        request_id=request["requestId"],
        org=request["imsOrgId"],
        sandbox=request["sandbox"],
        source=request["source"],
        schema_name=request["schema"]["name"],
        properties=request["properties"],
        batch_id=progress.get("batchId"),
        compute_job_id=progress.get("computeJobId"),
        compute_gateway_job_id=progress.get("computeGatewayJobId"),
        metrics=_metrics(progress.get("metrics", {})),
        errors=tuple(_error(one) for one in progress.get("errors", ())),
        stages=tuple(_stage(one) for one in happened.get("stages", ())),
        engine=happened.get("engine"),
        details=happened.get("details", {}),
        sql=sql,
        owner=owner,
        completion=completion,
    )


def snapshot_document(one: SegmentSnapshot) -> Document:
    """One entry of `segments`, in Adobe's form."""
    return {
        "segmentId": one.segment_id,
        "segment": {
            "id": one.segment_id,
            "name": one.name,
            "version": one.version,
            "expression": {"type": "PQL", "format": one.format, "value": one.value},
            "mergePolicyId": one.merge_policy_id,
            "mergePolicy": {"id": one.merge_policy_id, "version": one.merge_policy_version},
        },
    }


def _snapshot(document: Document) -> SegmentSnapshot:
    segment = document["segment"]
    return SegmentSnapshot(
        segment_id=document["segmentId"],
        name=segment["name"],
        version=segment["version"],
        value=segment["expression"]["value"],
        format=segment["expression"]["format"],
        merge_policy_id=segment["mergePolicyId"],
        merge_policy_version=segment["mergePolicy"]["version"],
    )


def error_document(error: JobError) -> Document:
    """One entry of `errors`, in Adobe's form, with the segment it is about where there is one."""
    document: Document = {"code": error.code, "msg": error.msg, "callStack": list(error.call_stack)}
    return document if error.segment_id is None else {**document, "segmentId": error.segment_id}


def _error(document: Document) -> JobError:
    return JobError(document["code"], document["msg"], tuple(document["callStack"]), document.get("segmentId"))


def stage_document(stage: Stage) -> Document:
    """One entry of `segkit.stages`."""
    document: Document = {"name": stage.name, "start": stage.start, "end": stage.end, "rows": stage.rows}
    measured = {"bytesRead": stage.bytes_read, "peakMemory": stage.peak_memory}
    return document | {name: value for name, value in measured.items() if value is not None}


def _stage(document: Document) -> Stage:
    measured = (document.get("bytesRead"), document.get("peakMemory"))
    return Stage(document["name"], document["start"], document["end"], document["rows"], *measured)


def metrics_document(metrics: Metrics) -> Document:
    """`metrics` in Adobe's form; what is not known yet is left out."""
    spans = {"totalTime": metrics.total_time, "profileSegmentationTime": metrics.profile_segmentation_time}
    document: Document = {name: _span_document(span) for name, span in spans.items() if span is not None}
    if metrics.total_profiles is not None:
        document["totalProfiles"] = metrics.total_profiles
        document["totalProfilesByMergePolicy"] = dict(metrics.total_by_policy)
    if metrics.sizes:
        document["segmentedProfileCounter"] = dict(metrics.sizes)
        document["segmentedProfileByNamespaceCounter"] = {one: dict(n) for one, n in metrics.by_namespace.items()}
    if metrics.by_status:
        document["segmentedProfileByStatusCounter"] = {one: dict(n) for one, n in metrics.by_status.items()}
    return document


def _span_document(span: Span) -> Document:
    if span.end is None:
        return {"startTimeInMs": span.start}
    return {"startTimeInMs": span.start, "endTimeInMs": span.end, "totalTimeInMs": span.end - span.start}


def _metrics(document: Document) -> Metrics:
    return Metrics(
        total_time=_span(document.get("totalTime")),
        profile_segmentation_time=_span(document.get("profileSegmentationTime")),
        total_profiles=document.get("totalProfiles"),
        total_by_policy=document.get("totalProfilesByMergePolicy", {}),
        sizes=document.get("segmentedProfileCounter", {}),
        by_namespace=document.get("segmentedProfileByNamespaceCounter", {}),
        by_status=document.get("segmentedProfileByStatusCounter", {}),
    )


def _span(document: Document | None) -> Span | None:
    return None if document is None else Span(document["startTimeInMs"], document.get("endTimeInMs"))
