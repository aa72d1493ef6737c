"""Bound expressions over one row, as sqlglot expressions.

`condition` compiles what is true or false, `value` what may be null. A condition in a `WHERE` may be null where it
means false, which keeps it readable and lets it be pushed into scans; `exact` asks for one that is never null.
"""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.fold import begins_day, fold
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Convert,
    Distinct,
    Entries,
    Events,
    Filter,
    Function,
    Get,
    Group,
    Head,
    If,
    In,
    InRange,
    IsNull,
    Items,
    Lookup,
    Not,
    Now,
    Or,
    Quantify,
    Record,
    SetCompare,
    Shift,
    StartOf,
    Test,
    Top,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.types import BOOLEAN, Kind
from segkit.sql import arrays, functions, maps, row_chains, times
from segkit.sql.build import (
    absent,
    both,
    call,
    cast,
    certain,
    double,
    literal,
    negated,
    once,
    operand,
    otherwise,
    part,
    present,
    some,
    struct,
    tried,
    tried_cast,
    when,
)
from segkit.sql.scope import Leaves, Scope, leaf_values, packed

if TYPE_CHECKING:
    from segkit.sql.scope import Place

_COMPARISONS: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_ARITHMETIC: dict[str, type[exp.Binary]] = {
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
    "/": exp.Div,
    "%": exp.Mod,
}


def condition(node: Bound, scope: Scope, *, exact: bool = False) -> exp.Expr:
    """A condition; with `exact` never null, else null may stand for false."""
    match node:
        case Const(value=held):
            return literal(held is True)
        case And(items=items):
            return both([condition(one, scope, exact=exact) for one in items])
        case Or(items=items):
            return some([condition(one, scope, exact=exact) for one in items])
        case Not(item=item):
            return negated(condition(item, scope, exact=True))
        case IsNull(value=inner):
            return _absent(inner, scope)
        case Truth(value=inner):
            return _truth(inner, scope, exact=exact)
        case Compare() | SetCompare() | In() | Test() | InRange() | Quantify():
            test, parts = _test(node, scope)
            return certain(test) if exact and any(nullable(one, scope) for one in parts) else test
        case Variable(name=name, type=kind) if kind == BOOLEAN:
            flag = _scalar(_variable(node, scope))
            return certain(flag) if exact and name not in scope.never_null else flag
        case _:
            return _truth(node, scope, exact=exact)


def _absent(node: Bound, scope: Scope) -> exp.Expr:
    match node:
        case Record(fields=fields):
            objects = [one.type.kind is Kind.OBJECT for _, one in fields]
            sure = [not nullable(one, scope) and not inner for (_, one), inner in zip(fields, objects, strict=True)]
            return exp.false() if any(sure) else both([_absent(one, scope) for _, one in fields])
        case _ if node.type.kind is Kind.OBJECT:
            return both([absent(one) for one, _ in leaf_values(place(node, scope), node.type)])
        case _:
            return absent(value(node, scope))


def _truth(node: Bound, scope: Scope, *, exact: bool) -> exp.Expr:
    if isinstance(node, Record):
        return some([_leaf_truth(one, scope, exact=exact) for _, one in node.fields])
    match node.type.kind:
        case Kind.BOOLEAN:
            held = value(node, scope)
            return certain(held) if exact and nullable(node, scope) else held
        case Kind.OBJECT:
            tests = [_is_there(one, kind.kind) for one, kind in leaf_values(place(node, scope), node.type)]
            return some([certain(one) if exact and not isinstance(one, exp.Not) else one for one in tests])
        case Kind.ARRAY:
            held = arrays.not_empty(value(node, scope))
            return certain(held) if exact and nullable(node, scope) else held
        case Kind.MAP:
            held = exp.GT(this=maps.size(value(node, scope)), expression=literal(0))
            return certain(held) if exact and nullable(node, scope) else held
        case _:
            return present(value(node, scope))


def _leaf_truth(node: Bound, scope: Scope, *, exact: bool) -> exp.Expr:
    """Whether a field makes its object present: a `false` is there too."""
    if node.type.kind in {Kind.OBJECT, Kind.ARRAY, Kind.MAP}:
        return _truth(node, scope, exact=exact)
    return present(value(node, scope)) if nullable(node, scope) else exp.true()


def _is_there(leaf: exp.Expr, kind: Kind) -> exp.Expr:
    match kind:
        case Kind.ARRAY:
            return arrays.not_empty(leaf)
        case Kind.MAP:
            return exp.GT(this=maps.size(leaf), expression=literal(0))
        case _:
            return present(leaf)


