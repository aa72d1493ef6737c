"""`python -m tests.reference --minutes 60` compares generated cases for that long; `--write` keeps the figures."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Run until the time is over; 1 when something disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=None, help="the first seed; chosen anew each time when left out")
    parser.add_argument("--write", action="store_true", help="keep the figures in tests/reference/README.md")
    parser.add_argument("--missing-values", action="store_true", help="write docs/missing_values.md and nothing else")
    given = parser.parse_args(arguments)
    sys.path.insert(0, str(HERE))
    from reference_long import Figures, part, prepared
    from reference_readme import README, recorded

    if given.missing_values:
        from reference_missing import DOCUMENT, document

        DOCUMENT.write_text(document(), encoding="utf-8")
        return 0
    first = given.seed if given.seed is not None else int(time.time()) * 1000
    end = time.time() + given.minutes * 60
    jobs = [(first + number, given.processes, end) for number in range(given.processes)]
    with multiprocessing.get_context("spawn").Pool(given.processes, initializer=prepared) as pool:
        figures = sum(pool.imap_unordered(part, jobs), Figures())
    sys.stdout.write(f"{given.minutes:g} minutes from seed {first}: {figures}; {figures.refused:,} could not be run\n")
    if given.write:
        README.write_text(
            recorded(README.read_text(encoding="utf-8"), given.minutes, given.processes, figures), "utf-8"
        )
    return 1 if figures.findings else 0


if __name__ == "__main__":
    sys.exit(main())
