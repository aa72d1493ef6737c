"""Chains over an array that lies in a row (`pql.md` R33 to R37), with list functions.

After each element a list holds the states that the sequence can be in: the instant reached, and what later elements
still ask of earlier ones. This is the form of chains over arrays of a profile, and of those over events whose
conditions read more than the event; `segkit.sql.chains` has the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.sequences import admits_none, held_moments, instant_of, is_counted, relations_of, renamed, steps_of
from segkit.pql.bound import Variable
from segkit.pql.bound_walk import free
from segkit.pql.types import TIMESTAMP
from segkit.sql import expressions
from segkit.sql.build import both, call, certain, function_of, literal, otherwise, part, present, some, struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.bound import Chain, ChainElement
    from segkit.sql.scope import Scope

_AT, _ITEM, _OWN, _COUNT = "at", "item", "own", "number"
_COMPARISONS: dict[str, type[exp.Binary]] = {">=": exp.GTE, "=": exp.EQ, "<=": exp.LTE}


def holds(chain: Chain, scope: Scope) -> exp.Expr:
    """Whether a sequence is found in an array of the row; never null."""
    return _RowChain(chain, scope).built()


@dataclass(frozen=True, slots=True)
class _Pending:
    """A negated element that waits for its right neighbour; where `guard` is given, only in states that say so."""

    index: int
    guard: str | None = None


class _RowChain:
    def __init__(self, chain: Chain, scope: Scope) -> None:
        self.chain, self.scope, self.elements = chain, scope, chain.elements
        self.prefix = chain.variable.name
        self.relations = [relations_of(chain, index) for index in range(len(self.elements))]
        steps = steps_of(chain).steps if any(not one.negated for one in self.elements) else ()
        self.earliest = {one.index for one in steps if one.collapses and not one.after}

    def built(self) -> exp.Expr:
        lists = self._named("lists")
        array = otherwise(expressions.value(self.chain.array, self.scope), exp.Array(expressions=[]))
        items = self._named("items")
        matches = struct({f"m{index}": self._matches(index, items) for index in range(len(self.elements))})
        every = call("LIST_TRANSFORM", exp.Array(expressions=[array]), function_of(items, matches))
        result = call("LIST_TRANSFORM", every, function_of(lists, self._found(lists)))
        return call("LIST_EXTRACT", result, literal(1))

    def _named(self, what: str) -> str:
        return f"{self.prefix}_{what}"

    @staticmethod
    def _read(name: str) -> exp.Expr:
        return exp.Column(this=exp.to_identifier(name))

    def _matches(self, index: int, items: str) -> exp.Expr:
        """The items that an element may stand for, by their instants and, where later conditions read it, the item."""
        element, name = self.elements[index], self.elements[index].variable.name
        item = self._read(name)
        inner = self.scope.having({name: item})
        instant = instant_of(self.chain, element)
        local, related = self.relations[index]
        when = expressions.value(instant, inner)
        held = [present(when.copy()), *(expressions.condition(one, inner) for one in local)]
        kept = call("LIST_FILTER", self._read(items), function_of(name, both(held)))
        entry = {_AT: when}
        if any(name in free(one) for one in related):
            entry[_ITEM] = item.copy()
        return call("LIST_TRANSFORM", kept, function_of(name, struct(entry)))

    def _found(self, lists: str) -> exp.Expr:
        start = {_AT: exp.cast(exp.Null(), "TIMESTAMP")}
        states: exp.Expr = exp.Array(expressions=[struct(start)])
        pending: list[_Pending] = []
        moments: tuple[str, ...] = ()
        is_open = True
        for index, element in enumerate(self.elements):
            if element.negated:
                pending.append(_Pending(index))
                continue
            lingers = admits_none(element)
            after = held_moments(self.chain, index)
            waiting = [_Pending(one.index, f"open{one.index}") for one in pending] if lingers else []
            states = self._advanced(index, states, pending, moments, after, lists, is_open=is_open)
            is_open = is_open and lingers
            pending, moments = waiting, after
        if pending:
            state = self._named("last")
            tests = [self._clear(one, state, None, moments, lists, is_open=is_open) for one in pending]
            states = call("LIST_FILTER", states, function_of(state, both(tests)))
        return certain(exp.GT(this=call("LEN", states), expression=literal(0)))

    def _advanced(  # noqa: PLR0917  a state of the sequence
        self,
        index: int,
        states: exp.Expr,
        pending: Sequence[_Pending],
        before: Sequence[str],
        after: Sequence[str],
        lists: str,
        *,
        is_open: bool,
    ) -> exp.Expr:
        element = self.elements[index]
        state, match = self._named(f"state{index}"), self._named(f"match{index}")
        tests = [
            self._later(state, match, is_open=is_open),
            *self._related(index, match, state, before),
        ]
        found = call("LIST_FILTER", self._list(index, lists), function_of(match, both(tests)))
        if is_counted(element):
            reached = self._counted(element, found, self._named(f"count{index}"))
        else:
            chosen = function_of(match, struct({_OWN: part(self._read(match), _AT)}))
            reached = call("LIST_TRANSFORM", found, chosen)
        one = self._named(f"reached{index}")
        own = part(self._read(one), _OWN)
        clear = [self._clear(each, state, own, before, lists, is_open=is_open) for each in pending]
        absent = admits_none(element)
        if clear:
            # Beside an element that stands for nothing, what must not come between waits for the next.
            test = both(clear)
            if absent:
                test = some([exp.Is(this=own.copy(), expression=exp.Null()), test])
            reached = call("LIST_FILTER", reached, function_of(one, test))
        at = part(self._read(state), _AT)
        fields = {_AT: otherwise(own.copy(), at) if absent else own.copy()}
        for name in after:
            fields[name] = own.copy() if name == element.moment.name else part(self._read(state), name)
        if absent:
            for each in pending:
                waits = exp.Is(this=own.copy(), expression=exp.Null())
                guard = None if each.guard is None else part(self._read(state), each.guard)
                fields[f"open{each.index}"] = waits if guard is None else both([guard, waits])
        new = call("LIST_TRANSFORM", reached, function_of(one, struct(fields)))
        following = call("FLATTEN", call("LIST_TRANSFORM", states, function_of(state, new)))
        if index in self.earliest:
            # Of states that differ in nothing but their instant the later ones only cost time; none at all is null.
            return call("LIST_AGGREGATE", following, exp.Literal.string("min"), literal(1))
        return call("LIST_DISTINCT", following)

    def _counted(self, element: ChainElement, found: exp.Expr, counted: str) -> exp.Expr:
        """The event that a counted element stands for, in a list; an empty one where the number is wrong."""
        match = f"{counted}_at"
        instants = call("LIST_TRANSFORM", found, function_of(match, part(self._read(match), _AT)))
        sorted_ = exp.Array(expressions=[call("LIST_SORT", instants)])
        position = literal(element.number) if element.comparison == ">=" else literal(-1)
        entry = struct(
            {
                _OWN: call("LIST_EXTRACT", self._read(counted), position),
                _COUNT: call("LEN", self._read(counted)),
            }
        )
        every = call("LIST_TRANSFORM", sorted_, function_of(counted, entry))
        number = part(self._read(counted), _COUNT)
        enough = _COMPARISONS[element.comparison](this=number, expression=literal(element.number))
        return call("LIST_FILTER", every, function_of(counted, enough))

    def _list(self, index: int, lists: str) -> exp.Expr:
        return part(self._read(lists), f"m{index}")

    def _later(self, state: str, match: str, *, is_open: bool) -> exp.Expr:
        at = part(self._read(state), _AT)
        later: exp.Expr = exp.GT(this=part(self._read(match), _AT), expression=at)
        return some([exp.Is(this=at.copy(), expression=exp.Null()), later]) if is_open else later

    def _related(self, index: int, match: str, state: str, moments: Sequence[str]) -> list[exp.Expr]:
        """What must hold between an item and the instants of earlier elements."""
        element = self.elements[index]
        instant = instant_of(self.chain, element)
        own = Variable(f"{match}_instant", TIMESTAMP)
        names: dict[str, exp.Expr] = {name: part(self._read(state), name) for name in moments}
        names[own.name] = part(self._read(match), _AT)
        names[element.variable.name] = part(self._read(match), _ITEM)
        scope = self.scope.having(names)
        return [expressions.condition(renamed(one, instant, own), scope) for one in self.relations[index][1]]

    def _clear(
        self,
        one: _Pending,
        state: str,
        right: exp.Expr | None,
        moments: Sequence[str],
        lists: str,
        *,
        is_open: bool,
    ) -> exp.Expr:
        """That a negated element has no item strictly between its neighbours, open at the ends."""
        name = self._named(f"none{one.index}")
        tests = [self._later(state, name, is_open=is_open)]
        if right is not None:
            tests.append(exp.LT(this=part(self._read(name), _AT), expression=right.copy()))
        tests.extend(self._related(one.index, name, state, moments))
        found = call("LIST_FILTER", self._list(one.index, lists), function_of(name, both(tests)))
        none: exp.Expr = exp.EQ(this=call("LEN", found), expression=literal(0))
        if one.guard is None:
            return none
        return some([exp.Not(this=part(self._read(state), one.guard)), none])
