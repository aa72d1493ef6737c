"""`Engine`: one in-memory DuckDB, a cursor a statement, every result read to its end."""

from __future__ import annotations

import contextlib
import copy
import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from segkit.engine.failures import translate
from segkit.errors import EngineError, InvalidRequestError, JobCancelledError
from segkit.lazily import Later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    import pyarrow as pa
    from duckdb.sqltypes import DuckDBPyType
    from sqlglot import exp

    from segkit.engine.watch import Watch

    Statement = exp.Expr | str
else:  # opening a workspace needs no statements
    exp = Later("sqlglot.expressions")

_T = TypeVar("_T")
_CTRL_C = "Query interrupted"
"""What DuckDB says in place of the KeyboardInterrupt that it swallows."""


def render(expression: Statement, *, pretty: bool = False) -> str:
    """The DuckDB text of a statement; text passes through.

    Examples
    --------
    >>> render(exp.select(exp.column("a", quoted=True)).from_("t"))
    'SELECT "a" FROM t'
    """
    return expression if isinstance(expression, str) else expression.sql(dialect="duckdb", pretty=pretty)


class Engine:
    """Runs SQL in one in-memory DuckDB; safe to use from several threads at once.

    Parameters
    ----------
    memory_limit
        As DuckDB takes it, for example `"4GB"`; DuckDB's own default (80 % of the machine) when left out.
    threads
        How many threads one statement may use; all cores when left out.
    temp_directory
        Where statements larger than memory spill. A private temporary folder, removed by `close`, when left out.
    """

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, temp_directory: Path | None = None
    ) -> None:
        self._own_folder = Path(tempfile.mkdtemp(prefix="segkit-")) if temp_directory is None else None
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "temp_directory": str(temp_directory or self._own_folder),
        }
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        if threads is not None:
            config["threads"] = threads
        self._config = config
        # empty until the first statement; shared with what `within` gives, as are the locks
        self._roots: list[duckdb.DuckDBPyConnection] = []
        self._closed = threading.Event()
        self._use: exp.Use | None = None
        self._lock = threading.Lock()
        self._frames: dict[str, Any] = {}
        if memory_limit is not None or threads is not None:
            self._root()  # what DuckDB refuses, it refuses now

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database. Using the engine afterwards is an error."""
        with self._lock:
            self._closed.set()
            roots = self._roots[:]
            self._roots.clear()
        for root in roots:
            root.close()
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def within(self, database: str, schema: str = "main") -> Self:
        """The same engine, in which a name without a schema is one of `schema` in an attached database."""
        here = copy.copy(self)
        names = [exp.to_identifier(one, quoted=True) for one in (schema, database)]
        here._use = exp.Use(this=exp.Table(this=names[0], db=names[1]))  # noqa: SLF001 - the same class
        return here

    def rows(self, statement: Statement, *, watch: Watch | None = None) -> list[tuple[Any, ...]]:
        """All rows, as tuples of Python objects."""
        return self._run(statement, lambda cursor, sql: cursor.execute(sql).fetchall(), watch)

    def table(self, statement: Statement, *, watch: Watch | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of the columns and all rows, from one run of the statement."""

        def read(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
            rows = cursor.execute(sql).fetchall()
            return [str(one[0]) for one in cursor.description or ()], rows

        return self._run(statement, read, watch)

    def value(self, statement: Statement, *, watch: Watch | None = None) -> Any:  # noqa: ANN401 - a cell is of any type
        """The first cell of the first row; None when there is no row."""
        found = self.rows(statement, watch=watch)
        return found[0][0] if found else None

    def frame(self, statement: Statement, *, watch: Watch | None = None) -> pd.DataFrame:
        """All rows as a pandas DataFrame."""
        return self._run(statement, lambda cursor, sql: cursor.execute(sql).df(), watch)

    def arrow(self, statement: Statement, *, watch: Watch | None = None) -> pa.Table:
        """All rows as a pyarrow Table; needs pyarrow, the extra `segkit[arrow]`."""
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise InvalidRequestError("Arrow tables need pyarrow: pip install 'segkit[arrow]'") from error
        return self._run(statement, lambda cursor, sql: pa.table(cursor.sql(sql)), watch)

    def stream(self, statement: Statement) -> Stream:
        """The rows as an Arrow stream, run anew each time somebody asks for it."""
        return Stream(self, render(statement))

    def execute(self, statement: Statement, *, watch: Watch | None = None) -> int:
        """Run a statement for its effect (CREATE, COPY, INSERT …); the number of rows it says it wrote."""
        found = self.rows(statement, watch=watch)
        count = found[0][0] if found and found[0] else 0
        return count if isinstance(count, int) else 0

    def columns(self, statement: Statement) -> list[tuple[str, str]]:
        """Names and DuckDB types of the columns a query gives, without running it."""
        return [(name, str(kind)) for name, kind in self.types(statement)]

    def types(self, statement: Statement) -> list[tuple[str, DuckDBPyType]]:
        """Names and types of the columns a query gives, the types as DuckDB's objects that can be walked."""

        def bind(cursor: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[str, DuckDBPyType]]:
            relation = cursor.sql(sql)
            return list(zip(relation.columns, relation.types, strict=True))

        return self._run(statement, bind, None)

    def register(self, name: str, frame: Any) -> None:  # noqa: ANN401 - whatever DuckDB can scan
        """Make a pandas or polars frame, an Arrow table or stream readable as a table; replaces one of that name."""
        with self._lock:
            self._frames[name] = frame

    def unregister(self, name: str) -> None:
        """Forget a registered frame; an unknown name is no error."""
        with self._lock:
            self._frames.pop(name, None)

    @contextlib.contextmanager
    def _cursor(self, sql: str) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._new_cursor()
        with self._lock:
            # a registration does not reach other cursors, so each statement that may name a frame gets its own
            wanted = {name: frame for name, frame in self._frames.items() if name in sql}
        try:
            for name, frame in wanted.items():
                try:
                    cursor.register(name, frame)
                except duckdb.Error as error:
                    raise translate(error, sql) from error
            yield cursor
        finally:
            cursor.close()

    def _new_cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            cursor = self._root().cursor()
        if self._use is not None:
            cursor.execute(render(self._use))
        return cursor

    def _root(self) -> duckdb.DuckDBPyConnection:
        """The database, made for the first statement: a workspace may be opened for its records alone."""
        if self._closed.is_set():
            raise EngineError("the engine is closed: open the workspace again")
        if not self._roots:
            try:
                root = duckdb.connect(":memory:", config=self._config)
            except duckdb.Error as error:
                named = ", ".join(f"{name}={self._config.get(name)!r}" for name in ("memory_limit", "threads"))
                raise InvalidRequestError(f"DuckDB refuses {named}: {error}") from error
            root.execute("SET GLOBAL TimeZone = 'UTC'")
            # a table name must never resolve to a variable of whoever happens to call
            root.execute("SET GLOBAL python_enable_replacements = false")
            # footers of wide files take longer to read than what is asked of them; one that changed is read again
            root.execute("SET GLOBAL parquet_metadata_cache = true")
            self._roots.append(root)
        return self._roots[0]

    def _run(
        self, statement: Statement, fetch: Callable[[duckdb.DuckDBPyConnection, str], _T], watch: Watch | None
    ) -> _T:
        sql = render(statement)
        if watch is not None and watch.cancelled:
            raise JobCancelledError("cancelled before the statement began")
        with self._cursor(sql) as cursor:
            done = False
            try:
                if watch is not None:
                    watch._begin(cursor)  # noqa: SLF001 - the other half of this class
                result = fetch(cursor, sql)
                done = True
            except duckdb.InterruptException as error:
                raise JobCancelledError("the running statement was cancelled") from error
            except (duckdb.Error, UnicodeError) as error:  # a frame may hold halves of characters
                raise translate(error, sql) from error
            except RuntimeError as error:
                if str(error) != _CTRL_C:
                    raise
                raise KeyboardInterrupt from None
            finally:
                if watch is not None:
                    watch._end(cursor, done=done)  # noqa: SLF001
        if watch is not None and watch.cancelled:
            raise JobCancelledError("cancelled while the statement ran")
        return result


class Stream:
    """Rows that Arrow consumers (polars, pyarrow, pandas) can read without a copy in between."""

    def __init__(self, engine: Engine, sql: str) -> None:
        self._engine = engine
        self.sql = sql

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        cursor = self._engine._new_cursor()  # noqa: SLF001 - the other half of this class
        try:
            # the relation keeps its cursor alive until the consumer has released the stream
            return cursor.sql(self.sql).__arrow_c_stream__(requested_schema)
        except duckdb.Error as error:
            raise translate(error, self.sql) from error
