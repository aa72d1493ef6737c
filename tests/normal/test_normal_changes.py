"""What changed between two rules."""

from __future__ import annotations

import pytest
from normal_support import SCHEMA

from segkit.pql import parse
from segkit.pql.binder import bind
from segkit.pql.normal.changes import Change, Changes, changes


def between(before: str, after: str) -> Changes:
    rules = {"G": parse("age > 1 and score < 3")}
    one, other = (bind(parse(text), SCHEMA, segments=rules.get) for text in (before, after))
    return changes(one, other)


def short(conditions: tuple[Change, ...]) -> list[str]:
    found = []
    for one in conditions:
        if one.parts:
            found.append(f"{one.connector}({'; '.join(short(one.parts))})")
        elif one.kind == "changed":
            found.append(f"{one.before} → {one.after}")
        else:
            found.append(f"{ {'stayed': '=', 'came': '+', 'went': '-'}[one.kind] } {one.after or one.before}")
    return found


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("age > 3 and active", "active and age > 3", ["= active", "= age > 3"]),
        ("age > 3", "age > 3 and active", ["= age > 3", "+ active"]),
        ("age > 3 and active", "age > 3", ["= age > 3", "- active"]),
        ("age > 3 and active", "age > 5 and active", ["age > 3 → age > 5", "= active"]),
        ("age > 3", "score > 3", ["+ score > 3", "- age > 3"]),
        ("age >= 3 and age < 6", "age in [3, 4, 5] and active", ["= age in [3, 4, 5]", "+ active"]),
        ("age > 3 or active", "active or age > 4 or score > 2", ["= active", "age > 3 → age > 4", "+ score > 2"]),
        (
            "(age > 3 or active) and score > 1",
            'score > 1 and (active or homeAddress.city = "x" or age >3)',
            ["= score > 1", 'or(= active; + homeAddress.city = "x"; = age >3)'],
        ),
        (
            'xEvent[eventType = "a"].count() >= 3 and active',
            'xEvent[eventType = "a"].count() >= 5 and active',
            ['xEvent[eventType = "a"].count() >= 3 → xEvent[eventType = "a"].count() >= 5', "= active"],
        ),
        ('xEvent[eventType = "a"]', 'xEvent[eventType = "b"]', ['xEvent[eventType = "a"] → xEvent[eventType = "b"]']),
        (
            'xEvent[eventType = "a"] and xEvent[epoch = 3]',
            'xEvent[eventType = "b"] and xEvent[epoch = 4]',
            ['+ xEvent[eventType = "b"]', "+ xEvent[epoch = 4]", '- xEvent[eventType = "a"]', "- xEvent[epoch = 3]"],
        ),
        ("not (age > 3 or active)", "not (active)", ["= not (active)", "- not (age > 3)"]),
        (
            "modified occurs <= 30 days before now",
            "modified occurs <= 90 days before now",
            ["modified occurs <= 30 days before now → modified occurs <= 90 days before now"],
        ),
        ('inSegment("G") and active', 'inSegment("G")', ['= inSegment("G")', "- active"]),
        ("age > 3\n  and active", "active", ["= active", "- age > 3"]),
    ],
)
def test_each_condition_stays_changes_comes_or_goes(before: str, after: str, expected: list[str]) -> None:
    assert short(between(before, after).conditions) == expected


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("age > 3 and active", "active and age >= 4", True),
        ("(age > 3 and active) or (age > 3 and score < 2)", "age > 3 and (active or score < 2)", True),
        ("not (age > 3)", "age <= 3", False),
    ],
)
def test_only_another_spelling_is_the_same(before: str, after: str, same: bool) -> None:  # noqa: FBT001
    found = between(before, after)
    assert found.same is same
    assert all(one.kind == "stayed" for one in found.conditions) is same


def test_what_is_the_same_is_no_change_whichever_way_round() -> None:
    found = between("age > 3 and (active or score < 2)", "(age > 3 and active) or (age > 3 and score < 2)")
    assert found.same
    assert [one.kind for one in found.conditions] == ["stayed"]
