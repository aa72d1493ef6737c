"""Functions of values that become other nodes: conditions, texts, moments (R15, R22, R44 to R46, R49)."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from segkit.pql.binder import arrays
from segkit.pql.binder.coerce import Operand, common, converted, instant
from segkit.pql.binder.compare import Predicate, compare, predicate
from segkit.pql.binder.context import is_failed
from segkit.pql.binder.names import name_or_text
from segkit.pql.binder.objects import difference
from segkit.pql.binder.operands import operands
from segkit.pql.binder.truth import truth
from segkit.pql.bound import Bound, Const, Function, If, IsNull, Not, Now, Shift, StartOf
from segkit.pql.types import DATE, INTEGER, STRING, TIMESTAMP, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segkit.pql.binder.site import Site
    from segkit.pql.tree import Comparison, Unit


def _if(site: Site) -> Bound:
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
        hint = difference(then.value.type, otherwise.value.type)
        return b.error("type-clash", f"the branches of `if` are of one type, not {ours}, and {theirs}", site.span, hint)
    values = [converted(one.value, of) for one in branches]
    return If(condition, values[0], values[1], of, site.span)


def _is_null(site: Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else IsNull(value, span=site.span)


def _is_not_null(site: Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else Not(IsNull(value, span=site.span), span=site.span)


def _text(name: Predicate, *, negated: bool) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        value = Operand(site.nodes[0], site.b.value(site.nodes[0], site.scope))
        part = Operand(site.nodes[1], name_or_text(site.b, site.nodes[1], site.scope, text=True))
        case = site.flag(2)
        if case is None:
            return site.fail()
        return predicate(
            site.b, name, value, part, site.span, negated=negated, ignore_case=not case, doing=site.signature.name
        )

    return handler


def _matches(site: Site) -> Bound:
    value, pattern = (Operand(node, site.b.value(node, site.scope)) for node in site.nodes)
    return predicate(site.b, "matches", value, pattern, site.span)


def _equality(operator: Comparison, *, ignore_case: bool = False) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        left, right = operands(site.b, site.nodes[0], site.nodes[1], site.scope)
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
        name = site.signature.name
        return compare(site.b, operator, left, right, site.span, ignore_case=ignored, written=name)

    return handler


def _scalar_kind(one: Operand) -> Kind:
    return one.value.type.of.kind if one.kind is Kind.ARRAY else one.kind


def _get(site: Site) -> Bound:
    of = site.operand(0)
    return site.fail() if is_failed(of.value) else arrays.keyed(site.b, of, site.nodes[1], site.scope, site.span)


def _is_empty(site: Site) -> Bound:
    value = site.operand(0).value
    if is_failed(value):
        return site.fail()
    if value.type.kind is Kind.STRING:
        empty = Const("", STRING, site.span)
        return compare(site.b, "=", Operand(site.nodes[0], value), Operand(site.nodes[0], empty), site.span)
    return Not(truth(value), span=site.span)


def _is_not_empty(site: Site) -> Bound:
    value = site.operand(0).value
    if is_failed(value):
        return site.fail()
    if value.type.kind is Kind.STRING:
        empty = Const("", STRING, site.span)
        return compare(site.b, "!=", Operand(site.nodes[0], value), Operand(site.nodes[0], empty), site.span)
    return truth(value)


def _date(site: Site) -> Bound:
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


def _current(name: str) -> Callable[[Site], Bound]:
    return lambda site: Function(name, (Now(span=site.span),), INTEGER, site.span)


def _extract_month(site: Site) -> Bound:
    value = site.operand(0).value
    return site.fail() if is_failed(value) else Function("getMonth", (value,), INTEGER, site.span)


def _moment(site: Site, position: int = 0) -> Bound:
    operand = site.operand(position)
    return operand.value if is_failed(operand.value) else instant(site.b, operand) or site.fail()


def _add(unit: Unit) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        moment, count = _moment(site), site.operand(1).value
        return site.fail() if is_failed(moment, count) else Shift(moment, count, unit, span=site.span)

    return handler


def _truncate(unit: Unit) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        moment = _moment(site)
        return site.fail() if is_failed(moment) else StartOf(unit, moment, span=site.span)

    return handler


def _age(name: str) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        moment = _moment(site)
        return site.fail() if is_failed(moment) else Function(name, (Now(span=site.span), moment), INTEGER, site.span)

    return handler


def _date_diff(site: Site) -> Bound:
    start, end = _moment(site, 0), _moment(site, 1)
    return site.fail() if is_failed(start, end) else Function("diffInDays", (end, start), INTEGER, site.span)


VALUE_CALLS: Mapping[str, Callable[[Site], Bound]] = MappingProxyType(
    {
        "if": _if,
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
)
