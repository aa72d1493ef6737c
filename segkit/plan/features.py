"""Features: what a rule asks of a profile's events, each computed once and joined to the profile once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.plan import groups
from segkit.plan.fold import FALSE
from segkit.plan.links import Reading, linked_chain, linked_stream, spread, with_condition
from segkit.plan.sequences import holds_without_events, needs_pairs
from segkit.plan.streams import Stream, grows, is_local, is_positive, stream_of
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Convert,
    Distinct,
    Entries,
    Events,
    Filter,
    Get,
    Group,
    Head,
    In,
    InRange,
    IsNull,
    Items,
    Not,
    Now,
    Or,
    Quantify,
    SetCompare,
    Shift,
    Test,
    Top,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import canonical, conjuncts, path_of, rebuild, signature, substitute
from segkit.pql.tree import NOWHERE, Span
from segkit.pql.types import BOOLEAN, INTEGER

if TYPE_CHECKING:
    from collections.abc import Hashable

    from segkit.plan.groups import Grouping
    from segkit.pql.bound import Value
    from segkit.pql.types import Path, Type

FeatureKind = Choice["any", "count", "distinct", "sum", "average", "min", "max", "first", "list", "chain", "groups"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One value a profile, computed from its events.

    Parameters
    ----------
    name
        The variable that stands for the value in the rules.
    kind
        How the stream's items become one value; `distinct` counts different items, `first` takes the first by `order`.
    stream
        The items.
    type
        The type of the value.
    order
        The sort key over the event and whether it descends, for `first`.
    chain
        The sequence, for `chain`.
    groups
        What is computed of each group: for `groups`, which makes a map of it, or for a value of all groups.
    span, origin
        The words it was first met in, and the rule or column that they are of.
    """

    name: str
    kind: FeatureKind
    stream: Stream
    type: Type
    order: tuple[Bound, bool] | None = None
    chain: Chain | None = None
    groups: Grouping | None = None
    span: Span = field(default=NOWHERE, compare=False)
    origin: str = field(default="", compare=False)

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """All expressions in it."""
        order = () if self.order is None else (self.order[0],)
        chain = () if self.chain is None else (self.chain,)
        inner = () if self.groups is None else self.groups.bounds
        return (*self.stream.bounds, *order, *chain, *inner)

    @property
    def sign(self) -> Hashable:
        """Equal for features that compute the same."""
        item: Hashable = () if self.kind in {"any", "count"} and not self.stream.many else signature(self.stream.item)
        where = frozenset(signature(one) for one in self.stream.where)
        order = self.order and (signature(self.order[0]), self.order[1])
        sequence = None if self.chain is None else signature(canonical(self.chain))
        return self.kind, where, item, self.stream.many, order, sequence, self.groups and self.groups.sign

    @property
    def default(self) -> Value:
        """The value for a profile without such events; a list is empty then, which this gives as None."""
        match self.kind:
            case "any":
                return False
            case "count" | "distinct" | "sum":
                return 0
            case "chain":
                return self.chain is not None and holds_without_events(self.chain)
            case _:
                return None


_PLAIN = frozenset(
    {And, Or, Not, Compare, Const, Attribute, Variable, Test, InRange, Items, Arith, Shift, Now, Convert}
)
"""Nodes that are no feature themselves, nor have a simpler form: nearly all."""


