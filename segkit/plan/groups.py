"""Maps made of groups of events: what is computed of each group, so that one grouped pass makes the map (R28, R30)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segkit.plan.streams import EVENT, Stream, is_local, stream_of
from segkit.pql.bound import (
    Aggregate,
    Bound,
    Compare,
    Const,
    Distinct,
    Entries,
    Events,
    Filter,
    Function,
    Get,
    Group,
    Head,
    If,
    In,
    IsNull,
    Lookup,
    Not,
    Quantify,
    Record,
    Top,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import attributes, canonical, free, signature, substitute
from segkit.pql.types import BOOLEAN, STRING, Kind, array_of, map_of, object_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from segkit.plan.features import Feature, Features
    from segkit.pql.types import Type

KEY = Variable("key", STRING)
"""The key of the group, in what is computed of it."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What is computed of each group of a stream's items.

    Parameters
    ----------
    key
        The key of an item: a String, or an Array of String for several groups.
    features
        The values of a group, over its items.
    value
        What the map holds for a group, over `KEY` and the features.
    total
        Where no map is asked for but a number, an extreme or the presence of its values: these values, over `KEY` and
        the features.
    """

    key: Bound
    features: tuple[Feature, ...]
    value: Bound
    total: Stream | None = None

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """All expressions in it."""
        inner = [part for one in self.features for part in one.bounds]
        total = () if self.total is None else (*self.total.where, self.total.item)
        return (self.key, *inner, self.value, *total)

    @property
    def sign(self) -> Hashable:
        """Equal for groupings that compute the same."""
        features = tuple((one.name, one.sign) for one in self.features)
        total: Hashable = None
        if self.total is not None:
            where = tuple(signature(canonical(one)) for one in self.total.where)
            total = (where, signature(canonical(self.total.item)), self.total.many)
        return signature(canonical(self.key)), features, signature(canonical(self.value)), total


@dataclass(frozen=True, slots=True)
class Grouped:
    """A node as a grouping of a stream, and as what remains to be done with the map that it makes."""

    stream: Stream
    grouping: Grouping
    type: Type
    rest: Entries | None = None

    def finished(self, made: Bound) -> Bound:
        """The node's value, given the map."""
        return made if self.rest is None else replace(self.rest, map=made)


def grouped(node: Group | Entries, outer: Features, inner: Features) -> Grouped | None:
    """A map over the groups of a stream, or None when its groups do not come from events alone.

    `inner` collects what is computed of one group's items: inside a group these are all there is. What reads other
    events or the profile is left to the row.
    """
    entries = node if isinstance(node, Entries) else _of_group(node)
    group = entries.map
    if not isinstance(group, Group) or not is_local(group.key, [group.variable]):
        return None
    stream = outer.stream(group.array)
    if stream is None:
        return None
    key, items = _items_of(stream, group)
    parts = [one for one in (entries.new_key, entries.new_value) if one is not None]
    names = {entries.key_variable.name: KEY, entries.value_variable.name: items}
    read = [inner.extract(substitute(outer.extract(one), names)) for one in parts]
    found = {one.name: one for one in inner.all}
    if len(read) == 1 and free(read[0]) <= found.keys() | {KEY.name} and not attributes(read[0]):
        return Grouped(stream, Grouping(key, inner.all, canonical(read[0])), map_of(entries.type.of))
    return _with_rest(entries, stream, Grouping(key, inner.all, Const(True, BOOLEAN)), read)


def totalled(node: Aggregate | Quantify, outer: Features, inner: Features) -> Grouped | None:
    """An aggregate of a map's values, or whether one of them is such: no map has to be made for it."""
    found = _of_values(node.array)
    if found is None:
        return None
    made, array = found
    stream = stream_of(array)
    if stream is not None and isinstance(node, Quantify):
        stream = stream.filtered(node.variable, node.condition) if is_local(node.condition, [node.variable]) else None
    if stream is None or isinstance(node.array, Distinct):
        return None
    grouping = grouped(made, outer, inner)
    if grouping is None or grouping.rest is not None:
        return None
    values = {stream.event.name: grouping.grouping.value}
    where, item = tuple(substitute(one, values) for one in stream.where), substitute(stream.item, values)
    if isinstance(node, Quantify) and stream.many:
        where = (*where, Truth(item, span=node.span))
    if any(attributes(one) for one in (*where, item)):
        return None
    total = Stream(stream.event, where, item, stream.many and isinstance(node, Aggregate))
    return replace(grouping, grouping=replace(grouping.grouping, total=total), type=node.type)


def _of_values(array: Bound) -> tuple[Group | Entries, Bound] | None:
    """The map whose values an array is made of, and the array with the values in the place of events."""
    match array:
        case Function(name="values", arguments=(Group() | Entries() as made,)):
            return made, Events(array_of(made.type.of), array.span)
        case Filter(array=below) | Transform(array=below):
            found = _of_values(below)
            return None if found is None else (found[0], replace(array, array=found[1]))
        case _:
            return None


