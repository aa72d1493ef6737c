"""Events that are asked for beside other events: `exists A from xEvent, B from xEvent where …` (`pql.md` R24, R25).

Where all that is asked between the two is that values are equal, or that one lies before, after or within a range of
the other, the events need not be paired: they are joined by the equal values, and a minimum, a maximum or the nearest
one of each decides.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.plan.streams import Stream, grows, is_local, stream_of
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Bound,
    Chain,
    Compare,
    Const,
    Filter,
    If,
    InRange,
    Or,
    Quantify,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import canonical, conjuncts, free, reads_events, rebuild, signature, substitute
from segkit.pql.tree import NOWHERE, Span
from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from segkit.plan.features import Feature

LinkForm = Choice["keys", "extreme", "ordered", "value"]
"""How it is known whether an event has one of the others beside it.

- `keys`: there is one with equal values.
- `extreme`: the least or greatest value of the others decides; whether one is different, both.
- `ordered`: the others are sorted by one value, and of those before or after the event's the least or greatest of
  another decides.
- `value`: what is asked of the others is the same for every event, a number of them or their greatest value.
"""

_OUTER = "outer"
INNER = Variable("the other's value", INTEGER)
"""Stands for the least or greatest value of the others in a comparison that reads it beside the event's own."""

_LEAST, _MOST = -(2**63), 2**63 - 1
_ENDS: tuple[tuple[Choice["<=", ">="], float], ...] = (("<=", sys.float_info.max), (">=", -sys.float_info.max))
_MOST_SPLIT = 4


@dataclass(frozen=True, slots=True)
class Bounding:
    """A comparison between an event and one of the others: `outer < inner`, or `inner < outer` with `rises` false.

    Where it is `mixed`, both stand on one side, as in a sum: `outer` is the whole condition, in which `INNER` stands
    for the other's value, and the greatest (`rises`) or least of them meets it if any does.
    """

    outer: Bound
    inner: Bound
    rises: bool
    included: bool
    mixed: bool = False

    def over(self, values: Mapping[str, Bound]) -> Bounding:
        """The comparison with the variables of the event replaced."""
        return replace(self, outer=substitute(self.outer, values))


