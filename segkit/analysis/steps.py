"""A statement step by step, with the PQL beside the SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.sql.notes import PQL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlglot import exp

RESULT = "result"
"""What the last step is called, which has no name in the statement."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a statement.

    Parameters
    ----------
    name
        The name of its CTE; `result` for the last.
    words
        The PQL that the step stands for; none for a step that only fetches.
    sql, annotated
        Its SQL, and the same with the PQL in comments.
    conditions
        PQL and SQL of the conditions in it.
    """

    name: str
    words: tuple[str, ...]
    sql: str
    annotated: str
    conditions: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name,
            "words": list(self.words),
            "sql": self.sql,
            "annotated": self.annotated,
            "conditions": [{"words": words, "sql": sql} for words, sql in self.conditions],
        }


def steps(statement: exp.Select, rule: str, named: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of a statement, the result last.

    Parameters
    ----------
    statement
        What the compiler gives.
    rule
        The rule on one line.
    named
        What is shown in place of some words, as where they have but the id of a segment.
    """
    with_ = statement.args.get("with_")
    ctes: Sequence[exp.CTE] = with_.expressions if with_ is not None else []
    last = statement.copy()
    last.set("with_", None)
    found = [_step(one.alias, one.this, one.this.meta.get(PQL, ()), named) for one in ctes]
    return (*found, _step(RESULT, last, (rule,), named))


def _step(name: str, select: exp.Expr, words: Sequence[str], named: Mapping[str, str]) -> Step:
    found = [
        (named.get(one.meta[PQL], one.meta[PQL]), _written(one))
        for one in select.walk(bfs=False)
        if one is not select and isinstance(one.meta.get(PQL), str)
    ]
    annotated = select.copy()
    annotated.comments = None  # they stand in `words`
    written = _written(annotated, comments=True)
    return Step(
        name, tuple(named.get(one, one) for one in words), _written(select), written, tuple(dict.fromkeys(found))
    )


def _written(node: exp.Expr, *, comments: bool = False) -> str:
    return node.sql("duckdb", pretty=True, comments=comments)
