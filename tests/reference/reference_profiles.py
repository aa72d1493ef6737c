"""Random profiles for the differential tests: few values, many of them nulls, boundaries and look-alikes."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from reference_schemas import stored_as
from reference_values import Map
from reference_world import EVENT, PROFILE

from segkit.pql.types import Kind, Type

if TYPE_CHECKING:
    import random

    from reference_schemas import Shape
    from reference_time import Calendar

    from segkit.pql.types import Path

_AT = dt.datetime.fromisoformat
TEXTS = [
    "",
    "Ann",
    "ann",
    "Ännchen",
    "İx",
    "50%",
    "a_b",
    "a,b",
    " x ",
    "21",
    "-3.5",
    "true",
    "2026-11-20",
    "it's \\d",
    "a\nb",
]
WORDS = ["red", "blue", "Red", "", "x"]
KINDS = ["view", "buy", "quit"]
INTEGERS = [0, 1, 2, 3, 21, -3, 100]
DOUBLES = [0.0, 0.25, 1.5, 2.0, -2.75, 21.0, 100.0]
DAYS = [dt.date.fromisoformat(one) for one in ("2026-11-21", "2026-11-20", "2024-02-29", "2000-01-01", "1969-12-31")]
MOMENTS = [
    _AT(one)
    for one in (
        "2026-11-21T12:00:00",
        "2026-11-21T11:59:59.999999",
        "2026-11-21T00:00:00",
        "2026-11-20T23:00:00",
        "2026-11-20T12:00:00",
        "2026-11-16T00:00:00",
        "2026-11-15T23:59:59.999",
        "2026-11-01T00:00:00",
        "2026-10-25T00:30:00",
        "2026-10-25T01:30:00",
        "2026-10-24T22:00:00",
        "2026-03-29T01:00:00",
        "2026-03-28T23:30:00",
        "2025-12-31T23:00:00",
        "2024-02-29T08:00:00",
        "1969-12-31T23:59:59.999999",
        "2026-12-01T00:00:00",
    )
]
EVENT_MOMENTS = [_AT("2026-11-20T12:00:00") + one * dt.timedelta(hours=6) for one in range(8)]
ODD_TEXTS = [
    "e\u0301",
    "é",
    "\u0131I",
    "Straße",
    "ΑΣ",
    "👍🏽!",
    "\x00a",
    "%_\\",
    '"',
    "\u200b",
    "\ufffd",
    "\r\n",
    "a" * 3000,
    "1e400",
    "9223372036854775808",
    "2026-02-30",
    "ann@Example.COM",
    "https://u:p@www.x.example:8080/a%20b?q#f",
]
ENDS = ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"]
"""What Python's calendar begins and ends with: in UTC alone, as no other zone has a wall clock there."""
BOUNDARIES = [
    "0001-01-02T00:00:00",
    "9999-12-30T23:59:59.999999",
    "1970-01-01T00:00:00",
    "1900-01-01T00:00:00",
    "2000-02-29T00:00:00",
    "2024-12-31T23:59:59.999999",
    "2026-01-31T12:00:00",
    "2026-03-31T12:00:00",
    "2023-12-31T00:00:00",
    "2026-03-29T00:59:59.999999",
    "2026-03-29T02:30:00",
    "2026-10-25T00:59:59.999999",
]
_NEAR = [dt.timedelta(0), dt.timedelta(0), dt.timedelta(microseconds=1), dt.timedelta(microseconds=-1)]
_WIDE_DOUBLES = [1e300, 5e-324, -0.0, 2.0**53]


def profile(random_: random.Random) -> dict[str, Any]:
    """A profile as a nested dict, with its events under `events`."""
    empty = random_.random() < 0.08
    made: dict[str, Any] = {} if empty else _object(random_, PROFILE, 2)
    size = random_.choice([0, 0, 1, 2, 3, 5])
    made["events"] = [{name: one for name, one in _event(random_).items() if name != "_id"} for _ in range(size)]
    return made


def _event(random_: random.Random) -> dict[str, Any]:
    made = _object(random_, EVENT, 1)
    if random_.random() < 0.9:
        made["timestamp"] = random_.choice(EVENT_MOMENTS)
    return made


def _object(random_: random.Random, of: Type, depth: int) -> dict[str, Any]:
    return {name: _value(random_, name, kind, depth) for name, kind in of.fields}


def _value(random_: random.Random, name: str, of: Type, depth: int) -> Any:
    if random_.random() < 0.22:
        return None
    match of.kind:
        case Kind.OBJECT:
            return _object(random_, of, depth)
        case Kind.ARRAY:
            words = name in {"colors", "wishes", "tags"}
            size = random_.choice([0, 1, 2, 3] if depth > 1 else [0, 1, 2])
            return [_value(random_, "word" if words else name, of.of, depth - 1) for _ in range(size)]
        case Kind.MAP:
            keys = [one for one in ("a", "b", "") if random_.random() < 0.5]
            return Map({key: _value(random_, name, of.of, depth - 1) for key in keys})
        case Kind.STRING:
            return random_.choice({"word": WORDS, "sku": WORDS, "type": KINDS, "result": WORDS}.get(name, TEXTS))
        case Kind.INTEGER:
            if name == "big":
                return random_.choice([2**62, 2**63 - 1, -(2**63), 7])
            return random_.choice(
                [0, 3, 200] if name == "floor" else [2**31 - 1, -5, 2] if name == "small" else INTEGERS
            )
        case Kind.DOUBLE:
            return random_.choice([*DOUBLES, 1e300] if name == "score" else DOUBLES)
        case Kind.BOOLEAN:
            return random_.random() < 0.5
        case Kind.DATE:
            return random_.choice(DAYS)
        case _:
            return random_.choice(MOMENTS)


