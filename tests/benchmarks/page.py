"""docs/benchmarks.md: sections by their titles, each put in its place as soon as it is measured."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def show(title: str, lines: Sequence[str], *, write: bool) -> None:
    """Print a section; also put it in the place of the one of that title, or at the end of the page."""
    text = "\n".join([f"## {title}", "", *lines]).rstrip() + "\n"
    print(text, flush=True)  # noqa: T201  a command prints
    if not write:
        return
    page = PAGE.read_text(encoding="utf-8")
    old = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if old.search(page):
        rest = old.sub(lambda found: text + "\n" * (found.end() < len(page)), page, count=1)
    else:
        rest = page.rstrip() + "\n\n" + text
    PAGE.write_text(rest, encoding="utf-8")


def today() -> str:
    """The date of a measurement."""
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
