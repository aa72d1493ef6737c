"""Chains against a search that tries every choice of events (R33 to R37)."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import pytest
from sql_world import World, at, bind_text
from sqlglot import exp

from segkit.sql import compile_condition_count

START = at("2026-01-01")
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Part:
    """An element: the event type it wants, its count, whether it is negated, and a distance after an earlier one."""

    kind: str
    comparison: str = ">="
    number: int = 1
    counted: bool = False
    negated: bool = False
    after: int | None = None
    hours: int = 0

    def text(self, index: int) -> str:
        when = "" if self.after is None else f" WHEN(<= {self.hours} hours after N{self.after})"
        count = f" COUNT({self.comparison} {self.number})" if self.counted else ""
        return f'{"not " if self.negated else ""}N{index}: WHAT(type = "{self.kind}"){when}{count}'


Event = tuple[int, str]


def holds(parts: list[Part], events: list[Event]) -> bool:
    def matching(part: Part, low: int | None, high: int | None, moments: dict[int, int | None]) -> list[int]:
        found = sorted(hour for hour, kind in events if kind == part.kind)
        if part.after is not None:
            moment = moments[part.after]
            found = [one for one in found if moment is not None and moment <= one <= moment + part.hours]
        return [one for one in found if (low is None or one > low) and (high is None or one < high)]

    def compared(number: int, part: Part) -> bool:
        return {">=": number >= part.number, "=": number == part.number, "<=": number <= part.number}[part.comparison]

    def clear(pending: list[Part], low: int | None, high: int | None, moments: dict[int, int | None]) -> bool:
        return not any(matching(one, low, high, moments) for one in pending)

    def search(index: int, last: int | None, pending: list[Part], moments: dict[int, int | None]) -> bool:
        if index == len(parts):
            return clear(pending, last, None, moments)
        part = parts[index]
        if part.negated:
            return search(index + 1, last, [*pending, part], moments)
        found = matching(part, last, None, moments)
        if not part.counted:
            choices: list[int | None] = list(found)
        elif not compared(len(found), part):
            return False
        elif part.comparison == ">=":
            choices = [found[part.number - 1]]
        else:
            choices = [found[-1] if found else None]
        for one in choices:
            known = {**moments, index: one}
            if one is None:
                # What stands for nothing is no neighbour: what is negated waits for the next.
                if search(index + 1, last, pending, known):
                    return True
            elif clear(pending, last, one, moments) and search(index + 1, one, [], known):
                return True
        return False

    return search(0, None, [], {})


def _world(random_: random.Random, profiles: int) -> tuple[World, dict[str, list[Event]]]:
    histories: dict[str, list[Event]] = {}
    for number in range(profiles):
        size = random_.choice([0, 1, 2, 3, 4, 5, 6, 7])
        histories[chr(ord("a") + number)] = [(random_.randint(0, 7), random_.choice("XYZ")) for _ in range(size)]
    people = {
        letter: {"events": [{"timestamp": START + hour * HOUR, "type": kind} for hour, kind in events]}
        for letter, events in histories.items()
    }
    return World(people), histories


def _parts(random_: random.Random) -> list[Part]:
    parts: list[Part] = []
    for index in range(random_.randint(1, 4)):
        negated = random_.random() < 0.25
        counted = not negated and random_.random() < 0.4
        comparison = random_.choice([">=", "=", "<="]) if counted else ">="
        number = random_.choice([1, 2, 2] if comparison == ">=" else [0, 1, 2, 2]) if counted else 1
        earlier = [one for one in range(index) if not parts[one].negated]
        after = random_.choice(earlier) if earlier and random_.random() < 0.4 else None
        parts.append(
            Part(random_.choice("XYZ"), comparison, number, counted, negated, after, random_.choice([0, 1, 2, 4]))
        )
    return parts


@pytest.mark.parametrize("seed", range(8))
def test_r33_r36_a_chain_is_a_search_over_all_choices(seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world, histories = _world(random_, 24)
    for _ in range(6):
        parts = _parts(random_)
        text = f"chain(xEvent, timestamp, [{', '.join(part.text(index) for index, part in enumerate(parts))}])"
        expected = "".join(letter for letter, events in histories.items() if holds(parts, events))
        assert world.members(text) == expected, text


def _days(*events: tuple[str, int]) -> dict[str, object]:
    return {
        "events": [{"type": kind, "timestamp": START + day * 24 * HOUR, "value": float(day)} for kind, day in events]
    }


SHOPPERS = World(
    {
        "a": {"number": 2, **_days(("view", 1), ("buy", 2))},
        "b": {"number": 9, **_days(("buy", 1), ("view", 2))},
        "c": _days(("view", 1), ("buy", 1)),
        "d": _days(("view", 1), ("quit", 2), ("view", 5), ("buy", 9)),
        "e": _days(("view", 1), ("view", 2), ("view", 3)),
        "f": {"name": "idle"},
        "g": {"events": [{"type": "view", "timestamp": None}, {"type": "buy", "timestamp": None}]},
    }
)


@pytest.mark.parametrize(
    ("elements", "members"),
    [
        ('A: WHAT(type = "view"), B: WHAT(type = "buy")', "ad"),
        ('A: WHAT(type = "view"), B: WHAT(*)', "ade"),
        ('A: WHAT(type = "view")', "abcde"),
        ('A: WHAT(type = "view") COUNT(3)', "e"),
        ('A: WHAT(type = "view") COUNT(= 1)', "abc"),
        ('A: WHAT(type = "view") COUNT(<= 1)', "abcfg"),
        ('A: WHAT(type = "view") COUNT(<= 1), B: WHAT(type = "buy")', "a"),
        ('A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 4 days after A)', "ad"),
        ('A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 3 days after A)', "a"),
        ('A: WHAT(type = "view"), not Q: WHAT(type = "quit"), B: WHAT(type = "buy")', "ad"),
        ('A: WHAT(type = "view"), Q: WHAT(type = "quit"), B: WHAT(type = "buy")', "d"),
        ('not Q: WHAT(type = "quit"), B: WHAT(type = "buy")', "abc"),
        ('B: WHAT(type = "view"), not Q: WHAT(type = "buy")', "bce"),
        ('not Q: WHAT(type = "view")', "fg"),
        ('A: WHAT(type = "buy") WHEN(before date(2026, 1, 3))', "bc"),
        ('A: WHAT(type = "view" and value < ^.number)', "ab"),
    ],
)
def test_r33_r37_chains(elements: str, members: str) -> None:
    chain = f"chain(xEvent, timestamp, [{elements}])"
    assert SHOPPERS.members(chain) == members
    assert SHOPPERS.members(f"not ({chain})") == "".join(one for one in "abcdefg" if one not in members)
    assert SHOPPERS.members(f'{chain} or name = "idle"') == "".join(one for one in "abcdefg" if one in members + "f")


def test_r33_a_chain_over_a_filter() -> None:
    assert SHOPPERS.members('chain(xEvent[value < 5], timestamp, [A: WHAT(type = "view") COUNT(1)])') == "abcde"
    assert SHOPPERS.members('chain(xEvent[value > 2], timestamp, [A: WHAT(type = "view")])') == "de"


def test_r33_names_of_elements_may_differ_only_in_case() -> None:
    """DuckDB does not tell such columns apart."""

    def shopper(*kinds: str) -> dict[str, object]:
        return {"events": [{"timestamp": at(f"2026-01-0{day}"), "type": kind} for day, kind in enumerate(kinds, 1)]}

    world = World({"a": shopper("view", "buy"), "b": shopper("view", "view"), "c": shopper("buy", "view")})
    assert world.members('chain(xEvent, timestamp, [A: WHAT(type = "view"), a: WHAT(type = "buy")])') == "a"
    assert (
        world.members(
            'chain(xEvent, timestamp, [A: WHAT(type = "view"), a: WHAT(type = "buy") WHEN(<= 1 day after A), '
            'not aA: WHAT(type = "view") WHEN(<= 9 days after a)])'
        )
        == "a"
    )


def test_r34_a_field_may_have_the_name_of_a_column_of_the_statement() -> None:
    """A step of a chain has a column `instant` of its own."""

    def shopper(until: str, left: str) -> dict[str, object]:
        view = {"timestamp": at("2026-01-01"), "type": "view"}
        buy = {"timestamp": at("2026-01-03"), "type": "buy", "instant": at(until)}
        return {"left": at(left), "events": [view, buy]}

    world = World({"a": shopper("2026-01-05", "2026-01-01"), "b": shopper("2026-01-02", "2026-01-05")})
    chain = 'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(between A and {})])'
    assert world.members(chain.format("instant")) == "a"
    assert world.members(chain.format("^.left")) == "b"


def test_r34_the_last_state_decides_unless_its_interval_ends_beyond_all_time() -> None:
    """A distance that leaves time is null: the addition before it is the one that counts."""
    late = (("26", "view"), ("29", "view"), ("30", "buy"))
    world = World(
        {
            "a": {"events": [{"timestamp": at(f"9999-12-{day}"), "type": kind} for day, kind in late]},
            "b": {"events": [{"timestamp": at(f"9999-12-{day}"), "type": kind} for day, kind in late[1:]]},
            "c": {"events": [{"timestamp": at(f"9999-11-{day}"), "type": kind} for day, kind in late[1:]]},
        }
    )
    pair = 'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= {} days after A)])'
    assert world.members(pair.format(5)) == "ac"
    assert world.members(pair.format(1)) == "abc"


def test_r34_one_element_within_days_of_another_sorts_nothing_but_the_pairs() -> None:
    chain = 'chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 4 days after A)])'
    plainly = compile_condition_count(bind_text(chain).condition, SHOPPERS, SHOPPERS.clock)
    assert not list(plainly.find_all(exp.Window, exp.Distinct))
    assert len([one for one in plainly.find_all(exp.Join) if one.args.get("method") == "ASOF"]) == 1
