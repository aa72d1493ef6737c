"""What a segment job looks like, from a plain dict of it."""

from __future__ import annotations

import math
import shutil
from html import escape
from typing import TYPE_CHECKING, Any

from segkit.notebook.records import record_html, record_text
from segkit.notebook.style import MUTED, PRE, badge, bar
from segkit.notebook.tables import table_html, table_text
from segkit.notebook.values import clean
from segkit.words import duration_words, share_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SEGMENTS = 20
_BAR = 24
_ONGOING = {"NEW", "QUEUED", "PROCESSING", "CANCELLING"}


def job_html(view: Mapping[str, Any]) -> str:
    """A job as a card for a notebook.

    Parameters
    ----------
    view
        `id` and `status`, and what is known of: `source`, `created`, `finished`, `as_of` (datetimes), `duration`
        (seconds), `total_profiles`, `progress` (0 to 1 or None), `stage` (the name of the running one), `stages` (dicts
        with `stage` and `seconds`, None while it runs), `errors` (dicts with `code` and `msg`) and `segments` (dicts
        with `name` and, once counted, `size`, `share` from 0 to 1, `realized`, `existing`, `exited`); `hint`, where
        another line than the next call in Python is to stand below, or None for no line.
    """
    status = str(view.get("status", ""))
    body = ""
    if status.upper() in _ONGOING:
        fraction = fraction_of(view.get("progress"))
        done = "" if fraction is None else f"{int(fraction * 100)} %&ensp;"
        stage = done + escape(clean(str(view.get("stage") or "waiting to start")))
        body += f'<div style="margin:.3em 0">{bar(fraction)} <span style="{MUTED}">{stage}</span></div>'
    for error in view.get("errors") or ():
        code = f"<b>{escape(clean(str(error.get('code') or 'error')))}</b>\n"
        body += f'<pre style="{PRE}border-left:3px solid #b3261e">{code}{escape(str(error.get("msg") or ""))}</pre>'
    columns, rows, footer = _segments(view)
    if rows:
        body += table_html(columns, rows, footer=footer, numeric={"size", "share"})
    return record_html(_title(view), _pairs(view), status=badge(status), body=body, hint=_hint(view))


def job_text(view: Mapping[str, Any], *, width: int | None = None) -> str:
    """A job as text; takes what `job_html` takes, and the cells in a line (the terminal's when left out).

    Examples
    --------
    >>> print(job_text({"id": "4c1f0c8e-77", "status": "SUCCEEDED", "duration": 3.2,
    ...                 "segments": [{"name": "Gold", "size": 1200, "share": 0.6}]}))
    Segment job 4c1f0c8e-77  SUCCEEDED
      took  3.2 s
    <BLANKLINE>
      segment   size   share
      ───────  ─────  ──────
      Gold     1,200  60.0 %
    <BLANKLINE>
      next: `job.sizes()`, `job.members("Gold")`
    """
    status = str(view.get("status", ""))
    parts = []
    if status.upper() in _ONGOING:
        parts.append(f"{bar_text(view.get('progress'), _BAR)}  {clean(str(view.get('stage') or 'waiting to start'))}")
    parts += [
        f"{error.get('code') or 'error'}\n{error.get('msg') or ''}".rstrip() for error in view.get("errors") or ()
    ]
    columns, rows, footer = _segments(view)
    room = shutil.get_terminal_size((100, 24)).columns if width is None else width
    if rows:
        parts.append(table_text(columns, rows, footer=footer, numeric={"size", "share"}, width=room - 2))
    body = "\n\n".join(parts)
    return record_text(_title(view), _pairs(view), status=status, body=body, hint=_hint(view), width=room)


def fraction_of(done: float | None) -> float | None:
    """A part that is done, brought between 0 and 1; None where it is not known."""
    return None if done is None or math.isnan(done) else min(max(float(done), 0.0), 1.0)


def bar_text(fraction: float | None, cells: int, filled: str = "█", empty: str = "░") -> str:
    """A progress bar of characters; nothing filled while the fraction is not known.

    Examples
    --------
    >>> bar_text(0.5, 8), bar_text(None, 4)
    ('████░░░░  50 %', '░░░░')
    """
    fraction = fraction_of(fraction)
    if fraction is None:
        return empty * cells
    full = int(fraction * cells)
    return f"{filled * full}{empty * (cells - full)} {int(fraction * 100):>3} %"


def _title(view: Mapping[str, Any]) -> str:
    return f"Segment job {view.get('id', '')}"


def _pairs(view: Mapping[str, Any]) -> list[tuple[str, object]]:
    duration, stages = view.get("duration"), view.get("stages") or ()
    source = view.get("source")
    names = ", ".join(str(one.get("name")) for one in view.get("segments") or ())
    return [
        ("created", view.get("created")),
        ("as of", view.get("as_of")),
        ("finished", view.get("finished") if duration is None else None),
        ("took", None if duration is None else duration_words(float(duration))),
        ("stages", ", ".join(_stage(one) for one in stages) or None),
        ("profiles", view.get("total_profiles")),
        ("segments", None if _counted(view) else names or None),
        ("source", None if source == "api" else source),
    ]


def _stage(stage: Mapping[str, Any]) -> str:
    seconds = stage.get("seconds")
    return f"{stage.get('stage')} {'…' if seconds is None else duration_words(float(seconds))}"


def _segments(view: Mapping[str, Any]) -> tuple[list[str], list[list[object]], str | None]:
    """Columns, rows and last line of the table of segments; columns that no row fills are left out."""
    segments: Sequence[Mapping[str, Any]] = view.get("segments") or () if _counted(view) else ()
    shown = segments[:_SEGMENTS]
    columns = {"segment": "name", "size": "size", "share": "share"}
    if any(one.get("existing") or one.get("exited") for one in segments):
        columns |= {"realized": "realized", "existing": "existing", "exited": "exited"}
    used = {head: key for head, key in columns.items() if any(one.get(key) is not None for one in shown)}
    rows: list[list[object]] = [[_figure(key, one.get(key)) for key in used.values()] for one in shown]
    rest = len(segments) - len(shown)
    return list(used), rows, f"and {rest:,} more: job.sizes()" if rest else None


def _counted(view: Mapping[str, Any]) -> bool:
    return any(one.get("size") is not None for one in view.get("segments") or ())


def _figure(key: str, value: Any) -> object:  # noqa: ANN401  a name, a count or a share
    return share_words(float(value)) if key == "share" and value is not None else value


def _hint(view: Mapping[str, Any]) -> str | None:
    if "hint" in view:
        return str(view["hint"]) if view["hint"] else None
    match str(view.get("status", "")).upper():
        case "SUCCEEDED":
            names = [str(one.get("name") or "") for one in view.get("segments") or ()]
            plain = names and 0 < len(names[0]) <= 40 and not set(names[0]) & set('"\\`\n')
            return "next: `job.sizes()`, " + (f'`job.members("{names[0]}")`' if plain else "`job.members(segment)`")
        case "NEW" | "QUEUED" | "PROCESSING":
            return "next: `job.wait()`, `job.cancel()`"
        case "FAILED":
            return "next: `job.errors`"
        case _:
            return None
