"""Run the notebooks in this folder and store their outputs, so that a reader sees them without running anything.

    python notebooks/refresh.py [name.ipynb ...]

What changes from run to run or tells of the machine (widgets, run times, paths) is left out; a test looks that
nothing of the kind is committed. Needs `pip install -e .[dev]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
KEPT = ("tags", "jupyter")
WIDGET = "application/vnd.jupyter.widget-view+json"


def placeless(output: Any) -> Any:
    """An output in which paths begin at the repository."""
    return nbformat.from_dict(json.loads(json.dumps(output).replace(f"{FOLDER.parent}/", "")))


def refresh(path: Path) -> None:
    """Run one notebook in its own folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False).execute(cwd=str(FOLDER))
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:02}"
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if cell.cell_type == "code":
            cell.outputs = [placeless(one) for one in cell.outputs if WIDGET not in one.get("data", {})]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for one in [FOLDER / name for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        refresh(one)
        print(one.name)
