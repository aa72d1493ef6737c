"""What a segment definition looks like, from a plain dict of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.notebook.colouring import coloured
from segkit.notebook.records import record_html, record_text
from segkit.notebook.style import PRE
from segkit.pql import PQLError
from segkit.pql import format as laid_out

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = 100


def segment_html(view: Mapping[str, Any]) -> str:
    """A segment definition as a card for a notebook, its PQL coloured.

    Parameters
    ----------
    view
        `id`, `name` and `pql`, and what is known of: `description`, `merge_policy` (its name), `version`, `updated`
        (datetime), `same_as` (names of definitions that say the same).
    """
    body = f'<pre style="{PRE}">{coloured(_pql(view))}</pre>'
    return record_html(_title(view), _pairs(view), body=body, hint=_hint(view))


def segment_text(view: Mapping[str, Any]) -> str:
    """A segment definition as text; takes what `segment_html` takes.

    Examples
    --------
    >>> print(segment_text({"id": "9b7e", "name": "Gold", "pql": 'loyalty.tier = "gold"', "version": 1}))
    Segment Gold
      id       9b7e
      version  1
    <BLANKLINE>
      loyalty.tier = "gold"
    <BLANKLINE>
      next: `ws.jobs.create(["Gold"])`
    """
    return record_text(_title(view), _pairs(view), body=_pql(view), hint=_hint(view))


def _title(view: Mapping[str, Any]) -> str:
    return f"Segment {view.get('name', '')}"


def _pql(view: Mapping[str, Any]) -> str:
    """The expression as it was written; one long line is laid out."""
    text = str(view.get("pql") or "")
    if len(text) <= _LINE or "\n" in text.strip():
        return text
    try:
        return laid_out(text)
    except PQLError:
        return text


def _pairs(view: Mapping[str, Any]) -> list[tuple[str, object]]:
    return [
        ("description", view.get("description") or None),
        ("id", view.get("id")),
        ("merge policy", view.get("merge_policy")),
        ("version", view.get("version")),
        ("updated", view.get("updated")),
        ("same rule as", ", ".join(view.get("same_as") or ()) or None),
    ]


def _hint(view: Mapping[str, Any]) -> str | None:
    name = str(view.get("name") or "")
    plain = 0 < len(name) <= 40 and not set(name) & set('"\\`\n')
    return "next: " + (f'`ws.jobs.create(["{name}"])`' if plain else "`ws.jobs.create([segment])`")
