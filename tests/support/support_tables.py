"""A merge policy's worth of tables made up for a schema: none, empty ones, or awkward rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from segkit.pql.types import Kind, Schema, Type, leaves
from segkit.sql import KEY, MASK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path

NOW = dt.datetime(2026, 11, 21, 12)  # noqa: DTZ001  timestamps are naive UTC
_AWKWARD: dict[Kind, tuple[Any, ...]] = {
    Kind.STRING: ("US", "", "O'Neil \"%_\\ ß", "12", "2026-11-20T10:00:00Z"),
    Kind.INTEGER: (3, 0, -(2**63), 2**63 - 1, 1980),
    Kind.DOUBLE: (1.5, 0.0, -1e308, 1e308, 2000.0),
    Kind.BOOLEAN: (True, False, True, False, True),
    Kind.DATE: tuple(dt.date(*one) for one in ((2026, 11, 20), (1, 1, 1), (9999, 12, 31), (2024, 2, 29), (1991, 3, 1))),
    Kind.TIMESTAMP: tuple(
        dt.datetime(*one)  # noqa: DTZ001
        for one in ((2026, 11, 21, 9), (1, 1, 1), (9999, 12, 31, 23, 59, 59), (2024, 2, 29), (2026, 11, 1))
    ),
}
ROWS = len(_AWKWARD[Kind.STRING])


def arrow_type(of: Type) -> pa.DataType:
    """How a type is stored."""
    match of.kind:
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
            return pa.list_(arrow_type(of.of))
        case Kind.MAP:
            return pa.map_(pa.string(), arrow_type(of.of))
        case Kind.OBJECT:
            return pa.struct([(name, arrow_type(one)) for name, one in of.fields])
        case _:
            return pa.string()


def awkward(of: Type, row: int) -> Any:
    """A value of a type that is easy to trip over; another one in each row."""
    match of.kind:
        case Kind.ARRAY:
            return [[], [None], [awkward(of.of, row), None], [awkward(of.of, one) for one in range(ROWS)]][row % 4]
        case Kind.MAP:
            return [(key, awkward(of.of, row)) for key in ("ups", "", "k'")[: row % 4]]
        case Kind.OBJECT:
            return {name: awkward(one, row + position) for position, (name, one) in enumerate(of.fields)}
        case _:
            return _AWKWARD.get(of.kind, _AWKWARD[Kind.STRING])[row % ROWS]


def fill(schema: Schema, engine: Engine, *, filled: bool) -> int:
    """Make the tables of a schema, empty or filled; the number of profiles."""
    # profile 0 has neither fields nor events, profile 1 no fields; even ones have no events
    people = [(key, key if key > 1 else None) for key in range(ROWS + 2)] if filled else []
    happened = [(1 + row % 3 * 2, row) for row in range(2 * ROWS)] if filled else []
    engine.register("made_profiles", _table(schema.profile, people))
    engine.register("made_events", _table(schema.event, happened))
    return len(people)


class Made:
    """The tables that `fill` makes, as a merge policy gives them."""

    namespaces = ("crmId", "email")

    def profiles(self, leaves_: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        """All profiles."""
        del every  # none is ever missing
        columns = [_column(one) for one in leaves_]
        if mask:
            columns.append(exp.alias_(exp.Literal.number(1), MASK))
        return exp.select(exp.column(KEY), *columns).from_("made_profiles")

    def events(self, leaves_: Sequence[Path]) -> exp.Select:
        """All events."""
        return exp.select(exp.column(KEY), *(_column(one) for one in leaves_)).from_("made_events")

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        """The key as text."""
        return exp.cast(key, "VARCHAR")


def _column(path: Path) -> exp.Expr:
    return exp.column(".".join(path), quoted=True)


def _table(of: Type, rows: Sequence[tuple[int, int | None]]) -> pa.Table:
    columns = {KEY: pa.array([key for key, _ in rows], pa.int64())}
    for position, (path, one) in enumerate(leaves(of)):
        values = [None if row is None else awkward(one, row + position) for _, row in rows]
        columns[".".join(path)] = pa.array(values, arrow_type(one))
    return pa.table(columns)