@dataclass(frozen=True, slots=True)
class Link:
    """Whether an event has one of some other events beside it, or what all of those are together.

    Parameters
    ----------
    name
        The variable that stands for it in the conditions of the stream; equal links have one name.
    stream
        The other events.
    keys
        Values that are equal: of the event, and of the other.
    bounds
        Comparisons with one value of the others, of which the least or greatest decides.
    differs
        Values that are not equal.
    primary
        A comparison by which the others are sorted first.
    feature
        For the form `value`, what is computed of the others.
    span, origin
        The words it was met in, and the rule or column that they are of.
    """

    name: str
    stream: Stream
    keys: tuple[tuple[Bound, Bound], ...]
    bounds: tuple[Bounding, ...] = ()
    differs: tuple[Bound, Bound] | None = None
    primary: Bounding | None = None
    feature: Feature | None = None
    span: Span = field(default=NOWHERE, compare=False)
    origin: str = field(default="", compare=False)

    @property
    def form(self) -> LinkForm:
        """How it is known."""
        if self.feature is not None:
            return "value"
        if self.primary is not None:
            return "ordered"
        return "extreme" if self.bounds or self.differs is not None else "keys"

    @property
    def compared(self) -> tuple[Bounding, ...]:
        """All comparisons."""
        return self.bounds if self.primary is None else (self.primary, *self.bounds)

    @property
    def variable(self) -> Variable:
        """What stands for it in conditions."""
        return Variable(self.name, BOOLEAN if self.feature is None else self.feature.type)

    @property
    def outer(self) -> tuple[Bound, ...]:
        """What is read of the event."""
        apart = () if self.differs is None else (self.differs[0],)
        return (*(one for one, _ in self.keys), *(one.outer for one in self.compared), *apart)

    @property
    def inner(self) -> tuple[Bound, ...]:
        """What is read of the others."""
        apart = () if self.differs is None else (self.differs[1],)
        read = self.stream.bounds if self.feature is None else self.feature.bounds
        return (*(one for _, one in self.keys), *(one.inner for one in self.compared), *apart, *read)

    def of(self, origin: str) -> Link:
        """The link as part of a rule of this name."""
        inner = tuple(one.of(origin) for one in self.stream.links)
        return replace(self, origin=origin, stream=replace(self.stream, links=inner))

    def over(self, values: Mapping[str, Bound]) -> Link:
        """The link with the variables of the event replaced."""
        return replace(
            self,
            keys=tuple((substitute(one, values), other) for one, other in self.keys),
            bounds=tuple(one.over(values) for one in self.bounds),
            primary=None if self.primary is None else self.primary.over(values),
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


def linked_chain(chain: Chain, reading: Reading) -> tuple[Chain, Stream] | None:
    """A chain whose elements read nothing but their event and earlier instants, and the stream of its events.

    What an element asks of other events becomes a link of the stream. None where it asks for more.
    """
    stream = linked_stream(chain.array, reading)
    if stream is None:
        return None
    moments = [one.moment for one in chain.elements]
    links = {one.name: one for one in stream.links}
    elements = []
    for one in chain.elements:
        finder = _Finder(one.variable, reading)
        what, when = finder.rewritten(one.what), None if one.when is None else finder.rewritten(one.when)
        known = [one.variable, *moments, *(link.variable for link in finder.links.values())]
        if not all(is_local(part, known) for part in (what, when) if part is not None):
            return None
        if finder.links and stream.many:
            return None
        links |= {name: link.over({one.variable.name: stream.item}) for name, link in finder.links.items()}
        elements.append(replace(one, what=what, when=when))
    return replace(chain, elements=tuple(elements)), replace(stream, links=tuple(links.values()))


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
        if isinstance(node, Aggregate):
            keyed = self._keyed(node.array)
            feature = None if keyed is None else self.reading.closed(replace(node, array=keyed[0]))
            if keyed is not None and feature is not None:
                return self._valued(feature, node, keyed[1])
        if isinstance(node, Quantify) and node.quantifier == "any":
            found = self._split(node) or self._linked(node)
            return node if found is None else found
        return rebuild(node, self.rewritten)

    def _valued(self, feature: Feature, node: Bound, keys: tuple[tuple[Bound, Bound], ...] = ()) -> Bound:
        """A value of other events that an event has beside it: of all of them, or of those with equal values."""
        link = Link("", feature.stream, keys, feature=feature, span=node.span)
        link = replace(link, name=self._name(link))
        self.links[link.name] = link
        return replace(link.variable, span=node.span)

    def _keyed(self, array: Bound) -> tuple[Bound, tuple[tuple[Bound, Bound], ...]] | None:
        """An array of events without the conditions that values of the event are equal, and those values."""
        if not isinstance(array, Filter | Transform):
            return array, ()
        below = self._keyed(array.array)
        stream = None if below is None else stream_of(below[0])
        if below is None or stream is None or stream.many:
            return None
        inner, keys = below
        if isinstance(array, Transform):
            return replace(array, array=inner), keys
        held = []
        for one in conjuncts(array.condition):
            if self.variable.name not in free(one):
                held.append(one)
                continue
            if not isinstance(one, Compare) or one.operator != "=" or one.ignore_case:
                return None
            pair = self._sides(one.left, one.right, array.variable) or self._sides(one.right, one.left, array.variable)
            if pair is None:
                return None
            keys = (*keys, (pair[0], substitute(pair[1], {array.variable.name: stream.item})))
        if not held:
            return inner, keys
        return replace(array, array=inner, condition=And(tuple(held), BOOLEAN, array.span)), keys

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
        self.links[link.name] = replace(link, span=node.span)
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
                    found = self._summed(one, other) if bound is None else [bound]
                    if found is None:
                        return None
                    bounds.extend(found)
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
        shared = _shared(_merged(bounds))
        if shared is None or len(differs) > 1 or (differs and any(one.mixed for one in bounds)):
            return None
        primary, rest = shared
        if differs and rest:
            primary, rest = _range_of(primary, rest)
            if primary is None:
                return None
        for bound in bounds:
            if bound.mixed and bound.inner.type.kind is Kind.DOUBLE:
                # An infinite value, which data may hold, makes no sum that is one (R14).
                for operator, end in _ENDS:
                    finite = Compare(operator, bound.inner, Const(end, DOUBLE), span=bound.inner.span)
                    stream = stream.filtered(other, finite)
        values: dict[str, Bound] = {other.name: stream.item}
        made = Link(
            "",
            stream,
            tuple((mine, substitute(theirs, values)) for mine, theirs in keys),
            tuple(replace(one, inner=substitute(one.inner, values)) for one in rest),
            (differs[0][0], substitute(differs[0][1], values)) if differs else None,
            None if primary is None else replace(primary, inner=substitute(primary.inner, values)),
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

    def _summed(self, node: Compare, other: Variable) -> list[Bounding] | None:
        """A comparison in which the other's value is added to the event's, or taken from it.

        A sum of Doubles never falls where a part of it grows. One of Integers that is too large is null (R14), so that
        of the others only those count with which it is not: they are the ones up to a value, or from one on.
        """
        sides = (node.left, node.right)
        mixed = [at for at, one in enumerate(sides) if other.name in free(one)]
        if len(mixed) != 1:
            return None
        at = mixed[0]
        parts = self._terms(sides[at], other)
        if parts is None or not is_local(sides[1 - at], [self.variable]):
            return None
        inner, adds, rest = parts
        greater = (at == 0) is (node.operator in {">", ">="})
        rises = greater is adds
        hole = replace(INNER, type=inner.type)
        whole = [_put(sides[at], inner, hole), sides[1 - at]]
        test = replace(node, left=whole[at], right=whole[1 - at])
        found = [Bounding(test, inner, rises=rises, included=True, mixed=True)]
        if sides[at].type.kind is Kind.DOUBLE and inner.type.kind is Kind.DOUBLE:
            return found
        if rest is None or sides[at].type.kind is not Kind.INTEGER:
            return None
        # Up to where it is not too large: beyond the other end it fails the comparison anyway.
        end = Const(_MOST if greater else _LEAST, INTEGER)
        apart = Arith("-", end, rest[0], INTEGER) if adds and rest[1] else Arith("+", end, rest[0], INTEGER)
        if not adds:
            apart = Arith("-", rest[0], end, INTEGER)
        free_end = Const(_MOST if rises else _LEAST, INTEGER)
        zero = Const(0, INTEGER)
        close = _reaches(adds=adds, plus=rest[1], greater=greater)
        limit = If(Compare(close, rest[0], zero), apart, free_end, INTEGER)
        return [*found, Bounding(limit, inner, rises=not rises, included=True)]

    def _terms(self, node: Bound, other: Variable) -> tuple[Bound, bool, tuple[Bound, bool] | None] | None:
        """The other's value in a sum, and whether it is added; where it is a sum of two, also the event's, likewise."""
        if is_local(node, [other]):
            return node, True, None
        if not isinstance(node, Arith) or node.operator not in {"+", "-"}:
            return None
        theirs = [other.name in free(one) for one in (node.left, node.right)]
        if theirs[0] is theirs[1]:
            return None
        minus = node.operator == "-"
        below, rest = (node.left, node.right) if theirs[0] else (node.right, node.left)
        parts = self._terms(below, other)
        if parts is None or not is_local(rest, [self.variable]):
            return None
        adds = parts[1] is (theirs[0] or not minus)
        simple = below is parts[0]
        return parts[0], adds, (rest, not (minus and theirs[0])) if simple else None

    def _name(self, link: Link) -> str:
        """A name that equal links have in common, whatever their rules call the events."""
        plain = link.over({self.variable.name: Variable(_OUTER, self.variable.type)})
        stream = link.stream
        where = sorted(repr(signature(canonical(one))) for one in stream.where)
        ends = [(_sign(one.outer, one.inner), one.rises, one.included, one.mixed) for one in plain.compared]
        apart = None if plain.differs is None else _sign(*plain.differs)
        asked = None if link.feature is None else link.feature.sign
        sides = [_sign(*one) for one in plain.keys]
        return f"link {_hashed((link.form, link.primary is not None, asked, where, sides, ends, apart))}"


def _range_of(primary: Bounding | None, rest: tuple[Bounding, ...]) -> tuple[Bounding | None, tuple[Bounding, ...]]:
    """Beside values that differ: one comparison to sort by, or the start of a range and its ends; else None."""
    if primary is None:
        return (rest[0], ()) if len(rest) == 1 else (None, ())
    if not primary.rises and len(rest) == 1:
        [primary], rest = rest, (primary,)
    same = _sign(primary.inner) == _sign(rest[0].inner)
    return (primary, rest) if same and primary.rises else (None, ())


def _put(node: Bound, part: Bound, instead: Bound) -> Bound:
    """A sum with something in the place of one of its parts."""
    return instead if node is part else rebuild(node, lambda one: _put(one, part, instead))


def _reaches(*, adds: bool, plus: bool, greater: bool) -> Choice[">", ">=", "<", "<="]:
    """Beside which of an event's values, told by their sign, some value of the others makes a sum too large."""
    if adds:
        return ">" if plus is greater else "<"
    return ">=" if greater else "<"


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


def _shared(bounds: Sequence[Bounding]) -> tuple[Bounding | None, tuple[Bounding, ...]] | None:
    """One comparison to sort by, and those that the least or greatest of one value decides; None where that is not all.

    Of all comparisons with one value of the others, in one direction, its least or greatest decides.
    """
    groups: dict[Hashable, list[Bounding]] = {}
    for one in bounds:
        groups.setdefault((_sign(one.inner), one.rises), []).append(one)
    match list(groups.values()):
        case []:
            return None, ()
        case [only]:
            return None, tuple(only)
        case [[first], rest] | [rest, [first]] if not first.mixed:
            return first, tuple(rest)
        case [rest, [first]] if not first.mixed:
            return first, tuple(rest)
        case _:
            return None
