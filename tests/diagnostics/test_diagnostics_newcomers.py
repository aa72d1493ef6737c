"""What is said to people who come from SQL, Segment Builder, pandas and JavaScript (R50 to R52)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from diagnostics_newcomers import NEWCOMERS
from diagnostics_world import said
from pql_marks import marked

from segkit.pql.codes import CODES

QUEUE = Path(__file__).with_name("judged_poor.md")


@pytest.mark.parametrize(("text", "codes", "hint"), NEWCOMERS)
def test_r51_a_newcomer_s_rule_is_told_under_its_words(text: str, codes: str, hint: str | None) -> None:
    source, spans = marked(text)
    found = said(source)
    told = [one for one in found if one.severity == "error"] or found
    told.sort(key=lambda one: (one.span.start, one.span.end))
    assert " ".join(one.code for one in told) == codes, told
    assert sorted({(one.span.start, one.span.end) for one in told}) == [(one.start, one.end) for one in spans], told
    assert told[0].hint == hint


def test_r51_enough_of_them() -> None:
    assert len(NEWCOMERS) == len(set(NEWCOMERS)) >= 250
    used = Counter(code for _, codes, _ in NEWCOMERS for code in codes.split())
    assert len(used) > 45
    assert set(used) <= set(CODES)


def test_r52_nearly_every_newcomer_gets_advice() -> None:
    without = [text for text, _, hint in NEWCOMERS if hint is None]
    assert len(without) < len(NEWCOMERS) / 12, without


def test_no_message_is_still_judged_poor() -> None:
    entries = [line for line in QUEUE.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert not entries
