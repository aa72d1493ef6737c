"""Segment jobs: records, states, the runner, and the membership they publish."""

from segkit.jobs.control import Control, Evaluate, Outcome, StageHandle
from segkit.jobs.liveness import Progress
from segkit.jobs.record import JobError, JobRecord, Metrics, SegmentSnapshot, Span, Stage
from segkit.jobs.request import EVERY, JobRequest
from segkit.jobs.runner import Cancelled, Runner
from segkit.jobs.states import Status, parse_status

__all__ = [
    "EVERY",
    "Cancelled",
    "Control",
    "Evaluate",
    "JobError",
    "JobRecord",
    "JobRequest",
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
