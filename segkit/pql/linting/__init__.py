"""Lint: rules that are valid and probably not what was meant, and what to write instead.

`judge` looks at one bound expression; each family of findings is a module. Nothing here needs data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.linting import items, logic, negatives, patterns, shape, windows
from segkit.pql.linting.site import Site

if TYPE_CHECKING:
    from segkit.pql.binder import BoundExpression
    from segkit.pql.diagnostics import Diagnostic

__all__ = ["judge", "shape"]

_LARGEST = 5_000
"""Of larger rules, which no person writes, it is not asked what the conditions say together."""

_LOOKS = (logic.look, negatives.look, patterns.look, windows.look, items.look)


def judge(bound: BoundExpression) -> list[Diagnostic]:
    """What is doubtful in a bound expression, beside the warnings of binding it.

    Parameters
    ----------
    bound
        What `bind` gives.

    Returns
    -------
    list of Diagnostic
        Warnings in no order; each with a code of `segkit.pql.codes.LINT`. What is said to be always or never so is
        proven for every profile. What conditions say together is only asked of rules of up to 5,000 nodes.
    """
    site = Site(bound)
    for look in _LOOKS:
        if look is not logic.look or len(site.nodes) <= _LARGEST:
            look(site)
    # one mistake, one finding: what holds for every value or for none needs no word on missing ones
    told = [one.span for one in site.found if one.code in {"only-presence", "always-false", "always-true"}]
    kept = [
        one
        for one in site.found
        if one.code != "drops-missing" or not any(a.start <= one.span.start and one.span.end <= a.end for a in told)
    ]
    return [*shape.look(bound.expression), *kept]
