"""Time (R38 to R43): `occurs` in all its forms becomes ranges between points."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.binder.coerce import Operand, instant, instant_of
from segkit.pql.binder.compare import lifted
from segkit.pql.binder.context import failed, is_failed
from segkit.pql.binder.hints import DAYS
from segkit.pql.binder.names import is_word
from segkit.pql.bound import Bound, Compare, Const, Convert, InRange, Now, Or, Shift, StartOf, Transform
from segkit.pql.tree import Between, Distance, Interval, Name, Node, Occurs, Side, Within
from segkit.pql.types import DATE, INTEGER, TIMESTAMP, Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Span, Tail, Unit

_BARE_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_AWAY = {"this": 0, "last": -1, "next": 1}


@dataclass(frozen=True, slots=True)
class Reference:
    """A point, or an interval from a start, included, to an end, excluded (R40)."""

    start: Bound
    end: Bound | None = None


def occurs(b: Binder, node: Occurs, scope: Scope) -> Bound:
    """`T occurs TAIL`; over a mapped array, of any item (R20)."""
    subject = Operand(node.subject, b.value(node.subject, scope))
    if subject.kind is Kind.ARRAY and not isinstance(subject.value, Transform):
        hint = f"for some item: `{b.words(node.subject).strip('`') or 'x'}[this occurs …]`"
        text = f"`occurs` is for a Timestamp or Date, not for {b.described(node.subject, subject.value)}"
        return b.error("type-clash", text, subject.value.span, hint)
    if subject.kind is Kind.ARRAY:
        # the tail is no operand of its own: anything that is no array stands in for it
        stand_in = Operand(node.subject, Const(None, TIMESTAMP, node.span))
        return lifted(
            b,
            subject,
            stand_in,
            node.span,
            doing="occurs",
            make=lambda one, _: within(b, one, node.tail, scope, node.span),
        )
    return within(b, subject, node.tail, scope, node.span)


def within(b: Binder, subject: Operand, tail: Tail, scope: Scope, where: Span) -> Bound:
    """Whether a subject lies where a tail says; a chain element's `WHEN` too."""
    moment = failed(where) if is_failed(subject.value) else instant(b, subject)
    if moment is None:
        described = b.described(subject.node, subject.value)
        hint = "`.stringToDate()` reads a text as a Timestamp" if subject.kind is Kind.STRING else None
        text = f"`occurs` is for a Timestamp or Date, not for {described}"
        moment = b.error("type-clash", text, subject.value.span, hint)
    match tail:
        case Within(reference=node):
            at = reference(b, node, scope)
            found = None if at is None else _on(moment, at, where)
        case Side(direction=direction, reference=node):
            at = reference(b, node, scope)
            found = None if at is None else _side(moment, direction, at, where)
        case Between(start=start, end=end):
            first, last = reference(b, start, scope), reference(b, end, scope)
            found = None if first is None or last is None else _between(moment, first, last, where)
        case Distance():
            at = reference(b, tail.reference, scope)
            found = None if at is None else _distance(moment, tail, at, where)
    return failed(where) if found is None or is_failed(moment) else found


def reference(b: Binder, node: Node, scope: Scope) -> Reference | None:
    """What a time reference stands for, or None after an error was recorded."""
    if isinstance(node, Interval):
        start = StartOf(node.unit, Now(span=node.span), span=node.span)
        away = _AWAY[node.relation]
        return Reference(
            _moved(start, away, node.unit, node.span) if away else start,
            _moved(start, away + 1, node.unit, node.span) if away != -1 else start,
        )
    word = is_word(node, scope)
    if word is not None and word != "now":
        today = StartOf("day", Now(span=node.span), span=node.span)
        away = DAYS[word]
        return Reference(
            _moved(today, away, "day", node.span) if away else today,
            _moved(today, away + 1, "day", node.span) if away != -1 else today,
        )
    written: Node = node
    outer = scope
    while isinstance(written, Name) and (binding := outer.variables.get(written.name)) is not None:
        if binding.written is None or binding.scope is None:
            break
        written, outer = binding.written, binding.scope
    if written is not node and is_word(written, outer):
        return reference(b, written, outer)  # `let` of `today` is still the day
    return _value(b, node, scope)


