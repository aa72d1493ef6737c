"""One demo workspace that is only read, and small frames for the rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from workspace_frames import people

import segkit as sk
from segkit.workspace import open_demo

# the demo shop's numbers worked out by hand
sys.path.append(str(Path(__file__).parents[1] / "demo"))

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Job, Workspace


@pytest.fixture(scope="session")
def shop() -> Iterator[Workspace]:
    """The demo shop on the committed sample; nobody changes its definitions."""
    with open_demo() as workspace:
        yield workspace


@pytest.fixture(scope="session")
def finished(shop: Workspace) -> Job:
    """The job over all twelve segments of the demo shop."""
    from segkit.demo import AS_OF

    return shop.jobs.create("*", as_of=AS_OF).wait(progress=False)


@pytest.fixture
def ws() -> Iterator[Workspace]:
    """An empty temporary workspace."""
    with sk.open(None) as workspace:
        yield workspace


@pytest.fixture
def small(ws: Workspace) -> Workspace:
    """A workspace with three customers, and two events of one of them."""
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
