"""Rules of a wanted size over a schema of a wanted size, and empty tables that they run over."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

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
    object_of,
)
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql import Expression
    from segkit.pql.types import Path

_SCALARS = (STRING, INTEGER, DOUBLE, BOOLEAN, DATE, TIMESTAMP)
_BRANCH = 10
_STORED = {
    Kind.STRING: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}
ITEM = object_of({"SKU": STRING, "price": DOUBLE, "quantity": INTEGER})
EVENT = object_of(
    {
        "_id": STRING,
        "timestamp": TIMESTAMP,
        "eventType": STRING,
        "commerce": object_of({"order": object_of({"priceTotal": DOUBLE, "currencyCode": STRING})}),
        "productListItems": array_of(ITEM),
    }
)


def schema_of(count: int) -> Schema:
    """A profile of so many scalar leaves, ten an object, beside the fields of an event."""
    groups = [
        (f"group{at}", object_of({f"field{at + one}": _SCALARS[one % 6] for one in range(min(_BRANCH, count - at))}))
        for at in range(0, count, _BRANCH)
    ]
    return Schema(object_of(dict(groups)), EVENT)


def rule_of(nodes: int, schema: Schema, seed: int = 1) -> str:
    """A rule of about so many nodes: what analysts write, profile fields and events mixed."""
    r = random.Random(seed)  # noqa: S311  a repeatable rule
    fields = leaves(schema.profile)
    parts: list[str] = []
    while _size(parts) < nodes:
        parts.append(_condition(r, fields))
    out: list[str] = []
    while parts:
        taken = [parts.pop() for _ in range(min(len(parts), r.randint(1, 4)))]
        out.append(taken[0] if len(taken) == 1 else f"({' or '.join(taken)})")
    return " and ".join(out)


def size_of(expression: Expression) -> int:
    """How many nodes a parsed expression has."""
    return sum(1 for _ in walk(expression.root))


def _size(parts: Sequence[str]) -> int:
    from segkit.pql import parse

    return size_of(parse(" and ".join(parts))) if parts else 0


def _condition(r: random.Random, fields: Sequence[tuple[Path, Type]]) -> str:
    match r.randrange(12):
        case 0:
            kind = r.choice(["commerce.purchases", "web.webpagedetails.pageViews", "commerce.productListAdds"])
            days = r.choice([7, 30, 90])
            return (
                f'exists E from xEvent where E.eventType = "{kind}" and E.timestamp occurs <= {days} days before now '
                f"and E.commerce.order.priceTotal > {r.randrange(100)}"
            ).join(("(", ")"))
        case 1:
            return f'xEvent[eventType = "commerce.purchases"].count() >= {r.randrange(1, 5)}'
        case 2:
            return f"xEvent[timestamp occurs <= 30 days before now].sum(commerce.order.priceTotal) > {r.randrange(500)}"
        case _:
            return _compared(r, *r.choice(fields))


def _compared(r: random.Random, path: Path, of: Type) -> str:
    name = ".".join(path)
    match of.kind:
        case Kind.STRING:
            words = ", ".join(f'"w{r.randrange(99)}"' for _ in range(r.randint(1, 4)))
            return r.choice([f'{name} = "w{r.randrange(99)}"', f"{name} in [{words}]", f'{name}.startsWith("w")'])
        case Kind.INTEGER | Kind.DOUBLE:
            return f"{name} {r.choice(['>', '>=', '<', '='])} {r.randrange(1000)}"
        case Kind.BOOLEAN:
            return r.choice([name, f"not ({name})", f"{name} = true"])
        case Kind.DATE:
            return f"{name} >= date(20{r.randrange(10, 26)}, {r.randrange(1, 13)}, 1)"
        case _:
            return f"{name} occurs <= {r.randrange(1, 90)} days before now"


@dataclass
class Tables:
    """Empty tables of a schema, and what the compiler asks of a source."""

    schema: Schema

    def __post_init__(self) -> None:
        self.connection = duckdb.connect()
        for name, root in (("records", self.schema.profile), ("happened", self.schema.event)):
            columns = [exp.ColumnDef(this=exp.to_identifier("profile_key"), kind=exp.DataType.build("BIGINT"))]
            columns += [
                exp.ColumnDef(this=exp.to_identifier(".".join(path), quoted=True), kind=_stored(of))
                for path, of in leaves(root)
            ]
            table = exp.Schema(this=exp.to_table(name), expressions=columns)
            self.connection.execute(exp.Create(this=table, kind="TABLE").sql("duckdb"))

    def profiles(self, paths: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        del every, mask  # nobody is in the tables
        return _read("records", paths)

    def events(self, paths: Sequence[Path]) -> exp.Select:
        return _read("happened", paths)

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        return key


def _read(name: str, paths: Sequence[Path]) -> exp.Select:
    columns = [exp.column("profile_key"), *(exp.column(".".join(one), quoted=True) for one in paths)]
    return exp.Select(expressions=columns).from_(exp.to_identifier(name))


def _stored(of: Type) -> exp.DataType:
    if of.kind is Kind.ARRAY:
        return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[_stored(of.of)], nested=True)
    if of.kind is Kind.OBJECT:
        parts = [exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=_stored(one)) for name, one in of.fields]
        return exp.DataType(this=exp.DataType.Type.STRUCT, expressions=parts, nested=True)
    return exp.DataType.build(_STORED[of.kind])
