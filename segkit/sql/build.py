"""Small sqlglot builders that the rest of the compiler is written in."""

from __future__ import annotations

import datetime as dt
import functools
import math
from itertools import islice
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from segkit.pql.bound import Value


def literal(value: Value) -> exp.Expr:
    """A constant."""
    match value:
        case None:
            return exp.Null()
        case bool():
            return exp.true() if value else exp.false()
        case int():
            return exp.Literal.number(value)
        case float():
            return exp.Literal.number(repr(value)) if math.isfinite(value) else exp.Null()
        case str():
            return exp.Literal.string(value)
        case dt.datetime():
            return cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")
        case dt.date():
            return cast(exp.Literal.string(value.isoformat()), "DATE")


def double(number: float) -> exp.Expr:
    """A Double that DuckDB does not read as a decimal, whose digits would not leave room for a large integer."""
    text = repr(number)
    return exp.Literal.number(text if "e" in text else f"{text}e0") if math.isfinite(number) else exp.Null()


def name(text: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=text, quoted=True)


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of a DuckDB function by its name."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def column(text: str, table: str | None = None) -> exp.Column:
    """A column, quoted, of a table in the statement."""
    return exp.Column(this=name(text), table=None if table is None else exp.to_identifier(table))


def table(step: str, alias: str | None = None) -> exp.Table:
    """A named step of the statement."""
    named = None if alias is None else exp.TableAlias(this=exp.to_identifier(alias))
    return exp.Table(this=exp.to_identifier(step), alias=named)


def part(value: exp.Expr, field: str) -> exp.Expr:
    """A field of a struct."""
    # `x.field` would be the field of a column `x`, if a table has one, even where `x` is the variable of a lambda
    bare = isinstance(value, exp.Column) and not value.table
    return exp.Dot(this=exp.Paren(this=value) if bare else grouped(value), expression=name(field))


def grouped(value: exp.Expr) -> exp.Expr:
    """A value that keeps together under any operator."""
    if isinstance(
        value,
        exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Dot | exp.Boolean | exp.Null | exp.Cast | exp.Identifier,
    ) and not isinstance(value, exp.Case | exp.Connector):
        return value
    return exp.Paren(this=value)


def struct(fields: Mapping[str, exp.Expr]) -> exp.Expr:
    """A struct written out."""
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=name(key), expression=_own(value)) for key, value in fields.items()]
    )


def _own(value: exp.Expr) -> exp.Expr:
    """A field's value; DuckDB takes the bare variable of a lambda for a column of that name, if a table has one."""
    is_variable = isinstance(value, exp.Column) and not value.table
    return exp.Coalesce(this=value, expressions=[]) if is_variable else value


def function_of(variable: str, body: exp.Expr, position: str | None = None) -> exp.Expr:
    """A lambda of one variable, and of the item's position from 1 if asked."""
    names = [exp.to_identifier(variable)] + ([] if position is None else [exp.to_identifier(position)])
    return exp.Lambda(this=body, expressions=names)


def either(kind: type[exp.And | exp.Or], items: Sequence[exp.Expr]) -> exp.Expr:
    """Conditions joined by one operator, as a balanced tree so that thousands of them do not nest."""
    if len(items) == 1:
        return items[0]
    other = exp.Or if kind is exp.And else exp.And
    parts = [exp.Paren(this=one) if isinstance(one, other) else one for one in items]
    while len(parts) > 1:
        pairs = [parts[index : index + 2] for index in range(0, len(parts), 2)]
        parts = [kind(this=pair[0], expression=pair[1]) if len(pair) > 1 else pair[0] for pair in pairs]
    return parts[0]


def both(items: Sequence[exp.Expr]) -> exp.Expr:
    """All conditions; true of none."""
    if any(_is(one, value=False) for one in items):
        return exp.false()
    kept = [one for one in items if not _is(one, value=True)]
    return either(exp.And, kept) if kept else exp.true()


def some(items: Sequence[exp.Expr]) -> exp.Expr:
    """Some condition; false of none."""
    if any(_is(one, value=True) for one in items):
        return exp.true()
    kept = [one for one in items if not _is(one, value=False)]
    return either(exp.Or, kept) if kept else exp.false()


