"""Which room binds which node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder import arrays, chains, lets, membership, moments, names, objects, operators
from segkit.pql.binder.calls import call
from segkit.pql.bound import Bound, Const
from segkit.pql.tree import (
    Aggregate,
    Array,
    Binary,
    Boolean,
    Call,
    Chain,
    Climb,
    Context,
    Double,
    Field,
    Index,
    Integer,
    Interval,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Null,
    Object,
    Occurs,
    Parameter,
    Quantified,
    Select,
    String,
    Unary,
)
from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, STRING

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope


def value(b: Binder, node: Node, scope: Scope) -> Bound:
    """Bind a node to its value."""
    match node:
        case String(value=text):
            return Const(text, STRING, node.span)
        case Integer(value=number):
            return _integer(b, number, node)
        case Double(value=number):
            return Const(number, DOUBLE, node.span)
        case Boolean(value=flag):
            return Const(flag, BOOLEAN, node.span)
        case Null():
            hint = "`null` stands only in `= null` and `!= null`; better write `.isNull()`, `.isNotNull()`"
            return b.error("misplaced-null", "`null` is no value", node.span, hint)
        case Array():
            return membership.listed(b, node, scope)
        case Object():
            return objects.written(b, node, scope)
        case Name() | Field():
            return names.path(b, node, scope)
        case Parameter(position=1):
            return b.root.item
        case Parameter(position=position):
            hint = "a segment is a rule about one profile, `$1`"
            return b.error("second-parameter", f"there is no parameter `${position}`", node.span, hint)
        case Context(reference=reference):
            hint = "a segment knows only the profile and its events"
            message = f"`@{{{reference}}}` refers to a decisioning context, which a segment does not have"
            return b.error("decisioning-reference", message, node.span, hint)
        case Climb():
            return names.climb(b, node, scope)
        case Index():
            return arrays.index(b, node, scope)
        case Call() | Method():
            return call(b, node, scope)
        case Unary():
            return operators.unary(b, node, scope)
        case Binary():
            return operators.binary(b, node, scope)
        case Logic():
            return operators.logic(b, node, scope)
        case Lambda():
            hint = "a lambda names the profile of a whole rule, or the item in `filter`, `map`, `sum` …"
            return b.error("lambda-here", "a lambda has no place here", node.span, hint)
        case Let():
            return b.value(node.body, lets.opened(b, node, scope))
        case Select():
            return arrays.select(b, node, scope)
        case Quantified():
            return arrays.quantified(b, node, scope)
        case Aggregate():
            return arrays.sum_over(b, node, scope)
        case Interval():
            return b.error(
                "interval-as-value",
                f"{b.words(node) or 'an interval'} is a stretch of time, not a value",
                node.span,
                "it stands after `occurs`: `timestamp occurs this month`",
            )
        case Occurs():
            return moments.occurs(b, node, scope)
        case Chain():
            return chains.chain(b, node, scope)


def _integer(b: Binder, number: int, node: Integer) -> Const:
    if -(2**63) <= number < 2**63:
        return Const(number, INTEGER, node.span)
    return b.error("number-range", "an Integer has 64 bits", node.span, "write it as a Double, with a point")
