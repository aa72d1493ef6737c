"""Sets of values: what a field, an aggregate or any other value may be where a condition holds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from segkit.pql.types import Type

INFINITE = math.inf


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers between two ends, each included or not; an infinite end is not included."""

    low: float
    low_in: bool
    high: float
    high_in: bool

    @property
    def empty(self) -> bool:
        """Whether nothing lies between the ends."""
        return self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in))


@dataclass(frozen=True, slots=True)
class Numbers:
    """A union of intervals, in order and apart from each other; `whole` ones hold integers only, ends included."""

    spans: tuple[Interval, ...]
    whole: bool = False

    @property
    def empty(self) -> bool:
        """Whether it holds no number."""
        return not self.spans

    def intersect(self, other: Numbers) -> Numbers:
        """What both hold."""
        found = (_overlap(one, two) for one in self.spans for two in other.spans)
        return numbers(found, whole=self.whole or other.whole)

    def union(self, other: Numbers) -> Numbers:
        """What one or both hold."""
        return numbers((*self.spans, *other.spans), whole=self.whole and other.whole)

    def apart(self, other: Numbers) -> bool:
        """Whether no number is in both."""
        return all(_overlap(one, two).empty for one in self.spans for two in other.spans)

    def complement(self) -> Numbers:
        """What it does not hold."""
        found: list[Interval] = []
        low, low_in = -INFINITE, False
        for one in self.spans:
            found.append(Interval(low, low_in, one.low, not one.low_in))
            low, low_in = one.high, not one.high_in
        found.append(Interval(low, low_in, INFINITE, False))
        return numbers(found, whole=self.whole)


@dataclass(frozen=True, slots=True)
class Words:
    """Some values, or with `negated` all but some; `universe` are all there are, where they are few."""

    items: frozenset[Hashable]
    negated: bool = False
    universe: frozenset[Hashable] | None = None

    @property
    def empty(self) -> bool:
        """Whether it holds no value."""
        return not self.items and not self.negated

    def _made(self, items: frozenset[Hashable], *, negated: bool) -> Words:
        if negated and self.universe is not None:
            return Words(self.universe - items, False, self.universe)
        return Words(items, negated, self.universe)

    def intersect(self, other: Words) -> Words:
        """What both hold."""
        match self.negated, other.negated:
            case False, False:
                return self._made(self.items & other.items, negated=False)
            case False, True:
                return self._made(self.items - other.items, negated=False)
            case True, False:
                return self._made(other.items - self.items, negated=False)
            case _:
                return self._made(self.items | other.items, negated=True)

    def union(self, other: Words) -> Words:
        """What one or both hold."""
        return self.complement().intersect(other.complement()).complement()

    def apart(self, other: Words) -> bool:
        """Whether no value is in both."""
        match self.negated, other.negated:
            case False, False:
                return self.items.isdisjoint(other.items)
            case False, True:
                return self.items <= other.items
            case True, False:
                return other.items <= self.items
            case _:
                return False

    def complement(self) -> Words:
        """What it does not hold."""
        return self._made(self.items, negated=not self.negated)


@dataclass(frozen=True, slots=True)
class Values:
    """The values something may have, null among them or not."""

    held: Numbers | Words
    null: bool

    @property
    def empty(self) -> bool:
        """Whether nothing is left, so that what asks for it never holds."""
        return self.held.empty and not self.null

    def intersect(self, other: Values) -> Values:
        """What both allow."""
        return Values(_both(self.held, other.held), self.null and other.null)

    def apart(self, other: Values) -> bool:
        """Whether nothing is allowed by both."""
        return not (self.null and other.null) and self.held_apart(other)

    def held_apart(self, other: Values) -> bool:
        """Whether nothing but perhaps null is allowed by both."""
        match self.held, other.held:
            case (Numbers(), Numbers()) | (Words(), Words()):
                return self.held.apart(other.held)  # type: ignore[arg-type]  # two of a kind
            case _:
                return False

    def union(self, other: Values) -> Values:
        """What one or both allow."""
        return Values(_either(self.held, other.held), self.null or other.null)

    def without(self, other: Values) -> Values:
        """What this allows and the other does not."""
        return Values(_both(self.held, other.held.complement()), self.null and not other.null)

    @property
    def present(self) -> Values:
        """The same without null."""
        return replace(self, null=False)