def _is(condition: exp.Expr, *, value: bool) -> bool:
    return isinstance(condition, exp.Boolean) and condition.this is value


def negated(condition: exp.Expr) -> exp.Expr:
    """A condition that is never null, turned round."""
    match condition:
        case exp.Boolean():
            return exp.false() if condition.this else exp.true()
        case exp.Not():
            inner: exp.Expr = condition.this
            return inner.unnest()
        case exp.Func() | exp.Column() | exp.Is() | exp.In() if not isinstance(condition, exp.Connector):
            return exp.Not(this=condition)
        case _:
            return exp.Not(this=exp.Paren(this=condition))


def present(value: exp.Expr) -> exp.Expr:
    """Whether a value is not null."""
    return exp.Not(this=exp.Is(this=operand(value), expression=exp.Null()))


def absent(value: exp.Expr) -> exp.Expr:
    """Whether a value is null."""
    return exp.Is(this=operand(value), expression=exp.Null())


def operand(value: exp.Expr) -> exp.Expr:
    """A value that keeps together beside an operator."""
    if isinstance(value, exp.Binary | exp.Not | exp.In | exp.Between | exp.AtTimeZone | exp.Neg):
        if isinstance(value, exp.Dot):
            return value
        return exp.Paren(this=value)
    return value


def certain(condition: exp.Expr) -> exp.Expr:
    """A condition with null taken as false."""
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def otherwise(value: exp.Expr, default: exp.Expr) -> exp.Expr:
    """A value, or the default where it is null."""
    return exp.Coalesce(this=value, expressions=[default])


def tried(value: exp.Expr) -> exp.Expr:
    """A value, or null where computing it fails."""
    return exp.Try(this=value)


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """A value as another SQL type."""
    return exp.cast(value, _kind(kind), copy=False)


def tried_cast(value: exp.Expr, kind: str) -> exp.Expr:
    """A value as another SQL type, or null."""
    return exp.TryCast(this=value, to=_kind(kind))


def _kind(text: str) -> exp.DataType:
    return _parsed_kind(text).copy()


@functools.cache
def _parsed_kind(text: str) -> exp.DataType:
    return exp.DataType.build(text)


def keyed_join(select: exp.Select, other: exp.Expr, key: str, how: str) -> exp.Select:
    """A statement with another table joined, `inner`, `left` or `full`, by a column of both.

    sqlglot's own `join` parses these words each time.
    """
    kind = {"kind": "INNER"} if how == "inner" else {"side": how.upper()}
    select.append("joins", exp.Join(this=other, using=[exp.to_identifier(key)], **kind))
    return select


def finite(value: exp.Expr) -> exp.Expr:
    """A Double, null where it overflowed (R14)."""
    return when(call("ISFINITE", value), value.copy())


def when(condition: exp.Expr, then: exp.Expr, default: exp.Expr | None = None) -> exp.Expr:
    """`CASE WHEN condition THEN then ELSE default END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=default)


_SMALL = 40


def once(value: exp.Expr, use: Callable[[exp.Expr], exp.Expr], variable: str = "value") -> exp.Expr:
    """An expression that reads a value several times; a large value is computed once, as the item of a list.

    Without this, functions inside functions would double the statement at each level.
    """
    if isinstance(value, exp.Column | exp.Literal) or len(list(islice(value.walk(), _SMALL + 1))) <= _SMALL:
        return use(value)
    used = function_of(variable, use(exp.Column(this=exp.to_identifier(variable))))
    return call("LIST_EXTRACT", call("LIST_TRANSFORM", exp.Array(expressions=[value]), used), literal(1))


def sorted_by(value: exp.Expr, *keys: tuple[exp.Expr, bool]) -> exp.Expr:
    """An aggregate's argument with the order its rows are taken in: keys and whether they descend, nulls last."""
    terms = [exp.Ordered(this=key, desc=descending, nulls_first=False) for key, descending in keys]
    return exp.Order(this=value, expressions=terms)
