"""The catalog's formats: an ordered list of steps, each a packaged SQL file, each run once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segkit.catalog.store import Transaction

STEPS = ("001_first.sql",)

FORMAT = len(STEPS)
"""The format this segkit writes."""


def done(transaction: Transaction) -> int:
    """The format of a catalog."""
    return int(transaction.value("SELECT value FROM meta WHERE key = 'format'") or 0)


def migrate(transaction: Transaction, known: int) -> None:
    """Run the steps after format `known`; 0 is that of an empty file."""
    from importlib import resources  # noqa: PLC0415 - hardly ever, and large

    for number, step in enumerate(STEPS[known:], start=known + 1):
        transaction.rows(resources.files(__package__).joinpath(step).read_text(encoding="utf-8"))
        transaction.change("DELETE FROM meta WHERE key = 'format'")
        transaction.change("INSERT INTO meta VALUES ('format', $number)", number=str(number))
