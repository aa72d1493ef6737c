from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from plots_looking import bars, faults, labels, words

from segkit.errors import InvalidRequestError
from segkit.plots import sizes
from segkit.plots.audience import ENTERED, LEFT, STAYED

LONG = "Everyone who bought a hat and then gloves within thirty days, but only in the north and never on a Monday"


def frame(*rows: tuple[Any, ...]) -> pd.DataFrame:
    columns = ["segment_id", "name", "size", "share", "realized", "existing", "exited"]
    return pd.DataFrame(list(rows), columns=columns)


def many(count: int) -> pd.DataFrame:
    return frame(*[(f"{n:08x}-1", f"Segment {n}", n * 10, n / 100, n, n * 9, n // 2) for n in range(count)])


def test_bars_are_sorted_by_size_and_labelled_with_size_and_share() -> None:
    figure = sizes(frame(("a", "Small", 5, 0.00005, 5, 0, 0), ("b", "Large", 12345, 0.12345, 12345, 0, 0)))
    assert labels(figure) == ["12,345  (12.3 %)", "5  (<0.1 %)"]
    assert bars(figure) == [[(0, 12345, STAYED.colour)], [(0, 5, STAYED.colour)]]
    shown = words(figure)
    assert shown.index("Large") < shown.index("Small")


def test_equal_sizes_stand_in_the_order_of_their_names() -> None:
    figure = sizes(frame(("a", "b", 5, 0.5, 5, 0, 0), ("b", "A", 5, 0.5, 5, 0, 0)))
    assert [one for one in words(figure) if one in {"A", "b"}] == ["A", "b"]


def test_a_bar_is_what_stayed_then_what_is_new_then_a_ghost_of_what_left() -> None:
    figure = sizes(frame(("a", "Gold", 100, 0.5, 30, 70, 20)))
    assert bars(figure) == [[(0, 70, STAYED.colour), (70, 30, ENTERED.colour), (100, 20, LEFT.colour)]]
    assert labels(figure) == ["100  (50.0 %)", "+30  −20"]
    assert {STAYED.label, ENTERED.label, LEFT.label} <= set(words(figure))


def test_a_first_run_has_one_colour_and_no_legend() -> None:
    figure = sizes(frame(("a", "Gold", 100, 0.5, 100, 0, 0)))
    assert ENTERED.label not in words(figure)
    assert bars(figure) == [[(0, 100, STAYED.colour)]]


def test_counts_by_status_that_do_not_add_up_never_change_the_length_of_a_bar() -> None:
    figure = sizes(frame(("a", "Gold", 100, 0.5, 3, 4, 1)))
    assert bars(figure)[0][0] == (0, 100, STAYED.colour)


def test_only_name_and_size_are_needed() -> None:
    figure = sizes(pd.DataFrame({"name": ["Gold"], "size": [3]}))
    assert labels(figure) == ["3"]


def test_missing_figures_are_no_zeros() -> None:
    data = pd.DataFrame({"name": ["Gold", None], "size": pd.array([3, None], dtype="Int64"), "share": [np.nan, None]})
    assert labels(sizes(data)) == ["3", "not counted"]


@pytest.mark.parametrize("count", [1, 2, 30, 31, 60])
def test_any_number_of_segments_fits(count: int) -> None:
    figure = sizes(many(count))
    assert faults(figure) == []
    assert len([one for one in words(figure) if one.startswith("Segment ")]) == min(count, 30)
    assert any(one.startswith(f"and {count - 30} more") for one in words(figure)) == (count > 30)


@pytest.mark.parametrize("density", [72, 80, 96, 110, 150, 300])
def test_nothing_touches_at_any_density(density: int) -> None:
    rows = [("a", LONG, 1234567, 0.0000001, 1000000, 234567, 99999), ("b", LONG.upper(), 12, 0.5, 10, 2, 1)]
    figure = sizes(frame(*rows), title=LONG)
    figure.set_dpi(density)
    assert faults(figure) == []


def test_top_draws_the_largest_and_tells_the_span_of_the_rest() -> None:
    figure = sizes(many(5), top=2)
    assert labels(figure)[0].startswith("40")
    assert "and 3 more segments, of 0 to 20 profiles" in words(figure)


@pytest.mark.parametrize(
    "name",
    [
        LONG,
        "日本の顧客",
        "VIP 高い 客",
        "مرحبا بالعالم",
        "🎉🎉",
        "a\nb\tc",
        "$x^2$ and $y_",
        "",
        "x" * 5000,
        "\x00\u202e",
        "é̂",
    ],
)
def test_any_name_can_be_written(name: str) -> None:
    figure = sizes(frame(("3f2a9c1b-77", name, 12, 0.1, 2, 10, 3), ("b", "Other", 1, 0.01, 0, 1, 0)))
    assert faults(figure) == []


def test_a_name_in_a_missing_script_falls_back_to_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segkit.plots.lettering._covered", lambda **_: frozenset(map(ord, "VIP abc…0123456789")))
    figure = sizes(frame(("3f2a9c1b-77", "VIP 高い", 12, 0.1, 12, 0, 0)))
    assert "VIP … 3f2a9c1b" in words(figure)
    assert any("no installed font" in one for one in words(figure))


def test_dollars_are_dollars() -> None:
    assert "Spent > $5 and < $9" in words(sizes(frame(("a", "Spent > $5 and < $9", 1, 0.1, 1, 0, 0))))


@pytest.mark.parametrize("rows", [0, 3])
def test_nothing_in_any_segment_is_a_figure_too(rows: int) -> None:
    figure = sizes(frame(*[(str(n), f"None {n}", 0, 0.0, 0, 0, 0) for n in range(rows)]))
    assert faults(figure) == []
    if rows:
        assert labels(figure) == ["0  (0 %)"] * rows
        assert bars(figure) == []
    else:
        assert any("No segments" in one for one in words(figure))


@pytest.mark.parametrize("largest", [1, 7, 999, 10**6, 123_456_789, 10**13])
def test_axis_labels_never_touch(largest: int) -> None:
    figure = sizes(frame(("a", LONG, largest, 0.999999, largest // 2, largest - largest // 2, largest * 3)))
    assert faults(figure) == []


def test_a_wide_title_is_shortened() -> None:
    figure = sizes(many(2), title=LONG * 3)
    assert faults(figure) == []
    assert figure.texts[0].get_text().endswith("…")


@pytest.mark.parametrize("title", ["", "日本の顧客", "🎉", "a $x$ b"])
def test_any_title_can_be_written(title: str) -> None:
    assert faults(sizes(many(2), title=title)) == []
    assert faults(sizes(many(0), title=title)) == []


def test_a_frame_without_its_columns_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequestError, match="no column `size`"):
        sizes(pd.DataFrame({"name": ["Gold"]}))
    with pytest.raises(InvalidRequestError, match="at least 1"):
        sizes(many(1), top=0)
