"""Identities that hang together: first what is drawn, then the drawing.

Up to a dozen identities are named beside their dots; more are numbered, and named in columns below, because names
that lie over each other cannot be read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from segkit.errors import InvalidRequestError
from segkit.plots.canvas import (
    BODY,
    INK,
    MARGIN,
    MUTED,
    PAPER,
    SMALL,
    Key,
    Sheet,
    fit,
    legend_lines,
    message,
    plot_area,
    sheet,
    style,
    width_of,
    write,
    write_heading,
    write_legend,
)
from segkit.plots.history import PALETTE
from segkit.plots.lettering import writable
from segkit.plots.placing import Box, Room
from segkit.plots.springs import apart, positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from pandas import DataFrame

_WIDTH = 9.0
_NAMED = 12
_OTHERS = Key("other namespaces", "#8c959f")
# told apart in print, too
_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (7, 2, 1, 2)), (0, (2.5, 2.5)))
_LINE, _THICK = "#57606a", 1.1
_DOT = 0.09
_NUMBERED = 0.125
_NAME = 2.2
_LETTERS = 0.15
_PITCH = 0.2
_SAMPLE = 0.36
_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Node:
    """One identity."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Identities, pairs of their places in the list with words for the datasets, and how many are not drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int, str], ...]
    others: int

    @property
    def named(self) -> bool:
        """Whether names stand beside the dots, rather than numbers in them."""
        return len(self.nodes) <= _NAMED


def read(nodes: DataFrame, edges: DataFrame, top: int) -> Drawn:
    """The identities and edges to draw."""
    if top < 1:
        raise InvalidRequestError(f"`top` is {top}: give at least 1 identity to draw")
    _require(nodes, "nodes", ("namespace", "id"))
    _require(edges, "edges", ("source", "target", "datasets"))
    pairs = list(zip(map(str, edges["source"]), map(str, edges["target"]), map(_words, edges["datasets"]), strict=True))
    degree = Counter(end for one, other, _ in pairs for end in (one, other))
    every = [Node(str(namespace), str(one)) for namespace, one in zip(nodes["namespace"], nodes["id"], strict=True)]
    keys = [f"{one.namespace}:{one.id}" for one in every]
    ranked = sorted(range(len(every)), key=lambda place: (-degree[keys[place]], place))
    chosen = sorted(_joined(ranked, keys, pairs)[:top], key=lambda place: (every[place].namespace, place))
    place_of = {keys[place]: number for number, place in enumerate(chosen)}
    kept = tuple(
        (place_of[one], place_of[other], words)
        for one, other, words in pairs
        if one in place_of and other in place_of and one != other
    )
    return Drawn(tuple(every[place] for place in chosen), kept, len(every) - len(chosen))


def _joined(ranked: list[int], keys: list[str], pairs: list[tuple[str, str, str]]) -> list[int]:
    """Places in an order in which each is joined to one before it, as far as it can: of those, the best ranked next.

    The first of them hang together, where the best ranked alone might be dots without a line.
    """
    rank = {keys[place]: at for at, place in enumerate(ranked)}
    near: dict[str, list[str]] = {}
    for one, other, _ in pairs:
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    found: dict[str, None] = {}
    for start in ranked:
        waiting = [(rank[keys[start]], keys[start])]
        while waiting:
            _, key = heappop(waiting)
            if key in found:
                continue
            found[key] = None
            for other in near.get(key, ()):
                if other in rank and other not in found:
                    heappush(waiting, (rank[other], other))
    return [ranked[rank[key]] for key in found]


def _require(frame: DataFrame, name: str, columns: tuple[str, ...]) -> None:
    missing = [f"`{one}`" for one in columns if one not in frame.columns]
    if missing:
        raise InvalidRequestError(
            f"the frame of {name} has no column {' and no column '.join(missing)}: it needs {', '.join(columns)}"
        )


def _words(datasets: Any) -> str:  # noqa: ANN401  whatever a frame's cell holds
    return datasets if isinstance(datasets, str) else ", ".join(map(str, datasets))


