from __future__ import annotations

import pytest
from diagnostics_page import NEED_DATA, PAGE, document, shown

from segkit.pql.codes import CODES


@pytest.mark.parametrize("code", sorted(set(CODES) - NEED_DATA))
def test_r51_every_code_can_be_reached(code: str) -> None:
    found = shown(code)
    assert found is not None, "give it an example in diagnostics_examples, lint_examples or json_examples"
    assert found.severity == CODES[code].severity


@pytest.mark.parametrize("code", sorted(set(CODES) - NEED_DATA))
def test_r52_a_message_is_one_line_without_a_full_stop(code: str) -> None:
    found = shown(code)
    assert found is not None
    for text in (found.message, found.hint or "x"):
        assert "\n" not in text
        assert not text.endswith(".")
        assert text[0] == text[0].lower() or text.startswith("PQL ") or text[:2].isupper()
        assert "Kind." not in text
        assert "None" not in text
    assert code == "empty" or found.words.strip() or found.span.start >= len(found.source.rstrip()) or not found.source


def test_the_page_of_diagnostics_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `python -m tests.support`"
