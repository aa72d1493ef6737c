from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support_documents import FUNCTIONS as PAGE
from support_documents import functions
from support_functions import SCHEMA, calls
from support_outcomes import Row, counted, outcome

from segkit.engine import Engine
from segkit.pql import parse
from segkit.pql.binder import bind
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
    for text in calls(signature):
        found = outcome(Row(name, "pql", "pql/text", "fragment", True, text, ()), engine, SCHEMA)
        assert found.runs, (text, found.failure or [str(one) for one in found.refusals])


@pytest.mark.parametrize(
    "nobody",
    [
        'colours.isNotNull() and colours.join(",").isNull()',
        "text.isNotNull() and points.isNotNull() and text.substr(points, points).isNull()",
        'text.isNotNull() and text.substr(9223372036854775807) != ""',
        "price.isNotNull() and price.toPrecision(101).isNotNull()",
        "points > 100 and price.toPrecision(points).isNotNull()",
        "price.isNotNull() and points <= 0 and price.toPrecision(points) != price.toPrecision(0)",
    ],
)
def test_r49_functions_keep_to_their_meaning_at_the_ends_of_their_range(nobody: str, engine: Engine) -> None:
    bound = bind(parse(nobody), SCHEMA)
    assert all(set(ways) == {0} for ways in counted(bound, SCHEMA, engine) if len(ways) == 4)


def test_the_page_of_functions_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == functions(), "run `python -m tests.support`"


def test_the_page_names_every_function_once() -> None:
    lines = functions().splitlines()
    for one in FUNCTIONS.values():
        assert sum(line.startswith(f"| `{one}` |") for line in lines) == 1, one.name
