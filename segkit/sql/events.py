"""Features of events: one grouped pass over the events for all features that share their conditions."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.needs import holds_without_profile
from segkit.pql.bound import And, Compare, Const, In, InRange, Items
from segkit.pql.bound_walk import signature
from segkit.pql.types import Kind
from segkit.sql import arrays, links
from segkit.sql.build import (
    both,
    call,
    cast,
    column,
    finite,
    keyed_join,
    literal,
    otherwise,
    some,
    sorted_by,
    table,
    tried_cast,
    when,
)
from segkit.sql.expressions import condition, value
from segkit.sql.notes import Sources
from segkit.sql.scope import Leaves, Scope
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from segkit.plan.clock import Clock
    from segkit.plan.features import Feature
    from segkit.plan.forms import EventPass
    from segkit.plan.needs import Shapes
    from segkit.plan.streams import Stream
    from segkit.pql.bound import Bound
    from segkit.pql.types import Type
    from segkit.sql.source import ProfileSource

PROFILES = "profiles"
"""The step that gives the merged profiles."""

_EVENT_ROW, _PROFILE_ROW = "e", "p"


@dataclass(slots=True)
class Steps:
    """The named steps of a statement as they are found, and the profile's leaves that they read."""

    source: ProfileSource
    clock: Clock
    shapes: Shapes
    ordered: bool
    sources: Sources = field(default_factory=Sources)
    profile_leaves: dict[tuple[str, ...], None] = field(default_factory=dict)
    named: dict[str, exp.Select] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, select: exp.Select, note: str = "") -> str:
        """Name a step."""
        self.named[name] = select
        self.note(name, note)
        return name

    def note(self, name: str, words: str) -> None:
        """Say of a step which words it comes from, beside what was said before."""
        if words:
            self.notes.setdefault(name, []).append(words)

    def rows(self, event: Leaves, profile: Leaves, where: Sequence[Bound] = ()) -> exp.Select:
        """The events with the leaves that were asked for, beside the profile's where those were asked for too.

        `where` is what the caller keeps of them; a profile without any of the fields is left out where that allows it.
        """
        events = self.source.events(tuple(event.used)).subquery(event.table, copy=False)
        select = self.beside(exp.Select().from_(events, copy=False), profile, where)
        for join in event.beside.values():
            select = select.join(join.copy(), copy=False)
        return select

    def beside(self, select: exp.Select, profile: Leaves, where: Sequence[Bound] = ()) -> exp.Select:
        """Rows beside the profile's leaves that were asked for, if there are any."""
        if profile.used:
            self.profile_leaves.update(profile.used)
            kind = "left" if holds_without_profile(And(tuple(where)), self.clock) else "inner"
            select = keyed_join(select, table(PROFILES, alias=profile.table), KEY, kind)
        return select

    def aggregate(self, feature: Feature, scope: Scope) -> exp.Expr:
        """A feature as an aggregate over the events of a profile."""
        return aggregated(feature, self, scope)

    def scope(self, stream: Stream) -> tuple[Scope, Leaves, Leaves]:
        """The scope of an event's row, and the rows of the event and of the profile beside it."""
        event, profile = Leaves(_EVENT_ROW), Leaves(_PROFILE_ROW)
        scope = Scope(profile, self.clock, self.shapes, {stream.event.name: event})
        return scope.having({one.name: links.beside(one, scope, event, self) for one in stream.links}), event, profile


@dataclass(frozen=True, slots=True)
class Pass:
    """A step with one row a profile: which column holds which feature."""

    step: str
    columns: dict[str, str]
    present: bool
    """Whether a row is there only when the features' events are."""


def passes(planned: Sequence[EventPass], steps: Steps, notes: dict[str, str]) -> list[Pass]:
    """The steps of the passes that the plan makes."""
    return [
        _shared(one.groups, steps, notes, f"events_{number}")
        if one.shared
        else _separate(one.groups[0], steps, notes, f"events_{number}")
        for number, one in enumerate(planned, 1)
    ]


def _separate(group: Sequence[Feature], steps: Steps, notes: dict[str, str], name: str) -> Pass:
    stream = group[0].stream
    scope, event, profile = steps.scope(stream)
    held = [steps.sources.noted(condition(one, scope), group[0].origin, one) for one in stream.where]
    columns = {one.name: f"{_word(one)}_{number}" for number, one in enumerate(group, 1)}
    chosen = [exp.alias_(aggregated(one, steps, scope), columns[one.name], copy=False) for one in group]
    rows = steps.rows(event, profile, stream.where)
    select = _by_profile(rows, event.table, chosen)
    if held:
        select = select.where(both(held), copy=False)
    for one in group:
        steps.add(name, select, notes.get(one.name, ""))
    return Pass(name, columns, present=True)


