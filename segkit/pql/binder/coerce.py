"""Bringing two values to one type (R17). Nothing is cast that could fail while running."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segkit.pql.binder.context import is_failed
from segkit.pql.binder.mends import spelled
from segkit.pql.binder.suggest import listed
from segkit.pql.bound import Attribute, Bound, Const, Convert, Items, Record
from segkit.pql.diagnostics import Edit
from segkit.pql.types import DATE, DOUBLE, INTEGER, TIMESTAMP, Kind, Type, array_of, object_of

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder
    from segkit.pql.tree import Node, Span

NUMBERS = frozenset({Kind.INTEGER, Kind.DOUBLE})
ORDERED = NUMBERS | {Kind.DATE, Kind.TIMESTAMP}
SCALARS = ORDERED | {Kind.STRING, Kind.BOOLEAN}

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?P<time>[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_PARTS = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  naive means UTC (R39)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Operand:
    """A bound value and what was written."""

    node: Node
    value: Bound

    @property
    def kind(self) -> Kind:
        """The kind of its type."""
        return self.value.type.kind


def instant_of(text: str) -> dt.date | dt.datetime | None:
    """What an ISO 8601 text spells: a date, or an instant as naive UTC; without an offset it is UTC (R17, R39)."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    try:
        if found["time"] is None:
            return dt.date.fromisoformat(found[0])
        value = dt.datetime.fromisoformat(found[0].upper())
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None) if value.tzinfo else value  # noqa: UP017
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> str | None:
    """A hint for a date whose parts stand in another order."""
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        return None
    first, second, third = (int(one) for one in found.groups())
    year, others = (first, [(second, third)]) if first > 31 else (third, [(second, first), (first, second)])
    made: list[str] = []
    for month, day in others:
        try:
            made.append(dt.date(year, month, day).isoformat())
        except ValueError:
            continue
    return "write " + " or ".join(f'`"{one}"`' for one in dict.fromkeys(made)) if made else None


def number_of(text: str) -> int | float | None:
    """The number that a text spells."""
    word = text.strip()
    if _WHOLE.fullmatch(word):
        whole = int(word) if len(word) <= 20 else _LARGEST + 1
        return whole if -_LARGEST - 1 <= whole <= _LARGEST else float(word)
    if _NUMBER.fullmatch(word) and math.isfinite(float(word)):
        return float(word)
    return None


def instant(b: Binder, operand: Operand) -> Bound | None:
    """A value as Timestamp where it can be one: a Date as its first instant, an Integer as epoch milliseconds."""
    value = operand.value
    match value.type.kind:
        case Kind.TIMESTAMP:
            return value
        case Kind.DATE:
            return Convert(value, TIMESTAMP, value.span)
        case Kind.INTEGER if isinstance(value, Const) and isinstance(value.value, int):
            try:
                return Const(_EPOCH + dt.timedelta(milliseconds=value.value), TIMESTAMP, value.span)
            except OverflowError:
                hint = "an Integer beside a Timestamp is epoch milliseconds"
                return b.error("not-a-date", f"{value.value} makes no instant", value.span, hint)
        case Kind.INTEGER:
            return Convert(value, TIMESTAMP, value.span)
        case _:
            return None


def unify(b: Binder, left: Operand, right: Operand, doing: str, where: Span) -> tuple[Bound, Bound] | None:
    """Two scalars as one type family, or None after an error was recorded.

    Parameters
    ----------
    doing
        The operator or function, for messages and for the warnings that only equality carries.
    """
    if is_failed(left.value, right.value):
        return None
    left, right = _literal(b, left, right), _literal(b, right, left)
    if is_failed(left.value, right.value):
        return None
    kinds = {left.kind, right.kind}
    if not kinds <= SCALARS | {Kind.NULL}:
        clash(b, left, right, doing, where)
        return None
    if len(kinds) == 1 or kinds <= NUMBERS or Kind.NULL in kinds:
        return left.value, right.value
    if Kind.TIMESTAMP in kinds and kinds <= {Kind.TIMESTAMP, Kind.DATE, Kind.INTEGER}:
        if Kind.DATE in kinds and doing not in {"<", "<=", ">", ">="}:
            b.report.warning(
                "date-as-instant",
                "a Date beside a Timestamp is its first instant, midnight",
                where,
                "to ask for the whole day write `occurs on`",
            )
        first, second = instant(b, left), instant(b, right)
        if first is not None and second is not None:
            return None if is_failed(first, second) else (first, second)
    clash(b, left, right, doing, where)
    return None


def clash(b: Binder, left: Operand, right: Operand, doing: str, where: Span, *, hint: str | None = None) -> Const:
    """Record that two types do not fit, naming both and where they came from."""
    ours, theirs = b.described(left.node, left.value), b.described(right.node, right.value)
    message = f"`{doing}` does not fit {ours}, and {theirs}"
    if hint is not None:
        return b.error("type-clash", message, where, hint)
    literal, text = _written_otherwise(b, left, right) or (None, "")
    if literal is None:
        return b.error("type-clash", message, where, _remedy(b, left, right))
    # of a list the items have to change together
    fix = () if doing in {"in", "notIn"} else spelled(literal.node, literal.value, text)
    return b.error("type-clash", message, where, f"write `{text}`", fix=fix)


