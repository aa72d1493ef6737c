"""Fonts: which installed ones to use, and what to do about characters that none of them has.

matplotlib warns and draws empty boxes for a missing character. Its own DejaVu Sans has none for Chinese, Japanese or
Korean, and many servers have no other font.
"""

from __future__ import annotations

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


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The installed families to set text in, in order; DejaVu Sans, which matplotlib brings, is always there."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    latin = next((name for name in _LATIN if name in installed), None)
    others = [name for name in _FALLBACK if name in installed]
    return tuple(name for name in (latin, "DejaVu Sans", *others) if name)


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    found: set[int] = set()
    for name in families():
        regular = font_manager.get_font(font_manager.findfont(name))
        bold = font_manager.get_font(font_manager.findfont(font_manager.FontProperties(family=name, weight="bold")))
        found |= regular.get_charmap().keys() & bold.get_charmap().keys()
    return frozenset(found)


def writable(text: str) -> tuple[str, bool]:
    r"""The text on one line with only characters that can be drawn, and whether no letter was lost.

    Pictures are dropped, a run of letters that no font has becomes an ellipsis.

    Examples
    --------
    >>> writable("Gold\n customers 🎉")
    ('Gold customers', True)
    >>> writable("Spent > $5")
    ('Spent > $5', True)
    """
    covered = _covered()
    kept: list[str] = []
    whole = True
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        kind = unicodedata.category(letter)
        if ord(letter) in covered and kind not in {"Cc", "Cf"}:
            kept.append(letter)
        elif kind[0] in "LNM":
            whole = False
            if kept[-1:] != ["…"]:
                kept.append("…")
    shown = " ".join("".join(kept).split())
    # a name of pictures alone has lost all of itself
    return (shown, whole) if shown else ("…", False)
