"""Small tables for tests of the public face."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from segkit.workspace import Job, Workspace


def people(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A flat table of customers: id, country, points, and when it was last changed."""
    given = rows or (
        ("a", "US", 5, "2026-01-01"),
        ("b", "DE", 7, "2026-01-02"),
        ("c", "US", None, "2026-01-03"),
    )
    frame = pd.DataFrame(given, columns=["id", "homeAddress.country", "loyalty.points", "changed"])
    return frame.assign(changed=pd.to_datetime(frame["changed"]))


def filled(ws: Workspace) -> Workspace:
    """Add the three customers, and two orders of one of them."""
    ws.datasets.add("crm", people(), identity={"id": "id"}, timestamp="changed")
    events = pd.DataFrame(
        {
            "_id": ["e1", "e2"],
            "who": ["a", "a"],
            "timestamp": pd.to_datetime(["2026-02-01", "2026-03-01"]),
            "eventType": ["commerce.purchases", "commerce.purchases"],
        }
    )
    ws.datasets.add("orders", events, kind="event", identity={"id": "who"})
    return ws


def begun(job: Job) -> Job:
    """The job once its long statement runs."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if job.record.stages and job.record.stages[-1].name == "evaluate segments":
            return job
        time.sleep(0.02)
    raise AssertionError(job)
