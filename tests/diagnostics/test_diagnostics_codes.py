from __future__ import annotations

import re

import pytest
from diagnostics_codes import used
from support_rules import RULES

from segkit.pql.codes import BINDING, CODES, JSON, LINT, SYNTAX

COUNTED = frozenset({"too-many-errors", "too-many-warnings"})
"""Made with a severity in the middle, which no search finds."""


def test_r51_every_code_in_the_source_is_listed() -> None:
    unlisted = {code: rooms for code, rooms in used().items() if code not in CODES}
    assert not unlisted, "segkit/pql/codes.py says in one line what each code means"


def test_r51_every_listed_code_is_in_the_source() -> None:
    assert set(CODES) - set(used()) == COUNTED


def test_r51_a_code_is_listed_once() -> None:
    assert len(CODES) == sum(len(one) for one in (SYNTAX, BINDING, JSON, LINT))


@pytest.mark.parametrize("code", CODES)
def test_r51_a_code_has_a_line_and_a_rule(code: str) -> None:
    meaning, rule, severity = CODES[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert "\n" not in meaning
    assert not meaning.endswith(".")
    assert len(meaning) < 100
    assert rule in RULES
    assert severity in {"error", "warning"}