def _both(one: Numbers | Words, other: Numbers | Words) -> Numbers | Words:
    match one, other:
        case Numbers(), Numbers():
            return one.intersect(other)
        case Words(), Words():
            return one.intersect(other)
        case _:
            message = "numbers beside words"
            raise TypeError(message)


def _either(one: Numbers | Words, other: Numbers | Words) -> Numbers | Words:
    match one, other:
        case Numbers(), Numbers():
            return one.union(other)
        case Words(), Words():
            return one.union(other)
        case _:
            message = "numbers beside words"
            raise TypeError(message)


def numbers(spans: Iterable[Interval], *, whole: bool) -> Numbers:
    """The union of intervals that may overlap."""
    real = (one for one in spans if not one.empty)
    kept = [one for one in (_rounded(one) if whole else one for one in real) if not one.empty]
    kept.sort(key=lambda one: (one.low, not one.low_in))
    merged: list[Interval] = []
    for one in kept:
        if merged and _touches(merged[-1], one, whole=whole):
            merged[-1] = _joined(merged[-1], one)
        else:
            merged.append(one)
    return Numbers(tuple(merged), whole)


def _rounded(one: Interval) -> Interval:
    """The same integers with both ends included, where they are finite."""
    low, low_in, high, high_in = one.low, one.low_in, one.high, one.high_in
    if low != -INFINITE:
        up = math.ceil(low)
        low, low_in = (up + 1 if up == low and not low_in else up), True
    if high != INFINITE:
        down = math.floor(high)
        high, high_in = (down - 1 if down == high and not high_in else down), True
    return Interval(low, low_in, high, high_in)


def _touches(one: Interval, later: Interval, *, whole: bool) -> bool:
    if later.low == one.high:
        return one.high_in or later.low_in
    return later.low < one.high or (whole and later.low == one.high + 1)


def _joined(one: Interval, later: Interval) -> Interval:
    if later.high > one.high or (later.high == one.high and later.high_in):
        return replace(one, high=later.high, high_in=later.high_in)
    return one


def _overlap(one: Interval, other: Interval) -> Interval:
    low = max((one.low, not one.low_in), (other.low, not other.low_in))
    high = min((one.high, one.high_in), (other.high, other.high_in))
    return Interval(low[0], not low[1], high[0], high[1])


EVERYTHING = Interval(-INFINITE, False, INFINITE, False)
SOME: frozenset[Hashable] = frozenset({"some", "empty"})
TRUTHS: frozenset[Hashable] = frozenset({True, False})
ORDERS: frozenset[Hashable] = frozenset({"<", "=", ">"})


def between(low: float, high: float, *, null: bool) -> Values:
    """The integers from one to another."""
    return Values(Numbers((Interval(low, low > -INFINITE, high, high < INFINITE),), whole=True), null)


def among(items: Iterable[Hashable], universe: frozenset[Hashable] | None = None, *, null: bool = False) -> Values:
    """Some values and no others."""
    return Values(Words(frozenset(items), False, universe), null)


def universe(of: Type, *, null: bool) -> Values | None:
    """All values of a type; None where it has no values that are looked at."""
    match of.kind:
        case Kind.STRING:
            return Values(Words(frozenset(), negated=True), null)
        case Kind.DOUBLE:
            return Values(Numbers((EVERYTHING,)), null)
        case Kind.INTEGER | Kind.DATE | Kind.TIMESTAMP:
            # unsigned columns hold larger Integers than can be written
            return Values(Numbers((EVERYTHING,), whole=True), null)
        case Kind.BOOLEAN:
            return among(TRUTHS, TRUTHS, null=null)
        case Kind.ARRAY | Kind.MAP | Kind.OBJECT:
            # an object of empty arrays is neither absent nor present (R02)
            return among(SOME, SOME, null=null)
        case _:
            return None
