"""Chains, by answers worked out from `pql.md` (R33 to R37)."""

from __future__ import annotations

import datetime as dt

from reference_check import agree_on_members
from reference_world import World

START = dt.datetime.fromisoformat("2026-11-01T00:00:00")
KINDS = {"v": "view", "b": "buy", "q": "quit"}


def _history(text: str, **fields: object) -> dict[str, object]:
    """`v1 b3`: a view on the first day, a buy on the third; `v` without a number has no time."""
    events = []
    for number, one in enumerate(text.split()):
        day = dt.timedelta(days=int(one[1:])) if len(one) > 1 else None
        events.append({"type": KINDS[one[0]], "timestamp": None if day is None else START + day, "count": number})
    return {"events": events, **fields}


def _chain(elements: str, array: str = "xEvent") -> str:
    words = {f"${letter}": f'WHAT(type = "{kind}")' for letter, kind in KINDS.items()}
    for word, what in words.items():
        elements = elements.replace(word, what)
    return f"chain({array}, timestamp, [{elements}])"


def _members(people: dict[str, dict[str, object]], cases: dict[str, str]) -> None:
    agree_on_members(World(people), {_chain(elements): members for elements, members in cases.items()})


def test_r33_each_later_event_is_strictly_later() -> None:
    _members(
        {
            "a": _history("v1 b2"),
            "b": _history("b1 v2"),
            "c": _history("v1 b1"),
            "d": _history("v1 v1"),
            "e": _history("v1 v2"),
            "f": _history("v b"),
            "g": _history(""),
            "h": _history("b1 v1 b2"),
        },
        {
            "A: $v, B: $b": "ah",
            "A: $b, B: $v": "b",
            "A: $v, B: $v": "e",
            "A: WHAT(*), B: WHAT(*)": "abeh",
            "A: $v": "abcdeh",
            "A: $v, B: $b, C: $v": "",
        },
    )


def test_r34_a_distance_to_a_named_element_is_searched_for() -> None:
    _members(
        {
            "a": _history("v1 b9"),
            "b": _history("v1 v8 b9"),
            "c": _history("v1 b3"),
            "d": _history("v1 b2 b9 q10"),
            "e": _history("v1 v5 b6 q7"),
            "f": _history("v1 b4 q5"),
        },
        {
            "A: $v, B: $b WHEN(<= 2 days after A)": "bcde",
            "A: $v, B: $b WHEN(< 2 days after A)": "bde",
            "A: $v, B: $b WHEN(> 2 days after A)": "abdef",
            "A: $v, B: $b WHEN(= 2 days after A)": "c",
            "A: $v, B: $b, C: $q WHEN(<= 2 days after B)": "def",
            "A: $v, B: $b, C: $q WHEN(<= 3 days after A)": "e",
            "A: $v, B: $b, C: $q WHEN(<= 3 days after A) COUNT(1)": "e",
            "A: $v, B: $b WHEN(between A and date(2026, 11, 4))": "cd",
            "A: $v WHEN(before date(2026, 11, 3)), B: $b WHEN(after date(2026, 11, 4))": "abdef",
            "A: $v, B: $b WHEN(<= 2 days after A), C: $q WHEN(<= 1 day after B)": "e",
        },
    )


def test_r35_counts_are_over_all_matching_events_after_the_previous_element() -> None:
    _members(
        {
            "a": _history("v1"),
            "b": _history("v1 v2"),
            "c": _history("v1 v2 b3"),
            "d": _history("v1 b2 v3"),
            "e": _history("b1"),
            "f": _history("v1 v1 b1"),
            "g": _history("v1 v1 b2"),
            "h": _history(""),
            "i": _history("v1 v2 v3 b2 b4"),
        },
        {
            "A: $v COUNT(2)": "bcdfgi",
            "A: $v COUNT(>= 2)": "bcdfgi",
            "A: $v COUNT(3)": "i",
            "A: $v COUNT(= 2)": "bcdfg",
            "A: $v COUNT(= 1)": "a",
            "A: $v COUNT(<= 1)": "aeh",
            "A: $v COUNT(= 0)": "eh",
            "A: $v COUNT(2), B: $b": "cgi",
            "A: $v COUNT(= 2), B: $b": "cg",
            "A: $v COUNT(<= 2), B: $b": "ceg",
            "A: $v COUNT(= 0), B: $b": "e",
            "A: $v, B: $v COUNT(= 1)": "bcdi",
            "A: $v, B: $v COUNT(2)": "i",
            "A: $v, B: $b COUNT(= 0)": "abdf",
            "A: $v COUNT(>= 2), B: $b COUNT(= 1)": "cgi",
            "A: $v COUNT(= 3), B: $b COUNT(= 1)": "i",
            "A: $v COUNT(2), B: $b WHEN(<= 1 day after A)": "cg",
            "A: $v WHEN(before date(2026, 11, 3)) COUNT(<= 0), B: $b": "e",
        },
    )


def test_r36_what_must_not_come_between() -> None:
    _members(
        {
            "a": _history("v1 b5"),
            "b": _history("v1 q3 b5"),
            "c": _history("v1 q3 v4 b5"),
            "d": _history("v1 q1 b5"),
            "e": _history("v1 q5 b5"),
            "f": _history("q0 v1 b5 q6"),
            "g": _history("v1 b2 q3 b5"),
            "h": _history("q1"),
            "i": _history(""),
        },
        {
            "A: $v, not Q: $q, B: $b": "acdefg",
            "A: $v, not Q: $q": "acd",  # a quit at the very moment is not in between
            "not Q: $q, B: $b": "aeg",
            "not Q: $q": "ai",
            "not Q: $q, A: $v, B: $b": "abcdeg",
            "A: $v, B: $b, not Q: $q": "abcdeg",
            "A: $v, not Q: $q WHEN(<= 1 day after A), B: $b": "abcdefg",
            "A: $v, not Q: $q WHEN(<= 2 days after A), B: $b": "acdefg",
            "A: $v, not Q: $q, not V: $v, B: $b": "acdefg",
            "A: $v, Q: $q, not V: $v, B: $b": "bg",
        },
    )


def test_r37_names_inside_are_of_the_event_and_climb_to_the_profile() -> None:
    people = {
        "a": _history("v1 b2", name="view", age=1, seen=START + dt.timedelta(days=2)),
        "b": _history("v1 b2", name="buy", age=0),
        "c": _history("v1 b2 q3"),
    }
    _members(
        people,
        {
            "A: WHAT(type = ^.name)": "ab",
            "A: WHAT(type = ^.name), B: WHAT(*)": "a",
            "A: WHAT(count >= ^.age), B: $b": "b",
            "A: WHAT(type != ^.name and count > 0)": "a",
            "A: $v WHEN(<= 1 day before ^.seen)": "a",
            'A: WHAT(type.contains("i")), B: WHAT(type.contains("i"))': "c",
        },
    )
    whole = World(people)
    agree_on_members(
        whole,
        {
            f"not ({_chain('A: $v, B: $q')})": "ab",
            f"{_chain('A: $v, B: $q')} or age = 1": "ac",
            _chain("A: $v, B: $b", "xEvent[count < 1]"): "",
            _chain("A: $v, B: $q", 'xEvent[type != "buy"]'): "c",
            f"if({_chain('A: $q')}, true, age = 0)": "bc",
        },
    )
