"""What the compiler cannot run, said before anything runs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from segkit.plan.features import Features, admits_none
from segkit.plan.streams import is_local, stream_of
from segkit.pql.bound import Chain, Function
from segkit.pql.bound_walk import depth, walk
from segkit.pql.diagnostics import Diagnostic
from segkit.pql.functions import NODES

if TYPE_CHECKING:
    from segkit.pql.bound import Bound
    from segkit.pql.tree import Span

DEEPEST = 100
"""The deepest bound expression that is compiled; deeper ones would exhaust Python's stack."""


def unsupported(bound: Bound, source: str = "") -> Diagnostic | None:
    """The first thing in a bound expression that the compiler cannot run, or None when it runs all of it.

    Parameters
    ----------
    bound
        A value or condition.
    source
        The text that its spans point into.
    """
    if depth(bound) > DEEPEST:
        return Diagnostic(
            "too-deep",
            "error",
            f"this is nested more than {DEEPEST} levels deep",
            bound.span,
            "split it into segments that refer to each other with `inSegment`",
            source,
        )
    for node in walk(bound):
        if isinstance(node, Function) and node.name not in NODES:
            return _not_yet(f"`{node.name}`", node.span, None, source)
        if isinstance(node, Chain):
            problem = _chain(node, source)
            if problem is not None:
                return problem
    left = next((one for one in walk(Features().extract(bound)) if isinstance(one, Chain)), None)
    if left is not None:
        hint = "a chain stands outside of `select`, filters and other chains"
        return _not_yet("a `chain` inside an array expression", left.span, hint, source)
    return None


def _chain(chain: Chain, source: str) -> Diagnostic | None:
    stream = stream_of(chain.array)
    if stream is None or not stream.gives_events:
        hint = "chain over `xEvent` or a filter of it"
        return _not_yet("`chain` over an array other than `xEvent`", chain.array.span, hint, source)
    elements = chain.elements
    if not elements:
        return _not_yet("a `chain` without elements", chain.span, None, source)
    for one in elements:
        local = [one.variable, *(other.moment for other in elements)]
        parts = [part for part in (one.what, one.when) if part is not None]
        if not all(is_local(part, local) for part in parts):
            hint = "compare with the event's own fields and the profile's attributes"
            return _not_yet("a condition in `chain` that reads other events", one.span, hint, source)
    for before, after in pairwise(elements):
        neighbours = [one for one in (before, after) if not one.negated and admits_none(one.comparison, one.number)]
        if neighbours and before.negated is not after.negated:
            hint = "give the neighbour a count of at least one"
            return _not_yet("`not` beside an element that may be absent", neighbours[0].span, hint, source)
    return None


def _not_yet(what: str, span: Span, hint: str | None, source: str) -> Diagnostic:
    return Diagnostic("not-yet", "error", f"segkit cannot run {what} yet", span, hint, source)
