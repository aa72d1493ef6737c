"""Random profiles for the differential tests: few values, many of them nulls, boundaries and look-alikes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from reference_values import Map
from reference_world import EVENT, PROFILE

from segkit.pql.types import Kind, Type

if TYPE_CHECKING:
    import random

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
