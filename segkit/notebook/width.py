"""How many terminal cells a text takes, and making it fit."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def width_of(text: str) -> int:
    """Cells that a text takes in a terminal: wide letters two, combining ones none.

    Examples
    --------
    >>> width_of("Gold"), width_of("日本"), width_of("e\u0301")
    (4, 4, 1)
    """
    if text.isascii():
        return len(text)
    total, joined = 0, False
    for letter in text:
        if not (joined or unicodedata.category(letter) in {"Mn", "Me", "Cf"}):
            total += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        joined = letter == _JOINER
    return total


def cut(text: str, cells: int) -> str:
    """The text, its end replaced by an ellipsis when it takes more than `cells`.

    Examples
    --------
    >>> cut("Gold customers", 8), cut("日本の顧客", 6), cut("Gold", 4)
    ('Gold cu…', '日本…', 'Gold')
    """
    if width_of(text) <= cells:
        return text
    kept, used = [], 0
    for letter in text:
        used += width_of(letter)
        if used > cells - 1:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…" if cells > 0 else ""


def cut_front(text: str, cells: int) -> str:
    """The text, its beginning replaced by an ellipsis when it takes more than `cells`.

    Examples
    --------
    >>> cut_front("person.name.lastName", 10)
    '….lastName'
    """
    return text if width_of(text) <= cells else cut(text[::-1], cells)[::-1]


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """The text filled up with blanks to `cells`, its own end at the right when `right`."""
    blanks = " " * (cells - width_of(text))
    return blanks + text if right else text + blanks
