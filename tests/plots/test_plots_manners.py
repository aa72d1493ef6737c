"""What a figure must not do to the program that asked for it."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import matplotlib as mpl
import pandas as pd
import pytest

from segkit.plots import sizes

FRAME = pd.DataFrame({"name": ["Gold"], "size": [3]})


def test_importing_the_room_loads_no_matplotlib_and_drawing_loads_no_pyplot() -> None:
    code = (
        "import sys, segkit.plots; assert 'matplotlib' not in sys.modules; assert 'pandas' not in sys.modules\n"
        "import pandas; segkit.plots.sizes(pandas.DataFrame({'name': ['Gold'], 'size': [3]}))\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_drawing_changes_no_setting_and_takes_none_that_would_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mpl.rcParams, "figure.autolayout", True)
    monkeypatch.setitem(mpl.rcParams, "axes.grid", True)
    monkeypatch.setitem(mpl.rcParams, "figure.facecolor", "black")
    monkeypatch.setitem(mpl.rcParams, "savefig.bbox", "tight")
    before = dict(mpl.rcParams)
    figure = sizes(FRAME)
    figure.savefig(BytesIO(), format="png")
    assert dict(mpl.rcParams) == before
    assert figure.get_facecolor() == (1, 1, 1, 1)
    plain = figure.axes[0].get_position().bounds
    monkeypatch.setitem(mpl.rcParams, "figure.autolayout", False)
    assert plain == sizes(FRAME).axes[0].get_position().bounds


def test_the_frame_is_left_as_it_was() -> None:
    frame = pd.DataFrame({"name": ["b", "a"], "size": [1, 2]})
    kept = frame.copy(deep=True)
    sizes(frame)
    pd.testing.assert_frame_equal(frame, kept)


def test_a_figure_shows_itself_sharp_at_its_own_size() -> None:
    figure = sizes(FRAME)
    data, size = figure._repr_png_()  # type: ignore[attr-defined]
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") == pytest.approx(1.5 * size["width"], abs=1)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_can_be_saved_in_every_usual_format(kind: str) -> None:
    target = BytesIO()
    sizes(FRAME).savefig(target, format=kind)
    assert target.getvalue()
