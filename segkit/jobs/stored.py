"""Job records as the catalog stores them, and back."""

from __future__ import annotations

from segkit.catalog import StoredJob
from segkit.jobs.record import JobRecord, from_documents, progress_document, request_document


def to_stored(job: JobRecord) -> StoredJob:
    """The record in the two halves and the columns that the catalog keeps."""
    return StoredJob(
        id=job.id,
        status=job.status.value,
        owner=job.owner,
        source=job.source,
        creation_time=job.creation_time,
        update_time=job.update_time,
        request=request_document(job),
        progress=progress_document(job),
        completion=job.completion,
        sql=job.sql,
    )


def from_stored(stored: StoredJob) -> JobRecord:
    """The inverse of `to_stored`."""
    return from_documents(
        dict(stored.request),
        dict(stored.progress),
        id=stored.id,
        status=stored.status,
        creation_time=stored.creation_time,
        update_time=stored.update_time,
        owner=stored.owner,
        completion=stored.completion,
        sql=stored.sql,
    )
