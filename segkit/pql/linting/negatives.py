"""Negative comparisons, which leave out the profiles that have no value (`pql.md` R12, R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import (
    And,
    Attribute,
    Bound,
    Compare,
    Const,
    In,
    IsNull,
    Items,
    Lookup,
    Not,
    Test,
    Truth,
    children,
)
from segkit.pql.bound_walk import free
from segkit.pql.linting.site import SHOWN
from segkit.pql.tree import Binary, Method
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from segkit.pql.linting.site import Site
    from segkit.pql.tree import Span

_POSITIVE = {
    "doesNotContain": "contains",
    "doesNotStartWith": "startsWith",
    "doesNotEndWith": "endsWith",
    "notEqualTo": "equals",
}


def look(site: Site) -> None:
    """Report negative comparisons that drop missing values, and negations of them, which take missing values in."""
    asked = {site.keys.of(one.value) for one in site.nodes if isinstance(one, IsNull | Truth)}
    told: set[int] = set()
    stack: list[tuple[Bound, frozenset[int]]] = [(site.bound.condition, frozenset())]
    while stack:
        node, present = stack.pop()
        match node:
            case Not(item=inner) if (subject := _negative(inner)) is not None and inner.span != node.span:
                if site.keys.of(subject) not in asked and not site.is_foreign(node):
                    _double(site, node, inner, subject)
                continue
            case And(items=items):
                sure = present | _sure(site, items)
                stack.extend((one, sure) for one in reversed(items))
                continue
            case _:
                subject = _negative(node)
                if subject is not None and not site.is_foreign(node):
                    key = site.keys.of(subject)
                    if key not in asked | told | present:
                        told.add(key)
                        _drops(site, node, subject)
        stack.extend((one, present) for one in reversed(children(node)))


def _sure(site: Site, items: tuple[Bound, ...]) -> frozenset[int]:
    """The values that some part asks something positive of, so that they are there for the negative ones."""
    return frozenset(
        site.keys.of(one.left if isinstance(one, Compare) else one.value)
        for one in items
        if isinstance(one, Compare | In | Test) and _negative(one) is None
    )


def _negative(node: Bound) -> Bound | None:
    """What a negative comparison with something written out is about: a field of the profile that may be missing."""
    match node:
        case Compare(operator="!=", left=left, right=Const(value=value)):
            subject = left
        case Compare(operator="!=", left=Const(value=value), right=right):
            subject = right
        case In(negated=True, value=subject, array=Items(items=items)) if items:
            value = None
        case Test(negated=True, value=subject, argument=Const(value=value)):
            pass
        case _:
            return None
    # who asks for something other than nothing does not want what is missing
    if value in {"", 0} and not isinstance(value, bool):
        return None
    while isinstance(subject, Lookup):
        subject = subject.map
    return _subject(node) if isinstance(subject, Attribute) and not free(node) else None


def _subject(node: Bound) -> Bound:
    match node:
        case Compare(left=Const(), right=value) | Compare(left=value) | In(value=value) | Test(value=value):
            return value
        case _:
            return node


def _drops(site: Site, node: Bound, subject: Bound) -> None:
    name = site.words(subject.span)
    message = f"{site.words(node.span)} leaves out profiles without {name}: no comparison holds for a missing value"
    positive = positive_text(site, node.span)
    hint = f"to keep them, write `not ({positive})`" if positive else "to keep them, negate the positive comparison"
    if subject.type.kind is Kind.BOOLEAN:
        hint = f"to keep them, write `not {site.text(subject.span)}`"
    site.warning("drops-missing", message, node.span, hint)


def _double(site: Site, node: Bound, inner: Bound, subject: Bound) -> None:
    positive = positive_text(site, inner.span)
    message = f"{site.words(node.span)} also takes in profiles without {site.words(subject.span)}"
    hint = f"write `{positive}` where they are not meant" if positive else None
    site.warning("takes-missing", message, node.span, hint)


def positive_text(site: Site, span: Span) -> str | None:
    """A negative comparison of the text as its positive one, where it is short."""
    written = next((one for one, _ in site.parts if one.span == span), None)
    text = None
    match written:
        case Binary(operator="!=" | "notIn", operator_span=at):
            sign = "=" if written.operator == "!=" else "in"
            text = f"{site.source[span.start : at.start]}{sign}{site.source[at.end : span.end]}"
        case Method(name=name, name_span=at) if name in _POSITIVE:
            text = f"{site.source[span.start : at.start]}{_POSITIVE[name]}{site.source[at.end : span.end]}"
    flat = " ".join(text.split()) if text else None
    return flat if flat and len(flat) <= SHOWN else None
