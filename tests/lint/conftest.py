"""The tools of neighbouring folders, which these tests use too."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in ("support", "reference"):
    _path = str(Path(__file__).parents[1] / _folder)
    if _path not in sys.path:
        sys.path.append(_path)
