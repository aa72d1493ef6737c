"""The demo shop, which is only read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from segkit.workspace import open_demo

# schemas inferred from expressions, and generated expressions
sys.path += [str(Path(__file__).parents[1] / one) for one in ("support", "reference")]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace


@pytest.fixture(scope="session")
def shop() -> Iterator[Workspace]:
    with open_demo() as workspace:
        yield workspace
