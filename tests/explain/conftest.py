"""The demo shop, which is only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from segkit.workspace import open_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace


@pytest.fixture(scope="session")
def shop() -> Iterator[Workspace]:
    with open_demo() as workspace:
        yield workspace
