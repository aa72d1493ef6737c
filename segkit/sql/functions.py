"""The scalar, array and map functions of `segkit.pql.functions` in DuckDB (`pql.md` R22, R44, R47, R49)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.pql.types import Kind
from segkit.sql import arrays, times
from segkit.sql.build import (
    both,
    call,
    cast,
    finite,
    literal,
    once,
    operand,
    otherwise,
    present,
    tried,
    tried_cast,
    when,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from segkit.plan.clock import Clock
    from segkit.pql.types import Type

_FARTHEST = 2_000_000_000  # fits what SUBSTRING and PRINTF take; no text is longer
_MOST_DECIMALS = 100
_SPACE = " \t\n\v\f\r"
_SCHEME = "^[A-Za-z][A-Za-z0-9+.-]*://"
_HOST = _SCHEME + r"(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]+)"
_PATH = _SCHEME + "[^/?#]*([^?#]*)"
_WHOLE = r"^\s*[+-]?[0-9]+\s*$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?$"
_OFFSET = r"T? ?\d{2}:\d{2}.*([Zz]|[+-]\d{2}(:?\d{2})?)$"


@dataclass(frozen=True, slots=True)
class Call:
    """A call to compile: its arguments, their types, and the calendar."""

    arguments: tuple[exp.Expr, ...]
    types: tuple[Type, ...]
    clock: Clock

    def __getitem__(self, index: int) -> exp.Expr:
        return self.arguments[index].copy()

    @property
    def kind(self) -> Kind:
        """The kind of the first argument."""
        return self.types[0].kind

    def wall(self, index: int = 0) -> exp.Expr:
        """A Date or Timestamp on the workspace's calendar."""
        return self[index] if self.types[index].kind is Kind.DATE else times.local(self[index], self.clock)


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _plain(function: str) -> Callable[[Call], exp.Expr]:
    return lambda one: call(function, *(argument.copy() for argument in one.arguments))


def _on_wall(function: str) -> Callable[[Call], exp.Expr]:
    return lambda one: call(function, one.wall())


def _trimmed(function: str) -> Callable[[Call], exp.Expr]:
    return lambda one: call(function, one[0], _text(_SPACE))


def _number(function: str) -> Callable[[Call], exp.Expr]:
    return lambda one: call(function, cast(one[0], "DOUBLE"))


def _between(unit: str, *, calendar: bool) -> Callable[[Call], exp.Expr]:
    def build(one: Call) -> exp.Expr:
        end, start = (one.wall(index) if calendar else one[index] for index in (0, 1))
        return call("DATE_SUB", _text(unit), start, end)

    return build


def _position(value: exp.Expr) -> exp.Expr:
    """A position in a text, brought into the range that the engine takes; null stays null, unlike in GREATEST."""
    if isinstance(value, exp.Literal):
        return literal(min(int(value.to_py()), _FARTHEST))
    if isinstance(value, exp.Neg):
        return literal(0)
    return once(value, _in_range, "number")


def _in_range(value: exp.Expr) -> exp.Expr:
    low, high = literal(0), literal(_FARTHEST)
    below = exp.LT(this=operand(value.copy()), expression=low)
    above = exp.GT(this=operand(value.copy()), expression=high)
    return exp.Case(ifs=[exp.If(this=below, true=low), exp.If(this=above, true=high)], default=value)


def _substr(one: Call) -> exp.Expr:
    return once(_position(one[1]), lambda start: _part(one, start), "start")


def _part(one: Call, start: exp.Expr) -> exp.Expr:
    begin = exp.Add(this=operand(start.copy()), expression=literal(1))
    end = one[2] if len(one.arguments) > 2 else exp.Null()
    if isinstance(end.this if isinstance(end, exp.Cast) else end, exp.Null):
        return call("SUBSTRING", one[0], begin)
    length = exp.Sub(this=operand(_position(end)), expression=operand(start.copy()))
    return call("SUBSTRING", one[0], begin, _position(length))


def _concat(one: Call) -> exp.Expr:
    return exp.DPipe(this=operand(one[0]), expression=operand(one[1]))


def _replace(one: Call) -> exp.Expr:
    return once(one[1], lambda old: once(one[2], lambda new: _replaced(one[0], old, new), "new"), "old")


