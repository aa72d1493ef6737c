"""The displays in a real IPython kernel, run as a notebook would be."""

from __future__ import annotations

import asyncio
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

nbclient = pytest.importorskip("nbclient", reason="needs nbclient, which the dev extra brings with nbmake")

FIGURE = """
import pandas as pd
from segkit.plots import sizes
sizes(pd.DataFrame({"name": ["Gold"], "size": [3]}))
"""
PROGRESS = """
from segkit.notebook import progress_display
shown = progress_display()
shown.update(0.3, "evaluate", "PROCESSING")
kept = (type(shown).__name__, shown.label.value)
shown.update(1.0, "", "SUCCEEDED")
shown.close()
kept
"""
WRONG = """
from segkit.notebook import install_errors
from segkit.pql.diagnostics import Report
from segkit.pql.tree import Span
install_errors()
report = Report("homeAdress.city = 1")
report.error("unknown-field", "no field `homeAdress`", Span(0, 10))
report.check()
"""
OPENED = """
import pandas as pd
import segkit as sk
ws = sk.open(None)
frame = pd.DataFrame({"crmId": ["1", "2"], "city": ["Rome", None]})
ws.datasets.add("crm", frame, identity={"crmId": "crmId"}, primary="crmId")
seg = ws.segments.create("In Rome", 'city = "Rome"')
"""
REFUSED = (
    "ws.size('citty = \"Rome\"')",
    "ws.preview('city > 5')",
    "ws.preview('city', ['citty'])",
    "ws.sql('city ==')",
    "ws.explain('citty')",
    "ws.segments.create('Wrong', 'inSegment(\"In Rom\")')",
    "ws.segments.update(seg, pql='city = ')",
    "sk.pql.parse('city = ')",
    'sk.pql.from_json(\'{"nodeType": "fnApply"}\')',
)
"""Each ends in a PQLError, wherever it comes from."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, Any]]]:
    """What each cell showed; one kernel for all tests."""
    import nbformat

    sources = [FIGURE, "import matplotlib.pyplot\n" + FIGURE, "%matplotlib inline\n" + FIGURE, PROGRESS, WRONG, OPENED]
    sources += [*REFUSED, "ws.check('citty = 1')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one.strip()) for one in sources])
    for cell in notebook.cells:
        if cell.source in {WRONG.strip(), *REFUSED}:
            cell.metadata["tags"] = ["raises-exception"]
    folder: Path = tmp_path_factory.mktemp("kernel")
    with warnings.catch_warnings():
        # the kernel's messaging and its event loop are not ours to mend
        warnings.simplefilter("ignore")
        if sys.platform == "win32":
            asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.slow
@pytest.mark.parametrize("cell", [0, 1, 2], ids=["no backend", "pyplot imported", "inline backend"])
def test_a_figure_shows_once_with_and_without_a_backend(outputs: list[list[dict[str, Any]]], cell: int) -> None:
    (shown,) = outputs[cell]
    assert shown["output_type"] == "execute_result"
    assert "image/png" in shown["data"]


@pytest.mark.slow
def test_a_bar_leaves_a_line_that_a_saved_notebook_can_show(outputs: list[list[dict[str, Any]]]) -> None:
    shown, result = outputs[3]
    assert shown["data"]["text/plain"] == "SUCCEEDED"
    assert "SUCCEEDED" in shown["data"]["text/html"]
    assert not [kind for kind in shown["data"] if "widget" in kind]
    assert result["data"]["text/plain"] == "('WidgetProgress', '30 %  PROCESSING evaluate')"


@pytest.mark.slow
def test_a_wrong_expression_shows_its_diagnostics_alone(outputs: list[list[dict[str, Any]]]) -> None:
    (shown,) = outputs[4]
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(shown["traceback"]))
    assert shown["ename"] == "PQLError"
    assert text.splitlines()[0] == "line 7: report.check()"
    assert "error[unknown-field]" in text
    assert "Traceback" not in text


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(REFUSED)), ids=REFUSED)
def test_r52_no_call_shows_a_python_traceback_for_a_rule(outputs: list[list[dict[str, Any]]], number: int) -> None:
    (shown,) = outputs[6 + number]
    assert shown["output_type"] == "error"
    assert shown["ename"] == "PQLError"
    text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(shown["traceback"]))
    assert text.splitlines()[0] == f"line 1: {REFUSED[number]}"
    assert "error[" in text
    assert "   | " in text, "the place in the rule"
    assert "Traceback" not in text
    assert "segkit/" not in text


@pytest.mark.slow
def test_r52_findings_show_as_html_and_as_text(outputs: list[list[dict[str, Any]]]) -> None:
    (shown,) = outputs[6 + len(REFUSED)]
    assert "unknown-field" in shown["data"]["text/html"]
    assert "error[unknown-field]" in shown["data"]["text/plain"]
