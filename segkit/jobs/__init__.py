"""Segment jobs: records, states, the runner, and the membership they publish."""

from segkit.jobs.control import Control, Evaluate, Outcome, StageHandle
from segkit.jobs.record import JobError, JobRecord, Metrics, SegmentSnapshot, Span, Stage
from segkit.jobs.states import Status, parse_status

__all__ = [
    "Control",
    "Evaluate",
    "JobError",
    "JobRecord",
    "Metrics",
    "Outcome",
    "SegmentSnapshot",
    "Span",
    "Stage",
    "StageHandle",
    "Status",
    "parse_status",
]
