"""A small workspace for the commands, made once and only read."""

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


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three customers, two orders, a segment and its job."""
    path = tmp_path_factory.mktemp("cli") / "ws"
    with sk.open(path) as ws:
        filled(ws)
        ws.segments.create("US", 'homeAddress.country = "US"')
        ws.jobs.create("*").wait(progress=False)
    return path
