"""Fonts: which installed ones to use, and what to do about characters that none of them has.

matplotlib warns and draws empty boxes for a missing character. Its own DejaVu Sans has none for Chinese, Japanese or
Korean, and many servers have no other font.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from matplotlib import font_manager

_LATIN = ("Inter", "Source Sans 3", "Helvetica Neue", "Segoe UI", "Arial", "Liberation Sans")
_FALLBACK = (
    *("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans JP", "Noto Sans SC", "Noto Sans KR", "Source Han Sans"),
    *("Hiragino Sans", "PingFang SC", "Apple SD Gothic Neo", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback", "Arial Unicode MS"),
    *("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai"),
)


@lru_cache(maxsize=2)
def families(*, bold: bool = False) -> tuple[str, ...]:
    """The installed families to set text in, in order; DejaVu Sans, which matplotlib brings, is always there.

    For bold text only those that have a bold face: matplotlib's log complains about each of the others.
    """
    installed = {font.name for font in font_manager.fontManager.ttflist if not bold or _is_bold(font.weight)}
    latin = next((name for name in _LATIN if name in installed), None)
    others = [name for name in _FALLBACK if name in installed]
    return tuple(name for name in (latin, "DejaVu Sans", *others) if name)


def _is_bold(weight: str | int) -> bool:
    return font_manager.weight_dict.get(str(weight), weight) in range(600, 1001)


@lru_cache(maxsize=2)
def _covered(*, bold: bool) -> frozenset[int]:
    found: set[int] = set()
    for name in families(bold=bold):
        face = font_manager.FontProperties(family=name, weight="bold" if bold else "normal")
        found.update(font_manager.get_font(font_manager.findfont(face)).get_charmap())
    return frozenset(found)


def writable(text: str, *, bold: bool = False) -> tuple[str, bool]:
    r"""The text on one line with only characters that can be drawn, and whether no letter was lost.

    Pictures are dropped, a run of letters that no font has becomes an ellipsis.

    Examples
    --------
    >>> writable("Gold\n customers 🎉")
    ('Gold customers', True)
    >>> writable("Spent > $5")
    ('Spent > $5', True)
    """
    covered = _covered(bold=bold)
    kept: list[str] = []
    whole = True
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        kind = unicodedata.category(letter)
        if ord(letter) in covered and kind not in {"Cc", "Cf"}:
            kept.append(letter)
        elif kind[0] in "LNM":
            whole = False
            kept.append("…")
    shown = " ".join("".join(kept).split())
    if not whole:
        shown = re.sub(r"…[… ]*…", "…", shown)
    # a name of pictures alone has lost all of itself
    return (shown, whole) if shown else ("…", False)


def heading(text: str) -> tuple[str, bool]:
    """A title that can be drawn, and whether in bold: a script without a bold face is better light than lost."""
    if not text.strip():
        return "", True
    shown, whole = writable(text, bold=True)
    return (shown, True) if whole else (writable(text)[0], False)