def _of_group(group: Group) -> Entries:
    """The groups themselves as entries."""
    key, items = Variable(f"{group.variable.name}_key", STRING), Variable(f"{group.variable.name}_items", group.type.of)
    return Entries(group, key, items, None, items, group.type, group.span)


def _items_of(stream: Stream, group: Group) -> tuple[Bound, Bound]:
    """The key, and the items of a group as an array, both over the rows that are grouped.

    These are the events; where the items lie in arrays of the events, the rows are those items.
    """
    if stream.many:
        row = Variable(EVENT, group.array.type.of, group.span)
        return substitute(group.key, {group.variable.name: row}), Events(group.array.type, group.span)
    key = substitute(group.key, {group.variable.name: stream.item})
    events = Events(array_of(stream.event.type), group.span)
    if stream.gives_events:
        return key, events
    own = Variable(f"{group.variable.name}_event", stream.event.type, group.span)
    item = substitute(stream.item, {stream.event.name: own})
    return key, Transform(events, own, item, group.array.type, span=group.span)


def _with_rest(entries: Entries, stream: Stream, grouping: Grouping, read: list[Bound]) -> Grouped:
    """A map of the groups' features, from which the row makes the entries."""
    held = entries.value_variable
    match grouping.features:
        case ():
            value: Bound = grouping.value
            names: dict[str, Bound] = {}
        case (one,):
            value = Variable(one.name, one.type)
            names = {one.name: replace(held, type=value.type)}
        case several:
            fields = {f"{one.kind}_{number}": one for number, one in enumerate(several, 1)}
            of = object_of({name: one.type for name, one in fields.items()})
            value = Record(tuple((name, Variable(one.name, one.type)) for name, one in fields.items()), of)
            names = {one.name: Get(replace(held, type=of), name, one.type) for name, one in fields.items()}
    names[KEY.name] = entries.key_variable
    *new_key, new_value = (substitute(one, names) for one in read)
    rest = replace(
        entries,
        value_variable=replace(held, type=value.type),
        new_key=new_key[0] if new_key else None,
        new_value=new_value,
    )
    return Grouped(stream, replace(grouping, value=value), map_of(value.type), rest)


def simpler(node: Bound) -> Bound:
    """A question about a map of groups as one about the items; the same object when it is none."""
    match node:
        case Truth(value=Entries(map=of, new_key=None)) | IsNull(value=Entries(map=of)):
            return replace(node, value=of)
        case IsNull(value=Group(array=array)):
            return replace(node, value=array)
        case Truth(value=Group() as group):
            return Quantify("any", group.array, group.variable, _has_key(group), BOOLEAN, node.span)
        case Aggregate(function="count", array=Function(name="keys", arguments=(Group() as group,))):
            several = group.key.type.kind is Kind.ARRAY
            keys = Transform(group.array, group.variable, group.key, array_of(STRING), flatten=several, span=group.span)
            return replace(node, array=Distinct(keys, keys.type, node.span))
        case Function(name="keys", arguments=(Group() as group,)):
            there = replace(_of_group(group), new_value=Const(True, BOOLEAN), type=map_of(BOOLEAN))
            return replace(node, arguments=(there,))
        case Aggregate() | Head() | Quantify():
            array = _without_lookup(node.array)
            return node if array is node.array else replace(node, array=array)
        case Truth(value=Lookup() | Filter() | Transform() as value) if value.type.kind is Kind.ARRAY:
            array = _without_lookup(value)
            return node if array is value else replace(node, value=array)
        case Lookup(map=Entries(map=Group() as group, new_key=None) as entries) if _is_scalar(node.type):
            return _at(node, entries, group)
        case _:
            return node


def _has_key(group: Group) -> Bound:
    if group.key.type.kind is not Kind.ARRAY:
        return Not(IsNull(group.key, span=group.span), span=group.span)
    one = Variable(f"{group.variable.name}_key", STRING)
    return Quantify("any", group.key, one, Not(IsNull(one, span=group.span), span=group.span), span=group.span)


def _without_lookup(array: Bound) -> Bound:
    """An array that counts as empty when it is null, with the group at one key as a filter of the items."""
    match array:
        case Lookup(map=Group() as group):
            return _group_at(group, array.key)
        case Filter(array=below) | Transform(array=below) | Top(array=below) | Distinct(array=below):
            found = _without_lookup(below)
            return array if found is below else replace(array, array=found)
        case _:
            return array


def _group_at(group: Group, key: Bound) -> Bound:
    several = group.key.type.kind is Kind.ARRAY
    held: Bound = In(key, group.key, span=group.span) if several else Compare("=", group.key, key, span=group.span)
    return Filter(group.array, group.variable, held, group.array.type, group.span)


def _is_scalar(of: Type) -> bool:
    return of.kind not in {Kind.ARRAY, Kind.MAP, Kind.OBJECT}


def _at(node: Lookup, entries: Entries, group: Group) -> Bound:
    """The entry at one key, which is null where no item has it."""
    items = _group_at(group, node.key)
    names = {entries.key_variable.name: node.key, entries.value_variable.name: items}
    there = Truth(items, span=node.span)
    return If(there, substitute(entries.new_value, names), Const(None, node.type, node.span), node.type, node.span)
