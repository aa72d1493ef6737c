"""The README and the pages that are written by hand say what is true: their Python runs, and gives the output shown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from segkit import cli

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
PAGES = [README, ROOT / "docs" / "profiles.md"]


def blocks(language: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_the_set_up_is_two_commands_of_one_line_each() -> None:
    commands = blocks("sh")
    assert len(commands) == 2
    for heading, command in zip(("## Run it", "## Test it"), commands, strict=True):
        assert command.count("\n") == 1
        section = TEXT.split(heading)[1].split("\n## ")[0]
        assert command in section


def test_every_linked_file_is_there() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert linked
    assert [one for one in linked if not (README.parent / one).exists()] == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After the first command, as in the README: the demo has run its job."""
    folder = tmp_path_factory.mktemp("demo")
    assert cli.main(["demo", "--json", "--folder", str(folder / cli.DEMO_FOLDER)]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_the_python_gives_the_output_shown(page: Path, demo: Path, tmp_path: Path) -> None:
    """Each page begins with a workspace as the demo left it."""
    text = page.read_text(encoding="utf-8")
    here = shutil.copytree(demo, tmp_path / "page")
    done = subprocess.run(
        [sys.executable, "-c", "".join(blocks("python", text))],
        cwd=here,
        capture_output=True,
        text=True,
        env={"COLUMNS": "100", "PYTHONIOENCODING": "utf-8", "PATH": "", "HOME": str(tmp_path)},
        check=False,
    )
    assert done.stderr == ""
    shown = "".join(blocks("text", text))
    assert neutral(done.stdout).strip() == neutral(shown).strip()


def neutral(text: str) -> str:
    """Without what differs from run to run: ids."""
    return re.sub(r"job [0-9a-f]{8}", "job 00000000", re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f…-]*", "(id)", text))
