"""`Result`: what every table-shaped answer is."""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from segkit.errors import InvalidRequestError, SegkitError
from segkit.notebook import table_html, table_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from sqlglot import exp

    from segkit.engine import Engine

T = TypeVar("T")
HEAD = 10
LISTED = 60


class Result:
    """A table that is computed when it is read.

    It fixes the statement, with its `as_of`, merge policy and version of the data, when it is made. Each reading runs
    it anew over the same files; when they have changed since, reading raises `DataError`.

    Parameters
    ----------
    engine
        Runs the statement.
    statement
        The SELECT that gives the rows, in the order in which they are shown.
    guard
        Called before each reading; raises when the sources are no longer those the statement was made for.
    caption
        A line above the displayed table.
    hint
        A line below it that names the next call.
    sql
        The text of the statement, where somebody wrote it by hand.
    limit
        How many rows the statement gives at most, where that is known.
    """

    def __init__(
        self,
        engine: Engine,
        statement: exp.Query,
        *,
        guard: Callable[[], None] | None = None,
        caption: str | None = None,
        hint: str | None = None,
        sql: str | None = None,
        limit: int | None = None,
    ) -> None:
        self._engine = engine
        self._statement = statement
        self._guard = guard
        self._caption = caption
        self._hint = hint
        self._sql = sql
        self._limit = limit
        self._columns: list[str] | None = None
        self._length: int | None = None

    # what it holds

    @property
    def sql(self) -> str:
        """The SQL that gives the rows, laid out for reading."""
        from segkit.engine import render  # noqa: PLC0415  keeps importing this module light

        return self._sql or render(self._statement, pretty=True)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        if self._columns is None:
            self._check()
            self._columns = [name for name, _ in self._engine.columns(self._statement)]
        return list(self._columns)

    def __len__(self) -> int:
        if self._length is None:
            self._check()
            from sqlglot import exp  # noqa: PLC0415

            count = exp.select(exp.Count(this=exp.Star())).from_(self._statement.subquery("counted"))
            self._length = int(self._engine.value(count))
        return self._length

    def __bool__(self) -> bool:
        return len(self) > 0

    def __iter__(self) -> Iterator[Any]:
        self._check()
        names, rows = self._engine.table(self._statement)
        for row in rows:
            yield dict(zip(names, row, strict=True))

    # what it can become

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a pandas DataFrame."""
        self._check()
        frame = self._engine.frame(self._statement)
        # DuckDB leaves texts as objects where there is none to look at
        loose = [place for place, kind in enumerate(frame.dtypes) if str(kind) == "object"]
        if loose:
            types = self._engine.columns(self._statement)
            texts = {frame.columns[place]: "str" for place in loose if types[place][1] == "VARCHAR"}
            frame = frame.astype(texts)
        return frame

    def to_arrow(self) -> pa.Table:
        """All rows as a pyarrow Table; needs the extra `segkit[arrow]`."""
        self._check()
        return self._engine.arrow(self._statement)

    def to_polars(self) -> pl.DataFrame:
        """All rows as a polars DataFrame; needs the extra `segkit[polars]`.

        Raises
        ------
        InvalidRequestError
            When polars is not installed.
        """
        try:
            import polars  # noqa: PLC0415, ICN001
        except ImportError as error:
            message = "polars is not installed; install it with: pip install 'segkit[polars]'"
            raise InvalidRequestError(message) from error
        return polars.DataFrame(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        self._check()
        stream: Any = self._engine.stream(self._statement)
        return stream.__arrow_c_stream__(requested_schema)

    def to_parquet(self, path: str | os.PathLike[str]) -> Path:
        """Write all rows to a Parquet file, whole or not at all.

        Parameters
        ----------
        path
            The file; one that exists is replaced.

        Returns
        -------
        Path
            The file written.
        """
        return self._write(path, {"FORMAT": "parquet", "COMPRESSION": "zstd"})

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write all rows to a CSV file with a header, whole or not at all; arrays, maps and objects as JSON.

        See `to_parquet`.
        """
        return self._write(path, {"FORMAT": "csv", "HEADER": "true"}, flat=True)

    # how it looks

    def text(self, *, hint: str | None = None) -> str:
        """The first rows as text.

        Parameters
        ----------
        hint
            What to say below them, in place of the next call in Python.
        """
        columns, rows, total = self._head()
        footer = self._footer(len(rows), total, hint)
        return table_text(columns, rows, caption=self._caption, footer=footer, numeric=self._numeric())

    def __repr__(self) -> str:
        try:
            return self.text(hint=self._hint)
        except Exception as error:  # noqa: BLE001  a repr never raises
            return f"<{type(self).__name__} that cannot be read: {_first_line(error)}>"

    def _repr_html_(self) -> str:
        try:
            columns, rows, total = self._head()
        except Exception as error:  # noqa: BLE001  a repr never raises
            return table_html(["cannot be read"], [[_first_line(error)]])
        footer = self._footer(len(rows), total, self._hint)
        return table_html(columns, rows, caption=self._caption, footer=footer, numeric=self._numeric())

    # inside

    def _check(self) -> None:
        if self._guard is not None:
            self._guard()

    def _head(self) -> tuple[list[str], Sequence[Sequence[Any]], int]:
        from sqlglot import exp  # noqa: PLC0415

        self._check()
        if self._limit is not None and self._limit <= LISTED:
            columns, rows = self._engine.table(self._statement)
            self._length = len(rows)
        else:
            first = exp.select("*").from_(self._statement.subquery("head")).limit(HEAD + 1)
            columns, rows = self._engine.table(first)
            if len(rows) <= HEAD:
                self._length = len(rows)
        return columns, rows[:HEAD], len(self)

    def _numeric(self) -> set[str]:
        """Columns that are set like numbers though their cells are words."""
        return set()

    def _footer(self, shown: int, total: int, hint: str | None) -> str:
        rows = "no rows" if total == 0 else "1 row" if total == 1 else f"{total:,} rows"
        lines = [rows if shown >= total else f"{rows}, the first {shown} shown"]
        if hint:
            lines.append(hint)
        return " · ".join(lines)

    def _write(self, path: str | os.PathLike[str], options: Mapping[str, str], *, flat: bool = False) -> Path:
        from sqlglot import exp  # noqa: PLC0415

        self._check()
        if not isinstance(path, str | os.PathLike) or not str(path):
            message = f"a file to write is given by its path, not {path!r}"
            raise InvalidRequestError(message)
        target = Path(path).expanduser()
        wrong = _not_a_file(target)
        if wrong is not None:
            message = f"cannot write {target}: {wrong}"
            raise InvalidRequestError(message)
        # short: the name itself may be as long as names can be
        aside = target.with_name(f".{uuid.uuid4().hex}.part")
        copy = exp.Copy(
            this=(self._flattened() if flat else self._statement).subquery(),
            kind=False,
            files=[exp.Literal.string(str(aside))],
            params=[
                exp.CopyParameter(this=exp.var(name), expression=exp.var(value)) for name, value in options.items()
            ],
        )
        try:
            self._engine.execute(copy)
            aside.replace(target)
        except (OSError, ValueError) as error:
            message = f"cannot write {target}: {getattr(error, 'strerror', None) or error}"
            raise InvalidRequestError(message) from error
        finally:
            aside.unlink(missing_ok=True)
        return target

    def _flattened(self) -> exp.Select:
        """The rows with arrays, maps and objects as JSON, which other programs read."""
        from sqlglot import exp  # noqa: PLC0415

        columns = []
        for name, kind in self._engine.columns(self._statement):
            column = exp.column(name, quoted=True)
            nested = kind.endswith("]") or kind.startswith(("MAP", "STRUCT", "UNION"))
            text = exp.cast(exp.func("to_json", column), "VARCHAR")
            columns.append(exp.alias_(text, name, quoted=True) if nested else column)
        return exp.select(*columns).from_(self._statement.subquery("flat"))


