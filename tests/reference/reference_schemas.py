"""Generated union schemas with a storage type for every leaf: odd names, objects in arrays, maps, narrow numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

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
    map_of,
    object_of,
)

if TYPE_CHECKING:
    import random

    from segkit.pql.types import Path

PLAIN = ["name", "city", "age", "total", "tags", "home", "score", "items", "orders", "_acme", "Kind", "x_1", "profile"]
WORDS = ["count", "order", "select", "now", "from", "where", "in", "not", "let", "if", "exists", "this", "like"]
WORDS += ["today", "chain", "occurs", "group", "table", "end", "desc", "user", "all", "filter", "true", "last", "over"]
STEPS = ["profiles", "events_1", "instant", "x1", "x2", "e", "p", "k", "value", "key", "item", "rule"]
STEPS += ["v0", "v1", "s0", "size", "features", "wall", "later", "records", "events_1_1", "chain_1", "value_1"]
REFUSED = ["profile_key", "namespace_mask", "profile_id", "events", "xEvent"]
"""Names that no column has: a dataset with the first three is refused, and the others are what they say."""
ODD = [
    "order-total",
    "first name",
    "größe",
    "naïve",
    "日本",
    'a"b',
    "it's",
    "100%",
    "x;y",
    "a/b",
    "a\\b",
    "İ",
    "_",
    "1st",
]
DOTTED = ["a.b", "version.2"]
"""Inside arrays only: of a column's own name a dot parts the objects (R17a)."""

SCALARS = (STRING, INTEGER, DOUBLE, BOOLEAN, DATE, TIMESTAMP)
_BARE = re.compile(r"[^\W\d]\w*")
_LITERALS = {"true", "false", "null"}


@dataclass(frozen=True)
class Shape:
    """A union schema and how its leaves are stored; `event_time` are the Timestamps that order events."""

    schema: Schema
    profile: dict[Path, pa.DataType] = field(default_factory=dict)
    event: dict[Path, pa.DataType] = field(default_factory=dict)


def quoted(name: str) -> str:
    """A name as a segment of a path, in backticks where it must be (R05)."""
    return name if _BARE.fullmatch(name) and name.lower() not in _LITERALS else f"`{name}`"


def shape(random_: random.Random) -> Shape:
    """A schema of a profile and its events."""
    profile_storage: dict[Path, pa.DataType] = {}
    event_storage: dict[Path, pa.DataType] = {}
    profile = _root(random_, random_.randint(7, 15), {}, profile_storage)
    own = {"_id": STRING, "timestamp": TIMESTAMP}
    event = _root(random_, random_.randint(3, 9), own, event_storage)
    return Shape(Schema(profile, event), profile_storage, event_storage)


def _root(random_: random.Random, size: int, own: dict[str, Type], storage: dict[Path, pa.DataType]) -> Type:
    fields = {**own, **{name: _any(random_, 3) for name in _names(random_, size, taken=set(own))}}
    # what every generator of conditions leans on: some scalars to speak of
    for one in random_.sample(SCALARS, 3):
        fields |= dict.fromkeys(_names(random_, 1, taken=set(fields)), one)
    made = object_of(fields)
    _store(random_, made, (), storage)
    return made


def _names(random_: random.Random, size: int, *, taken: set[str], dotted: bool = False) -> list[str]:
    pool = [*PLAIN, *random_.sample(WORDS, 9), *random_.sample(STEPS, 9), *random_.sample(ODD, 6)]
    pool += [*DOTTED, *REFUSED[:3]] if dotted else []
    random_.shuffle(pool)
    # paths that differ only in case are one column to the engine, and a data error (R17a)
    seen = {one.lower() for one in taken}
    found = []
    for one in pool:
        if one.lower() not in seen:
            seen.add(one.lower())
            found.append(one)
    return found[:size]


def _any(random_: random.Random, depth: int) -> Type:
    pick = random_.random()
    if depth <= 0 or pick < 0.5:
        return random_.choice(SCALARS)
    if pick < 0.65:
        return _object(random_, depth)
    if pick < 0.75:
        return array_of(random_.choice(SCALARS))
    if pick < 0.9:
        return array_of(_object(random_, depth, dotted=True))
    return map_of(random_.choice([*SCALARS, *SCALARS, _object(random_, depth, dotted=True), array_of(STRING)]))


def _object(random_: random.Random, depth: int, *, dotted: bool = False) -> Type:
    names = _names(random_, random_.randint(2, 5), taken=set(), dotted=dotted)
    return object_of({name: _any(random_, depth - 1) for name in names})


def _store(random_: random.Random, of: Type, path: Path, storage: dict[Path, pa.DataType]) -> None:
    for name, one in of.fields:
        if one.kind is Kind.OBJECT:
            _store(random_, one, (*path, name), storage)
        else:
            storage[*path, name] = stored_as(one, random_)


def stored_as(of: Type, random_: random.Random | None = None) -> pa.DataType:
    """An Arrow type for a PQL type; with a source of chance a narrow or exact one now and then."""
    narrow = random_ is not None and random_.random() < 0.3
    match of.kind:
        case Kind.STRING:
            return pa.string()
        case Kind.INTEGER if narrow and random_ is not None:
            return random_.choice([pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32()])
        case Kind.INTEGER:
            return pa.int64()
        case Kind.DOUBLE if narrow and random_ is not None:
            return random_.choice([pa.decimal128(10, 2), pa.decimal128(38, 6)])
        case Kind.DOUBLE:
            return pa.float64()
        case Kind.BOOLEAN:
            return pa.bool_()
        case Kind.DATE:
            return pa.date32()
        case Kind.TIMESTAMP:
            return pa.timestamp("us")
        case Kind.ARRAY:
            return pa.list_(stored_as(of.of, random_))
        case Kind.MAP:
            return pa.map_(pa.string(), stored_as(of.of, random_))
        case _:
            return pa.struct([(name, stored_as(one, random_)) for name, one in of.fields])
