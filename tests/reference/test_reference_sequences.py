"""Chains of every form, over events and over arrays in a row, against a search over all choices (R33 to R37)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from reference_check import agree_on_members
from reference_world import World

START = dt.datetime.fromisoformat("2026-11-01T00:00:00")
KINDS = ("view", "buy", "quit")
ARRAYS = (("xEvent", "timestamp", "type"), ("orders", "sent", "sku"), ("xEvent.items", "sent", "sku"))
DISTANCES = (
    "<= 1 day after {}",
    "< 2 days after {}",
    "> 1 day after {}",
    "= 2 days after {}",
    "!= 1 day after {}",
    "after {}",
    "between {} and date(2026, 11, 5)",
    "<= 1 month after {}",
)
POINTS = ("before date(2026, 11, 5)", "<= 2 days before ^.seen", "after date(2026, 11, 2)")


def person(random_: random.Random) -> dict[str, Any]:
    """A profile whose events, orders and events' items are the same happenings."""
    days = [random_.choice([*range(1, 8), None]) for _ in range(random_.choice([0, 1, 2, 3, 4, 5, 6, 8]))]
    found = [(None if day is None else START + dt.timedelta(days=day), random_.choice(KINDS)) for day in days]
    orders = [{"sku": kind, "sent": at, "quantity": number % 3} for number, (at, kind) in enumerate(found)]
    cut = random_.randint(0, len(orders))
    events = [{"type": one["sku"], "timestamp": one["sent"], "count": one["quantity"]} for one in orders]
    for number, items in enumerate((orders[:cut], orders[cut:])):
        if number < len(events):
            events[number]["items"] = items
    seen = START + dt.timedelta(days=random_.randint(1, 8))
    return {"events": events, "orders": orders or None, "seen": seen, "age": random_.randint(0, 2)}


def elements(random_: random.Random, kind: str, longest: int = 4) -> str:
    """The elements of a chain, over items whose kind is in this field."""
    made: list[str] = []
    names: list[str] = []
    for index in range(random_.randint(1, longest)):
        negated, name = random_.random() < 0.25, f"N{index}"
        what = f'{kind} = "{random_.choice(KINDS)}"' if random_.random() < 0.9 else f"{kind}.isNotNull()"
        if random_.random() < 0.1:
            what = f"{what} and ^.age > 0"
        when = ""
        if names and random_.random() < 0.45:
            when = f" WHEN({random_.choice(DISTANCES).format(random_.choice([names[-1], *names]))})"
        elif random_.random() < 0.15:
            when = f" WHEN({random_.choice(POINTS)})"
        count = ""
        if not negated and random_.random() < 0.35:
            count = f" COUNT({random_.choice(['1', '2', '>= 2', '= 0', '= 1', '= 2', '<= 0', '<= 1', '<= 2'])})"
        made.append(f"{'not ' if negated else ''}{name}: WHAT({what}){when}{count}")
        if not negated:
            names.append(name)
    return ", ".join(made)


@pytest.mark.parametrize("seed", range(8))
def test_r33_r37_every_form_is_the_search(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(20)})
    table: dict[str, str] = {}
    for array, instant, kind in ARRAYS:
        for _ in range(3):
            text = f"chain({array}, {instant}, [{elements(random_, kind)}])"
            table[text] = world.reference_members(text)
    agree_on_members(world, table)
    world.drop()


