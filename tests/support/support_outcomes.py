"""How far each expression gets: parsed, written back, bound, compiled, run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support_schema import FLAG, inferred
from support_tables import NOW, Made, fill

from segkit.errors import SegkitError
from segkit.plan import unsupported
from segkit.pql import Expression, PQLError, check, format, from_json, parse  # noqa: A004  PQL's own format
from segkit.pql.binder import BoundExpression, bind
from segkit.pql.types import Kind
from segkit.sql import Clock, compile_columns, compile_condition_count, compile_segments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.pql.diagnostics import Diagnostic
    from segkit.pql.types import Schema

STEPS = ("parses", "formats and parses back", "binds", "compiles", "runs")
_RULE = parse(FLAG)


@dataclass(frozen=True)
class Row:
    """A row of the corpus."""

    id: str
    dialect: str
    format: str
    kind: str
    valid: bool | str
    value: Any
    features: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How far a row got: the number of `STEPS` it passed, and why not further."""

    row: Row
    passed: int
    refusals: tuple[Diagnostic, ...] = ()
    failure: str = ""

    @property
    def runs(self) -> bool:
        """Whether it came to the end."""
        return self.passed == len(STEPS)


def corpus(shared: Path) -> list[Row]:
    """All rows of the corpus."""
    lines = (shared / "corpus" / "pql.jsonl").read_text(encoding="utf-8").splitlines()
    return [_row(json.loads(one)) for one in lines]


def _row(read: dict[str, Any]) -> Row:
    named = {name: read[name] for name in ("id", "dialect", "format", "kind", "valid", "value")}
    return Row(**named, features=tuple(read["features"]))


def pql(rows: Sequence[Row], *, valid: bool | str = True) -> list[Row]:
    """The rows of the language itself, in text."""
    return [one for one in rows if (one.dialect, one.format) == ("pql", "pql/text") and one.valid == valid]


def outcome(row: Row, engine: Engine, schema: Schema | None = None) -> Outcome:
    """Take a row as far as it gets; without a schema against one that has the fields it uses."""
    try:
        expression = read(row)
    except PQLError as error:
        return Outcome(row, 0, error.diagnostics)
    written = format(expression)
    if parse(written) != expression or format(written) != written:
        return Outcome(row, 1, failure="reads back as another expression")
    schema = schema or inferred(expression)
    try:
        bound = bound_against(expression, schema)
    except PQLError as error:
        return Outcome(row, 2, error.diagnostics)
    for one in (bound.root, bound.condition):
        refused = unsupported(one, expression.text)
        if refused is not None:
            return Outcome(row, 3, (refused,))
    try:
        sizes = list(counted(bound, schema, engine))
    except SegkitError as error:
        return Outcome(row, 4, failure=f"{error}\n{error.sql}")
    if any(len(set(ways)) > 1 for ways in sizes):
        return Outcome(row, 4, failure=f"its sizes differ from one way of running to another: {sizes}")
    return Outcome(row, 5)


def read(row: Row) -> Expression:
    """The expression of a row in either format."""
    return from_json(row.value) if row.format == "pql/json" else parse(row.value)


def bound_against(expression: Expression, schema: Schema) -> BoundExpression:
    """An expression bound; any segment that it refers to has the rule `FLAG`."""
    return bind(expression, schema, segments=lambda _: _RULE)


def counted(bound: BoundExpression, schema: Schema, engine: Engine) -> Iterator[tuple[int, ...]]:
    """The size of an audience in each way of asking for it: a count, a segment of a job, a filter of rows, a column.

    First over empty tables, then over awkward rows.
    """
    clock, source, columns = Clock(NOW), Made(), {"value": bound.root}
    count = compile_condition_count(bound.condition, source, clock)
    segments = compile_segments({"a": bound.condition, "b": bound.condition}, source, clock)
    filtered = compile_columns(columns, source, clock, where=bound.condition)
    everyone = compile_columns(columns, source, clock)
    for filled in (False, True):
        people = fill(schema, engine, filled=filled)
        size, members, values = engine.value(count), engine.rows(segments), engine.rows(everyone)
        in_both = [sum(one[-1] >> bit & 1 for one in members) for bit in (0, 1)]
        yield size, *in_both, len(engine.rows(filtered))
        yield people, len(values)
        if bound.type.kind is Kind.BOOLEAN:
            yield size, [value for _, value in values].count(True)


def refusal(row: Row, also: Sequence[Expression]) -> list[Diagnostic]:
    """What is said of a row that is no PQL: by the grammar, else against the schema that other expressions ask for."""
    found = check(row.value)
    if any(one.severity == "error" for one in found):
        return found
    return check(row.value, inferred(*also, parse(row.value)))