def _shared(groups: Sequence[Sequence[Feature]], steps: Steps, notes: dict[str, str], name: str) -> Pass:
    stream = groups[0][0].stream
    scope, event, profile = steps.scope(stream)
    columns: dict[str, str] = {}
    chosen: list[exp.Expr] = []
    for group in groups:
        held = both([condition(one, scope) for one in group[0].stream.where])
        for one in group:
            columns[one.name] = f"{_word(one)}_{len(columns) + 1}"
            chosen.append(exp.alias_(aggregated(one, steps, scope, held), columns[one.name], copy=False))
    alike = [some([condition(one, scope) for one in held]) for held in _alike(groups)]
    select = _by_profile(steps.rows(event, profile), event.table, chosen)
    if alike:
        select = select.where(both(alike), copy=False)
    steps.add(name, select)
    for group in groups:
        for one in group:
            steps.add(name, select, notes.get(one.name, ""))
    return Pass(name, columns, present=False)


def _alike(groups: Sequence[Sequence[Feature]]) -> list[list[Bound]]:
    """What all features ask of the same value, such as one of some types or windows of time: other events matter to
    none, and need not be read."""
    asked: list[dict[Hashable, Bound]] = []
    for group in groups:
        found: dict[Hashable, Bound] = {}
        for one in group[0].stream.where:
            subject = _subject(one)
            if subject is not None:
                found.setdefault(signature(subject), one)
        asked.append(found)
    common = [key for key in asked[0] if all(key in one for one in asked)]
    return [list({signature(one[key]): one[key] for one in asked}.values()) for key in common]


def _subject(node: Bound) -> Bound | None:
    match node:
        case Compare(left=subject, right=Const()) | InRange(subject=subject) | In(value=subject, array=Items()):
            return None if isinstance(subject, Const) else subject
        case _:
            return None


def _by_profile(rows: exp.Select, table_: str, chosen: Sequence[exp.Expr]) -> exp.Select:
    """Columns computed of the rows of each profile."""
    select = rows.select(column(KEY, table_), *chosen, copy=False)
    return select.group_by(column(KEY, table_), copy=False)


def _word(feature: Feature) -> str:
    return "found" if feature.kind == "any" else feature.kind


def aggregated(
    feature: Feature,
    steps: Steps,
    scope: Scope,
    held: exp.Expr | None = None,
    *,
    ties: list[tuple[exp.Expr, bool]] | None = None,
) -> exp.Expr:
    """A feature as an aggregate over the events of a profile; with `held`, over those only that meet it.

    `ties` is the order of rows that are no events.

    Sums of stored integers and decimals are exact, in whatever order events are read. Sums of stored doubles are not:
    their last bits depend on that order, and so on threads and on a snapshot. `fsum` halves how often they differ, no
    more, and would take the exactness from decimals; sorting first makes them the same and takes ten times as long.
    """

    def over(aggregate: exp.Expr) -> exp.Expr:
        return aggregate if held is None else exp.Filter(this=aggregate, expression=exp.Where(this=held.copy()))

    stream, kind = feature.stream, feature.kind
    # a count of what a CASE gives takes half the time of a count with a FILTER
    counted = _count() if held is None else exp.Count(this=when(held.copy(), literal(1)))
    if kind == "any":
        return exp.true() if held is None else exp.GT(this=counted, expression=literal(0))
    if kind == "count" and not stream.many:
        return counted
    item = value(stream.item, scope)
    match kind:
        case "count":
            return cast(otherwise(over(call("SUM", arrays.size(item))), literal(0)), "BIGINT")
        case "distinct":
            return over(exp.Count(this=exp.Distinct(expressions=[item])))
        case "sum":
            total = otherwise(over(call("SUM", call("LIST_SUM", item) if stream.many else item)), literal(0))
            return tried_cast(total, "BIGINT") if feature.type.kind is Kind.INTEGER else finite(cast(total, "DOUBLE"))
        case "average" if stream.many:
            total = over(call("SUM", call("LIST_SUM", item)))
            number = over(call("SUM", arrays.size(arrays.without_nulls(item.copy()))))
            return finite(exp.Div(this=cast(total, "DOUBLE"), expression=call("NULLIF", number, literal(0))))
        case "average":
            return finite(over(call("AVG", item)))
        case "min" | "max":
            inner = call(f"LIST_{kind.upper()}", item) if stream.many else item
            extreme = over(call(kind.upper(), inner))
            return cast(extreme, "DOUBLE") if feature.type.kind is Kind.DOUBLE else extreme
        case "first":
            keys = [] if feature.order is None else [(value(feature.order[0], scope), feature.order[1])]
            # All items are equal by a constant, which DuckDB refuses to sort by.
            keys = [(key, down) for key, down in keys if key.find(exp.Column) is not None]
            last = in_time(stream, scope) if ties is None else ties
            last = [(key, down) for key, down in last if all(key != one for one, _ in keys)]
            return over(call("FIRST", sorted_by(item, *keys, *last)))
        case _:
            keys = (in_time(stream, scope) if ties is None else ties) if steps.ordered else []
            listed = over(call("LIST", sorted_by(item, *keys) if keys else item))
            return call("FLATTEN", listed) if stream.many else listed


def _count() -> exp.Expr:
    return exp.Count(this=exp.Star())


def in_time(stream: Stream, scope: Scope) -> list[tuple[exp.Expr, bool]]:
    """The order of events: by timestamp, then `_id` (R29)."""
    row = typing.cast("Leaves", scope.variables[stream.event.name])
    kind: Type = stream.event.type
    return [(row.leaf((name,)), False) for name in ("timestamp", "_id") if kind.field(name) is not None]
