"""docs/benchmarks.md: sections by their titles, each put in its place as soon as it is measured."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def show(title: str, lines: Sequence[str], *, write: bool, new: int | None = None) -> None:
    """Print a section, or its `new` last lines; also put it in the place of the one of that title, or at the end."""
    said = lines if new is None else lines[-new:]
    print("\n".join(said if new else [f"## {title}", "", *said]), flush=True)  # noqa: T201  a command prints
    if not write:
        return
    text = "\n".join([f"## {title}", "", *lines]).rstrip() + "\n"
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
