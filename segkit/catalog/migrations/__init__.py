"""The catalog's formats: an ordered list of steps, each a packaged SQL file, each run once."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segkit.catalog.store import Transaction

STEPS = ("001_first.sql",)

FORMAT = len(STEPS)
"""The format this segkit writes."""


def migrate(transaction: Transaction) -> None:
    """Run the steps that a catalog has not seen yet."""
    known = transaction.value("SELECT count(*) FROM information_schema.tables WHERE table_name = 'meta'")
    done = int(transaction.value("SELECT value FROM meta WHERE key = 'format'") or 0) if known else 0
    for number, step in enumerate(STEPS[done:], start=done + 1):
        transaction.rows(files(__package__).joinpath(step).read_text(encoding="utf-8"))
        transaction.change("DELETE FROM meta WHERE key = 'format'")
        transaction.change("INSERT INTO meta VALUES ('format', $number)", number=str(number))
