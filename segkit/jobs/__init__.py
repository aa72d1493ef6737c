"""Segment jobs: records, states, the runner, and the membership they publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.lazily import door

if TYPE_CHECKING:
    from segkit.jobs.control import Control, Evaluate, Members, Outcome, StageHandle
    from segkit.jobs.liveness import Progress
    from segkit.jobs.record import JobError, JobRecord, Metrics, SegmentSnapshot, Span, Stage
    from segkit.jobs.request import EVERY, JobRequest
    from segkit.jobs.runner import Cancelled, Runner
    from segkit.jobs.states import ENDED, Status, parse_status

__all__ = [
    "ENDED",
    "EVERY",
    "Cancelled",
    "Control",
    "Evaluate",
    "JobError",
    "JobRecord",
    "JobRequest",
    "Members",
    "Metrics",
    "Outcome",
    "Progress",
    "Runner",
    "SegmentSnapshot",
    "Span",
    "Stage",
    "StageHandle",
    "Status",
    "parse_status",
]

# opening a workspace asks for the states alone
__getattr__, __dir__ = door(
    __name__,
    {
        **dict.fromkeys(("Control", "Evaluate", "Members", "Outcome", "StageHandle"), "segkit.jobs.control"),
        "Progress": "segkit.jobs.liveness",
        **dict.fromkeys(("JobError", "JobRecord", "Metrics", "SegmentSnapshot", "Span", "Stage"), "segkit.jobs.record"),
        **dict.fromkeys(("EVERY", "JobRequest"), "segkit.jobs.request"),
        **dict.fromkeys(("Cancelled", "Runner"), "segkit.jobs.runner"),
        **dict.fromkeys(("ENDED", "Status", "parse_status"), "segkit.jobs.states"),
    },
)
