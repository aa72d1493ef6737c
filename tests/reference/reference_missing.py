"""docs/missing_values.md: what each way of saying no makes of what is not there, as both evaluators answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_schemas import Shape
from reference_values import Map
from reference_world import World, same

from segkit.pql.types import (
    BOOLEAN,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Schema,
    array_of,
    map_of,
    object_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCUMENT = Path(__file__).parents[2] / "docs" / "missing_values.md"
IN, OUT = "✓", "–"
_AT = dt.datetime(2026, 11, 20)  # noqa: DTZ001  naive means UTC

ORDER = object_of({"sku": STRING, "price": DOUBLE})
SCHEMA = Schema(
    object_of(
        {
            "city": STRING,
            "points": INTEGER,
            "active": BOOLEAN,
            "joined": TIMESTAMP,
            "tags": array_of(STRING),
            "orders": array_of(ORDER),
            "scores": map_of(INTEGER),
            "home": object_of({"city": STRING, "zip": STRING}),
        }
    ),
    object_of({"_id": STRING, "timestamp": TIMESTAMP, "type": STRING, "total": DOUBLE}),
)


@dataclass(frozen=True)
class Table:
    """One table: a profile a column, a condition or a value a row; a row that is empty parts groups of them."""

    title: str
    advice: str
    profiles: dict[str, dict[str, Any]]
    conditions: tuple[str, ...]
    values: tuple[str, ...] = ()


def _event(kind: str | None, total: float | None = None, at: dt.datetime | None = _AT) -> dict[str, Any]:
    return {"type": kind, "total": total, "timestamp": at}


TABLES = (
    Table(
        "A text",
        "`!=`, `notIn`, `notEqualTo` and every `doesNot…` ask for a value that is there; `not (…)` also lets in those "
        'without one. Say `not (city = "Ghent")` for *everybody but Ghent*, `city != "Ghent"` for *known to live '
        "elsewhere*. An empty text is a value.",
        {'`"Ghent"`': {"city": "Ghent"}, '`"Rome"`': {"city": "Rome"}, '`""`': {"city": ""}, "missing": {}},
        (
            'city = "Ghent"',
            'city != "Ghent"',
            'not (city = "Ghent")',
            'city.notEqualTo("Ghent")',
            'city in ["Ghent", "Oslo"]',
            'city notIn ["Ghent", "Oslo"]',
            'not (city in ["Ghent", "Oslo"])',
            'city.contains("hen")',
            'city.doesNotContain("hen")',
            'not (city.contains("hen"))',
            'city.doesNotStartWith("Gh")',
            'city.doesNotEndWith("nt")',
            'city like "Gh%"',
            'not (city like "Gh%")',
            "city.isNull()",
            "city.isNotNull()",
            "city = null",
            "city.isEmpty()",
            "city.isNotEmpty()",
            "city",
            "not city",
        ),
        ('city.concat("!")', "city.length()"),
    ),
    Table(
        "A number",
        "A number alone in a condition asks whether it is there: 0 is. No comparison holds of a missing number, so "
        "`points <= 3` and `not (points > 3)` differ.",
        {"`5`": {"points": 5}, "`0`": {"points": 0}, "missing": {}},
        (
            "points > 3",
            "points <= 3",
            "not (points > 3)",
            "points != 5",
            "points notIn [5]",
            "points.isNull()",
            "points",
            "not points",
        ),
        ("points + 1", "10 / points", "if(points.isNull(), 0, points)"),
    ),
    Table(
        "A Boolean",
        "`not active` takes *false* and *unknown* together; `active = false` only the first.",
        {"`true`": {"active": True}, "`false`": {"active": False}, "missing": {}},
        ("active", "not active", "active = true", "active = false", "active != true", "active.isNull()"),
    ),
    Table(
        "A moment",
        "No form of `occurs` holds of a missing moment. *Not in the last 30 days, or never* is `not (joined occurs <= "
        "30 days before now)`.",
        {
            "10 days ago": {"joined": _AT - dt.timedelta(10)},
            "90 days ago": {"joined": _AT - dt.timedelta(90)},
            "missing": {},
        },
        (
            "joined occurs <= 30 days before now",
            "joined occurs > 30 days before now",
            "not (joined occurs <= 30 days before now)",
            "joined occurs before today",
            "joined.isNull()",
        ),
    ),
    Table(
        "An array of values",
        "A missing array counts as empty for `count`, `exists` and `forall`, but no comparison of sets holds of it. "
        '*Has no tag red, whatever else* is `not ("red" in tags)`. Nulls in an array count, and match nothing.',
        {
            '`["red"]`': {"tags": ["red"]},
            '`["red", "blue"]`': {"tags": ["red", "blue"]},
            '`["blue"]`': {"tags": ["blue"]},
            "`[null]`": {"tags": [None]},
            "`[]`": {"tags": []},
            "missing": {},
        },
        (
            '"red" in tags',
            '"red" notIn tags',
            'not ("red" in tags)',
            'tags.includes("red")',
            'tags.intersects(["red"])',
            'not tags.intersects(["red"])',
            'tags.subsetOf(["red"])',
            'tags.supersetOf(["red"])',
            'tags = ["red"]',
            'tags != ["red"]',
            'exists T from tags where T = "red"',
            'not (exists T from tags where T = "red")',
            'exists T from tags where T != "red"',
            'forall T from tags where T = "red"',
            'forall T from tags where T != "red"',
            'tags[this = "red"].count() = 0',
            "tags.count() = 0",
            "tags.isEmpty()",
            "tags.isNull()",
            "tags.isNotNull()",
            "tags",
            "not tags",
        ),
        (
            "tags.count()",
            "tags.distinct().count()",
            "tags.countOnlyNull()",
            "tags.head()",
            'tags.intersection(["red"])',
        ),
    ),
    Table(
        "An array of objects",
        'Beside a value a path over an array asks for *any* item, also with `!=`: `orders.sku != "A"` is *has some '
        'order of another article*. *Never ordered A* is `not (orders.sku = "A")`. `forall` holds of nothing at all: '
        "add `orders and` where there must be one.",
        {
            "A": {"orders": [{"sku": "A", "price": 5.0}]},
            "A and B": {"orders": [{"sku": "A", "price": 5.0}, {"sku": "B", "price": None}]},
            "B": {"orders": [{"sku": "B", "price": None}]},
            "no sku": {"orders": [{"sku": None, "price": None}]},
            "`[]`": {"orders": []},
            "missing": {},
        },
        (
            'orders.sku = "A"',
            'orders.sku != "A"',
            'not (orders.sku = "A")',
            'orders.sku notIn ["A"]',
            'not (orders.sku in ["A"])',
            'orders.sku.doesNotContain("A")',
            'exists O from orders where O.sku = "A"',
            'not (exists O from orders where O.sku = "A")',
            'forall O from orders where O.sku = "A"',
            'forall O from orders where O.sku != "A"',
            'forall O from orders where not (O.sku = "A")',
            'orders and (forall O from orders where O.sku = "A")',
            'orders[sku = "A"]',
            'orders[sku = "A"].count() = 0',
            "exists O from orders where O.sku.isNull()",
            "orders.count() = 0",
            "orders.isNull()",
            "orders",
            "orders.sku",
        ),
        (
            "orders.count()",
            "orders.sum(price)",
            "orders.average(price)",
            "orders.min(price)",
            "orders.head().sku",
            "orders.topN(price, 1).head().sku",
        ),
    ),
    Table(
        "A map",
        "A missing map, a missing key and a null at the key are one: the value is missing. Ask for the key itself with "
        '`"gold" in scores.keys()`.',
        {
            '`{"gold": 5}`': {"scores": Map({"gold": 5})},
            '`{"gold": null}`': {"scores": Map({"gold": None})},
            '`{"gold": 7}`': {"scores": Map({"gold": 7})},
            '`{"tin": 1}`': {"scores": Map({"tin": 1})},
            "`{}`": {"scores": Map({})},
            "missing": {},
        },
        (
            'scores["gold"] = 5',
            'scores["gold"] != 5',
            'not (scores["gold"] = 5)',
            'scores["gold"].isNull()',
            'scores["gold"]',
            '"gold" in scores.keys()',
            '"gold" notIn scores.keys()',
            'not ("gold" in scores.keys())',
            "scores.isEmpty()",
            "scores.isNull()",
            "scores",
            "not scores",
        ),
        ("scores.keys().count()", "scores.values().sum()"),
    ),
    Table(
        "An object",
        "An object is there when one of its leaves is, however deep; there is no other way for it to be.",
        {
            "Ghent": {"home": {"city": "Ghent", "zip": None}},
            "Rome": {"home": {"city": "Rome", "zip": None}},
            "zip alone": {"home": {"city": None, "zip": "9000"}},
            "all leaves null": {"home": {"city": None, "zip": None}},
            "missing": {},
        },
        (
            "home",
            "not home",
            "home.isNull()",
            "home.isNotNull()",
            'home.city = "Ghent"',
            'home.city != "Ghent"',
            'not (home.city = "Ghent")',
            "home.city.isNull()",
        ),
    ),
    Table(
        "Experience events",
        "A profile without events has an empty `xEvent`, never a missing one. *Never bought* is `not (exists …)` or "
        '`….count() = 0`; `xEvent.type != "buy"` only says that something else happened. An event without a time takes '
        "part in everything but windows and chains.",
        {
            "none": {"events": []},
            "a view": {"events": [_event("view")]},
            "a buy": {"events": [_event("buy", 5.0)]},
            "both": {"events": [_event("view"), _event("buy", 5.0)]},
            "a buy, no total": {"events": [_event("buy")]},
            "a buy, no time": {"events": [_event("buy", 5.0, None)]},
            "no type": {"events": [_event(None)]},
        },
        (
            'exists E from xEvent where E.type = "buy"',
            'not (exists E from xEvent where E.type = "buy")',
            'exists E from xEvent where E.type != "buy"',
            'forall E from xEvent where E.type = "buy"',
            'forall E from xEvent where E.type != "buy"',
            'xEvent[type = "buy"].count() = 0',
            'xEvent.type = "buy"',
            'xEvent.type != "buy"',
            'not (xEvent.type = "buy")',
            "xEvent[total.isNull()]",
            "xEvent.sum(total) = 0",
            "xEvent.average(total) < 10",
            "not (xEvent.average(total) >= 10)",
            "exists E from xEvent where E.timestamp occurs <= 7 days before now",
            'chain(xEvent, timestamp, [A: WHAT(type = "buy")])',
            'not chain(xEvent, timestamp, [A: WHAT(type = "buy")])',
            "xEvent",
            "not xEvent",
        ),
        (
            "xEvent.count()",
            "xEvent.sum(total)",
            "xEvent.average(total)",
            "xEvent.max(total)",
            "xEvent.topN(timestamp, 1).head().type",
        ),
    ),
)

HEAD = f"""# What is missing

