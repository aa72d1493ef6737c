"""Segment jobs in the catalog: what was asked is inserted once, the status is moved by conditional updates alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from segkit.catalog.listing import Listing, Property, equals, page
from segkit.catalog.lookup import now
from segkit.catalog.records import StoredJob
from segkit.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segkit.catalog.store import Store

_COLUMNS = (*("id", "status", "owner", "source", "creation_time", "update_time", "request", "progress", "completion"),)

_LISTING = Listing(
    table="job_records",
    columns=_COLUMNS,
    attributes={
        "id": "id",
        "status": "status",
        "source": "source",
        "creationTime": "creation_time",
        "updateTime": "update_time",
    },
    seconds={"updateEpoch": "update_time"},
    texts=(
        *("imsOrgId", "profileInstanceId", "requestId", "batchId", "computeGatewayJobId", "schema.name"),
        *("sandbox.sandboxId", "sandbox.sandboxName", "sandbox.type", "sandbox.default"),
        *("properties.scheduleId", "properties.runId", "segkit.asOf", "segkit.engine"),
    ),
    numbers=(
        "computeJobId",
        "metrics.totalProfiles",
        *(
            f"metrics.{span}.{part}"
            for span in ("totalTime", "profileSegmentationTime")
            for part in ("startTimeInMs", "endTimeInMs", "totalTimeInMs")
        ),
    ),
    maps=(
        *("metrics.segmentedProfileCounter", "metrics.totalProfilesByMergePolicy"),
        *("metrics.segmentedProfileByNamespaceCounter", "metrics.segmentedProfileByStatusCounter"),
    ),
    documents=("progress", "request"),
    roots=(
        *("imsOrgId", "sandbox", "profileInstanceId", "batchId", "computeJobId", "computeGatewayJobId", "segments"),
        *("errors", "metrics", "requestId", "schema", "properties", "segkit"),
    ),
)

_RECORD = (
    "SELECT id, status, owner, source, creation_time, update_time, request, progress, completion "
    "FROM job_records WHERE id = $id"
)


class Jobs:
    """The segment jobs of a workspace, as documents that `segkit.jobs` understands."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def insert(self, job: StoredJob, segments: Sequence[tuple[str, int, str]]) -> None:
        """Keep a new job; `segments` are the id, the version and the merge policy id of each definition in it."""
        with self._store.write() as transaction:
            sequence = transaction.value("SELECT COALESCE(max(sequence), 0) + 1 FROM jobs")
            transaction.change(
                "INSERT INTO jobs VALUES ($id, $sequence, $owner, $source, $creation_time, $request)",
                id=job.id,
                sequence=sequence,
                owner=job.owner,
                source=job.source,
                creation_time=job.creation_time,
                request=json.dumps(job.request, ensure_ascii=False),
            )
            transaction.change(
                "INSERT INTO job_states VALUES ($id, $status, $update_time, NULL)",
                id=job.id,
                status=job.status,
                update_time=job.update_time,
            )
            transaction.change(
                "INSERT INTO job_segments SELECT $id, position - 1, segment_ids[position], versions[position], "
                "policies[position] FROM (SELECT unnest(range(1, len($segments) + 1)) AS position, "
                "$segments AS segment_ids, $versions AS versions, $policies AS policies)",
                id=job.id,
                segments=[one for one, _, _ in segments],
                versions=[one for _, one, _ in segments],
                policies=[one for _, _, one in segments],
            )

    def move(
        self,
        id: str,  # noqa: A002 - the field's name
        sources: Iterable[str],
        target: str,
        *,
        complete: bool = False,
    ) -> bool:
        """Set the status if it is one of `sources` now; whether it was. `complete` numbers it among the completed."""
        with self._store.write() as transaction:
            changed = transaction.change(
                "UPDATE job_states SET status = $target, update_time = greatest($moment, update_time), "
                "completion = CASE WHEN $complete "
                "THEN (SELECT COALESCE(max(completion), 0) + 1 FROM job_states) ELSE completion END "
                "WHERE id = $id AND list_contains($sources, status)",
                id=id,
                target=target,
                moment=now(),
                complete=complete,
                sources=list(sources),
            )
        return changed == 1

    def save_progress(self, id: str, progress: Mapping[str, Any]) -> None:  # noqa: A002 - the field's name
        """Keep what has happened so far in a job that runs."""
        with self._store.write() as transaction:
            transaction.change("DELETE FROM job_progress WHERE id = $id", id=id)
            transaction.change(
                "INSERT INTO job_progress VALUES ($id, $progress)",
                id=id,
                progress=json.dumps(progress, ensure_ascii=False),
            )
            transaction.change(
                "UPDATE job_states SET update_time = greatest($moment, update_time) WHERE id = $id", id=id, moment=now()
            )

    def save_result(self, id: str, progress: Mapping[str, Any], *, sql: str | None) -> None:  # noqa: A002
        """Keep what has happened in a job that ends."""
        with self._store.write() as transaction:
            transaction.change("DELETE FROM job_progress WHERE id = $id", id=id)
            transaction.change("DELETE FROM job_results WHERE id = $id", id=id)
            transaction.change(
                "INSERT INTO job_results VALUES ($id, $progress, $sql)",
                id=id,
                progress=json.dumps(progress, ensure_ascii=False),
                sql=sql,
            )

    def get(self, id: str) -> StoredJob:  # noqa: A002 - the field's name
        """The job with this id, its SQL too."""
        with self._store.read() as transaction:
            row = transaction.row(_RECORD, id=id)
            if row is None:
                raise NotFoundError(f"there is no segment job with the id `{id}`; jobs.list() shows those there are")
            return _record(row, transaction.value("SELECT sql FROM job_results WHERE id = $id", id=id))

    def status(self, id: str) -> str | None:  # noqa: A002 - the field's name
        """The status of a job; None when there is none."""
        with self._store.read() as transaction:
            found: str | None = transaction.value("SELECT status FROM job_states WHERE id = $id", id=id)
        return found

    def unfinished(self, ended: Iterable[str]) -> list[tuple[str, str, str]]:
        """Id, status and owner of the jobs whose status is none of `ended`, the oldest first."""
        with self._store.read() as transaction:
            # of thousands of jobs few are unfinished, most often none
            found = transaction.rows(
                "SELECT id FROM job_states WHERE NOT list_contains($ended, status)", ended=list(ended)
            )
            if not found:
                return []
            rows = transaction.rows(
                "SELECT jobs.id, job_states.status, jobs.owner FROM jobs JOIN job_states ON job_states.id = jobs.id "
                "WHERE list_contains($found, jobs.id) ORDER BY jobs.sequence",
                found=[id_ for (id_,) in found],
            )
        return [(id_, status, owner) for id_, status, owner in rows]

    def list(
        self,
        *,
        start: int = 0,
        limit: int | None = None,
        status: str | None = None,
        sort: str = "creationTime:desc",
        property: Property = None,  # noqa: A002 - AEP's word
    ) -> tuple[int, list[StoredJob]]:
        """How many jobs match, and those on the page."""
        where = [] if status is None else [equals("status", status)]
        with self._store.read() as transaction:
            total, rows = page(
                transaction, _LISTING, where=where, start=start, limit=limit, sort=sort, property=property
            )
        return total, [_record(row) for row in rows]

    def previous(self, id: str, succeeded: str) -> dict[str, tuple[str, int]]:  # noqa: A002
        """For the segments of a job: the last job completed before that had it under the same policy.

        Its id and its number among the completed. A segment never completed before is not in it.
        """
        with self._store.read() as transaction:
            rows = transaction.rows(
                "SELECT mine.segment_id, arg_max(other.job_id, state.completion), max(state.completion) "
                "FROM job_segments AS mine "
                "JOIN job_segments AS other ON other.segment_id = mine.segment_id "
                "AND other.merge_policy_id = mine.merge_policy_id AND other.job_id <> mine.job_id "
                "JOIN job_states AS state ON state.id = other.job_id "
                "WHERE mine.job_id = $id AND state.status = $succeeded AND state.completion < COALESCE("
                "(SELECT completion FROM job_states WHERE id = $id), 9223372036854775807) GROUP BY mine.segment_id",
                id=id,
                succeeded=succeeded,
            )
        return {segment_id: (job_id, completion) for segment_id, job_id, completion in rows}

    def newest(self, segment_id: str, succeeded: str, merge_policy_id: str | None = None) -> str | None:
        """The id of the last job completed that had this segment, under this policy where one is given."""
        with self._store.read() as transaction:
            found: str | None = transaction.value(
                "SELECT arg_max(one.job_id, state.completion) FROM job_segments AS one "
                "JOIN job_states AS state ON state.id = one.job_id WHERE one.segment_id = $segment "
                "AND state.status = $succeeded AND COALESCE(one.merge_policy_id = $policy, TRUE)",
                segment=segment_id,
                succeeded=succeeded,
                policy=merge_policy_id,
            )
        return found


def _record(row: tuple[Any, ...], sql: str | None = None) -> StoredJob:
    id_, status, owner, source, creation, update, request, progress, completion = row
    return StoredJob(
        id=id_,
        status=status,
        owner=owner,
        source=source,
        creation_time=creation,
        update_time=update,
        request=json.loads(request),
        progress=json.loads(progress),
        completion=completion,
        sql=sql,
    )
