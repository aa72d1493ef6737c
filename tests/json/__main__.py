"""`python -m tests.json` writes docs/pql_json.md anew."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from json_page import PAGE, document

    PAGE.write_text(document(), encoding="utf-8")
