"""What opening a workspace loads and does: its records, and little besides."""

from __future__ import annotations

import subprocess
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import segkit as sk
from segkit.lazily import once

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    *("sqlglot", "pandas", "numpy", "pyarrow", "polars", "matplotlib", "ipywidgets", "IPython", "scipy"),
    *("inspect", "tempfile", "difflib", "importlib.resources", "importlib.metadata"),
}


def loaded_after(*statements: str) -> set[str]:
    code = "\n".join(["import sys", "import duckdb", "duckdb.connect()", "before = set(sys.modules)", *statements])
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(*(set(sys.modules) - before))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("options", ["", ", read_only=True"])
def test_opening_a_workspace_loads_its_catalog_and_no_more(tmp_path: Path, options: str) -> None:
    with sk.open(tmp_path):
        pass
    loaded = loaded_after("import segkit as sk", f"sk.open({str(tmp_path)!r}{options})")
    allowed = HEAVY - {"tempfile"} if options else HEAVY
    assert not loaded & allowed
    rooms = {name.split(".")[1] for name in loaded if name.startswith("segkit.")}
    assert rooms <= {"catalog", "engine", "errors", "jobs", "lazily", "workspace"}
    own = {name for name in loaded if name.startswith("segkit.")}
    assert len(own) <= 25, sorted(own)


def test_a_workspace_with_finished_jobs_opens_without_what_runs_jobs(small: Path) -> None:
    loaded = loaded_after("import segkit as sk", f"sk.open({str(small)!r})")
    assert "segkit.jobs.runner" not in loaded
    assert not loaded & HEAVY


@pytest.fixture
def small(tmp_path: Path) -> Path:
    import pandas as pd

    with sk.open(tmp_path) as ws:
        ws.datasets.add("crm", pd.DataFrame({"id": ["a"], "age": [1]}), identity={"id": "id"})
        assert ws.jobs.create([ws.segments.create("all", "age > 0")]).wait(progress=False).status == "SUCCEEDED"
    return tmp_path


def test_names_are_loaded_when_asked_for_and_completed_by_the_tab_key() -> None:
    loaded = loaded_after("import segkit, segkit.workspace, segkit.jobs")
    assert not {"segkit.workspace.core", "segkit.jobs.runner"} & loaded
    assert {"open", "Workspace", "pql", "query"} <= set(dir(sk))
    workspace, jobs = import_module("segkit.workspace"), import_module("segkit.jobs")
    assert {"Workspace", "Job"} <= set(dir(workspace))
    assert {"datasets", "jobs", "merge_policies", "segments", "size"} <= set(dir(sk.Workspace))
    for package in (sk, workspace, jobs):
        with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
            package.nothing  # noqa: B018


def test_a_property_is_made_once_from_many_threads() -> None:
    made: list[int] = []
    begin = threading.Barrier(8)

    class Holder:
        @once
        def value(self) -> list[int]:
            made.append(1)
            return []

    holder, found = Holder(), []

    def ask() -> None:
        begin.wait()
        found.append(holder.value)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert all(one is found[0] for one in found)


def test_what_needs_no_data_starts_no_database(tmp_path: Path) -> None:
    with sk.open(tmp_path) as ws:
        ws.segments.list()
        assert not ws.engine._roots
        assert ws.engine.value("SELECT 1") == 1
        assert ws.engine._roots


def test_what_duckdb_refuses_is_refused_on_opening(tmp_path: Path) -> None:
    with pytest.raises(sk.InvalidRequestError, match="memory_limit='much'"):
        sk.open(tmp_path / "new", memory_limit="much")
    assert not (tmp_path / "new").exists()
    with sk.open(tmp_path / "new") as ws:
        folder = ws.folder
    with pytest.raises(sk.InvalidRequestError, match=f"the workspace {folder} is closed"):
        ws.jobs.list()
