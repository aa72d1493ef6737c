from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from segkit.errors import DataError, NotFoundError, SegkitError
from segkit.notebook import install_errors, load_ipython_extension
from segkit.notebook.errors import traceback_lines
from segkit.pql.diagnostics import PQLError, Report
from segkit.pql.tree import Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def _restored() -> Iterator[None]:
    name = "_render_traceback_"
    kept = {kind: kind.__dict__[name] for kind in (SegkitError, PQLError) if name in kind.__dict__}
    yield
    for kind in (SegkitError, PQLError):
        if kind in kept:
            setattr(kind, name, kept[kind])
        elif name in kind.__dict__:
            delattr(kind, name)


def wrong() -> PQLError:
    report = Report("homeAdress.city = 1 and x.foo")
    report.error("unknown-field", "no field `homeAdress`", Span(0, 10), "did you mean `homeAddress`?")
    report.warning("odd", "second", Span(24, 25))
    try:
        report.check()
    except PQLError as error:
        return error
    pytest.fail("the report should have raised")


def plain(lines: list[str]) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(lines))


def test_the_diagnostics_are_shown_as_they_are_with_the_users_own_line_above() -> None:
    error = wrong()
    place, empty, *rest = plain(traceback_lines(error)).splitlines()
    assert re.fullmatch(r"line \d+: report\.check\(\)", place)
    assert empty == ""
    assert "\n".join(rest) == str(error)


def test_severities_and_carets_are_coloured() -> None:
    text = "\n".join(traceback_lines(wrong()))
    assert "\x1b[1;31merror[unknown-field]\x1b[0m:" in text
    assert "\x1b[1;33mwarning[odd]\x1b[0m:" in text
    assert "\x1b[1;31m^^^^^^^^^^\x1b[0m" in text


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("no file matches x.parquet", "DataError: no file matches x.parquet"),
        ("first\n  second", "DataError: first\n  second"),
        ("", "DataError: no message"),
    ],
)
def test_an_error_outside_the_language_is_its_kind_and_its_message(message: str, shown: str) -> None:
    assert plain(traceback_lines(DataError(message))) == shown


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert plain(traceback_lines(PQLError(wrong().diagnostics))).startswith("error[unknown-field]")


@pytest.mark.usefixtures("_restored")
def test_ipython_shows_no_python_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    install_errors()
    install_errors()
    load_ipython_extension(None)
    shell: Any = InteractiveShell()
    shell.user_ns["error"] = wrong()
    shell.run_cell("def ask():\n    raise error\n\nask()")
    shown = capsys.readouterr().out
    assert "did you mean `homeAddress`?" in shown
    assert "Traceback" not in shown
    shell.user_ns["other"] = NotFoundError("there is no segment `Gld`; did you mean `Gold`?")
    shell.run_cell("try:\n    {}['x']\nexcept KeyError as cause:\n    raise other from cause")
    shown = capsys.readouterr().out
    assert plain([shown]).strip() == (
        "line 4: raise other from cause\n\nNotFoundError: there is no segment `Gld`; did you mean `Gold`?"
    )
    shell.run_cell("1 / 0")
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_the_room_needs_no_data_package_and_no_ipython() -> None:
    code = (
        "import sys, segkit.notebook as n; n.install_errors(); n.progress_display().close()\n"
        "n.table_html(['a'], [[1]]); n.job_text({'id': 'x', 'status': 'NEW'})\n"
        "loaded = {'pandas', 'duckdb', 'matplotlib', 'IPython', 'ipywidgets', 'numpy'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
