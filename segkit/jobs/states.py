"""The states of a segment job, and the only ways from one to another (`segment_service.md`, Segment job)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from segkit.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """Where a segment job stands."""

    NEW = "NEW"
    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"

    @property
    def finished(self) -> bool:
        """Whether nothing can follow."""
        return not TRANSITIONS[self]


TRANSITIONS: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        Status.NEW: frozenset({Status.QUEUED, Status.CANCELLING}),
        Status.QUEUED: frozenset({Status.PROCESSING, Status.CANCELLING}),
        Status.PROCESSING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLING}),
        Status.CANCELLING: frozenset({Status.CANCELLED}),
        Status.SUCCEEDED: frozenset(),
        Status.FAILED: frozenset(),
        Status.CANCELLED: frozenset(),
    }
)
"""What may follow each state while the job's process lives."""

ENDED = tuple(status.value for status, after in TRANSITIONS.items() if not after)
"""The states that nothing follows."""

ABANDONED: Mapping[Status, Status] = MappingProxyType(
    {
        Status.NEW: Status.FAILED,
        Status.QUEUED: Status.FAILED,
        Status.PROCESSING: Status.FAILED,
        Status.CANCELLING: Status.CANCELLED,
    }
)
"""What becomes of a job whose process has died; not a transition, for nobody is left to make one."""

# The spellings that Adobe's own documents use beside the ones above.
_SPELLINGS: Mapping[str, Status] = MappingProxyType(
    {
        **{status.value: status for status in Status},
        "CANCELING": Status.CANCELLING,
        "CANCELED": Status.CANCELLED,
        "CANCELATION": Status.CANCELLED,
        "CANCELLATION": Status.CANCELLED,
        "SUCCEED": Status.SUCCEEDED,
        "SUCCESS": Status.SUCCEEDED,
        "FAIL": Status.FAILED,
        "FAILURE": Status.FAILED,
        "ERROR": Status.FAILED,
        "QUEUE": Status.QUEUED,
        "IN_PROGRESS": Status.PROCESSING,
    }
)


def parse_status(text: str) -> Status:
    """The status a text means, in any case and in any of Adobe's spellings.

    Raises
    ------
    InvalidRequestError
        When no status is spelled so.

    Examples
    --------
    >>> parse_status("canceled").value
    'CANCELLED'
    """
    found = _SPELLINGS.get(text.strip().upper())
    if found is None:
        known = ", ".join(Status)
        raise InvalidRequestError(f"there is no job status `{text}`; the statuses are {known}")
    return found


def sources_of(target: Status) -> tuple[Status, ...]:
    """The states from which `target` may be reached; the condition of the update that moves a job there."""
    return tuple(status for status, targets in TRANSITIONS.items() if target in targets)
