"""Chains of events (`pql.md` R33 to R37), element by element.

After each element a step holds the states that a profile can be in: the instant reached, and the instants of earlier
elements that later ones still refer to. The earliest instant alone is kept where an earlier one can only help, which is
the common case and costs one grouped join an element; before an element that counts with `=` or `<=`, around a negated
one, and where an element's instant is referred to later, every reachable instant is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.sequences import admits_none, holds_without_events
from segkit.pql.bound import Variable
from segkit.pql.bound_walk import conjuncts, free, rebuild, substitute
from segkit.sql.build import both, call, column, literal, otherwise, present, table
from segkit.sql.expressions import condition, value
from segkit.sql.notes import line
from segkit.sql.scope import Leaves, Scope
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.plan.features import Feature
    from segkit.pql.bound import Bound, Chain, ChainElement
    from segkit.sql.events import Steps
    from segkit.sql.notes import Sources
    from segkit.sql.scope import Place

_INSTANT, _BEFORE, _OWN, _FOUND = "instant", "before", "own", "found"
_STATE, _MATCH, _NONE = "s", "m", "n"
_EVENT, _PROFILE = ("event",), ("^",)
"""What the columns begin with that a step carries of the event and the profile: a field may be called `instant`."""

_COMPARISONS: Mapping[str, type[exp.Binary]] = {">=": exp.GTE, "=": exp.EQ, "<=": exp.LTE}


@dataclass(frozen=True, slots=True)
class Match:
    """The step with an element's matching events, and what must also hold between them and earlier elements."""

    step: str
    relations: tuple[Bound, ...]
    scope: Scope
    element: ChainElement
    sources: Sources
    origin: str

    def related(self, alias: str, state: str, kept: Mapping[str, str]) -> list[exp.Expr]:
        """The conditions on earlier elements, with this step and the state under these aliases."""
        moments: dict[str, Place] = {moment: column(name, state) for moment, name in kept.items()}
        rows: dict[str, Place] = {self.element.variable.name: Leaves(alias, _EVENT), _INSTANT: column(_INSTANT, alias)}
        scope = replace(self.scope, profile=Leaves(alias, _PROFILE)).having({**rows, **moments})
        return [self.sources.noted(condition(one, scope), self.origin, one.span) for one in self.relations]


def chain_step(feature: Feature, steps: Steps, name: str, note: str) -> str:
    """The steps of a chain; the last one has a row for each profile where it holds."""
    return "" if feature.chain is None else _Builder(feature.chain, feature, steps, name, note).build()


def _renamed(node: Bound, instant: Bound) -> Bound:
    """A condition with the event's own instant as a variable, which every step has as a column."""
    if node == instant:
        return Variable(_INSTANT, node.type, node.span)
    return rebuild(node, lambda one: _renamed(one, instant))


