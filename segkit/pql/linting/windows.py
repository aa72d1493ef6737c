"""Windows of time that say something other than was meant (`pql.md` R38 to R42, R33, R34)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Chain, ChainElement, Events, Filter, Get, InRange, Now, Quantify, Variable
from segkit.pql.bound_walk import conjuncts
from segkit.pql.linting.moments import is_not_after, point

if TYPE_CHECKING:
    from segkit.pql.linting.site import Site

_CLOCK = "timestamp"
_FIXED = frozenset({"utc", "local", "now"})


def look(site: Site) -> None:
    """Report windows without an upper end, of a single instant, and out of order."""
    for node in site.nodes:
        if site.is_foreign(node):
            continue
        match node:
            case InRange():
                _instant(site, node)
            case Filter() | Quantify(quantifier="any") if _is_events(node.array):
                _open(site, node.variable, conjuncts(node.condition))
            case Chain():
                for element in node.elements:
                    when = () if element.when is None else conjuncts(element.when)
                    if _is_events(node.array) and not element.negated:
                        _open(site, element.variable, [*conjuncts(element.what), *when])
                _order(site, node)


def _is_events(array: Bound) -> bool:
    while isinstance(array, Filter):
        array = array.array
    return isinstance(array, Events)


def _instant(site: Site, node: InRange) -> None:
    if node.low is None or node.high is None or not (node.low_included and node.high_included):
        return
    if site.keys.of(node.low) == site.keys.of(node.high) and site.keys.of(node.low) != site.keys.of(node.subject):
        message = f"{site.words(node.span)} is a single instant, which hardly anything meets"
        site.warning("single-instant", message, node.span, "`occurs today` is the whole day; or give it a longer time")


def _open(site: Site, variable: Variable, conditions: list[Bound]) -> None:
    """A time of events that begins somewhere and never ends."""
    own = [one for one in conditions if isinstance(one, InRange) and _is_clock(one.subject, variable)]
    if not own or any(one.high is not None for one in own):
        return
    for one in own:
        if one.low is None or point(one.low, site.keys).anchor not in _FIXED or site.is_foreign(one):
            continue
        if is_not_after(point(Now(), site.keys), point(one.low, site.keys)):
            message = f"{site.words(one.span)} asks for events later than now"
            site.warning("open-window", message, one.span, "`before now` is in the past, `after now` in the future")
            return
        subject = site.text(one.subject.span)
        name = subject if subject.endswith(_CLOCK) else _CLOCK
        message = (
            f"{site.words(one.span)} has no upper end: events later than `now` count too, as there are when a job "
            "looks back"
        )
        hint = f"add `and {name} occurs before now`"
        site.warning("open-window", message, one.span, hint)
        return


def _is_clock(subject: Bound, variable: Variable) -> bool:
    match subject:
        case Get(object=Variable(name=name), name=field):
            return field == _CLOCK and name == variable.name
        case _:
            return False


def _order(site: Site, chain: Chain) -> None:
    """An element of a chain that must be earlier than one before it."""
    earlier: list[tuple[ChainElement, InRange]] = []
    for element in chain.elements:
        required = not element.negated and (element.comparison != "<=" and element.number > 0)
        if not required or element.when is None:
            continue
        ranges = [one for one in conjuncts(element.when) if isinstance(one, InRange)]
        for one in ranges:
            before = next((pair for pair in earlier if _is_past(site, one, pair[1])), None)
            if before is not None:
                message = (
                    f"`{element.name}` cannot come after `{before[0].name}`: {site.words(one.span)} ends before "
                    f"{site.words(before[1].span)} begins"
                )
                site.warning("impossible-order", message, one.span, "elements follow each other in time")
                break
        earlier.extend((element, one) for one in ranges if one.low is not None)


def _is_past(site: Site, later: InRange, earlier: InRange) -> bool:
    if later.high is None or earlier.low is None:
        return False
    return is_not_after(point(later.high, site.keys), point(earlier.low, site.keys))
