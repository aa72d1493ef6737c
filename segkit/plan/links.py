"""Events that are asked for beside other events: `exists A from xEvent, B from xEvent where …` (`pql.md` R24, R25).

Where all that is asked between the two is that values are equal, or that one lies before, after or within a range of
the other, the events need not be paired: they are joined by the equal values, and a minimum, a maximum or the nearest
one of each decides.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.plan.streams import Stream, grows, is_local, stream_of
from segkit.pql.bound import And, Bound, Compare, Filter, InRange, Or, Quantify, Transform, Truth, Variable
from segkit.pql.bound_walk import canonical, conjuncts, free, reads_events, rebuild, signature, substitute
from segkit.pql.types import BOOLEAN

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from segkit.plan.features import Feature

LinkForm = Choice["keys", "extreme", "differs", "nearest", "farthest", "value"]
"""How it is known whether an event has one of the others beside it.

- `keys`: there is one with equal values.
- `extreme`: the least or greatest value of the others decides.
- `differs`: the least and the greatest do.
- `nearest`: the others' values are sorted, and the first in the range decides.
- `farthest`: the others' ranges are sorted; of those that begin before the value the one that reaches farthest decides.
- `value`: what is asked of the others is the same for every event, a number of them or their greatest value.
"""

_OUTER = "outer"
_MOST_SPLIT = 4


@dataclass(frozen=True, slots=True)
class Bounding:
    """A comparison between an event and one of the others: `outer < inner`, or `inner < outer` with `rises` false."""

    outer: Bound
    inner: Bound
    rises: bool
    included: bool


@dataclass(frozen=True, slots=True)
class Link:
    """Whether an event has one of some other events beside it, or what all of those are together.

    Parameters
    ----------
    name
        The variable that stands for it in the conditions of the stream; equal links have one name.
    form
        How it is known.
    stream
        The other events.
    keys
        Values that are equal: of the event, and of the other.
    bounds
        The comparisons.
    differs
        For the form of this name, the values that are not equal.
    feature
        For the form `value`, what is computed of the others.
    """

    name: str
    form: LinkForm
    stream: Stream
    keys: tuple[tuple[Bound, Bound], ...]
    bounds: tuple[Bounding, ...] = ()
    differs: tuple[Bound, Bound] | None = None
    feature: Feature | None = None

    @property
    def variable(self) -> Variable:
        """What stands for it in conditions."""
        return Variable(self.name, BOOLEAN if self.feature is None else self.feature.type)

    @property
    def outer(self) -> tuple[Bound, ...]:
        """What is read of the event."""
        apart = () if self.differs is None else (self.differs[0],)
        return (*(one for one, _ in self.keys), *(one.outer for one in self.bounds), *apart)

    @property
    def inner(self) -> tuple[Bound, ...]:
        """What is read of the others."""
        apart = () if self.differs is None else (self.differs[1],)
        read = self.stream.bounds if self.feature is None else self.feature.bounds
        return (*(one for _, one in self.keys), *(one.inner for one in self.bounds), *apart, *read)

    def over(self, values: Mapping[str, Bound]) -> Link:
        """The link with the variables of the event replaced."""
        return replace(
            self,
            keys=tuple((substitute(one, values), other) for one, other in self.keys),
            bounds=tuple(replace(one, outer=substitute(one.outer, values)) for one in self.bounds),
            differs=None if self.differs is None else (substitute(self.differs[0], values), self.differs[1]),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What a condition is read with.

    Parameters
    ----------
    simplify
        One step towards the forms that are known; the same object when there is none to take.
    closed
        What an expression asks of all events of some kind, where it is one value; else None.
    """

    simplify: Callable[[Bound], Bound]
    closed: Callable[[Bound], Feature | None]


def linked_stream(node: Bound, reading: Reading) -> Stream | None:
    """The stream of an array whose filters may ask for other events; None when it does not come from events alone."""
    plain = stream_of(node)
    if plain is not None:
        return plain
    match node:
        case Filter():
            below = linked_stream(node.array, reading)
            return None if below is None else with_condition(below, node.variable, node.condition, reading)
        case Transform():
            below = linked_stream(node.array, reading)
            if below is None or not is_local(node.body, [node.variable]):
                return None
            return None if not below.many and grows(node.body, node.variable, below.item) else below.mapped(node)
        case _:
            return None


