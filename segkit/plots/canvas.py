"""The sheet every figure is drawn on: a figure that shows itself, text that cannot fail, legends, and their colours.

Positions are inches from the top left corner, because that is how a page is set; everything that could overlap is
measured before it is placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from segkit.plots.lettering import families, heading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text

INK = "#1f2328"
MUTED = "#656d76"
GRID = "#e4e7eb"
PAPER = "#ffffff"
ALARM = "#b3261e"

MARGIN = 0.22
TITLE = 13.5
BODY = 9.5
SMALL = 8.5

_SCREEN = 96  # CSS pixels an inch
_DENSITY = 144  # pixels an inch: sharp on a high-density screen, and not wider than a notebook cell elsewhere
_GAP = 0.16
_SWATCH = 0.11


class Sheet(Figure):
    """A figure that a notebook shows whether or not a matplotlib backend was chosen.

    matplotlib's own figures display only after `%matplotlib inline` or an import of pyplot has registered them.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw everything, with letters as wide as they were measured at any density."""
        with _unhinted():
            super().draw(renderer)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        data = BytesIO()
        self.savefig(data, format="png", dpi=self.dpi)
        width, height = self.get_size_inches()
        return data.getvalue(), {"width": round(width * _SCREEN), "height": round(height * _SCREEN)}


def _unhinted() -> AbstractContextManager[None]:
    """Letters moved onto whole pixels would make a line up to a tenth wider, depending on the density."""
    return rc_context({"text.hinting": "no_hinting"})


def sheet(width: float, height: float) -> Sheet:
    """A blank white sheet, in inches."""
    figure = Sheet(figsize=(width, height), dpi=_DENSITY, facecolor=PAPER, edgecolor=PAPER)
    # the reader's own rcParams may ask for a layout that would move what was measured
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)
    return figure


def plot_area(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Bare axes at a place on the sheet: no frame, no ticks."""
    whole_width, whole_height = figure.get_size_inches()
    axes = figure.add_axes(
        (left / whole_width, 1 - (top + height) / whole_height, width / whole_width, height / whole_height),
        facecolor="none",
    )
    axes.grid(visible=False)
    axes.set_frame_on(False)
    axes.tick_params(length=0, pad=3)
    axes.set_yticks([])
    axes.set_xticks([])
    return axes


def style(size: float, *, bold: bool = False, colour: str = INK) -> dict[str, Any]:
    """Keyword arguments for any matplotlib text: own fonts, and a `$` that is a dollar."""
    return {
        "fontsize": size,
        "fontweight": "bold" if bold else "normal",
        "fontstyle": "normal",
        "fontfamily": families(bold=bold),
        "color": colour,
        "parse_math": False,
        "usetex": False,
    }


def write(
    figure: Figure, left: float, top: float, text: str, size: float = BODY, *, bold: bool = False, colour: str = INK
) -> Text:
    """Set one line of text with its middle at `top`."""
    width, height = figure.get_size_inches()
    return figure.text(
        left / width, 1 - top / height, text, ha="left", va="center_baseline", **style(size, bold=bold, colour=colour)
    )


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = BODY, *, bold: bool = False) -> float:
    """How wide a line of text will be, in inches."""
    figure = Figure(figsize=(1, 1), dpi=_DENSITY)
    line = figure.text(0, 0, text, **style(size, bold=bold))
    renderer = RendererAgg(1, 1, _DENSITY)  # type: ignore[no-untyped-call]
    with _unhinted():
        return line.get_window_extent(renderer).width / _DENSITY


def write_heading(figure: Figure, title: str, room: float) -> None:
    """Set the title at the top of the sheet."""
    text, bold = heading(title)
    write(figure, MARGIN, MARGIN + 0.1, fit(text, room, TITLE, bold=bold), TITLE, bold=bold)


def fit(text: str, room: float, size: float = BODY, *, bold: bool = False) -> str:
    """The text, its end replaced by an ellipsis when it is wider than `room` inches."""
    if width_of(text, size, bold=bold) <= room:
        return text
    short, long = 0, len(text)
    while long - short > 1:
        middle = (short + long) // 2
        if width_of(text[:middle].rstrip() + "…", size, bold=bold) <= room:
            short = middle
        else:
            long = middle
    return text[:short].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend."""

    label: str
    colour: str
    hatch: str | None = None


def legend_lines(keys: Sequence[Key], room: float) -> list[list[Key]]:
    """Legend entries broken into lines that fit."""
    lines: list[list[Key]] = []
    used = room + 1
    for key in keys:
        wide = _SWATCH + 0.07 + width_of(key.label, SMALL) + _GAP
        if used + wide - _GAP > room:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += wide
    return lines


def write_legend(figure: Figure, left: float, top: float, keys: Sequence[Key]) -> None:
    """Set one line of a legend."""
    width, height = figure.get_size_inches()
    for key in keys:
        figure.add_artist(
            Rectangle(
                (left / width, 1 - (top + _SWATCH / 2) / height),
                _SWATCH / width,
                _SWATCH / height,
                transform=figure.transFigure,
                **fill(key.colour, key.hatch),
            )
        )
        write(figure, left + _SWATCH + 0.07, top, key.label, SMALL, colour=MUTED)
        left += _SWATCH + 0.07 + width_of(key.label, SMALL) + _GAP


def fill(colour: str, hatch: str | None) -> dict[str, Any]:
    """Keyword arguments for a patch: a plain colour, or hatched in it."""
    if hatch is None:
        return {"facecolor": colour, "edgecolor": "none", "linewidth": 0}
    return {"facecolor": PAPER, "edgecolor": colour, "linewidth": 0.6, "hatch": hatch}


def message(title: str, text: str) -> Sheet:
    """A small sheet for when there is nothing to draw: says so, and what to do."""
    width = max(6.0, MARGIN * 2 + width_of(text))
    figure = sheet(width, 1.0)
    write_heading(figure, title, width - 2 * MARGIN)
    write(figure, MARGIN, MARGIN + 0.44, text, BODY, colour=MUTED)
    return figure
