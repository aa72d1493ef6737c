"""`python -m tests.fuzz --count 1000000` spoils a million expressions and writes down what came of them."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for _folder in (HERE, HERE.parent / "support", HERE.parent / "pql"):
    sys.path.insert(0, str(_folder))

from fuzz_record import recorded  # noqa: E402  the folders of tests are no packages
from fuzz_run import THOROUGH, Tally, run, seeds  # noqa: E402
from pql_examples import EXAMPLES  # noqa: E402

PARTS = 128
"""Pieces of a run, so that processes end together."""


def main() -> int:
    """Run, print, and keep the figures of long runs."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="how many expressions (default 20,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other expressions")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--every", type=int, default=5, help="run one of so many that compile; 0 runs none")
    parser.add_argument("--thorough", type=int, default=THOROUGH, help="also lint, mend and explain one of so many")
    parser.add_argument("--record", action="store_true", help="write the figures into tests/fuzz/README.md")
    given = parser.parse_args()
    texts = seeds(EXAMPLES, ROOT.parent / "shared")
    tally = Tally()
    with ProcessPoolExecutor(given.processes) as pool:
        jobs = [
            pool.submit(
                run,
                texts,
                given.count,
                seed=given.seed,
                part=part,
                parts=PARTS,
                every=given.every,
                thorough=given.thorough,
            )
            for part in range(PARTS)
        ]
        for job in as_completed(jobs):
            done = job.result()
            for spoilt, said in done.failures:
                print(f"\n{spoilt!r}\n  {said}", flush=True)  # noqa: T201  a command prints
            tally.add(done)
            sys.stderr.write(f"\r{tally.count:,} of {given.count:,}, {len(tally.failures)} failures ")
    sys.stderr.write("\n")
    asked = ("count", "seed", "every", "thorough")
    command = " ".join(["python -m tests.fuzz", *(f"--{one} {getattr(given, one)}" for one in asked)])
    text = recorded(tally, command, _commit(), dt.datetime.now(tz=dt.UTC).date())
    print(text)  # noqa: T201  a command prints
    if given.record and not tally.failures:
        page = HERE / "README.md"
        head, _, _ = page.read_text(encoding="utf-8").partition("## The last long run")
        page.write_text(f"{head}## The last long run\n\n{text}\n", encoding="utf-8")
    return 1 if tally.failures else 0


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
