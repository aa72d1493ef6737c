"""Explaining expressions over a schema alone, without any data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from segkit.analysis.explain import explain
from segkit.plan import unsupported
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.sql import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.analysis.explain import Explanation
    from segkit.evaluation import Scope
    from segkit.pql import Expression
    from segkit.pql.binder import BoundExpression
    from segkit.pql.types import Path as FieldPath
    from segkit.pql.types import Schema

NOW = dt.datetime(2026, 11, 21, 12)  # noqa: DTZ001  timestamps are naive UTC


class Named:
    """A source whose statements are one line each."""

    namespaces = ("crm",)
    records: tuple[Any, ...] = ()
    event_datasets: tuple[Any, ...] = ()

    def profiles(self, leaves: Sequence[FieldPath], *, every: bool, mask: bool = False) -> exp.Select:
        del every, mask
        return _leaves("merged", leaves)

    def events(self, leaves: Sequence[FieldPath]) -> exp.Select:
        return _leaves("happened", leaves)

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        return exp.func("md5", key)


def _leaves(table: str, leaves: Sequence[FieldPath]) -> exp.Select:
    return exp.select("profile_key", *(exp.column(".".join(one), quoted=True) for one in leaves)).from_(table)


@dataclass
class Bare:
    """What `explain` asks of a scope."""

    schema: Schema
    segments: Callable[[str], Expression] | None = None

    source = Named()
    clock = Clock(NOW, "Europe/Berlin")
    policy = SimpleNamespace(name="newest wins")

    def bind(self, rule: str | Expression) -> BoundExpression:
        expression = parse(rule) if isinstance(rule, str) else rule
        bound = bind(expression, self.schema, segments=self.segments)
        refused = unsupported(bound.condition, expression.text)
        if refused is not None:
            raise PQLError([refused])
        return bound


def explained(
    text: str | Expression, schema: Schema, segments: Callable[[str], Expression] | None = None
) -> Explanation:
    """An explanation over a schema."""
    return explain(cast("Scope", Bare(schema, segments)), text)
