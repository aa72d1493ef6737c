"""What a rule reads: fields by the datasets that have them, and what is computed from experience events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.analysis.telling import dotted
from segkit.pql.bound import Attribute, Get, Variable, children
from segkit.pql.bound_walk import path_of
from segkit.pql.types import Kind, leaves
from segkit.sql.events import PROFILES
from segkit.sql.notes import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segkit.evaluation import Scope
    from segkit.plan import Feature, Form, Plan
    from segkit.pql.bound import Bound
    from segkit.pql.types import Path, Type
    from segkit.profiles import Dataset

_KINDS = {
    "any": "whether there is one",
    "count": "how many there are",
    "distinct": "how many different ones there are",
    "sum": "their sum",
    "average": "their average",
    "min": "the smallest",
    "max": "the largest",
    "first": "the first in order",
    "list": "the list of them",
    "chain": "whether they come in this sequence",
    "groups": "their groups by a key",
}


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """A field that is read, and the datasets that have it, in the merge policy's order."""

    path: str
    type: str
    datasets: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"path": self.path, "type": self.type, "datasets": list(self.datasets)}


@dataclass(frozen=True, slots=True)
class FeatureRead:
    """A value that is computed from each profile's events.

    Parameters
    ----------
    name
        Its name in the plan.
    kind
        What is computed, in words.
    words
        The PQL it comes from.
    conditions
        The PQL of what its events meet.
    form, note
        How it is computed, by its name and in a sentence.
    passes
        How often the events are read for it; features that share a pass are counted with the first of them.
    needed
        Whether only profiles with such events can be in the audience.
    """

    name: str
    kind: str
    words: str
    conditions: tuple[str, ...]
    form: str
    note: str
    passes: int
    needed: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "kind": self.kind,
            "words": self.words,
            "conditions": list(self.conditions),
            "form": self.form,
            "note": self.note,
            "passes": self.passes,
            "needed": self.needed,
        }


@dataclass(frozen=True, slots=True)
class Reads:
    """What is read.

    Parameters
    ----------
    profiles
        Which profiles have to be looked at, in words.
    columns, event_columns
        Fields of the profile and of its events.
    features
        What is computed from the events.
    """

    profiles: str
    columns: tuple[ColumnRead, ...]
    event_columns: tuple[ColumnRead, ...]
    features: tuple[FeatureRead, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "profiles": self.profiles,
            "columns": [one.to_dict() for one in self.columns],
            "event_columns": [one.to_dict() for one in self.event_columns],
            "features": [one.to_dict() for one in self.features],
        }


def reads(made: Plan, scope: Scope, text: str, steps: Iterable[str]) -> Reads:
    """What a plan reads under a scope's merge policy.

    Parameters
    ----------
    made
        The plan of the rule.
    scope
        The data and the policy.
    text
        What the plan's spans point into.
    steps
        The names of the statement's steps.
    """
    nodes = list(_nodes(made))
    event = scope.schema.event
    own = _columns(_attributes(nodes), scope.schema.profile, scope.source.records)
    theirs = _columns(_event_fields(nodes, event), event, scope.source.event_datasets)
    computed = [_feature(one, form, made, text) for one, form in zip(made.features, made.forms, strict=True)]
    return Reads(_universe(made, set(steps)), own, theirs, tuple(computed))


def _universe(made: Plan, steps: set[str]) -> str:
    if PROFILES not in steps:
        if not made.needed:
            return "only profiles with some of the experience events asked for; no field of a profile"
        return "only profiles with the experience events asked for; no field of a profile"
    if made.needed:
        return "only profiles with the experience events asked for, and their fields"
    if made.columns:
        return "all profiles, those known only from events too: each gets a value"
    if made.without_profile:
        return "all profiles, those known only from events too: the rule can hold where these fields are missing"
    return "only profiles that have one of these fields"


def _nodes(made: Plan) -> Iterator[Bound]:
    for one in (*made.conditions.values(), *made.columns.values()):
        yield from _outermost(one)
    for feature in made.features:
        yield from (inner for part in _parts(feature) for inner in _outermost(part))


def _outermost(node: Bound) -> Iterator[Bound]:
    """A node and everything below it; of a path the whole alone, not the objects on the way."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend((path_of(one)[0],) if isinstance(one, Get) else children(one))


def _parts(feature: Feature) -> list[Bound]:
    parts = [*feature.stream.where, *(part for one in feature.stream.links for part in (*one.outer, *one.inner))]
    if feature.kind not in {"any", "count", "chain"}:
        parts.append(feature.stream.item)
    if feature.order is not None:
        parts.append(feature.order[0])
    if feature.chain is not None:
        parts.append(feature.chain.instant)
        parts += [one for each in feature.chain.elements for one in (each.what, each.when) if one is not None]
    return parts


def _attributes(nodes: Iterable[Bound]) -> list[Path]:
    return [path for one in nodes if isinstance(one, Attribute) for path in _leaves(one.path, one.type)]


def _event_fields(nodes: Iterable[Bound], event: Type) -> list[Path]:
    found: list[Path] = []
    for one in nodes:
        base, path = path_of(one)
        if path and isinstance(base, Variable) and base.type == event:
            found += _leaves(path, one.type)
    return found


def _leaves(path: Path, kind: Type) -> list[Path]:
    return [(*path, *below) for below, _ in leaves(kind)] if kind.kind is Kind.OBJECT else [path]


def _columns(paths: list[Path], root: Type, datasets: Iterable[Dataset]) -> tuple[ColumnRead, ...]:
    known = dict(leaves(root))
    return tuple(
        ColumnRead(
            dotted(path),
            str(known[path]),
            tuple(one.name for one in datasets if any(leaf == path for leaf, _ in one.leaves)),
        )
        for path in sorted(dict.fromkeys(paths))
        if path in known
    )


def _feature(one: Feature, form: Form, made: Plan, text: str) -> FeatureRead:
    said = Sources({one.origin: text})
    held = tuple(dict.fromkeys(found for part in one.stream.where if (found := said.words(one.origin, part.span))))
    shown = said.words(one.origin, one.span)
    kind = _KINDS[one.kind]
    return FeatureRead(one.name, kind, shown, held, form.kind, form.note, form.reads_events, one in made.needed)
