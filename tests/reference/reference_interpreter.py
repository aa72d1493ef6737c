"""A slow, obvious interpreter of PQL over one profile as dicts: the second opinion on every number.

It walks the tree that `parse` gives and follows the rules of `pql.md` one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import reference_functions as functions
import reference_maps as maps
import reference_time as times
from reference_values import (
    NOTHING,
    Map,
    Value,
    arithmetic,
    as_instant,
    compare,
    contains,
    is_null,
    is_present,
    moment_of,
)

from segkit.pql import tree
from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, NULL, STRING, TIMESTAMP, Kind, Schema, array_of, object_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.pql.types import Type

PREDICATES = {"startsWith", "endsWith", "contains", *functions.NEGATIVES}
AGGREGATES = {"sum", "average", "min", "max"}
DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Let:
    """What `let` names: its value, and what was written where, for time references such as `today`."""

    node: tree.Node
    scope: Scope


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: the profile and the items of opened scopes, innermost last, and the variables."""

    items: tuple[Value, ...]
    events: Value
    calendar: times.Calendar
    variables: dict[str, Value | Let] = field(default_factory=dict)
    segments: Mapping[str, tree.Node] = field(default_factory=dict)

    @property
    def item(self) -> Value:
        return self.items[-1]

    def within(self, item: Value) -> Scope:
        return replace(self, items=(*self.items, item))

    def having(self, name: str, value: Value | Let) -> Scope:
        return replace(self, variables={**self.variables, name: value})


def scope_of(
    profile: dict[str, Any],
    events: list[dict[str, Any]],
    schema: Schema,
    calendar: times.Calendar,
    segments: Mapping[str, tree.Node] | None = None,
) -> Scope:
    return Scope(
        (Value(profile, schema.profile),), Value(events, array_of(schema.event)), calendar, segments=segments or {}
    )


def truth(node: tree.Node, scope: Scope) -> bool:
    """A node in a boolean position (R02)."""
    return is_present(value(node, scope).it)


def value(node: tree.Node, scope: Scope) -> Value:
    """The value of a node."""
    match node:
        case tree.Expression(root=root):
            return value(root, scope)
        case tree.String(value=it):
            return Value(it, STRING, written=True)
        case tree.Integer(value=it):
            return Value(it, INTEGER)
        case tree.Double(value=it):
            return Value(it, DOUBLE)
        case tree.Boolean(value=it):
            return Value(it, BOOLEAN)
        case tree.Array(items=items):
            return _listed([value(one, scope) for one in items])
        case tree.Object():
            return maps.written(node, scope, value)
        case tree.Name() | tree.Parameter() | tree.Climb():
            return _name(node, scope)
        case tree.Field(object=tree.Name(name="profile"), name=name) if _is_prefix(scope):
            return _field(scope.item, name, scope)
        case tree.Field(object=of, name=name):
            return _field(value(of, scope), name, scope)
        case tree.Index(object=of, argument=argument):
            found = value(of, scope)
            if found.kind is Kind.ARRAY:
                return _filtered(found, argument, scope)
            return _keyed(found, value(argument, scope).it)
        case tree.Call(name=name, arguments=arguments):
            return _call(name, arguments, scope)
        case tree.Method(object=of, name=name, arguments=arguments):
            return _call(name, (of, *arguments), scope)
        case tree.Unary(operator="not", operand=operand):
            return Value(not truth(operand, scope), BOOLEAN)
        case tree.Unary(operand=operand):
            return arithmetic("-", Value(0, INTEGER), value(operand, scope))
        case tree.Binary():
            return _binary(node, scope)
        case tree.Logic(operator=operator, operands=operands):
            held = [truth(one, scope) for one in operands]
            return Value(all(held) if operator == "and" else any(held), BOOLEAN)
        case tree.Lambda(parameters=(name,), body=body):
            return value(body, scope.having(name, scope.item))
        case tree.Let(name=name, value=given, body=body):
            return value(body, scope.having(name, Let(given, scope)))
        case tree.Select() | tree.Quantified() | tree.Aggregate():
            return _clauses(node, scope)
        case tree.Occurs(subject=subject, tail=tail):
            found = value(subject, scope)
            moments = found.items if found.kind is Kind.ARRAY else [found]
            return Value(any(occurs(one, tail, scope) for one in moments), BOOLEAN)
        case tree.Chain():
            from reference_chain import holds

            return Value(holds(node, scope), BOOLEAN)
        case _:
            raise NotImplementedError(node)