def _replaced(text: exp.Expr, old: exp.Expr, new: exp.Expr) -> exp.Expr:
    at = call("INSTR", text, old)
    before = call("SUBSTRING", text.copy(), literal(1), exp.Sub(this=at, expression=literal(1)))
    past = exp.Add(this=at.copy(), expression=call("LENGTH", old.copy()))
    after = call("SUBSTRING", text.copy(), past)
    whole = exp.DPipe(this=exp.DPipe(this=before, expression=operand(new)), expression=after)
    missing = exp.EQ(this=at.copy(), expression=literal(0))
    return when(missing, when(present(new.copy()), text.copy()), whole)


def _replace_all(one: Call) -> exp.Expr:
    new = one[2]
    # The replacement is plain text; DuckDB would read \1 in it as a group.
    new = (
        _text(new.this.replace("\\", "\\\\"))
        if isinstance(new, exp.Literal)
        else call("REPLACE", new, _text("\\"), _text("\\\\"))
    )
    return call("REGEXP_REPLACE", one[0], one[1], new, _text("g"))


def _index_of(one: Call) -> exp.Expr:
    return exp.Sub(this=call("INSTR", one[0], one[1]), expression=literal(1))


def _group(one: Call) -> exp.Expr:
    return when(call("REGEXP_MATCHES", one[0], one[1]), call("REGEXP_EXTRACT", one[0], one[1], one[2]))


def _domain(one: Call) -> exp.Expr:
    return when(call("CONTAINS", one[0], _text("@")), call("SPLIT_PART", one[0], _text("@"), literal(-1)))


def _host(one: Call) -> exp.Expr:
    return call("NULLIF", call("REGEXP_EXTRACT", one[0], _text(_HOST), literal(1)), _text(""))


def _path(one: Call) -> exp.Expr:
    found = call("REGEXP_EXTRACT", one[0], _text(_PATH), literal(1))
    return when(call("REGEXP_MATCHES", one[0], _text(_SCHEME)), found)


def _to_int(one: Call) -> exp.Expr:
    match one.kind:
        case Kind.STRING:
            cut = tried_cast(call("TRUNC", tried_cast(one[0], "DOUBLE")), "BIGINT")
            return when(call("REGEXP_MATCHES", one[0], _text(_WHOLE)), tried_cast(one[0], "BIGINT"), cut)
        case Kind.DOUBLE:
            return tried_cast(call("TRUNC", one[0]), "BIGINT")
        case Kind.INTEGER | Kind.BOOLEAN:
            return cast(one[0], "BIGINT")
        case _:
            return cast(exp.Null(), "BIGINT")


def _to_string(one: Call) -> exp.Expr:
    text = cast(one[0], "TEXT")
    match one.kind:
        case Kind.TIMESTAMP:
            return exp.DPipe(this=call("REPLACE", text, _text(" "), _text("T")), expression=_text("Z"))
        case Kind.DOUBLE:
            return cast(cast(one[0], "DOUBLE"), "TEXT")
        case _:
            return text


def _to_bool(one: Call) -> exp.Expr:
    match one.kind:
        case Kind.STRING:
            lowered = call("LOWER", one[0])
            return exp.Case(
                this=lowered,
                ifs=[exp.If(this=_text("true"), true=exp.true()), exp.If(this=_text("false"), true=exp.false())],
            )
        case Kind.INTEGER | Kind.DOUBLE:
            return exp.NEQ(this=operand(one[0]), expression=literal(0))
        case Kind.BOOLEAN:
            return one[0]
        case _:
            return cast(exp.Null(), "BOOLEAN")


def _to_instant(one: Call) -> exp.Expr:
    shaped = call("REGEXP_MATCHES", one[0], _text(_INSTANT))
    plain = tried_cast(one[0], "TIMESTAMP")  # which would forget an offset
    zoned = exp.AtTimeZone(this=tried_cast(one[0], "TIMESTAMPTZ"), zone=_text("UTC"))
    return when(shaped, when(call("REGEXP_MATCHES", one[0], _text(_OFFSET)), zoned, plain))


def _decimals(one: Call) -> exp.Expr:
    digits = one[1]
    value = cast(one[0], "DOUBLE")
    if isinstance(digits, exp.Literal):
        few = int(digits.to_py()) <= _MOST_DECIMALS
        return call("PRINTF", _text(f"%.{digits.this}f"), value) if few else cast(exp.Null(), "TEXT")
    return once(digits, lambda several: _computed_decimals(value, several), "number")


