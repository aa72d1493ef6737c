"""Generated fragments and events as Parquet in a workspace, and a plain-Python merge of the same rows."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from reference_profiles import DOUBLES, EVENT_MOMENTS, MOMENTS, ODD_TEXTS, TEXTS, WORDS
from reference_schemas import stored_as
from reference_values import Map, is_null
from reference_world import World, as_stored

import segkit as sk
from segkit.plan.clock import WEEKDAYS
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
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from segkit.pql.types import Path as FieldPath

ORDER = object_of({"sku": STRING, "price": DOUBLE, "count": INTEGER, "weights": array_of(DOUBLE)})
SCHEMA = Schema(
    object_of(
        {
            "id": STRING,
            "updated": TIMESTAMP,
            "name": STRING,
            "small": INTEGER,
            "score": DOUBLE,
            "price": DOUBLE,
            "active": BOOLEAN,
            "born": DATE,
            "joined": TIMESTAMP,
            "home": object_of({"city": STRING, "geo": object_of({"lat": DOUBLE, "floor": INTEGER})}),
            "tags": array_of(STRING),
            "weights": array_of(DOUBLE),
            "orders": array_of(ORDER),
            "scores": map_of(DOUBLE),
        }
    ),
    object_of(
        {
            "id": STRING,
            "_id": STRING,
            "timestamp": TIMESTAMP,
            "type": STRING,
            "total": DOUBLE,
            "items": array_of(object_of({"sku": STRING, "value": DOUBLE})),
        }
    ),
)
LEAVES = (
    *("id", "updated", "name", "small", "score", "price", "active", "born", "joined"),
    *("home.city", "home.geo.lat", "home.geo.floor", "tags", "weights", "orders", "scores"),
)
_GEO = pa.struct([("lat", pa.float64()), ("floor", pa.uint8())])
_SKU = pa.struct(
    [("sku", pa.string()), ("price", pa.decimal128(10, 2)), ("count", pa.int32()), ("weights", pa.list_(pa.float32()))]
)
COLUMNS = {
    "id": pa.string(),
    "updated": pa.timestamp("us"),
    "name": pa.string(),
    "small": pa.int8(),
    "score": pa.float64(),
    "price": pa.decimal128(10, 2),
    "active": pa.bool_(),
    "born": pa.date32(),
    "joined": pa.timestamp("us"),
    "home": pa.struct([("city", pa.string()), ("geo", _GEO)]),
    "tags": pa.list_(pa.string()),
    "weights": pa.list_(pa.float64()),
    "orders": pa.list_(_SKU),
    "scores": pa.map_(pa.string(), pa.float64()),
}
EVENT_COLUMNS = {
    "id": pa.string(),
    "_id": pa.string(),
    "timestamp": pa.timestamp("us"),
    "type": pa.string(),
    "total": pa.float64(),
    "items": pa.list_(pa.struct([("sku", pa.string()), ("value", pa.float64())])),
}
PERSON = "crm id"
_CLOCKS = [dt.datetime.fromisoformat(one) for one in ("2020-01-01", "2020-01-02", "2021-06-01", "1969-12-31")]
_NUMBERS = [*DOUBLES, math.nan]


@dataclass(frozen=True)
class Fragments:
    """The rows of one record dataset."""

    name: str
    rows: list[dict[str, Any]]
    upsert: bool
    clocked: bool


@dataclass(frozen=True)
class Generated:
    """Datasets as rows: records in the order of adding, then events."""

    records: list[Fragments]
    events: list[list[dict[str, Any]]]

    @property
    def people(self) -> list[str]:
        """Everybody with a record or an event."""
        rows = [row for one in self.records for row in one.rows] + [row for one in self.events for row in one]
        return sorted({row["id"] for row in rows})


def generated(random_: random.Random, people: int) -> Generated:
    """Two or three record datasets that overlap, and two of events that repeat some of each other's."""
    records = [
        Fragments(
            f"records{number}",
            [_record(random_, people) for _ in range(random_.choice([3, 12, 30]))],
            upsert=random_.random() < 0.5,
            clocked=random_.random() < 0.75,
        )
        for number in range(random_.choice([2, 3]))
    ]
    first = [_event(random_, people, f"e{number:03}") for number in range(25)]
    # an event that comes again, later, is the same event
    later = [{**one, "timestamp": one["timestamp"] + dt.timedelta(1)} for one in random_.sample(first, 5)]
    again = [*later, *(_event(random_, people, f"f{number:03}") for number in range(10))]
    return Generated(records, [first, again])


