"""The timeline of jobs: first the rows to draw, then the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import pandas as pd

from segkit.errors import InvalidRequestError
from segkit.plots.canvas import (
    ALARM,
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
from segkit.plots.words import count_words, tick_words
from segkit.words import duration_words

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

WAITING = Key("waiting", "#d0d7de")
UNNAMED = Key("between stages", "#8c959f")
# told apart also by readers who do not see red or green, neighbours differ in lightness
PALETTE = ("#12507b", "#58a8d8", "#0a8f6c", "#e8a33d", "#8a5fa8", "#c9772b", "#9bc53d", "#d482b4")

_WIDTH = 9.0
_PITCH = 0.29
_BAR = 0.6
_AFTER = 0.07
_AXIS = 0.22
_FAR = 8  # a job this many times longer than the median one is cut off
_STEPS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a job, in seconds since its creation."""

    stage: str | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Run:
    """One job, ready to draw."""

    id: str
    status: str
    created: pd.Timestamp
    segments: int | None
    waited: float
    total: float
    pieces: tuple[Piece, ...]
    running: bool


@dataclass(frozen=True, slots=True)
class History:
    """The jobs drawn, newest first, how many were left out, and the stages in the order they are met."""

    runs: tuple[Run, ...]
    others: int
    stages: tuple[str, ...]


def read(jobs: pd.DataFrame, stages: pd.DataFrame, limit: int, now: datetime | None) -> History:
    """The rows of the two frames in drawing order."""
    if limit < 1:
        raise InvalidRequestError(f"`limit` is {limit}: give at least 1 job to draw")
    _require(jobs, "jobs", ("id", "status", "created"))
    _require(stages, "stages", ("job_id", "stage", "started", "finished"))
    until = _utc(pd.Timestamp.now("UTC") if now is None else now)
    by_job: dict[str, list[dict[Any, Any]]] = {}
    for record in stages.to_dict("records"):
        by_job.setdefault(str(record["job_id"]), []).append(record)
    records = [one for one in jobs.to_dict("records") if _utc(one["created"]) is not None]
    records.sort(key=lambda one: (_utc(one["created"]), str(one["id"])), reverse=True)
    runs = tuple(_run(one, by_job.get(str(one["id"]), []), until) for one in records[:limit])
    # the order of the oldest drawn job is the order in which stages run
    met = dict.fromkeys(piece.stage for run in reversed(runs) for piece in run.pieces if piece.stage is not None)
    return History(runs, max(0, len(records) - limit), tuple(met))


def _require(frame: pd.DataFrame, name: str, columns: tuple[str, ...]) -> None:
    missing = [f"`{one}`" for one in columns if one not in frame.columns]
    if missing:
        raise InvalidRequestError(
            f"the frame of {name} has no column {' and no column '.join(missing)}: it needs {', '.join(columns)}"
        )


def _utc(value: Any) -> pd.Timestamp | None:  # noqa: ANN401  whatever a frame's cell holds
    if value is None or pd.isna(value):
        return None
    moment = pd.Timestamp(value)
    return moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)


def _run(job: dict[Any, Any], stages: list[dict[Any, Any]], until: pd.Timestamp | None) -> Run:
    created = _utc(job["created"])
    assert created is not None  # noqa: S101  rows without one were left out
    status = str(job["status"]).upper()
    started, finished = _utc(job.get("started")), _utc(job.get("finished"))
    running = finished is None and status in {"NEW", "QUEUED", "PROCESSING", "CANCELLING"}

    def since(moment: pd.Timestamp | None, otherwise: float) -> float:
        return otherwise if moment is None else max(0.0, (moment - created).total_seconds())

    seen = [since(_utc(one[column]), 0.0) for one in stages for column in ("started", "finished")]
    open_end = max([since(until if running else None, 0.0), since(started, 0.0), *seen])
    total = since(finished, open_end)
    waited = min(since(started, min(seen, default=total)), total)
    pieces = sorted(
        (
            Piece(writable(str(one["stage"]))[0], begin, max(begin, min(since(_utc(one["finished"]), total), total)))
            for one in stages
            if (begin := since(_utc(one["started"]), total)) < total
        ),
        key=lambda piece: piece.start,
    )
    segments = job.get("segments")
    return Run(
        id=str(job["id"])[:8],
        status=status,
        created=created,
        segments=None if segments is None or pd.isna(segments) else int(segments),
        waited=waited,
        total=total,
        pieces=tuple(pieces),
        running=running,
    )


def draw(data: History, *, title: str | None) -> Sheet:
    """The figure of these jobs."""
    heading = "Segment jobs" if title is None else title
    if not data.runs:
        return message(heading, "No segment jobs yet: ws.jobs.create([…]) starts one.")
    room = _WIDTH - 2 * MARGIN
    colours = _colours(data)
    lines = legend_lines(_keys(data, colours), room)
    columns = _columns(data)
    top = MARGIN + 0.62 + 0.22 * len(lines) + 0.12
    area = len(data.runs) * _PITCH
    notes = _notes(data)
    figure = sheet(_WIDTH, top + area + _AXIS + 0.24 * len(notes) + MARGIN)

    write_heading(figure, heading, room)
    subtitle = "How long each job waited and worked, from the moment it was created. Dates in UTC, newest first"
    write(figure, MARGIN, MARGIN + 0.41, fit(subtitle, room), colour=MUTED)
    for index, line in enumerate(lines):
        write_legend(figure, MARGIN, MARGIN + 0.72 + 0.22 * index, line)
    left = MARGIN
    for cells, size, colour in columns:
        for index, cell in enumerate(cells):
            write(figure, left, top + (index + 0.5) * _PITCH, cell, size, colour=colour)
        left += max(width_of(cell, size) for cell in cells) + 0.14
    _bars(figure, data, colours, (left, top, _WIDTH - MARGIN - left, area))
    for index, note in enumerate(notes):
        write(figure, MARGIN, top + area + _AXIS + 0.12 + 0.24 * index, note, SMALL, colour=MUTED)
    return figure


