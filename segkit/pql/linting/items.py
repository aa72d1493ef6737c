"""Conditions on the items of an array that do not look at the items (`pql.md` R24 to R27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Chain, Const, Filter, Quantify, Variable
from segkit.pql.bound_walk import free

if TYPE_CHECKING:
    from segkit.pql.linting.site import Site


def look(site: Site) -> None:
    """Report conditions that are the same for every item."""
    for node in site.nodes:
        if site.is_foreign(node):
            continue
        match node:
            case Filter() | Quantify():
                _check(
                    site, node.variable, node.condition, site.source[node.variable.span.start : node.variable.span.end]
                )
            case Chain(elements=elements):
                for one in elements:
                    _check(site, one.variable, one.what, one.name)


def _check(site: Site, variable: Variable, condition: Bound, name: str) -> None:
    if isinstance(condition, Const) or variable.name in free(condition) or site.is_foreign(condition):
        return
    message = f"{site.words(condition.span)} says nothing of `{' '.join(name.split())}`: it is the same for every item"
    hint = "take it out of the brackets, or name a field of the item"
    site.warning("unrelated-condition", message, condition.span, hint)
