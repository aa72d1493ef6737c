"""A workspace of three segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jobs_bench import Bench, Gate, Script

from segkit.catalog import Catalog, SegmentDefinition
from segkit.engine import Engine
from segkit.jobs import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    catalog = Catalog(tmp_path / "workspace")
    catalog.settings()
    catalog.merge_policies.ensure_default("Default Timebased", {"order": []})
    ids = {
        name: catalog.segments.create(SegmentDefinition(id="", name=name, value=f'name = "{name}"')).id
        for name in ("gold", "silver", "lapsed")
    }
    with Engine(threads=1) as engine:
        script = Script()
        runner = Runner(catalog, script, engine=engine)
        yield Bench(catalog, engine, script, runner, ids)
        runner.close()


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()