class Listing(Result):
    """A Result over objects of the workspace: iterating gives the objects, the columns are what one reads of each.

    Parameters
    ----------
    objects
        What iterating gives.
    columns
        Column names.
    rows
        One tuple an object, in the order of the columns.
    page
        Gives the AEP JSON page, where the kind has one.
    words
        Column → how the display words a value of it that is not None; the data stay as they are.
    kinds
        Column → `int`, `float`, `bool` or `datetime`; the others hold texts. Whole numbers of which some are missing
        become floats, as in pandas.
    """

    def __init__(
        self,
        engine: Engine,
        objects: Sequence[Any],
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        page: Callable[[], dict[str, Any]] | None = None,
        words: Mapping[str, Callable[[Any], str]] | None = None,
        kinds: Mapping[str, str] | None = None,
        caption: str | None = None,
        hint: str | None = None,
    ) -> None:
        from sqlglot import exp  # noqa: PLC0415

        self._name = f"listing_{uuid.uuid4().hex}"
        table = exp.Table(this=exp.to_identifier(self._name, quoted=True))
        super().__init__(engine, exp.select("*").from_(table), caption=caption, hint=hint)
        self._objects = list(objects)
        self._columns = list(columns)
        self._tuples = [tuple(row) for row in rows]
        self._page = page
        self._words = words or {}
        self._kinds = kinds or {}

    @property
    def sql(self) -> str:
        """A listing is read from the catalog; it has no SQL over the data."""
        message = "this list is read from the catalog and has no SQL of its own; `ws.catalog` shows its tables"
        raise InvalidRequestError(message)

    def to_aep(self) -> dict[str, Any]:
        """The list as AEP's JSON page: `_page`, `children`, `_links`.

        Raises
        ------
        InvalidRequestError
            When AEP has no such page for this kind of object.
        """
        if self._page is None:
            message = "AEP has no document for this list; use `to_pandas()`"
            raise InvalidRequestError(message)
        return self._page()

    def __len__(self) -> int:
        return len(self._tuples)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects)

    def __getitem__(self, index: int) -> Any:  # noqa: ANN401  an object of the workspace
        return self._objects[index]

    def to_pandas(self) -> pd.DataFrame:
        """All rows as a pandas DataFrame, a row an object."""
        import pandas  # noqa: PLC0415, ICN001

        names = self.columns
        columns = {
            name: pandas.Series([row[place] for row in self._tuples], dtype=self._dtype(name, place))
            for place, name in enumerate(names)
        }
        return pandas.DataFrame(columns, columns=names)

    def to_arrow(self) -> pa.Table:
        """All rows as a pyarrow Table; needs the extra `segkit[arrow]`."""
        return self._registered(super().to_arrow)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def _dtype(self, name: str, place: int) -> str:
        match self._kinds.get(name):
            case "int":
                return "float64" if any(row[place] is None for row in self._tuples) else "int64"
            case "float":
                return "float64"
            case "bool":
                return "bool"
            case "datetime":
                return "datetime64[us]"
            case _:
                return "str"

    def _head(self) -> tuple[list[str], Sequence[Sequence[Any]], int]:
        # a column in which no row has a value has nothing to show
        used = [
            (place, name, self._words.get(name, _shown))
            for place, name in enumerate(self.columns)
            if not self._tuples or any(row[place] not in {None, ""} for row in self._tuples)
        ]
        shown = [
            tuple(None if row[place] is None else words(row[place]) for place, _, words in used)
            for row in self._tuples[:LISTED]
        ]
        return [name for _, name, _ in used], shown, len(self)

    def _numeric(self) -> set[str]:
        return set(self._words)

    def _write(self, path: str | os.PathLike[str], options: Mapping[str, str], *, flat: bool = False) -> Path:
        write = super()._write
        return self._registered(lambda: write(path, options, flat=flat))

    def _registered(self, read: Callable[[], T]) -> T:
        """Read while the rows are visible to the engine under the name that the statement selects from."""
        self._engine.register(self._name, self.to_pandas())
        try:
            return read()
        finally:
            self._engine.unregister(self._name)


def _shown(value: object) -> object:
    """Moments to the second: when something happened, not how precisely it was noted."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _not_a_file(target: Path) -> str | None:
    """Why nothing can be written there, as far as that can be told beforehand."""
    try:
        if target.is_dir():
            return "it is a folder; name a file in it"
        return None if target.parent.is_dir() else f"the folder {target.parent} does not exist"
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    kind = "" if isinstance(error, SegkitError) else f"{type(error).__name__}: "
    return f"{kind}{lines[0] if lines else 'no message'}"
