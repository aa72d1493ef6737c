"""Batches of generated expressions over generated profiles, compared; and what disagrees made small."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
from reference_expressions import Maker
from reference_profiles import profile, shaped
from reference_schemas import shape
from reference_time import Calendar
from reference_world import NOW, SHAPE, World, same

from segkit.plan.check import unsupported
from segkit.pql import PQLError, parse
from segkit.pql import format as written
from segkit.pql.tree import Expression

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence


CALENDARS = [
    Calendar(NOW),
    Calendar(NOW, "Europe/Berlin"),
    Calendar(NOW, "UTC", 6),
    Calendar(dt.datetime(2026, 10, 25, 1, 15), "Europe/Berlin"),  # noqa: DTZ001  the hour that summer time repeats
    Calendar(dt.datetime(2024, 2, 29, 23, 30), "Asia/Kolkata"),  # noqa: DTZ001
    Calendar(dt.datetime(2026, 3, 8, 7, 0, 0, 1), "America/New_York"),  # noqa: DTZ001  as summer time begins
    Calendar(dt.datetime(2018, 11, 6, 15), "America/Sao_Paulo"),  # noqa: DTZ001  two days after one without midnight
]
LONGEST = 600
"""Characters of the longest expression that is compared: what is longer says nothing new, slowly."""

REFUSALS = {"too-deep", "expression-too-large"}


@dataclass(frozen=True)
class Finding:
    """A difference between the evaluators, in words, and what shows it."""

    text: str
    words: str
    people: dict[str, dict[str, Any]]
    world: World

    def __str__(self) -> str:
        now = (
            f"now {self.world.calendar.as_of} in {self.world.calendar.zone}, weeks {self.world.calendar.first_weekday}"
        )
        rules = "".join(f"\n  segment {name}: {one}" for name, one in self.world.segments.items() if name in self.text)
        return f"{self.text}\n  {self.words}\n  of {self.people}\n  {now}{rules}"


@dataclass(frozen=True)
class Outcome:
    """What a batch compared and found; `refused` are expressions that the generator got wrong."""

    expressions: int
    comparisons: int
    refused: int
    findings: tuple[Finding, ...]


def new_world(random_: random.Random, profiles: int, *, generated: bool) -> World:
    """Profiles over the fixed schema or over a generated one, and three segments that rules may name."""
    calendar = random_.choice(CALENDARS)
    made = shape(random_) if generated else SHAPE
    letters = [chr(ord("a") + number) for number in range(profiles)]
    people = {one: shaped(random_, made, calendar) if generated else profile(random_) for one in letters}
    segments: dict[str, str] = {}
    empty = World({}, calendar, shape=made, segments=segments)
    for name in ("one", "two", "a third"):
        text = Maker(random_, made.schema, tuple(segments)).rule()
        if is_runnable(empty, text):
            segments[name] = text
    empty.drop()
    return World(people, calendar, shape=made, segments=segments)


def is_runnable(world: World, text: str) -> bool:
    """Whether the binder takes a text and the compiler runs it; the generator is wrong about few."""
    try:
        bound = world.bind(text)
    except PQLError:
        return False
    return unsupported(bound.root) is None and unsupported(bound.condition) is None


def texts_for(world: World, random_: random.Random, count: int) -> tuple[list[str], int]:
    """Expressions that can be run, and how many could not."""
    texts, refused = [], 0
    for _ in range(count):
        text = Maker(random_, world.shape.schema, tuple(world.segments)).expression()
        if len(text) > LONGEST:
            continue
        if is_runnable(world, text):
            texts.append(text)
        else:
            refused += 1
    return texts, refused


def run_batch(random_: random.Random, profiles: int, expressions: int, *, generated: bool) -> Outcome:
    """One batch, all its expressions in one statement a form."""
    world = new_world(random_, profiles, generated=generated)
    try:
        texts, refused = texts_for(world, random_, expressions)
        found = tuple(disagreements(world, texts)) if texts else ()
    finally:
        world.drop()
    return Outcome(len(texts), 2 * len(texts) * profiles + bool(texts), refused, found)


def disagreements(world: World, texts: Sequence[str]) -> Iterator[Finding]:
    """Each difference, by value and by membership; a statement that fails is looked for by halves."""
    try:
        columns, members = world.compiled(texts), world.compiled_members(texts)
        size = world.compiled_size(texts[0])
    except (PQLError, duckdb.Error, ArithmeticError, LookupError, TypeError, ValueError) as error:
        if len(texts) > 1:
            half = len(texts) // 2
            for part in (texts[:half], texts[half:]):
                yield from disagreements(world, part)
        elif not isinstance(error, PQLError) or not {one.code for one in error.diagnostics} <= REFUSALS:
            yield Finding(texts[0], f"{type(error).__name__}: {error}", {}, world)
        return
    for text, column, members_of in zip(texts, columns, members, strict=True):
        # the order of events is not defined (R23)
        ordered = "xEvent" not in text
        try:
            values, expected_members = world.reference(text), world.reference_members(text)
        except (ArithmeticError, AssertionError, LookupError, NotImplementedError, TypeError, ValueError) as error:
            yield Finding(text, f"{type(error).__name__} of the reference: {error}", {}, world)
            continue
        for letter, expected in values.items():
            value = column.get(letter, "no row")
            if not same(expected, value, ordered=ordered):
                yield Finding(text, f"is {expected!r}, compiled {value!r}", {letter: dict(world.people[letter])}, world)
        different = [one for one in world.people if (one in expected_members) is not (one in members_of)]
        for letter in different:
            found = {letter: dict(world.people[letter])}
            yield Finding(text, f"has {expected_members!r}, compiled {members_of!r}", found, world)
    if size != len(members[0]):
        yield Finding(texts[0], f"counted {size}, has {members[0]!r}", dict(world.people), world)


def smaller(finding: Finding, tries: int = 400) -> Finding:
    """The same kind of difference in a smaller expression over a smaller profile."""
    left = tries
    again = True
    while again and left > 0:
        again = False
        for one in _smaller_once(finding):
            left -= 1
            found = _shows(one)
            if found is not None and _kind(found) == _kind(finding):
                finding, again = found, True
                break
            if left <= 0:
                break
    return finding


def _kind(finding: Finding) -> str:
    """What went wrong: another answer, or which failure."""
    first = finding.words.split()[0].rstrip(":")
    return "answer" if first in {"is", "has", "counted"} else first


def _smaller_once(finding: Finding) -> Iterator[Finding]:
    for letter, person in finding.people.items():
        for one in _less(person):
            yield replace(finding, people={**finding.people, letter: one})
    root = parse(finding.text).root
    for node in _parts(root):
        try:
            yield replace(finding, text=written(Expression(node)))
        except (TypeError, ValueError, AttributeError, PQLError):
            continue


def _less(record: Any) -> Iterator[Any]:
    """A record without one of its parts."""
    if isinstance(record, dict):
        for name, one in record.items():
            if one is not None and name != "events":
                yield {**record, name: None}
        for name, one in record.items():
            yield from ({**record, name: part} for part in _less(one))
    elif isinstance(record, list):
        for place, one in enumerate(record):
            yield [*record[:place], *record[place + 1 :]]
            yield from ([*record[:place], part, *record[place + 1 :]] for part in _less(one))


def _parts(node: Any) -> Iterator[Any]:
    """Smaller trees: a node's own parts first, then the node with a part made smaller."""
    names = [one.name for one in dataclasses.fields(node) if not one.name.endswith("span")]
    held = {name: getattr(node, name) for name in names}
    for one in held.values():
        yield from (part for part in (one if isinstance(one, tuple) else (one,)) if dataclasses.is_dataclass(part))
    for name, one in held.items():
        if dataclasses.is_dataclass(one):
            yield from (replace(node, **{name: part}) for part in _parts(one))
        elif isinstance(one, tuple):
            for place, item in enumerate(one):
                if len(one) > 1:
                    yield replace(node, **{name: (*one[:place], *one[place + 1 :])})
                if dataclasses.is_dataclass(item):
                    yield from (
                        replace(node, **{name: (*one[:place], part, *one[place + 1 :])}) for part in _parts(item)
                    )


def _shows(finding: Finding) -> Finding | None:
    """The difference that an expression over some profiles shows, if any."""
    old = finding.world
    world = World(finding.people, old.calendar, shape=old.shape, segments=old.segments)
    try:
        if not is_runnable(world, finding.text):
            return None
        found = next(disagreements(world, [finding.text]), None)
    except (PQLError, ArithmeticError, LookupError, AssertionError, AttributeError, TypeError, ValueError):
        # a smaller tree need not mean anything
        return None
    finally:
        world.drop()
    return None if found is None else replace(finding, text=found.text, words=found.words)


__all__ = [
    "CALENDARS",
    "Finding",
    "Outcome",
    "disagreements",
    "is_runnable",
    "new_world",
    "run_batch",
    "smaller",
    "texts_for",
]
