from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
import support_report
from support_documents import SUPPORT
from support_outcomes import Outcome, Row, corpus, outcome, pql

from segkit.engine import Engine
from segkit.pql import parse

if TYPE_CHECKING:
    from pathlib import Path

@pytest.fixture
def rows(shared: Path) -> list[Row]:
    return _rows(shared)


@cache
def _rows(shared: Path) -> list[Row]:
    return corpus(shared)


@cache
def _outcomes(shared: Path) -> list[Outcome]:
    with Engine(threads=1) as engine:
        return [outcome(one, engine) for one in pql(_rows(shared))]


@pytest.mark.slow
def test_every_valid_row_runs(shared: Path) -> None:
    short = [one for one in _outcomes(shared) if not one.runs]
    assert not short, [(one.row.value, one.failure, [str(found) for found in one.refusals]) for one in short]


def test_every_invalid_row_is_refused_with_a_place_and_words(rows: list[Row]) -> None:
    valid = [parse(one.value) for one in pql(rows)]
    for row in pql(rows, valid=False):
        found = [one for one in support_report.said(row, valid) if one.severity == "error"]
        assert found, row.value
        assert all(one.words.strip() and one.message for one in found), row.value


@pytest.mark.slow
def test_the_table_of_support_is_current(shared: Path) -> None:
    made = support_report.document(_rows(shared), _outcomes(shared))
    assert SUPPORT.read_text(encoding="utf-8") == made, "run `python -m tests.support`"


def test_the_table_of_support_copies_no_expression(rows: list[Row]) -> None:
    text = SUPPORT.read_text(encoding="utf-8")
    copied = [one.value for one in rows if len(one.value) > 16 and one.value in text]
    assert not copied
