"""Real expressions, where the corpus is present."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segkit.pql import check, format, parse  # noqa: A004  the name that api.md settles
from segkit.pql.reading.reader import parse_recovering
from segkit.pql.walk import walk

CORPUS = Path(__file__).parents[2] / "../shared/corpus/pql.jsonl"

pytestmark = pytest.mark.skipif(
    not CORPUS.exists(), reason="the corpus of real expressions is not beside this checkout"
)

# refused for their types, names or functions, which the binder knows and the grammar does not
WRONG_FOR_THE_BINDER = {"c0573", "c0595", "c0609"}

REFUSED = {
    "c0118": {"unclosed-string"},
    "c0179": {"placeholder"},
    "c0386": {"placeholder"},
    "c0569": {"sql-exists", "placeholder"},
    "c0580": {"glued-number", "sql-null"},
    "c0596": {"wildcard-index"},
    "c0597": {"wildcard-index"},
    "c0598": {"wildcard-index"},
    "c0601": {"foreign-operator"},
    "c0615": {"duration"},
    "c0616": {"duration"},
    "c0617": {"sql-null"},
    "c0618": {"glued-number"},
}


def rows() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        return []
    found = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [row for row in found if row["format"] == "pql/text"]


VALID = [row for row in rows() if row["valid"] is True]
WRONG = [row for row in rows() if row["valid"] is False]
DOUBTFUL = [row for row in rows() if row["valid"] == "unclear"]


def test_the_corpus_is_all_there() -> None:
    assert sum(row["dialect"] == "pql" for row in VALID) == 217
    assert {row["id"] for row in WRONG} == WRONG_FOR_THE_BINDER | set(REFUSED)


@pytest.mark.parametrize("row", VALID, ids=lambda row: row["id"])
def test_r54_every_real_expression_is_read_and_written_back(row: dict[str, Any]) -> None:
    tree = parse(row["value"])
    written = format(row["value"])
    assert parse(written) == tree
    assert format(written) == written
    assert check(row["value"]) == []
    for part, _, _ in walk(tree.root):
        assert 0 <= part.span.start < part.span.end <= len(row["value"])


@pytest.mark.parametrize("row", DOUBTFUL, ids=lambda row: row["id"])
def test_doubtful_expressions_are_read_at_most_with_warnings(row: dict[str, Any]) -> None:
    expression, found = parse_recovering(row["value"])
    assert expression is not None
    assert {one.code for one in found} <= {"single-quotes"}


@pytest.mark.parametrize("row", WRONG, ids=lambda row: row["id"])
def test_r51_wrong_expressions_are_refused_for_what_is_wrong(row: dict[str, Any]) -> None:
    expression, found = parse_recovering(row["value"])
    errors = {one.code for one in found if one.severity == "error"}
    assert errors == REFUSED.get(row["id"], set())
    assert (expression is None) == (row["id"] in REFUSED)
