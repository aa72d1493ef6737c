"""Settings that every test shares: another machine zone, so that a rule that leans on it fails (`pql.md` R39)."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

os.environ["TZ"] = "America/New_York"
time.tzset()

# they hold no examples, and there may be one in each folder: read for examples, two of one name would clash
collect_ignore_glob = ["conftest.py", "*/conftest.py"]

SHARED = Path(__file__).parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden files anew instead of comparing")
    parser.addoption("--long", action="store_true", help="run the tests marked long, and only those")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = bool(config.getoption("--long"))
    left = [one for one in items if (one.get_closest_marker("long") is not None) != wanted]
    config.hook.pytest_deselected(items=left)
    items[:] = [one for one in items if one not in set(left)]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of material that lies beside a developer's checkout; a test that needs it is skipped elsewhere."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' shared folder beside the checkout")
    return SHARED