class Features:
    """Collects the features of several rules; asking for an equal one again gives the same variable.

    `origin` is the name of the rule that is being read. `within` a group chains and groups stay as they are: they are
    found in the list of the group's items.
    """

    def __init__(self, *, within: bool = False) -> None:
        self.origin = ""
        self._within = within
        self._found: dict[Hashable, Feature] = {}

    @property
    def all(self) -> tuple[Feature, ...]:
        """The features in the order they were first met."""
        return tuple(self._found.values())

    def extract(self, node: Bound) -> Bound:
        """The node with every closed part that reads events replaced by the variable of a feature."""
        if type(node) in _PLAIN:
            return rebuild(node, self.extract)
        simpler = _simplify(node)
        if simpler is not node:
            return self.extract(simpler)
        found = self.terminal(node)
        return found if found is not None else rebuild(node, self.extract)

    def terminal(self, node: Bound) -> Bound | None:
        """The variable of a feature that a whole node is, or None."""
        match node:
            case Quantify(quantifier="any") | Aggregate() if (total := self._total(node)) is not None:
                return total
            case Quantify(quantifier="any"):
                stream = self.stream(node.array)
                held = None if stream is None else self._holding(stream, node.variable, node.condition)
                return None if held is None else self._add("any", held, BOOLEAN, node.span)
            case Truth(value=array):
                stream = self.stream(array)
                return None if stream is None else self._add("any", stream, BOOLEAN, node.span)
            case Aggregate(function="count", array=Distinct(array=array)):
                stream = self.stream(array)
                if stream is None or stream.many:
                    return None
                return self._add("distinct", stream, INTEGER, node.span)
            case Aggregate():
                stream = self.stream(node.array)
                return None if stream is None else self._add(node.function, stream, node.type, node.span)
            case Head() | Get():
                return self._first(node)
            case Group() | Entries():
                return None if self._within else self._groups(node)
            case Chain():
                found = None if self._within else linked_chain(node, _READING)
                if found is None or (not found[1].gives_events and needs_pairs(node)):
                    return None
                return self._add("chain", found[1], BOOLEAN, node.span, chain=found[0])
            case Events() | Filter() | Transform():
                stream = self.stream(node)
                return None if stream is None else self._add("list", stream, node.type, node.span)
            case _:
                return None

    def stream(self, array: Bound) -> Stream | None:
        """The stream that an array stands for; within a group there are no other events to be linked with."""
        return stream_of(array) if self._within else linked_stream(array, _READING)

    def _holding(self, stream: Stream, variable: Variable, condition: Bound) -> Stream | None:
        """A stream's items for which a condition holds."""
        if not self._within:
            return with_condition(stream, variable, condition, _READING)
        return stream.filtered(variable, condition) if is_local(condition, [variable]) else None

    def _first(self, node: Head | Get) -> Bound | None:
        head, path = path_of(node)
        if not isinstance(head, Head):
            return None
        array, bodies = head.array, []
        while isinstance(array, Transform) and not array.flatten and isinstance(array.array, Transform | Top):
            bodies.append(array)
            array = array.array
        order: tuple[Bound, bool] | None = None
        if isinstance(array, Top):
            stream = self.stream(array.array)
            if (
                stream is None
                or stream.many
                or not is_positive(array.number)
                or not is_local(array.key, [array.variable])
            ):
                return None
            order = (substitute(array.key, {array.variable.name: stream.item}), array.descending)
        else:
            array, bodies = head.array, []
            stream = self.stream(array)
            if stream is None or stream.many:
                return None
        for one in reversed(bodies):
            if not is_local(one.body, [one.variable]) or grows(one.body, one.variable, stream.item):
                return None
            stream = stream.mapped(one)
        stream = replace(stream, item=_get(stream.item, head.type, path))
        return self._add("first", stream, node.type, node.span, order=order)

    def _groups(self, node: Group | Entries) -> Bound | None:
        found = groups.grouped(node, self, Features(within=True))
        if found is None:
            return None
        return found.finished(self._add("groups", found.stream, found.type, node.span, groups=found.grouping))

    def _total(self, node: Quantify | Aggregate) -> Bound | None:
        found = None if self._within else groups.totalled(node, self, Features(within=True))
        if found is None:
            return None
        kind: FeatureKind = "any" if isinstance(node, Quantify) else node.function
        return self._add(kind, found.stream, node.type, node.span, groups=found.grouping)

    def _add(
        self,
        kind: FeatureKind,
        stream: Stream,
        value: Type,
        span: Span,
        *,
        order: tuple[Bound, bool] | None = None,
        chain: Chain | None = None,
        groups: Grouping | None = None,
    ) -> Bound:
        if kind == "any" and groups is None:
            held = (Truth(stream.item, BOOLEAN, span),) if stream.many else ()
            stream = replace(stream, where=(*stream.where, *held), item=stream.event, many=False)
        stream = replace(stream, where=tuple(canonical(one) for one in stream.where), item=canonical(stream.item))
        if stream.links:
            stream = replace(stream, links=tuple(one.of(self.origin) for one in stream.links))
        if order is not None:
            order = (canonical(order[0]), order[1])
        name = f"{'group feature' if self._within else 'feature'} {len(self._found) + 1}"
        made = Feature(name, kind, stream, value, order, chain, groups, span, self.origin)
        found = self._found.setdefault(made.sign, made)
        return Variable(found.name, value, span)


def _get(item: Bound, kind: Type, path: Path) -> Bound:
    for name in path:
        kind = kind.field(name) or kind
        item = substitute(Get(Variable("item", item.type), name, kind), {"item": item})
    return item


