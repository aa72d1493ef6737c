from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from segkit.notebook import in_kernel, progress_display
from segkit.notebook.progress import SilentProgress, TextProgress, WidgetProgress


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def shown(self) -> str:
        """The line that stands in the terminal now."""
        line = ""
        for part in self.getvalue().split("\r"):
            line = part + line[len(part) :]
        return line.rstrip()


class Closed(Terminal):
    def write(self, _text: str) -> int:
        message = "closed"
        raise ValueError(message)


def test_a_script_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setitem(sys.modules, "IPython", None)
    shown = progress_display()
    assert isinstance(shown, SilentProgress)
    shown.update(0.5, "evaluate", "PROCESSING")
    shown.close()
    monkeypatch.setattr(sys, "stderr", None)
    assert isinstance(progress_display(), SilentProgress)


def test_a_terminal_has_one_line_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setitem(sys.modules, "IPython", None)
    shown = progress_display()
    assert isinstance(shown, TextProgress)
    shown.update(None, "", "QUEUED")
    assert terminal.shown() == "░" * 24 + "  QUEUED"
    shown.update(0.5, "evaluate segments", "PROCESSING")
    assert terminal.shown() == "█" * 12 + "░" * 12 + "  50 %  PROCESSING evaluate segments"
    shown.update(1.0, "", "SUCCEEDED")
    assert terminal.shown() == "█" * 24 + " 100 %  SUCCEEDED"
    before = terminal.getvalue()
    shown.update(1.0, "", "SUCCEEDED")
    assert terminal.getvalue() == before
    shown.close()
    assert terminal.shown() == ""
    assert "\n" not in terminal.getvalue()


def test_a_terminal_without_block_letters_gets_plain_ones() -> None:
    terminal = Terminal()
    terminal.encoding = "ascii"  # type: ignore[misc]
    shown = TextProgress(terminal)
    shown.update(0.25, "日本 " * 30, "PROCESSING")
    assert terminal.shown().startswith("######..................  25 %  PROCESSING")
    assert terminal.getvalue().isascii()


def test_a_narrow_terminal_is_never_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    terminal = Terminal()
    TextProgress(terminal).update(0.5, "evaluate segments", "PROCESSING")
    assert len(terminal.shown()) == 29


def test_a_broken_terminal_breaks_no_job() -> None:
    shown = TextProgress(Closed())
    shown.update(0.5, "evaluate", "PROCESSING")
    shown.update("half", 3, None)  # type: ignore[arg-type]
    shown.close()


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for a kernel; collects what is displayed and what replaces it."""
    import IPython
    import IPython.display

    shown: list[Any] = []

    def display(thing: Any, *, display_id: bool) -> Any:
        assert display_id
        shown.append(thing)
        return SimpleNamespace(update=shown.append)

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", display)
    return shown


def test_a_kernel_has_a_bar_and_a_label(kernel: list[Any]) -> None:
    assert in_kernel()
    shown = progress_display()
    assert isinstance(shown, WidgetProgress)
    assert kernel == [shown.box]
    shown.update(None, "", "QUEUED")
    assert (shown.bar.value, shown.label.value) == (0.0, "QUEUED")
    shown.update(0.42, "evaluate", "PROCESSING")
    assert (shown.bar.value, shown.label.value) == (0.42, "42 %  PROCESSING evaluate")
    shown.update(0.42, "evaluate", "FAILED")
    assert shown.bar.bar_style == "danger"
    shown.update(7, "", "SUCCEEDED")
    assert (shown.bar.value, shown.bar.bar_style) == (1.0, "success")
    shown.update("half", 3, None)  # type: ignore[arg-type]


def test_a_closed_bar_leaves_its_last_words_and_no_widget(kernel: list[Any]) -> None:
    import ipywidgets

    shown = progress_display()
    shown.update(1.0, "<publish>", "SUCCEEDED")
    shown.close()
    shown.close()
    shown.update(0.1, "late", "PROCESSING")
    assert len(kernel) == 2
    assert repr(kernel[1]) == "SUCCEEDED <publish>"
    assert "SUCCEEDED" in kernel[1]._repr_html_()
    assert "<publish>" not in kernel[1]._repr_html_()
    assert isinstance(shown, WidgetProgress)
    assert shown.box.comm is None
    assert isinstance(kernel[0], ipywidgets.HBox)


def test_a_kernel_without_widgets_is_silent(kernel: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(progress_display(), SilentProgress)
    assert kernel == []
