"""Expressions inside expressions of their own kind: the statement grows with the text, not with its powers (R53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sql_world import World, at, bind_text

from segkit.pql import PQLError
from segkit.sql import compile_columns

if TYPE_CHECKING:
    from collections.abc import Callable

_WORLD = World(
    {
        "a": {
            "number": 5,
            "name": "Ann",
            "colors": ["x", "y"],
            "joined": at("2026-01-01"),
            "left": at("2026-02-01"),
            "events": [{"timestamp": at("2026-10-01"), "value": 2.0}],
        }
    }
)


@pytest.mark.parametrize(
    ("start", "more", "expected"),
    [
        ("joined", lambda one: f"if({one} occurs between joined and left, joined, left)", at("2026-01-01")),
        ("joined", lambda one: f"date({one}.getYear(), 1, 1)", at("2026-01-01").date()),
        ("number", lambda one: f"if({one} in [5, 2], 5, 2)", 5),
        ("number", lambda one: f"(number / {one})", 5),
        ("name", lambda one: f'name.replace({one}, "b")', "Ann"),
        ("name", lambda one: f'name.replace("n", {one})', None),
        ("colors", lambda one: f'{one}.join(",").split(",")', ["x", "y"]),
        ("colors", lambda one: f"colors.intersection({one})", ["x", "y"]),
        ("xEvent.map(value)", lambda one: f"{one}.map(this + this)", [2.0**21]),
        ("xEvent.map(value)", lambda one: f"{one}[this + this > 1]", [2.0]),
        ("xEvent.topN(value, 1).value", lambda one: f"{one}.map(this + this)", [2.0**21]),
    ],
)
def test_r53_a_statement_does_not_double_with_each_level(
    start: str, more: Callable[[str], str], expected: object
) -> None:
    text, levels = start, 20
    for _ in range(levels):
        text = more(text)
    statement = compile_columns({"v": bind_text(text).root}, _WORLD, _WORLD.clock)
    assert len(statement.sql("duckdb")) < 40_000
    [[_, found]] = _WORLD.run(statement)
    assert found == expected or expected is None


@pytest.mark.parametrize(
    ("start", "more"),
    [
        ("name", lambda one: f"name.substr(length({one}), 5)"),
        ("joined", lambda one: f"{one}.addDays(number)"),
        ("colors", lambda one: f"colors.intersection({one})"),
        ("name", lambda one: f'{one}.concat("b")'),
    ],
)
def test_r53_a_statement_too_deep_to_be_written_is_a_pql_error(start: str, more: Callable[[str], str]) -> None:
    text, refused = start, set()
    for levels in (5, 35):
        for _ in range(levels):
            text = more(text)
        bound = bind_text(text).root
        try:
            compile_columns({"v": bound}, _WORLD, _WORLD.clock).sql("duckdb", pretty=True)
        except PQLError as error:
            refused.add(error.diagnostics[0].code)
    assert refused == (set() if "concat" in text else {"too-deep"})