def shaped(random_: random.Random, shape: Shape, calendar: Calendar) -> dict[str, Any]:
    """A profile of a generated schema, in the values its storage can hold, with its events under `events`."""
    fields = _Fields(random_, edges(calendar), (*BOUNDARIES, *(ENDS if calendar.zone == "UTC" else ())))
    made: dict[str, Any] = {} if random_.random() < 0.08 else fields.nested(shape.schema.profile, (), shape.profile)
    made["events"] = []
    for _ in range(random_.choice([0, 0, 1, 2, 3, 5])):
        event = fields.nested(shape.schema.event, (), shape.event)
        often = [*EVENT_MOMENTS, None] if random_.random() < 0.7 else [event["timestamp"]]
        event["timestamp"] = random_.choice(often)
        made["events"].append({name: one for name, one in event.items() if name != "_id"})
    return made


@functools.cache
def edges(calendar: Calendar) -> tuple[dt.datetime, ...]:
    """Where the windows that expressions name begin and end: the units around now, and the usual distances to it."""
    now, units = calendar.as_of, ("hour", "day", "week", "month", "year")
    starts = {unit: calendar.start_of(unit, now) for unit in units}
    found = [calendar.shift(starts[unit], count, unit) for unit in units for count in (-1, 0, 0, 1, 2)]
    for start in (now, starts["day"]):
        found += [calendar.shift(start, count, unit) for unit in units for count in (-3, -2, -1, 1, 2, 3)]
    return (now, *(one for one in found if one is not None))


@dataclass(frozen=True)
class _Fields:
    """Values by type and storage: the same few often, so that they meet, and boundaries now and then."""

    r: random.Random
    edges: tuple[dt.datetime, ...]
    boundaries: tuple[str, ...]

    def nested(self, of: Type, path: Path, storage: dict[Path, pa.DataType]) -> dict[str, Any]:
        """The fields of an object whose leaves are columns; a missing object is one whose leaves all are."""
        found: dict[str, Any] = {}
        for name, one in of.fields:
            if one.kind is Kind.OBJECT:
                found[name] = None if self.r.random() < 0.15 else self.nested(one, (*path, name), storage)
            else:
                found[name] = self.value(one, storage.get((*path, name)) or stored_as(one), 2)
        return found

    def value(self, of: Type, storage: pa.DataType, depth: int) -> Any:
        """A value, or null."""
        r = self.r
        if r.random() < 0.2:
            return None
        match of.kind:
            case Kind.OBJECT:
                return {name: self.value(one, storage.field(name).type, depth) for name, one in of.fields}
            case Kind.ARRAY:
                size = r.choice([0, 1, 2, 3] if depth > 1 else [0, 1, 2])
                return [self.value(of.of, storage.value_type, depth - 1) for _ in range(size)]
            case Kind.MAP:
                keys = [one for one in ("a", "b", "", "ß") if r.random() < 0.4]
                return Map({key: self.value(of.of, storage.item_type, depth - 1) for key in keys})
            case Kind.STRING:
                return r.choice(WORDS if r.random() < 0.4 else TEXTS if r.random() < 0.7 else ODD_TEXTS)
            case Kind.INTEGER:
                return r.choice([one for one in [*INTEGERS, *_WIDE_INTEGERS] if _holds(storage, one)])
            case Kind.DOUBLE if pa.types.is_decimal(storage) or r.random() < 0.9:
                return r.choice(DOUBLES)
            case Kind.DOUBLE:
                return r.choice(_WIDE_DOUBLES)
            case Kind.BOOLEAN:
                return r.random() < 0.5
            case Kind.DATE:
                return self.moment().date()
            case _:
                return self.moment()

    def moment(self) -> dt.datetime:
        """An instant: a remembered one, or one beside the edge of a window that ends or begins now."""
        pick = self.r.random()
        if pick < 0.4:
            return self.r.choice(MOMENTS)
        if pick < 0.55:
            return _AT(self.r.choice(self.boundaries))
        return self.r.choice(self.edges) + self.r.choice(_NEAR)


_WIDE_INTEGERS = [2**7 - 1, 2**8 - 1, 2**15, 2**31 - 1, -(2**31), 2**53 + 1, 2**62, 2**63 - 1, -(2**63)]


def _holds(storage: pa.DataType, number: int) -> bool:
    lowest = 0 if pa.types.is_unsigned_integer(storage) else -(2 ** (storage.bit_width - 1))
    return lowest <= number <= lowest + 2**storage.bit_width - 1
