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


@pytest.mark.slow
def test_r55_every_valid_tree_runs(shared: Path) -> None:
    trees = [one for one in _rows(shared) if one.format == "pql/json" and one.valid is True]
    with Engine(threads=1) as engine:
        short = [found for found in (outcome(one, engine) for one in trees) if not found.runs]
    assert trees
    assert not short, [(one.row.id, one.failure, [str(found) for found in one.refusals]) for one in short]


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


WRONG = {
    "c0118": [("unclosed-string", '"7deb246a-49b4-4687-95f9')],
    "c0179": [("placeholder", "<some_ridiculously_compl")],
    "c0569": [("sql-exists", "exists"), ("placeholder", "_{TENANT_ID}")],
    "c0573": [("chain-method", "filter")],
    "c0580": [("glued-number", "1year"), ("sql-null", "IS NULL")],
    "c0595": [("type-clash", "_aeppsemea.computedSegme")],
    "c0596": [("wildcard-index", "[*N1]")],
    "c0597": [("wildcard-index", "[*N1]")],
    "c0598": [("wildcard-index", "[*]")],
    "c0601": [("foreign-operator", "==")],
    "c0609": [("unknown-function", "workingSet")],
    "c0615": [("duration", "7 days")],
    "c0616": [("duration", "30 days")],
    "c0617": [("sql-null", "IS NOT NULL")],
    "c0618": [("glued-number", "90d")],
}
"""The words under the carets of the rows that are no PQL, by their ids; of long ones the beginning."""


def test_r52_the_carets_of_every_invalid_row_stand_under_its_wrong_words(rows: list[Row]) -> None:
    valid = [parse(one.value) for one in pql(rows)]
    told = {}
    for row in pql(rows, valid=False):
        found = [one for one in support_report.said(row, valid) if one.severity == "error"]
        told[row.id] = [(one.code, one.words[:24]) for one in found]
    assert told == WRONG
