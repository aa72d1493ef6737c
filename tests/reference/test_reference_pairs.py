"""Selects and quantifiers over two and three events that depend on each other, by both evaluators (R24 to R31)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from reference_check import agree_on_members
from reference_world import World

START = dt.datetime.fromisoformat("2026-11-01T00:00:00")
TYPES = ("view", "buy", "quit")
BETWEEN = (
    "{b}.type = {a}.type",
    "{b}.type != {a}.type",
    "{b}.count = {a}.count",
    "{b}._id != {a}._id",
    "{b}.value > {a}.value",
    "{b}.value <= {a}.count",
    "{b}.timestamp occurs after {a}.timestamp",
    "{b}.timestamp occurs before {a}.timestamp",
    "{b}.timestamp occurs <= 2 days after {a}.timestamp",
    "{b}.timestamp occurs < 2 days before {a}.timestamp",
    "{b}.timestamp occurs on {a}.timestamp",
    "{b}.timestamp occurs = 1 day after {a}.timestamp",
    "{b}.timestamp occurs != 1 day after {a}.timestamp",
    "{b}.timestamp occurs between {a}.timestamp and {a}.delivered",
    "{a}.timestamp occurs <= 2 days after {b}.timestamp",
    "{a}.timestamp occurs between {b}.timestamp and {b}.delivered",
    "{b}.commerce.order.id = {a}.commerce.order.id",
    "{b}.value + {a}.value > 4",
    "({b}.value > {a}.value or {b}.type = {a}.type)",
    "({b}.value < {a}.value or {a}.count = 1)",
    "{b}.web",
    "{b}.value > xEvent.min(value)",
)
OWN = ('{a}.type = "view"', '{a}.type = "buy"', "{a}.count > 0", "{a}.value >= age", "{a}.web", "{a}.type.isNotNull()")


def person(random_: random.Random) -> dict[str, Any]:
    def maybe(one: Any) -> Any:
        return None if random_.random() < 0.12 else one

    def moment() -> Any:
        return maybe(START + dt.timedelta(days=random_.randint(0, 6)))

    events = [
        {
            "type": maybe(random_.choice(TYPES)),
            "timestamp": moment(),
            "delivered": moment(),
            "value": maybe(float(random_.randint(0, 4))),
            "count": maybe(random_.randint(0, 3)),
            "web": maybe(random_.random() < 0.5),
            "commerce": {"order": {"id": maybe(random_.choice("xyz"))}},
        }
        for _ in range(random_.choice([0, 1, 2, 3, 4, 6]))
    ]
    return {"events": events, "age": random_.randint(0, 3)}


def rule(random_: random.Random) -> str:
    """A rule over two or three events."""

    def own(name: str) -> list[str]:
        return [random_.choice(OWN).format(a=name)] if random_.random() < 0.6 else []

    def between(one: str, other: str) -> list[str]:
        number = random_.choice([1, 1, 1, 2, 2, 3])
        return [each.format(a=one, b=other) for each in random_.sample(BETWEEN, number)]

    def joined(parts: list[str]) -> str:
        random_.shuffle(parts)
        return " and ".join(parts)

    match random_.randint(0, 8):
        case 0 | 1:
            return f"exists A from xEvent, B from xEvent where {joined([*own('A'), *own('B'), *between('A', 'B')])}"
        case 2:
            parts = [*own("A"), *between("A", "B"), *between(random_.choice("AB"), "C")]
            return f"exists A from xEvent, B from xEvent, C from xEvent where {joined(parts)}"
        case 3:
            inner = joined([*own("B"), *between("A", "B")])
            return f"exists A from xEvent where {joined([*own('A'), f'not (exists B from xEvent where {inner})'])}"
        case 4:
            inner = joined([*own("B"), *between("A", "B")])
            first = " and ".join(own("A")) or "A.type"
            return f"forall A from xEvent[type.isNotNull()] where not ({first}) or (exists B from xEvent where {inner})"
        case 5:
            inner = joined([*own("B"), *between("A", "B")])
            kept = joined([*own("A"), f"(exists B from xEvent where {inner})"])
            return f"(select A from xEvent where {kept}).count() > {random_.randint(0, 2)}"  # noqa: S608  PQL
        case 6:
            inner = joined([*own("B"), *between("A", "B")])
            kept = joined([*own("A"), f"(exists B from xEvent where {inner})"])
            return f"(sum A.value over A from xEvent where {kept}) > {random_.randint(0, 5)}"
        case 7:
            parts = joined([*own("B"), *between("A", "B")])
            return f"(select A from xEvent, B from xEvent where {parts}).count() > {random_.randint(0, 3)}"  # noqa: S608  PQL
        case _:
            inner = joined([*own("B"), *between("A", "B")])
            kept = joined([*own("A"), f"(exists B from xEvent where {inner})"])
            return f'chain(select A from xEvent where {kept}, timestamp, [A: WHAT(*), B: WHAT(type = "buy")])'  # noqa: S608  PQL


@pytest.mark.parametrize("seed", range(10))
def test_r24_r31_events_beside_events(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(20)})
    table = {text: world.reference_members(text) for text in (rule(random_) for _ in range(12))}
    agree_on_members(world, table)
    world.drop()
