"""The notebook `02_your_own_data.ipynb`, run cell by cell as a script, on a table of the test's choosing."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_your_own_data.ipynb"


def run(table: Path) -> dict[str, Any]:
    """Run the code cells on a table, showing what each would show, and give back the names they leave behind.

    The workspace stays open: the last cell, which closes it, is left to the caller.
    """
    first, *others = _code_cells()
    assert first.startswith("PATH = None"), "the first code cell names the table and does nothing else"
    assert others[-1] == "ws.close()"
    names: dict[str, Any] = {}
    for cell in (f"PATH = {str(table)!r}", *others[:-1]):
        _execute(cell, names)
    return names


def made_up_lines() -> pd.DataFrame:
    """The practice table that the notebook makes when it is given none."""
    names: dict[str, Any] = {"pd": pd}
    _execute(next(cell for cell in _code_cells() if cell.startswith("def made_up_lines")), names)
    lines: pd.DataFrame = names["made_up_lines"]()
    return lines


def _code_cells() -> list[str]:
    document = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def _execute(source: str, names: dict[str, Any]) -> None:
    body = ast.parse(source).body
    shown = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), source[:40], "exec"), names)  # noqa: S102  the repository's own notebook
    if isinstance(shown, ast.Expr):
        value = eval(compile(ast.Expression(shown.value), source[:40], "eval"), names)  # noqa: S307  see above
        assert "cannot be read" not in repr(value)
        page = getattr(value, "_repr_html_", None)
        with warnings.catch_warnings():
            # pandas looks for IPython's settings when it makes HTML; those are not ours
            warnings.simplefilter("ignore", DeprecationWarning)
            assert page is None or "cannot be read" not in (page() or "")
