"""The plan of one statement: conditions and columns freed of events, and the features they need instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.plan.check import unsupported
from segkit.plan.features import Features
from segkit.plan.fold import TRUE, fold
from segkit.plan.forms import event_passes, forms_of
from segkit.plan.needs import Shapes, holds_without, holds_without_profile, reads
from segkit.plan.pairs import kept_apart, pairings
from segkit.pql.bound import And, Const, Distinct, Head, Or, Top
from segkit.pql.bound_walk import conjuncts, free
from segkit.pql.diagnostics import PQLError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.plan.clock import Clock
    from segkit.plan.features import Feature
    from segkit.plan.forms import EventPass, Form
    from segkit.plan.pairs import Pairing
    from segkit.pql.bound import Bound


@dataclass(frozen=True, slots=True)
class Plan:
    """What a statement computes.

    Parameters
    ----------
    conditions
        The rules, over the profile's fields and the features' variables.
    columns
        The values asked for, likewise.
    features
        What is computed from the events.
    needed
        Those features without whose events no rule can be true.
    shapes
        The leaves read of objects in lists.
    ordered
        Whether lists of events must be in the order of time.
    without_profile
        Whether a rule can be true for a profile whose fields are all null.
    without_events
        Whether a rule can be true for a profile without any of the features' events.
    pairs
        The parts that pair items of arrays, and how many pairs that makes.
    """

    conditions: Mapping[str, Bound]
    columns: Mapping[str, Bound]
    features: tuple[Feature, ...]
    needed: tuple[Feature, ...]
    shapes: Shapes
    ordered: bool
    without_profile: bool
    without_events: bool
    pairs: tuple[Pairing, ...] = ()

    @property
    def passes(self) -> tuple[EventPass, ...]:
        """Which features are computed together, chains left out."""
        return event_passes(self.features)

    @property
    def forms(self) -> tuple[Form, ...]:
        """How each feature is computed, in the order of `features`."""
        return forms_of(self.features, self.conditions.values(), self.columns.values())


def plan(conditions: Mapping[str, Bound], columns: Mapping[str, Bound], clock: Clock) -> Plan:
    """The plan of some rules and columns; without rules every profile counts.

    Raises
    ------
    PQLError
        One of them cannot be run; a caller that has its text asks `unsupported` before.
    """
    refused = [found for one in (*conditions.values(), *columns.values()) if (found := unsupported(one)) is not None]
    if refused:
        raise PQLError(refused)
    features = Features()
    rules = {name: _extract(name, one, features, clock) for name, one in conditions.items()}
    values = {name: _extract(name, one, features, clock) for name, one in columns.items()}
    pairs: Sequence[Pairing] = pairings(features.all, rules, values)
    for name in dict.fromkeys(one.rules[0] for one in pairs if one.in_row and one.rules[0] in rules):
        parts = [(one, _extract(name, one, features, clock)) for one in conjuncts(fold(conditions[name], clock))]
        pairs, rules[name] = kept_apart(pairs, name, parts, features.all)
    shapes = Shapes()
    for one in (*rules.values(), *values.values()):
        shapes.read(one)
    for feature in features.all:
        for one in feature.bounds:
            shapes.read(one)
    for one in values.values():
        shapes.whole(one.type)
    grouped = [one.groups.value for one in features.all if one.groups is not None]
    read = [*rules.values(), *values.values(), *grouped]
    either = tuple(rules.values()) or (TRUE,)
    apart = [_Parts.of(one) for one in either] if features.all else []
    needed = tuple(one for one in features.all if not any(rule.hold_without(one, clock) for rule in apart))
    return Plan(
        rules,
        values,
        features.all,
        needed,
        shapes,
        ordered=bool(values) or reads(read, (Head, Top, Distinct)),
        without_profile=any(holds_without_profile(one, clock) for one in either),
        without_events=_any_without(either, features.all, clock),
        pairs=tuple(pairs),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """A rule taken apart at `and` and `or`: a feature concerns only the parts that read it.

    Folding the whole rule for every feature anew takes the square of its length.
    """

    node: Bound
    parts: tuple[_Parts, ...]
    reading: Mapping[str, Sequence[_Parts]]

    @classmethod
    def of(cls, node: Bound) -> _Parts:
        parts = tuple(cls.of(one) for one in node.items) if isinstance(node, And | Or) else ()
        reading: dict[str, list[_Parts]] = {}
        for part in parts:
            for name in part.reading:
                reading.setdefault(name, []).append(part)
        if not parts:
            reading = {name: [] for name in free(node)}
        return cls(node, parts, reading)

    @property
    def never(self) -> bool:
        return isinstance(self.node, Const) and self.node.value is not True

    def hold_without(self, feature: Feature, clock: Clock) -> bool:
        """Whether the rule can be true for a profile that lacks the events of a feature."""
        if not self.parts:
            return holds_without(self.node, [feature], clock) if feature.name in self.reading else not self.never
        reading = self.reading.get(feature.name, ())
        if isinstance(self.node, And):
            return all(one.hold_without(feature, clock) for one in reading)
        return len(reading) < len(self.parts) or any(one.hold_without(feature, clock) for one in reading)


def _any_without(rules: Sequence[Bound], features: Sequence[Feature], clock: Clock) -> bool:
    return any(holds_without(one, features, clock) for one in rules)


def _extract(origin: str, node: Bound, features: Features, clock: Clock) -> Bound:
    features.origin = origin
    done: dict[int, Bound] = {}  # what has no events stays as it was folded
    return fold(features.extract(fold(node, clock, done)), clock, done)
