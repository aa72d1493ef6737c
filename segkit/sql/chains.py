"""Chains of events (`pql.md` R33 to R37), element by element, in the forms that the plan chose.

The events are read once, with a flag for each element. After each element a step holds the states that a profile can
be in. The earliest instant alone is kept where an earlier one can only help, which is the common case and costs one
grouped join an element; where more states matter, they are sorted beside the matches instead of paired with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.sequences import holds_without_events, is_counted, steps_of
from segkit.sql import chain_steps as forms
from segkit.sql.build import both, call, column, present, table
from segkit.sql.chain_events import INSTANT, scanned
from segkit.sql.chain_steps import MATCH, OWN, STATE, States
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.plan.features import Feature
    from segkit.plan.sequences import Pending, Step
    from segkit.pql.bound import Chain
    from segkit.sql.chain_events import Element
    from segkit.sql.events import Steps

_FOUND = "found"
_NEAREST = frozenset({"matches", "earliest", "intervals", "latest", "carried"})
"""The forms that look at one state beside each event."""


def chain_step(feature: Feature, steps: Steps, name: str, note: str) -> str:
    """The steps of a chain; the last one has a row for each profile where it holds."""
    return "" if feature.chain is None else _Builder(feature.chain, feature, steps, name, note).build()


class _Builder:
    def __init__(self, chain: Chain, feature: Feature, steps: Steps, name: str, note: str) -> None:
        self.chain, self.steps, self.name, self.note = chain, steps, name, note
        self.origin = feature.origin
        self.elements = scanned(chain, feature, steps, name)
        self.course = steps_of(chain)

    def build(self) -> str:
        states = self._start() if self.course.starts_open else None
        steps = self.course.steps
        for step, following in zip(steps, (*steps[1:], None), strict=True):
            states = self._advanced(step, following, states)
        return "" if states is None else self._finish(states)

    def _start(self) -> States:
        """Every profile with an event that the chain looks at, before any element."""
        select = exp.Select().select(column(KEY), exp.alias_(exp.cast(exp.Null(), "TIMESTAMP"), INSTANT)).distinct()
        return States(self.steps.add(f"{self.name}_start", select.from_(table(self.elements[0].step))), {}, {})

    def _pending(self, pending: Sequence[Pending]) -> list[tuple[Pending, Element]]:
        return [(one, self.elements[one.index]) for one in pending]

    def _advanced(self, step: Step, following: Step | None, states: States | None) -> States:
        element = self.elements[step.index]
        known = States("", {}, {}) if states is None else states
        # a row an event at most, and what follows takes the best of them: the same state twice does no harm
        once = not (step.form in _NEAREST and (following is None or following.form in _NEAREST))
        select, after = forms.advanced(self._rows(step, states), known, step, element, once=once)
        name = self.steps.add(self._name(step), select, self._words(step))
        return States(name, after.moments, after.guards)

    def _words(self, step: Step) -> str:
        return self.steps.sources.words(self.origin, self.elements[step.index].element.span)

    def _name(self, step: Step) -> str:
        return f"{self.name}_{step.index + 1}_{self.elements[step.index].element.name}"

    def _rows(self, step: Step, states: States | None) -> exp.Select:
        """A row for each way on: the profile, what the states after the element carry, and its event as `own`."""
        element, pending = self.elements[step.index], self._pending(step.pending)
        prefix = self._name(step)

        def named(what: str, select: exp.Select, alias: str) -> exp.Expr:
            return table(self.steps.add(f"{prefix}_{what}", select, self._words(step)), alias)

        key, own = column(KEY, MATCH), exp.alias_(column(INSTANT, MATCH), OWN)
        if states is None:
            if step.form == "counted":
                return forms.counted(None, element, is_open=False)
            return exp.Select().select(key, own).from_(element.source(MATCH))
        match step.form:
            case "earliest":
                return self._after_first(step, states, element).select(key, own)
            case "intervals":
                bounds = forms.ends(states, element, pending, is_open=step.is_open)
                if step.rises and (ended := element.ended(states.places(STATE))):
                    bounds = bounds.where(both(ended), copy=False)
                return forms.intervals(bounds, element, named, rises=step.rises).select(key, own)
            case "latest":
                [moment] = step.before
                before = exp.alias_(column(INSTANT, STATE), states.moments[moment], quoted=True)
                bounds = forms.ends(states, element, pending, is_open=step.is_open)
                return forms.latest(bounds, element, named).select(key, before, own)
            case "carried":
                name = next(states.moments[one] for one in step.after if one in states.moments)
                bounds = forms.ends(states, element, [], is_open=step.is_open)
                rows = forms.carried(bounds, element, name, named, descends=step.descends)
                return rows.select(key, column(name, STATE), own)
            case "counted":
                return forms.counted(states, element, is_open=step.is_open)
            case "ranks":
                bounds = forms.ends(states, element, [], is_open=step.is_open)
                rows = forms.ranks(bounds, states, element, named)
                return forms.without_between(rows, states, pending, is_open=step.is_open)
            case _:
                return self._pairs(step, states, element)

    @staticmethod
    def _after_first(step: Step, states: States, element: Element) -> exp.Select:
        if step.single:
            return forms.joined(states, element, is_open=step.is_open, outer=False)
        first = exp.Select().select(column(KEY), exp.alias_(call("MIN", column(INSTANT)), INSTANT))
        first = first.from_(table(states.step)).group_by(column(KEY))
        later = exp.GT(this=column(INSTANT, MATCH), expression=column(INSTANT, STATE))
        on = both([forms.same_profile(MATCH, STATE), later])
        return exp.Select().from_(first.subquery(STATE)).join(element.source(MATCH), on=on, copy=False)

    def _pairs(self, step: Step, states: States, element: Element) -> exp.Select:
        if is_counted(element.element):
            rows = forms.counted(states, element, is_open=step.is_open)
        else:
            kept = [column(KEY, STATE), column(INSTANT, STATE), *states.columns(STATE)]
            own = exp.alias_(column(INSTANT, MATCH), OWN)
            rows = forms.joined(states, element, is_open=step.is_open, outer=False).select(*kept, own)
        if not step.pending:
            return rows
        tests = [
            forms.none_between(states, one, negated, right=OWN, is_open=step.is_open)
            for one, negated in self._pending(step.pending)
        ]
        return exp.Select().select(exp.Star()).from_(rows.subquery(STATE)).where(both(tests), copy=False)

    def _finish(self, states: States) -> str:
        select = self._last(states).select(column(KEY, STATE), append=False, copy=False)
        if not self.course.steps[-1].collapses:
            select = select.distinct()
        if not holds_without_events(self.chain):
            return self.steps.add(self.name, select.select(exp.alias_(exp.true(), _FOUND)), self.note)
        held = self.steps.add(f"{self.name}_held", select)
        everyone = exp.Select().from_(table(f"{self.name}_start", alias=STATE))
        everyone = everyone.join(table(held, alias=MATCH), on=forms.same_profile(MATCH, STATE), join_type="left")
        found = exp.alias_(present(column(KEY, MATCH)), _FOUND)
        return self.steps.add(self.name, everyone.select(column(KEY, STATE), found), self.note)

    def _last(self, states: States) -> exp.Select:
        """The states after which nothing comes that must not."""
        pending, is_open = self._pending(self.course.pending), self.course.ends_open
        select = exp.Select().select(column(KEY, STATE)).from_(table(states.step, alias=STATE))
        if not pending:
            return select
        if all(negated.reach is not None for _, negated in pending):
            return forms.none_after(states, pending, is_open=is_open)
        tests = [forms.none_between(states, one, negated, right=None, is_open=is_open) for one, negated in pending]
        return select.where(both(tests), copy=False)
