"""What is done with a spoilt expression: all that a user can do with a text. Only a `PQLError` may come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support_schema import FLAG
from support_tables import NOW, Made

from segkit.plan import unsupported
from segkit.pql import PQLError, format, parse  # noqa: A004  PQL's own format
from segkit.pql.binder import bind
from segkit.pql.reading.reader import parse_recovering
from segkit.sql import Clock, compile_condition_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.pql import Diagnostic, Expression
    from segkit.pql.binder import BoundExpression
    from segkit.pql.types import Schema

STAGES = ("grammar", "names and types", "compiler", "compiled")
"""Where an expression was refused, or that it was not."""

_CLOCK, _SOURCE, _RULE = Clock(NOW), Made(), parse(FLAG)


def examine(text: str, schema: Schema, engine: Engine | None = None) -> str:
    """Take a text as far as it gets; one of `STAGES`.

    Whatever is raised here is a bug, but for what the alarm of the caller raises. With an engine, whose tables are of
    the schema, the statement is run too.
    """
    expression, found = parse_recovering(text)
    _sound(text, found)
    if expression is None:
        assert any(one.severity == "error" for one in found), "refused without an error"
        return STAGES[0]
    _written(expression)
    try:
        bound = bind(expression, schema, segments=lambda _: _RULE)
    except PQLError as refused:
        _sound(text, refused.diagnostics)
        return STAGES[1]
    _sound(text, bound.diagnostics)
    try:
        statement = _compiled(bound, text)
    except PQLError as refused:
        _sound(text, refused.diagnostics)
        return STAGES[2]
    if engine is not None:
        engine.value(statement)
    return STAGES[3]


def _sound(text: str, found: Sequence[Diagnostic]) -> None:
    """Diagnostics point into the text, and can be shown."""
    assert len(found) <= 102, "more findings than anybody reads"
    for one in found:
        assert 0 <= one.span.start <= one.span.end <= len(text), f"{one.code} points out of the text"
        assert one.message, f"{one.code} says nothing"
        assert str(one), one.code
        assert one._repr_html_(), one.code


def _written(expression: Expression) -> None:
    written = format(expression)
    again = parse(written)
    assert again == expression, f"reads back as another expression: {written}"
    assert format(again) == written, f"is written in two ways: {written}"


def _compiled(bound: BoundExpression, text: str) -> object:
    for one in (bound.root, bound.condition):
        refused = unsupported(one, text)
        if refused is not None:
            raise PQLError([refused])
    counted = compile_condition_count(bound.condition, _SOURCE, _CLOCK)
    assert counted.sql("duckdb")
    return counted
