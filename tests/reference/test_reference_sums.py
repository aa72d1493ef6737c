"""Events that are compared by a sum or a difference, up to where numbers end, by both evaluators (R14, R25)."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from reference_check import agree_on_members
from reference_world import World

from segkit.plan import Clock, plan

START = dt.datetime.fromisoformat("2026-11-01T00:00:00")
CLOCK = Clock(START)
COUNTS = [-(2**63), -(2**63) + 1, -(2**62), -7, -1, 0, 1, 2, 5, 2**62, 2**63 - 2, 2**63 - 1, None]
VALUES = [-1e300, -2.5, -1.0, 0.0, 0.25, 1.0, 3.5, 1e300, float("inf"), float("-inf"), None]
SUMS = (
    "{b}.count + {a}.count",
    "{a}.count + {b}.count",
    "{b}.count - {a}.count",
    "{a}.count - {b}.count",
    "{a}.value + {b}.value",
    "{b}.value - {a}.value",
    "{a}.value - {b}.value",
    "{a}.value - ({b}.value - 1.5)",
    "{a}.value + {a}.count - {b}.value",
    "{b}.value + {a}.count",
)
LIMITS = ("0", "1", "-1", "9223372036854775807", "-9223372036854775808", "{a}.count", "2.5", "{a}.value")
MORE = ("", "", " and {a}.type = {b}.type", " and {b}.timestamp occurs after {a}.timestamp", " and {a}.count > -3")


def person(random_: random.Random) -> dict[str, Any]:
    counts, values = random_.choice([(COUNTS, VALUES), (COUNTS[3:9], VALUES[1:7])])
    events = [
        {
            "type": random_.choice(["view", "buy"]),
            "timestamp": START + dt.timedelta(days=random_.randint(0, 4)),
            "count": random_.choice(counts),
            "value": random_.choice(values),
        }
        for _ in range(random_.choice([0, 1, 2, 3, 5]))
    ]
    return {"events": events}


def rule(random_: random.Random) -> str:
    sides = [random_.choice(SUMS), random_.choice(LIMITS)]
    random_.shuffle(sides)
    compared = f" {random_.choice(['<', '<=', '>', '>='])} ".join(sides) + random_.choice(MORE)
    return f"exists A from xEvent, B from xEvent where {compared.format(a='A', b='B')}"


@pytest.mark.parametrize("seed", range(4))
def test_r14_r25_sums_of_two_events(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = World({chr(ord("a") + number): person(random_) for number in range(25)})
    rules = [rule(random_) for _ in range(20)]
    for text in rules:
        made = plan({"": world.bind(text).condition}, {}, CLOCK)
        # sums of Integers are sorted by one value already, and by two is a matter of pairs
        assert not made.pairs or "occurs after" in text, text
    agree_on_members(world, {text: world.reference_members(text) for text in rules})
    world.drop()
