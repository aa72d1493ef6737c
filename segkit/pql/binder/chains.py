"""Sequences of events (R33 to R37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.arrays import array_operand
from segkit.pql.binder.coerce import Operand, instant
from segkit.pql.binder.context import Binding, failed, is_failed, span
from segkit.pql.binder.moments import within
from segkit.pql.binder.truth import truth
from segkit.pql.bound import Bound, Chain, ChainElement, Const
from segkit.pql.tree import Between, Distance, Name, Side
from segkit.pql.tree import Chain as ChainNode
from segkit.pql.types import BOOLEAN, TIMESTAMP, Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.bound import Variable
    from segkit.pql.tree import Element, Node, Span, Tail


_MOST_ELEMENTS = 100
"""A longer chain would take seconds to compile, and no end to run."""


def chain(b: Binder, node: ChainNode, scope: Scope) -> Bound:
    """`chain(ARRAY, TIMESTAMP_FIELD, [elements])`."""
    array = array_operand(b, node.array, scope, "chain").value
    if is_failed(array):
        return failed(node.span)
    variable = b.fresh(array.type.of, span(node.array))
    moment = _instant(b, node.timestamp, scope.within(variable))
    _check_names(b, node)
    if len(node.elements) > _MOST_ELEMENTS:
        return failed(node.span)
    bound = _Elements(b, node, scope, array.type.of.kind is Kind.ERROR or is_failed(moment))
    elements = [bound.element(one, b.fresh(array.type.of, one.span)) for one in node.elements]
    parts = [part for one in elements for part in (one.what, one.when) if part is not None]
    if bound.failed or is_failed(moment, *parts):
        return failed(node.span)
    return Chain(array, variable, moment, tuple(elements), span=node.span)


class _Elements:
    """Binds the elements of a chain one after the other; the instants of those before are visible in `WHEN`."""

    def __init__(self, b: Binder, node: ChainNode, scope: Scope, already_failed: bool) -> None:  # noqa: FBT001
        self.b, self.node, self.scope, self.failed = b, node, scope, already_failed
        self.moments: dict[str, Variable] = {}
        self.hidden = {
            one.name: Binding(
                failed(one.span),
                hidden=f"`{one.name}` is an element of the chain, and those stand only in `WHEN`, as a time reference",
            )
            for one in node.elements
        }

    def element(self, one: Element, event: Variable) -> ChainElement:
        b, inside = self.b, self.scope.within(event)
        what: Bound = Const(True, BOOLEAN, one.span)
        if one.what is not None:
            what = truth(b.value(one.what, self._hiding(inside)))
        when = self._when(one, one.when, inside) if one.when is not None else None
        moment = b.fresh(TIMESTAMP, one.name_span)
        if one.negated and one.count is not None:
            hint = "`not` already means that no such event comes in between"
            b.error("negated-count", f"`{one.name}` is negated and takes no `COUNT`", one.count.span, hint)
            self.failed = True
        if one.count is not None and one.count.comparison == ">=" and one.count.number < 1:
            hint = f"`not {one.name}: WHAT(…)` or `COUNT(= 0)` ask that there is none"
            b.error("count-zero", f"`{one.name}` asks for at least 0 events, which is always so", one.count.span, hint)
            self.failed = True
        if not one.negated:
            self.moments.setdefault(one.name, moment)
        count = one.count
        return ChainElement(
            one.name,
            event,
            what,
            when,
            ">=" if count is None else count.comparison,
            1 if count is None else count.number,
            one.negated,
            moment,
            counted=count is not None,
            span=one.span,
        )

    def _hiding(self, inside: Scope) -> Scope:
        """The scope of `WHAT`, where the names of the chain cannot be used (R34)."""
        return inside.including({name: one for name, one in self.hidden.items() if name not in inside.variables})

    def _when(self, one: Element, tail: Tail, inside: Scope) -> Bound:
        b = self.b
        for reference in _references(tail):
            if not isinstance(reference, Name) or reference.quoted or reference.name in self.moments:
                continue
            other = next((later for later in self.node.elements if later.name == reference.name), None)
            if other is None:
                continue
            self.failed = True
            if other.negated and other is not one:
                message = f"`{other.name}` is negated, so there is no event of that name"
                b.error("negated-reference", message, reference.span)
            else:
                message = f"`{other.name}` is not matched yet where `{one.name}` is"
                hint = f"turn it round: refer to `{one.name}` from `{other.name}`" if other is not one else None
                b.error("name-ahead", message, reference.span, hint)
            return failed(one.span)
        moment = _instant(b, self.node.timestamp, inside, quiet=True)
        scope = inside.including({name: Binding(variable) for name, variable in self.moments.items()})
        return within(b, Operand(self.node.timestamp, moment), tail, scope, span_of(tail))


def span_of(tail: Tail) -> Span:
    """Where a tail stands."""
    return tail.span


def _references(tail: Tail) -> tuple[Node, ...]:
    match tail:
        case Between(start=start, end=end):
            return (start, end)
        case Side(reference=reference) | Distance(reference=reference):
            return (reference,)
        case _:
            return (tail.reference,)


def _instant(b: Binder, node: Node, scope: Scope, *, quiet: bool = False) -> Bound:
    """The Timestamp of an item; `quiet` where it was bound once already, and its findings are known."""
    known = len(b.report.found)
    value = b.value(node, scope)
    moment = failed(span(node)) if is_failed(value) else instant(b, Operand(node, value))
    if moment is None:
        described = b.described(node, value)
        moment = b.error("type-clash", f"the time field of a chain is a Timestamp, not {described}", span(node))
    if quiet:
        del b.report.found[known:]
    return moment


def _check_names(b: Binder, node: ChainNode) -> None:
    if len(node.elements) > _MOST_ELEMENTS:
        message = f"a chain has at most {_MOST_ELEMENTS} elements"
        b.error("expression-too-large", message, node.elements[_MOST_ELEMENTS].name_span)
    seen: set[str] = set()
    for one in node.elements:
        if one.name in seen:
            b.error("duplicate-name", f"two elements are called `{one.name}`", one.name_span)
        seen.add(one.name)
    if not node.elements:
        b.error("wrong-arguments", "a chain has at least one element", node.span, "`[A: WHAT(…)]`")
