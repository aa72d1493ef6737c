"""Who may import whom: the rooms of the house and the doors between them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "segkit"

# Every room and the rooms it may import. `errors` and `lazily` are the ground floor and open to all; `words` stands
# beside them for whoever shows something.
DOORS: dict[str, set[str]] = {
    "errors": set(),
    "lazily": set(),
    "words": set(),
    "pql": set(),
    "engine": set(),
    "demo": set(),
    "plan": {"pql"},
    "sql": {"plan", "pql"},
    # a dataset and a merge policy are what a cell shows: displays turn plain pairs into text and know no room
    "profiles": {"pql", "engine", "notebook"},
    "catalog": {"engine"},
    "jobs": {"engine", "catalog"},
    "aep": {"catalog", "jobs"},
    "evaluation": {"engine", "jobs", "plan", "pql", "profiles", "sql"},
    "analysis": {"engine", "evaluation", "notebook", "plan", "pql", "profiles", "sql", "words"},
    "plots": {"words"},
    "notebook": {"pql", "words"},
    "result": {"engine", "notebook"},
    "workspace": {
        *("aep", "analysis", "catalog", "demo", "engine", "evaluation", "jobs", "notebook"),
        *("plan", "plots", "pql", "profiles", "result", "sql", "words"),
    },
    "cli": {"demo", "notebook", "plots", "pql", "workspace", "result", "profiles"},
    "__main__": {"cli"},
    "__init__": {"pql", "profiles", "result", "workspace"},
}

# Packages that a room may not load, wherever the import stands.
CLOSED: dict[str, set[str]] = {
    "pql": {"duckdb", "sqlglot", "pandas", "matplotlib", "ipywidgets", "IPython"},
    "plan": {"duckdb", "sqlglot", "pandas", "matplotlib", "ipywidgets", "IPython"},
    "sql": {"duckdb", "pandas", "matplotlib", "ipywidgets", "IPython"},
    "plots": {"duckdb", "sqlglot", "ipywidgets"},
    "notebook": {"duckdb", "sqlglot", "pandas", "matplotlib"},
}


def imported(path: Path) -> set[str]:
    """Modules that a file imports, at its top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found.update(one.name for one in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                found.update([module, *(f"{module}.{one.name}" for one in names)])
            case ast.Call(func=ast.Name(id="Later"), args=[ast.Constant(value=str(module))]):
                found.add(module)
            case ast.ImportFrom(level=level) if level:
                found.add("(relative)")
    return found


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda one: str(one.relative_to(ROOT)))
def test_a_file_imports_only_rooms_its_own_room_may_enter(path: Path) -> None:
    room = room_of(path)
    assert room in DOORS, f"a new room, {room}: give it a line in DOORS"
    allowed = {room, "errors", "lazily", *DOORS[room]}
    entered = {
        name.split(".")[1]
        for name in imported(path)
        if name.startswith("segkit.")
        and (ROOT / name.split(".")[1]).exists() | (ROOT / f"{name.split('.')[1]}.py").exists()
    }
    assert entered <= allowed, f"{path.relative_to(ROOT)} enters {sorted(entered - allowed)}"


@pytest.mark.parametrize("path", FILES, ids=lambda one: str(one.relative_to(ROOT)))
def test_a_file_loads_no_package_closed_to_its_room(path: Path) -> None:
    loaded = {name.split(".")[0] for name in imported(path)}
    assert not loaded & CLOSED.get(room_of(path), set())
    assert "(relative)" not in imported(path)


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_import_segkit_loads_no_heavy_package() -> None:
    loaded = modules_after("import segkit")
    assert not loaded & {"matplotlib", "ipywidgets", "IPython", "pandas", "sqlglot", "pyarrow", "polars"}


def test_the_language_alone_needs_no_data_package() -> None:
    loaded = modules_after("import segkit.pql; segkit.pql.format('a = 1')")
    assert not loaded & {"duckdb", "sqlglot", "pandas", "numpy", "matplotlib"}


def test_no_file_is_two_rooms_in_one() -> None:
    long = {str(path.relative_to(ROOT)): n for path in FILES if (n := len(path.read_text().splitlines())) > 600}
    assert not long
