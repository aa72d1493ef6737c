"""Counting the bits of words: several segments a sum.

A sum of words adds up each bit for itself as long as no count reaches the next bit that is summed. Of bits as far apart
as the number of rows is long, one sum therefore holds several counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Place = tuple[str, int]
"""A word and a bit of it."""


class Lanes:
    """The sums that count segments.

    Parameters
    ----------
    rows
        How many rows there are at most.
    places
        Segment → its place.
    """

    def __init__(self, rows: int, places: Mapping[str, Place]) -> None:
        self._apart = max(1, rows.bit_length())
        sums: dict[Place, list[tuple[int, str]]] = {}
        for segment, (word, bit) in places.items():
            sums.setdefault((word, bit % self._apart), []).append((bit, segment))
        self._sums = sums

    def sums(self, read: Callable[[str], exp.Expr]) -> list[exp.Expr]:
        """The sums, over the words as `read` gives them by their names."""
        found: list[exp.Expr] = []
        for (word, _), held in self._sums.items():
            bits = sum(1 << bit for bit, _ in held)
            kept = exp.BitwiseAnd(this=read(word), expression=exp.Literal.number(bits))
            found.append(exp.Sum(this=kept))
        return found

    def counts(self, values: Iterable[int | None]) -> dict[str, int]:
        """Segment → its count, from the values of the sums."""
        found: dict[str, int] = {}
        for value, held in zip(values, self._sums.values(), strict=True):
            for bit, segment in held:
                found[segment] = (int(value or 0) >> bit) & ((1 << self._apart) - 1)
        return found

    def split(self, values: Sequence[int | None], times: int) -> list[dict[str, int]]:
        """The counts of several lots of the sums, one after the other."""
        size = len(self._sums)
        return [self.counts(values[at * size : (at + 1) * size]) for at in range(times)]
