"""Where a plan looks through one array for each item of another, and how many pairs of items that makes of a profile.

Most questions about two events are answered without pairing them (`segkit.plan.links`, `segkit.plan.sequences`). What
is left grows with a product of lengths: nothing for the events that people have, hours for the one profile with
200,000.
The number of pairs is itself a value over the profile and its events, so that it can be asked for before anything runs.
It counts the items that are looked through, whichever of them fit: an upper bound, and what the time goes by.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segkit.plan.sequences import is_counted, reach_of, relations_of, steps_of
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Chain,
    Compare,
    Const,
    Convert,
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
    Items,
    Lookup,
    Quantify,
    Top,
    Transform,
    Variable,
    children,
)
from segkit.pql.bound_walk import canonical, conjuncts, free, reads_events, signature, walk
from segkit.pql.tree import NOWHERE, Span
from segkit.pql.types import BOOLEAN, DOUBLE, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from segkit.plan.features import Feature
    from segkit.plan.sequences import Course
    from segkit.plan.streams import Stream
    from segkit.pql.bound import Bound

_LOOKING = frozenset({Filter, Quantify, Transform, Top, Group, Entries, In, Distinct, Chain, Function})
"""What looks at the items of an array one by one; where none of these is left of a rule, it pairs nothing."""

_ONE, _KEPT = Const(1.0, DOUBLE), Const(8.0, DOUBLE)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A part of a rule or column that pairs items of arrays.

    Parameters
    ----------
    number
        How many pairs it makes of a profile: a Double, never null, over the profile's fields and events.
    rules
        The names of the rules and columns that have it.
    degree
        How many lengths are multiplied at most.
    of_events
        Whether all of these are numbers of events.
    in_row
        Whether they are made in the profile's row, so that other conditions of the rule can keep a profile from it.
    span, origin
        Its words, and the rule or column that they are of.
    """

    number: Bound
    rules: tuple[str, ...]
    degree: int = 0
    of_events: bool = False
    in_row: bool = False
    span: Span = field(default=NOWHERE, compare=False)
    origin: str = field(default="", compare=False)


def pairings(
    features: Sequence[Feature], rules: Mapping[str, Bound], columns: Mapping[str, Bound]
) -> tuple[Pairing, ...]:
    """The parts of a plan that pair items, those of its features first.

    Parameters
    ----------
    features
        What is computed from the events.
    rules, columns
        The conditions and values over them, by their names.
    """
    known = {one.name: _array_of(one.stream) for one in features if one.kind in {"list", "groups"}}
    looks = _Looks(known, frozenset(one.name for one in features) - known.keys())
    roots = (*rules.items(), *columns.items())
    users: dict[str, dict[str, None]] = {}
    for name, root in roots if features else ():
        for read in free(root):
            users.setdefault(read, {})[name] = None
    found: list[Pairing] = []
    for feature in features:
        if terms := looks.of(feature):
            names = tuple(users.get(feature.name, (feature.origin,)))
            found.append(Pairing(_sum(terms), names, span=feature.span, origin=feature.origin))
    for name, root in roots:
        parts = [(part, looks.products(part)) for part in conjuncts(root)]
        found += [
            Pairing(_sum(terms), (name,), in_row=True, span=part.span, origin=name) for part, terms in parts if terms
        ]
    return tuple(_measured(one) for one in found)


def kept_apart(
    found: Sequence[Pairing], name: str, parts: Sequence[tuple[Bound, Bound]], features: Sequence[Feature]
) -> tuple[list[Pairing], Bound]:
    """A rule in which profiles that fail its other conditions make no pairs, and its parts that pair items.

    The engine takes the conditions of a rule in any order. Said as one condition inside another it has to ask the cheap
    ones first, so that a rule can leave out the profiles that have too many events.

    Parameters
    ----------
    found
        All pairings.
    name
        The rule.
    parts
        What all hold of it: as it was written, and over the features.
    features
        What is computed from the events.
    """
    own = [(part, [one for one in pairings(features, {name: part}, {}) if one.in_row]) for _, part in parts]
    plain = [one for one, (_, pairs) in zip(parts, own, strict=True) if not pairs]
    others = [one for one in found if not (one.in_row and one.rules == (name,))]
    whole = _all([part for part, _ in own])
    if not plain or len(plain) == len(parts):
        return [*found], whole
    asked, test = _all([one for one, _ in plain]), _all([one for _, one in plain])
    nothing = Const(0.0, DOUBLE)
    others += [replace(one, number=If(asked, one.number, nothing, DOUBLE)) for _, pairs in own for one in pairs]
    inside = [If(test, part, Const(False, BOOLEAN), BOOLEAN, part.span) for part, pairs in own if pairs]
    return others, And((*(one for _, one in plain), *inside), BOOLEAN, whole.span)


