"""SQL that people write: the views of a merge policy, made once for each version of it and of the data."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import EngineError, InvalidRequestError
from segkit.profiles import MergedSource, create_views

if TYPE_CHECKING:
    from segkit.engine import Engine
    from segkit.evaluation.scope import Scope
    from segkit.profiles import Dataset, MergePolicy

MADE, VIEWS, DATASETS = "made", "views", "datasets"
TAKEN = {name: name for name in ("profiles", "profiles_nested", "events")}


class Views:
    """Makes the views of merge policies, each version in an attached database of its own.

    An answer that was made under one policy or over earlier data keeps the views that it was made with.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._tried = 0
        self._made: dict[tuple[MergePolicy, tuple[Dataset, ...], str | None], Engine] = {}

    def within(self, scope: Scope) -> Engine:
        """The engine in which `profiles`, `profiles_nested`, `events` and each dataset are tables."""
        key = (scope.policy, scope.datasets, None if scope.snapshot is None else scope.snapshot.database)
        with self._lock:
            if key not in self._made:
                self._tried += 1
                self._made[key] = self._make(scope, f"policy_{self._tried}")
            return self._made[key]

    def _make(self, scope: Scope, database: str) -> Engine:
        attached = exp.alias_(exp.Literal.string(":memory:"), _quoted(database))
        self._engine.execute(exp.Attach(this=attached))
        engine = self._engine.within(database)
        graph = scope.sources.merged(scope.policy, scope.datasets).graph
        # under their ids first: a dataset may be named like a view, which then keeps the plain name
        by_id = MergedSource(scope.policy, [replace(one, name=one.id) for one in scope.datasets], scope.union, graph)
        create_views(engine, by_id, MADE, ready=scope.snapshot)
        for schema, views in (
            (VIEWS, {**{one.name: one.id for one in scope.datasets if one.name.lower() not in TAKEN}, **TAKEN}),
            (DATASETS, {one.name: one.id for one in scope.datasets}),
        ):
            engine.execute(exp.Create(this=exp.Table(db=_quoted(schema)), kind="SCHEMA"))
            for name, view in views.items():
                everything = exp.select("*").from_(_table(MADE, view))
                engine.execute(exp.Create(this=_table(schema, name), kind="VIEW", expression=everything))
        return self._engine.within(database, VIEWS)


def query(sql: object, engine: Engine) -> exp.Select:
    """The statement that runs one SELECT written by hand.

    It becomes an argument of DuckDB's `query`, which takes a single SELECT and nothing else: nothing can be changed.

    Parameters
    ----------
    sql
        The SELECT.
    engine
        As `Views.within` gives it.

    Raises
    ------
    InvalidRequestError
        When it is no single SELECT, or names what is not there.
    """
    if not isinstance(sql, str):
        message = f"a query is the text of a SELECT, not {type(sql).__name__}"
        raise InvalidRequestError(message)
    called = exp.Anonymous(this="query", expressions=[exp.Literal.string(sql)])
    statement = exp.select("*").from_(exp.Table(this=called))
    try:
        columns = engine.columns(statement)
    except EngineError as error:
        refused = InvalidRequestError(_reason(error, engine))
        refused.sql = sql
        raise refused from error
    zoned = [name for name, kind in columns if kind == "TIMESTAMP WITH TIME ZONE"]
    if not zoned:
        return statement
    return exp.select(exp.Star(replace=[_in_utc(name) for name in zoned])).from_(exp.Table(this=called.copy()))


def _in_utc(name: str) -> exp.Expr:
    """A moment as everywhere in segkit: UTC without a zone."""
    column = exp.column(name, quoted=True)
    return exp.alias_(exp.AtTimeZone(this=column, zone=exp.Literal.string("UTC")), name, quoted=True)


def _reason(error: EngineError, engine: Engine) -> str:
    said = str(error.__cause__ or error).split("\n\nLINE ")[0].strip()
    if "single SELECT statement" in said:
        return "a query is one SELECT statement, and nothing is changed by it; datasets come in by ws.datasets.add"
    tables = (
        exp.select("table_name")
        .from_("information_schema.tables")
        .where(
            exp.column("table_schema").eq(VIEWS),
            exp.EQ(this=exp.column("table_catalog"), expression=exp.func("current_database")),
        )
    )
    named = ", ".join(f'"{name}"' if not name.isidentifier() else name for (name,) in engine.rows(tables))
    return f"the query cannot run: {said}{_hint(said, named)}"


def _table(schema: str, name: str) -> exp.Table:
    return exp.Table(this=_quoted(name), db=_quoted(schema))


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _hint(said: str, tables: str) -> str:
    if said.startswith("Catalog Error: Table"):
        return f"; there are {tables}"
    if "Referenced table" in said:
        return (
            '; columns of `profiles` and `events` are named by their path and need quotes, "homeAddress.city"; '
            "`profiles_nested` has objects, homeAddress.city"
        )
    return ""
