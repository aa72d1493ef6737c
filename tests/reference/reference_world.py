"""The same profiles for both evaluators: as dicts for the reference, as DuckDB tables for the compiler."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from reference_interpreter import scope_of, truth, value
from reference_schemas import Shape, stored_as
from reference_time import Calendar
from reference_values import Map
from sqlglot import exp

from segkit.plan.clock import WEEKDAYS
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
from segkit.sql import BITS, KEY, Clock, compile_columns, compile_condition_count, compile_segments, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.pql.binder import BoundExpression
    from segkit.pql.tree import Expression
    from segkit.pql.types import Path

NOW = dt.datetime(2026, 11, 21, 12)  # noqa: DTZ001  timestamps are naive UTC

ITEM = object_of(
    {
        "sku": STRING,
        "quantity": INTEGER,
        "price": DOUBLE,
        "sent": TIMESTAMP,
        "gift": BOOLEAN,
        "tags": array_of(STRING),
        "maker": object_of({"name": STRING, "since": DATE}),
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
        "web": BOOLEAN,
        "tags": array_of(STRING),
        "commerce": object_of({"order": object_of({"id": STRING, "total": DOUBLE})}),
        "items": array_of(ITEM),
    }
)
PROFILE = object_of(
    {
        "name": STRING,
        "nick": STRING,
        "age": INTEGER,
        "small": INTEGER,
        "big": INTEGER,
        "score": DOUBLE,
        "price": DOUBLE,
        "active": BOOLEAN,
        "born": DATE,
        "renewal": DATE,
        "joined": TIMESTAMP,
        "seen": TIMESTAMP,
        "home": object_of({"city": STRING, "geo": object_of({"lat": DOUBLE, "floor": INTEGER})}),
        "colors": array_of(STRING),
        "wishes": array_of(STRING),
        "numbers": array_of(INTEGER),
        "weights": array_of(DOUBLE),
        "visits": array_of(TIMESTAMP),
        "orders": array_of(ITEM),
        "scores": map_of(DOUBLE),
        "labels": map_of(STRING),
        "tests": map_of(object_of({"result": STRING, "at": TIMESTAMP, "runs": INTEGER})),
    }
)
SCHEMA = Schema(PROFILE, EVENT)
SHAPE = Shape(
    SCHEMA, {("price",): pa.decimal128(10, 2), ("small",): pa.int32(), ("home", "geo", "floor"): pa.uint8()}, {}
)

_numbers = itertools.count()


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("SET GLOBAL TimeZone='UTC'; SET threads=1")
    return connection


parsed = functools.lru_cache(1024)(parse)
"""Each profile of a world asks for the same few trees."""


def _at(record: dict[str, Any] | None, path: Path) -> Any:
    for name in path:
        record = None if record is None else record.get(name)
    return record


def as_stored(it: Any, kind: Type, storage: pa.DataType) -> Any:
    """A reference value as Arrow takes it."""
    match it:
        case Map(entries=entries):
            return [(key, as_stored(one, kind.of, storage.item_type)) for key, one in entries.items()]
        case list():
            return [as_stored(one, kind.of, storage.value_type) for one in it]
        case dict():
            return {name: as_stored(it.get(name), of, storage.field(name).type) for name, of in kind.fields}
        case float() if pa.types.is_decimal(storage):
            return decimal.Decimal(str(it))
        case _:
            return it


def _table(
    keys: Sequence[int], rows: Sequence[dict[str, Any]], root: Type, storage: Mapping[Path, pa.DataType]
) -> pa.Table:
    names, arrays = [KEY], [pa.array(keys, pa.int64())]
    for path, of in leaves(root):
        arrow = storage.get(path) or stored_as(of)
        arrays.append(pa.array([as_stored(_at(row, path), of, arrow) for row in rows], arrow))
        names.append(".".join(path))
    return pa.Table.from_arrays(arrays, names)


@dataclass
class World:
    """Profiles by their letter: nested dicts with their events under `events`; `Map`s for maps.

    As a merge policy may, the source leaves out every profile that it may leave out.
    """

    people: Mapping[str, dict[str, Any]]
    calendar: Calendar = field(default_factory=lambda: Calendar(NOW))
    namespaces: tuple[str, ...] = ("crm", "email")
    shape: Shape = SHAPE
    segments: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = _connection().cursor()
        number = next(_numbers)
        self.records, self.happened = f"records_{number}", f"happened_{number}"
        self.keys = dict(enumerate(self.people, 1))
        self.clock = Clock(self.calendar.as_of, self.calendar.zone, WEEKDAYS[self.calendar.first_weekday])
        self.profiles_ = {
            letter: {n: v for n, v in one.items() if n != "events"} for letter, one in self.people.items()
        }
        self.events_ = {
            letter: [{"_id": f"{letter}{number:02}", **event} for number, event in enumerate(one.get("events") or ())]
            for letter, one in self.people.items()
        }
        known = [
            (key, letter) for key, letter in self.keys.items() if self.profiles_[letter] or not self.events_[letter]
        ]
        happened = [(key, event) for key, letter in self.keys.items() for event in self.events_[letter]]
        # Stored against the order of time and keys, so that a statement that leans on an order fails.
        happened.reverse()
        shape = self.shape
        people = [self.profiles_[one] for _, one in known]
        self._store(self.records, _table([key for key, _ in known], people, shape.schema.profile, shape.profile))
        events = [one for _, one in happened]
        self._store(self.happened, _table([key for key, _ in happened], events, shape.schema.event, shape.event))

    def _store(self, name: str, rows: pa.Table) -> None:
        self.connection.register("given", rows)
        self.connection.execute(exp.select("*").from_("given").ctas(name).sql("duckdb"))
        self.connection.unregister("given")

    def drop(self) -> None:
        for name in (self.records, self.happened):
            self.connection.execute(f"DROP TABLE {name}")
        self.connection.close()

    def profiles(self, paths: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        names = [".".join(one) for one in paths]
        keys = exp.select(exp.column("profile_key")).from_(self.records)
        everyone = keys.union(exp.select(exp.column("profile_key")).from_(self.happened)) if every else keys
        chosen = exp.select(exp.column("profile_key"), *(exp.column(one, quoted=True) for one in names))
        chosen = chosen.from_(everyone.subquery("k")).join(self.records, using=["profile_key"], join_type="left")
        if mask:
            bits = exp.Mod(this=exp.column("profile_key"), expression=exp.Literal.number(4))
            chosen = chosen.select(exp.alias_(bits, "namespace_mask"))
        if every:
            return chosen
        present = [exp.column(one, quoted=True).is_(exp.Null()).not_() for one in names]
        return chosen.where(exp.or_(*present) if present else exp.false())

    def events(self, paths: Sequence[Path]) -> exp.Select:
        names = [".".join(one) for one in paths]
        columns = (exp.column(one, quoted=True) for one in names)
        return exp.select(exp.column("profile_key"), *columns).from_(self.happened)

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        ifs = [
            exp.If(this=exp.EQ(this=key.copy(), expression=exp.Literal.number(number)), true=exp.Literal.string(one))
            for number, one in self.keys.items()
        ]
        return exp.Case(ifs=ifs)

    def rows(self, statement: exp.Expr) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement.sql("duckdb")).fetchall()

    def reference(self, text: str) -> dict[str, Any]:
        """The value for every profile by the reference interpreter."""
        root = parsed(text).root
        return {one: value(root, self._scope(one)).it for one in self.people}

    def reference_members(self, text: str) -> str:
        root = parsed(text).root
        return "".join(one for one in self.people if truth(root, self._scope(one)))

    def _scope(self, letter: str) -> Any:
        rules = {name: parsed(text).root for name, text in self.segments.items()}
        return scope_of(self.profiles_[letter], self.events_[letter], self.shape.schema, self.calendar, rules)

    def bind(self, text: str) -> BoundExpression:
        """A text bound against the schema, beside the segments."""
        return bind(parsed(text), self.shape.schema, segments=self._segment)

    def _segment(self, name: str) -> Expression | None:
        return parsed(self.segments[name]) if name in self.segments else None

    def compiled(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """The values of many expressions for every profile by one compiled statement."""
        bound = {f"v{number}": self.bind(text) for number, text in enumerate(texts)}
        rows = self.rows(compile_columns({name: one.root for name, one in bound.items()}, self, self.clock))
        by_letter = {row[0]: row[1:] for row in rows}
        assert len(by_letter) == len(rows), "a profile has several rows"
        found = []
        for number, one in enumerate(bound.values()):
            column = {letter: plain(row[number], one.type) for letter, row in by_letter.items()}
            found.append(column)
        return found

    def compiled_members(self, texts: Sequence[str]) -> list[str]:
        """The members of many segments by one compiled statement."""
        conditions = {f"s{number}": self.bind(text).condition for number, text in enumerate(texts)}
        rows = self.rows(compile_segments(conditions, self, self.clock))
        assert all(row[1] == row[0] % 4 for row in rows)
        by_letter = {self.keys[row[0]]: row[2:] for row in rows}
        assert len(by_letter) == len(rows), "a profile has several rows"
        return [
            "".join(
                one for one in self.people if one in by_letter and by_letter[one][number // BITS] >> number % BITS & 1
            )
            for number in range(len(texts))
        ]

    def compiled_size(self, text: str) -> int:
        [[size]] = self.rows(compile_condition_count(self.bind(text).condition, self, self.clock, text=text))
        return int(size)

    def sql(self, text: str) -> str:
        return show(compile_condition_count(self.bind(text).condition, self, self.clock, text=text))


def plain(it: Any, kind: Type) -> Any:
    """A value that DuckDB gave, as the reference interpreter writes it."""
    match it:
        case None:
            return None
        case decimal.Decimal():
            return float(it)
        case float() if math.isnan(it):
            return "NaN"
        case list():
            return [plain(one, kind.of) for one in it]
        case dict() if kind.kind is Kind.MAP:
            return Map({key: plain(one, kind.of) for key, one in it.items()})
        case dict():
            return {name: plain(one, kind.field(name) or kind) for name, one in it.items()}
        case _:
            return it


def same(ours: Any, theirs: Any, *, ordered: bool = True) -> bool:
    """Whether two values are one: Integers exactly, Doubles nearly, objects without leaves as null."""
    match ours, theirs:
        case bool(), _:
            return ours is theirs
        case float(), float():
            return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
        case list(), list():
            if not ordered:
                ours, theirs = sorted(ours, key=_rank), sorted(theirs, key=_rank)
            return len(ours) == len(theirs) and all(
                same(one, other, ordered=ordered) for one, other in zip(ours, theirs, strict=True)
            )
        case Map(entries=a), Map(entries=b):
            return a.keys() == b.keys() and all(same(one, b[key], ordered=ordered) for key, one in a.items())
        case ((dict() | None), (dict() | None)):
            names = {*(ours or {}), *(theirs or {})}
            return all(same((ours or {}).get(one), (theirs or {}).get(one), ordered=ordered) for one in names)
        case _:
            return type(ours) is type(theirs) and ours == theirs


def _rank(it: Any) -> str:
    match it:
        case dict():
            ranks = {name: _rank(one) for name, one in it.items()}
            there = sorted((name, one) for name, one in ranks.items() if one != "None")
            return repr(there) if there else "None"
        case list():
            return repr(sorted(_rank(one) for one in it))
        case Map(entries=entries):
            return repr(sorted((name, _rank(one)) for name, one in entries.items()))
        case float():
            return f"{it:.6g}"
        case _:
            return repr(it)