def _computed_decimals(value: exp.Expr, digits: exp.Expr) -> exp.Expr:
    few = exp.LTE(this=operand(digits.copy()), expression=literal(_MOST_DECIMALS))
    shown = cast(_position(digits), "TEXT")
    template = exp.DPipe(this=exp.DPipe(this=_text("%."), expression=shown), expression=_text("f"))
    return when(few, call("PRINTF", template, value))


def _join(one: Call) -> exp.Expr:
    # DuckDB gives null for an array of nulls alone.
    return when(present(one[0]), otherwise(call("ARRAY_TO_STRING", one[0], one[1]), _text("")))


def _date(one: Call) -> exp.Expr:
    # DuckDB computes what a statement repeats outside of TRY, so a cast in there must not fail by itself.
    year, month, day = (tried_cast(one[index], "INT") for index in range(3))
    made = tried(call("MAKE_DATE", year, month, day))
    sound = exp.Between(this=operand(one[0]), low=literal(1), high=literal(9999))
    return when(both([sound]), made)


FUNCTIONS: Mapping[str, Callable[[Call], exp.Expr]] = {
    "absolute": _number("ABS"),
    "concat": _concat,
    "date": _date,
    "dayOfWeek": _on_wall("ISODOW"),
    "dayOfYear": _on_wall("DAYOFYEAR"),
    "diffInDays": _between("day", calendar=True),
    "diffInHours": _between("hour", calendar=False),
    "diffInMinutes": _between("minute", calendar=False),
    "diffInMonths": _between("month", calendar=True),
    "diffInSeconds": _between("second", calendar=False),
    "diffInYears": _between("year", calendar=True),
    "extractEmailDomain": _domain,
    "extractHours": _on_wall("HOUR"),
    "extractMinutes": _on_wall("MINUTE"),
    "extractSeconds": _on_wall("SECOND"),
    "getDayOfMonth": _on_wall("DAY"),
    "getMonth": _on_wall("MONTH"),
    "getUrlHost": _host,
    "getUrlPath": _path,
    "getYear": _on_wall("YEAR"),
    "indexOf": _index_of,
    "intersection": lambda one: arrays.in_common(one[0], one[1]),
    "join": _join,
    "keys": _plain("MAP_KEYS"),
    "leftTrim": _trimmed("LTRIM"),
    "length": _plain("LENGTH"),
    "lowerCase": _plain("LOWER"),
    "md5": _plain("MD5"),
    "regexGroup": _group,
    "replace": _replace,
    "replaceAll": _replace_all,
    "rightTrim": _trimmed("RTRIM"),
    "roundDown": _number("FLOOR"),
    "roundUp": _number("CEIL"),
    "sha256": _plain("SHA256"),
    "split": _plain("STRING_SPLIT"),
    "stringToDate": _to_instant,
    "stringToNumber": lambda one: finite(tried_cast(one[0], "DOUBLE")),
    "substr": _substr,
    "toBool": _to_bool,
    "toInt": _to_int,
    "toPrecision": _decimals,
    "toString": _to_string,
    "trim": _trimmed("TRIM"),
    "truncateToStartOfQuarter": lambda one: times.start_of("quarter", one[0], one.clock),
    "upperCase": _plain("UPPER"),
    "values": _plain("MAP_VALUES"),
    "weekOfYear": _on_wall("WEEKOFYEAR"),
}
"""Every function by its canonical name."""


_REPEATING = {
    "date",
    "extractEmailDomain",
    "getUrlPath",
    "join",
    "regexGroup",
    "replace",
    "stringToDate",
    "stringToNumber",
    "toInt",
}
"""The functions that read their first argument several times."""


def build(name: str, arguments: Sequence[exp.Expr], types: Sequence[Type], clock: Clock) -> exp.Expr:
    """A function over compiled arguments."""
    make = FUNCTIONS[name]
    if name not in _REPEATING:
        return make(Call(tuple(arguments), tuple(types), clock))
    first, *rest = arguments
    return once(first, lambda one: make(Call((one, *rest), tuple(types), clock)))
