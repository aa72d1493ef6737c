"""Small SQL trees that several modules here build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segkit.pql.types import Path

FRAGMENT = "fragment"
"""The alias under which every file scan is read, so that no column name is ever mistaken for a table."""

ITEM = "$item"
"""The parameter of every lambda. A column of the same name would win over it, in `item.field`, without a word."""


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A DuckDB function by its own name, untouched by any dialect's table of functions."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> exp.Literal:
    """A string literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """An integer literal of any size; beyond 64 bits it is a HUGEINT."""
    if -(2**63) < value < 2**63:
        return exp.Literal.number(value)
    return exp.Cast(this=text(str(value)), to=exp.DataType.build("HUGEINT", dialect="duckdb"))


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(name, table=table, quoted=True)


def steps(path: Sequence[str], table: str = FRAGMENT) -> exp.Expr:
    """A column and the struct fields below it, `"fragment"."person"."name"`."""
    parts = [exp.to_identifier(one, quoted=True) for one in (table, *path)]
    return column(path[0], table) if len(path) == 1 else exp.Dot.build(parts)


def field(value: exp.Expr, name: str) -> exp.Dot:
    """A field of a struct value."""
    return exp.Dot(this=value, expression=exp.to_identifier(name, quoted=True))


def item(value: exp.Expr, position: int) -> exp.Bracket:
    """An item of a list, counted from one."""
    return exp.Bracket(this=value, expressions=[exp.Literal.number(position)], offset=1)


def at(value: exp.Expr, key: str) -> exp.Bracket:
    """The value of a map at a key."""
    return exp.Bracket(this=value, expressions=[text(key)])


def function(name: str, body: exp.Expr) -> exp.Lambda:
    """A lambda of one parameter."""
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])


def struct(fields: Mapping[str, exp.Expr]) -> exp.Struct:
    """A struct value."""
    pairs = [exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=one) for name, one in fields.items()]
    return exp.Struct(expressions=pairs)


def is_null(value: exp.Expr) -> exp.Is:
    """`value IS NULL`."""
    return exp.Is(this=value, expression=exp.null())


def present(value: exp.Expr) -> exp.Not:
    """`NOT value IS NULL`."""
    return exp.Not(this=is_null(value))


def coalesce(values: Sequence[exp.Expr]) -> exp.Expr:
    """The first value that is not null."""
    return values[0] if len(values) == 1 else exp.Coalesce(this=values[0], expressions=list(values[1:]))


def total(values: Sequence[exp.Expr]) -> exp.Expr:
    """The sum of some numbers; 0 of none."""
    found: exp.Expr = values[0] if values else number(0)
    for one in values[1:]:
        found = exp.Add(this=found, expression=one)
    return found


def named(value: exp.Expr, name: str) -> exp.Alias:
    """`value AS "name"`."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def dotted(path: Path) -> str:
    """The name of a leaf's column."""
    return ".".join(path)


def union_all(branches: Iterable[exp.Select]) -> exp.Query:
    """The branches one after the other."""
    listed: list[exp.Query] = list(branches)
    while len(listed) > 1:
        # pairs of pairs: hundreds of datasets must not make a tree hundreds deep
        pairs = [exp.Union(this=one, expression=other, distinct=False) for one, other in zip(*[iter(listed)] * 2)]  # noqa: B905 - an odd one is left
        listed = [*pairs, *listed[len(pairs) * 2 :]]
    return listed[0]


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    """A query to select from."""
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def literal_path(path: str) -> str:
    """A path that DuckDB takes as one file even where it holds the letters of a pattern."""
    return "".join(f"[{one}]" if one in "*?[" else one for one in path)


def parquet(files: Sequence[str], alias: str = FRAGMENT) -> exp.Table:
    """A scan of Parquet files that all have the same columns."""
    listed = exp.Array(expressions=[text(literal_path(one)) for one in files])
    # file names may hold `key=value` folders: those are names, not columns
    hive = exp.Kwarg(this=exp.to_identifier("hive_partitioning"), expression=exp.false())
    return exp.Table(
        this=call("read_parquet", listed, hive), alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
    )
