"""A few profiles and events in memory, and what a PQL text says about them through the compiler."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Kind,
    Schema,
    Type,
    array_of,
    leaves,
    map_of,
    object_of,
)
from segkit.sql import Clock, compile_columns, compile_condition_count, compile_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.binder import BoundExpression
    from segkit.pql.types import Path

NOW = dt.datetime(2026, 11, 21, 12)  # noqa: DTZ001  timestamps are naive UTC

ITEM = object_of(
    {
        "SKU": STRING,
        "quantity": INTEGER,
        "price": DOUBLE,
        "tags": array_of(STRING),
        "maker": object_of({"name": STRING}),
    }
)
EVENT = object_of(
    {
        "_id": STRING,
        "timestamp": TIMESTAMP,
        "type": STRING,
        "value": DOUBLE,
        "count": INTEGER,
        "delivered": TIMESTAMP,
        "instant": TIMESTAMP,
        "tags": array_of(STRING),
        "commerce": object_of({"order": object_of({"id": STRING, "total": DOUBLE})}),
        "items": array_of(ITEM),
    }
)
PROFILE = object_of(
    {
        "name": STRING,
        "other": STRING,
        "number": INTEGER,
        "big": INTEGER,
        "score": DOUBLE,
        "price": DOUBLE,
        "active": BOOLEAN,
        "born": DATE,
        "joined": TIMESTAMP,
        "left": TIMESTAMP,
        "home": object_of({"city": STRING, "geo": object_of({"lat": DOUBLE})}),
        "colors": array_of(STRING),
        "wishes": array_of(STRING),
        "numbers": array_of(INTEGER),
        "orders": array_of(ITEM),
        "scores": map_of(DOUBLE),
        "labels": map_of(STRING),
        "tests": map_of(object_of({"result": STRING})),
        "x1": STRING,
        "x2": INTEGER,
    }
)
SCHEMA = Schema(PROFILE, EVENT)


_numbers = itertools.count()


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET GLOBAL TimeZone='UTC'; SET threads=1")
    return connection


def _arrow(kind: Type, path: Path = ()) -> pa.DataType:
    if path == ("price",):
        return pa.decimal128(10, 2)
    if path == ("number",):
        return pa.int32()
    match kind.kind:
        case Kind.STRING:
            return pa.string()
        case Kind.INTEGER:
            return pa.int64()
        case Kind.DOUBLE:
            return pa.float64()
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.DATE:
            return pa.date32()
        case Kind.TIMESTAMP:
            return pa.timestamp("us")
        case Kind.ARRAY:
            return pa.list_(_arrow(kind.of))
        case Kind.MAP:
            return pa.map_(pa.string(), _arrow(kind.of))
        case _:
            return pa.struct([(name, _arrow(one)) for name, one in kind.fields])


def _table(rows: Sequence[dict[str, Any]], root: Type) -> pa.Table:
    known = {".".join(path): _arrow(one, path) for path, one in leaves(root)}
    for row in rows:
        unknown = row.keys() - known.keys() - {"profile_key"}
        assert not unknown, unknown
    columns = {"profile_key": pa.int64(), **known}
    return pa.table({name: pa.array([_plain(row.get(name)) for row in rows], kind) for name, kind in columns.items()})


def _plain(value: Any) -> Any:
    return decimal.Decimal(value[1:]) if isinstance(value, str) and value.startswith("$") else value


@dataclass
class World:
    """Profiles by their letter, each with fields by dotted path and a list of events under `events`.

    The source leaves out every profile it may leave out, so that a statement that relies on one fails.
    """

    people: dict[str, dict[str, Any]]
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    namespaces: tuple[str, ...] = ("crm", "email")

    def __post_init__(self) -> None:
        self.connection = _connection().cursor()
        number = next(_numbers)
        self.records, self.happened = f"records_{number}", f"happened_{number}"
        self.keys = dict(enumerate(self.people, 1))
        records, events = [], []
        for key, letter in self.keys.items():
            fields = {name: one for name, one in self.people[letter].items() if name != "events"}
            if any(one is not None for one in fields.values()) or not self.people[letter].get("events"):
                records.append({"profile_key": key, **fields})
            for number, event in enumerate(self.people[letter].get("events", ())):
                events.append({"profile_key": key, "_id": f"{letter}{number}", **event})
        for name, rows, root in ((self.records, records, PROFILE), (self.happened, events, EVENT)):
            self.connection.register("given", _table(rows, root))
            self.connection.execute(exp.select("*").from_("given").ctas(name).sql("duckdb"))
            self.connection.unregister("given")
        self.read: list[str] = []

    def profiles(self, paths: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        self.read.append("profiles")
        names = [".".join(one) for one in paths]
        known = exp.select(exp.column("profile_key")).from_(self.records)
        if every:
            known = known.union(exp.select(exp.column("profile_key")).from_(self.happened))
        keys = exp.select("*").from_(known.subquery("k"))
        chosen = exp.select(exp.column("profile_key"), *(exp.column(one, quoted=True) for one in names))
        chosen = chosen.from_(keys.subquery("k")).join(self.records, using=["profile_key"], join_type="left")
        if mask:
            chosen = chosen.select(
                exp.alias_(exp.Mod(this=exp.column("profile_key"), expression=exp.Literal.number(4)), "namespace_mask")
            )
        if not every:
            chosen = chosen.where(
                exp.or_(
                    *(exp.Not(this=exp.Is(this=exp.column(one, quoted=True), expression=exp.Null())) for one in names)
                )
                if names
                else exp.false()
            )
        return chosen

    def events(self, paths: Sequence[Path]) -> exp.Select:
        self.read.append("events")
        names = [".".join(one) for one in paths]
        return exp.select(exp.column("profile_key"), *(exp.column(one, quoted=True) for one in names)).from_(
            self.happened
        )

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        letters = [
            exp.If(this=exp.EQ(this=key.copy(), expression=exp.Literal.number(number)), true=exp.Literal.string(one))
            for number, one in self.keys.items()
        ]
        return exp.Case(ifs=letters)

    def run(self, statement: exp.Expr) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement.sql("duckdb", pretty=True)).fetchall()

    def members(self, text: str, segments: Any = None) -> str:
        """The letters of the members; all three kinds of statement must agree on them."""
        bound = bind_text(text, segments)
        rows = self.run(compile_columns({}, self, self.clock, where=bound.condition, text=text))
        found = "".join(row[0] for row in rows)
        [[size]] = self.run(compile_condition_count(bound.condition, self, self.clock, text=text))
        assert size == len(found), (size, found)
        rows = self.run(compile_segments({"s": bound.condition, 'no "t': bound.condition}, self, self.clock))
        assert "".join(self.keys[row[0]] for row in sorted(rows)) == found
        assert all(row[1:] == (row[0] % 4, 0b11) for row in rows)
        return found

    def values(self, text: str) -> list[Any]:
        """The value of an expression for every profile, in the order of the letters."""
        bound = bind_text(text)
        return [row[1] for row in self.run(compile_columns({"v": bound.root}, self, self.clock, texts={"v": text}))]


def bind_text(text: str, segments: Any = None) -> BoundExpression:
    return bind(parse(text), SCHEMA, segments=segments)


def value_of(text: str, clock: Clock | None = None, **fields: Any) -> Any:
    """The value of an expression for one profile with these fields; `__` in a name stands for a dot."""
    person = {name.replace("__", "."): one for name, one in fields.items()}
    world = World({"a": person}, *([clock] if clock else []))
    return world.values(text)[0]


def at(text: str) -> dt.datetime:
    """A naive UTC timestamp."""
    return dt.datetime.fromisoformat(text)