def draw(data: Drawn, *, title: str | None) -> Sheet:
    """The figure of these identities."""
    heading = "Identity graph" if title is None else title
    if not data.nodes:
        return message(heading, "There are no identities to draw.")
    room = _WIDTH - 2 * MARGIN
    colours = _colours(data)
    keys = legend_lines(_namespaces(data, colours), room)
    styles = _styles(data)
    samples = _sample_lines(styles, room) if len(styles) > 1 or (styles and not data.named) else []
    top = MARGIN + 0.62 + 0.22 * (len(keys) + len(samples)) + 0.08
    area = _height(data)
    columns = [] if data.named else _columns(data, room)
    notes = [f"and {data.others:,} more identit{'y' if data.others == 1 else 'ies'}"] if data.others else []
    below = _PITCH * max((len(one) for one in columns), default=0)
    figure = sheet(_WIDTH, top + area + below + 0.24 * len(notes) + MARGIN)

    write_heading(figure, heading, room)
    subtitle = "A line joins two identities that occur together in some record or event"
    write(figure, MARGIN, MARGIN + 0.41, fit(subtitle, room), colour=MUTED)
    for index, line in enumerate(keys):
        write_legend(figure, MARGIN, MARGIN + 0.72 + 0.22 * index, line)
    for index, pairs in enumerate(samples, len(keys)):
        _write_samples(figure, MARGIN + 0.72 + 0.22 * index, pairs)
    _graph(figure, data, colours, styles, (MARGIN, top, room, area))
    for index, column in enumerate(columns):
        left = MARGIN + index * room / len(columns)
        for row, (number, name) in enumerate(column):
            down = top + area + (row + 0.5) * _PITCH
            write(figure, left + 0.26 - width_of(number, SMALL), down, number, SMALL, colour=MUTED)
            write(figure, left + 0.34, down, fit(name, room / len(columns) - 0.5, SMALL), SMALL)
    for index, note in enumerate(notes):
        write(figure, MARGIN, top + area + below + 0.12 + 0.24 * index, note, SMALL, colour=MUTED)
    return figure


def _height(data: Drawn) -> float:
    """How high the drawing is: two dots lie beside each other, many need a field."""
    count = len(data.nodes)
    if data.named:
        return 1.1 if count <= 2 else 2.4 + 0.25 * max(0, count - 4)
    return 4.0 + 0.03 * count


def _namespaces(data: Drawn, colours: dict[str, str]) -> list[Key]:
    shown = dict.fromkeys(one.namespace for one in data.nodes)
    keys = [Key(writable(one)[0], colours[one]) for one in shown if colours[one] != _OTHERS.colour]
    return [*keys, *([_OTHERS] if len(keys) < len(shown) else [])]


def _colours(data: Drawn) -> dict[str, str]:
    names = dict.fromkeys(one.namespace for one in data.nodes)
    return {name: PALETTE[place] if place < len(PALETTE) else _OTHERS.colour for place, name in enumerate(names)}


def _styles(data: Drawn) -> dict[str, Any]:
    """How the edges of each set of datasets are drawn: the most frequent as a plain line."""
    counted = Counter(words for _, _, words in data.edges).most_common()
    return {words: _DASHES[min(place, len(_DASHES) - 1)] for place, (words, _) in enumerate(counted)}


def _sample_lines(styles: dict[str, Any], room: float) -> list[list[tuple[str, Any]]]:
    """The legend of the lines, broken where it does not fit."""
    shown = list(styles.items())
    if len(shown) > len(_DASHES):
        shown = [*shown[: len(_DASHES) - 1], ("other sets of datasets", _DASHES[-1])]
    lines: list[list[tuple[str, Any]]] = []
    used = room + 1
    for words, dashes in shown:
        text = fit(writable(words)[0], room / 2, SMALL)
        wide = _SAMPLE + 0.07 + width_of(text, SMALL) + _GAP
        if used + wide - _GAP > room:
            lines.append([])
            used = 0.0
        lines[-1].append((text, dashes))
        used += wide
    return lines


def _write_samples(figure: Sheet, top: float, samples: Sequence[tuple[str, Any]]) -> None:
    width, height = figure.get_size_inches()
    left = MARGIN
    for words, dashes in samples:
        ends, level = [left / width, (left + _SAMPLE) / width], [1 - top / height] * 2
        line = Line2D(ends, level, color=_LINE, linewidth=_THICK, linestyle=dashes, transform=figure.transFigure)
        figure.add_artist(line)
        write(figure, left + _SAMPLE + 0.07, top, words, SMALL, colour=MUTED)
        left += _SAMPLE + 0.07 + width_of(words, SMALL) + _GAP