def _notes(data: History) -> list[str]:
    notes = [f"and {count_words(data.others, 'older job')}"] if data.others else []
    totals = [run.total for run in data.runs]
    if max(totals) > horizon(totals):
        notes.append("A bar with a cut // went on for longer than there is room; its full length is written beside it.")
    return notes


def _columns(data: History) -> list[tuple[list[str], float, str]]:
    """The words before the bars: the day where it changes, the time, the segments, the id."""
    days = [f"{run.created.day} {run.created:%b %Y}" for run in data.runs]
    shown = [day if index == 0 or day != days[index - 1] else "" for index, day in enumerate(days)]
    columns = [
        (shown, BODY, INK),
        ([f"{run.created:%H:%M:%S}" for run in data.runs], BODY, INK),
        (["" if run.segments is None else count_words(run.segments, "segment") for run in data.runs], SMALL, MUTED),
        ([run.id for run in data.runs], SMALL, MUTED),
    ]
    return [column for column in columns if any(column[0])]


def _colours(data: History) -> dict[str, str]:
    return {
        stage: PALETTE[index] if index < len(PALETTE) else UNNAMED.colour for index, stage in enumerate(data.stages)
    }


def _keys(data: History, colours: dict[str, str]) -> list[Key]:
    keys = [WAITING] if any(run.waited > 0 for run in data.runs) else []
    keys += [Key(stage, colour) for stage, colour in list(colours.items())[: len(PALETTE)]]
    if len(colours) > len(PALETTE):
        keys.append(Key("other stages", UNNAMED.colour))
    return keys


def _ending(run: Run) -> tuple[str, bool]:
    """The words after a bar, and whether they are an alarm."""
    took = duration_words(run.total)
    match run.status:
        case "SUCCEEDED":
            return f"✓ {took}", False
        case "FAILED":
            return f"✕ failed after {took}", True
        case "CANCELLED":
            return f"– cancelled after {took}", False
        case "NEW" | "QUEUED":
            return f"… waiting for {took}", False
        case "PROCESSING":
            return f"… running for {took}", False
        case "CANCELLING":
            return f"… cancelling, {took} so far", False
        case other:
            return f"{writable(other.lower())[0]}, {took}", False


def horizon(totals: list[float]) -> float:
    """The longest time drawn to scale: a job far longer than the others is cut off, so that these stay readable.

    Examples
    --------
    >>> horizon([2, 3, 4]), horizon([2, 3, 4, 7200]), horizon([0, 0, 0, 5])
    (4, 5.0, 5)
    """
    usual = [one for one in totals if one <= _FAR * max(median(totals), 1e-3)]
    if len(usual) == len(totals) or not max(usual, default=0):
        return max(totals)
    return 1.25 * max(usual)


def _bars(figure: Sheet, data: History, colours: dict[str, str], box: tuple[float, float, float, float]) -> None:
    axes = plot_area(figure, *box)
    width = box[2]
    longest = horizon([run.total for run in data.runs])
    endings = [_ending(run) for run in data.runs]
    taken = [_AFTER + width_of(words, BODY, bold=alarm) + 0.03 for words, alarm in endings]
    # seconds an inch, so that the longest bar with its words ends inside
    scale = max(min(run.total, longest) / (width - used) for run, used in zip(data.runs, taken, strict=True))
    scale = scale or 1 / width
    axes.set_xlim(0, scale * width)
    axes.set_ylim(len(data.runs), 0)
    _grid(axes, longest, scale)
    for index, (run, (words, alarm)) in enumerate(zip(data.runs, endings, strict=True)):
        middle = index + 0.5
        end = min(run.total, longest)
        _bar(axes, middle, run, colours, longest)
        if run.total > longest:
            for back in (0.16, 0.22):
                at = end - scale * back
                lean = scale * 0.035
                axes.plot([at - lean, at + lean], [middle + 0.38, middle - 0.38], color=PAPER, linewidth=2, zorder=4)
        backing = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.2}
        colour = ALARM if alarm else INK if run.status == "SUCCEEDED" else MUTED
        axes.text(
            end + scale * _AFTER,
            middle,
            words,
            ha="left",
            va="center_baseline",
            bbox=backing,
            **style(BODY, bold=alarm, colour=colour),
        )


def _bar(axes: Axes, middle: float, run: Run, colours: dict[str, str], longest: float) -> None:
    def stretch(start: float, end: float, height: float, colour: str) -> None:
        if (end := min(end, longest)) > start:
            axes.barh(middle, end - start, height, left=start, **fill(colour, None))

    stretch(0, run.waited, _BAR, WAITING.colour)
    # time that no stage accounts for is a thin line below the stages
    stretch(run.waited, run.total, 0.12, UNNAMED.colour)
    for piece in run.pieces:
        stretch(piece.start, piece.end, _BAR, colours[piece.stage] if piece.stage else UNNAMED.colour)


def _grid(axes: Axes, longest: float, scale: float) -> None:
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=3)
    widest = width_of("00 min 00 s", SMALL)
    step = next((one for one in _STEPS if one / scale > widest), longest or 1)
    ticks = [step * index for index in range(int(longest / step + 1e-9) + 1)]
    for tick in ticks[1:]:
        axes.axvline(tick, color=GRID, linewidth=0.8, zorder=0)
    axes.set_xticks(ticks, [tick_words(tick) for tick in ticks], **style(SMALL, colour=MUTED))