def _test(
    node: Compare | SetCompare | In | Test | InRange | Quantify, scope: Scope
) -> tuple[exp.Expr, tuple[Bound, ...]]:
    """A comparison, and the parts whose being null makes it null."""
    match node:
        case Compare():
            pairs = ((node.left, node.right), (node.right, node.left))
            sides = [operand(_beside(one, other, scope, lower=node.ignore_case)) for one, other in pairs]
            return _COMPARISONS[node.operator](this=sides[0], expression=sides[1]), (node.left, node.right)
        case SetCompare():
            left, right = (value(_unordered(one), scope) for one in (node.left, node.right))
            return arrays.compared(node.operator, left, right), (node.left, node.right)
        case In():
            return _membership(node, scope), (node.value, node.array)
        case Test():
            test = _string_test(node, scope)
            return exp.Not(this=test) if node.negated else test, (node.value, node.argument)
        case InRange():
            return _in_range(node, scope), tuple(one for one in (node.subject, node.low, node.high) if one is not None)
        case Quantify():
            return _quantified(node, scope), (node.array,) if node.quantifier == "any" else ()


def _folded(node: Bound, scope: Scope, *, lower: bool) -> exp.Expr:
    return call("LOWER", value(node, scope)) if lower else value(node, scope)


def _beside(node: Bound, other: Bound, scope: Scope, *, lower: bool = False) -> exp.Expr:
    """A side of a comparison; a number written out is compared as the other side's type can be."""
    if isinstance(node, Const) and isinstance(node.value, float):
        return _number_beside(node.value, other.type.kind)
    return _folded(node, scope, lower=lower)


def _number_beside(number: float, kind: Kind) -> exp.Expr:
    """A Double written out. As a decimal it is exact beside a DECIMAL column, but no large integer fits beside it."""
    if kind is not Kind.INTEGER:
        return literal(number)
    return literal(int(number)) if number.is_integer() and -(2**63) <= number < 2**63 else double(number)


def _unordered(node: Bound) -> Bound:
    return node.array if isinstance(node, Distinct) else node


def _membership(node: In, scope: Scope) -> exp.Expr:
    array = _unordered(node.array)
    one = value(node.value, scope)
    if isinstance(array, Items) and all(isinstance(item, Const) for item in array.items):
        found = [item.value for item in array.items if isinstance(item, Const) and item.value is not None]
        whole = node.value.type.kind is Kind.INTEGER  # which equals no number with a fraction
        listed = [
            _number_beside(held, node.value.type.kind) if isinstance(held, float) else literal(held)
            for held in found
            if not (whole and isinstance(held, float) and not held.is_integer())
        ]
        if not listed:
            return present(one) if node.negated else exp.false()
        # DuckDB repeats the value for each item of a short list.
        test = once(one, lambda held: exp.In(this=operand(held), expressions=listed))
    else:
        test = call("LIST_CONTAINS", value(array, scope), one)
    return exp.Not(this=test) if node.negated else test


def _string_test(node: Test, scope: Scope) -> exp.Expr:
    text, argument = (_folded(one, scope, lower=node.ignore_case) for one in (node.value, node.argument))
    match node.name:
        case "startsWith":
            return call("STARTS_WITH", text, argument)
        case "endsWith":
            return call("ENDS_WITH", text, argument)
        case "contains":
            return call("CONTAINS", text, argument)
        case "like":
            return exp.Like(this=operand(text), expression=operand(argument))
        case "matches":
            test = call("REGEXP_MATCHES", text, argument)
            return test if isinstance(node.argument, Const) else tried(test)


def _in_range(node: InRange, scope: Scope) -> exp.Expr:
    if node.low is None or node.high is None:
        return _inside_range(node, value(node.subject, scope), scope)
    return once(value(node.subject, scope), lambda one: _inside_range(node, one, scope), "instant")


def _inside_range(node: InRange, instant: exp.Expr, scope: Scope) -> exp.Expr:
    subject = operand(instant)
    tests: list[exp.Expr] = []
    if node.low is not None:
        kind = exp.GTE if node.low_included else exp.GT
        tests.append(kind(this=subject, expression=operand(value(node.low, scope))))
    if node.high is not None:
        less = exp.LTE if node.high_included else exp.LT
        tests.append(less(this=subject.copy(), expression=operand(value(node.high, scope))))
    return both(tests) if tests else present(subject)


def _quantified(node: Quantify, scope: Scope) -> exp.Expr:
    array = value(node.array, scope)
    inner = _inside(node.variable, scope)
    if node.quantifier == "any":
        return arrays.not_empty(arrays.kept(array, node.variable.name, condition(node.condition, inner)))
    violated = negated(condition(node.condition, inner, exact=True))
    count = arrays.size(arrays.kept(array, node.variable.name, violated))
    return exp.EQ(this=exp.Coalesce(this=count, expressions=[literal(0)]), expression=literal(0))


