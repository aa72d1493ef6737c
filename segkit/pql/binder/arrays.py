"""Arrays: filters, aggregates, selections and quantifiers (R22 to R32)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from segkit.pql.binder.coerce import NUMBERS, ORDERED, SCALARS, Operand
from segkit.pql.binder.context import failed, is_failed, span
from segkit.pql.binder.names import field, flat, mapped
from segkit.pql.binder.truth import both, some, truth
from segkit.pql.bound import (
    Aggregate,
    Bound,
    Const,
    Distinct,
    Filter,
    Head,
    Lookup,
    Quantify,
    Record,
    Top,
)
from segkit.pql.tree import Aggregate as AggregateNode
from segkit.pql.tree import Clause, Index, Lambda, Node, Quantified, Select, String
from segkit.pql.types import BOOLEAN, DOUBLE, ERROR, INTEGER, Kind, object_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.bound import Variable
    from segkit.pql.tree import AggregateName, Span

_BESIDE_LISTS: Final = frozenset({"intersects", "intersection", "subsetOf", "supersetOf"})
"""Functions that a value can be given to as a list of one."""


def index(b: Binder, node: Index, scope: Scope) -> Bound:
    """`x[…]`: a key or a filter, by the type of x (R22)."""
    value = b.value(node.object, scope)
    match value.type.kind:
        case Kind.ERROR:
            return failed(node.span)
        case Kind.MAP | Kind.OBJECT:
            return keyed(b, Operand(node.object, value), node.argument, scope, node.span)
        case Kind.ARRAY:
            return filtered(b, Operand(node.object, value), node.argument, scope, node.span)
        case _:
            described = b.described(node.object, value)
            return b.error("type-clash", f"`[…]` filters an Array or looks into a Map, not into {described}", node.span)


def keyed(b: Binder, of: Operand, key: Node, scope: Scope, where: Span) -> Bound:
    """`m["k"]`, `m.get("k")`, `o["field"]`."""
    found = b.value(key, scope)
    if is_failed(of.value, found):
        return failed(where)
    if found.type.kind is not Kind.STRING:
        hint = "`.values()[…]` filters the values of a Map" if found.type.kind is Kind.BOOLEAN else None
        return b.error("type-clash", f"a key is a String, not {b.described(key, found)}", span(key), hint)
    if of.kind is Kind.MAP:
        if of.value.type.of.kind is Kind.UNSUPPORTED:
            return b.error("unsupported-field", "the map's values have a type that PQL does not know", where)
        return flat(b, Lookup(of.value, found, of.value.type.of, where))
    if isinstance(found, Const):
        return field(b, of.value, str(found.value), at=span(key), where=where)
    hint = "only a Map's key may be computed"
    return b.error("type-clash", "a field of an Object is named by a String literal", span(key), hint)


def filtered(b: Binder, array: Operand, condition: Node, scope: Scope, where: Span) -> Bound:
    """`arr[cond]`, `arr.filter(cond)` (R27)."""
    variable, found = of_item(b, array, condition, scope)
    if is_failed(array.value, found):
        return failed(where)
    if isinstance(found, Const) and found.type.kind is not Kind.BOOLEAN:
        hint = "`.head()` is the first item, `.topN(expression, n)` the first n in order"
        hint = hint if found.type.kind in NUMBERS else "a condition such as `[name = …]`"
        described = b.described(condition, found)
        return b.error("array-index", f"an Array is filtered by a condition, not by {described}", span(condition), hint)
    return Filter(array.value, variable, truth(found), array.value.type, where)


def of_item(b: Binder, array: Operand, node: Node, scope: Scope) -> tuple[Variable, Bound]:
    """An expression of each item: its scope is opened, except that a lambda only names the item (R27)."""
    variable = b.fresh(array.value.type.of if array.kind is Kind.ARRAY else ERROR, array.value.span)
    match node:
        case Lambda(parameters=(name,), body=body):
            return variable, b.value(body, scope.having(name, variable))
        case Lambda() if is_failed(array.value):
            return variable, failed(node.span)
        case Lambda():
            hint = "name the item alone; `(K, G) => mapEntry(K, …)` is for a Map, such as `groupBy` gives"
            return variable, b.error("wrong-arguments", "a lambda over an Array has one parameter", node.span, hint)
        case _:
            return variable, b.value(node, scope.within(variable))


def of_items(b: Binder, array: Operand, node: Node | None, scope: Scope, where: Span) -> Bound:
    """The array an aggregate works on: of an expression of the items, or the items themselves."""
    if node is None:
        return array.value
    variable, body = of_item(b, array, node, scope)
    return mapped(b, array.value, variable, body, where)


def aggregate(b: Binder, function: AggregateName, array: Bound, node: Node, where: Span) -> Bound:
    """`sum`, `average`, `min`, `max` of an array of numbers, or moments for the last two (R28)."""
    if is_failed(array):
        return failed(where)
    item = array.type.of
    allowed = ORDERED if function in {"min", "max"} else NUMBERS
    if item.kind not in allowed | {Kind.NULL}:
        words = "numbers, dates and timestamps" if function in {"min", "max"} else "numbers"
        hint = f"give it an expression of the items: `.{function}(…)`" if item.kind is Kind.OBJECT else None
        if isinstance(node, String):
            hint = f"write it without quotes: `.{function}({node.value})`"
        elif item.kind is Kind.STRING:
            hint = "`.count()` counts items; `.stringToNumber()` reads a text as a number"
        return b.error(
            "type-clash", f"`{function}` works on {words}, not on {b.described(node, array)}", span(node), hint
        )
    of = {"sum": item if item.kind in NUMBERS else INTEGER, "average": DOUBLE}.get(function, item)
    return Aggregate(function, array, of, where)


def counted(array: Bound, where: Span) -> Bound:
    """The number of items."""
    return Aggregate("count", array, INTEGER, where)


def head(array: Bound, where: Span) -> Bound:
    """The first item."""
    return Head(array, array.type.of, where)


def distinct(b: Binder, array: Operand, where: Span) -> Bound:
    """The different items of an array of scalars."""
    if array.value.type.of.kind not in SCALARS | {Kind.NULL}:
        described = b.described(array.node, array.value)
        hint = "map the items to a scalar first: `.map(…)`"
        return b.error("type-clash", f"`distinct` is for arrays of scalars, not for {described}", where, hint)
    return Distinct(array.value, array.value.type, where)


def top(b: Binder, array: Operand, key: Node, number: Operand, scope: Scope, *, where: Span, descending: bool) -> Bound:
    """`topN`, `bottomN` (R29)."""
    variable, found = of_item(b, array, key, scope)
    if is_failed(array.value, found, number.value):
        return failed(where)
    if found.type.kind not in ORDERED:
        return b.error(
            "type-clash",
            f"items are sorted by a number, date or timestamp, not by {b.described(key, found)}",
            span(key),
        )
    if isinstance(number.value, Const) and isinstance(number.value.value, int) and number.value.value < 1:
        return b.error("wrong-arguments", "the number of items to take is at least 1", number.value.span)
    return Top(array.value, variable, found, number.value, descending, array.value.type, where)


def select(b: Binder, node: Select, scope: Scope) -> Bound:
    """The items of one clause, or the tuples of several (R24)."""
    if len(node.clauses) == 1:
        return _chosen(b, node.clauses[0], scope, node.span)

    def record(inner: Scope) -> Bound:
        made = tuple((one.variable, inner.variables[one.variable].value) for one in node.clauses)
        return Record(made, object_of({name: value.type for name, value in made}), node.span)

    return _nested(b, node.clauses, scope, node.span, record)


def quantified(b: Binder, node: Quantified, scope: Scope) -> Bound:
    """`exists` and `forall` (R25, R26): one question inside the other."""
    opened: list[tuple[Bound, Variable, Bound]] = []
    for clause in node.clauses:
        array = _source(b, clause, scope)
        variable = b.fresh(array.type.of, clause.variable_span)
        scope = scope.having(clause.variable, variable)
        opened.append((array, variable, _condition(b, clause, scope)))
    if any(is_failed(array, condition) for array, _, condition in opened):
        return failed(node.span)
    made: Bound = Const(True, BOOLEAN, node.span)
    for array, variable, condition in reversed(opened):
        inner = both(condition, made, node.span)
        if node.quantifier == "exists":
            made = some(array, variable, inner, node.span)
        else:
            made = Quantify("all", array, variable, inner, span=node.span)
    return made


def sum_over(b: Binder, node: AggregateNode, scope: Scope) -> Bound:
    """`sum E over V1 from A1 where …, …` (R31)."""
    array = _nested(b, node.clauses, scope, node.span, lambda inner: b.value(node.body, inner))
    return aggregate(b, node.function, array, node.body, node.span)


def array_operand(b: Binder, node: Node, scope: Scope, doing: str) -> Operand:
    """A value that has to be an array; an error where it is none."""
    return checked_array(b, Operand(node, b.value(node, scope)), doing)


def checked_array(b: Binder, operand: Operand, doing: str) -> Operand:
    """An operand that has to be an array; an error where it is none."""
    node = operand.node
    if operand.kind in {Kind.ARRAY, Kind.ERROR}:
        return operand
    hint = "write it as a list: `[…]`" if operand.kind in SCALARS and doing in _BESIDE_LISTS else None
    if doing == "count" and operand.kind in SCALARS:
        hint = "it is one value; `.isNotNull()` asks whether it is there"
    if doing == "includes" and operand.kind is Kind.STRING:
        hint = f"write `{b.words(node).strip('`') or 'x'}.contains(…)`"
    if doing == "from" and operand.kind is Kind.OBJECT:
        hint = f"an Object is one thing: write `{b.words(node).strip('`') or 'x'}.field = …` without a variable"
    hint = "`.keys()` or `.values()` make an Array of a Map" if operand.kind is Kind.MAP else hint
    described = b.described(node, operand.value)
    return Operand(node, b.error("type-clash", f"`{doing}` is for an Array, not for {described}", span(node), hint))


def _nested(b: Binder, clauses: tuple[Clause, ...], scope: Scope, where: Span, last: Callable[[Scope], Bound]) -> Bound:
    """The results of the innermost expression for every combination of items, laid end to end."""
    clause, *rest = clauses
    array = _chosen(b, clause, scope, where)
    variable = b.fresh(array.type.of, clause.variable_span)
    inner = scope.having(clause.variable, variable)
    body = _nested(b, tuple(rest), inner, where, last) if rest else last(inner)
    return mapped(b, array, variable, body, where)


def _chosen(b: Binder, clause: Clause, scope: Scope, where: Span) -> Bound:
    array = _source(b, clause, scope)
    if clause.condition is None:
        return array
    variable = b.fresh(array.type.of, clause.variable_span)
    condition = _condition(b, clause, scope.having(clause.variable, variable))
    return failed(where) if is_failed(array, condition) else Filter(array, variable, condition, array.type, where)


def _condition(b: Binder, clause: Clause, scope: Scope) -> Bound:
    if clause.condition is None:
        return Const(True, BOOLEAN, clause.span)
    return truth(b.value(clause.condition, scope))


def _source(b: Binder, clause: Clause, scope: Scope) -> Bound:
    array = array_operand(b, clause.source, scope, "from").value
    return array if array.type.kind is Kind.ARRAY else failed(array.span)
