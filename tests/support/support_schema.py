"""A schema that an expression can be bound against, read off the ways in which it uses its fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from support_shapes import Shape, agree, array, kind, known, settled

from segkit.pql.functions import FUNCTIONS, Accepts, Signature
from segkit.pql.references import referenced_segments
from segkit.pql.tree import (
    Aggregate,
    Array,
    Between,
    Binary,
    Boolean,
    Call,
    Chain,
    Clause,
    Climb,
    Distance,
    Double,
    Expression,
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
    Object,
    Occurs,
    Parameter,
    Quantified,
    Select,
    Side,
    String,
    Tail,
    Unary,
    Within,
)
from segkit.pql.types import BOOLEAN, STRING, TIMESTAMP, Kind, Schema, array_of, map_of, object_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FLAG = "segkitSupportFlag"
"""The Boolean field that stands for the rule of any segment that `inSegment` names."""

_KNOWN = {
    "identityMap": map_of(array_of(object_of({"id": STRING, "primary": BOOLEAN}))),
    "segmentMembership": map_of(map_of(object_of({"status": STRING, "lastQualificationTime": TIMESTAMP}))),
}
_WORDS = {one.value: one for one in (Kind.BOOLEAN, Kind.INTEGER, Kind.DOUBLE, Kind.STRING, Kind.DATE, Kind.TIMESTAMP)}
_SAME_ARRAY = frozenset({"filter", "topN", "bottomN", "distinct", "intersection"})
_SETS = frozenset({"intersects", "intersection", "subsetOf", "supersetOf"})


@dataclass(frozen=True)
class Scope:
    """What names stand for: variables first, then the fields of the item."""

    item: Shape
    variables: Mapping[str, Shape]
    outer: Scope | None = None

    def within(self, item: Shape) -> Scope:
        """The scope of an item's own fields."""
        return Scope(item, self.variables, self)

    def having(self, name: str, value: Shape) -> Scope:
        """The same scope with one more variable."""
        return replace(self, variables={**self.variables, name: value})


def inferred(*expressions: Expression) -> Schema:
    """A schema in which the expressions bind, as far as their own uses of fields tell."""
    root = Shape(fields={name: known(one) for name, one in _KNOWN.items()})
    events = root.field("xEvent").items()
    events.fields.update({"_id": kind(Kind.STRING), "timestamp": kind(Kind.TIMESTAMP)})
    for one in expressions:
        read(one.root, Scope(root, {}))
        if referenced_segments(one):
            root.field(FLAG).use(Kind.BOOLEAN)
    item = settled(root.fields.pop("xEvent"), "xEvent").of
    return Schema(settled(root), item)


def read(node: Node, scope: Scope) -> Shape:
    """The shape of a value, taking note of what its uses say of the fields in it."""
    match node:
        case Boolean():
            return kind(Kind.BOOLEAN)
        case Integer():
            return kind(Kind.INTEGER)
        case Double():
            return kind(Kind.DOUBLE)
        case Interval():
            return kind(Kind.TIMESTAMP)
        case Array(items=items):
            return array(_together([read(one, scope) for one in items]))
        case Object(fields=fields):
            return Shape(fields={name: read(one, scope) for name, one in fields})
        case Name(name=name):
            return _name(name, scope)
        case Parameter():
            return _outermost(scope).item
        case Climb(levels=levels):
            return _climbed(levels, scope).item
        case Field(object=Name(name="profile"), name=name) if scope.outer is None and "profile" not in scope.variables:
            return scope.item.field(name)
        case Field(object=one, name=name):
            return read(one, scope).field(name)
        case Index(object=one, argument=String(value=key)):
            return read(one, scope).value(key)
        case Index(object=one, argument=argument):
            found = read(one, scope)
            _truth(argument, scope.within(found.items()))
            return found
        case Call(name=name, arguments=arguments):
            return _call(name, arguments, scope)
        case Method(object=one, name=name, arguments=arguments):
            return _call(name, (one, *arguments), scope)
        case Unary(operator="-", operand=one):
            return read(one, scope).use(Kind.DOUBLE)
        case Unary(operand=one):
            return _truth(one, scope)
        case Logic(operands=operands):
            for one in operands:
                _truth(one, scope)
            return kind(Kind.BOOLEAN)
        case Binary():
            return _binary(node, scope)
        case Lambda(parameters=parameters, body=body):
            return read(body, scope.having(parameters[0], _outermost(scope).item))
        case Let(name=name, value=value, body=body):
            return read(body, scope.having(name, read(value, scope)))
        case Select(clauses=clauses):
            inner = _clauses(clauses, scope)
            return array(inner.variables[clauses[0].variable] if len(clauses) == 1 else Shape())
        case Quantified(clauses=clauses):
            _clauses(clauses, scope)
            return kind(Kind.BOOLEAN)
        case Aggregate(body=body, clauses=clauses):
            return read(body, _clauses(clauses, scope)).use(Kind.DOUBLE)
        case Occurs(subject=subject, tail=tail):
            read(subject, scope).use(Kind.TIMESTAMP)
            _tail(tail, scope)
            return kind(Kind.BOOLEAN)
        case Chain():
            return _chain(node, scope)
        case _:
            return kind(Kind.STRING) if isinstance(node, String) else Shape()


def _name(name: str, scope: Scope) -> Shape:
    if name in scope.variables:
        return scope.variables[name]
    if name in scope.item.end.fields:
        return scope.item.field(name)
    if name.lower() in {"now", "today", "yesterday", "tomorrow"}:
        return kind(Kind.TIMESTAMP)
    return scope.item if name == "this" else scope.item.field(name)