def _value(b: Binder, node: Node, scope: Scope) -> Reference | None:
    value = b.value(node, scope)
    match value:
        case Const(value=str(text)):
            moment = instant_of(text)
            if moment is None:
                hint = 'write `"2024-01-31"` or `"2024-01-31T08:00:00Z"`'
                b.error("not-a-date", f'`"{text}"` is not a date in ISO 8601', value.span, hint)
                return None
            literal = instant_literal(moment, value.span)
            return _day(literal) if literal.type is DATE else Reference(literal)
        case _ if value.type.kind is Kind.DATE:
            return _day(value)
        case _ if value.type.kind is Kind.TIMESTAMP:
            return Reference(value)
        case _ if is_failed(value):
            return None
    hint = as_date(b, node) or "`now`, `today`, `last month`, `date(2024, 1, 31)` or a field that is a date"
    if value.type.kind is Kind.ARRAY:
        hint = "`.max()` or `.min()` makes one moment of an array"
    b.error("type-clash", f"a time reference is a moment, not {b.described(node, value)}", value.span, hint)
    return None


def as_date(b: Binder, node: Node) -> str | None:
    """A hint for a date without its quotes, which reads as a subtraction."""
    found = _BARE_DATE.fullmatch(b.report.source[node.span.start : node.span.end])
    if found is None:
        return None
    year, month, day = (int(one) for one in found.groups())
    return f'write `"{found[0]}"` or `date({year}, {month}, {day})`'


def instant_literal(moment: object, where: Span) -> Const:
    """A date or an instant as a constant."""
    import datetime as dt  # noqa: PLC0415  only literals need it

    if isinstance(moment, dt.datetime):
        return Const(moment, TIMESTAMP, where)
    if isinstance(moment, dt.date):
        return Const(moment, DATE, where)
    message = "neither a date nor an instant"
    raise TypeError(message)


def _day(date: Bound) -> Reference:
    start = Convert(date, TIMESTAMP, date.span)
    return Reference(start, _moved(start, 1, "day", date.span))


def _on(moment: Bound, at: Reference, where: Span) -> Bound:
    if at.end is None:
        return Compare("=", moment, at.start, span=where)
    return InRange(moment, at.start, True, at.end, False, span=where)


def _side(moment: Bound, direction: str, at: Reference, where: Span) -> Bound:
    if direction == "before":
        return InRange(moment, None, False, at.start, False, span=where)
    if at.end is None:
        return InRange(moment, at.start, False, None, False, span=where)
    return InRange(moment, at.end, True, None, False, span=where)


def _between(moment: Bound, first: Reference, last: Reference, where: Span) -> Bound:
    high = last.start if last.end is None else last.end
    return InRange(moment, first.start, True, high, last.end is None, span=where)


def _distance(moment: Bound, tail: Distance, at: Reference, where: Span) -> Bound:
    """R41 and R42: an interval stands for its start, the direction is implied."""
    point, before = at.start, tail.direction == "before"
    far = _moved(point, -tail.count if before else tail.count, tail.unit, where)
    includes_point = not before or at.end is None
    match tail.comparison:
        case "<=" | "<":
            edge = tail.comparison == "<="
            if before:
                return InRange(moment, far, edge, point, includes_point, span=where)
            return InRange(moment, point, True, far, edge, span=where)
        case ">" | ">=":
            edge = tail.comparison == ">="
            if before:
                return InRange(moment, None, False, far, edge, span=where)
            return InRange(moment, far, edge, None, False, span=where)
        case "=":
            return InRange(moment, *_unit(far, tail.unit, where), span=where)
        case "!=":
            start, _, end, _ = _unit(far, tail.unit, where)
            # written as ranges on both sides of the unit, so that a missing end is false as anywhere (R12)
            earlier = InRange(moment, None if before else point, not before, start, False, span=where)
            later = InRange(moment, end, True, point if before else None, before and includes_point, span=where)
            return Or((earlier, later), span=where)


def _unit(far: Bound, unit: Unit, where: Span) -> tuple[Bound, bool, Bound, bool]:
    start = StartOf(unit, far, span=where)
    return start, True, _moved(start, 1, unit, where), False


def _moved(point: Bound, count: int, unit: Unit, where: Span) -> Bound:
    return Shift(point, Const(count, INTEGER, where), unit, span=where) if count else point
