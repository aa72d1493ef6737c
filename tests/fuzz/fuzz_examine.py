"""What is done with a spoilt expression: all that a user can do with a text. Only a `PQLError` may come out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from support_schema import FLAG
from support_tables import NOW, Made

from segkit.analysis.explain import explain
from segkit.plan import unsupported
from segkit.pql import PQLError, fix, format, from_json, parse, to_json  # noqa: A004  PQL's own format
from segkit.pql.binder import bind
from segkit.pql.linting import judge
from segkit.pql.normal import normal
from segkit.pql.reading.reader import parse_recovering
from segkit.sql import Clock, compile_condition_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import exp

    from segkit.engine import Engine
    from segkit.evaluation import Scope
    from segkit.pql import Diagnostic, Expression
    from segkit.pql.binder import BoundExpression
    from segkit.pql.types import Schema
    from segkit.profiles import Dataset

STAGES = ("grammar", "names and types", "compiler", "compiled")
"""Where an expression was refused, or that it was not."""

_CLOCK, _SOURCE, _RULE = Clock(NOW), Made(), parse(FLAG)


def examine(text: str, schema: Schema, engine: Engine | None = None, *, thorough: bool = False) -> str:
    """Take a text as far as it gets; one of `STAGES`.

    Whatever is raised here is a bug, but for what the alarm of the caller raises. With an engine, whose tables are of
    the schema, the statement is run too. To be thorough is also to lint, to mend, to write as a tree and read back, to
    bring into the normal form and to explain.
    """
    if thorough:
        _mended(text, schema)
    expression, found = parse_recovering(text)
    _sound(text, found)
    if expression is None:
        assert any(one.severity == "error" for one in found), "refused without an error"
        return STAGES[0]
    _written(expression)
    if thorough:
        assert from_json(to_json(expression)) == expression, "comes back from its tree as another expression"
    try:
        bound = bind(expression, schema, segments=lambda _: _RULE)
    except PQLError as refused:
        _sound(text, refused.diagnostics)
        return STAGES[1]
    _sound(text, bound.diagnostics)
    if thorough:
        _sound(text, judge(bound))
        assert normal(bound.condition).key
    try:
        statement = _compiled(bound, text)
    except PQLError as refused:
        _sound(text, refused.diagnostics)
        return STAGES[2]
    if engine is not None:
        engine.value(statement)
    if thorough:
        _explained(expression, schema)
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


def _mended(text: str, schema: Schema) -> None:
    """What is mended stays mended, and is no worse than it was."""
    better = fix(text, schema)
    assert fix(better, schema) == better, f"is mended twice: {better!r}"
    if parse_recovering(text)[0] is not None:
        assert parse_recovering(better)[0] is not None, f"mended into {better!r}, which is refused"


class _Source(Made):
    """The made tables, of no dataset."""

    records: tuple[Dataset, ...] = ()
    event_datasets: tuple[Dataset, ...] = ()


class _Scope:
    """What `explain` asks of the scope of a workspace."""

    source, clock, policy = _Source(), _CLOCK, SimpleNamespace(name="made")

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def bind(self, rule: Expression) -> BoundExpression:
        return bind(rule, self.schema, segments=lambda _: _RULE)

    check = bind


def _explained(expression: Expression, schema: Schema) -> None:
    told = explain(cast("Scope", _Scope(schema)), expression)
    assert told.sentence
    assert repr(told)
    assert told._repr_html_()


def _compiled(bound: BoundExpression, text: str) -> exp.Select:
    for one in (bound.root, bound.condition):
        refused = unsupported(one, text)
        if refused is not None:
            raise PQLError([refused])
    counted = compile_condition_count(bound.condition, _SOURCE, _CLOCK)
    assert counted.sql("duckdb")
    return counted