def _record(r: random.Random, people: int) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return value if r.random() < 0.6 else None

    def order() -> dict[str, Any]:
        price = maybe(decimal.Decimal(r.choice(["0.25", "1.50", "21.00"])))
        weights = maybe([r.choice(_NUMBERS) for _ in range(r.choice([0, 1, 2]))])
        return {"sku": maybe(r.choice(WORDS)), "price": price, "count": maybe(r.choice([0, 1, 3])), "weights": weights}

    return {
        "id": f"p{r.randrange(people)}",
        "updated": maybe(r.choice(_CLOCKS)),
        "name": maybe(r.choice([*TEXTS, *ODD_TEXTS])),
        "small": maybe(r.choice([0, 1, 21, -128, 127])),
        "score": maybe(r.choice(_NUMBERS)),
        "price": maybe(decimal.Decimal(r.choice(["0.25", "-2.75", "21.00"]))),
        "active": maybe(r.random() < 0.5),
        "born": maybe(r.choice(MOMENTS).date()),
        "joined": maybe(r.choice(MOMENTS)),
        "home": maybe(
            {
                "city": maybe(r.choice(WORDS)),
                "geo": maybe({"lat": maybe(r.choice(_NUMBERS)), "floor": maybe(r.choice([0, 3, 200]))}),
            }
        ),
        "tags": maybe([maybe(r.choice(WORDS)) for _ in range(r.choice([0, 1, 2]))]),
        "weights": maybe([maybe(r.choice(_NUMBERS)) for _ in range(r.choice([0, 1, 3]))]),
        "orders": maybe([order() for _ in range(r.choice([0, 1, 2]))]),
        "scores": maybe([(key, maybe(r.choice(_NUMBERS))) for key in ("a", "b", "") if r.random() < 0.5]),
    }


def _event(r: random.Random, people: int, id_: str) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return value if r.random() < 0.75 else None

    items = [{"sku": maybe(r.choice(WORDS)), "value": maybe(r.choice(_NUMBERS))} for _ in range(r.choice([0, 1, 2]))]
    return {
        # some are known from events alone
        "id": f"p{r.randrange(people + 2)}",
        "_id": id_,
        "timestamp": r.choice(EVENT_MOMENTS),
        "type": maybe(r.choice(["view", "buy", "quit"])),
        "total": maybe(r.choice(_NUMBERS)),
        "items": maybe(items),
    }


def workspace(folder: Path, made: Generated, timezone: str) -> sk.Workspace:
    """The same as datasets of a workspace."""
    ws = sk.open(folder / "workspace", timezone=timezone)
    for one in made.records:
        path = folder / f"{one.name}.parquet"
        pq.write_table(pa.Table.from_pylist(one.rows, schema=pa.schema(list(COLUMNS.items()))), path)
        options = {"timestamp": "updated"} if one.clocked else {}
        ws.datasets.add(one.name, str(path), identity={"crm": "id"}, primary="crm", upsert=one.upsert, **options)
    for number, rows in enumerate(made.events):
        path = folder / f"events{number}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(list(EVENT_COLUMNS.items()))), path)
        ws.datasets.add(f"events{number}", str(path), kind="event", identity={"crm": "id"}, primary="crm")
    return ws


def as_workspace(folder: Path, world: World) -> sk.Workspace:
    """A world of a generated schema as nested columns of a workspace: one dataset of records and one of events."""
    week = WEEKDAYS[world.calendar.first_weekday]
    ws = sk.open(folder / "workspace", timezone=world.calendar.zone, week_start=week)
    schema, shape = world.shape.schema, world.shape
    records = [{**world.profiles_[letter], PERSON: letter} for letter in world.people]
    events = [{**event, PERSON: letter} for letter in world.people for event in world.events_[letter]]
    for name, rows, root, storage, options in (
        ("records", records, schema.profile, shape.profile, {}),
        ("events", events, schema.event, shape.event, {"kind": "event", "timestamp": "timestamp"}),
    ):
        arrow = nested(root, (), storage)
        table = pa.Table.from_pylist(
            [{**as_stored(row, root, arrow), PERSON: row[PERSON]} for row in rows],
            schema=pa.schema([*arrow, pa.field(PERSON, pa.string())]),
        )
        pq.write_table(table, folder / f"{name}.parquet")
        if rows:
            ws.datasets.add(name, str(folder / f"{name}.parquet"), identity={"crm": PERSON}, **options)
    return ws


