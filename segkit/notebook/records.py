"""A card of names and values, for one job, segment, data set or merge policy."""

from __future__ import annotations

import shutil
from html import escape
from typing import TYPE_CHECKING

from segkit.notebook.style import BORDER, CELL, FONT, MUTED, block
from segkit.notebook.values import cell, clean
from segkit.notebook.width import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_VALUE = 160
_LINES = 100


def record_html(
    title: str, pairs: Sequence[tuple[str, object]], *, status: str = "", body: str = "", hint: str | None = None
) -> str:
    """A card: a heading, the pairs below each other, then more HTML and a line that names the next call.

    Parameters
    ----------
    title
        The heading.
    pairs
        Label and value; any value a table can show. Pairs without a value are left out.
    status, body
        HTML beside the heading and below the pairs; not escaped, so only ever from this package.
    hint
        What to call next, in backticks where it is code.
    """
    rows = "".join(
        f'<tr style="background:transparent"><th style="{CELL}{MUTED}text-align:left;font-weight:400">'
        f'{escape(clean(label))}</th><td style="{CELL}text-align:left;white-space:normal"{_title(shown.whole)}>'
        f"{escape(shown.text)}</td></tr>"
        for label, value in pairs
        if not (shown := cell(value, _VALUE)).missing
    )
    table = (
        f'<table style="border-collapse:collapse;margin:.2em 0;{FONT}"><tbody>{rows}</tbody></table>' if rows else ""
    )
    head = (
        f'<div style="{BORDER}padding-bottom:.25em;margin-bottom:.25em">'
        f'<span style="font-weight:600;font-size:14px">{escape(clean(title))}</span> {status}</div>'
    )
    below = f'<div style="{MUTED}margin-top:.4em">{_code(hint)}</div>' if hint else ""
    return block(f'<div style="max-width:60em">{head}{table}{body}{below}</div>')


def record_text(
    title: str,
    pairs: Sequence[tuple[str, object]],
    *,
    status: str = "",
    body: str = "",
    hint: str | None = None,
    width: int | None = None,
) -> str:
    """The same card as text; long values go on below, within `width` cells (the terminal's when left out).

    Examples
    --------
    >>> print(record_text("Merge policy newest wins", [("version", 2), ("default", True)]))
    Merge policy newest wins
      version  2
      default  true
    """
    shown = [(clean(label), cell(value, _VALUE)) for label, value in pairs]
    shown = [(label, one) for label, one in shown if not one.missing]
    wide = max((width_of(label) for label, _ in shown), default=0)
    lines = [f"{clean(title)}  {status}".rstrip()]
    room = (shutil.get_terminal_size((_LINES, 24)).columns if width is None else width) - wide - 4
    for label, one in shown:
        first, *more = _wrapped(one.text, room)
        lines += [f"  {pad(label, wide)}  {first}", *(f"  {pad('', wide)}  {line}" for line in more)]
    if body:
        lines += ["", *(f"  {line}".rstrip() for line in body.splitlines())]
    if hint:
        lines += ["", f"  {hint}"]
    return "\n".join(lines)


def _wrapped(text: str, cells: int) -> list[str]:
    """A text in lines, broken between words only."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width_of(longer) > cells:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _title(whole: str | None) -> str:
    return f' title="{escape(whole)}"' if whole else ""


def _code(text: str) -> str:
    """Backticks in a hint as code."""
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part) for index, part in enumerate(text.split("`"))
    )
