"""The one table style of every display, as HTML and as text."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from segkit.notebook.style import BORDER, CELL, FONT, MUTED, NUMBER, block
from segkit.notebook.values import Cell, cell, clean
from segkit.notebook.width import cut, cut_front, pad, width_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_NARROWEST = 16
_FIRST = 40
"""The first column says what a row is about: it gives way last."""
_SENTENCE = 40
_GAP = "  "
_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_LINES = 100


def table_html(
    columns: Sequence[str],
    rows: Iterable[Sequence[object] | Mapping[str, object]],
    *,
    caption: str | None = None,
    footer: str | None = None,
    numeric: Collection[str] = frozenset(),
) -> str:
    """A table for a notebook cell: readable in light and dark themes, and without any style sheet.

    Parameters
    ----------
    columns
        Headings, in order.
    rows
        One sequence of values a row, in the order of the columns, or one mapping from column to value.
    caption, footer
        A line above, and lines below.
    numeric
        Columns whose text is aligned like numbers; columns of numbers are found by themselves.

    Returns
    -------
    str
        HTML; everything that came in is escaped.
    """
    cells = _cells(columns, rows)
    right = _right(columns, cells, numeric)
    head = "".join(
        f'<th style="{CELL}{BORDER}text-align:{"right" if right[index] else "left"};font-weight:600">'
        f"{escape(clean(str(name)))}</th>"
        for index, name in enumerate(columns)
    )
    body = "".join(
        "<tr>" + "".join(_td(one, to_right=right[index]) for index, one in enumerate(row)) + "</tr>" for row in cells
    )
    above = f'<div style="font-weight:600;margin-bottom:.3em">{escape(clean(caption))}</div>' if caption else ""
    notes = "<br>".join(escape(clean(one)) for one in footer.splitlines()) if footer else ""
    below = f'<div style="{MUTED}margin-top:.3em">{notes}</div>' if notes else ""
    table = (
        f'<table style="border-collapse:collapse;margin:0;{FONT}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
    return block(above + f'<div style="overflow-x:auto">{table}</div>' + below)


def table_text(
    columns: Sequence[str],
    rows: Iterable[Sequence[object] | Mapping[str, object]],
    *,
    caption: str | None = None,
    footer: str | None = None,
    numeric: Collection[str] = frozenset(),
    width: int | None = None,
) -> str:
    """A table for a terminal, no line wider than `width` cells.

    Long headings and then long texts are shortened; when that is not enough the last columns are left out and named
    below. Numbers, times and ids are never shortened.

    Parameters
    ----------
    columns, rows, caption, footer, numeric
        As in `table_html`.
    width
        Cells in a line; the terminal's width, or 100 where there is none, when left out.

    Examples
    --------
    >>> print(table_text(["segment", "size"], [["Gold", 1200], ["日本の顧客", 80]], width=40))
    segment      size
    ──────────  ─────
    Gold        1,200
    日本の顧客     80
    """
    if width is None:
        width = shutil.get_terminal_size((_LINES, 24)).columns
    cells = _cells(columns, rows)
    right = _right(columns, cells, numeric)
    heads = [clean(str(name)) for name in columns]
    widths = _fitted([width_of(head) for head in heads], _columns(len(heads), cells), width)
    lines = [clean(caption), ""] if caption else []
    lines.append(_line([_fit(head, one) for head, one in zip(heads, widths, strict=False)], widths, right))
    lines.append(_GAP.join("─" * one for one in widths))
    for row in cells:
        texts = [_fit(one.text, wide) for one, wide in zip(row, widths, strict=False)]
        lines.append(_line(texts, widths, right))
    if left_out := heads[len(widths) :]:
        more = "1 more column" if len(left_out) == 1 else f"{len(left_out)} more columns"
        lines.append(cut(f"… {more}: {', '.join(left_out)}", width))
    if footer:
        lines.extend(["", *map(clean, footer.splitlines())])
    return "\n".join(lines)


def _cells(columns: Sequence[str], rows: Iterable[Sequence[object] | Mapping[str, object]]) -> list[list[Cell]]:
    return [
        [cell(row.get(name)) for name in columns] if isinstance(row, Mapping) else [cell(one) for one in row]
        for row in rows
    ]


def _right(columns: Sequence[str], cells: list[list[Cell]], numeric: Collection[str]) -> list[bool]:
    """Which columns are aligned right: those named, and those with nothing but numbers."""
    found = []
    for index, name in enumerate(columns):
        given = [row[index] for row in cells if not row[index].missing]
        found.append(name in numeric or (bool(given) and all(one.number for one in given)))
    return found


def _td(one: Cell, *, to_right: bool) -> str:
    title = f' title="{escape(one.whole)}"' if one.whole else ""
    look = (NUMBER if to_right else "text-align:left;") + (MUTED if one.missing else "")
    # sentences and rules give way before columns leave the page
    look += "white-space:normal;min-width:28em;" if len(one.text) > _SENTENCE and " " in one.text else ""
    return f'<td style="{CELL}{look}"{title}>{escape(one.text)}</td>'


@dataclass(frozen=True, slots=True)
class _Column:
    """How many cells the longest value of a column takes, and the fewest that it may be given."""

    longest: int
    least: int


def _columns(count: int, cells: list[list[Cell]]) -> list[_Column]:
    found = []
    for index in range(count):
        longest = max((width_of(row[index].text) for row in cells), default=0)
        rigid = max((width_of(row[index].text) for row in cells if row[index].rigid), default=0)
        narrowest = _NARROWEST if index else _FIRST
        found.append(_Column(longest, max(rigid, min(longest, narrowest))))
    return found


def _fitted(heads: list[int], columns: list[_Column], width: int) -> list[int]:
    """Widths of the columns that fit: long headings give first, then long texts, then the last columns go.

    What the columns that went leave free, the others take back.
    """
    wanted = [max(head, column.longest) for head, column in zip(heads, columns, strict=True)]
    widths = list(wanted)
    for floors in (
        [max(column.longest, min(head, _NARROWEST)) for head, column in zip(heads, columns, strict=True)],
        [max(column.least, min(head, _NARROWEST)) for head, column in zip(heads, columns, strict=True)],
    ):
        while _total(widths) > width:
            loose = [index for index, cells in enumerate(widths) if cells > floors[index]]
            if not loose:
                break
            widths[max(loose, key=widths.__getitem__)] -= 1
    while len(widths) > 1 and _total(widths) > width:
        widths.pop()
    for _ in range(width - _total(widths)):
        short = [index for index, cells in enumerate(widths) if cells < wanted[index]]
        if not short:
            break
        widths[max(short, key=lambda index: wanted[index] - widths[index])] += 1
    return widths if _total(widths) <= width else [max(1, width)]


def _total(widths: list[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _fit(text: str, cells: int) -> str:
    """A text in as many cells. Of a path the end says most, of anything else its beginning."""
    return cut_front(text, cells) if _PATH.fullmatch(text) else cut(text, cells)


def _line(texts: list[str], widths: list[int], right: list[bool]) -> str:
    padded = [pad(text, cells, right=to_right) for text, cells, to_right in zip(texts, widths, right, strict=False)]
    return _GAP.join(padded).rstrip()