def _measured(one: Pairing) -> Pairing:
    """With what is known of its size before the data is asked."""
    counts = [each for each in walk(one.number) if isinstance(each, Aggregate) and each.function == "count"]
    events = all(_starts_at_events(each.array) for each in counts)
    sums = any(isinstance(each, Aggregate) and each.function == "sum" for each in walk(one.number))
    return replace(one, degree=_degree(one.number), of_events=events and not sums)


def _degree(node: Bound) -> int:
    match node:
        case Arith(operator="*", left=left, right=right):
            return _degree(left) + _degree(right)
        case Aggregate(function="count"):
            return 1
        case _:
            return max((_degree(one) for one in children(node)), default=0)


def _starts_at_events(array: Bound) -> bool:
    while isinstance(array, Filter) or (isinstance(array, Transform) and not array.flatten):
        array = array.array
    return isinstance(array, Events)


def _array_of(stream: Stream) -> Bound:
    """The array that a stream stands for, without the conditions that read other events: more than there are."""
    events: Bound = Events(array_of(stream.event.type))
    held = [one for one in stream.where if free(one) <= {stream.event.name}]
    if held:
        events = Filter(events, stream.event, _all(held), events.type)
    if stream.gives_events:
        return events
    of = stream.item.type if stream.many else array_of(stream.item.type)
    return Transform(events, stream.event, stream.item, of, flatten=stream.many)


def _all(items: Sequence[Bound]) -> Bound:
    return items[0] if len(items) == 1 else And(tuple(items), BOOLEAN)


@dataclass(frozen=True, slots=True)
class _Visit:
    """Items that are looked at.

    Parameters
    ----------
    number
        How many.
    apart
        Whether they lie outside of the item that is looked at just then.
    product
        Whether that is a number of pairs.
    """

    number: Bound
    apart: bool
    product: bool = False