def as_merged(profile: dict[str, Any], root: Type) -> dict[str, Any]:
    """What merging leaves of a profile's maps: a null entry is absent, and so is a map without entries."""
    found = dict(profile)
    for name, of in root.fields:
        one = found.get(name)
        if isinstance(one, Map):
            entries = {key: value for key, value in one.entries.items() if not is_null(value)}
            found[name] = Map(entries) if entries else None
        elif isinstance(one, dict) and of.kind is Kind.OBJECT:
            found[name] = as_merged(one, of)
    return found


def nested(of: Type, path: FieldPath, storage: Mapping[FieldPath, pa.DataType]) -> pa.DataType:
    """An object as a struct whose leaves are stored as a schema says."""
    return pa.struct(
        [
            (
                name,
                nested(one, (*path, name), storage)
                if one.kind is Kind.OBJECT
                else storage.get((*path, name)) or stored_as(one),
            )
            for name, one in of.fields
        ]
    )


def merged(records: Sequence[Fragments], *, precedence: bool) -> dict[str, dict[str, Any]]:
    """The profiles by identity: of each leaf the first value that is there, in the order of the merge policy."""
    ranked: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
    for rank, one in enumerate(records):
        mine: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
        for place, row in enumerate(one.rows):
            clock = (row["updated"] or dt.datetime.min) if one.clocked else dt.datetime.max  # noqa: DTZ901
            newest = (-rank, clock, place) if precedence else (clock, -rank, place)
            mine.setdefault(row["id"], []).append((newest, row))
        for person, found in mine.items():
            kept = found if one.upsert else [max(found, key=lambda each: each[0])]
            ranked.setdefault(person, []).extend(kept)
    profiles = {}
    for person, found in ranked.items():
        rows = [row for _, row in sorted(found, key=lambda each: each[0], reverse=True)]
        profile: dict[str, Any] = {}
        for leaf in LEAVES:
            _put(profile, leaf.split("."), _first([_plain(_at(row, leaf)) for row in rows]))
        profiles[person] = profile
    return profiles


def events_of(made: Generated, person: str) -> list[dict[str, Any]]:
    """A profile's events, each once: the earliest of those with one id."""
    known: dict[str, dict[str, Any]] = {}
    for row in sorted((row for rows in made.events for row in rows), key=lambda row: row["timestamp"]):
        known.setdefault(row["_id"], row)
    return [{name: _plain(one) for name, one in row.items()} for row in known.values() if row["id"] == person]


def _at(row: dict[str, Any], leaf: str) -> Any:
    value: Any = row
    for name in leaf.split("."):
        value = None if value is None else value[name]
    if leaf == "scores" and value is not None:
        return Map(dict(value))
    return value


def _plain(it: Any) -> Any:
    """A value as PQL has it: NaN is null, however deep; exact decimals are Doubles."""
    match it:
        case decimal.Decimal():
            return float(it)
        case float() if math.isnan(it):
            return None
        case list():
            return [_plain(one) for one in it]
        case dict():
            return {name: _plain(one) for name, one in it.items()}
        case Map(entries=entries):
            return Map({key: _plain(one) for key, one in entries.items()})
        case _:
            return it


def _first(values: list[Any]) -> Any:
    present = [one for one in values if one is not None]
    if not any(isinstance(one, Map) for one in present):
        return present[0] if present else None
    entries: dict[str, Any] = {}
    for one in present:
        for key, value in one.entries.items():
            if value is not None:
                entries.setdefault(key, value)
    return Map(entries) if entries else None


def _put(profile: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        profile = profile.setdefault(name, {})
    profile[path[-1]] = value
