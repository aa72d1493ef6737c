"""What the elements of a chain ask of each other (`pql.md` R33 to R37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import InRange
from segkit.pql.bound_walk import conjuncts, free, rebuild

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.bound import Bound, Chain, ChainElement


def admits_none(element: ChainElement) -> bool:
    """Whether no event at all satisfies an element's count, so that it may stand for nothing."""
    if element.negated:
        return False
    return {">=": element.number <= 0, "=": element.number == 0, "<=": element.number >= 0}[element.comparison]


def is_counted(element: ChainElement) -> bool:
    """Whether the events after the element before it fix an element's event."""
    return element.counted or element.comparison != ">=" or element.number != 1


def holds_without_events(chain: Chain) -> bool:
    """Whether a profile with no matching event satisfies a chain."""
    return all(one.negated or admits_none(one) for one in chain.elements)


def lingering(elements: Sequence[ChainElement], index: int) -> bool:
    """Whether what must not come between may still have to wait for a neighbour after this element.

    An element that stands for nothing is no neighbour (`D`): what is negated before it reaches to the next one that
    stands for an event.
    """
    return admits_none(elements[index])


def relations_of(chain: Chain, index: int) -> tuple[list[Bound], list[Bound]]:
    """An element's conditions on its event alone, and those that read the instants of earlier elements.

    A range of which one end alone depends on earlier elements is told apart into its ends.
    """
    element = chain.elements[index]
    moments = {one.moment.name for one in chain.elements}
    local: list[Bound] = []
    related: list[Bound] = []
    for one in (*conjuncts(element.what), *(() if element.when is None else conjuncts(element.when))):
        for each in _ends(one) if free(one) & moments else [one]:
            (related if free(each) & moments else local).append(each)
    return local, related


def _ends(node: Bound) -> list[Bound]:
    """A range as its two ends; both must hold, and a missing one makes it false either way."""
    if not isinstance(node, InRange) or node.low is None or node.high is None:
        return [node]
    low = InRange(node.subject, node.low, node.low_included, None, False, span=node.span)
    return [low, InRange(node.subject, None, False, node.high, node.high_included, span=node.span)]


def held_moments(chain: Chain, index: int) -> tuple[str, ...]:
    """The moments of elements up to this one that conditions still to be checked after it refer to."""
    elements = chain.elements
    checked = [*range(index + 1, len(elements))]
    earlier = index
    while earlier >= 0 and (elements[earlier].negated or lingering(elements, earlier)):
        # A negated element before one that may stand for nothing is checked after it too.
        if elements[earlier].negated:
            checked.append(earlier)
        earlier -= 1
    later = {name for one in checked for relation in relations_of(chain, one)[1] for name in free(relation)}
    return tuple(one.moment.name for one in elements[: index + 1] if one.moment.name in later and not one.negated)


def renamed(node: Bound, instant: Bound, own: Bound) -> Bound:
    """A condition with the event's own instant read as another value."""
    return own if node == instant else rebuild(node, lambda one: renamed(one, instant, own))
