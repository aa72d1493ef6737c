"""The documents, where they lie and what they should say."""

from __future__ import annotations

from pathlib import Path

import support_functions
import support_report
import support_rows
from support_outcomes import corpus

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SUPPORT = ROOT / "docs" / "support.md"
DIAGNOSTICS = ROOT / "docs" / "diagnostics.md"
FUNCTIONS = ROOT / "docs" / "functions.md"


def support() -> str:
    """What docs/support.md should say."""
    return support_report.document(corpus(SHARED))


def rows() -> str:
    """Every row of the corpus with its text and what is said of it."""
    return support_rows.printed(support_rows.lines(corpus(SHARED)))


def diagnostics() -> str:
    """What docs/diagnostics.md should say; its tools lie in `tests/diagnostics`, which tests of that folder load."""
    import diagnostics_page

    return diagnostics_page.document()


def functions() -> str:
    """What docs/functions.md should say."""
    return support_functions.document()
