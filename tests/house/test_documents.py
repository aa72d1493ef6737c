"""Every page of docs has a test that it is current; every command that makes one is listed in `tests/README.md`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTED = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
TOLD = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("tests/**/*.md"), *ROOT.glob("data/*.md")])
MEASURED = {"benchmarks.md"}
"""Times differ from run to run: the page names the day and the machine."""

WRITTEN = {"profiles.md"}
"""Pages that are written by hand: `test_readme` runs their Python and compares what it gives."""


def test_every_command_of_the_tests_is_listed() -> None:
    commands = {path.parent.name for path in ROOT.glob("tests/*/__main__.py")}
    assert set(re.findall(r"python -m tests\.(\w+)", LISTED)) == commands


@pytest.mark.parametrize("page", TOLD, ids=lambda one: str(one.relative_to(ROOT)))
def test_a_page_names_commands_and_files_that_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {f"tests/{one}/__main__.py" for one in re.findall(r"python -m tests\.(\w+)", text)}
    assert sorted(one for one in named if not (ROOT / one).is_file()) == []
    linked = {one.split("#")[0] for one in re.findall(r"\]\(([^)\s]+)\)", text) if ":" not in one}
    assert sorted(one for one in linked if one and not (page.parent / one).exists()) == []


@pytest.mark.parametrize("page", sorted(WRITTEN))
def test_the_python_of_every_written_page_is_run(page: str) -> None:
    assert f'"{page}"' in Path(__file__).with_name("test_readme.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "page", sorted(one for one in ROOT.glob("docs/*.md") if one.name not in WRITTEN), ids=lambda one: one.name
)
def test_every_page_is_made_and_looked_at(page: Path) -> None:
    """Its command stands in it, and the module that makes it is asked by a test whether it is current."""
    assert re.search(r"`python -m tests\.\w+", page.read_text(encoding="utf-8"))
    makers = [path for path in ROOT.glob("tests/*/*.py") if re.search(rf'"{page.name}"', path.read_text("utf-8"))]
    assert makers, f"nothing under tests makes {page.name}"
    if page.name not in MEASURED:
        tests = [one for path in makers for one in path.parent.glob("test_*.py")]
        assert any("is_current" in one.read_text("utf-8") for one in tests), f"no test that {page.name} is current"
