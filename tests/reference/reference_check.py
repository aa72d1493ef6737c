"""Holds both evaluators to answers worked out by hand from `pql.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_world import World, same

if TYPE_CHECKING:
    from collections.abc import Mapping


def agree_on_members(world: World, table: Mapping[str, str]) -> None:
    """Each rule has these members by the reference and by one statement of all rules."""
    compiled = world.compiled_members(list(table))
    wrong = []
    for (text, expected), found in zip(table.items(), compiled, strict=True):
        reference = world.reference_members(text)
        if not reference == expected == found:
            wrong.append(f"{text}: {expected!r} is right, reference {reference!r}, compiler {found!r}")
    assert not wrong, "\n".join(wrong)


def agree_on_values(world: World, table: Mapping[str, list[Any]], *, ordered: bool = True) -> None:
    """Each expression has these values for the profiles in order, by the reference and by one statement."""
    compiled = world.compiled(list(table))
    wrong = []
    for (text, expected), found in zip(table.items(), compiled, strict=True):
        reference = list(world.reference(text).values())
        answers = [found.get(letter, "no row") for letter in world.people]
        right = len(expected) == len(answers)
        right = right and all(same(one, other, ordered=ordered) for one, other in zip(expected, reference, strict=True))
        right = right and all(same(one, other, ordered=ordered) for one, other in zip(expected, answers, strict=True))
        if not right:
            wrong.append(f"{text}: {expected!r} is right, reference {reference!r}, compiler {answers!r}")
    assert not wrong, "\n".join(wrong)
