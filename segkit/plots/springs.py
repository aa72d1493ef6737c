"""Where the dots of a drawn graph stand: as far from each other as they are steps apart, always the same way."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDS = 300
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def positions(count: int, pairs: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places between 0 and 1 in both directions for dots of which some pairs are joined.

    By stress majorization (Gansner, Koren and North, 2004) from a fixed beginning: each round moves every dot to where
    all others would have it.

    Examples
    --------
    >>> positions(1, [])
    [(0.5, 0.5)]
    >>> [(round(x, 2), round(y, 2)) for x, y in positions(2, [(0, 1)])]
    [(0.0, 0.5), (1.0, 0.5)]
    """
    if count < 2:
        return [(0.5, 0.5)] * count
    steps = _steps(count, pairs)
    weights = 1.0 / np.maximum(steps, 1.0) ** 2
    np.fill_diagonal(weights, 0.0)
    around = 2 * np.pi * np.argsort(np.argsort(_walk(count, pairs))) / count
    # not quite a circle: what is symmetric to the last digit never finds a better place
    places = np.stack([np.cos(around), np.sin(around) * 0.9], axis=1) * (1 + 0.01 * np.arange(count)[:, None] / count)
    total = weights.sum(axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        apart = places[:, None, :] - places[None, :, :]
        lengths = np.maximum(np.sqrt((apart**2).sum(axis=2)), 1e-9)
        pulled = places[None, :, :] + apart * (steps / lengths)[:, :, None]
        places = (weights[:, :, None] * pulled).sum(axis=1) / total
    return [(float(x), float(y)) for x, y in _within(_turned(places))]


def apart(
    places: Sequence[tuple[float, float]], least: float, width: float, height: float
) -> list[tuple[float, float]]:
    """The same places in a field of a width and height, none nearer to another than `least`, as far as there is room.

    Examples
    --------
    >>> apart([(1.0, 1.0), (1.0, 1.0)], 0.5, 2.0, 2.0) == apart([(1.0, 1.0), (1.0, 1.0)], 0.5, 2.0, 2.0)
    True
    """
    found = np.array(places, dtype=float)
    count = len(found)
    # a little off the line, to either side: along it there may be no room
    nudges = np.stack([np.cos(np.arange(count) * 2.4), np.where(np.arange(count) % 2, 1.0, -1.0)], axis=1)
    if count > 1 and _nearest(found) < least:
        found += nudges * least / 10
    for _ in range(_ROUNDS):
        if count < 2 or _nearest(found) >= least:
            break
        between = found[:, None, :] - found[None, :, :]
        lengths = np.maximum(np.sqrt((between**2).sum(axis=2)), 1e-9)
        missing = np.maximum(least * 1.02 - lengths, 0.0)
        np.fill_diagonal(missing, 0.0)
        found += (between / lengths[:, :, None] * missing[:, :, None] / 2).sum(axis=1)
        found = np.clip(found, 0.0, [width, height])
    return [(float(x), float(y)) for x, y in found]


def _nearest(places: Matrix) -> float:
    between = np.sqrt(((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2))
    np.fill_diagonal(between, np.inf)
    return float(between.min())


def _steps(count: int, pairs: Sequence[tuple[int, int]]) -> Matrix:
    """How many steps it takes from each dot to each other; between parts that are not joined, one more than any."""
    near = _neighbours(count, pairs)
    found = np.full((count, count), -1.0)
    for start in range(count):
        found[start, start] = 0
        waiting = deque([start])
        while waiting:
            here = waiting.popleft()
            for one in near[here]:
                if found[start, one] < 0:
                    found[start, one] = found[start, here] + 1
                    waiting.append(one)
    found[found < 0] = found.max() + 1
    return found


def _walk(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """When each dot is met on a walk through the graph: those met one after the other begin beside each other."""
    near = _neighbours(count, pairs)
    met: dict[int, int] = {}
    for start in sorted(range(count), key=lambda one: -len(near[one])):
        waiting = [start]
        while waiting:
            here = waiting.pop()
            if here not in met:
                met[here] = len(met)
                waiting += [one for one in near[here] if one not in met]
    return [met[one] for one in range(count)]


def _neighbours(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for one, other in pairs:
        found[one].append(other)
        found[other].append(one)
    return found


def _turned(
    places: Matrix,
) -> Matrix:
    """Lying down: the longest way from left to right, where there is most room, the first dot on the left."""
    middle = places - places.mean(axis=0)
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    turned: Matrix = middle @ axes.T
    turned *= np.where(turned[0] > 0, -1.0, 1.0)
    return turned


def _within(
    places: Matrix,
) -> Matrix:
    low, high = places.min(axis=0), places.max(axis=0)
    span = high - low
    flat = span < 1e-6 * max(span.max(), 1e-12)
    found: Matrix = np.where(flat, 0.5, (places - low) / np.where(flat, 1.0, span))
    return found
