"""Values in a boolean position (R02), and what holds for some item of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.context import is_failed
from segkit.pql.binder.rewrite import substitute
from segkit.pql.bound import (
    And,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Filter,
    Get,
    In,
    InRange,
    IsNull,
    Not,
    Or,
    Quantify,
    SetCompare,
    Test,
    Transform,
    Truth,
    Variable,
)

if TYPE_CHECKING:
    from segkit.pql.tree import Span

_CONDITIONS = (And, Or, Not, Truth, IsNull, Compare, SetCompare, In, Test, InRange, Quantify, Chain)


def truth(value: Bound) -> Bound:
    """The two-valued condition that a value is in a boolean position."""
    if isinstance(value, _CONDITIONS) or is_failed(value):
        return value
    match value:
        case Const(value=bool()):
            return value
        case Filter(array=array, variable=variable, condition=condition):
            return some(array, variable, condition, value.span)
        case Transform(array=array, flatten=False):
            return truth(array)
        case Transform(array=array, variable=variable, body=body):
            return some(array, variable, truth(body), value.span)
        case _:
            return Truth(value, span=value.span)


def some(array: Bound, variable: Variable, condition: Bound, where: Span) -> Bound:
    """Whether a condition holds for some item, in the one form the plan knows: filters join the condition, arrays of
    arrays become one question inside the other."""
    match array:
        case Filter(array=inner, variable=own, condition=first):
            return some(inner, own, both(first, substitute(condition, {variable.name: own}), where), where)
        case Transform(array=inner, variable=own, body=body, flatten=True):
            return some(inner, own, some(body, variable, condition, where), where)
        case Transform(array=inner, variable=own, body=body) if _is_path(body):
            return some(inner, own, substitute(condition, {variable.name: body}), where)
        case _ if isinstance(condition, Const) and condition.value is True:
            return truth(array)
        case _:
            return Quantify("any", array, variable, condition, span=where)


def both(first: Bound, second: Bound, where: Span) -> Bound:
    """Two conditions, of which a constant true one may be missing."""
    items = [
        one
        for condition in (first, second)
        for one in (condition.items if isinstance(condition, And) else (condition,))
        if not (isinstance(one, Const) and one.value is True)
    ]
    match items:
        case []:
            return first
        case [only]:
            return only
        case _:
            return And(tuple(items), span=where)


def _is_path(value: Bound) -> bool:
    while isinstance(value, Get):
        value = value.object
    return isinstance(value, Variable | Attribute)