def _listed(items: list[Value]) -> Value:
    of = maps.common([one.type for one in items]) if items else NULL
    found = [maps.converted(one.it, of) for one in items]
    return Value(found, array_of(of), written=bool(items) and all(one.written for one in items))


def _is_prefix(scope: Scope) -> bool:
    known = scope.item.type.kind is Kind.OBJECT and scope.item.type.field("profile") is not None
    return len(scope.items) == 1 and not known and "profile" not in scope.variables


def _name(node: tree.Name | tree.Parameter | tree.Climb, scope: Scope) -> Value:
    """R09: first a variable, then a field, then a word."""
    if isinstance(node, tree.Parameter):
        return scope.items[0]
    if isinstance(node, tree.Climb):
        return scope.items[-1 - node.levels]
    found = scope.variables.get(node.name)
    if isinstance(found, Let):
        return value(found.node, found.scope)
    if found is not None:
        return found
    if scope.item.kind is Kind.OBJECT and (scope.item.type.field(node.name) or node.name == "xEvent"):
        return _field(scope.item, node.name, scope)
    word = node.name.lower()
    if word == "now":
        return Value(scope.calendar.as_of, TIMESTAMP)
    if word in DAYS:
        return Value(_day(word, scope.calendar), TIMESTAMP)
    if word == "this":
        return scope.item
    raise KeyError(node.name)


def _day(word: str, calendar: times.Calendar) -> Any:
    return calendar.from_start(calendar.start_of("day", calendar.as_of), DAYS[word], "day")


def _field(of: Value, name: str, scope: Scope) -> Value:
    """R19, R20, R23: null on a missing object; over an array the array of the field."""
    if name == "xEvent" and of is scope.items[0]:
        return scope.events
    if of.kind is Kind.ARRAY:
        return _mapped(of, lambda one: _field(one, name, scope))
    kind = of.type.field(name)
    assert kind is not None, (of.type, name)
    return Value(None if of.it is None else of.it.get(name), kind)


def _mapped(array: Value, body: Any) -> Value:
    """R20: each item's value; arrays of arrays flatten, a null array of them adding nothing; of a null array null."""
    sample: Type = body(Value(None, array.type.of)).type
    found = [body(one).it for one in array.items]
    if sample.kind is Kind.ARRAY:
        found = [one for part in found if part is not None for one in part]
    return Value(None if array.it is None else found, sample if sample.kind is Kind.ARRAY else array_of(sample))


def _filtered(array: Value, condition: tree.Node, scope: Scope) -> Value:
    kept = [one.it for one in array.items if is_present(_of_item(condition, one, scope).it)]
    return Value(None if array.it is None else kept, array.type)


def _of_item(node: tree.Node, item: Value, scope: Scope) -> Value:
    """R27: the item's fields are in scope; a lambda only names the item."""
    if isinstance(node, tree.Lambda):
        return value(node.body, scope.having(node.parameters[0], item))
    return value(node, scope.within(item))


def _keyed(of: Value, key: str | None) -> Value:
    if of.kind is Kind.MAP:
        return Value(functions.lookup(of, key), of.type.of)
    kind = of.type.field(str(key))
    assert kind is not None
    return Value(functions.lookup(of, key), kind)


def _binary(node: tree.Binary, scope: Scope) -> Value:
    if isinstance(node.right, tree.Null) or isinstance(node.left, tree.Null):
        other = node.left if isinstance(node.right, tree.Null) else node.right
        return Value(is_null(value(other, scope).it) is (node.operator == "="), BOOLEAN)
    left, right = value(node.left, scope), value(node.right, scope)
    match node.operator:
        case "+" | "-" | "*" | "/" | "%":
            return arithmetic(node.operator, left, right)
        case "in" | "notIn":
            subjects = left.items if left.kind is Kind.ARRAY else [left]
            wanted = node.operator == "in"
            held = [
                contains(right, one, scope.calendar) is wanted and one.it is not None and right.it is not None
                for one in subjects
            ]
            return Value(any(held), BOOLEAN)
        case "like" | "matches":
            return _predicate(node.operator, left, right)
        case operator:
            return Value(compare(operator, left, right, scope.calendar), BOOLEAN)


