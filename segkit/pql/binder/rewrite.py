"""Rewriting bound expressions: substitution, fresh variables, size and depth."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast, get_args

from segkit.pql.bound import (
    Bound,
    Chain,
    ChainElement,
    Entries,
    Filter,
    Group,
    Items,
    Quantify,
    Top,
    Transform,
    Variable,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segkit.pql.binder.context import Binder
    from segkit.pql.tree import Span

_BOUND = get_args(Bound)
_ELEMENT = 30


def substitute(bound: Bound, values: Mapping[str, Bound]) -> Bound:
    """The expression with variables replaced, those that nodes introduce too."""

    def change(one: Bound) -> Bound:
        if isinstance(one, Variable):
            return values.get(one.name, one)
        return cast("Bound", _rebuilt(one, change))

    return change(bound)


def renewed(b: Binder, bound: Bound) -> Bound:
    """A copy whose own variables are fresh, so that variables stay unique in the whole expression."""
    own = [one for node in _nodes(bound) for one in _introduced(node)]
    return substitute(bound, {one.name: b.fresh(one.type, one.span) for one in own}) if own else bound


def located(bound: Bound, where: Span) -> Bound:
    """A copy in which every node stands at one place of the text."""

    def change(one: Bound) -> Bound:
        made = replace(cast("Any", _rebuilt(one, change)), span=where)
        if isinstance(made, Chain):  # its elements are no nodes of their own
            made = replace(made, elements=tuple(replace(element, span=where) for element in made.elements))
        return cast("Bound", made)

    return change(bound)


def size(bound: Bound) -> int:
    """How many nodes an expression has."""
    return len(_nodes(bound))


def parts(bound: Bound) -> int:
    """How many nodes an expression has, without the items of lists; an element of a chain is a statement of its own
    and counts as many."""
    count, stack = 0, [bound]
    while stack:
        one = stack.pop()
        count += 1 + _ELEMENT * len(one.elements) if isinstance(one, Chain) else 1
        if not isinstance(one, Items):
            stack.extend(children(one))
    return count


def depth(bound: Bound) -> int:
    """How many levels an expression nests."""
    deepest, level = 0, [bound]
    while level:
        deepest += 1
        level = [below for one in level for below in children(one)]
    return deepest


def _nodes(bound: Bound) -> list[Bound]:
    found, waiting = [], [bound]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(children(one))
    return found


def _introduced(node: Bound) -> list[Variable]:
    match node:
        case Filter() | Transform() | Quantify() | Top() | Group():
            return [node.variable]
        case Entries():
            return [node.key_variable, node.value_variable]
        case Chain(variable=variable, elements=elements):
            return [variable, *(one for element in elements for one in (element.variable, element.moment))]
        case _:
            return []


def _rebuilt(node: Bound | ChainElement, change: Callable[[Bound], Bound]) -> object:
    changes = {}
    for one in fields(node):
        before = getattr(node, one.name)
        after = _changed(before, change)
        if after is not before:
            changes[one.name] = after
    return replace(cast("Any", node), **changes) if changes else node


def _changed(value: object, change: Callable[[Bound], Bound]) -> object:
    if isinstance(value, _BOUND):
        return change(cast("Bound", value))
    if isinstance(value, ChainElement):
        return _rebuilt(value, change)
    if isinstance(value, tuple):
        after = tuple(_changed(one, change) for one in value)
        return value if all(new is old for new, old in zip(after, value, strict=True)) else after
    return value
