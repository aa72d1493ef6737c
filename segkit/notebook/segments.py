"""What a segment definition looks like, from a plain dict of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.notebook.colouring import coloured
from segkit.notebook.records import record_html, record_text
from segkit.notebook.style import PRE

if TYPE_CHECKING:
    from collections.abc import Mapping


def segment_html(view: Mapping[str, Any]) -> str:
    """A segment definition as a card for a notebook, its PQL coloured.

    Parameters
    ----------
    view
        `id`, `name` and `pql`, and what is known of: `description`, `merge_policy` (its name), `version`, `updated`
        (datetime).
    """
    body = f'<pre style="{PRE}">{coloured(str(view.get("pql") or ""))}</pre>'
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
    return record_text(_title(view), _pairs(view), body=str(view.get("pql") or ""), hint=_hint(view))


def _title(view: Mapping[str, Any]) -> str:
    return f"Segment {view.get('name', '')}"


def _pairs(view: Mapping[str, Any]) -> list[tuple[str, object]]:
    return [
        ("description", view.get("description") or None),
        ("id", view.get("id")),
        ("merge policy", view.get("merge_policy")),
        ("version", view.get("version")),
        ("updated", view.get("updated")),
    ]


def _hint(view: Mapping[str, Any]) -> str | None:
    name = str(view.get("name") or "")
    plain = 0 < len(name) <= 40 and not set(name) & set('"\\`\n')
    return "next: " + (f'`ws.jobs.create(["{name}"])`' if plain else "`ws.jobs.create([segment])`")
