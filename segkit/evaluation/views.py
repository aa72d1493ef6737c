"""SQL that people write: the views of a merge policy, made once for each version of it and of the data."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import EngineError, InvalidRequestError
from segkit.profiles import MergedSource, views

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.engine import Engine
    from segkit.evaluation.scope import Scope
    from segkit.profiles import Dataset, MergePolicy

MADE, VIEWS, DATASETS = "made", "views", "datasets"
TAKEN = ("profiles", "profiles_nested", "events")


@dataclass
class _Made:
    """The views of one version: where they are, the tables by schema and name with the view each shows, what makes
    each view, and what is made."""

    engine: Engine
    tables: dict[tuple[str, str], str]
    views: dict[str, Callable[[], exp.Select]]
    made: set[tuple[str, str]] = field(default_factory=set)

    def make(self, schema: str, name: str) -> None:
        """A table, unless it is made."""
        view = self.tables[schema, name]
        for place, query in (
            ((MADE, view), self.views[view]),
            ((schema, name), lambda: exp.select("*").from_(_table(MADE, view))),
        ):
            if place not in self.made:
                self.engine.execute(exp.Create(this=_table(*place), kind="VIEW", expression=query()))
                self.made.add(place)


class Views:
    """Makes the views of merge policies, each version in an attached database of its own.

    An answer that was made under one policy or over earlier data keeps the views that it was made with. A view is made
    when a query first speaks of it: with hundreds of datasets, making all of them takes longer than asking one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._tried = 0
        self._made: dict[tuple[MergePolicy, tuple[Dataset, ...], str | None], _Made] = {}

    def within(self, scope: Scope, text: str) -> Engine:
        """The engine in which the tables are that a query speaks of: `profiles`, `profiles_nested`, `events` and each
        dataset. All of them, where it asks which there are."""
        made = self._of(scope)
        with self._lock:
            for schema, name in made.tables:
                if _spoken_of(name, text):
                    made.make(schema, name)
        return made.engine

    def tables(self, scope: Scope) -> list[str]:
        """The names of all tables that need no schema before them, in their order."""
        return sorted(name for schema, name in self._of(scope).tables if schema == VIEWS)

    def _of(self, scope: Scope) -> _Made:
        key = (scope.policy, scope.datasets, None if scope.snapshot is None else scope.snapshot.database)
        with self._lock:
            if key not in self._made:
                self._tried += 1
                self._made[key] = self._begun(scope, f"policy_{self._tried}")
            return self._made[key]

    def _begun(self, scope: Scope, database: str) -> _Made:
        attached = exp.alias_(exp.Literal.string(":memory:"), _quoted(database))
        self._engine.execute(exp.Attach(this=attached))
        within = self._engine.within(database)
        for schema in (MADE, VIEWS, DATASETS):
            within.execute(exp.Create(this=exp.Table(db=_quoted(schema)), kind="SCHEMA"))
        graph = scope.sources.merged(scope.policy, scope.datasets).graph
        # under their ids: a dataset may be named like a view, which then keeps the plain name
        by_id = MergedSource(scope.policy, [replace(one, name=one.id) for one in scope.datasets], scope.union, graph)
        tables = {(VIEWS, name): name for name in TAKEN}
        for one in scope.datasets:
            tables |= {(VIEWS, one.name): one.id} if one.name.lower() not in TAKEN else {}
            tables[DATASETS, one.name] = one.id
        return _Made(self._engine.within(database, VIEWS), tables, views(by_id, scope.snapshot))


def _spoken_of(name: str, text: str) -> bool:
    """Whether a table may be meant; a query that speaks of none of a name cannot read it."""
    spelled = re.escape(name.replace('"', '""').lower())
    return (
        re.search(rf"(?<!\w){spelled}(?!\w)|information_schema|duckdb_|sqlite_|pg_|\bshow\b", text.lower()) is not None
    )


def query(sql: str, engine: Engine, tables: Sequence[str]) -> exp.Select:
    """The statement that runs one SELECT written by hand.

    It becomes an argument of DuckDB's `query`, which takes a single SELECT and nothing else: nothing can be changed.

    Parameters
    ----------
    sql
        The SELECT.
    engine
        As `Views.within` gives it.
    tables
        The names that may be meant.

    Raises
    ------
    InvalidRequestError
        When it is no single SELECT, or names what is not there.
    """
    called = exp.Anonymous(this="query", expressions=[exp.Literal.string(sql)])
    statement = exp.select("*").from_(exp.Table(this=called))
    try:
        columns = engine.columns(statement)
    except EngineError as error:
        refused = InvalidRequestError(_reason(error, tables))
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


def _reason(error: EngineError, tables: Sequence[str]) -> str:
    said = str(error.__cause__ or error).split("\n\nLINE ")[0].strip()
    if "single SELECT statement" in said:
        return "a query is one SELECT statement, and nothing is changed by it; datasets come in by ws.datasets.add"
    named = ", ".join(f'"{name}"' if not name.isidentifier() else name for name in tables)
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
