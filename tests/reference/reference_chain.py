"""`chain` in the reference interpreter: a search over all choices of events (R33 to R37)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reference_interpreter import Scope, occurs, truth, value
from reference_values import Value, as_instant

from segkit.pql.types import TIMESTAMP

if TYPE_CHECKING:
    import datetime as dt

    from segkit.pql import tree

Moments = dict[str, "dt.datetime | None"]


def holds(chain: tree.Chain, scope: Scope) -> bool:
    """Whether events exist in strictly rising time, one an element, with nothing forbidden in between."""
    events = value(chain.array, scope).items
    timed = [(as_instant(value(chain.timestamp, scope.within(one)), scope.calendar), one) for one in events]
    found = sorted(((at, one) for at, one in timed if at is not None), key=lambda one: one[0])
    return _search(chain.elements, found, None, (), {}, scope)


def _search(  # noqa: PLR0917  a state of the search
    elements: tuple[tree.Element, ...],
    events: list[tuple[Any, Value]],
    last: dt.datetime | None,
    forbidden: tuple[tree.Element, ...],
    moments: Moments,
    scope: Scope,
) -> bool:
    if not elements:
        return _clear(forbidden, events, last, None, moments, scope)
    element, *rest = elements
    if element.negated:
        return _search(tuple(rest), events, last, (*forbidden, element), moments, scope)
    matching = _matching(element, events, last, moments, scope)
    choices: list[dt.datetime | None] = list(dict.fromkeys(matching))
    if element.count is not None:
        number, found = element.count.number, len(matching)
        held = {">=": found >= number, "=": found == number, "<=": found <= number}[element.count.comparison]
        if not held:
            return False
        at_least = element.count.comparison == ">="
        choices = [(matching[number - 1] if at_least else matching[-1]) if matching else None]
    # An element that stands for nothing is no neighbour: what must not come between waits for the next (R36).
    return any(
        _search(tuple(rest), events, last, forbidden, {**moments, element.name: None}, scope)
        if one is None
        else _clear(forbidden, events, last, one, moments, scope)
        and _search(tuple(rest), events, one, (), {**moments, element.name: one}, scope)
        for one in choices
    )


def _matching(
    element: tree.Element,
    events: list[tuple[Any, Value]],
    last: dt.datetime | None,
    moments: Moments,
    scope: Scope,
) -> list[dt.datetime]:
    """The instants of the events after the previous element that satisfy WHAT and WHEN, in order of time."""
    found = []
    for at, event in events:
        inner = scope.within(event)
        named = {**inner.variables, **{name: Value(one, TIMESTAMP) for name, one in moments.items()}}
        if last is not None and at <= last:
            continue
        if element.what is not None and not truth(element.what, inner):
            continue
        if element.when is None or occurs(Value(at, TIMESTAMP), element.when, replace(inner, variables=named)):
            found.append(at)
    return found


def _clear(  # noqa: PLR0917  a state of the search
    forbidden: tuple[tree.Element, ...],
    events: list[tuple[Any, Value]],
    last: dt.datetime | None,
    until: dt.datetime | None,
    moments: Moments,
    scope: Scope,
) -> bool:
    """R36: no forbidden event strictly between the neighbours, open at the ends."""
    return not any(
        until is None or at < until for one in forbidden for at in _matching(one, events, last, moments, scope)
    )
