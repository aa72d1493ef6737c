"""Audience sizes: first the rows to draw, then the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator
from pandas import isna

from segkit.errors import InvalidRequestError
from segkit.plots.canvas import (
    BODY,
    GRID,
    INK,
    MARGIN,
    MUTED,
    PAPER,
    SMALL,
    Key,
    Sheet,
    fill,
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
from segkit.plots.lettering import writable
from segkit.plots.words import count_words, short_count
from segkit.words import share_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

STAYED = Key("in already (existing)", "#12507b")
ENTERED = Key("newly in (realized)", "#58a8d8")
LEFT = Key("left since the previous run (exited)", "#8c959f", "//////")

_WIDTH = 8.5
_PITCH = 0.29
_BAR = 0.66
_NAMES = 0.4  # names take at most this part of the width
_AFTER = 0.07
_APART = 0.1
_SHORTEST = 1.2  # the longest bar is at least this long, whatever is written beside it
_AXIS = 0.22


@dataclass(frozen=True, slots=True)
class Row:
    """One segment, ready to draw; a size of None was never counted."""

    name: str
    size: int | None
    share: float | None
    realized: int
    existing: int
    exited: int
    unwritten: bool = False


@dataclass(frozen=True, slots=True)
class Sizes:
    """The rows drawn, largest first, and those left out."""

    rows: tuple[Row, ...]
    others: tuple[Row, ...]


def read(frame: DataFrame, top: int) -> Sizes:
    """The rows of a frame in drawing order."""
    if top < 1:
        raise InvalidRequestError(f"`top` is {top}: give at least 1 segment to draw")
    missing = [name for name in ("name", "size") if name not in frame.columns]
    if missing:
        raise InvalidRequestError(
            f"the frame has no column {' and no column '.join(f'`{one}`' for one in missing)}: "
            "pass what `job.sizes().to_pandas()` gives"
        )
    rows = sorted(
        (_row(record) for record in frame.to_dict("records")), key=lambda one: (-(one.size or 0), one.name.casefold())
    )
    return Sizes(tuple(rows[:top]), tuple(rows[top:]))


def _row(record: dict[Any, Any]) -> Row:
    def number(column: str) -> float | None:
        value = record.get(column)
        return None if value is None or isna(value) else value

    code = str(record.get("segment_id") or "")[:8]
    name = "" if isna(record["name"]) else str(record["name"])
    shown, whole = writable(name)
    return Row(
        name=shown if whole else f"{shown} {code}".strip(),
        unwritten=not whole,
        size=None if (size := number("size")) is None else int(size),
        share=None if (share := number("share")) is None else float(share),
        realized=int(number("realized") or 0),
        existing=int(number("existing") or 0),
        exited=int(number("exited") or 0),
    )


def draw(data: Sizes, *, title: str | None) -> Sheet:
    """The figure of these sizes."""
    heading = "Audience sizes" if title is None else title
    if not data.rows:
        return message(heading, "No segments to show: this job has counted none.")
    keys = _keys(data)
    room = _WIDTH - 2 * MARGIN
    lines = legend_lines(keys, room)
    used = max(_taken(*_label(row, keys)) for row in data.rows)
    names = [fit(row.name, max(1.0, min(_WIDTH * _NAMES, room - used - _SHORTEST))) for row in data.rows]
    left = MARGIN + max(map(width_of, names)) + 0.2
    top = MARGIN + 0.62 + 0.22 * len(lines) + 0.12
    area = len(data.rows) * _PITCH
    notes = _notes(data)
    figure = sheet(_WIDTH, top + area + _AXIS + 0.24 * len(notes) + MARGIN)

    write_heading(figure, heading, room)
    write(figure, MARGIN, MARGIN + 0.41, fit(_subtitle(data), room), colour=MUTED)
    for index, line in enumerate(lines):
        write_legend(figure, MARGIN, MARGIN + 0.72 + 0.22 * index, line)
    for index, name in enumerate(names):
        write(figure, MARGIN, top + (index + 0.5) * _PITCH, name)
    _bars(figure, data, keys, (left, top, _WIDTH - MARGIN - left, area))
    for index, note in enumerate(notes):
        write(figure, MARGIN, top + area + _AXIS + 0.12 + 0.24 * index, fit(note, room, SMALL), SMALL, colour=MUTED)
    return figure


def _keys(data: Sizes) -> list[Key]:
    occurs = [
        key
        for key, some in (
            (STAYED, any(row.existing for row in data.rows)),
            (ENTERED, any(row.realized for row in data.rows)),
            (LEFT, any(row.exited for row in data.rows)),
        )
        if some
    ]
    return occurs if len(occurs) > 1 else []


def _subtitle(data: Sizes) -> str:
    what = "Profiles in the segment" if len(data.rows) + len(data.others) == 1 else "Profiles in each segment"
    return f"{what}, and their share of all profiles" if any(row.share is not None for row in data.rows) else what


def _notes(data: Sizes) -> list[str]:
    notes = [_rest(data.others)] if data.others else []
    if any(row.unwritten for row in data.rows):
        notes.append("… stands for letters that no installed font has: Noto Sans and Noto Sans CJK have most.")
    return notes


def _rest(others: tuple[Row, ...]) -> str:
    counts = sorted(row.size or 0 for row in others)
    span = f"{counts[0]:,}" if counts[0] == counts[-1] else f"{counts[0]:,} to {counts[-1]:,}"
    each = "each of" if len(others) > 1 and counts[0] == counts[-1] else "of"
    return f"and {count_words(len(others), 'more segment')}, {each} {span} profile{'' if counts[-1] == 1 else 's'}"


def _label(row: Row, keys: list[Key]) -> tuple[str, str]:
    """The words after a bar: the size, and in grey what changed."""
    if row.size is None:
        return "not counted", ""
    size = f"{row.size:,}" + (f"  ({share_words(row.share)})" if row.share is not None else "")
    if not keys:
        return size, ""
    return size, "  ".join(
        [
            *([f"+{row.realized:,}"] if row.realized else []),
            *([f"−{row.exited:,}"] if row.exited else []),
        ]
    )


def _taken(size: str, change: str) -> float:
    """The room that the words after a bar take, in inches."""
    return _AFTER + width_of(size) + (_APART + width_of(change, SMALL) if change else 0) + 0.03


def _bars(figure: Sheet, data: Sizes, keys: list[Key], box: tuple[float, float, float, float]) -> None:
    axes = plot_area(figure, *box)
    width = box[2]
    labels = [_label(row, keys) for row in data.rows]
    lengths = [(row.size or 0) + (row.exited if keys else 0) for row in data.rows]
    taken = [_taken(size, change) for size, change in labels]
    # profiles an inch, so that the longest bar with its label ends inside
    scale = max((long / (width - used) for long, used in zip(lengths, taken, strict=True)), default=0) or 1 / width
    axes.set_xlim(0, scale * width)
    axes.set_ylim(len(data.rows), 0)
    _grid(axes, max(lengths), scale)
    for index, (row, (size, change)) in enumerate(zip(data.rows, labels, strict=True)):
        middle = index + 0.5
        edge = 0
        parts = [(row.existing, STAYED), (row.realized, ENTERED)] if keys else []
        # a bar is as long as the size it is labelled with, also where a frame has no counts by status
        if sum(count for count, _ in parts) != (row.size or 0):
            parts = [(row.size or 0, STAYED)]
        for count, key in parts:
            if count:
                axes.barh(middle, count, _BAR, left=edge, **fill(key.colour, key.hatch))
                edge += count
        if keys and row.exited:
            axes.barh(middle, row.exited, _BAR * 0.55, left=edge, **fill(LEFT.colour, LEFT.hatch))
            edge += row.exited
        at = edge + scale * _AFTER
        backing = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}
        colour = INK if row.size else MUTED
        axes.text(at, middle, size, ha="left", va="center_baseline", bbox=backing, **style(BODY, colour=colour))
        if change:
            at += scale * (width_of(size) + _APART)
            axes.text(at, middle, change, ha="left", va="center_baseline", bbox=backing, **style(SMALL, colour=MUTED))


def _grid(axes: Axes, longest: int, scale: float) -> None:
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=3)
    ticks = _ticks(longest, scale)
    for tick in ticks[1:]:
        axes.axvline(tick, color=GRID, linewidth=0.8, zorder=0)
    axes.set_xticks(ticks, [short_count(tick) for tick in ticks], **style(SMALL, colour=MUTED))


def _ticks(longest: int, scale: float) -> list[float]:
    """Round numbers up to the longest bar, as many as can be written side by side."""
    for wanted in (5, 4, 3, 2, 1):
        every = MaxNLocator(nbins=wanted, integer=True, steps=[1, 2, 2.5, 5, 10]).tick_values(0, longest)
        ticks = [tick for tick in every if 0 <= tick <= longest]
        widest = max(width_of(short_count(tick), SMALL) for tick in ticks)
        if len(ticks) < 2 or (ticks[1] - ticks[0]) / scale > widest + 0.1:
            return ticks if longest else [0]
    return [0]
