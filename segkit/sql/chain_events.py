"""The events that a chain looks at: those that match some element, read once for all, and what each asks more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.fold import TRUE
from segkit.plan.sequences import Reach, instant_of, reach_of, relations_of, renamed, steps_of
from segkit.pql.bound import Variable
from segkit.pql.bound_walk import canonical, free, signature, substitute
from segkit.sql.build import both, call, column, otherwise, present, some, table
from segkit.sql.expressions import condition, value
from segkit.sql.scope import Leaves, Scope
from segkit.sql.source import KEY
from segkit.sql.times import interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from segkit.plan.features import Feature
    from segkit.plan.sequences import Edge
    from segkit.pql.bound import Bound, Chain, ChainElement
    from segkit.sql.events import Steps
    from segkit.sql.scope import Place

INSTANT = "instant"
"""The column with an event's instant, and with the one that a state has reached."""

_EVENT, _PROFILE = ("event",), ("^",)
"""What the columns begin with that a step carries of the event and the profile: a field may be called `instant`."""

_ROW, _ITEM = "m", "item"

_TWICE = 2
_DEAR = (exp.AggFunc, exp.Join, exp.Unnest, exp.Window, exp.Distinct)
"""What makes reading events for each of two elements, only rows of its own kind, dearer than once for both."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the chain: where its events are, and what must also hold between them and earlier elements.

    Parameters
    ----------
    step
        The step that has its events.
    flag
        The column of the step that is true for them; None where all of them are.
    relations
        The conditions on earlier elements, over the event's instant where they read it.
    reach
        The same as an interval; None where they are no interval.
    """

    step: str
    flag: str | None
    relations: tuple[Bound, ...]
    reach: Reach | None
    scope: Scope
    element: ChainElement

    def source(self, alias: str) -> exp.Expr:
        """The element's events as something to select from or to join."""
        if self.flag is None:
            return table(self.step, alias)
        select = exp.Select().select(exp.Star()).from_(table(self.step)).where(column(self.flag), copy=False)
        return select.subquery(alias)

    def related(self, alias: str, moments: Mapping[str, Place]) -> list[exp.Expr]:
        """The conditions on earlier elements, with the element's events under this alias."""
        rows: dict[str, Place] = {self.element.variable.name: Leaves(alias, _EVENT), INSTANT: column(INSTANT, alias)}
        scope = replace(self.scope, profile=Leaves(alias, _PROFILE)).having({**rows, **moments})
        return [condition(one, scope) for one in self.relations]

    def lowest(self, instant: exp.Expr, moments: Mapping[str, Place], *, is_open: bool) -> exp.Expr:
        """The first instant that a state allows; infinity where it allows none."""
        later: exp.Expr = exp.Add(this=instant, expression=interval(1, "microsecond"))
        if is_open:
            later = otherwise(later, forever(-1))
        edges = () if self.reach is None else self.reach.low
        ends = [self._edge(one, moments, 1) for one in edges]
        return call("GREATEST", later, *ends) if ends else later

    def highest(self, moments: Mapping[str, Place]) -> exp.Expr:
        """The last instant that a state allows."""
        edges = () if self.reach is None else self.reach.high
        ends = [self._edge(one, moments, -1) for one in edges]
        if not ends:
            return forever(1)
        return call("LEAST", *ends) if len(ends) > 1 else ends[0]

    def ended(self, moments: Mapping[str, Place]) -> list[exp.Expr]:
        """That the last instant that a state allows is one at all, and does not lie beyond all time."""
        edges = () if self.reach is None else self.reach.high
        return [_is_some(value(one.at, self.scope.having(moments))) for one in edges]

    def _edge(self, edge: Edge, moments: Mapping[str, Place], inward: int) -> exp.Expr:
        at = value(edge.at, self.scope.having(moments))
        if not edge.included:
            kind = exp.Add if inward > 0 else exp.Sub
            at = kind(
                this=exp.Paren(this=at) if isinstance(at, exp.Binary) else at, expression=interval(1, "microsecond")
            )
        return otherwise(at, forever(inward))


