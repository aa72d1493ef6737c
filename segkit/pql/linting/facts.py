"""What must be so where a condition holds, or where it does not: the values that each term may still have.

A term is a value that a rule asks for: a field, a count, the order of two fields. Conditions are two-valued (R12), so
that what holds where `not c` holds is found by asking the other way round. Everything is an over-estimate: an empty set
of values proves that a condition never holds, and nothing else is concluded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segkit.pql.bound import (
    Aggregate,
    And,
    Bound,
    Compare,
    Const,
    Filter,
    InRange,
    IsNull,
    Not,
    Or,
    Quantify,
    Test,
    Truth,
)
from segkit.pql.linting.atoms import Atom, atom
from segkit.pql.linting.domains import INFINITE, SOME, TRUTHS, Values, Words, among, between
from segkit.pql.linting.moments import is_empty
from segkit.pql.linting.texts import contradict, holds
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from segkit.pql.linting.keys import Keys

_MOST = 60
"""As many conditions on one term are compared with each other."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The values that each term may have, and the ranges and tests of texts that hold."""

    values: dict[int, Values] = field(default_factory=dict)
    ranges: tuple[InRange, ...] = ()
    tests: tuple[Test, ...] = ()


class Reasoner:
    """Finds the facts of conditions, each once."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self._known: dict[tuple[int, bool], Facts | None] = {}
        self._kept: list[Bound] = []

    def facts(self, node: Bound, *, holds: bool = True) -> Facts | None:
        """What is so where a condition holds, or does not; None where that is nowhere."""
        key = (id(node), holds)
        if key not in self._known:
            self._known[key] = self._facts(node, holds)
            self._kept.append(node)
        return self._known[key]

    def never(self, node: Bound) -> bool:
        """Whether a condition certainly never holds."""
        return self.facts(node) is None

    def always(self, node: Bound) -> bool:
        """Whether a condition certainly always holds."""
        return self.facts(node, holds=False) is None

    def _facts(self, node: Bound, holds: bool) -> Facts | None:  # noqa: FBT001
        match node:
            case Const(value=value):
                return Facts() if (value is True) is holds else None
            case Not(item=inner):
                return self.facts(inner, holds=not holds)
            case And(items=items) if holds:
                return self.together([self.facts(one) for one in items])
            case Or(items=items) if not holds:
                return self.together([self.facts(one, holds=False) for one in items])
            case And(items=items) | Or(items=items):
                found = _either([self.facts(one, holds=holds) for one in items])
                return None if found is None else self.together([found, self._opaque(node, holds)])
            case Quantify(quantifier="any", condition=inner) if holds and self.never(inner):
                return None
            case Quantify(quantifier="all", condition=inner) if not holds and self.always(inner):
                return None
            case _:
                return self._atom(node, holds)

    def _opaque(self, node: Bound, holds: bool) -> Facts:  # noqa: FBT001
        return Facts({self.keys.named("condition", self.keys.of(node)): among({holds}, TRUTHS)})

    def _atom(self, node: Bound, holds: bool) -> Facts | None:  # noqa: FBT001
        found = atom(node, self.keys)
        if found is None:
            return self.together([self._opaque(node, holds), *self._items(node, holds)])
        left = _left(found, holds)
        if left.empty:
            return None
        values = {found.key: left}
        if found.exact:
            return self.together([Facts(values), *self._sizes(node, left)])
        own = self._opaque(node, holds).values
        if not holds:
            # a text that is there passes the opposite test
            return Facts(own, tests=(replace(node, negated=not node.negated),) if isinstance(node, Test) else ())
        made = Facts({**values, **own}, *_notes(node))
        return self.together([made])

    def _items(self, node: Bound, holds: bool) -> Iterator[Facts]:  # noqa: FBT001
        """An array of which some item meets a condition, or not all do, has items."""
        if not isinstance(node, Quantify):
            return
        if (node.quantifier == "any") is holds:
            yield from self._filled(node.array)
        if node.quantifier == "any":
            met = Filter(node.array, node.variable, node.condition, node.array.type)
            size = self.keys.named("value", self.keys.of(Aggregate("count", met)))
            yield Facts({size: between(1, 2**63 - 1, null=False) if holds else between(0, 0, null=False)})

    def _sizes(self, node: Bound, left: Values) -> Iterator[Facts]:
        """How many items an array has, and whether it has any, are one question."""
        match node:
            case (
                Compare(left=Aggregate(function="count", array=array), right=Const())
                | Compare(left=Const(), right=Aggregate(function="count", array=array))
            ):
                if left.apart(between(0, 0, null=False)):
                    yield from self._filled(array)
                elif left.apart(between(1, INFINITE, null=False)):
                    yield self._about(array, among({"empty"}, SOME, null=True))
            case Truth(value=array) if array.type.kind is Kind.ARRAY and left.apart(among({"empty"}, SOME, null=True)):
                yield from self._filled(array)
            case Truth(value=array) | IsNull(value=array) if array.type.kind is Kind.ARRAY:
                if left.apart(among({"some"}, SOME)):
                    size = self.keys.named("value", self.keys.of(Aggregate("count", array)))
                    yield Facts({size: between(0, 0, null=False)})

    def _filled(self, array: Bound) -> Iterator[Facts]:
        """An array that holds something, and those that it was filtered from."""
        while True:
            yield self._about(array, among({"some"}, SOME))
            size = self.keys.named("value", self.keys.of(Aggregate("count", array)))
            yield Facts({size: between(1, 2**63 - 1, null=False)})
            if not isinstance(array, Filter):
                return
            array = array.array

    def _about(self, array: Bound, values: Values) -> Facts:
        return Facts({self.keys.named("value", self.keys.of(array)): values})

    def together(self, found: Iterable[Facts | None]) -> Facts | None:
        """What is so where several facts are; None where they exclude each other."""
        values: dict[int, Values] = {}
        ranges: list[InRange] = []
        tests: list[Test] = []
        for one in found:
            if one is None:
                return None
            for key, here in one.values.items():
                known = values.get(key)
                both = here if known is None else known.intersect(here)
                if both.empty:
                    return None
                values[key] = both
            ranges.extend(one.ranges)
            tests.extend(one.tests)
        if self._no_moment(ranges) or self._no_text(tests, values):
            return None
        return Facts(values, tuple(ranges), tuple(tests))

    def exclude(self, one: Facts | None, other: Facts | None) -> bool:
        """Whether two facts exclude each other."""
        if one is None or other is None:
            return True
        if (one.ranges or one.tests) and (other.ranges or other.tests):
            return self.together([one, other]) is None
        less, more = sorted((one.values, other.values), key=len)
        if any(key in more and here.apart(more[key]) for key, here in less.items()):
            return True
        return bool(one.tests or other.tests) and self.together([one, other]) is None

    def _no_moment(self, ranges: Sequence[InRange]) -> bool:
        if not ranges:
            return False
        grouped: dict[int, list[InRange]] = defaultdict(list)
        for one in ranges:
            grouped[self.keys.of(one.subject)].append(one)
        return any(
            low.low is not None
            and high.high is not None
            and is_empty(low.low, low.low_included, high.high, high.high_included, self.keys)
            for group in grouped.values()
            for low in group[:_MOST]
            for high in group[:_MOST]
        )

    def _no_text(self, tests: Sequence[Test], values: dict[int, Values]) -> bool:
        grouped: dict[int, list[Test]] = defaultdict(list)
        for one in tests:
            grouped[self.keys.of(one.value)].append(one)
        for key, group in grouped.items():
            known = values.get(self.keys.named("value", key))
            if known is None or known.null:
                continue  # a missing text passes the negation of any test
            words = known.held
            if isinstance(words, Words) and not words.negated and len(words.items) <= _MOST:
                texts = [one for one in words.items if isinstance(one, str)]
                if all(any(holds(test, text) is False for test in group[:_MOST]) for text in texts):
                    return True
            if contradict(group[:_MOST]):
                return True
        return False


def _left(found: Atom, holds: bool) -> Values:  # noqa: FBT001
    if holds:
        return found.universe.intersect(found.values)
    return found.universe.without(found.values) if found.exact else found.universe


def _notes(node: Bound) -> tuple[tuple[InRange, ...], tuple[Test, ...]]:
    match node:
        case InRange():
            return (node,), ()
        case Test():
            return (), (node,)
        case _:
            return (), ()


def _either(found: Sequence[Facts | None]) -> Facts | None:
    """What is so where one of several facts is."""
    possible = [one for one in found if one is not None]
    if not possible:
        return None
    if len(possible) == 1:
        return possible[0]
    first, *rest = possible
    values = dict(first.values)
    for one in rest:
        values = {key: here.union(one.values[key]) for key, here in values.items() if key in one.values}
    return Facts(values)
