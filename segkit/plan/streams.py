"""Arrays that come from the profile's events, in one normal form: which events, and what of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Const, Events, Filter, Transform, Variable
from segkit.pql.bound_walk import attributes, conjuncts, free, reads_events, substitute, walk
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.plan.links import Link

EVENT = "event"
"""The name of the variable that a stream's conditions and items are written over."""

_LARGE = 1000


@dataclass(frozen=True, slots=True)
class Stream:
    """Items of the events that meet all conditions.

    Parameters
    ----------
    event
        The variable that stands for the event.
    where
        Conditions that read nothing but the event, the profile's fields and constants.
    item
        What the stream gives for an event.
    many
        Whether `item` is an array whose items are laid end to end.
    links
        Other events that the conditions ask for beside the event, each through a variable.
    """

    event: Variable
    where: tuple[Bound, ...]
    item: Bound
    many: bool = False
    links: tuple[Link, ...] = ()

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """All expressions in it, those of its links too."""
        beside = [part for one in self.links for part in (*one.outer, *one.inner)]
        return (*self.where, self.item, *beside)

    @property
    def reads_profile(self) -> bool:
        """Whether the profile must be beside the event."""
        return any(attributes(one) for one in self.bounds)

    @property
    def gives_events(self) -> bool:
        """Whether the items are the events themselves."""
        return self.item == self.event

    def filtered(self, variable: Variable, condition: Bound) -> Stream:
        """The stream with only those items for which a local condition holds."""
        if self.many:
            item = Filter(self.item, variable, condition, self.item.type, condition.span)
            return replace(self, item=item)
        held = conjuncts(substitute(condition, {variable.name: self.item}))
        return replace(self, where=(*self.where, *held))

    def mapped(self, node: Transform) -> Stream:
        """The stream of a local transform's results."""
        if self.many:
            return replace(self, item=replace(node, array=self.item))
        return replace(self, item=substitute(node.body, {node.variable.name: self.item}), many=node.flatten)


def grows(body: Bound, variable: Variable, item: Bound) -> bool:
    """Whether an expression with the item put in for its variable would be large, as where each repeats the last."""
    uses = sum(isinstance(one, Variable) and one.name == variable.name for one in walk(body))
    return uses > 1 and uses * sum(1 for _ in walk(item)) > _LARGE


def is_local(node: Bound, variables: Iterable[Variable]) -> bool:
    """Whether a node reads only these variables, the profile's fields and constants."""
    return free(node) <= {one.name for one in variables} and not reads_events(node)


def stream_of(node: Bound) -> Stream | None:
    """The stream that an array node stands for, or None when it does not come from events alone."""
    match node:
        case Events():
            event = Variable(EVENT, node.type.of, node.span)
            return Stream(event, (), event)
        case Filter():
            below = stream_of(node.array)
            if below is None or not is_local(node.condition, [node.variable]):
                return None
            if not below.many and grows(node.condition, node.variable, below.item):
                return None
            return below.filtered(node.variable, node.condition)
        case Transform():
            below = stream_of(node.array)
            if below is None or not is_local(node.body, [node.variable]):
                return None
            if not below.many and grows(node.body, node.variable, below.item):
                return None
            return below.mapped(node)
        case _:
            return None


def is_positive(number: Bound) -> bool:
    """Whether a number is known to be at least one."""
    return isinstance(number, Const) and number.type.kind is Kind.INTEGER and number.value in range(1, 2**63)