def _outermost(scope: Scope) -> Scope:
    return scope if scope.outer is None else _outermost(scope.outer)


def _climbed(levels: int, scope: Scope) -> Scope:
    return scope if levels == 0 or scope.outer is None else _climbed(levels - 1, scope.outer)


def _truth(node: Node, scope: Scope) -> Shape:
    read(node, scope)
    return kind(Kind.BOOLEAN)


def _together(shapes: Sequence[Shape]) -> Shape:
    one = Shape()
    for other in shapes:
        agree(one, other)
    return one


def _binary(node: Binary, scope: Scope) -> Shape:
    left, right = read(node.left, scope), read(node.right, scope)
    match node.operator:
        case "+" | "-" | "*" | "/" | "%":
            left.use(Kind.DOUBLE)
            right.use(Kind.DOUBLE)
            return kind(Kind.DOUBLE)
        case "in" | "notIn":
            agree(left, right.items())
        case "like" | "matches":
            left.use(Kind.STRING)
        case _:
            agree(left, right)
            if node.operator not in {"=", "!="}:
                left.order()
    return kind(Kind.BOOLEAN)


def _clauses(clauses: Sequence[Clause], scope: Scope) -> Scope:
    for one in clauses:
        scope = scope.having(one.variable, read(one.source, scope).items())
        if one.condition is not None:
            _truth(one.condition, scope)
    return scope


def _tail(tail: Tail, scope: Scope) -> None:
    match tail:
        case Within(reference=one) | Side(reference=one) | Distance(reference=one):
            read(one, scope).use(Kind.TIMESTAMP)
        case Between(start=start, end=end):
            read(start, scope).use(Kind.TIMESTAMP)
            read(end, scope).use(Kind.TIMESTAMP)


def _chain(node: Chain, scope: Scope) -> Shape:
    inner = scope.within(read(node.array, scope).items())
    read(node.timestamp, inner).use(Kind.TIMESTAMP)
    names = inner
    for one in node.elements:
        if one.what is not None:
            _truth(one.what, inner)
        if one.when is not None:
            _tail(one.when, names)
        names = names.having(one.name, kind(Kind.TIMESTAMP))
    return kind(Kind.BOOLEAN)


def _call(name: str, arguments: Sequence[Node], scope: Scope) -> Shape:
    signature = FUNCTIONS.get(name)
    if signature is None:
        for one in arguments:
            read(one, scope)
        return Shape()
    if name == "map" and len(arguments) == 2:
        return _map(arguments[0], arguments[1], scope)
    if name == "get" and len(arguments) == 2 and isinstance(arguments[1], String):
        return read(arguments[0], scope).value(arguments[1].value)
    found = _arguments(signature, arguments, scope)
    return _result(signature, found)


def _arguments(signature: Signature, arguments: Sequence[Node], scope: Scope) -> list[Shape]:
    found: list[Shape] = []
    for node, parameter in zip(arguments, signature.parameters, strict=False):
        opens = not parameter.accepts.kinds and bool(found)
        one = read(node, scope.within(found[0].items()) if opens else scope)
        _ask(one, parameter.accepts)
        found.append(one)
    return found


def _ask(one: Shape, accepts: Accepts) -> None:
    match sorted(accepts.kinds):
        case [Kind.STRING | Kind.INTEGER | Kind.BOOLEAN as only]:
            one.use(only)
        case [Kind.ARRAY] | [Kind.ARRAY, Kind.MAP]:
            one.items()
        case [Kind.MAP] | [Kind.MAP, Kind.OBJECT]:
            one.items(keyed=True)
        case [Kind.DATE, Kind.TIMESTAMP]:
            one.use(Kind.TIMESTAMP)
        case [Kind.DOUBLE, Kind.INTEGER]:
            one.use(Kind.DOUBLE)


def _map(receiver: Node, body: Node, scope: Scope) -> Shape:
    found = read(receiver, scope)
    item = found.items()
    if isinstance(body, Lambda):
        inner = scope.having(body.parameters[0], kind(Kind.STRING))
        for name in body.parameters[1:]:
            inner = inner.having(name, item)
        return Shape(item=read(body.body, inner), keyed=True)
    return Shape(item=read(body, scope.within(item)), keyed=found.end.keyed)


def _result(signature: Signature, found: Sequence[Shape]) -> Shape:
    match signature.name:
        case "equals" | "notEqualTo" if len(found) > 1:
            agree(found[0], found[1])
        case "includes" if len(found) > 1:
            agree(found[0].items(), found[1])
        case "if" if len(found) > 2:
            return _together(found[1:])
        case "sum" | "average" | "min" | "max":
            return (found[1] if len(found) > 1 else found[0].items()).use(Kind.DOUBLE)
        case "topN" | "bottomN" if len(found) > 1:
            found[1].order()
        case "groupBy":
            return Shape(item=array(found[0].items()), keyed=True)
        case "head":
            return found[0].items()
        case "keys":
            return array(kind(Kind.STRING))
        case "values":
            return array(found[0].items())
        case name if name in _SETS and len(found) > 1:
            agree(found[0].items(), found[1].items())
    if signature.name in _SAME_ARRAY:
        return found[0]
    if signature.type is not None:
        return known(signature.type)
    return kind(_WORDS[signature.returns]) if signature.returns in _WORDS else Shape()
