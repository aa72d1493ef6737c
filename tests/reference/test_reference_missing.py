"""The table of missing values says what both evaluators answer, and the rules of thumb above it hold in it."""

from __future__ import annotations

from functools import cache

from reference_missing import DOCUMENT, IN, OUT, document

PAGE = cache(document)
"""Both evaluators answer some hundred questions for it, so it is made once."""


def _row(text: str) -> list[str]:
    line = next(one for one in PAGE().splitlines() if one.startswith(f"| `{text}` |"))
    return [one.strip() for one in line.split(" | ")[1:]]


def test_the_page_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == PAGE(), "run `python -m tests.reference --missing-values`"


def test_r12_r13_no_comparison_holds_of_what_is_missing_and_not_turns_that_round() -> None:
    for text in ('city != "Ghent"', 'city notIn ["Ghent", "Oslo"]', 'city.doesNotContain("hen")', "points <= 3"):
        assert _row(text)[-1].startswith(OUT), text
    for text in ('not (city = "Ghent")', 'not (city in ["Ghent", "Oslo"])', "not (points > 3)", "not active"):
        assert _row(text)[-1].startswith(IN), text


def test_r26_all_items_of_nothing_are_anything() -> None:
    assert _row('forall T from tags where T = "red"') == [IN, OUT, OUT, OUT, IN, f"{IN} |"]