{IN} the profile is in the audience, {OUT} it is not. Made by `python -m tests.reference --missing-values`, which asks
the compiled SQL and the reference interpreter, and stops where they differ. Rules R02, R12 to R15, R19 to R31.

Three sentences say nearly all of it:

1. **No comparison holds of what is missing**, positive or negative: `x = 1`, `x != 1`, `x notIn [1]`,
   `x.doesNotContain(…)`.
2. **`not (…)` turns that round**, and so holds of what is missing: it is how to say *everybody but*.
3. **A missing array is an empty one**: it counts 0, sums to 0, has no smallest item, and *all* its items are anything.
"""


def document() -> str:
    """What docs/missing_values.md should say."""
    return "\n".join([HEAD, *(_table(one) for one in TABLES)])


def _table(table: Table) -> str:
    world = World(table.profiles, shape=Shape(SCHEMA))
    try:
        # `and true` makes a condition of what is only present
        held = _answers(world, [f"({text}) and true" for text in table.conditions])
        rows = [
            _row(text, [IN if one else OUT for one in answers])
            for text, answers in zip(table.conditions, held, strict=True)
        ]
        if table.values:
            rows += [_row("*and the value of*", [""] * len(table.profiles))]
            answered = _answers(world, table.values)
            rows += [
                _row(text, [_shown(one) for one in answers])
                for text, answers in zip(table.values, answered, strict=True)
            ]
    finally:
        world.drop()
    columns = list(table.profiles)
    head = [f"| {table.title.lower()} | {' | '.join(columns)} |", "|---" + "|:-:" * len(columns) + "|"]
    return "\n".join([f"## {table.title}", "", table.advice, "", *head, *rows, ""])


def _row(text: str, cells: list[str]) -> str:
    words = text if text.startswith("*") else f"`{text}`"
    return f"| {words} | {' | '.join(cells)} |"


def _answers(world: World, texts: Sequence[str]) -> list[list[Any]]:
    """What each expression is for each profile, where both evaluators say the same."""
    answers = []
    for text, compiled in zip(texts, world.compiled(list(texts)), strict=True):
        reference = world.reference(text)
        for profile, expected in reference.items():
            if not same(expected, compiled.get(profile, "no row")):
                message = f"{text} of {profile}: reference {expected!r}, compiled {compiled.get(profile)!r}"
                raise AssertionError(message)
        answers.append(list(reference.values()))
    return answers


def _shown(it: Any) -> str:
    match it:
        case None:
            return "*missing*"
        case float() if it.is_integer():
            return f"`{int(it)}`"
        case list():
            return "`[" + ", ".join(f'"{one}"' for one in it) + "]`"
        case str():
            return f'`"{it}"`'
        case _:
            return f"`{it}`"
