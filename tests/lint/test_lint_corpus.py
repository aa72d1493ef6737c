"""No false alarm: what lint says of published rules is listed, and each finding is defended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support_schema import FLAG, inferred

from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.pql.linting import judge

CORPUS = Path(__file__).parents[2] / "../shared/corpus/pql.jsonl"

NEGATIVE = "published as it stands, and it does leave out whoever has no value"
A_VALUE = "a computed attribute; as the rule of a segment it would hold for everybody"

DEFENDED: dict[str, tuple[str, str]] = {
    "c0002": ("only-presence", "its own note calls it a slip: the second path was to be the work address"),
    "c0022": ("always-true", A_VALUE),
    "c0130": ("always-true", A_VALUE),
    "c0227": ("always-true", A_VALUE),
    **dict.fromkeys(
        (
            *("c0033", "c0081", "c0083", "c0085", "c0250", "c0301", "c0305", "c0312", "c0313", "c0317", "c0318"),
            *("c0319", "c0353", "c0354", "c0560"),
        ),
        ("drops-missing", NEGATIVE),
    ),
}


def rows() -> list[dict[str, str]]:
    if not CORPUS.exists():
        return []
    found = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [one for one in found if one["valid"] and one["format"] == "pql/text" and one["dialect"] == "pql"]


ROWS = rows()
REFUSED = {"c0123"}
"""Of doubtful validity, and refused: `equals` with six values."""


@pytest.mark.skipif(not ROWS, reason="the corpus of published rules is not beside this repository")
def test_the_corpus_is_read() -> None:
    assert len(ROWS) > 150
    assert set(DEFENDED) <= {one["id"] for one in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=[one["id"] for one in ROWS])
def test_r51_published_rules_raise_no_false_alarm(row: dict[str, str]) -> None:
    expression = parse(row["value"])
    if row["id"] in REFUSED:
        with pytest.raises(PQLError):
            bind(expression, inferred(expression), segments=lambda _: parse(FLAG))
        return
    bound = bind(expression, inferred(expression), segments=lambda _: parse(FLAG))
    found = [one.code for one in judge(bound)]
    assert found == ([DEFENDED[row["id"]][0]] if row["id"] in DEFENDED else [])
