"""Random rules with the mistakes that lint looks for, over the profiles of the reference interpreter."""

from __future__ import annotations

import functools
import random
from typing import Any

from reference_expressions import Maker
from reference_interpreter import scope_of, truth
from reference_profiles import profile
from reference_time import Calendar
from reference_world import NOW, SCHEMA

from segkit.pql import parse

WORDS = ['"Ann"', '"ann"', '""', '"a_b"', '"a,b"', '"x"']
NUMBERS = ["0", "1", "2", "3", "2.5", "21", "-3"]
TIMES = [
    *("today", "yesterday", "last week", "this month", "before now", "after now", "before today", "after yesterday"),
    *("<= 7 days before now", "> 7 days before now", "<= 30 days before now", "< 3 hours before now"),
    *(">= 1 month before now", "<= 2 weeks before today", "<= 0 days before now", "< 1 day after yesterday"),
    *("between date(2026, 11, 1) and date(2026, 11, 21)", "between date(2026, 11, 21) and date(2026, 11, 20)"),
    *("on date(2026, 11, 20)", "after date(2024, 2, 29)", "before date(2024, 2, 29)", "<= 30 centuries before now"),
    *("after joined", "<= 3 days after joined", "before joined", "<= 3 days before joined"),
]
TEXT_TESTS = [
    *('startsWith("A")', 'startsWith("An")', 'startsWith("x")', 'endsWith("n")', 'endsWith("nn")', 'contains("n")'),
    *('doesNotContain("n")', 'doesNotStartWith("A")', 'doesNotEndWith("n")', 'contains("")', 'startsWith("")'),
    *('equals("ANN", false)', 'equals("Ann")', 'notEqualTo("ann", false)', 'contains("N", false)', 'matches(".*n.*")'),
    *(
        'matches("a^b|c$d")',
        'matches(".*")',
        "isNull()",
        "isNotNull()",
        "isEmpty()",
        "isNotEmpty()",
        'upperCase() = "Ann"',
        'upperCase() = "ANN"',
        'lowerCase() != "Ann"',
    ),
]
LIKES = ['"%"', '"%n%"', '"A%"', '"Ann"', '"_nn"']
PARTS = ["seen.getMonth()", "name.length()", "orders.count()", 'xEvent[type = "buy"].count()', "age", "score", "small"]
PAIRS = [("age", "small"), ("small", "age"), ("age", "age"), ("name", "nick"), ("born", "renewal")]
LISTS = [
    *("orders.count() = 0", "orders.count() > 0", "orders.exists(price > 1)", "not orders", "orders.isNull()"),
    *(
        'xEvent[type = "buy"]',
        "true",
        "false",
        "xEvent[web]",
        "xEvent[web].count() > 1",
        "xEvent.count() = 0",
        "xEvent.count() >= 1",
        "forall O from orders where O.price > 1",
    ),
    *('colors.intersects(["red", "red"])', '"red" in colors', "orders.price > 2", 'tests["a"].result = "red"'),
]
PRESENCE = ["active", "colors", "orders", "home", "home.city", "scores", "xEvent", "age", "born", "name"]


def atom(r: random.Random) -> str:
    """One condition on one of few fields, so that several meet."""
    text = r.choice(["name", "name", "nick", "home.city"])
    match r.randrange(12):
        case 0 | 1:
            return f"{text} {r.choice(['=', '!=', '='])} {r.choice(WORDS)}"
        case 2:
            some = ", ".join(r.choice(WORDS) for _ in range(r.randint(1, 3)))
            return f"{text} {r.choice(['in', 'notIn'])} [{some}]"
        case 3:
            return f"{text}.{r.choice(TEXT_TESTS)}"
        case 4:
            return f"{text} like {r.choice(LIKES)}"
        case 5 | 6:
            operator = r.choice(["=", "!=", "<", "<=", ">", ">="])
            return f"{r.choice(PARTS)} {operator} {r.choice(NUMBERS)}"
        case 7:
            left, right = r.choice(PAIRS)
            operator = r.choice(["=", "!="]) if left == "name" else r.choice(["=", "!=", "<", "<=", ">", ">="])
            return f"{left} {operator} {right}"
        case 8 | 9:
            return f"{r.choice(['seen', 'seen', 'joined', 'born'])} occurs {r.choice(TIMES)}"
        case 10:
            return r.choice([*PRESENCE, *(f"{one}.isNull()" for one in PRESENCE), "active = true", "active != true"])
        case _:
            return r.choice(LISTS)


def rule(r: random.Random, depth: int = 3) -> str:
    """A rule that joins conditions on few fields."""
    pick = r.random()
    if depth == 0 or pick < 0.25:
        return atom(r)
    if pick < 0.35:
        return f"not ({rule(r, depth - 1)})"
    if pick < 0.4:
        return f"exists E from xEvent where {event(r)}"
    if pick < 0.43:
        return f"forall O from orders where O.price {r.choice(['>', '<='])} 2 {r.choice(['and', 'or'])} O.price > 1"
    if pick < 0.45:
        return f"if({rule(r, 1)}, {rule(r, 1)}, {rule(r, 1)})"
    if pick < 0.48:
        return f"(let X = {r.choice(PARTS)} in {r.choice(['X > 3 and X < 2', atom(r)])})"
    joined = f" {r.choice(['and', 'or'])} "
    items = [rule(r, depth - 1) for _ in range(r.choice([2, 2, 3, 4]))]
    if r.random() < 0.2:
        items.append(r.choice(items))
    if r.random() < 0.2:
        items.append(f"not ({r.choice(items)})")
    return joined.join(f"({one})" for one in items)


def event(r: random.Random) -> str:
    """A condition on an event variable `E`."""
    one = r.choice(['E.type = "buy"', 'E.type = "view"', 'E.type != "quit"', "E.value > 1", "E.value < 1", "E.web"])
    other = r.choice(
        [f"E.timestamp occurs {r.choice(TIMES[:8])}", 'E.type = "buy"', "E.value <= 1", "E.count = E.count"]
    )
    return f"{one} {r.choice(['and', 'or'])} {other}"


def generated(seed: int) -> str:
    """A rule by its seed: of our own, or of the differential tests."""
    r = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    return rule(r) if r.random() < 0.7 else _any(r)


def _any(r: random.Random) -> str:
    maker = Maker(r)
    return " and ".join(f"({maker.expression()})" for _ in range(r.choice([1, 2])))


@functools.cache
def people() -> tuple[dict[str, Any], ...]:
    """Profiles, the empty one and one with events alone among them."""
    r = random.Random(7)  # noqa: S311  a repeatable choice of cases
    found = [{"events": []}, {"events": [{"type": "buy"}]}, *(profile(r) for _ in range(24))]
    for number, one in enumerate(found):
        one["events"] = [{"timestamp": None, "_id": f"{number}-{n}", **each} for n, each in enumerate(one["events"])]
    return tuple(found)


def members(text: str, calendar: Calendar | None = None) -> list[bool]:
    """Who meets a rule, by the reference interpreter."""
    root = parse(text).root
    scopes = [
        scope_of({n: v for n, v in one.items() if n != "events"}, one["events"], SCHEMA, calendar or Calendar(NOW))
        for one in people()
    ]
    return [bool(truth(root, scope)) for scope in scopes]


__all__ = ["SCHEMA", "generated", "members", "people", "rule"]
