"""Finding room for words in a drawing: of several places, the one that covers least."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in inches, by its middle."""

    x: float
    y: float
    width: float
    height: float

    def covers(self, other: Box) -> float:
        """The area that two share.

        Examples
        --------
        >>> Box(0, 0, 2, 2).covers(Box(1, 1, 2, 2)), Box(0, 0, 1, 1).covers(Box(5, 5, 1, 1))
        (1.0, 0.0)
        """
        wide = (self.width + other.width) / 2 - abs(self.x - other.x)
        high = (self.height + other.height) / 2 - abs(self.y - other.y)
        return max(wide, 0.0) * max(high, 0.0)


@dataclass
class Room:
    """A drawing of a width and height in which places are taken one after the other."""

    width: float
    height: float
    taken: list[Box] = field(default_factory=list)
    lines: list[tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=list)

    def take(self, box: Box) -> None:
        """Nothing else is to stand there."""
        self.taken.append(box)

    def best(self, choices: Iterable[Box], *, lines: bool = True) -> tuple[Box, float]:
        """The choice that covers least, the first of equals, and how much that is; lines count for little."""
        costs = [(self._cost(one, lines=lines), number, one) for number, one in enumerate(choices)]
        cost, _, found = min(costs, key=lambda one: one[:2])
        return found, cost

    def _cost(self, box: Box, *, lines: bool) -> float:
        outside = max(box.width / 2 - box.x, 0.0) + max(box.x + box.width / 2 - self.width, 0.0)
        outside += max(box.height / 2 - box.y, 0.0) + max(box.y + box.height / 2 - self.height, 0.0)
        covered = sum(box.covers(one) for one in self.taken)
        crossed = sum(_crosses(box, line) for line in self.lines) if lines else 0
        return 10 * outside + 10 * covered + 0.001 * crossed


def _crosses(box: Box, line: Sequence[tuple[float, float]]) -> int:
    """How many of some points along a line lie in a box."""
    (x, y), (to_x, to_y) = line
    points = [(x + (to_x - x) * part / 24, y + (to_y - y) * part / 24) for part in range(25)]
    return sum(abs(px - box.x) < box.width / 2 and abs(py - box.y) < box.height / 2 for px, py in points)
