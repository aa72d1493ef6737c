"""The whole way: Parquet fragments, a merge policy, then a size, a preview and a job, against the two references."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from reference_batches import new_world, texts_for
from reference_expressions import Maker
from reference_fragments import SCHEMA, Generated, as_merged, as_workspace, events_of, generated, merged, workspace
from reference_interpreter import scope_of, truth
from reference_time import Calendar
from reference_world import NOW, World

from segkit.pql import parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import segkit as sk

LONGEST = 400


def _rules(ws: sk.Workspace, random_: random.Random, count: int) -> list[str]:
    """Different rules that the workspace takes."""
    found: dict[str, None] = {}
    while len(found) < count:
        text = Maker(random_, SCHEMA).rule(random_.choice([1, 2, 3]))
        if len(text) <= LONGEST and not any(one.severity == "error" for one in ws.check(text)):
            found[text] = None
    return list(found)


def _expected(made: Generated, rules: list[str], calendar: Calendar, **policy: bool) -> dict[str, set[str]]:
    profiles = merged(made.records[::-1] if policy["precedence"] else made.records, **policy)
    members: dict[str, set[str]] = {text: set() for text in rules}
    for person in made.people:
        scope = scope_of(profiles.get(person, {}), events_of(made, person), SCHEMA, calendar)
        for text in rules:
            if truth(parse(text).root, scope):
                members[text].add(person)
    return members


def _people(rows: Iterable[dict[str, Any]]) -> set[str]:
    return {row["identities"]["crm"][0] for row in rows}


@pytest.mark.parametrize(("seed", "precedence"), [(1, False), (2, True), (3, False)])
def test_sizes_previews_and_jobs_agree_with_the_reference(tmp_path: Path, seed: int, *, precedence: bool) -> None:
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    made = generated(random_, 9)
    calendar = Calendar(NOW, "Europe/Berlin" if seed % 3 == 1 else "UTC")
    with workspace(tmp_path, made, calendar.zone) as ws:
        policy = None
        if precedence:
            order = [
                *(one.name for one in made.records[::-1]),
                *(f"events{number}" for number, _ in enumerate(made.events)),
            ]
            policy = ws.merge_policies.create("last first", attribute_merge="dataSetPrecedence", order=order)
        rules = _rules(ws, random_, 12)
        expected = _expected(made, rules, calendar, precedence=precedence)
        for text in rules:
            found = _people(ws.preview(text, merge_policy=policy, as_of=NOW))
            assert found == expected[text], text
            assert int(ws.size(text, merge_policy=policy, as_of=NOW)) == len(found), text
        segments = [ws.segments.create(f"rule {number}", text) for number, text in enumerate(rules)]
        rules.append('inSegment("rule 0") or not inSegment("rule 1")')
        segments.append(ws.segments.create("of others", rules[-1]))
        expected[rules[-1]] = expected[rules[0]] | (set(made.people) - expected[rules[1]])
        job = ws.jobs.create(segments, as_of=NOW, merge_policy=policy).wait()
        assert job.status == "SUCCEEDED", job.errors
        for segment, text in zip(segments, rules, strict=True):
            assert _people(job.members(segment)) == expected[text], text
    assert sum(bool(one) for one in expected.values()) > len(rules) // 3, "rules that hold of somebody"


@pytest.mark.parametrize("seed", range(4))
def test_generated_schemas_are_the_same_in_a_workspace(tmp_path: Path, seed: int) -> None:
    """Names of all kinds, as nested columns of Parquet files, by way of a merge policy."""
    random_ = random.Random(seed)  # noqa: S311  a repeatable choice of cases
    world = new_world(random_, 8, generated=True)
    world.drop()
    profile = world.shape.schema.profile
    people = {one: as_merged(person, profile) for one, person in world.people.items()}
    world = World(people, world.calendar, shape=world.shape, segments=world.segments)
    texts, _ = texts_for(world, random_, 8)
    with as_workspace(tmp_path, world) as ws:
        for name, text in world.segments.items():
            ws.segments.create(name, text)
        for text in texts:
            expected = world.reference_members(text)
            found = _people(ws.preview(text, as_of=world.calendar.as_of))
            assert found == set(expected), text
            assert int(ws.size(text, as_of=world.calendar.as_of)) == len(expected), text
    world.drop()
