"""The two documents, where they lie and what they should say."""

from __future__ import annotations

from pathlib import Path

import support_functions
import support_report
from support_outcomes import corpus

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SUPPORT = ROOT / "docs" / "support.md"
FUNCTIONS = ROOT / "docs" / "functions.md"


def support() -> str:
    """What docs/support.md should say."""
    return support_report.document(corpus(SHARED))


def functions() -> str:
    """What docs/functions.md should say."""
    return support_functions.document()
