"""`python -m tests.benchmarks [steps|sql]`: what is measured, and the page that shows it."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from tests.benchmarks import beside_sql, steps

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
SQL, STEPS = "segkit beside hand-written SQL", "From the text of a rule to its statement"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["steps", "sql"], help="one of them; both when left out")
    parser.add_argument("--runs", type=int, help="how often each is measured")
    parser.add_argument("--profiles", type=int, default=200_000, help="of the sample data that the sizes are of")
    parser.add_argument("--folder", type=Path, help="where the sample data lies or is made; a temporary one otherwise")
    parser.add_argument("--write", action="store_true", help=f"also write it to {PAGE.name}")
    options = parser.parse_args()
    if options.what != "sql":
        show(STEPS, steps.section(options.runs or 31), write=options.write)
    if options.what != "steps":
        with tempfile.TemporaryDirectory() as temporary:
            home = options.folder or Path(temporary)
            show(SQL, beside_sql.section(home, options.profiles, options.runs or 11), write=options.write)


def show(title: str, lines: list[str], *, write: bool) -> None:
    """Print a section; also put it in the place of the one of that title."""
    text = "\n".join([f"## {title}", "", *lines, ""])
    print(text)  # noqa: T201  a command prints
    if write:
        page = PAGE.read_text(encoding="utf-8")
        old = re.compile(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", re.DOTALL)
        PAGE.write_text(old.sub(lambda _: text, page), encoding="utf-8")


if __name__ == "__main__":
    main()
