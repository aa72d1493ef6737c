from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_documents import FUNCTIONS as PAGE
from support_documents import functions
from support_functions import call
from support_outcomes import Row, outcome

from segkit.engine import Engine
from segkit.pql.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as one:
        yield one


@pytest.mark.parametrize("name", FUNCTIONS)
def test_r49_every_function_runs_in_every_style_over_any_values(name: str, engine: Engine) -> None:
    signature = FUNCTIONS[name]
    for text in call(signature):
        found = outcome(Row(name, "pql", "pql/text", "fragment", True, text, ()), engine)
        if signature.compiled:
            assert found.runs, (text, found.failure or [str(one) for one in found.refusals])
        else:
            assert {one.code for one in found.refusals} == {"not-yet"}, text


def test_the_page_of_functions_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == functions(), "run `python -m tests.support`"


def test_the_page_names_every_function_once() -> None:
    lines = functions().splitlines()
    for one in FUNCTIONS.values():
        assert sum(line.startswith(f"| `{one}` |") for line in lines) == 1, one.name
