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


@pytest.mark.parametrize("seed", range(6))
def test_r24_r31_events_beside_events(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(20)})
    table = {text: world.reference_members(text) for text in (rule(random_) for _ in range(10))}
    agree_on_members(world, table)
    world.drop()


RULES = (
    '(select A from xEvent, B from xEvent where A.type = "view" and B.type = "buy" and B.timestamp occurs after A.timestamp).count() > 1',  # noqa: E501
    "(select A from xEvent, B from xEvent, C from xEvent where A.count < B.count and B.count < C.count).count() > 1",
    "(sum A.value * B.count over A from xEvent, B from xEvent where A.type = B.type) > 9",
    "(average A.value - B.value over A from xEvent, B from xEvent where A._id != B._id) > 0",
    "(max A.value over A from xEvent, B from xEvent where B.timestamp occurs after A.timestamp) >= 3",
    "exists A from xEvent, B from xEvent where A.timestamp = B.timestamp and A._id != B._id",
    "exists A from xEvent where forall B from xEvent where B.value <= A.value or B._id = A._id",
    "forall A from xEvent where forall B from xEvent where A.type = B.type or A.count != B.count",
    "forall A from xEvent where A.type, B from xEvent where B.value >= 0 or A.web",
    'exists A from xEvent where A.type = "view" and not (exists B from xEvent where B.type = "buy" and B.timestamp occurs <= 2 days after A.timestamp)',  # noqa: E501
    'exists A from xEvent where A.type = "view" and (exists B from xEvent where B.type = "buy" and B.timestamp occurs after A.timestamp and not (exists C from xEvent where C.type = "quit" and C.timestamp occurs after B.timestamp))',  # noqa: E501
    'xEvent[value > ^.age and type = "buy"].count() > 0',
    "xEvent[exists B from ^.xEvent where B.type = type and B._id != _id].count() > 1",
    "xEvent[^.xEvent[type = ^.type].count() > 1]",
    "xEvent[^.xEvent[type = ^.type and value > ^.value]].count() > 1",
    "xEvent[count in ^.xEvent.value]",
    "xEvent[^.xEvent[timestamp occurs before ^.timestamp].sum(value) > 3]",
    'let last = xEvent.max(timestamp) in exists A from xEvent where A.timestamp = last and A.type = "view"',
    'let buys = xEvent[type = "buy"] in exists A from buys, B from buys where A._id != B._id and A.value = B.value',
    "xEvent[^.xEvent[type = ^.type and web].sum(value) > 2].count() > 0",
    "xEvent[^.xEvent[type = ^.type][web].count() = 0].count() > 0",
    "exists A from xEvent where xEvent[type = A.type].max(value) > A.value",
    "exists A from xEvent where xEvent[type = A.type and commerce.order.id = A.commerce.order.id].average(count) >= 1",
    "forall A from xEvent where xEvent[type = A.type].count() = 1",
    "let n = xEvent.count() in (select A from xEvent where A.count < n).count() = n",
    'xEvent.topN(value, 2)[type = "buy"]',
    'xEvent.topN(count, 1).head().type = "view"',
    "xEvent.bottomN(value, 2).sum(count) > 2",
    "xEvent.topN(timestamp, 1)[exists B from ^.xEvent where B.value > value]",
    "exists A from xEvent.topN(timestamp, 3), B from xEvent where A.type = B.type and A._id != B._id",
    "exists A from xEvent where A.value = xEvent.max(value) and A.timestamp = xEvent.max(timestamp)",
    'exists A from xEvent where A.value > xEvent.average(value) and xEvent[type = "buy"].count() > 1',
    'exists A from xEvent where A.count = xEvent[type = "buy"].count()',
    'exists A from xEvent where A.value > 1 and xEvent[type = "quit"]',
    "exists A from xEvent where A.type = xEvent.topN(timestamp, 1).head().type and A.web",
    "(select A from xEvent where A.value >= xEvent.sum(value) / xEvent.count()).count() > 1",
    'exists A from xEvent, B from xEvent where A.commerce.order.id = B.commerce.order.id and B.timestamp occurs after A.timestamp and A.type = "view" and B.type = "buy"',  # noqa: E501
    "not (exists A from xEvent, B from xEvent where B.timestamp occurs after A.timestamp) and xEvent",
    "if(exists A from xEvent, B from xEvent where B.value > A.value, age > 0, age = 0)",
    "exists A from xEvent, B from xEvent where B.timestamp occurs = 1 month after A.timestamp or B.timestamp occurs = 1 day after A.timestamp",  # noqa: E501
    "exists A from xEvent where chain(xEvent, timestamp, [C: WHAT(type = A.type and count < A.count), D: WHAT(*)])",
)
"""What people ask of several events at once."""


@pytest.mark.parametrize("seed", range(2))
def test_r24_r32_rules_about_several_events(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(24)})
    agree_on_members(world, {text: world.reference_members(text) for text in RULES})
    world.drop()


def test_r29_events_with_equal_keys_are_taken_by_time_and_then_by_id() -> None:
    def event(value: float, day: int | None, number: int) -> dict[str, Any]:
        at = None if day is None else START + dt.timedelta(days=day)
        return {"_id": f"n{9 - number}", "value": value, "timestamp": at, "count": number}

    people = {
        "a": {"events": [event(1.0, 2, 1), event(1.0, 1, 2), event(1.0, None, 3)]},
        "b": {"events": [event(1.0, 1, 1), event(1.0, 1, 2)]},
        "c": {"events": [event(2.0, 3, 1), event(1.0, 1, 2)]},
    }
    world = World(people)
    agree_on_members(
        world,
        {
            "xEvent.topN(value, 1).head().count = 2": "ab",
            "xEvent.bottomN(value, 1).head().count = 2": "abc",
            "xEvent.topN(value, 2).sum(count) = 3": "abc",
            "xEvent.topN(timestamp, 1).head().count = 1": "ac",
            "xEvent.topN(timestamp, 3).sum(count) = 6": "a",
        },
    )


def test_r31_several_segments_with_pairs_and_chains_stand_in_one_statement() -> None:
    random_ = random.Random(5)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(20)})
    chain = 'chain(xEvent, timestamp, [A: WHAT(type = "view"), {}])'
    texts = [
        chain.format('B: WHAT(type = "buy")'),
        chain.format('B: WHAT(type = "buy") WHEN(<= 2 days after A)'),
        chain.format('not B: WHAT(type = "buy"), C: WHAT(*)'),
        f"not ({chain.format('B: WHAT(*) COUNT(2)')})",
        f"{chain.format('B: WHAT(*)')} or {chain.format('B: WHAT(*) COUNT(= 0)')}",
        "exists A from xEvent, B from xEvent where B.timestamp occurs after A.timestamp",
        "exists C from xEvent, D from xEvent where D.timestamp occurs after C.timestamp and age > 1",
        "exists A from xEvent, B from xEvent where B.type = A.type and B._id != A._id",
        "chain(orders, sent, [A: WHAT(*)]) or xEvent.count() > 2",
    ]
    agree_on_members(world, {text: world.reference_members(text) for text in texts})
    world.drop()
