"""Small builders of statements over Parquet files of members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def copy_to(query: exp.Query, file: Path) -> exp.Copy:
    """The statement that writes the rows of a query into a Parquet file."""
    options = {"FORMAT": "parquet", "COMPRESSION": "zstd"}
    return exp.Copy(
        this=query.subquery(),
        kind=False,
        files=[text(str(file))],
        params=[exp.CopyParameter(this=exp.var(name), expression=exp.var(value)) for name, value in options.items()],
    )


def scanned(files: Iterable[Path], alias: str | None = None) -> exp.Table:
    """The rows of some files of one layout."""
    paths = exp.Array(expressions=[text(_literal_path(one)) for one in files])
    table = exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[paths]))
    if alias is not None:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return table


def _literal_path(path: Path) -> str:
    """A path whose own `*`, `?` and `[` are not taken for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def all_of(queries: Iterable[exp.Query]) -> exp.Query | None:
    """The rows of all queries; None of none."""
    found = list(queries)
    if len(found) < 2:
        return found[0] if found else None
    return exp.union(*found, distinct=False)


def nothing(types: Mapping[str, str]) -> exp.Select:
    """No rows, of these columns."""
    columns = [cast(exp.null(), kind).as_(one) for one, kind in types.items()]
    return exp.select(*columns).where(exp.false())


def among(value: exp.Expr, values: Iterable[str]) -> exp.Expr:
    """Whether a text is one of these."""
    return exp.In(this=value, expressions=[text(one) for one in values])


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    """A value as another type of DuckDB's."""
    return exp.Cast(this=value, to=exp.DataType.build(kind, dialect="duckdb"))


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted."""
    return exp.column(name, table=table, quoted=True)


def text(value: str) -> exp.Literal:
    """A text written out."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    """A number written out."""
    return exp.Literal.number(value)
