"""Segment jobs in Adobe's JSON, and Adobe's requests for jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.aep.errors import error_to_aep
from segkit.aep.pages import Document, page
from segkit.catalog import PROFILE_SCHEMA
from segkit.errors import InvalidRequestError
from segkit.jobs import EVERY, JobRecord, JobRequest
from segkit.jobs.record import progress_document, request_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from segkit.jobs import Cancelled

PATH = "/segment/jobs"

# Adobe's order, so that two documents can be compared by eye.
_ORDER = (
    *("id", "imsOrgId", "sandbox", "profileInstanceId", "source", "status", "batchId", "computeJobId"),
    *("computeGatewayJobId", "segments", "errors", "metrics", "requestId", "schema", "properties", "_links"),
    *("updateTime", "creationTime", "updateEpoch", "segkit"),
)


def job_to_aep(job: JobRecord) -> Document:
    """The AEP document of a job, with segkit's own part under `segkit`.

    `metrics` is there once the job runs; inside, figures not known yet are left out, as Adobe does.
    """
    asked, happened = request_document(job), progress_document(job)
    own: Document = {**asked.pop("segkit"), **happened.pop("segkit")}
    if job.sql is not None:
        own["sql"] = job.sql
    own["version"] = _version()
    document: Document = {
        **asked,
        **happened,
        "id": job.id,
        "status": job.status.value,
        "_links": {
            "cancel": {"href": f"{PATH}/{job.id}", "method": "DELETE"},
            "checkStatus": {"href": f"{PATH}/{job.id}", "method": "GET"},
        },
        "updateTime": job.update_time,
        "creationTime": job.creation_time,
        "updateEpoch": job.update_time // 1000,
        "segkit": own,
    }
    if not document["metrics"]:
        del document["metrics"]
    return {name: document[name] for name in _ORDER if name in document}


def job_list_to_aep(
    jobs: Sequence[JobRecord], *, total: int, start: int = 0, query: Mapping[str, Any] | None = None
) -> Document:
    """A page of jobs; `query` is what else was asked (`limit`, `sort`, `status`, `property`), for the next page."""
    return page([job_to_aep(one) for one in jobs], total=total, start=start, path=PATH, query=query)


def bulk_to_aep(found: Mapping[str, JobRecord | Exception]) -> Document:
    """The answer to a bulk get: each id with its job or its error."""
    return {
        "results": {
            job_id: job_to_aep(one) if isinstance(one, JobRecord) else error_to_aep(one)
            for job_id, one in found.items()
        }
    }


def cancel_to_aep(answer: Cancelled) -> Document:
    """The answer to a delete."""
    return {"status": answer.status, "message": answer.message}


def request_from_aep(document: object, *, as_of: datetime | None = None) -> JobRequest:
    """The job asked for by `[{"segmentId": …}, …]` or `{"schema": …, "segments": [{"segmentId": …}]}`.

    Raises
    ------
    InvalidRequestError
        When the document is neither, names no segment, or another schema than that of profiles.

    Examples
    --------
    >>> request_from_aep([{"segmentId": "a"}]).segments
    ('a',)
    """
    if isinstance(document, dict):
        schema = document.get("schema", {"name": PROFILE_SCHEMA})
        if not isinstance(schema, dict) or schema.get("name") != PROFILE_SCHEMA:
            raise InvalidRequestError(
                f"a segment job is over the schema `{PROFILE_SCHEMA}`; the request has {schema!r}"
            )
        entries = document.get("segments")
    else:
        entries = document
    if not isinstance(entries, list) or not all(_names_a_segment(one) for one in entries):
        raise InvalidRequestError(
            'a segment job is asked for by `[{"segmentId": "…"}]`, or by '
            '`{"schema": {"name": "_xdm.context.profile"}, "segments": [{"segmentId": "*"}]}`'
        )
    named = tuple(str(one["segmentId"]) for one in entries)
    return JobRequest(EVERY if named == (EVERY,) else named, as_of=as_of)


def _names_a_segment(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("segmentId"), str) and bool(entry["segmentId"])


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow to load, needed once

    try:
        return version("segkit")
    except PackageNotFoundError:
        return "unknown"
