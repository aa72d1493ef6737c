"""The notebook `02_your_own_data.ipynb`, run cell by cell as a script, on a table of the test's choosing."""

from __future__ import annotations

import ast
import json
import warnings
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02_your_own_data.ipynb"


def run(table: Path | None) -> dict[str, Any]:
    """Run the code cells, showing what each would show, and give back the names they leave behind.

    The workspace stays open: the last cell, which closes it, is left to the caller.
    """
    first, *others = _code_cells()
    assert first.startswith("PATH = None"), "the first code cell names the table and does nothing else"
    assert others[-1] == "ws.close()"
    names: dict[str, Any] = {}
    _execute(f"PATH = {str(table)!r}" if table else first, names)
    for cell in others[:-1]:
        _execute(cell, names)
    return names


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
