"""What changed between two rules, as text and as a table, from plain rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from segkit.notebook.colouring import coloured
from segkit.notebook.records import record_html, record_text
from segkit.notebook.style import CELL, MONO, MUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[int, str, str, str | None, str | None]
"""How far it is set in, the word before it, what became of it, and how it was written before and after."""

_MARKS = {"stayed": "=", "changed": "~", "came": "+", "went": "-"}
_COLOURS = {"stayed": "", "changed": "color:#b7791f;", "came": "color:#2f8f5b;", "went": "color:#d9483b;"}


def compared_text(title: str, pairs: Sequence[tuple[str, object]], rows: Sequence[Row]) -> str:
    """What changed, one condition a line.

    Examples
    --------
    >>> rows = [(0, "", "stayed", "a = 1", "a = 1"), (0, "and", "came", None, "b")]
    >>> print(compared_text("Gold, version 1 → 2", [], rows))
    Gold, version 1 → 2
    <BLANKLINE>
      = a = 1
      + and b
    """
    lines: list[str] = []
    for depth, word, kind, before, after in rows:
        lead = f"{_MARKS[kind]} {'  ' * depth}{word + ' ' if word else ''}"
        shown = after if after is not None else before
        if kind == "changed" and before is not None:
            lines += [f"{lead}{before}", f"  {'  ' * depth}{' ' * max(len(word) - 1, 0)}→ {after}"]
        elif kind == "stayed" and before != after:
            lines.append(f"{lead}{after}   (was: {before})")
        else:
            lines.append(f"{lead}{shown}")
    return record_text(title, pairs, body="\n".join(lines))


def compared_html(title: str, pairs: Sequence[tuple[str, object]], rows: Sequence[Row]) -> str:
    """The same as a table: what became of each condition, how it was written before, and how after."""
    body = "".join(_row(*row) for row in rows)
    head = "".join(
        f'<th style="{CELL}{MUTED}text-align:left;font-weight:400">{one}</th>' for one in ("", "before", "after")
    )
    style = "border-collapse:collapse;margin:.3em 0"
    table = f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>' if rows else ""
    return record_html(title, pairs, body=table)


def _row(depth: int, word: str, kind: str, before: str | None, after: str | None) -> str:
    lead = f'<span style="{MUTED}">{escape(word)} </span>' if word else ""
    cells = "".join(
        f'<td style="{CELL}{MONO}white-space:normal;padding-left:{1.2 * depth:.1f}em">'
        f"{lead + coloured(one) if one is not None else ''}</td>"
        for one in (before, after)
    )
    faded = MUTED if kind == "stayed" else ""
    mark = f'<td style="{CELL}{_COLOURS[kind]}font-weight:600">{_MARKS[kind]}&nbsp;{kind}</td>'
    return f'<tr style="background:transparent;{faded}">{mark}{cells}</tr>'
