"""The notebooks as committed: run from top to bottom, small, and with nothing in them of the machine they ran on.

That they run is nbmake's to show (`pytest --nbmake notebooks`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MACHINE = re.compile(r"/(?:home|root|work|tmp|Users|private|mnt|opt|var)/|[A-Z]:\\\\|site-packages|ipykernel_\d+")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _code(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in document["cells"] if cell["cell_type"] == "code"]


def test_the_notebooks_are_there() -> None:
    assert {"01_quickstart", "02_your_own_data", "03_rules", "04_profiles"} <= {path.stem for path in NOTEBOOKS}


@every_notebook
def test_was_run_once_from_top_to_bottom(path: Path) -> None:
    cells = _code(_read(path))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


@every_notebook
def test_shows_something_and_no_failure_or_warning(path: Path) -> None:
    document = _read(path)
    outputs = [one for cell in _code(document) for one in cell["outputs"]]
    pictures = [one for one in outputs if "image/png" in one.get("data", {})]
    assert len(outputs) >= 8
    assert pictures
    expected = [cell for cell in _code(document) if "raises-exception" in cell["metadata"].get("tags", [])]
    failures = [one for one in outputs if one["output_type"] == "error"]
    assert len(failures) == len(expected)
    assert not [one for one in outputs if one.get("name") == "stderr"]


@every_notebook
def test_tells_nothing_of_the_machine(path: Path) -> None:
    found = []
    for cell in _code(_read(path)):
        for output in cell["outputs"]:
            data = {kind: text for kind, text in output.get("data", {}).items() if not kind.startswith("image/")}
            found += MACHINE.findall(json.dumps([data, output.get("text", ""), output.get("traceback", "")]))
    assert not found


@every_notebook
def test_is_small_and_opens_with_any_python_kernel(path: Path) -> None:
    document = _read(path)
    assert path.stat().st_size < 600_000
    assert document["metadata"]["kernelspec"]["name"] == "python3"
    assert "widgets" not in document["metadata"]


@every_notebook
def test_opens_with_a_title_and_code_lines_fit_a_screen(path: Path) -> None:
    document = _read(path)
    assert document["cells"][0]["cell_type"] == "markdown"
    assert "".join(document["cells"][0]["source"]).startswith("# ")
    long = [line for cell in _code(document) for line in "".join(cell["source"]).splitlines() if len(line) > 120]
    assert not long
