"""The normal form of a rule has the rule's members, whatever the profiles are."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from reference_batches import CALENDARS
from reference_expressions import Maker
from reference_profiles import profile
from reference_world import SCHEMA, World

from segkit.plan.check import unsupported
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.pql.normal import key, normal
from segkit.sql import BITS, compile_segments

if TYPE_CHECKING:
    from segkit.pql.bound import Bound

PROFILES = 24


def conditions(random_: random.Random, number: int) -> dict[str, Bound]:
    """Generated rules, some of them put together of others, by their text."""
    found: dict[str, Bound] = {}
    while len(found) < number:
        parts = [Maker(random_).expression() for _ in range(random_.choice([1, 1, 2, 3]))]
        text = f" {random_.choice(['and', 'or'])} ".join(f"{random_.choice(['', 'not'])}({one})" for one in parts)
        try:
            made = bind(parse(text), SCHEMA).condition
        except PQLError:
            continue
        if len(text) < 600 and unsupported(made) is None:
            found[text] = made
    return found


def members(world: World, rules: dict[str, Bound]) -> dict[str, str]:
    """The members of each rule."""
    named = {f"s{at}": one for at, one in enumerate(rules.values())}
    rows = {world.keys[row[0]]: row[2:] for row in world.rows(compile_segments(named, world, world.clock))}
    nobody = [0] * len(rules)
    return {
        text: "".join(one for one in world.people if rows.get(one, nobody)[at // BITS] >> at % BITS & 1)
        for at, text in enumerate(rules)
    }


def check_batch(seed: int, number: int) -> int:
    """One batch; gives the number of rules that changed by becoming normal."""
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    people = {chr(ord("A") + at): profile(random_) for at in range(PROFILES)}
    world = World(people, random_.choice(CALENDARS))
    try:
        rules = conditions(random_, number)
        forms = {text: normal(one) for text, one in rules.items()}
        runnable = {text: one.condition for text, one in forms.items() if unsupported(one.condition) is None}
        expected, found = members(world, rules), members(world, runnable)
        different = [
            f"{text}\n  has {expected[text]}, normal {one}" for text, one in found.items() if expected[text] != one
        ]
        assert not different, "\n".join(different)
        again = {text: key(one.condition) for text, one in forms.items()}
        # hardly ever is more found when a form is read again, as where a constant has come together
        assert sum(again[text] != one.key for text, one in forms.items()) <= 1
        by_key: dict[str, str] = {}
        for text, one in forms.items():
            assert by_key.setdefault(one.key, expected[text]) == expected[text], text
        return len(runnable)
    finally:
        world.drop()


@pytest.mark.parametrize("seed", range(12))
def test_a_normal_form_has_the_same_members(seed: int) -> None:
    assert check_batch(seed, 24) > 18, "most normal forms can be run"


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1500))
def test_many_normal_forms_have_the_same_members(seed: int) -> None:
    check_batch(seed, 40)
