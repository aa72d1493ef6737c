"""Small tables to read results from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

# the tables of the tests beside these
sys.path.append(str(Path(__file__).parents[1] / "workspace"))

import pytest
from workspace_frames import filled

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace


@pytest.fixture(scope="module")
def world() -> Iterator[Workspace]:
    """Three customers, two orders, a segment and its job; nobody changes it."""
    with sk.open(None) as ws:
        filled(ws)
        ws.segments.create("US", 'homeAddress.country = "US"')
        ws.jobs.create("*").wait(progress=False)
        yield ws
