"""The names that a source gives its columns, before DuckDB makes equal ones differ.

DuckDB reads `City` beside `city` as `City` and `city_1`, and joins `City` of one text file with `city` of another, both
without a word; to segkit they are a mistake (`pql.md` R17a). Parquet files are compared in `columns`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from segkit.engine import Engine

_RENAMED = re.compile(r"(.+)_\d+", re.DOTALL)


def refuse_equal_names(name: str, columns: Iterable[str], place: str) -> None:
    """Refuse columns of one table whose names differ at most in case."""
    seen: dict[str, str] = {}
    for column in columns:
        low = column.lower()
        if low in seen:
            both = f"columns `{seen[low]}` and `{column}` of {place}"
            raise DataError(f"dataset `{name}`: {both} differ at most in case; rename one")
        seen[low] = column


def columns_of_frame(frame: Any) -> list[str]:  # noqa: ANN401 - whatever the user has
    """The names of a frame's columns as its own library tells them; none where it does not."""
    if hasattr(frame, "collect_schema"):  # a lazy frame, whose `columns` warns of its cost
        return list(frame.collect_schema().names())
    schema = getattr(frame, "schema", None)
    names = getattr(schema, "names", None)  # Arrow, whose `columns` are the values
    if isinstance(names, list):
        return [str(one) for one in names]
    return [str(one) for one in getattr(frame, "columns", ())]


def check_text_files(name: str, files: Sequence[Path], kind: str, engine: Engine) -> None:
    """Refuse CSV and JSON files in which, or between which, names differ at most in case."""
    spelled: dict[str, tuple[str, Path]] = {}
    for file in files:
        columns = [column for column, _ in engine.types(exp.select("*").from_(_reader(kind, file)))]
        if _looks_renamed(columns):
            columns = _written(kind, file, engine)
            refuse_equal_names(name, columns, f"`{file}`")
        for column in columns:
            known, other = spelled.setdefault(column.lower(), (column, file))
            if known != column:
                both = f"`{known}` in `{other}` and `{column}` in `{file}`"
                raise DataError(f"dataset `{name}`: {both} differ only in case; rename one")


def _looks_renamed(columns: Sequence[str]) -> bool:
    known = {column.lower() for column in columns}
    stems = (_RENAMED.fullmatch(column.lower()) for column in columns)
    return any(stem is not None and stem[1] in known for stem in stems)


def _written(kind: str, file: Path, engine: Engine) -> list[str]:
    """The names as they stand in the file."""
    if kind == "csv":
        options = {"header": exp.false(), "all_varchar": exp.true()}
        first = engine.rows(exp.select("*").from_(_reader(kind, file, options)).limit(1))
        return [str(one) for row in first for one in row if one is not None]
    keys = sql.call("unnest", sql.call("json_keys", sql.column("json")))
    found = exp.select(sql.named(keys, "name")).from_(_reader("json_objects", file))
    return [str(one) for (one,) in engine.rows(exp.select("*").distinct().from_(sql.subquery(found, "found")))]


def _reader(kind: str, file: Path, options: Mapping[str, exp.Expr] | None = None) -> exp.Table:
    settings = [exp.Kwarg(this=exp.to_identifier(key), expression=one) for key, one in (options or {}).items()]
    return exp.Table(this=sql.call(f"read_{kind}", sql.text(sql.literal_path(str(file))), *settings))
