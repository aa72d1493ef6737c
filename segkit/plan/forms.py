"""How a plan computes what it needs of the events: in which form, and how often they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.plan.sequences import steps_of
from segkit.pql.bound import Filter, Quantify, Transform, Variable
from segkit.pql.bound_walk import free, signature, walk

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from segkit.plan.features import Feature
    from segkit.plan.links import Link
    from segkit.plan.sequences import Step
    from segkit.plan.streams import Stream
    from segkit.pql.bound import Bound

FormKind = Choice[
    "one filtered pass",
    "shared pass",
    "two-level group",
    "earliest instant per element",
    "ASOF join",
    "pairs",
    "join on equality",
    "minimum and maximum",
    "list",
    "list with lambdas",
]

SEPARATE = 15
"""Up to so many passes keep their own WHERE, by which files and row groups are left out; more share one pass."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one feature is computed.

    Parameters
    ----------
    feature
        The feature's name.
    kind
        The form.
    reads_events
        How often the events are read for it; features that share a pass are counted with the first of them.
    note
        One sentence that says what is done.
    """

    feature: str
    kind: FormKind
    reads_events: int
    note: str


@dataclass(frozen=True, slots=True)
class EventPass:
    """Features that one reading of the events computes.

    Parameters
    ----------
    groups
        Features with the same conditions; with several groups the conditions stand in the aggregates.
    """

    groups: tuple[tuple[Feature, ...], ...]

    @property
    def shared(self) -> bool:
        """Whether all events are read, and each feature picks its own."""
        return len(self.groups) > 1

    @property
    def features(self) -> tuple[Feature, ...]:
        """All features, in order."""
        return tuple(one for group in self.groups for one in group)


def event_passes(features: Iterable[Feature]) -> tuple[EventPass, ...]:
    """Which features are computed together: those with equal conditions, and all when there are many.

    Chains and maps of groups have steps of their own.

    Those whose conditions read the profile stay apart: the profile must lie beside their events.
    """
    groups: dict[Hashable, list[Feature]] = {}
    for one in features:
        if one.kind != "chain" and one.groups is None:
            groups.setdefault(frozenset(signature(held) for held in one.stream.where), []).append(one)
    whole = [tuple(group) for group in groups.values()]
    alone = [group for group in whole if any(one.stream.reads_profile or one.stream.links for one in group)]
    rest = [group for group in whole if group not in alone]
    together = [EventPass(tuple(rest))] if len(rest) > SEPARATE else [EventPass((one,)) for one in rest]
    return (*together, *(EventPass((one,)) for one in alone))


def forms_of(features: Sequence[Feature], rules: Iterable[Bound], columns: Iterable[Bound]) -> tuple[Form, ...]:
    """The form of each feature, in the order of the features.

    Parameters
    ----------
    features
        What is computed from the events.
    rules, columns
        The conditions and values that read them.
    """
    columns = tuple(columns)
    shown = {one.name for one in columns if isinstance(one, Variable)}
    rules = tuple(rules)
    used = {each.name for one in rules for each in walk(one) if isinstance(each, Variable)}
    paired = _searched_for_each(rules, columns)
    found: dict[str, Form] = {}
    for one in event_passes(features):
        for number, each in enumerate(one.features):
            plain = each.name in shown and each.name not in used
            found[each.name] = _of_pass(each, one, first=number == 0, plain=plain, paired=each.name in paired)
    return tuple(found[one.name] if one.name in found else _alone(one) for one in features)


def _searched_for_each(rules: Iterable[Bound], columns: Iterable[Bound]) -> frozenset[str]:
    """The variables that are read anew for each item of some array."""
    found: set[str] = set()
    for one in (*rules, *columns):
        for node in walk(one):
            match node:
                case Quantify(condition=body) | Filter(condition=body) | Transform(body=body):
                    found.update(free(body))
    return frozenset(found)


def _of_pass(feature: Feature, made: EventPass, *, first: bool, plain: bool, paired: bool) -> Form:
    reads = int(first)
    if feature.kind == "list":
        if plain:
            return Form(feature.name, "list", reads, "the events' values become a list of the profile")
        note = "the events become a list of the profile, which is searched item by item"
        if paired:
            note = f"{note} for each item of another, which grows with their product"
        return Form(feature.name, "list with lambdas", reads, note)
    if feature.stream.links:
        return _of_links(feature, first=first)
    if made.shared:
        note = f"one pass over all events computes {len(made.features)} features, each over the events it is about"
        return Form(feature.name, "shared pass", reads, note)
    others = len(made.features) - 1
    beside = f", together with {others} more of the same events" if others else ""
    note = f"one pass over the events that meet the conditions, grouped by profile{beside}"
    return Form(feature.name, "one filtered pass", reads, note)


_SORTED = {"intervals", "latest", "carried", "ranks"}


def _of_links(feature: Feature, *, first: bool) -> Form:
    """The form of a feature of events that have others beside them."""
    links = [*_all_links(feature.stream)]
    reads = 1 + len({one.name for one in links}) if first else 0
    forms = {one.form for one in links}
    if "ordered" in forms:
        note = "each event is checked against the nearest of the sorted others, without pairing them"
        return Form(feature.name, "ASOF join", reads, note)
    if "extreme" in forms:
        note = "each event is checked against the least or greatest value of the others, without pairing them"
        return Form(feature.name, "minimum and maximum", reads, note)
    if forms == {"value"}:
        note = "each event is compared with a value of all others, which is computed once for each profile"
        return Form(feature.name, "two-level group", reads, note)
    note = "the events are joined with the different values of the others, each of which is there once"
    return Form(feature.name, "join on equality", reads, note)


def _all_links(stream: Stream) -> Iterator[Link]:
    for one in stream.links:
        yield one
        yield from _all_links(one.stream)


def _alone(feature: Feature) -> Form:
    """The form of a feature with steps of its own."""
    if feature.chain is None:
        note = "the events are grouped by profile and key, and the groups by profile"
        return Form(feature.name, "two-level group", 1, note)
    course = steps_of(feature.chain)
    names = [one.name for one in feature.chain.elements]
    reads = 1 + len({one.name for one in _all_links(feature.stream)})
    paired = [names[one.index] for one in course.steps if _is_paired(one)]
    if paired:
        note = f"every earlier event is paired with every event for {_listed(paired)}, which grows with their square"
        return Form(feature.name, "pairs", reads, note)
    if course.pending or any(one.form in _SORTED or one.pending for one in course.steps):
        note = "the events are read once, and each element is found by its instant among the sorted ones before it"
        return Form(feature.name, "ASOF join", reads, note)
    note = "the events are read once, and of each element the earliest instant is kept"
    return Form(feature.name, "earliest instant per element", reads, note)


def _is_paired(step: Step) -> bool:
    return step.form == "pairs" and not (step.single and not step.pending)


def _listed(names: Sequence[str]) -> str:
    marked = [f"`{one}`" for one in names]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"