def _simplify(node: Bound) -> Bound:
    """One step towards the forms that `Features` knows; the same object when there is none to take."""
    asked = groups.simpler(node)
    if asked is not node:
        return asked
    match node:
        case Quantify(quantifier="all", array=array) if _starts_at_events(array):
            negated = Not(node.condition, BOOLEAN, node.span)
            return Not(replace(node, quantifier="any", condition=_push(negated)), BOOLEAN, node.span)
        case Quantify(quantifier="any", array=array) if stream_of(array) is not None and not is_local(
            node.condition, [node.variable]
        ):
            parts = [part for one in conjuncts(node.condition) for part in spread(one)]
            held = [one for one in parts if is_local(one, [node.variable])]
            rest = [one for one in parts if not is_local(one, [node.variable])]
            if not held:
                return node
            array = Filter(array, node.variable, _all(held), array.type, node.span)
            return replace(node, array=array, condition=_all(rest))
        case Filter(array=array) if stream_of(array) is not None and not is_local(node.condition, [node.variable]):
            held = [one for one in conjuncts(node.condition) if is_local(one, [node.variable])]
            rest = [one for one in conjuncts(node.condition) if not is_local(one, [node.variable])]
            if not held:
                return node
            inner = Filter(array, node.variable, _all(held), array.type, node.span)
            return replace(node, array=inner, condition=_all(rest))
        case Truth(value=Top(array=array, number=number)) if is_positive(number):
            return replace(node, value=array)
        case Truth(value=Filter(array=array, variable=variable, condition=condition)):
            return Quantify("any", array, variable, condition, BOOLEAN, node.span)
        case Truth(value=Transform(flatten=False, array=array)):
            return replace(node, value=array)
        case Truth(value=Transform(flatten=True, array=array, variable=variable, body=body)):
            return Quantify("any", array, variable, Truth(body, BOOLEAN, body.span), BOOLEAN, node.span)
        case IsNull(value=value) if stream_of(value) is not None:
            return FALSE
        case Aggregate(function="count", array=Transform(flatten=False, array=array)):
            return replace(node, array=array)
        case In(value=Const(value=value), array=array) if stream_of(array) is not None and value is not None:
            item = Variable("item", array.type.of, array.span)
            some = Quantify("any", array, item, Compare("=", item, node.value, span=node.span), BOOLEAN, node.span)
            return Not(some, BOOLEAN, node.span) if node.negated else some
        case SetCompare(operator="intersects", left=left, right=Items() as right) if stream_of(
            left
        ) is not None and all(isinstance(one, Const) for one in right.items):
            item = Variable("item", left.type.of, left.span)
            return Quantify("any", left, item, In(item, right, span=node.span), BOOLEAN, node.span)
        case Chain(elements=elements) if elements and all(one.negated for one in elements):
            return _absences(node)
        case _:
            return node


def _closed(node: Bound) -> Feature | None:
    """The one value of the events that an expression is, if it is one."""
    features = Features(within=True)
    found = features.terminal(node)
    match features.all:
        case (one,) if isinstance(found, Variable) and one.kind != "list":
            return one
        case _:
            return None


_READING = Reading(_simplify, _closed)


def _starts_at_events(array: Bound) -> bool:
    while isinstance(array, Filter | Transform | Top | Distinct):
        array = array.array
    return isinstance(array, Events)


def _push(node: Bound) -> Bound:
    """A negated condition with the negation moved below `or`, so that its parts can be told apart.

    They have the words of the whole: their own say the opposite.
    """
    match node:
        case Not(item=Or(items=items)):
            return And(tuple(_push(Not(one, BOOLEAN, node.span)) for one in items), BOOLEAN, node.span)
        case Not(item=Not(item=inner)):
            return replace(inner, span=node.span)
        case _:
            return node


def _all(items: list[Bound]) -> Bound:
    return items[0] if len(items) == 1 else And(tuple(items), BOOLEAN, items[0].span.to(items[-1].span))


def _absences(chain: Chain) -> Bound:
    """A chain of negated elements alone has no neighbours: each says that there is no such event at all."""
    parts: list[Bound] = []
    for one in chain.elements:
        held = one.what if one.when is None else And((one.what, one.when), BOOLEAN, one.span)
        # An event without an instant has no place in a sequence (R33).
        instant = substitute(chain.instant, {chain.variable.name: one.variable})
        timed = And((Not(IsNull(instant)), held), BOOLEAN, one.span)
        kept = Filter(chain.array, one.variable, timed, chain.array.type, one.span)
        parts.append(Not(Truth(kept, BOOLEAN, one.span), BOOLEAN, one.span))
    return _all(parts)
