"""Looking at a drawn figure without pixels: its bars, its words, and whether anything touches."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle
from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox


class Seen(FigureCanvasAgg):
    """A canvas that keeps where the words stand while they are drawn: afterwards they may be measured otherwise."""

    boxes: list[tuple[str, Bbox]]

    def draw(self) -> None:
        self.boxes = []
        seen = self.boxes

        class Mark(Artist):
            def draw(self, renderer: RendererBase) -> None:
                figure = self.get_figure(root=True)
                assert figure is not None
                words = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text()]
                seen.extend((one.get_text(), one.get_window_extent(renderer)) for one in words)

        mark = Mark()
        mark.set_zorder(1000)
        self.figure.add_artist(mark)
        super().draw()
        mark.remove()


def bars(figure: Figure) -> list[list[tuple[float, float, str]]]:
    """Every row's bars from the top, each as start, length and colour (of the hatch, where hatched)."""
    rows: dict[int, list[tuple[float, float, str]]] = {}
    for patch in figure.axes[0].patches:
        assert isinstance(patch, Rectangle)
        row = int(patch.get_y() + patch.get_height() / 2)
        colour = patch.get_edgecolor() if patch.get_hatch() else patch.get_facecolor()
        rows.setdefault(row, []).append((patch.get_x(), patch.get_width(), to_hex(colour)))
    return [rows[row] for row in sorted(rows)]


def words(figure: Figure) -> list[str]:
    """All words on the sheet."""
    return [one.get_text() for one in figure.findobj(Text) if one.get_visible() and one.get_text()]


def labels(figure: Figure) -> list[str]:
    """The words beside the bars, from the top."""
    return [one.get_text() for one in figure.axes[0].texts]


def faults(figure: Figure) -> list[str]:
    """Words that touch other words or a bar, and whatever leaves the sheet."""
    seen = Seen(figure)
    seen.draw()
    renderer, boxes = seen.get_renderer(), seen.boxes
    sheet = figure.bbox
    found = [
        f"{text!r} leaves the sheet"
        for text, box in boxes
        if box.x0 < sheet.x0 or box.x1 > sheet.x1 or box.y0 < sheet.y0 or box.y1 > sheet.y1
    ]
    # a hair of slack: the boxes of two rows' letters include their ascenders and descenders
    found += [
        f"{one!r} touches {other!r}"
        for (one, box), (other, second) in combinations(boxes, 2)
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 0.5
        and min(box.y1, second.y1) - max(box.y0, second.y0) > 0.5
    ]
    patches = [patch.get_window_extent(renderer) for axes in figure.axes for patch in axes.patches]
    found += [
        f"{text!r} touches a bar"
        for text, box in boxes
        for patch in patches
        if min(box.x1, patch.x1) - max(box.x0, patch.x0) > 0.5 and min(box.y1, patch.y1) - max(box.y0, patch.y0) > 0.5
    ]
    found += ["a bar leaves the sheet" for patch in patches if patch.x1 > sheet.x1 + 0.5 or patch.x0 < sheet.x0]
    return found
