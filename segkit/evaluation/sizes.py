"""The sizes of many rules at once: counted in one pass over profiles and events, nothing kept."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.evaluation.limits import refused
from segkit.plan.needs import reads
from segkit.pql import PQLError
from segkit.pql.bound import Events
from segkit.sql import SharedRows, compile_condition_count, compile_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from segkit.errors import SegkitError
    from segkit.evaluation.scope import Scope
    from segkit.pql.binder import BoundExpression
    from segkit.pql.bound import Bound

    Compiled = Callable[[Mapping[str, Bound], Mapping[str, str]], exp.Select]

RULES_A_STATEMENT = 200
"""Planning a statement grows faster than its rules, and what it computes for a block of rows must stay near."""


def sizes(rules: Sequence[BoundExpression], scope: Scope) -> tuple[dict[int, int], dict[int, SegkitError]]:
    """How many profiles satisfy each rule, by its place; and why that cannot be told of the others.

    Each distinct condition is evaluated once, and events are read in shared passes. Where one statement does not hold
    all rules, what they read of merged fragments or of events is made once before, in a table that goes again.
    """
    names = {f"segment_{place + 1}": place for place in range(len(rules))}
    counts: dict[int, int] = {}
    failures: dict[int, SegkitError] = {}
    stored = scope.snapshot is not None

    def compiled(bound: Mapping[str, Bound], texts: Mapping[str, str]) -> exp.Select:
        if len(bound) == 1:
            [(name, rule)] = bound.items()
            return compile_condition_count(rule, scope.source, scope.clock, text=texts[name])
        return compile_counts(bound, scope.source, scope.clock, texts=texts, stored=stored)

    if len(rules) > RULES_A_STATEMENT and not (stored and not reads([one.condition for one in rules], (Events,))):
        return _shared(rules, names, scope)
    for chunk in _chunks(names):
        select, kept, wrong = _allowed(rules, chunk, compiled, scope)
        failures |= wrong
        if kept:
            counts |= _counted(select, kept, scope)
    return counts, failures


def _shared(
    rules: Sequence[BoundExpression], names: Mapping[str, int], scope: Scope
) -> tuple[dict[int, int], dict[int, SegkitError]]:
    """Rules counted over a table of what they read of profiles and events, which is made once."""
    made: list[SharedRows] = []

    def compiled(bound: Mapping[str, Bound], texts: Mapping[str, str]) -> exp.Select:
        made[:] = [SharedRows(bound, scope.source, scope.clock, texts, counted=True)]
        return made[0].rows()

    select, kept, failures = _allowed(rules, names, compiled, scope)
    counts: dict[int, int] = {}
    table = exp.Table(this=exp.to_identifier(f"sizes_{uuid.uuid4().hex}", quoted=True))
    try:
        if kept:
            scope.engine.execute(exp.Create(this=table, kind="TABLE", expression=select))
        for chunk in _chunks(kept):
            counts |= _counted(made[0].counts(list(chunk), table), chunk, scope)
    finally:
        scope.engine.execute(exp.Drop(tables=[table.copy()], kind="TABLE", exists=True))
    return counts, failures


def _chunks(names: Mapping[str, int]) -> list[dict[str, int]]:
    items = list(names.items())
    return [dict(items[start : start + RULES_A_STATEMENT]) for start in range(0, len(items), RULES_A_STATEMENT)]


def _allowed(
    rules: Sequence[BoundExpression], names: Mapping[str, int], compiled: Compiled, scope: Scope
) -> tuple[exp.Select, dict[str, int], dict[int, SegkitError]]:
    """The statement over the rules that can be run, their names in it, and why the others cannot."""
    failures: dict[int, SegkitError] = {}
    kept = dict(names)
    while kept:
        bound = {name: rules[place].condition for name, place in kept.items()}
        texts = {name: rules[place].expression.text for name, place in kept.items()}
        errors: Mapping[str, SegkitError]
        try:
            select = compiled(bound, texts)
        except PQLError:
            errors = _too_deep(bound, texts, compiled)
            if not errors:
                raise
        else:
            errors = refused(select, scope)
            if not errors:
                return select, kept, failures
        failures |= {names[name]: error for name, error in errors.items()}
        kept = {name: place for name, place in kept.items() if name not in errors}
    return exp.Select(), {}, failures


def _too_deep(bound: Mapping[str, Bound], texts: Mapping[str, str], compiled: Compiled) -> dict[str, SegkitError]:
    """Those among the rules whose statement cannot be made even for them alone."""
    found: dict[str, SegkitError] = {}
    for name, rule in bound.items():
        try:
            compiled({name: rule}, texts)
        except PQLError as error:
            found[name] = error
    return found


def _counted(select: exp.Select, names: Mapping[str, int], scope: Scope) -> dict[int, int]:
    [row] = scope.engine.rows(select)
    return {place: int(count or 0) for place, count in zip(names.values(), row, strict=True)}
