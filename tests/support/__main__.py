"""`python -m tests.support` writes docs/support.md and docs/functions.md anew."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Write both documents; the first only where the corpus lies beside the checkout."""
    sys.path.insert(0, str(HERE))
    from support_documents import FUNCTIONS, SHARED, SUPPORT, functions, support

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
