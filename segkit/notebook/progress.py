"""How far a waiting call is: a widget in a notebook, one line in a terminal, nothing elsewhere."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from html import escape
from typing import IO, Any, Protocol

from segkit.notebook.jobs import bar_text, fraction_of
from segkit.notebook.style import MUTED, badge, block
from segkit.notebook.width import cut, width_of

_CELLS = 24
_LINE = 78
_STYLES = {"SUCCEEDED": "success", "FAILED": "danger", "CANCELLED": "warning", "CANCELLING": "warning"}


class Progress(Protocol):
    """Shows how far something is. Neither method ever raises."""

    def update(self, fraction: float | None, stage: str, status: str) -> None:
        """Show the fraction done (0 to 1, None when unknown), the running stage and the status."""

    def close(self) -> None:
        """Take the bar away, leaving the last status in a notebook and nothing in a terminal."""


def progress_display() -> Progress:
    """The display that suits where the program runs.

    Returns
    -------
    Progress
        A bar with a label in a Jupyter kernel, a line on stderr in a terminal, else something that shows nothing.
    """
    if in_kernel():
        with suppress(Exception):
            return WidgetProgress()
    if _is_terminal(sys.stderr):
        return TextProgress(sys.stderr)
    return SilentProgress()


def in_kernel() -> bool:
    """Whether this is a Jupyter kernel; IPython is asked, never loaded."""
    ipython = sys.modules.get("IPython")
    with suppress(Exception):
        return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None
    return False


def _is_terminal(stream: IO[str] | None) -> bool:
    with suppress(Exception):
        return stream is not None and stream.isatty()
    return False


class SilentProgress:
    """Shows nothing: scripts and pipes."""

    def update(self, fraction: float | None, stage: str, status: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class TextProgress:
    """One line of a terminal, written over itself and wiped at the end."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._shown = ""
        encoding = getattr(stream, "encoding", None) or "ascii"
        self._marks = ("█", "░") if _can_encode("█░…", encoding) else ("#", ".")

    def update(self, fraction: float | None, stage: str, status: str) -> None:
        """Write the line anew, when it changed."""
        with suppress(Exception):
            words = " ".join(one for one in (status, stage) if one)
            room = min(_LINE, shutil.get_terminal_size().columns - 1)
            line = cut(f"{bar_text(fraction, _CELLS, *self._marks)}  {words}", room)
            if self._marks[0] == "#":
                line = line.encode("ascii", "replace").decode("ascii")
            if line != self._shown:
                blanks = " " * max(0, width_of(self._shown) - width_of(line))
                self._stream.write(f"\r{line}{blanks}")
                self._stream.flush()
                self._shown = line

    def close(self) -> None:
        """Wipe the line."""
        with suppress(Exception):
            if self._shown:
                self._stream.write("\r" + " " * width_of(self._shown) + "\r")
                self._stream.flush()
                self._shown = ""


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class WidgetProgress:
    """A bar and a label in a notebook; when closed, a line of HTML takes their place.

    A saved notebook shows that line wherever it is opened; a closed widget would leave nothing, or its Python name.

    Attributes
    ----------
    bar, label, box
        The ipywidgets, for whoever wants to look.
    """

    def __init__(self) -> None:
        import ipywidgets as widgets  # noqa: PLC0415  only a kernel needs them
        from IPython.display import display  # noqa: PLC0415

        self.bar: Any = widgets.FloatProgress(0.0, min=0.0, max=1.0, bar_style="info", layout={"width": "18em"})
        self.label: Any = widgets.Label("")
        self.box: Any = widgets.HBox([self.bar, self.label])
        self.box.add_class("segkit-progress")
        self._last = ("", "")
        self._handle: Any = display(self.box, display_id=True)  # type: ignore[no-untyped-call]

    def update(self, fraction: float | None, stage: str, status: str) -> None:
        """Move the bar and change the label."""
        with suppress(Exception):
            self._last = (stage, status)
            fraction = fraction_of(fraction)
            if fraction is not None:
                self.bar.value = fraction
            self.bar.bar_style = _STYLES.get(status.upper(), "info")
            percent = "" if fraction is None else f"{int(self.bar.value * 100)} %  "
            self.label.value = f"{percent}{' '.join(one for one in (status, stage) if one)}"

    def close(self) -> None:
        """Put the last status in the place of the widgets."""
        with suppress(Exception):
            stage, status = self._last
            if self._handle is not None:
                self._handle.update(_Line(stage, status))
                self._handle = None
            for widget in (self.box, self.bar, self.label):
                for one in (getattr(widget, "style", None), widget.layout, widget):
                    if one is not None:
                        one.close()


class _Line:
    """The last status, once the bar is gone."""

    def __init__(self, stage: str, status: str) -> None:
        self._stage, self._status = stage, status

    def __repr__(self) -> str:
        return " ".join(one for one in (self._status, self._stage) if one)

    def _repr_html_(self) -> str:
        stage = f' <span style="{MUTED}">{escape(self._stage)}</span>' if self._stage else ""
        return block(f"{badge(self._status)}{stage}" if self._status else stage)
