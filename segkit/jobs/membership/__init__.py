"""Membership in Parquet: written aside, compared with the run before, renamed; it counts once the catalog says so.

`<workspace>/membership/<job>/` holds, for each merge policy (and each 250 of its segments), `members_<n>.parquet` with
one row a profile: `profile_id` (a UUID), `word_1 …`, a bit a segment that says who is in, `before_word_1 …`, the same
for the run before, and `reason` (`merged` where a profile became part of another). `segments.json` says which bit is
which segment's; `identities_<n>.parquet` has the identities of the profiles, `left_<n>.parquet` the last known ones of
those who left. What earlier releases wrote, a row for each segment and profile, is still read (`long`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.jobs.membership import long, wide
from segkit.jobs.membership.layout import read_layout
from segkit.jobs.membership.parquet import among, column
from segkit.jobs.membership.wide import STATUSES, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from segkit.jobs.record import JobRecord


def folder_of(workspace: Path, job_id: str) -> Path:
    """Where the membership of a job lies."""
    return workspace / "membership" / job_id


def members(workspace: Path, job: JobRecord, segment_id: str, statuses: Sequence[str] = STATUSES) -> exp.Select:
    """The query for the profiles of one segment.

    `profile_id, identities, status, last_qualification_time, reason`, ordered by profile id. Rows `exited` were in at
    the run before and are not now; their qualification is the last one, and their reason `merged` where the profile
    became part of another.
    """
    folder = folder_of(workspace, job.id)
    layout = read_layout(folder)
    if layout is None:
        policy = next(one.merge_policy_id for one in job.segments if one.segment_id == segment_id)
        found = long.members(folder, segment_id, policy)
    else:
        found = wide.members(folder, layout.segments[segment_id], layout.as_of)
    if tuple(statuses) == STATUSES:
        return found
    order = column("profile_id")
    kept = exp.select(exp.Star()).from_(found.subquery("members")).where(among(column("status"), statuses))
    return kept.order_by(order)


def is_there(folder: Path) -> bool:
    """Whether a membership is there, and whole."""
    return read_layout(folder) is not None or long.is_there(folder)


def remove(folder: Path) -> None:
    """Remove a membership folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


__all__ = ["STATUSES", "folder_of", "is_there", "members", "remove", "write"]
