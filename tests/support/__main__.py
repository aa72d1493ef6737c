"""`python -m tests.support` writes docs/support.md, docs/functions.md and docs/diagnostics.md anew.

With `--rows` it prints every row of the corpus and what is said of it instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Write the documents; the first only where the corpus lies beside the checkout."""
    sys.path[:0] = [str(HERE), *(str(HERE.parent / folder) for folder in ("diagnostics", "lint", "json"))]
    from support_documents import DIAGNOSTICS, FUNCTIONS, SHARED, SUPPORT, diagnostics, functions, rows, support

    if "--rows" in sys.argv[1:]:
        sys.stdout.write(rows() + "\n")
        return 0
    DIAGNOSTICS.write_text(diagnostics(), encoding="utf-8")
    FUNCTIONS.write_text(functions(), encoding="utf-8")
    if not SHARED.is_dir():
        sys.stderr.write(
            "docs/support.md is left as it is: it needs the developers' shared folder beside the checkout\n"
        )
        return 1
    SUPPORT.write_text(support(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
