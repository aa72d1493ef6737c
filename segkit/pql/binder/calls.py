"""Calls and methods (R44 to R50): `f(x, a)` and `x.f(a)` are one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segkit.pql.binder.array_calls import ARRAY_CALLS
from segkit.pql.binder.context import is_failed
from segkit.pql.binder.names import flat
from segkit.pql.binder.patterns import checked, groups
from segkit.pql.binder.segments import in_segment
from segkit.pql.binder.site import Site
from segkit.pql.binder.value_calls import VALUE_CALLS
from segkit.pql.bound import Bound, Const, Convert, Function
from segkit.pql.diagnostics import nearest
from segkit.pql.functions import FUNCTIONS, SYNONYMS
from segkit.pql.tree import Boolean, Call, Chain, Method
from segkit.pql.types import INTEGER, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Node

_KEEP_DATES = frozenset({"getMonth", "getYear", "getDayOfMonth", "dayOfWeek", "dayOfYear", "weekOfYear", "toString"})
_WORDS = frozenset({"now", "today", "yesterday", "tomorrow", "this"})


def call(b: Binder, node: Call | Method, scope: Scope) -> Bound:
    """A function call in either style."""
    called = _on_chain(node)
    if called is not None:
        hint = "give the element its time, `WHAT(…) WHEN(<= 30 days before now)`, or filter `xEvent` inside the chain"
        return b.error("chain-method", "a `chain` is a condition and has no methods", called.name_span, hint)
    signature = FUNCTIONS.get(node.name)
    nodes = (node.object, *node.arguments) if isinstance(node, Method) else node.arguments
    where = node.name_span if node.name_span.end > node.name_span.start else node.span
    receiver = b.value(node.object, scope) if signature is None and isinstance(node, Method) else None
    if signature is None:
        return b.error("unknown-function", f"there is no function `{node.name}`", where, _hint(node, receiver))
    if (isinstance(node, Method) and not signature.method) or not (
        signature.least <= len(nodes) <= len(signature.parameters)
    ):
        if node.name == "equals" and len(nodes) > len(signature.parameters):
            hint = f"write `{b.words(nodes[0]).strip('`') or 'x'} in [{', '.join(_literals(b, nodes[1:]))}]`"
            return b.error("wrong-arguments", "`equals` compares with one value", node.span, hint)
        given = len(node.arguments)
        message = f"`{node.name}` does not take {given} argument{'' if given == 1 else 's'} here"
        return b.error("wrong-arguments", message, node.span, f"write {signature}")
    site = Site(b, node, signature, nodes, scope)
    if node.name == "inSegment" and isinstance(node, Call):
        return in_segment(b, node, scope)
    handler = VALUE_CALLS.get(node.name) or ARRAY_CALLS.get(node.name) or _plain
    return handler(site)


def _on_chain(node: Call | Method) -> Method | None:
    """The first method that is called on a chain, as in `chain(…).filter(…).exists()`."""
    while isinstance(node, Method):
        if isinstance(node.object, Chain):
            return node
        if not isinstance(node.object, Method):
            return None
        node = node.object
    return None


def _literals(b: Binder, nodes: Sequence[Node]) -> list[str]:
    """Values as the user wrote them, without the flag for case."""
    return [b.words(one).strip("`") or "…" for one in nodes if not isinstance(one, Boolean)]


def _hint(node: Call | Method, receiver: Bound | None) -> str | None:
    if node.name.lower() in _WORDS and not node.arguments:
        return f"write `{node.name.lower()}` without parentheses"
    if node.name in SYNONYMS:
        return f"did you mean `{SYNONYMS[node.name]}`?"
    if receiver is not None and not node.arguments:
        of = receiver.type.of if receiver.type.kind is Kind.ARRAY else receiver.type
        if of.field(node.name) is not None:
            return f"`{node.name}` is a field: leave the parentheses out"
    found = [one for one in FUNCTIONS if one.lower() == node.name.lower()] or nearest(node.name, FUNCTIONS)
    return "did you mean " + " or ".join(f"`{one}`" for one in found) + "?" if found else None


def _plain(site: Site) -> Bound:
    """A function that stays one, with left-off arguments filled in."""
    name, b = site.signature.name, site.b
    operands = [site.operand(position) for position in range(len(site.nodes))]
    values = [one.value for one in operands]
    if is_failed(*values):
        return site.fail()
    if name not in _KEEP_DATES:
        values = [Convert(one, TIMESTAMP, one.span) if one.type.kind is Kind.DATE else one for one in values]
    if name in {"regexGroup", "replaceAll"}:
        values[1] = checked(b, operands[1], searching=False)
        if is_failed(values[1]):
            return site.fail()
    if name == "regexGroup":
        number, most = cast("Const", values[2]).value, groups(operands[1]) or 0
        if not isinstance(number, int) or not 0 <= number <= most:
            return b.error(
                "wrong-arguments",
                f"the pattern has {most} group{'' if most == 1 else 's'}",
                values[2].span,
                "0 is the whole match",
            )
    if name == "join" and values[0].type.of.kind is not Kind.STRING:
        described = b.described(site.nodes[0], values[0])
        return b.error("wrong-arguments", f"`join` is for an Array of String, not for {described}", site.span)
    missing = len(site.signature.parameters) - len(values)
    values += [Const(None, INTEGER, site.span)] * missing
    if name == "values":
        return flat(b, Function(name, tuple(values), array_of(values[0].type.of), site.span))
    return Function(name, tuple(values), site.signature.type or values[0].type, site.span)
