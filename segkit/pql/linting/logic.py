"""Conditions that never hold, that always hold, and that change nothing beside others."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from segkit.pql.bound import (
    Aggregate,
    And,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Function,
    Get,
    In,
    InRange,
    IsNull,
    Items,
    Lookup,
    Not,
    Or,
    Quantify,
    SetCompare,
    Test,
    Truth,
    Variable,
    children,
)
from segkit.pql.diagnostics import MAX_LISTED
from segkit.pql.linting import cutting
from segkit.pql.linting.atoms import RANGES, atom
from segkit.pql.linting.domains import INFINITE
from segkit.pql.linting.moments import implies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.diagnostics import Edit
    from segkit.pql.linting.domains import Values
    from segkit.pql.linting.site import Site

_MOST = 40
"""As many conditions on one term are held against each other."""

_CONDITIONS = (And, Or, Not, Truth, IsNull, Compare, SetCompare, In, Test, InRange, Quantify, Chain)
_SINGLE = (Compare, In, Test, InRange, IsNull, Not, Truth, Quantify)


def look(site: Site) -> None:
    """Report what never holds, always holds or changes nothing."""
    root = site.bound.condition
    stack: list[tuple[Bound, Bound | None, bool]] = [(root, None, True)]
    while stack:
        node, parent, spine = stack.pop()
        if isinstance(node, _CONDITIONS) and not site.is_foreign(node):
            own = parent is None or parent.span != node.span
            match node:
                case And() | Or() if _is_written(node):
                    _connected(site, node, spine=spine)
                case _ if own and isinstance(node, _SINGLE):
                    _single(site, node, spine=spine)
        spine = spine and isinstance(node, And)
        stack.extend((one, node, spine) for one in reversed(children(node)))


def _is_written(node: And | Or) -> bool:
    """Whether its parts are apart in the text."""
    spans = {one.span for one in node.items}
    return node.span not in spans and len(spans) == len(node.items)


# --- one condition


def _single(site: Site, node: Bound, *, spine: bool) -> None:
    if isinstance(node, Truth) and isinstance(node.value, Const | Items):
        return
    words = site.words(node.span)
    if site.reasoner.never(node):
        inner = node.condition if isinstance(node, Quantify) else None
        if inner is not None and inner.span != node.span:
            return  # told where the inner condition is
        site.warning("always-false", f"{words} never holds{_why(node)}{_empty(spine=spine)}", node.span)
    elif site.reasoner.always(node):
        inner = node.condition if isinstance(node, Quantify) else None
        if inner is None or inner.span == node.span:
            hint = f"write `{site.text(node.span)} > 0`" if _is_count(node) else "leave it out"
            site.warning("always-true", f"{words} always holds{_why(node)}", node.span, hint)
    else:
        _presence(site, node)


def _is_count(node: Bound) -> bool:
    return isinstance(node, Truth) and isinstance(node.value, Aggregate)


def _empty(*, spine: bool) -> str:
    return ", so nobody is in the segment" if spine else ""


def _why(node: Bound) -> str:
    """What is known of the values that a condition asks for."""
    match node:
        case Compare(left=left, right=right):
            value = right if isinstance(left, Const) else left
        case In(value=value):
            pass
        case Truth(value=Aggregate(function="count")):
            return ": a count is there even when it is 0"
        case _:
            return ""
    match value:
        case Aggregate(function="count"):
            return ": a count is 0 or more"
        case Function(name=name) if name in RANGES:
            low, high = RANGES[name]
            limits = f"{low:.0f} or more" if high == INFINITE else f"from {low:.0f} to {high:.0f}"
            return f": `{name}` gives {limits}"
        case _:
            return ""


def _presence(site: Site, node: Bound) -> None:
    """A condition that asks for nothing but a value being there."""
    if isinstance(node, IsNull | Not | Truth | Quantify | InRange):
        return
    match node:
        case Compare(left=left, right=right) if site.keys.of(left) == site.keys.of(right):
            value = left
            message = f"{site.words(node.span)} compares {site.words(left.span)} with itself"
            message += ", which holds wherever it is present"
        case Test(value=value, argument=Const(value=str(part)), negated=False) if _is_anything(node.name, part):
            message = f"{site.words(node.span)} holds for every text, so wherever there is one"
        case _:
            found = atom(node, site.keys)
            if found is None or not found.exact or not found.universe.null:
                return
            rest = found.universe.without(found.values)
            if not (rest.null and rest.held.empty):
                return
            value = node.value if isinstance(node, In) else node.left if isinstance(node, Compare) else node
            message = f"{site.words(node.span)} holds for every value{_why(node)}, so wherever there is one"
    site.warning("only-presence", message, node.span, _ask_presence(site, value))


def _is_anything(name: str, part: str) -> bool:
    match name:
        case "like":
            return part != "" and not part.strip("%")
        case "matches":
            return part in {"", ".*", "^", "$", "^.*", ".*$", "^.*$", ".*?"}
        case _:
            return part == ""


def _ask_presence(site: Site, value: Bound) -> str:
    text = site.text(value.span)
    path = isinstance(value, Attribute | Get | Lookup | Variable)
    return f"write `{text}.isNotNull()`" if path and len(text) <= 60 else "`.isNotNull()` asks for presence"


# --- several conditions


def _connected(site: Site, node: And | Or, *, spine: bool) -> None:
    reason = site.reasoner
    conjunction = isinstance(node, And)
    _written_out(site, node)
    _stray_values(site, node)
    if any(reason.never(one) if conjunction else reason.always(one) for one in node.items):
        return  # the part that decides alone is told by itself
    if reason.always(node) if conjunction else reason.never(node):
        return  # and so is each one, where all are so
    if reason.never(node):
        _contradiction(site, node, spine=spine)
    elif reason.always(node):
        _tautology(site, node)
    elif conjunction:
        _dead_branches(site, node)
        _redundant(site, node)
    elif not _covers_presence(site, node):
        _redundant(site, node)


def _stray_values(site: Site, node: And | Or) -> None:
    """`x = "a" or "b"`: a constant where a condition should stand, most often the rest of a comparison."""
    compared: Compare | None = None
    for item in node.items:
        match item:
            case Compare(right=Const()):
                compared = item
            case Truth(value=Const(value=value)) if value is not None and not isinstance(value, bool):
                text = site.text(item.span)
                whole = "`x = …`"
                if compared is not None and compared.right.type == item.value.type:
                    whole = f"`{site.text(compared.left.span)} {compared.operator} {text}`"
                message = f"{site.words(item.span)} is a value and no condition, so it always holds"
                site.warning("always-true", message, item.span, f"a comparison is written out: {whole}")
            case _:
                pass


def _dead_branches(site: Site, node: And | Or) -> None:
    """`x = "a" and (x = "b" or …)`: an alternative that what stands beside it excludes."""
    reason = site.reasoner
    for place, item in enumerate(node.items[:_MOST]):
        if not isinstance(item, Or) or not _is_written(item) or site.is_foreign(item):
            continue
        for branch in item.items[:_MOST]:
            for other, beside in enumerate(node.items[:_MOST]):
                apart = other != place and not reason.never(branch)
                if apart and reason.exclude(reason.facts(branch), reason.facts(beside)):
                    message = f"{site.words(branch.span)} contradicts {site.words(beside.span)}, so it adds nobody"
                    site.warning("always-false", message, branch.span)
                    break


def _written_out(site: Site, node: And | Or) -> None:
    """`true` and `false` among conditions."""
    conjunction = isinstance(node, And)
    for number, one in enumerate(node.items):
        if not isinstance(one, Const) or site.is_foreign(one):
            continue
        if (one.value is True) is conjunction:
            _tell(site, node, number, f"{site.words(one.span)} changes nothing")
        elif conjunction:
            site.warning("always-false", f"{site.words(one.span)} makes all of it false", one.span)
        else:
            site.warning("always-true", f"{site.words(one.span)} makes all of it true", one.span)


def _contradiction(site: Site, node: And | Or, *, spine: bool) -> None:
    reason = site.reasoner
    for first, second in combinations(node.items[: 4 * _MOST], 2):
        if reason.exclude(reason.facts(first), reason.facts(second)):
            site.warning(
                "always-false",
                f"{site.words(second.span)} contradicts {site.words(first.span)}{_empty(spine=spine)}",
                second.span,
                _either(site, first, second),
            )
            return
    message = f"these conditions contradict each other{_empty(spine=spine)}"
    site.warning("always-false", message, node.span)


def _either(site: Site, first: Bound, second: Bound) -> str | None:
    """How to ask for one of two values."""
    match first, second:
        case Compare("=", left, Const(), ignore_case=False) as one, Compare(
            "=", other, Const(), ignore_case=False
        ) as two:
            if site.keys.of(left) == site.keys.of(other):
                values = f"[{site.text(one.right.span)}, {site.text(two.right.span)}]"
                return f"if either will do, write `{site.text(left.span)} in {values}`"
    return "join them with `or` if either will do"


def _tautology(site: Site, node: And | Or) -> None:
    reason = site.reasoner
    for first, second in combinations(node.items[: 4 * _MOST], 2):
        if reason.exclude(reason.facts(first, holds=False), reason.facts(second, holds=False)):
            message = f"one of {site.words(first.span)} and {site.words(second.span)} always holds"
            site.warning("always-true", message, node.span, _both(node))
            return
    site.warning("always-true", "one of these conditions always holds", node.span, _both(node))


def _both(node: And | Or) -> str | None:
    return "join them with `and` if both are meant" if isinstance(node, Or) else None


def _covers_presence(site: Site, node: And | Or) -> bool:
    """`x != "a" or x != "b"`, which holds wherever x is present."""
    against: dict[int, list[tuple[Bound, Values]]] = defaultdict(list)
    for one in node.items:
        facts = site.reasoner.facts(one, holds=False)
        if facts is None or len(facts.values) != 1 or isinstance(one, IsNull | Truth):
            continue
        [(key, values)] = facts.values.items()
        if values.null and not values.held.empty:
            against[key].append((one, values))
    for group in against.values():
        for (first, here), (second, there) in combinations(group[:_MOST], 2):
            if here.held_apart(there):
                subject = first.left if isinstance(first, Compare) else first.value if isinstance(first, In) else None
                whose = site.words(subject.span) if subject is not None else "the value"
                message = f"one of {site.words(first.span)} and {site.words(second.span)} holds wherever {whose} is"
                hint = "join them with `and` if both are meant"
                site.warning("only-presence", f"{message} present", node.span, hint)
                return True
    return False


def _redundant(site: Site, node: And | Or) -> None:
    """Parts that say no more than another one says."""
    conjunction = isinstance(node, And)
    alive = [
        number
        for number, one in enumerate(node.items)
        if not (site.is_foreign(one) or site.reasoner.never(one) or site.reasoner.always(one))
    ]
    same: dict[int, int] = {}
    dropped: set[int] = set()
    for number in alive:
        first = same.setdefault(site.keys.of(node.items[number]), number)
        if first != number:
            dropped.add(number)
            if len(dropped) > MAX_LISTED:
                continue  # so many are told of one row; the rest when these are gone
            one, other = node.items[number], node.items[first]
            _tell(site, node, number, f"{site.words(one.span)} says the same as {site.words(other.span)} before it")
    for weak, strong in _implied(site, node, [one for one in alive if one not in dropped]):
        if weak in dropped or strong in dropped:
            continue
        dropped.add(weak)
        mine, theirs = site.words(node.items[weak].span), site.words(node.items[strong].span)
        does = "asks for" if conjunction else "allows"
        _tell(site, node, weak, f"{mine} changes nothing: {theirs} already {does} that")


def _implied(site: Site, node: And | Or, alive: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of a part that changes nothing and the part because of which it does not."""
    reason, conjunction = site.reasoner, isinstance(node, And)
    grouped: dict[int, list[int]] = defaultdict(list)
    for number in alive:
        found = reason.facts(node.items[number], holds=conjunction)
        for key in found.values if found is not None else ():
            grouped[key].append(number)
    pairs: list[tuple[int, int]] = []
    for number in reversed(alive):
        item = node.items[number]
        if conjunction and _is_guard(item):
            continue
        against = reason.facts(item, holds=not conjunction)
        keys = against.values if against is not None else {}
        near = {other for key in keys for other in grouped[key][:_MOST]}
        ranges = {other for other in alive[:_MOST] if isinstance(item, InRange)}
        for other in sorted(near | ranges):
            if other == number:
                continue
            beside = node.items[other]
            if reason.exclude(against, reason.facts(beside, holds=conjunction)) or _ranges_imply(
                site, *((beside, item) if conjunction else (item, beside))
            ):
                pairs.append((number, other))
                break
    return pairs


def _is_guard(node: Bound) -> bool:
    """A question for presence, which many write beside the question itself, to be clear."""
    match node:
        case Not(item=IsNull()) | Truth():
            return True
        case _:
            return False


def _ranges_imply(site: Site, inner: Bound, outer: Bound) -> bool:
    match inner, outer:
        case InRange(subject=one), InRange(subject=other) if site.keys.of(one) == site.keys.of(other):
            return implies(inner, outer, site.keys)
        case _:
            return False


def _tell(site: Site, node: And | Or, number: int, message: str) -> None:
    item = node.items[number]
    site.warning("redundant-condition", message, item.span, "leave it out", fix=_cut(site, node, number))


def _cut(site: Site, node: And | Or, number: int) -> tuple[Edit, ...]:
    """The part taken out, where what stays is a condition as before."""
    logic = site.logics.get(tuple(one.span for one in node.items))
    if logic is None or logic.operator != ("and" if isinstance(node, And) else "or"):
        return ()
    if len(node.items) == 2 and isinstance(node.items[1 - number], Truth) and not site.asks(logic):
        return ()
    return cutting.operand(site.source, logic, number)
