"""The figures of the last long run, in README.md."""

from __future__ import annotations

import datetime as dt
import platform
import re
from pathlib import Path

import duckdb

import segkit

README = Path(__file__).parent / "README.md"
_ROW = re.compile(r"(?m)^\| long \|.*$")


def recorded(readme: str, minutes: float, processes: int, figures: object) -> str:
    """README.md with another last long run."""
    versions = f"segkit {segkit.__version__}, DuckDB {duckdb.__version__}, Python {platform.python_version()}"
    run = f"{minutes:g} min in {processes} process{'' if processes == 1 else 'es'}"
    row = f"| long | `python -m tests.reference --minutes 60 --write` | {_today()}, {versions}, {run}: {figures} |"
    return _ROW.sub(lambda _: row, readme)


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
