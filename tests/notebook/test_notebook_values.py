from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segkit.notebook.values import cell
from segkit.notebook.width import cut, cut_front, pad, width_of


class Rude:
    def __str__(self) -> str:
        message = "no words"
        raise RuntimeError(message)

    __repr__ = __str__


@pytest.mark.parametrize(
    "value", [None, math.nan, np.float64("nan"), pd.NA, pd.NaT, np.float32("nan"), Decimal("nan"), np.datetime64("NaT")]
)
def test_every_kind_of_missing_is_a_dash(value: Any) -> None:
    assert cell(value).text == "–"
    assert cell(value).missing


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1234567, "-1,234,567"),
        (np.int64(5000), "5,000"),
        (True, "true"),
        (np.bool_(False), "false"),
        (0.1, "0.1"),
        (1234.5, "1,234.5"),
        (12345678.915, "12,345,678.91"),
        (0.000123456, "0.00012346"),
        (1e-9, "1e-09"),
        (1e20, "1e+20"),
        (-0.0, "0"),
        (3.0, "3"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (Decimal("1234.50"), "1,234.50"),
        (datetime.fromisoformat("2026-11-02T09:00"), "2026-11-02 09:00:00"),
        (datetime.fromisoformat("2026-11-02T09:00:00.120"), "2026-11-02 09:00:00"),
        (datetime(2026, 11, 2, 9, 0, tzinfo=UTC), "2026-11-02 09:00:00 UTC"),
        (datetime(2026, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=2))), "2026-11-02 09:00:00+0200"),
        (pd.Timestamp("2026-11-02 09:00"), "2026-11-02 09:00:00"),
        (date(2026, 11, 2), "2026-11-02"),
        (time(9, 30), "09:30:00"),
        (timedelta(seconds=184), "3 min 4 s"),
        (timedelta(seconds=-2), "-2.0 s"),
        (np.datetime64("2026-11-02T09:00:00", "ns"), "2026-11-02 09:00:00"),
        (np.timedelta64(3, "s"), "3 seconds"),
        (b"abc", "<3 bytes>"),
        ("a\n  b\tc", "a b c"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("👩‍🚀 日本", "👩‍🚀 日本"),
        ({"crmId": ["C-1", None]}, "{crmId: [C-1, –]}"),
        ({}, "{}"),
        (range(9), "[0, 1, 2, 3, 4, 5, … 3 more]"),
        (np.array([1, 2]), "[1, 2]"),
        (frozenset({1}), "[1]"),
        (Rude(), "<Rude>"),
        ([Rude()], "<list>"),
    ],
)
def test_words_of_a_value(value: Any, text: str) -> None:
    assert cell(value).text == text


def test_a_structure_that_holds_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert cell(loop).text == "[[[[[…]]]]]"


def test_long_words_keep_their_whole_for_a_title() -> None:
    shown = cell("word " * 100)
    assert len(shown.text) <= 80
    assert shown.text.endswith("…")
    assert shown.whole == ("word " * 100).strip()


def test_a_moment_is_shown_to_the_second_and_keeps_the_rest_for_a_title() -> None:
    shown = cell(datetime.fromisoformat("2026-11-02T09:00:00.120"))
    assert shown.text == "2026-11-02 09:00:00"
    assert shown.whole == "2026-11-02 09:00:00.120000"
    assert shown.rigid
    assert cell(datetime.fromisoformat("2026-11-02T09:00")).whole is None


def test_a_huge_text_is_not_carried_whole_into_a_page() -> None:
    assert len(cell("x" * 10_000_000).whole or "") <= 1000


@given(
    st.recursive(
        st.none() | st.floats() | st.integers() | st.text(st.characters()) | st.datetimes() | st.binary(), st.lists
    )
)
def test_any_value_has_words_that_can_be_written(value: Any) -> None:
    shown = cell(value)
    shown.text.encode("utf-8")
    assert "\n" not in shown.text
    assert "\x1b" not in shown.text


@given(st.text(st.characters()), st.integers(0, 12))
def test_cutting_and_filling_keep_to_their_cells(text: str, cells: int) -> None:
    assert width_of(cut(text, cells)) <= cells
    assert width_of(cut_front(text, cells)) <= cells
    assert width_of(pad(cut(text, cells), cells)) == cells


@pytest.mark.parametrize(
    ("text", "cells"), [("日本", 4), ("ｶﾅ", 2), ("e\u0301", 1), ("Größe", 5), ("👩‍🚀", 2), ("", 0)]
)
def test_width_in_a_terminal(text: str, cells: int) -> None:
    assert width_of(text) == cells