@dataclass(frozen=True, slots=True)
class _Looks:
    """Finds what is looked at in expressions.

    Parameters
    ----------
    known
        Features that are lists of events or made of them, as arrays of events.
    scalars
        The other features.
    """

    known: Mapping[str, Bound]
    scalars: frozenset[str]

    def of(self, feature: Feature) -> list[Bound]:
        """The numbers of pairs made where a feature is computed."""
        found: list[Bound] = []
        for stream in _streams(feature.stream):
            event = frozenset({stream.event.name})
            for one in (*stream.where, stream.item):
                if _is_looking(one) and free(one) <= event:
                    others = tuple(each for each in stream.where if not _is_looking(each))
                    rest = _array_of(replace(stream, where=others, item=stream.event, many=False))
                    found += self.products(Transform(rest, stream.event, one, array_of(one.type)))
        if feature.chain is not None:
            array = _array_of(feature.stream)
            course = steps_of(replace(feature.chain, array=array))
            found += self._of_course(replace(feature.chain, array=array), course)
        return _different(found)

    def products(self, node: Bound) -> list[Bound]:
        """The numbers of pairs made in an expression of a profile's row."""
        if not _is_looking(node):
            return []
        return _different(one.number for one in self.visits(node, None) if one.product and not free(one.number))

    def visits(self, node: Bound, own: str | None) -> list[_Visit]:
        """What is looked at in an expression; `own` is the variable of the item that stands around it."""
        match node:
            case (
                Filter(array=array, variable=variable, condition=body)
                | Quantify(array=array, variable=variable, condition=body)
            ):
                return self._through(array, variable, (body,), own)
            case Transform(array=array, variable=variable, body=body):
                return self._through(array, variable, (body,), own)
            case Top(array=array, variable=variable, key=key, number=number):
                return [*self._through(array, variable, (key,), own), *self.visits(number, own)]
            case Group(array=array, variable=variable, key=key):
                # Each key looks through all items.
                several = key.type.kind is Kind.ARRAY
                of = key.type if several else array_of(key.type)
                keys = self._different(Transform(array, variable, key, of, flatten=several))
                return [
                    *self._through(array, variable, (key,), own),
                    _Visit(_times(keys, self.number(array)), self._apart(array, own), product=True),
                ]
            case Entries(map=of, value_variable=variable, new_key=new_key, new_value=new_value):
                # Together the groups have as many items as are grouped.
                array = of.array if isinstance(of, Group) else Function("keys", (of,), array_of(of.type))
                parts = tuple(one for one in (new_key, new_value) if one is not None)
                names = {node.key_variable.name, variable.name}
                inner = [one for part in parts for one in self.visits(part, variable.name)]
                number = self.number(array)
                over = [
                    _Visit(
                        number if free(one.number) & names else _times(number, one.number),
                        self._apart(array, own),
                        one.product or (one.apart and not free(one.number) & names),
                    )
                    for one in inner
                ]
                return [*self.visits(of, own), *over]
            case In(value=value, array=array) if not isinstance(array, Items):
                here = _Visit(self.number(array), self._apart(array, own))
                return [*self.visits(value, own), *self.visits(_unordered(array), own), here]
            case Aggregate(function="count", array=Distinct(array=array)):
                return self.visits(array, own)
            case Distinct(array=array):
                # The first place of each item is looked for.
                looked = _times(self._different(array), self.number(array))
                return [*self.visits(array, own), _Visit(looked, self._apart(array, own), product=True)]
            case Function(name="intersection", arguments=(left, right)):
                inner = [one for each in (left, right) for one in self.visits(_unordered(each), own)]
                mine, theirs = self.number(left), self.number(right)
                pairs = _times(mine, Arith("+", mine, theirs, DOUBLE))
                return [*inner, _Visit(pairs, self._apart(left, own) or self._apart(right, own), product=True)]
            case Chain():
                return self._chain(node, own)
            case _:
                return [each for one in children(node) for each in self.visits(one, own)]

    def _through(self, array: Bound, variable: Variable, bodies: Iterable[Bound], own: str | None) -> list[_Visit]:
        """Each item of an array is looked at, and with it what its expression looks at."""
        apart = self._apart(array, own)
        inner = [one for body in bodies for one in self.visits(body, variable.name)]
        over = [_Visit(self._over(array, variable, one.number), apart, one.product or one.apart) for one in inner]
        return [*self.visits(array, own), _Visit(self.number(array), apart), *over]

    def _over(self, array: Bound, variable: Variable, number: Bound) -> Bound:
        if variable.name not in free(number):
            return _times(self.number(array), number)
        kept = self._kept(array)
        if free(kept) & self.scalars:
            return number
        return Aggregate("sum", Transform(kept, variable, number, array_of(DOUBLE)), DOUBLE)

    def _apart(self, array: Bound, own: str | None) -> bool:
        return own is None or own not in free(_root(array))

    def number(self, array: Bound) -> Bound:
        """How many items an array has at most, a Double."""
        match array:
            case Filter(array=below) if not self._is_plain(array):
                return self.number(below)
            case Transform(array=below, flatten=False) | Distinct(array=below):
                return self.number(below)
            case Top(array=below, number=Const(value=int() as most)) if most > 0:
                below_ = self.number(below)
                limit = Const(float(most), DOUBLE)
                return If(Compare(">", below_, limit), limit, below_, DOUBLE)
            case Top(array=below):
                return self.number(below)
            case Items(items=items):
                return Const(float(len(items)), DOUBLE)
            case (
                Lookup(map=Group(array=below))
                | Function(name="keys" | "values", arguments=(Group(array=below) | Entries(map=Group(array=below)),))
            ):
                return self.number(below)
            case Function(name="intersection", arguments=(left, _)):
                return self.number(left)
            case _:
                kept = self._kept(array)
                if free(kept) & (self.scalars | self.known.keys()):
                    return _ONE
                return Convert(Aggregate("count", kept), DOUBLE)

    def _different(self, array: Bound) -> Bound:
        """How many different items an array of scalars has at most."""
        kept = self._kept(array)
        if _is_looking_within(kept) or free(kept):
            return self.number(array)
        return Convert(Aggregate("count", Distinct(kept, kept.type)), DOUBLE)

    def _kept(self, array: Bound) -> Bound:
        """An array with the conditions left that a count can have: those of one item, which pair nothing."""
        match array:
            case Variable(name=name):
                return self.known.get(name, array)
            case Filter(array=below):
                inner = self._kept(below)
                return replace(array, array=inner) if self._is_plain(array) else inner
            case Transform(array=below):
                return replace(array, array=self._kept(below))
            case Top(array=below) | Distinct(array=below):
                return self._kept(below)
            case Get(object=Head()) | Head():
                return Items((), array.type)
            case _:
                return array

    def _is_plain(self, node: Filter) -> bool:
        """Whether a condition reads nothing but its item and the profile, and looks through no other array."""
        condition = node.condition
        return free(condition) <= {node.variable.name} and not reads_events(condition) and not _is_looking(condition)

    # ---- sequences ---------------------------------------------------------------------------------------------------

    def _matching(self, chain: Chain, index: int) -> Bound:
        """How many items an element matches."""
        element = chain.elements[index]
        local = [one for one in relations_of(chain, index)[0] if free(one) <= {element.variable.name}]
        kept = [one for one in local if not _is_looking(one) and not reads_events(one)]
        return self.number(Filter(chain.array, element.variable, _all(kept), chain.array.type) if kept else chain.array)

    def _chain(self, chain: Chain, own: str | None) -> list[_Visit]:
        """A sequence in an array of the row, where each state is checked against each match."""
        apart = self._apart(chain.array, own)
        numbers = [self._matching(chain, index) for index in range(len(chain.elements))]
        course = steps_of(chain) if any(not one.negated for one in chain.elements) else None
        found = self.visits(chain.array, own)
        found += [_Visit(one, apart) for one in numbers]
        for element in chain.elements:
            parts = [part for part in (element.what, element.when) if part is not None]
            inner = [each for part in parts for each in self.visits(part, element.variable.name) if each.apart]
            over = [self._over(chain.array, element.variable, each.number) for each in inner]
            found += [_Visit(number, apart, product=True) for number in over]
        if course is None:
            return found
        # All pairs of a step are kept at once, which takes eight times as much as looking at them.
        paired = [_times(one, _KEPT) for one in _course(numbers, chain, course, in_row=True)]
        return [*found, *(_Visit(one, apart, product=True) for one in paired)]

    def _of_course(self, chain: Chain, course: Course) -> list[Bound]:
        if not any(one.form == "pairs" for one in course.steps) and not course.pending:
            return []
        numbers = [self._matching(chain, index) for index in range(len(chain.elements))]
        return _course(numbers, chain, course, in_row=False)