def _columns(data: Drawn, room: float) -> list[list[tuple[str, str]]]:
    """The numbers in the dots with what they stand for, in columns."""
    names = [
        (str(number), f"{writable(one.namespace)[0]}  {writable(one.id)[0]}")
        for number, one in enumerate(data.nodes, 1)
    ]
    widest = max(width_of(name, SMALL) for _, name in names) + 0.5
    several = max(2, min(4, int(room / min(widest, room / 2))))
    long = -(-len(names) // several)
    return [names[start : start + long] for start in range(0, len(names), long)]


def _graph(
    figure: Sheet,
    data: Drawn,
    colours: dict[str, str],
    styles: dict[str, Any],
    box: tuple[float, float, float, float],
) -> None:
    axes = plot_area(figure, *box)
    width, height = box[2:]
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    radius = _DOT if data.named else _NUMBERED
    aside, above = (_NAME / 2, 0.36) if data.named else (radius + 0.3, radius + 0.12)
    pairs = [(one, other) for one, other, _ in data.edges]
    inner = (width - 2 * aside, height - 2 * above)
    spread = [(x * inner[0], y * inner[1]) for x, y in positions(len(data.nodes), pairs)]
    # names need more room than dots
    least = 0.55 if data.named else 2 * radius + 0.06
    places = [(aside + x, above + y) for x, y in apart(spread, least, *inner)]
    room = Room(width, height)
    for one, other, words in data.edges:
        room.lines.append((places[one], places[other]))
        (x, y), (to_x, to_y) = places[one], places[other]
        axes.plot([x, to_x], [y, to_y], color=_LINE, linewidth=_THICK, linestyle=styles[words], zorder=1)
    for node, (x, y) in zip(data.nodes, places, strict=True):
        axes.add_patch(
            Circle((x, y), radius, facecolor=colours[node.namespace], edgecolor=PAPER, linewidth=1.2, zorder=2)
        )
        room.take(Box(x, y, 2 * radius, 2 * radius))
    if data.named:
        _names(axes, room, data, places)
        _datasets(axes, room, data, places)
        return
    for number, (node, (x, y)) in enumerate(zip(data.nodes, places, strict=True), 1):
        ink = _on(colours[node.namespace])
        axes.text(x, y, str(number), ha="center", va="center_baseline", zorder=3, **style(7.5, colour=ink))


def _on(colour: str) -> str:
    """Ink that can be read on a colour."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else INK


def _names(axes: Axes, room: Room, data: Drawn, places: Sequence[tuple[float, float]]) -> None:
    """Each identity below its dot, or where there is more room."""
    for node, (x, y) in zip(data.nodes, places, strict=True):
        text = fit(writable(node.id)[0], _NAME, BODY)
        wide = width_of(text, BODY) + 0.06
        down, side = _DOT + _LETTERS / 2 + 0.04, _DOT + wide / 2 + 0.03
        choices = [(0.0, down), (0.0, -down), (side, 0.0), (-side, 0.0)]
        box, _ = room.best(Box(x + right, y + low, wide, _LETTERS) for right, low in choices)
        room.take(box)
        _write(axes, box, text, BODY, INK)


def _datasets(axes: Axes, room: Room, data: Drawn, places: Sequence[tuple[float, float]]) -> None:
    """The datasets on each line, where they cover nothing: the legend has them in any case where they differ."""
    for one, other, words in data.edges:
        (x, y), (to_x, to_y) = places[one], places[other]
        text = fit(writable(words)[0], max(abs(to_x - x) - 4 * _DOT, 0.9), SMALL)
        wide = width_of(text, SMALL) + 0.06
        parts = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
        choices = [Box(x + (to_x - x) * part, y + (to_y - y) * part, wide, _LETTERS) for part in parts]
        box, cost = room.best(choices, lines=False)
        if cost == 0:
            room.take(box)
            _write(axes, box, text, SMALL, MUTED)


def _write(axes: Axes, box: Box, text: str, size: float, colour: str) -> None:
    backing = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    axes.text(box.x, box.y, text, ha="center", va="center", bbox=backing, zorder=3, **style(size, colour=colour))
