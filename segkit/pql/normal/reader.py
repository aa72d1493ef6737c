"""Bound expressions read into normal ones: conditions into forms, values with their parts in one order.

Variables are renamed by how deep they nest, so that equal expressions are equal as texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    ChainElement,
    Compare,
    Const,
    Convert,
    Events,
    Filter,
    Function,
    Get,
    If,
    In,
    InRange,
    IsNull,
    Items,
    Not,
    Now,
    Or,
    Quantify,
    SetCompare,
    Shift,
    Test,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import field_of, introduced, rebuild, substitute
from segkit.pql.normal import conditions
from segkit.pql.normal.diagram import diagram
from segkit.pql.normal.rendering import render, with_variables
from segkit.pql.types import DOUBLE, INTEGER

if TYPE_CHECKING:
    from segkit.pql.normal.forms import Form
    from segkit.pql.tree import Unit

CONDITIONS = (And, Or, Not, Truth, IsNull, Compare, SetCompare, In, Test, InRange, Quantify, Chain)
"""Nodes that are true or false by themselves, never null."""

_MONTHS: dict[Unit, int] = {"year": 12, "decade": 120, "century": 1200, "millennium": 12000}
_MILLISECONDS: dict[Unit, int] = {"second": 1000, "minute": 60_000, "hour": 3_600_000}
_FEW = 10_000
_TYPED = (Convert, Arith, Function)


@dataclass(slots=True)
class Reader:
    """Reads one expression or several; `kept` remembers what conditions inside of values say."""

    kept: dict[int, tuple[Bound, str]] = field(default_factory=dict)

    def condition(self, node: Bound, level: int = 0) -> Form:
        """A condition, or a value in a boolean position, as a form; `level` is how many variables stand around it."""
        return conditions.form(self, node, level)

    def written(self, form: Form) -> Bound:
        """A form as a bound condition that stands inside of another expression."""
        made = render(form)
        self.kept[id(made)] = (made, diagram(form))
        return made

    def value(self, node: Bound, level: int) -> Bound:
        """A value with its parts in one order."""
        match node:
            case Const() | Attribute() | Events() | Variable() | Now():
                return node
            case _ if isinstance(node, CONDITIONS):
                return self.written(self.condition(node, level))
            case If():
                return self._choice(node, level)
            case Get(object=inner):
                return field_of(self.value(inner, level), node)
            case Filter():
                return self._filter(node, level)
            case Aggregate(function="count", array=Transform(array=array, flatten=False)):
                return self.value(replace(node, array=array), level)
            case Shift(instant=instant, count=Const(value=int(count)), unit=unit) if abs(count) < _FEW:
                return _shifted(self.value(instant, level), count, unit, node)
            case Convert(value=Const(value=int(number))) if node.type == DOUBLE and abs(number) < 2**53:
                return Const(float(number), DOUBLE)
            case Convert(value=inner) if inner.type == node.type:
                return self.value(inner, level)
            case Arith(operator="+" | "*"):
                made = replace(node, left=self.value(node.left, level), right=self.value(node.right, level))
                left, right = sorted((made.left, made.right), key=self.key)
                return replace(made, left=left, right=right)
            case _:
                return self._below(node, level)

    def key(self, node: Bound | ChainElement) -> str:
        """The text of a value that `value` gave."""
        known = self.kept.get(id(node))
        if known is not None:
            return known[1]
        match node:
            case Attribute(path=path):
                return ".".join(path) if all(one.isidentifier() for one in path) else repr(path)
            case Variable(name=name):
                return f"%{name}%"
            case Const(value=bool(value)):
                return "true" if value else "false"
            case Const(value=value, type=of):
                return f"{of.kind} {value!r}"
            case Get(object=inner, name=name):
                return f"{self.key(inner)}.{name if name.isidentifier() else repr(name)}"
            case _:
                parts = (
                    self._part(getattr(node, one.name)) for one in fields(node) if one.name not in {"span", "type"}
                )
                typed = f": {node.type}" if isinstance(node, _TYPED) else ""
                return f"{type(node).__name__}({', '.join(parts)}{typed})"

    def _part(self, one: Any) -> str:  # noqa: ANN401  a part of any node
        match one:
            case tuple():
                return f"[{', '.join(self._part(part) for part in one)}]"
            case _ if isinstance(one, Bound | ChainElement):
                return self.key(one)
            case _:
                return repr(one)

    def _below(self, node: Bound, level: int) -> Bound:
        fresh = introduced(node)
        if fresh:
            named = {one.name: replace(one, name=variable(level + at)) for at, one in enumerate(fresh, 1)}
            node = with_variables(substitute(node, named), named)
        level += len(fresh)
        return rebuild(node, lambda one: self.value(one, level))

    def chain(self, node: Chain, level: int) -> Bound:
        """A sequence of events; what its elements are called says nothing."""
        elements = tuple(replace(one, name=f"e{at}") for at, one in enumerate(node.elements, 1))
        return self._below(replace(node, elements=elements), level)

    def _filter(self, node: Filter, level: int) -> Bound:
        inner: Bound = node.array
        if isinstance(inner, Filter):
            held = substitute(node.condition, {node.variable.name: inner.variable})
            return self._filter(replace(inner, condition=And((inner.condition, held))), level)
        item = replace(node.variable, name=variable(level + 1))
        found = self.condition(substitute(node.condition, {node.variable.name: item}), level + 1)
        array = self.value(inner, level)
        if found.key == "true":
            return array
        return Filter(array, item, self.written(found), node.type)

    def _choice(self, node: If, level: int) -> Bound:
        condition = self.condition(node.condition, level)
        then, otherwise = self.value(node.then, level), self.value(node.otherwise, level)
        if condition.key == "true" or self.key(then) == self.key(otherwise):
            return then
        if condition.key == "false":
            return otherwise
        turned = conditions.negation(condition)
        if turned.key < condition.key:
            return If(self.written(turned), otherwise, then, node.type)
        return If(self.written(condition), then, otherwise, node.type)


def variable(level: int) -> str:
    """The name of the variable that is the n-th from outside."""
    return f"v{level}"


def _shifted(instant: Bound, count: int, unit: Unit, node: Shift) -> Bound:
    if unit == "week":
        count, unit = 7 * count, "day"
    elif unit in _MONTHS:
        count, unit = _MONTHS[unit] * count, "month"
    elif unit in _MILLISECONDS:
        count, unit = _MILLISECONDS[unit] * count, "millisecond"
    # by no day or month too an instant moves, where the wall clock shows an hour twice: to the first of the two
    return Shift(instant, Const(count, INTEGER), unit, node.type) if count or unit != "millisecond" else instant


def never_null(node: Bound) -> bool:
    """Whether a value is certainly there."""
    match node:
        case Const(value=value):
            return value is not None
        case Now() | Events() | Items() | Aggregate(function="count"):
            return True
        case If(then=then, otherwise=otherwise):
            return never_null(then) and never_null(otherwise)
        case _:
            return isinstance(node, CONDITIONS)


def is_null(node: Bound) -> bool:
    """Whether a value is certainly absent."""
    return isinstance(node, Const) and node.value is None