def _predicate(name: str, text: Value, part: Value, *, ignore_case: bool = False) -> Value:
    positive = functions.NEGATIVES.get(name, name)
    texts = text.items if text.kind is Kind.ARRAY else [text]
    parts = part.items if part.kind is Kind.ARRAY else [part]
    held = [
        functions.test_text(positive, one, other, ignore_case=ignore_case) is (positive == name)
        for one in texts
        for other in parts
        if one.it is not None and other.it is not None
    ]
    return Value(any(held), BOOLEAN)


def _call(name: str, nodes: tuple[tree.Node, ...], scope: Scope) -> Value:
    if name == "if":
        return _if(nodes, scope)
    if name == "inSegment":
        # R48: that rule, over the whole profile
        rule = scope.segments[value(nodes[0], scope).it]
        return Value(truth(rule, replace(scope, items=scope.items[:1], variables={})), BOOLEAN)
    if name in {"filter", "exists"}:
        found = _filtered(value(nodes[0], scope), nodes[1], scope)
        return Value(bool(found.it), BOOLEAN) if name == "exists" else found
    if name == "groupBy":
        return maps.grouped(value(nodes[0], scope), lambda one: _of_item(nodes[1], one, scope))
    if name in AGGREGATES | {"map"}:
        array = value(nodes[0], scope)
        if array.kind is Kind.MAP:
            return maps.mapped(array, nodes[1], scope, value)
        if len(nodes) > 1:
            array = _mapped(array, lambda one: _of_item(nodes[1], one, scope))
        return array if name == "map" else functions.aggregate(name, array)
    if name in {"topN", "bottomN"}:
        return _top(name, nodes, scope)
    arguments = [value(one, scope) for one in nodes]
    if name in {"isNull", "isNotNull"}:
        return Value(is_null(arguments[0].it) is (name == "isNull"), BOOLEAN)
    if name in {"isEmpty", "isNotEmpty"}:
        return _emptiness(arguments[0], wanted=name == "isEmpty")
    if name == "get":
        return _keyed(arguments[0], arguments[1].it)
    if name in PREDICATES | {"matches"}:
        heeds = arguments[2].it if len(arguments) > 2 else True
        return _predicate(name, arguments[0], arguments[1], ignore_case=not heeds)
    if name in {"equals", "notEqualTo", "equalsIgnoreCase"}:
        heeds = name != "equalsIgnoreCase" and (arguments[2].it if len(arguments) > 2 else True)
        operator = "!=" if name == "notEqualTo" else "="
        return Value(compare(operator, arguments[0], arguments[1], scope.calendar, ignore_case=not heeds), BOOLEAN)
    found = functions.of_arrays(name, arguments, scope.calendar)
    if found is None:
        found = functions.scalar(name, arguments, scope.calendar)
    assert found is not None, name
    return found


def _emptiness(of: Value, *, wanted: bool) -> Value:
    if of.kind is Kind.STRING:
        return Value(of.it is not None and (of.it == "") is wanted, BOOLEAN)
    return Value((not is_present(of.it)) is wanted, BOOLEAN)


def _if(nodes: tuple[tree.Node, ...], scope: Scope) -> Value:
    branches = [value(one, scope) for one in nodes[1:]]
    chosen = branches[0] if truth(nodes[0], scope) else branches[1]
    kinds = {one.kind for one in branches}
    if kinds <= {Kind.INTEGER, Kind.DOUBLE, Kind.OBJECT, Kind.ARRAY, Kind.MAP}:
        of = maps.common([one.type for one in branches])
        return Value(maps.converted(chosen.it, of), of)
    if kinds == {Kind.DATE, Kind.TIMESTAMP}:
        return Value(as_instant(chosen, scope.calendar), TIMESTAMP)
    return replace(chosen, written=False)


def _top(name: str, nodes: tuple[tree.Node, ...], scope: Scope) -> Value:
    """R29: null keys last; ties among events by timestamp, then `_id`, among items by position."""
    array, count = value(nodes[0], scope), value(nodes[2], scope).it
    items = array.items
    if array.type.of == scope.events.type.of:
        items.sort(key=lambda one: (one.it["timestamp"] is None, one.it["timestamp"] or 0, one.it["_id"]))
    keys = [(_of_item(nodes[1], one, scope).it, one) for one in items]
    known = [one for one in keys if one[0] is not None]
    known.sort(key=lambda one: one[0], reverse=name == "topN")
    ordered = [one.it for _, one in known] + [one.it for key, one in keys if key is None]
    return Value(None if array.it is None or count is None else ordered[:count], array.type)


