"""One demo workspace that is only read, and small frames for the rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from workspace_frames import filled

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


@pytest.fixture(scope="session")
def world() -> Iterator[Workspace]:
    """Three customers and two events of one of them; for tests that leave everything as it is."""
    with sk.open(None) as workspace:
        yield filled(workspace)


@pytest.fixture
def small(ws: Workspace) -> Workspace:
    """The same as `world`, for tests that change something."""
    return filled(ws)


@pytest.fixture
def slow(tmp_path: Path) -> Workspace:
    """A workspace whose one segment takes minutes."""
    file = tmp_path / "big.parquet"
    notes = duckdb.sql('SELECT i::VARCHAR AS id, repeat(md5(i::VARCHAR), 3) AS "person.note" FROM range(300000) t(i)')
    notes.write_parquet(str(file))
    ws = sk.open(tmp_path / "ws")
    ws.datasets.add("big", file, identity={"id": "id"})
    pairs = [(one, other) for one in "abcdef0123" for other in "abcdef0123"]
    rule = " or ".join(f'person.note.matches(".*{a}.*{b}.*{a}.*{b}.*{a}.*{b}.*x")' for a, b in pairs)
    ws.segments.create("slow", rule)
    return ws