def with_condition(stream: Stream, variable: Variable, condition: Bound, reading: Reading) -> Stream | None:
    """The stream with only those items for which a condition holds; None where the condition needs every pair."""
    if is_local(condition, [variable]):
        too_large = not stream.many and grows(condition, variable, stream.item)
        return None if too_large else stream.filtered(variable, condition)
    if stream.many:
        return None
    finder = _Finder(variable, reading)
    found = finder.rewritten(condition)
    names = [one.variable for one in finder.links.values()]
    if not finder.links or not is_local(found, [variable, *names]):
        return None
    values = {variable.name: stream.item}
    links = {one.name: one for one in stream.links} | {name: one.over(values) for name, one in finder.links.items()}
    return replace(stream, links=tuple(links.values())).filtered(variable, found)


def spread(node: Bound) -> list[Bound]:
    """A quantifier over events as conditions that all hold: what says nothing of its own item stands outside of it."""
    if not isinstance(node, Quantify) or node.quantifier != "any" or stream_of(node.array) is None:
        return [node]
    parts = [part for one in conjuncts(node.condition) for part in spread(one)]
    apart = [one for one in parts if node.variable.name not in free(one)]
    rest = tuple(one for one in parts if node.variable.name in free(one))
    if not rest:
        return [*apart, Truth(node.array, BOOLEAN, node.span)]
    held = rest[0] if len(rest) == 1 else And(rest, BOOLEAN, rest[0].span.to(rest[-1].span))
    return [*apart, replace(node, condition=held)]


