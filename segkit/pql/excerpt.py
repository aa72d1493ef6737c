"""The line of a text with carets under some words, as a terminal shows it (`pql.md` R52)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from segkit.pql.tree import Span

_TAB: Final = 4
_BEFORE: Final = 60
_INSIDE: Final = 80
_AFTER: Final = 60
_WINDOW: Final = 300  # characters on either side that are looked at
_STEERING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class _Cell(NamedTuple):
    """A character as it is shown, and the columns it takes."""

    text: str
    width: int


_CUT: Final = _Cell("…", 1)
_PLAIN: Final = {one: _Cell(one, 1) for one in map(chr, range(ord(" "), ord("~") + 1))}  # most of any text


def excerpt(source: str, span: Span) -> list[str]:
    """Two lines: the first line of the span with its number, and carets under the words.

    Parameters
    ----------
    source
        The whole text.
    span
        The words; a span that goes on behind its first line is marked with `…`, an empty one has one caret.

    Returns
    -------
    list of str
        Nothing for an empty text. Long lines are cut around the span. Tabs, wide and combining characters are counted
        as they are shown, and what would disturb the terminal is shown as `·`.
    """
    if not source:
        return []
    start = min(max(span.start, 0), len(source))
    begin = source.rfind("\n", 0, start) + 1
    end = source.find("\n", start)
    end = len(source) if end < 0 else end
    if end > start and source[end - 1] == "\r":
        end -= 1
    stop = min(max(span.end, start), end)
    left, right = max(begin, start - _WINDOW), min(end, stop + _WINDOW)
    line = _cells(source[left:start])
    before, column = line, _width(line)
    if left > begin or column > _BEFORE:
        before = [_CUT, *_last(before, _BEFORE - 1)]
    inside = _cells(source[start : min(stop, start + _WINDOW)], column)
    if stop - start > _WINDOW or _width(inside) > _INSIDE:
        half = _INSIDE // 2
        inside = [*_first(inside, half), _CUT, *_last(_cells(source[max(start, stop - _WINDOW) : stop]), half - 1)]
    after = _cells(source[stop:right], column + _width(inside))
    if right < end or _width(after) > _AFTER:
        after = [*_first(after, _AFTER - 1), _CUT]
    number = str(source.count("\n", 0, start) + 1)
    carets = "^" * max(1, _width(inside))
    goes_on = " …" if span.end > end and source[end : span.end].strip() else ""
    shown = "".join(one.text for one in (*before, *inside, *after)).rstrip()
    return [
        f" {number} | {shown}",
        f" {' ' * len(number)} | {' ' * _width(before)}{carets}{goes_on}",
    ]


def _cells(line: str, column: int = 0) -> list[_Cell]:
    cells: list[_Cell] = []
    for one in line:
        cell = _PLAIN.get(one) or _cell(one, column)
        column += cell.width
        cells.append(cell)
    return cells


def _cell(one: str, column: int) -> _Cell:
    if one == "\t":
        step = _TAB - column % _TAB
        return _Cell(" " * step, step)
    kind = unicodedata.category(one)
    if kind in {"Cc", "Zl", "Zp", "Cs"} or one in _STEERING:
        return _Cell("·", 1)
    if kind in {"Mn", "Me", "Cf"}:
        return _Cell(one, 0)
    return _Cell(one, 2 if unicodedata.east_asian_width(one) in {"W", "F"} else 1)


def _width(cells: list[_Cell]) -> int:
    return sum(one.width for one in cells)


def _first(cells: list[_Cell], room: int) -> list[_Cell]:
    taken: list[_Cell] = []
    for one in cells:
        room -= one.width
        if room < 0:
            break
        taken.append(one)
    return taken


def _last(cells: list[_Cell], room: int) -> list[_Cell]:
    return _first(cells[::-1], room)[::-1]