def _is_some(at: exp.Expr) -> exp.Expr:
    """That an instant is not null, in words that statistics of the columns can answer without looking at rows."""
    match at:
        case exp.Case(args={"ifs": [exp.If(this=test, args={"true": then})], "default": None}):
            shifted = isinstance(then, exp.Add) and isinstance(then.this, exp.Column)
            return test if shifted and isinstance(then.expression, exp.Interval) else present(at)
        case _:
            return present(at)


def forever(sign: int) -> exp.Expr:
    """The instant before or after all others."""
    return exp.cast(exp.Literal.string("infinity" if sign > 0 else "-infinity"), "TIMESTAMP")


def scanned(chain: Chain, feature: Feature, steps: Steps, name: str) -> list[Element]:
    """The elements of a chain over one step that reads the events once."""
    return _Scan(chain, feature, steps, name).elements()


class _Scan:
    def __init__(self, chain: Chain, feature: Feature, steps: Steps, name: str) -> None:
        self.chain, self.stream, self.steps, self.origin = chain, feature.stream, steps, feature.origin
        self.name = f"{name}_events"

    def elements(self) -> list[Element]:
        elements, stream = self.chain.elements, self.stream
        scope, event, profile = self.steps.scope(stream)
        source = [self._condition(one, scope) for one in stream.where]
        unnested: exp.Select | None = None
        if stream.many:
            unnested = self._unnested(event, profile, value(stream.item, scope), source)
            source, profile = [], Leaves(profile.table)
            scope = replace(scope, profile=profile).having({_ITEM: column(_ITEM, event.table)})
        parts = [relations_of(self.chain, index) for index in range(len(elements))]
        common, own = self._shared([self._of_event(*one) for one in zip(elements, parts, strict=True)])
        when = value(substitute(self.chain.instant, {self.chain.variable.name: self.item}), scope)
        kept = [*source, *(self._condition(one, scope) for one in common.values())]
        flags, named = self._flags(own, scope)
        related = [self._over_instant(element, one) for element, (_, one) in zip(elements, parts, strict=True)]
        reaches = [reach_of(self.chain, index) for index in range(len(elements))]
        carried: dict[str, exp.Expr] = {}
        for element, each, reach in zip(elements, related, reaches, strict=True):
            if reach is None:
                carried |= self._carried(each, element, scope)
        self._with(event, carried, own=True)
        self._with(profile, carried, own=False)
        rows = self.steps.rows(event, profile) if unnested is None else self.steps.beside(unnested, profile)
        select = rows.select(column(KEY, event.table), exp.alias_(when, INSTANT), *carried.values())
        some_flag = [] if None in named else [some([test.copy() for _, test in flags.values()])]
        if len(flags) == 1 and some_flag:
            # All elements look at the same events.
            flags, named = {}, [None] * len(named)
        kept = [present(when.copy()), *kept]
        if len(flags) == len(elements) == _TWICE and not select.find(*_DEAR) and not steps_of(self.chain).starts_open:
            read: list[tuple[str, str | None]] = [(f"{self.name}_{number}", None) for number in range(1, _TWICE + 1)]
            for (step, _), (_, test) in zip(read, flags.values(), strict=True):
                self.steps.add(step, select.where(both([one.copy() for one in (*kept, test)])))
        else:
            tests = flags.values()
            shown = [exp.alias_(call("COALESCE", test, exp.false()), flag, quoted=True) for flag, test in tests]
            select = select.select(*shown, copy=False)
            self.steps.add(self.name, select.where(both([*kept, *some_flag]), copy=False))
            read = [(self.name, flag) for flag in named]
        for (step, _), one in zip(read, elements, strict=True):
            self.steps.note(step, self.steps.sources.words(self.origin, one.span))
        return [
            Element(step, flag, each, reach, scope, element)
            for (step, flag), each, reach, element in zip(read, related, reaches, elements, strict=True)
        ]

    @property
    def item(self) -> Bound:
        """What stands for an item of the stream in one of its rows."""
        item = self.stream.item
        return Variable(_ITEM, item.type.of, item.span) if self.stream.many else item

    def _unnested(self, event: Leaves, profile: Leaves, items: exp.Expr, held: list[exp.Expr]) -> exp.Select:
        """A row for each item of the arrays that the events have."""
        select = self.steps.rows(event, profile, self.stream.where)
        select = select.select(column(KEY, event.table), exp.alias_(call("UNNEST", items), _ITEM, quoted=True))
        inner = select.where(both(held), copy=False) if held else select
        return exp.Select().from_(inner.subquery(event.table))

    def _flags(
        self, own: Sequence[dict[Hashable, Bound]], scope: Scope
    ) -> tuple[dict[Hashable, tuple[str, exp.Expr]], list[str | None]]:
        """A column for each different condition of the elements, and each element's column; None without condition."""
        flags: dict[Hashable, tuple[str, exp.Expr]] = {}
        named: list[str | None] = []
        for number, (one, held) in enumerate(zip(self.chain.elements, own, strict=True), 1):
            key = frozenset(held)
            if held and key not in flags:
                # With the number: names that differ only in case would be one column.
                flags[key] = (f"is_{number}_{one.name}", both([self._condition(each, scope) for each in held.values()]))
            named.append(flags[key][0] if held else None)
        return flags, named

    def _over_instant(self, element: ChainElement, related: list[Bound]) -> tuple[Bound, ...]:
        instant, own = instant_of(self.chain, element), Variable(INSTANT, element.moment.type)
        return tuple(renamed(one, instant, own) for one in related)

    def _of_event(self, element: ChainElement, parts: tuple[list[Bound], list[Bound]]) -> dict[Hashable, Bound]:
        """An element's conditions on its event alone, over the variable of the stream."""
        held = [substitute(one, {element.variable.name: self.item}) for one in parts[0] if one != TRUE]
        return {signature(canonical(one)): one for one in held}

    @staticmethod
    def _shared(
        parts: Sequence[dict[Hashable, Bound]],
    ) -> tuple[dict[Hashable, Bound], list[dict[Hashable, Bound]]]:
        """The conditions that all elements have, which can keep events from being read, and the others."""
        first, *rest = parts
        common = {key: one for key, one in first.items() if all(key in other for other in rest)}
        return common, [{key: one for key, one in each.items() if key not in common} for each in parts]

    def _condition(self, one: Bound, scope: Scope) -> exp.Expr:
        return self.steps.sources.noted(condition(one, scope), self.origin, one)

    @staticmethod
    def _with(row: Leaves, extra: Mapping[str, exp.Expr], *, own: bool) -> None:
        for name in extra:
            path = tuple(name.split("\0"))
            if own is (path[:1] == _EVENT):
                row.leaf(path[1:])

    @staticmethod
    def _carried(relations: tuple[Bound, ...], element: ChainElement, scope: Scope) -> dict[str, exp.Expr]:
        """The columns that conditions on earlier elements need beside the instant."""
        row, profile = Leaves(_ROW, _EVENT), Leaves(_ROW, _PROFILE)
        known: dict[str, Place] = {element.variable.name: row}
        names = {one for relation in relations for one in free(relation)} - {element.variable.name}
        moments: dict[str, Place] = {one: exp.Null() for one in names}
        inner = replace(scope, profile=profile).having({**known, **moments})
        for one in relations:
            condition(one, inner)
        carried: dict[str, exp.Expr] = {}
        for table_, used in (("e", row.used), ("p", profile.used)):
            for path in used:
                own = column(".".join(path[1:]), table_)
                carried["\0".join(path)] = exp.alias_(own, ".".join(path), quoted=True)
        return carried
