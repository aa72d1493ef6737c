"""`explain`: what a rule means, what it reads, and the SQL that answers it, each beside the words it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.analysis.reads import Reads, reads
from segkit.analysis.sentences import selected, valued
from segkit.analysis.steps import Step, steps
from segkit.analysis.telling import Telling, moment, telling
from segkit.analysis.typed import TypedNode, Typing
from segkit.notebook.explained import explained_html, explained_text
from segkit.plan import plan
from segkit.pql import Findings, parse
from segkit.pql import format as laid_out
from segkit.pql.types import Kind
from segkit.sql import compile_columns, compile_condition_count, show
from segkit.sql.notes import one_line

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from segkit.evaluation import Scope
    from segkit.pql import Expression
    from segkit.pql.binder import BoundExpression

_SCALARS = frozenset({Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.DATE, Kind.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `Workspace.explain` gives: shown as text, and as a table in a notebook.

    Parameters
    ----------
    rule
        The PQL in canonical layout, which all other parts quote.
    sentence
        What it selects, in plain English; for a value, what it is.
    type
        Its PQL type.
    tree
        The typed tree.
    reads
        Fields and event features.
    steps
        The statement step by step, with the PQL beside the SQL.
    sql
        The whole statement, laid out.
    merge_policy, as_of, timezone
        What it is explained under; `as_of` is in UTC.
    warnings
        What `check` says of it.
    """

    rule: str
    sentence: str
    type: str
    tree: TypedNode
    reads: Reads
    steps: tuple[Step, ...]
    sql: str
    merge_policy: str
    as_of: dt.datetime
    timezone: str
    warnings: Findings

    def to_dict(self) -> dict[str, Any]:
        """Everything as dicts, lists and texts, ready for JSON."""
        return {
            "rule": self.rule,
            "sentence": self.sentence,
            "type": self.type,
            "merge_policy": self.merge_policy,
            "as_of": f"{moment(self.as_of)} UTC",
            "timezone": self.timezone,
            "warnings": [str(one) for one in self.warnings],
            "tree": self.tree.to_dict(),
            "reads": self.reads.to_dict(),
            "steps": [one.to_dict() for one in self.steps],
            "sql": self.sql,
        }

    def __repr__(self) -> str:
        return explained_text(self.to_dict())

    def _repr_html_(self) -> str:
        return explained_html(self.to_dict())


def explain(scope: Scope, rule: str | Expression, segments: Mapping[str, tuple[str, str]] | None = None) -> Explanation:
    """Explain a rule, or a value (`pql.md` R03).

    A rule of a scalar type other than Boolean is explained as the value that it gives for each profile, one of any
    other type as the condition that it is in a segment (R02).

    Parameters
    ----------
    scope
        The data, the merge policy and the clock.
    rule
        A rule or value.
    segments
        Name and rule of each segment that the rule refers to, by the id or name it refers by.

    Raises
    ------
    PQLError
        When it cannot be accepted.
    """
    given = scope.bind(rule)
    # spans of a tree that no text was parsed for point nowhere, and the layout is what everything is quoted from
    expression = parse(laid_out(given.expression))
    bound = given if expression.text == given.expression.text else scope.bind(expression)
    t = telling(expression, {key: name for key, (name, _) in (segments or {}).items()})
    is_value = bound.type.kind in _SCALARS
    if is_value:
        columns = {expression.text: bound.root}
        statement = compile_columns(columns, scope.source, scope.clock, texts={expression.text: expression.text})
        made = plan({}, columns, scope.clock)
    else:
        statement = compile_condition_count(bound.condition, scope.source, scope.clock, text=expression.text)
        made = plan({"": bound.condition}, {}, scope.clock)
    shown = steps(statement, one_line(expression.text), _with_names(t))
    rules = {name: one_line(rule) for name, rule in (segments or {}).values()}
    typing = Typing(t, scope.clock, rules)
    return Explanation(
        expression.text,
        _sentence(bound, t, is_value=is_value),
        str(bound.type),
        typing.tree(bound.root if is_value else bound.condition, t),
        reads(made, scope, expression.text, [one.name for one in shown]),
        shown,
        show(statement),
        scope.policy.name,
        scope.clock.as_of,
        scope.clock.timezone,
        Findings(bound.diagnostics),
    )


def _sentence(bound: BoundExpression, t: Telling, *, is_value: bool) -> str:
    if bound.type.kind is Kind.BOOLEAN:
        return selected(bound.condition, t)
    told = valued(bound.root, t)
    words = f"{told[0].upper()}{told[1:]}" if told.startswith(("the ", "a ", "an ")) else told
    as_segment = selected(bound.condition, t)
    also = f" As a segment: {as_segment[0].lower()}{as_segment[1:]}"
    return f"{words}, {_article(str(bound.type))} {bound.type} for each profile.{also}" if is_value else as_segment


def _with_names(t: Telling) -> dict[str, str]:
    """The calls of `inSegment` that do not tell the segment's name, with it behind them."""
    calls = {t.text[start:end]: name for (start, end), name in t.segments.items()}
    return {call: f"{call} // {name}" for call, name in calls.items() if name not in call}


def _article(noun: str) -> str:
    return "an" if noun[0] in "AEIOU" else "a"
