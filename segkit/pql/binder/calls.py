"""Calls and methods (R21 to R30, R44 to R50): `f(x, a)` and `x.f(a)` are one thing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from segkit.pql.binder import arrays
from segkit.pql.binder.coerce import Operand, common, instant
from segkit.pql.binder.context import failed, is_failed, span
from segkit.pql.binder.names import flat
from segkit.pql.binder.operators import Predicate, array_pair, compare, member, predicate, sets
from segkit.pql.binder.patterns import checked, groups
from segkit.pql.binder.rewrite import renewed
from segkit.pql.binder.segments import in_segment
from segkit.pql.binder.truth import some, truth
from segkit.pql.bound import (
    Aggregate,
    Arith,
    Bound,
    Const,
    Convert,
    Distinct,
    Filter,
    Function,
    If,
    IsNull,
    Not,
    Now,
    Shift,
    StartOf,
)
from segkit.pql.diagnostics import nearest
from segkit.pql.functions import FUNCTIONS, SYNONYMS, Parameter, Signature
from segkit.pql.tree import Boolean, Call, Method, Node, String
from segkit.pql.tree import Integer as IntegerNode
from segkit.pql.types import DATE, INTEGER, STRING, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import AggregateName, Comparison, Span, Unit

_KEEP_DATES = frozenset({"getMonth", "getYear", "getDayOfMonth", "dayOfWeek", "dayOfYear", "weekOfYear", "toString"})
_WORDS = frozenset({"now", "today", "yesterday", "tomorrow", "this"})


@dataclass(frozen=True, slots=True)
class _Site:
    """One call: its signature, all arguments with the receiver first, and where it stands."""

    b: Binder
    node: Call | Method
    signature: Signature
    nodes: tuple[Node, ...]
    scope: Scope

    @property
    def span(self) -> Span:
        return self.node.span

    def operand(self, position: int) -> Operand:
        """A bound argument that fits its parameter, or a failed one."""
        node, parameter = self.nodes[position], self.signature.parameters[position]
        value = self.b.value(node, self.scope)
        if is_failed(value) or value.type.kind in parameter.accepts.kinds:
            if parameter.literal and not is_failed(value) and not isinstance(node, String | IntegerNode | Boolean):
                message = f"`{parameter.name}` of `{self.signature.name}` is written out, not computed"
                return Operand(node, self.b.error("wrong-arguments", message, span(node), f"write {self.signature}"))
            return Operand(node, value)
        return Operand(node, self._misfit(node, parameter, value))

    def array(self, position: int = 0) -> Operand:
        return arrays.array_operand(self.b, self.nodes[position], self.scope, self.signature.name)

    def flag(self, position: int) -> bool | None:
        """An optional literal flag; None after an error, true where it is left off."""
        if len(self.nodes) <= position:
            return True
        value = self.operand(position).value
        return bool(value.value) if isinstance(value, Const) and not is_failed(value) else None

    def fail(self) -> Const:
        return failed(self.span)

    def _misfit(self, node: Node, parameter: Parameter, value: Bound) -> Const:
        described, hint = self.b.described(node, value), f"write {self.signature}"
        if value.type.kind is Kind.ARRAY and value.type.of.kind in parameter.accepts.kinds:
            hint = f"for each item: `{self.b.words(node).strip('`')}.map(this.{self.signature.name}(…))`"
        if self.signature.name == "length" and value.type.kind in {Kind.ARRAY, Kind.MAP}:
            hint = "`.count()` is the number of items"
        if parameter.accepts.words == "Date or Timestamp" and value.type.kind is Kind.STRING:
            hint = "`date(2024, 1, 31)` is a Date, `.stringToDate()` reads a text"
        message = (
            f"`{parameter.name}` of `{self.signature.name}` is {_articled(parameter.accepts.words)}, not {described}"
        )
        return self.b.error("wrong-arguments", message, span(node), hint)


def call(b: Binder, node: Call | Method, scope: Scope) -> Bound:
    """A function call in either style."""
    signature = FUNCTIONS.get(node.name)
    nodes = (node.object, *node.arguments) if isinstance(node, Method) else node.arguments
    where = node.name_span if node.name_span.end > node.name_span.start else node.span
    refused = signature is None or not signature.compiled
    receiver = b.value(node.object, scope) if refused and isinstance(node, Method) else None
    if signature is None:
        return b.error("unknown-function", f"there is no function `{node.name}`", where, _hint(node, receiver))
    if not signature.compiled:
        return b.error("not-yet", f"`{node.name}` cannot be run yet", where)
    if (isinstance(node, Method) and not signature.method) or not (
        signature.least <= len(nodes) <= len(signature.parameters)
    ):
        given = len(node.arguments)
        message = f"`{node.name}` does not take {given} argument{'' if given == 1 else 's'} here"
        return b.error("wrong-arguments", message, node.span, f"write {signature}")
    site = _Site(b, node, signature, nodes, scope)
    return _HANDLERS.get(node.name, _plain)(site)


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


def _plain(site: _Site) -> Bound:
    """A function that stays one, with left-off arguments filled in."""
    name, b = site.signature.name, site.b
    operands = [site.operand(position) for position in range(len(site.nodes))]
    values = [one.value for one in operands]
    if is_failed(*values):
        return site.fail()
    if name not in _KEEP_DATES:
        values = [Convert(one, TIMESTAMP, one.span) if one.type.kind is Kind.DATE else one for one in values]
    if name in {"regexGroup", "replaceAll"}:
        values[1] = checked(b, operands[1])
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


def _if(site: _Site) -> Bound:
    b = site.b
    condition = truth(b.value(site.nodes[0], site.scope))
    branches = [Operand(node, b.value(node, site.scope)) for node in site.nodes[1:]]
    if is_failed(condition, *(one.value for one in branches)):
        return site.fail()
    then, otherwise = branches
    of = common([then.value.type, otherwise.value.type])
    if of is None and {then.kind, otherwise.kind} == {Kind.DATE, Kind.TIMESTAMP}:
        of = TIMESTAMP
    if of is None:
        ours, theirs = b.described(then.node, then.value), b.described(otherwise.node, otherwise.value)
        return b.error("type-clash", f"the branches of `if` are of one type, not {ours}, and {theirs}", site.span)
    values = [
        one.value
        if one.value.type == of or one.value.type.kind is Kind.ARRAY
        else Convert(one.value, of, one.value.span)
        for one in branches
    ]
    return If(condition, values[0], values[1], of, site.span)


def _is_null(site: _Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else IsNull(value, span=site.span)


def _is_not_null(site: _Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else Not(IsNull(value, span=site.span), span=site.span)


def _text(name: Predicate, *, negated: bool) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        value, part = (Operand(node, site.b.value(node, site.scope)) for node in site.nodes[:2])
        case = site.flag(2)
        if case is None:
            return site.fail()
        return predicate(
            site.b, name, value, part, site.span, negated=negated, ignore_case=not case, doing=site.signature.name
        )

    return handler


def _matches(site: _Site) -> Bound:
    value, pattern = (Operand(node, site.b.value(node, site.scope)) for node in site.nodes)
    return predicate(site.b, "matches", value, pattern, site.span)


def _equality(operator: Comparison, *, ignore_case: bool = False) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        left, right = (Operand(node, site.b.value(node, site.scope)) for node in site.nodes[:2])
        case = site.flag(2)
        if case is None or is_failed(left.value, right.value):
            return site.fail()
        ignored = ignore_case or not case
        for one in (left, right):
            if (len(site.nodes) > 2 or ignore_case) and _scalar_kind(one) is not Kind.STRING:
                message = (
                    f"`{site.signature.name}` heeds case in String, not in {site.b.described(one.node, one.value)}"
                )
                hint = f"write {site.signature}" if ignore_case else "leave the flag out"
                if one.kind is Kind.ARRAY:
                    break  # the comparison itself says what to write
                return site.b.error("type-clash", message, one.value.span, hint)
        return compare(site.b, operator, left, right, site.span, ignore_case=ignored)

    return handler


def _scalar_kind(one: Operand) -> Kind:
    return one.value.type.of.kind if one.kind is Kind.ARRAY else one.kind


def _count(site: _Site) -> Bound:
    array = site.array().value
    return site.fail() if is_failed(array) else arrays.counted(array, site.span)


def _aggregate(function: AggregateName) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        node = site.nodes[1] if len(site.nodes) > 1 else None
        array = arrays.of_items(site.b, site.array(), node, site.scope, site.span)
        return arrays.aggregate(site.b, function, array, site.nodes[0] if node is None else node, site.span)

    return handler


def _filter(site: _Site) -> Bound:
    return arrays.filtered(site.b, site.array(), site.nodes[1], site.scope, site.span)


def _exists(site: _Site) -> Bound:
    found = _filter(site)
    if is_failed(found):
        return found
    made = cast("Filter", found)
    return some(made.array, made.variable, made.condition, site.span)


def _map(site: _Site) -> Bound:
    receiver = Operand(site.nodes[0], site.b.value(site.nodes[0], site.scope))
    if receiver.kind is Kind.MAP:
        return site.b.error("not-yet", "`map` over a Map cannot be run yet", site.span)
    array = arrays.checked_array(site.b, receiver, "map")
    return arrays.of_items(site.b, array, site.nodes[1], site.scope, site.span)


def _top(site: _Site, *, descending: bool) -> Bound:
    array, number = site.array(), site.operand(2)
    return arrays.top(site.b, array, site.nodes[1], number, site.scope, where=site.span, descending=descending)


def _head(site: _Site) -> Bound:
    array = site.array().value
    return site.fail() if is_failed(array) else arrays.head(array, site.span)


def _distinct(site: _Site) -> Bound:
    array = site.array()
    return site.fail() if is_failed(array.value) else arrays.distinct(site.b, array, site.span)


def _includes(site: _Site) -> Bound:
    array, item = site.array(), Operand(site.nodes[1], site.b.value(site.nodes[1], site.scope))
    return member(site.b, item, array, site.span, negated=False)


def _intersects(site: _Site) -> Bound:
    return sets(site.b, "intersects", site.array(0), site.array(1), site.span)


def _subset(site: _Site) -> Bound:
    return sets(site.b, "subset", site.array(0), site.array(1), site.span)


def _superset(site: _Site) -> Bound:
    return sets(site.b, "superset", site.array(0), site.array(1), site.span)


def _intersection(site: _Site) -> Bound:
    pair = array_pair(site.b, site.array(0), site.array(1), site.span, "intersection")
    return site.fail() if pair is None else Function("intersection", pair, pair[0].type, site.span)


def _only_null(site: _Site) -> Bound:
    array = site.array().value
    if is_failed(array):
        return site.fail()
    item = site.b.fresh(array.type.of, array.span)
    return arrays.counted(Filter(array, item, IsNull(item, span=site.span), array.type, site.span), site.span)


def _distinct_with_null(site: _Site) -> Bound:
    array = site.array()
    if is_failed(array.value):
        return site.fail()
    different = arrays.distinct(site.b, array, site.span)
    if not isinstance(different, Distinct):
        return different
    again = renewed(site.b, array.value)
    item = site.b.fresh(again.type.of, again.span)
    has_null = some(again, item, IsNull(item, span=site.span), site.span)
    one = If(has_null, Const(1, INTEGER, site.span), Const(0, INTEGER, site.span), INTEGER, site.span)
    return Arith("+", Aggregate("count", different, INTEGER, site.span), one, INTEGER, site.span)


def _get(site: _Site) -> Bound:
    of = site.operand(0)
    return site.fail() if is_failed(of.value) else arrays.keyed(site.b, of, site.nodes[1], site.scope, site.span)


def _is_empty(site: _Site) -> Bound:
    value = site.operand(0).value
    if is_failed(value):
        return site.fail()
    if value.type.kind is Kind.STRING:
        empty = Const("", STRING, site.span)
        return compare(site.b, "=", Operand(site.nodes[0], value), Operand(site.nodes[0], empty), site.span)
    return Not(truth(value), span=site.span)


def _is_not_empty(site: _Site) -> Bound:
    value = site.operand(0).value
    if is_failed(value):
        return site.fail()
    if value.type.kind is Kind.STRING:
        empty = Const("", STRING, site.span)
        return compare(site.b, "!=", Operand(site.nodes[0], value), Operand(site.nodes[0], empty), site.span)
    return truth(value)


def _date(site: _Site) -> Bound:
    values = [site.operand(position).value for position in range(3)]
    if is_failed(*values):
        return site.fail()
    if not all(isinstance(one, Const) for one in values):
        return Function("date", tuple(values), DATE, site.span)
    year, month, day = (cast("int", cast("Const", one).value) for one in values)
    try:
        return Const(dt.date(year, month, day), DATE, site.span)
    except (ValueError, OverflowError):
        message = f"there is no date with year {year}, month {month} and day {day}"
        return site.b.error("not-a-date", message, site.span, "write `date(year, month, day)`")


def _current(name: str) -> Callable[[_Site], Bound]:
    return lambda site: Function(name, (Now(span=site.span),), INTEGER, site.span)


def _extract_month(site: _Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else Function("getMonth", (value,), INTEGER, site.span)


def _moment(site: _Site, position: int = 0) -> Bound:
    operand = site.operand(position)
    return operand.value if is_failed(operand.value) else instant(site.b, operand) or site.fail()


def _add(unit: Unit) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        moment, count = _moment(site), site.operand(1).value
        return site.fail() if is_failed(moment, count) else Shift(moment, count, unit, span=site.span)

    return handler


def _truncate(unit: Unit) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        moment = _moment(site)
        return site.fail() if is_failed(moment) else StartOf(unit, moment, span=site.span)

    return handler


def _age(name: str) -> Callable[[_Site], Bound]:
    def handler(site: _Site) -> Bound:
        moment = _moment(site)
        return site.fail() if is_failed(moment) else Function(name, (Now(span=site.span), moment), INTEGER, site.span)

    return handler


def _date_diff(site: _Site) -> Bound:
    start, end = _moment(site, 0), _moment(site, 1)
    return site.fail() if is_failed(start, end) else Function("diffInDays", (end, start), INTEGER, site.span)


def _in_segment(site: _Site) -> Bound:
    return in_segment(site.b, cast("Call", site.node), site.scope)


_HANDLERS: dict[str, Callable[[_Site], Bound]] = {
    "if": _if,
    "inSegment": _in_segment,
    "isNull": _is_null,
    "isNotNull": _is_not_null,
    "startsWith": _text("startsWith", negated=False),
    "doesNotStartWith": _text("startsWith", negated=True),
    "endsWith": _text("endsWith", negated=False),
    "doesNotEndWith": _text("endsWith", negated=True),
    "contains": _text("contains", negated=False),
    "doesNotContain": _text("contains", negated=True),
    "matches": _matches,
    "equals": _equality("="),
    "notEqualTo": _equality("!="),
    "equalsIgnoreCase": _equality("=", ignore_case=True),
    "count": _count,
    "countWithNull": _count,
    "countOnlyNull": _only_null,
    "distinctCountWithNull": _distinct_with_null,
    "sum": _aggregate("sum"),
    "average": _aggregate("average"),
    "min": _aggregate("min"),
    "max": _aggregate("max"),
    "filter": _filter,
    "exists": _exists,
    "map": _map,
    "topN": lambda site: _top(site, descending=True),
    "bottomN": lambda site: _top(site, descending=False),
    "head": _head,
    "distinct": _distinct,
    "includes": _includes,
    "intersects": _intersects,
    "subsetOf": _subset,
    "supersetOf": _superset,
    "intersection": _intersection,
    "get": _get,
    "isEmpty": _is_empty,
    "isNotEmpty": _is_not_empty,
    "date": _date,
    "currentMonth": _current("getMonth"),
    "currentYear": _current("getYear"),
    "currentDayOfMonth": _current("getDayOfMonth"),
    "extractMonth": _extract_month,
    "addDays": _add("day"),
    "addHours": _add("hour"),
    "addMinutes": _add("minute"),
    "addSeconds": _add("second"),
    "addMonths": _add("month"),
    "addYears": _add("year"),
    "truncateToStartOfDay": _truncate("day"),
    "truncateToStartOfWeek": _truncate("week"),
    "truncateToStartOfYear": _truncate("year"),
    "age": _age("diffInYears"),
    "ageInDays": _age("diffInDays"),
    "ageInMonths": _age("diffInMonths"),
    "dateDiff": _date_diff,
}


def _articled(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word}" if word != "any value" else word