def unify_items(b: Binder, items: Operand, other: Type, one: Node, doing: str) -> Bound | None:
    """A written-out array with its items brought to another item type, or None after an error."""
    array = items.value
    if not isinstance(array, Items):
        if comparable(array.type.of, other):
            return array
        clash(b, items, Operand(one, Const(None, array_of(other))), doing, array.span)
        return None
    made: list[Bound] = []
    for item in array.items:
        pair = unify(b, Operand(items.node, item), Operand(one, Const(None, other)), doing, item.span)
        if pair is None:
            return None
        if pair[1].type != other:  # the other side would have to change, which an array cannot
            clash(b, items, Operand(one, Const(None, array_of(other))), doing, item.span)
            return None
        made.append(pair[0])
    return Items(tuple(made), array_of(made[0].type if made else other), array.span)


def comparable(one: Type, other: Type) -> bool:
    """Whether two item types are of one family."""
    kinds = {one.kind, other.kind}
    return kinds <= SCALARS | {Kind.NULL} and (len(kinds) == 1 or kinds <= NUMBERS or Kind.NULL in kinds)


def _literal(b: Binder, one: Operand, other: Operand) -> Operand:
    """A String literal read as what stands beside it."""
    match one.value:
        case Const(value=str(text), type=Type(kind=Kind.STRING), span=where):
            pass
        case _:
            return one
    if other.kind in {Kind.DATE, Kind.TIMESTAMP}:
        moment = instant_of(text)
        if moment is None:
            hint = 'write `"2024-01-31"` or `"2024-01-31T08:00:00Z"`'
            value: Bound = b.error(
                "not-a-date",
                f'`"{text}"` is not a date in ISO 8601, and {b.described(other.node, other.value)}, needs one',
                where,
                _iso(text) or hint,
            )
            return Operand(one.node, value)
        return Operand(one.node, Const(moment, TIMESTAMP if isinstance(moment, dt.datetime) else DATE, where))
    if other.kind in NUMBERS:
        number = number_of(text)
        if number is None:
            return one
        of = other.value.type
        if of.kind is Kind.DOUBLE or isinstance(number, float):
            number, of = float(number), DOUBLE
        # a text that `let` named may be used as a text elsewhere
        fix = [Edit(where, str(number))] if one.node.span == where else []
        message = f'`"{text}"` is read as the number {number}'
        b.report.warning("text-as-number", message, where, f"write `{number}`", fix=fix)
        return Operand(one.node, Const(number, of, where))
    return one


def _written_otherwise(b: Binder, left: Operand, right: Operand) -> tuple[Operand, str] | None:
    """The literal that has the other side's type when it is spelled in another way, and how."""
    for one, other in ((left, right), (right, left)):
        word = b.words(one.node).strip("`")
        match one.value, other.kind:
            case Const(type=Type(kind=Kind.INTEGER | Kind.DOUBLE)), Kind.STRING if word:
                return one, f'"{word}"'
            case Const(value=str(text)), Kind.BOOLEAN if text.lower() in {"true", "false"}:
                return one, text.lower()
            case Const(value=0 | 1 as flag, type=Type(kind=Kind.INTEGER)), Kind.BOOLEAN:
                return one, "true" if flag else "false"
            case Const(type=Type(kind=Kind.BOOLEAN)), Kind.STRING if word:
                return one, f'"{word}"'
    return None


def _remedy(b: Binder, left: Operand, right: Operand) -> str | None:
    kinds = {left.kind, right.kind}
    if Kind.OBJECT in kinds:
        whole = left if left.kind is Kind.OBJECT else right
        fields = listed(whole.value.type, b.words(whole.node)) if isinstance(whole.value, Attribute) else None
        return "compare their fields one by one" + (f": {fields}" if fields else "")
    if Kind.MAP in kinds:
        return 'compare the value at a key, `["…"]`, or the `.keys()`'
    if Kind.STRING in kinds and kinds & NUMBERS:
        return "`.stringToNumber()` reads a text as a number, `.toString()` the other way"
    if Kind.STRING in kinds and kinds & {Kind.DATE, Kind.TIMESTAMP}:
        return "`.stringToDate()` reads a text as a Timestamp"
    return None


def common(types: list[Type]) -> Type | None:
    """The one type of several values: Integer beside Double is Double; None when they differ."""
    kinds = {one.kind for one in types if one.kind is not Kind.NULL}
    if not kinds:
        return types[0] if types else None
    if kinds <= NUMBERS:
        return DOUBLE if Kind.DOUBLE in kinds else INTEGER
    known = [one for one in types if one.kind is not Kind.NULL]
    first = known[0]
    if all(one == first for one in known):
        return first
    return _common_parts(first, known)


def converted(value: Bound, of: Type) -> Bound:
    """A value as the `common` type of several; an object written out field by field."""
    if value.type == of:
        return value
    if isinstance(value, Record):
        named = dict(value.fields)
        return Record(tuple((name, converted(named[name], one)) for name, one in of.fields), of, value.span)
    if of.kind in {Kind.ARRAY, Kind.MAP, Kind.OBJECT}:
        return value  # its numbers mix freely
    return Convert(value, of, value.span)


def _common_parts(first: Type, types: list[Type]) -> Type | None:
    """The one type of arrays, maps or objects whose parts have one."""
    if any(one.kind is not first.kind for one in types):
        return None
    if first.item is not None:
        item = common([one.of for one in types])
        return None if item is None else replace(first, item=item)
    names = [name for name, _ in first.fields]
    if any({name for name, _ in one.fields} != set(names) for one in types):
        return None
    parts = {name: common([found for one in types if (found := one.field(name)) is not None]) for name in names}
    whole = {name: one for name, one in parts.items() if one is not None}
    return object_of(whole) if len(whole) == len(parts) and whole else None