class _Finder:
    """Finds the links in a condition over one event; a variable stands for each."""

    def __init__(self, variable: Variable, reading: Reading) -> None:
        self.variable, self.reading = variable, reading
        self.links: dict[str, Link] = {}

    def rewritten(self, node: Bound) -> Bound:
        if not reads_events(node):
            return node
        simpler = self.reading.simplify(node)
        if simpler is not node:
            return self.rewritten(simpler)
        if not free(node):
            feature = self.reading.closed(node)
            if feature is not None:
                return self._valued(feature, node)
        if isinstance(node, Quantify) and node.quantifier == "any":
            found = self._split(node) or self._linked(node)
            return node if found is None else found
        return rebuild(node, self.rewritten)

    def _valued(self, feature: Feature, node: Bound) -> Bound:
        """A value of other events that every event has beside it."""
        link = Link(f"link {_hashed(feature.sign)}", "value", feature.stream, (), feature=feature)
        self.links[link.name] = link
        return replace(link.variable, span=node.span)

    def _split(self, node: Quantify) -> Bound | None:
        """A quantifier over conditions of which one must hold, as quantifiers of which one must."""
        parts = conjuncts(node.condition)
        for at, one in enumerate(parts):
            if isinstance(one, Or) and {node.variable.name, self.variable.name} <= free(one):
                if len(one.items) > _MOST_SPLIT:
                    return None
                rest = [*parts[:at], *parts[at + 1 :]]
                each = [replace(node, condition=And((*rest, item), BOOLEAN, item.span)) for item in one.items]
                return Or(tuple(self.rewritten(item) for item in each), BOOLEAN, node.span)
        return None

    def _linked(self, node: Quantify) -> Bound | None:
        other, array = node.variable, node.array
        parts = [part for one in conjuncts(node.condition) for part in spread(one)]
        while isinstance(array, Filter):
            parts.extend(conjuncts(substitute(array.condition, {array.variable.name: other})))
            array = array.array
        stream = stream_of(array)
        if stream is None or stream.many:
            return None
        apart, between = [], []
        for one in parts:
            read = free(one)
            if other.name not in read:
                apart.append(self.rewritten(one))
            elif self.variable.name in read:
                between.extend(_ends(one))
            else:
                below = with_condition(stream, other, one, self.reading)
                if below is None:
                    return None
                stream = below
        link = self._made(stream, other, between)
        if link is None:
            return None
        self.links[link.name] = link
        held = Variable(link.name, BOOLEAN, node.span)
        return And((*apart, held), BOOLEAN, node.span) if apart else held

    def _made(self, stream: Stream, other: Variable, between: Sequence[Bound]) -> Link | None:
        keys: list[tuple[Bound, Bound]] = []
        bounds: list[Bounding] = []
        differs: list[tuple[Bound, Bound]] = []
        for one in between:
            match one:
                case Compare(operator="=" | "!=", ignore_case=False):
                    pair = self._sides(one.left, one.right, other) or self._sides(one.right, one.left, other)
                    if pair is None:
                        return None
                    (keys if one.operator == "=" else differs).append(pair)
                case Compare(operator="<" | "<=" | ">" | ">=", ignore_case=False):
                    low, high = (one.left, one.right) if one.operator in {"<", "<="} else (one.right, one.left)
                    bound = self._bounding(low, high, other, included=one.operator in {"<=", ">="})
                    if bound is None:
                        return None
                    bounds.append(bound)
                case InRange(low=None, high=high) if high is not None:
                    bound = self._bounding(one.subject, high, other, included=one.high_included)
                    if bound is None:
                        return None
                    bounds.append(bound)
                case InRange(high=None, low=low) if low is not None:
                    bound = self._bounding(low, one.subject, other, included=one.low_included)
                    if bound is None:
                        return None
                    bounds.append(bound)
                case _:
                    return None
        bounds = _merged(bounds)
        form = _form(bounds, differs)
        if form is None:
            return None
        values: dict[str, Bound] = {other.name: stream.item}
        made = Link(
            "",
            form,
            stream,
            tuple((mine, substitute(theirs, values)) for mine, theirs in keys),
            tuple(replace(one, inner=substitute(one.inner, values)) for one in bounds),
            (differs[0][0], substitute(differs[0][1], values)) if differs else None,
        )
        return replace(made, name=self._name(made))

    def _sides(self, mine: Bound, theirs: Bound, other: Variable) -> tuple[Bound, Bound] | None:
        if is_local(mine, [self.variable]) and is_local(theirs, [other]):
            return mine, theirs
        return None

    def _bounding(self, low: Bound, high: Bound, other: Variable, *, included: bool) -> Bounding | None:
        rising = self._sides(low, high, other)
        if rising is not None:
            return Bounding(*rising, rises=True, included=included)
        falling = self._sides(high, low, other)
        return None if falling is None else Bounding(*falling, rises=False, included=included)

    def _name(self, link: Link) -> str:
        """A name that equal links have in common, whatever their rules call the events."""
        plain = link.over({self.variable.name: Variable(_OUTER, self.variable.type)})
        stream = link.stream
        where = sorted(repr(signature(canonical(one))) for one in stream.where)
        ends = [(_sign(one.outer, one.inner), one.rises, one.included) for one in plain.bounds]
        apart = None if plain.differs is None else _sign(*plain.differs)
        return f"link {_hashed((link.form, where, [_sign(*one) for one in plain.keys], ends, apart))}"


def _hashed(sign: object) -> str:
    text = repr(sign).encode()
    return f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}"


def _sign(*sides: Bound) -> tuple[Hashable, ...]:
    return tuple(signature(canonical(one)) for one in sides)


def _ends(node: Bound) -> list[Bound]:
    """A range as its two ends."""
    if not isinstance(node, InRange) or node.low is None or node.high is None:
        return [node]
    low = InRange(node.subject, node.low, node.low_included, None, False, span=node.span)
    return [low, InRange(node.subject, None, False, node.high, node.high_included, span=node.span)]


def _merged(bounds: Sequence[Bounding]) -> list[Bounding]:
    """The comparisons with those of the same two values as one."""
    found: dict[Hashable, Bounding] = {}
    for one in bounds:
        key = (_sign(one.outer, one.inner), one.rises)
        known = found.setdefault(key, one)
        found[key] = replace(known, included=known.included and one.included)
    return list(found.values())


def _form(bounds: Sequence[Bounding], differs: Sequence[tuple[Bound, Bound]]) -> LinkForm | None:
    if differs:
        return "differs" if len(differs) == 1 and not bounds else None
    match bounds:
        case []:
            return "keys"
        case [_]:
            return "extreme"
        case [one, two] if one.rises is not two.rises:
            if one.inner == two.inner:
                return "nearest"
            return "farthest" if one.outer == two.outer else None
        case _:
            return None