def _inside(variable: Variable, scope: Scope) -> Scope:
    return scope.having({variable.name: exp.Column(this=exp.to_identifier(variable.name))})


def place(node: Bound, scope: Scope) -> Place:
    """Where an object lies: columns of a row, or a struct."""
    match node:
        case Attribute(path=path):
            return scope.profile.at(*path)
        case Variable():
            return _variable(node, scope)
        case Get():
            inner = place(node.object, scope)
            return inner.at(node.name) if isinstance(inner, Leaves) else part(inner, node.name)
        case _:
            return value(node, scope)


def _scalar(place_: Place) -> exp.Expr:
    return typing.cast("exp.Expr", place_)


def _variable(node: Variable, scope: Scope) -> Place:
    found = scope.variables[node.name]
    return found if isinstance(found, Leaves) else found.copy()


def value(node: Bound, scope: Scope) -> exp.Expr:
    """A value; null where the expression has none."""
    match node:
        case Const(value=float() as number):
            return double(number)
        case Const(value=constant, type=kind):
            return (
                cast(exp.Null(), _sql_type(kind.kind))
                if constant is None and kind.kind in _TYPES
                else literal(constant)
            )
        case Attribute() | Variable() | Get():
            return _read(node, scope)
        case (
            And()
            | Or()
            | Not()
            | Truth()
            | IsNull()
            | Compare()
            | SetCompare()
            | In()
            | Test()
            | InRange()
            | Quantify()
        ):
            return condition(node, scope, exact=True)
        case Items(items=items):
            return exp.Array(expressions=[value(one, scope) for one in items])
        case Record(fields=()):
            return cast(exp.Null(), "BOOLEAN")  # a struct needs a field, and nothing reads this one
        case Record(fields=fields):
            return struct({name: plain(one, scope) for name, one in fields})
        case Lookup():
            return call("MAP_EXTRACT_VALUE", value(node.map, scope), value(node.key, scope))
        case If():
            test = condition(node.condition, scope)
            if isinstance(test, exp.Boolean):  # as where a join says so already
                return value(node.then if test.this else node.otherwise, scope)
            return when(test, value(node.then, scope), value(node.otherwise, scope))
        case Arith():
            return _arithmetic(node, scope)
        case Function():
            arguments = [value(one, scope) for one in node.arguments]
            return functions.build(node.name, arguments, [one.type for one in node.arguments], scope.clock)
        case Now() | StartOf() | Shift() | Convert():
            return _time(node, scope)
        case Filter() | Transform() | Aggregate() | Distinct() | Head() | Top():
            return _array(node, scope)
        case Group() | Entries():
            return _map(node, scope)
        case Chain():
            return row_chains.holds(node, scope)
        case Events():
            # The plan has replaced all of these.
            raise AssertionError(f"{type(node).__name__} was left in a planned expression")


def plain(node: Bound, scope: Scope) -> exp.Expr:
    """A value that callers may see: an exact decimal or a narrow integer stays inside the engine."""
    return _number(node, scope) if node.type.kind in {Kind.INTEGER, Kind.DOUBLE} else value(node, scope)


