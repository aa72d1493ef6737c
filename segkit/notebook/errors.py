"""What segkit refuses, in IPython: the message and the user's own line instead of a Python traceback."""

from __future__ import annotations

import linecache
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import SegkitError
from segkit.pql.diagnostics import PQLError

if TYPE_CHECKING:
    from types import TracebackType

_INSIDE = str(Path(__file__).parents[1] / "_")[:-1]
_RED, _YELLOW, _DIM, _OFF = "\x1b[1;31m", "\x1b[1;33m", "\x1b[2m", "\x1b[0m"


def install_errors() -> None:
    """Let IPython show any `SegkitError` as its message, a `PQLError` as its diagnostics, below the cell's own line.

    IPython asks an exception for `_render_traceback_` before it formats a traceback itself. Nothing of IPython is
    changed or loaded, a traceback of anything else stays as it is, and calling this again does nothing more.
    """
    # neither the ground floor nor the language may know of notebooks, so that the method is given from here
    SegkitError._render_traceback_ = traceback_lines  # type: ignore[attr-defined]
    PQLError._render_traceback_ = traceback_lines  # type: ignore[method-assign, assignment]


def load_ipython_extension(ipython: Any) -> None:  # noqa: ANN401, ARG001  IPython's own signature
    """What `%load_ext segkit.notebook` does."""
    install_errors()


def traceback_lines(error: SegkitError) -> list[str]:
    """What IPython prints for an error: where it was caused, then the diagnostics or the kind and the message."""
    text = str(error)
    if isinstance(error, PQLError):
        lines = [_coloured(line) for line in text.splitlines()]
    else:
        first, *rest = text.splitlines() or ["no message"]
        lines = [f"{_RED}{type(error).__name__}{_OFF}: {first}", *rest]
    place = _place(error.__traceback__)
    return [*([f"{_DIM}{place}{_OFF}", ""] if place else []), *lines]


def _coloured(line: str) -> str:
    if head := re.match(r"(error|warning)(\[[^\]]*\])?(?=:)", line):
        colour = _RED if head[1] == "error" else _YELLOW
        return f"{colour}{head[0]}{_OFF}{line[head.end() :]}"
    if caret := re.fullmatch(r"(\s*\|\s*)(\^+)(.*)", line):
        return f"{caret[1]}{_RED}{caret[2]}{_OFF}{caret[3]}"
    return line


def _place(trace: TracebackType | None) -> str:
    """The last line of the user's own code on the way to the error, with its number."""
    found = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if not code.co_filename.startswith(_INSIDE) and (
            source := linecache.getline(code.co_filename, trace.tb_lineno)
        ):
            found = f"line {trace.tb_lineno}: {source.strip()}"
        trace = trace.tb_next
    return found