PLACES = (
    'xEvent[chain(items, sent, [A: WHAT(sku = "view"), B: WHAT(sku = "buy")])]',
    'xEvent[chain(items, sent, [not A: WHAT(sku = "view")])].count()',
    'xEvent[chain(items, sent, [A: WHAT(sku = "view" and quantity < ^.count + 2), not Q: WHAT(sku = "quit")])].count() > 0',  # noqa: E501
    "exists X from xEvent where chain(X.items, sent, [A: WHAT(sku = X.type), B: WHAT(*)])",
    'exists X from orders where chain(xEvent, timestamp, [A: WHAT(type = X.sku), B: WHAT(type = "buy") WHEN(> 1 day after A)])',  # noqa: E501
    'exists X from orders where chain(xEvent, timestamp, [A: WHAT(type = X.sku), not B: WHAT(type = "buy")])',
    'chain(xEvent, timestamp, [A: WHAT(type = "view" and exists Y from ^.xEvent where Y.type = "buy"), B: WHAT(*)])',
    'chain(xEvent, timestamp, [A: WHAT(exists Y from ^.orders where Y.sku = "buy" and Y.sent occurs before ^.seen), B: WHAT(*)])',  # noqa: E501
    "chain(xEvent, timestamp, [A: WHAT(count >= ^.xEvent.max(count)), B: WHAT(*)])",
    'chain(xEvent, timestamp, [A: WHAT(chain(items, sent, [A: WHAT(sku = "view")])), B: WHAT(*)])',
    "chain(orders, sent, [A: WHAT(chain(^.xEvent, timestamp, [A: WHAT(type = ^.sku), B: WHAT(*)])), B: WHAT(*)])",
    "chain(xEvent, timestamp, [A: WHAT(chain(^.xEvent, timestamp, [C: WHAT(type = ^.type and timestamp occurs after ^.timestamp)]))])",  # noqa: E501
    "forall X from orders where chain(xEvent, timestamp, [A: WHAT(timestamp occurs on X.sent)])",
    "(select X from orders where not chain(xEvent, timestamp, [A: WHAT(timestamp occurs after X.sent)])).count() > 1",
    "chain(select X from xEvent where X.count > 0, timestamp, [A: WHAT(*), B: WHAT(*)])",
    "chain(select X from xEvent where exists Y from xEvent where Y.count > X.count, timestamp, [A: WHAT(*), B: WHAT(*)])",  # noqa: E501
    'chain(xEvent.topN(timestamp, 3), timestamp, [A: WHAT(type = "view"), B: WHAT(*)])',
    'chain(xEvent[type != "quit"], timestamp, [A: WHAT(type = "view"), B: WHAT(*)])',
    'chain(xEvent.items[quantity > 0], sent, [A: WHAT(sku = "view"), B: WHAT(*) COUNT(= 0)])',
    'chain(orders[quantity > ^.age], sent, [A: WHAT(sku = "view"), B: WHAT(*) COUNT(= 0)])',
    "orders.exists(chain(^.orders, sent, [A: WHAT(sku = ^.sku), B: WHAT(sku = ^.sku)]))",
    'not chain(orders, sent, [A: WHAT(sku = "view")]) and not (chain(xEvent, timestamp, [A: WHAT(*), B: WHAT(*), C: WHAT(*)]))',  # noqa: E501
)
"""Chains over what a row holds, inside conditions and inside each other."""


@pytest.mark.parametrize("seed", [1, 2])
def test_r33_r37_a_chain_stands_wherever_a_condition_does(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(24)})
    members = {text: world.reference_members(text) for text in PLACES}
    assert all(members.values())
    agree_on_members(world, members)
    world.drop()


@pytest.mark.parametrize("length", [10, 30])
def test_r33_long_chains_run(length: int) -> None:
    days = {letter: number for number, letter in enumerate("abc", length - 1)}
    people = {
        letter: {"events": [{"type": "view", "timestamp": START + dt.timedelta(days=day)} for day in range(number)]}
        for letter, number in days.items()
    }
    for person_ in people.values():
        person_["orders"] = [{"sku": "view", "sent": one["timestamp"]} for one in person_["events"]]
    world = World(people)
    table: dict[str, str] = {}
    for array, instant, kind in ARRAYS[:2]:
        steps = ", ".join(f'E{number}: WHAT({kind} = "view")' for number in range(length))
        near = ", ".join(
            f'E{number}: WHAT({kind} = "view")' + (f" WHEN(<= 1 day after E{number - 1})" if number else "")
            for number in range(length)
        )
        table |= {f"chain({array}, {instant}, [{one}])": "bc" for one in (steps, near)}
    compiled = world.compiled_members(list(table))
    assert compiled == list(table.values())