def _clauses(node: tree.Select | tree.Quantified | tree.Aggregate, scope: Scope) -> Value:
    """R24 to R26, R31."""
    if isinstance(node, tree.Quantified) and node.quantifier == "forall":
        return Value(_all(node.clauses, scope), BOOLEAN)
    found = _matches(node.clauses, scope)
    if isinstance(node, tree.Quantified):
        return Value(bool(found), BOOLEAN)
    names = [one.variable for one in node.clauses]
    first = value(node.clauses[0].source, scope)
    if isinstance(node, tree.Aggregate):
        results = [value(node.body, inner) for inner in found]
        of = _body_type(node, scope)
        results = [Value(one, of.of) for each in results for one in each.it or ()] if of.kind is Kind.ARRAY else results
        return functions.aggregate(
            node.function, Value([one.it for one in results], of if of.kind is Kind.ARRAY else array_of(of))
        )
    if len(names) == 1:
        return Value(None if first.it is None else [inner.variables[names[0]].it for inner in found], first.type)
    tuples = [{name: inner.variables[name].it for name in names} for inner in found]
    inner = _sampled(node.clauses, scope)
    of = object_of({name: inner.variables[name].type for name in names})
    return Value(None if first.it is None else tuples, array_of(of))


def _sampled(clauses: tuple[tree.Clause, ...], scope: Scope) -> Scope:
    """The scope of a select's body over null items, for the types alone."""
    for one in clauses:
        scope = scope.having(one.variable, Value(None, value(one.source, scope).type.of))
    return scope


def _body_type(node: tree.Aggregate, scope: Scope) -> Type:
    return value(node.body, _sampled(node.clauses, scope)).type


def _matches(clauses: tuple[tree.Clause, ...], scope: Scope) -> list[Scope]:
    if not clauses:
        return [scope]
    clause, *rest = clauses
    found = []
    for item in value(clause.source, scope).items:
        inner = scope.having(clause.variable, item)
        if clause.condition is None or truth(clause.condition, inner):
            found.extend(_matches(tuple(rest), inner))
    return found


def _all(clauses: tuple[tree.Clause, ...], scope: Scope) -> bool:
    if not clauses:
        return True
    clause, *rest = clauses
    inner = [scope.having(clause.variable, item) for item in value(clause.source, scope).items]
    return all((clause.condition is None or truth(clause.condition, one)) and _all(tuple(rest), one) for one in inner)


def occurs(subject: Value, tail: tree.Tail, scope: Scope) -> bool:
    """R38 to R42; false of a null moment (R12)."""
    at = as_instant(subject, scope.calendar)
    if at is None:
        return False
    match tail:
        case tree.Within(reference=one):
            return times.inside(at, reference(one, scope))
        case tree.Side(direction=direction, reference=one):
            return times.beside(at, direction, reference(one, scope))
        case tree.Between(start=start, end=end):
            return times.between(at, reference(start, scope), reference(end, scope))
        case tree.Distance(comparison=comparison, count=count, unit=unit, direction=direction, reference=one):
            return times.distant(at, comparison, count, unit, direction, reference(one, scope), scope.calendar)


def reference(node: tree.Node, scope: Scope) -> times.Reference:
    """What a time reference stands for (R40)."""
    calendar = scope.calendar
    if isinstance(node, tree.Interval):
        start = calendar.start_of(node.unit, calendar.as_of)
        away = {"this": 0, "last": -1, "next": 1}[node.relation]
        return times.Reference(
            calendar.from_start(start, away, node.unit),
            calendar.from_start(start, away + 1, node.unit),
            is_interval=True,
        )
    if isinstance(node, tree.Name):
        found = scope.variables.get(node.name)
        if isinstance(found, Let):
            return reference(found.node, found.scope)
        is_field = scope.item.kind is Kind.OBJECT and scope.item.type.field(node.name) is not None
        if found is None and not is_field and not node.quoted and node.name.lower() in DAYS:
            start = _day(node.name.lower(), calendar)
            return times.Reference(start, calendar.from_start(start, 1, "day"), is_interval=True)
    found = value(node, scope)
    if found.written and found.kind is Kind.STRING:
        found = moment_of(found.it)
    start = as_instant(found, calendar)
    if found.kind is Kind.DATE:
        return times.Reference(start, calendar.from_start(start, 1, "day"), is_interval=True)
    return times.Reference(start)


__all__ = ["NOTHING", "Map", "Scope", "occurs", "scope_of", "truth", "value"]