def _course(numbers: Sequence[Bound], chain: Chain, course: Course, *, in_row: bool) -> list[Bound]:
    """The pairs of states and matches that the steps of a sequence make."""
    found: list[Bound] = []
    states: AbstractSet[int] = frozenset()
    places = {one.moment.name: index for index, one in enumerate(chain.elements)}
    for step in course.steps:
        own, rows = numbers[step.index], _product([numbers[one] for one in sorted(states)])
        if in_row or step.form == "pairs":
            looked = _times(rows, own)
            found += [looked] if states else []
            reached = rows if is_counted(chain.elements[step.index]) else looked
            found += [_times(reached, numbers[one.index]) for one in step.pending]
        carried = {places[one] for one in step.after}
        if in_row:
            kept = is_counted(chain.elements[step.index])  # one event for each state
            states = frozenset() if step.collapses and not carried else states if kept else {*carried, step.index}
        elif step.form == "counted" or step.collapses:
            states = frozenset(carried if step.collapses else ())
        else:
            states = frozenset({*carried, step.index})
    if in_row or any(reach_of(chain, one.index) is None for one in course.pending):
        rows = _product([numbers[one] for one in sorted(states)])
        found += [_times(rows, numbers[one.index]) for one in course.pending]
    return found


def _streams(stream: Stream) -> Iterator[Stream]:
    yield stream
    for one in stream.links:
        yield from _streams(one.stream)


def _is_looking(node: Bound) -> bool:
    return any(
        type(one) in _LOOKING
        and not (type(one) is Function and one.name != "intersection")
        and not (type(one) is In and isinstance(one.array, Items))
        for one in walk(node)
    )


def _is_looking_within(array: Bound) -> bool:
    """Whether an item's own expression looks through other arrays."""
    while isinstance(array, Filter | Transform):
        if _is_looking(array.condition if isinstance(array, Filter) else array.body):
            return True
        array = array.array
    return _is_looking(array)


def _root(array: Bound) -> Bound:
    while isinstance(array, Filter | Transform | Top | Distinct):
        array = array.array
    return array


def _unordered(array: Bound) -> Bound:
    return array.array if isinstance(array, Distinct) else array


def _times(one: Bound, other: Bound) -> Bound:
    return other if one is _ONE else one if other is _ONE else Arith("*", one, other, DOUBLE)


def _product(numbers: Sequence[Bound]) -> Bound:
    found: Bound = _ONE
    for one in numbers:
        found = _times(found, one)
    return found


def _sum(terms: Sequence[Bound]) -> Bound:
    found = terms[0]
    for one in terms[1:]:
        found = Arith("+", found, one, DOUBLE)
    return found


def _different(terms: Iterable[Bound]) -> list[Bound]:
    found: dict[Hashable, Bound] = {}
    for one in terms:
        if not isinstance(one, Const):
            found.setdefault(signature(canonical(one)), one)
    return list(found.values())