class _Builder:
    def __init__(self, chain: Chain, feature: Feature, steps: Steps, name: str, note: str) -> None:
        self.chain, self.stream, self.steps, self.name, self.note = chain, feature.stream, steps, name, note
        self.origin = feature.origin
        self.elements = self.chain.elements
        self.matches = [self._match(index) for index in range(len(self.elements))]

    def build(self) -> str:
        state = ""
        previous: int | None = None
        open_start = False
        if admits_none(self._first):
            state, open_start = self._everyone(), True
        pending: list[Match] = []
        for index, element in enumerate(self.elements):
            if element.negated:
                pending.append(self.matches[index])
                continue
            before = {} if previous is None else self._kept(previous)
            state = self._advance(index, state, before, pending, open_start=open_start)
            previous = index
            open_start = open_start and admits_none(element)
            pending = []
        return self._finish(state, pending, open_start=open_start)

    @property
    def _first(self) -> ChainElement:
        return next(one for one in self.elements if not one.negated)

    def _match(self, index: int) -> Match:
        element, chain, stream = self.elements[index], self.chain, self.stream
        moments = {one.moment.name for one in self.elements}
        instant = substitute(chain.instant, {chain.variable.name: element.variable})
        parts = [] if element.when is None else conjuncts(element.when)
        local = [one for one in (*conjuncts(element.what), *parts) if not free(one) & moments]
        related = [one for one in parts if free(one) & moments]
        relations = tuple(_renamed(one, instant) for one in related)
        scope, event, profile = self.steps.scope(stream)
        scope = scope.having({element.variable.name: event})
        when = value(instant, scope)
        sources = self.steps.sources
        held = [sources.noted(condition(one, scope), self.origin, one.span) for one in (*stream.where, *local)]
        extra = self._carried(relations, element, scope)
        select = self.steps.rows(self._with(event, extra, own=True), self._with(profile, extra, own=False)).select(
            column(KEY, event.table), exp.alias_(when, _INSTANT), *extra.values()
        )
        select = select.where(both([present(when.copy()), *held]), copy=False)
        words = sources.words(self.origin, element.span)
        step = self.steps.add(f"{self._step(index)}_events", select, line(words))
        return Match(step, relations, scope, element, sources, self.origin)

    @staticmethod
    def _with(row: Leaves, extra: Mapping[str, exp.Expr], *, own: bool) -> Leaves:
        for name in extra:
            path = tuple(name.split("\0"))
            if own is (path[:1] == _EVENT):
                row.leaf(path[1:])
        return row

    @staticmethod
    def _carried(relations: tuple[Bound, ...], element: ChainElement, scope: Scope) -> dict[str, exp.Expr]:
        """The columns that conditions on earlier elements need beside the instant."""
        row, profile = Leaves(_MATCH, _EVENT), Leaves(_MATCH, _PROFILE)
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

    def _step(self, index: int) -> str:
        return f"{self.name}_{index + 1}_{self.elements[index].name}"

    def _everyone(self) -> str:
        """Every profile with an event, before any element."""
        select = exp.Select().select(column(KEY)).distinct()
        select = select.from_(self.steps.source.events(()).subquery("e"))
        select = select.select(exp.alias_(exp.cast(exp.Null(), "TIMESTAMP"), _INSTANT))
        return self.steps.add(f"{self.name}_start", select)

    def _kept(self, index: int) -> dict[str, str]:
        """The moments of elements up to this one that later elements refer to, and their columns."""
        later = {name for one in self.matches[index + 1 :] for relation in one.relations for name in free(relation)}
        return {
            one.moment.name: f"at_{number}"
            for number, one in enumerate(self.elements[: index + 1], 1)
            if one.moment.name in later and not one.negated
        }

    def _collapses(self, index: int) -> bool:
        """Whether the earliest instant of this element alone can be kept."""
        element = self.elements[index]
        if element.moment.name in self._kept(index):
            return False
        if index + 1 == len(self.elements):
            return True
        following = self.elements[index + 1]
        if following.negated or following.comparison != ">=" or following.number < 1:
            return False
        # A counted element stands for one event, fixed by the one before; a free one may be any later match.
        return not following.counted or self._collapses(index + 1)

    def _advance(
        self, index: int, state: str, before: Mapping[str, str], pending: list[Match], *, open_start: bool
    ) -> str:
        element, match, after = self.elements[index], self.matches[index], self._kept(index)
        counts = element.counted or element.comparison != ">=" or element.number != 1
        rows: exp.Select | None = None
        if counts:
            rows = self._counted(index, state, before, open_start=open_start)
        elif state:
            rows = self._free(match, state, before, open_start=open_start)
        new = column(_INSTANT, _MATCH)
        left = None if not state else column(_BEFORE, _MATCH)
        select = exp.Select().from_(table(match.step, _MATCH) if rows is None else rows.subquery(_MATCH))
        tests = [self._none_between(one, left, new, before, open_start=open_start or not state) for one in pending]
        if tests:
            select = select.where(both(tests), copy=False)
        moment = element.moment.name
        absent = counts and bool(state) and admits_none(element)
        own = column(_OWN, _MATCH) if absent else new
        keys = [column(KEY, _MATCH)]
        carried = [exp.alias_(own if one == moment else column(name, _MATCH), name) for one, name in after.items()]
        if self._collapses(index):
            select = select.select(*keys, *carried, exp.alias_(call("MIN", new.copy()), _INSTANT))
            select = select.group_by(*keys, *(one.this.copy() for one in carried))
        else:
            select = select.select(*keys, *carried, exp.alias_(new.copy(), _INSTANT)).distinct()
        return self.steps.add(self._step(index), select)

    def _later(self, *, open_start: bool) -> exp.Expr:
        later: exp.Expr = exp.GT(this=column(_INSTANT, _MATCH), expression=column(_INSTANT, _STATE))
        if open_start:
            start = exp.Is(this=column(_INSTANT, _STATE), expression=exp.Null())
            later = exp.Paren(this=exp.Or(this=start, expression=later))
        return later

    def _joined(
        self, match: Match, state: str, kept: Mapping[str, str], *, open_start: bool, outer: bool
    ) -> exp.Select:
        same = exp.EQ(this=column(KEY, _MATCH), expression=column(KEY, _STATE))
        conditions = [same, self._later(open_start=open_start), *match.related(_MATCH, _STATE, kept)]
        return (
            exp.Select()
            .from_(table(state, alias=_STATE))
            .join(
                table(match.step, alias=_MATCH),
                on=both(conditions),
                join_type="left" if outer else "inner",
            )
        )

    def _free(self, match: Match, state: str, kept: Mapping[str, str], *, open_start: bool) -> exp.Select:
        select = self._joined(match, state, kept, open_start=open_start, outer=False)
        return select.select(
            column(KEY, _STATE),
            *(column(name, _STATE) for name in kept.values()),
            exp.alias_(column(_INSTANT, _STATE), _BEFORE),
            column(_INSTANT, _MATCH),
        )

    def _counted(self, index: int, state: str, kept: Mapping[str, str], *, open_start: bool) -> exp.Select:
        element, match = self.elements[index], self.matches[index]
        count = exp.Count(this=column(_INSTANT, _MATCH))
        enough = _COMPARISONS[element.comparison](this=count, expression=literal(element.number))
        keys: list[exp.Expr]
        shown: list[exp.Expr]
        if not state:
            select = exp.Select().from_(table(match.step, alias=_MATCH))
            keys, shown, start = [column(KEY, _MATCH)], [column(KEY, _MATCH)], None
        else:
            outer = admits_none(element)
            select = self._joined(match, state, kept, open_start=open_start, outer=outer)
            start = column(_INSTANT, _STATE)
            keys = [column(KEY, _STATE), *[column(name, _STATE) for name in kept.values()], start]
            shown = [*(one.copy() for one in keys[:-1]), exp.alias_(start.copy(), _BEFORE)]
        chosen = self._chosen(element)
        if start is not None and admits_none(element):
            # With no match the state stays where it was, but its element stands for nothing.
            shown += [exp.alias_(chosen, _OWN), exp.alias_(otherwise(chosen.copy(), start.copy()), _INSTANT)]
        else:
            shown.append(exp.alias_(chosen, _INSTANT))
        return select.select(*shown).group_by(*keys).having(enough)

    @staticmethod
    def _chosen(element: ChainElement) -> exp.Expr:
        """The event that a counted element stands for: the last of exactly or at most n, else the n-th."""
        instant = column(_INSTANT, _MATCH)
        if element.comparison != ">=":
            return call("MAX", instant)
        if element.number == 1:
            return call("MIN", instant)
        return call("LIST_EXTRACT", call("MIN", instant, literal(element.number)), literal(element.number))

    def _none_between(
        self, match: Match, left: exp.Expr | None, right: exp.Expr | None, kept: Mapping[str, str], *, open_start: bool
    ) -> exp.Expr:
        """That a negated element has no event strictly between its neighbours, open at the ends."""
        state = _STATE if right is None else _MATCH
        instant = column(_INSTANT, _NONE)
        tests: list[exp.Expr] = [exp.EQ(this=column(KEY, _NONE), expression=column(KEY, state))]
        if left is not None:
            later: exp.Expr = exp.GT(this=instant, expression=left.copy())
            if open_start:
                start = exp.Is(this=left.copy(), expression=exp.Null())
                later = exp.Paren(this=exp.Or(this=start, expression=later))
            tests.append(later)
        if right is not None:
            tests.append(exp.LT(this=instant.copy(), expression=right.copy()))
        tests.extend(match.related(_NONE, state, kept))
        inside = exp.Select().from_(table(match.step, alias=_NONE)).where(both(tests), copy=False)
        return exp.Not(this=exp.Exists(this=inside.select(literal(1))))

    def _finish(self, state: str, pending: list[Match], *, open_start: bool) -> str:
        last = len(self.elements) - len(pending) - 1
        select = exp.Select().select(column(KEY, _STATE)).from_(table(state, alias=_STATE))
        if not self._collapses(last):
            select = select.distinct()
        kept = self._kept(last)
        left = column(_INSTANT, _STATE)
        tests = [self._none_between(one, left, None, kept, open_start=open_start) for one in pending]
        if tests:
            select = select.where(both(tests), copy=False)
        if not holds_without_events(self.chain):
            return self.steps.add(self.name, select.select(exp.alias_(exp.true(), _FOUND)), self.note)
        held = self.steps.add(f"{self.name}_held", select)
        everyone = exp.Select().from_(table(f"{self.name}_start", alias=_STATE))
        everyone = everyone.join(
            table(held, alias=_MATCH),
            on=exp.EQ(this=column(KEY, _MATCH), expression=column(KEY, _STATE)),
            join_type="left",
        )
        found = exp.alias_(present(column(KEY, _MATCH)), _FOUND)
        return self.steps.add(self.name, everyone.select(column(KEY, _STATE), found), self.note)