_TYPES = {
    Kind.STRING: "TEXT",
    Kind.INTEGER: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


def _sql_type(kind: Kind) -> str:
    return _TYPES[kind]


def _read(node: Attribute | Variable | Get, scope: Scope) -> exp.Expr:
    found = place(node, scope)
    if not isinstance(found, Leaves):
        two_valued = isinstance(node, Variable) and node.name in scope.flags and node.name not in scope.never_null
        return certain(found) if two_valued else found
    return packed(found, node.type, scope.shapes) if node.type.kind is Kind.OBJECT else found.leaf()


def _arithmetic(node: Arith, scope: Scope) -> exp.Expr:
    result = _calculated(node, scope)
    if node.type.kind is Kind.INTEGER:
        return tried(result)
    # Beyond the range of doubles is null, as with integers.
    return once(result, lambda one: when(call("ISFINITE", one), one.copy()))


def _calculated(node: Arith, scope: Scope) -> exp.Expr:
    left = _number(node.left, scope, node.type.kind)
    if node.operator in {"/", "%"}:
        right = once(_number(node.right, scope), lambda one: call("NULLIF", one, literal(0)), "divisor")
    else:
        right = _number(node.right, scope, node.type.kind)
    return _ARITHMETIC[node.operator](this=operand(left), expression=operand(right))


def _number(node: Bound, scope: Scope, inside: Kind | None = None) -> exp.Expr:
    """An operand; one that is arithmetic of the kind it stands `inside` needs no guard of its own."""
    match node:
        case Const():
            return value(node, scope)
        case Arith() if node.type.kind is inside:
            return _calculated(node, scope)
        case Variable(name=name) if name in scope.plain:
            return value(node, scope)
        case Attribute() | Get() | Variable() | Lookup() | Head() | If():
            # A narrow integer or an exact decimal would overflow where PQL's numbers do not; an unsigned integer beyond
            # them is null (R14).
            found = value(node, scope)
            return tried_cast(found, "BIGINT") if node.type.kind is Kind.INTEGER else cast(found, "DOUBLE")
        case _:
            return value(node, scope)


def _time(node: Now | StartOf | Shift | Convert, scope: Scope) -> exp.Expr:
    clock = scope.clock
    match node:
        case Now():
            return value(fold(node, clock), scope)
        case StartOf(unit=unit, instant=instant):
            return times.start_of(unit, value(instant, scope), clock)
        case Shift(unit=unit, instant=instant, count=count):
            moved, by = value(instant, scope), value(count, scope)
            return times.shifted(moved, by, unit, clock, begins_day=begins_day(instant))
        case Convert(value=inner):
            converted = value(inner, scope)
            match inner.type.kind, node.type.kind:
                case Kind.DATE, Kind.TIMESTAMP:
                    return times.first_instant(converted, clock)
                case Kind.INTEGER, Kind.TIMESTAMP:
                    return times.from_milliseconds(converted)
                case Kind.TIMESTAMP, Kind.DATE:
                    return cast(times.local(converted, clock), "DATE")
                case before, after if before is after or after not in _TYPES:
                    return converted
                case _, after:
                    return tried_cast(converted, _sql_type(after))


def _array(node: Filter | Transform | Aggregate | Distinct | Head | Top, scope: Scope) -> exp.Expr:
    match node:
        case Filter():
            held = condition(node.condition, _inside(node.variable, scope))
            return arrays.kept(value(node.array, scope), node.variable.name, held)
        case Transform():
            body = value(node.body, _inside(node.variable, scope))
            return arrays.mapped(value(node.array, scope), node.variable.name, body, flatten=node.flatten)
        case Aggregate(function="count", array=Function(name="keys", arguments=(of,))):
            # DuckDB counts entries without a sign, so that subtracting from them overflows
            return otherwise(cast(maps.size(value(of, scope)), "BIGINT"), literal(0))
        case Aggregate(function="count", array=Distinct(array=array)):
            return arrays.number_of_different(value(array, scope))
        case Aggregate():
            return arrays.aggregate(node.function, value(node.array, scope), node.type, node.array.type.of)
        case Distinct():
            return arrays.different(value(node.array, scope))
        case Head():
            return arrays.first(value(node.array, scope))
        case Top():
            key = value(node.key, _inside(node.variable, scope))
            number, items = value(node.number, scope), value(node.array, scope)
            return arrays.top(items, node.variable.name, key, number, descending=node.descending)


def _map(node: Group | Entries, scope: Scope) -> exp.Expr:
    if isinstance(node, Group):
        return maps.of_entries(_entries(node, scope))
    entry = exp.Column(this=exp.to_identifier(node.value_variable.name))
    inside = scope.having(
        {node.key_variable.name: maps.key_of(entry), node.value_variable.name: maps.value_of(entry.copy())}
    )
    new_key = None if node.new_key is None else value(node.new_key, inside)
    entries = _entries(node.map, scope, in_order=new_key is None)
    return maps.changed(entries, new_key, plain(node.new_value, inside), node.value_variable.name)


def _entries(node: Bound, scope: Scope, *, in_order: bool = True) -> exp.Expr:
    """A map as the list of its entries, in the order of their keys where that is asked for."""
    if not isinstance(node, Group):
        return maps.entries_of(value(node, scope), in_order=in_order and not isinstance(node, Entries))
    key = value(node.key, _inside(node.variable, scope))
    several = node.key.type.kind is Kind.ARRAY
    return maps.groups(value(node.array, scope), node.variable.name, key, several=several)


def nullable(node: Bound, scope: Scope) -> bool:
    """Whether a value can be null."""
    match node:
        case Const(value=constant):
            return constant is None
        case Items() | Record() | Now():
            return False
        case Aggregate(function=function):
            return function != "count"
        case Variable(name=name):
            return name not in scope.never_null
        case Quantify() if node.quantifier == "all":
            return False
        case (
            And()
            | Or()
            | Not()
            | Truth()
            | IsNull()
            | Compare()
            | SetCompare()
            | In()
            | Test()
            | InRange()
            | Quantify()
            | Chain()
        ):
            return False
        case _:
            return True
