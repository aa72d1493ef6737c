"""Whole statements: one readable query for a rule or for columns of profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.plan import Plan, plan
from segkit.pql.bound import IsNull, Not
from segkit.pql.bound_walk import conjuncts
from segkit.pql.types import Kind
from segkit.sql import maps
from segkit.sql.build import absent, both, column, keyed_join, literal, otherwise, table, tried_cast, when
from segkit.sql.chains import chain_step
from segkit.sql.events import PROFILES, Pass, Steps, passes
from segkit.sql.expressions import condition, value
from segkit.sql.groups import group_passes
from segkit.sql.limits import within_limits
from segkit.sql.notes import PQL, Sources, line
from segkit.sql.scope import Leaves, Scope
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.plan.clock import Clock
    from segkit.pql.bound import Bound
    from segkit.sql.scope import Place
    from segkit.sql.source import ProfileSource

SIZE = "size"
"""The column with a number of profiles."""

PROFILE_ID = "profile_id"
"""The column with the public id of a profile."""

PAIRED = "paired"
"""Where a statement's `meta` has the parts of its plan that pair items, each with the words that it comes from."""

_FULL_JOINS = 8
_CERTAIN = frozenset({"count", "distinct", "list", "groups"})
_RULE = ""
"""What the rule is called where there is one: no column has this name."""


@within_limits
def compile_condition_count(condition_: Bound, source: ProfileSource, clock: Clock, *, text: str = "") -> exp.Select:
    """How many profiles satisfy a condition: one row with the column `size`.

    Parameters
    ----------
    condition_
        A bound condition.
    source
        Where profiles and events come from.
    clock
        What time means.
    text
        The PQL that the condition's spans point into, for the comments.
    """
    made = Assembly(plan({_RULE: condition_}, {}, clock), source, clock, {_RULE: text})
    select = made.base().select(exp.alias_(exp.Count(this=exp.Star()), SIZE, copy=False), copy=False)
    return made.finished(made.filtered(select), text)


def compile_total(source: ProfileSource) -> exp.Select:
    """How many profiles there are: one row with the column `size`."""
    everyone = source.profiles((), every=True).subquery(PROFILES)
    return exp.Select().select(exp.alias_(exp.Count(this=exp.Star()), SIZE)).from_(everyone)


@within_limits
def compile_columns(
    columns: Mapping[str, Bound],
    source: ProfileSource,
    clock: Clock,
    *,
    where: Bound | None = None,
    limit: int | None = None,
    order: bool = True,
    identity: bool = True,
    texts: Mapping[str, str] | None = None,
    text: str = "",
) -> exp.Select:
    """Values of profiles: a row a profile.

    Parameters
    ----------
    columns
        The values by the names of their columns, in order.
    source
        Where profiles and events come from.
    clock
        What time means.
    where
        The condition a profile satisfies; all profiles without it.
    limit
        The most rows.
    order
        Whether rows come in the order of `profile_id`.
    identity
        Whether `profile_id` is the first column.
    texts
        The PQL of each column, for the comments.
    text
        The PQL of the condition.
    """
    rules = {} if where is None else {_RULE: where}
    made = Assembly(plan(rules, columns, clock), source, clock, {**(texts or {}), _RULE: text})
    names = made.plan.columns
    values = [exp.alias_(made.value(one), name, quoted=True, copy=False) for name, one in names.items()]
    select = made.base()
    key = source.profile_id(column(KEY))
    if identity:
        select = select.select(exp.alias_(key, PROFILE_ID, quoted=True))
        key = column(PROFILE_ID)  # a snapshot looks the id up: once is enough
    select = made.filtered(select.select(*values, copy=False))
    if order:
        select = select.order_by(exp.Ordered(this=key.copy(), desc=False, nulls_first=False))
    if limit is not None:
        select = select.limit(limit)
    return made.finished(select, text)


def show(statement: exp.Expr) -> str:
    """A statement as a person reads it."""
    return statement.sql("duckdb", pretty=True)


class Assembly:
    """A statement in the making: its steps, and how they are joined.

    With `whole`, every profile has a row, also one that no rule can be true for.
    """

    def __init__(
        self, made: Plan, source: ProfileSource, clock: Clock, texts: Mapping[str, str], *, whole: bool = False
    ) -> None:
        self.plan = made
        self._whole = whole
        self.source = source
        self.sources = Sources(texts)
        self.steps = Steps(source, clock, made.shapes, made.ordered, self.sources)
        notes = {one.name: self.sources.words(one.origin, one.span) for one in made.features}
        self.passes = self._chains(notes)
        self.passes[:0] = [*passes(made.passes, self.steps, notes), *group_passes(made.features, self.steps, notes)]
        self.leaves = Leaves(PROFILES)
        self.scope = Scope(self.leaves, clock, made.shapes)
        self._inner = self._inner_passes()
        self._name_features()
        self._conditions: dict[int, exp.Expr] = {}

    def _chains(self, notes: Mapping[str, str]) -> list[Pass]:
        chains = [one for one in self.plan.features if one.kind == "chain"]
        made: list[Pass] = []
        for number, one in enumerate(chains, 1):
            step = chain_step(one, self.steps, f"chain_{number}", notes[one.name])
            made.append(Pass(step, {one.name: "found"}, present=one.default is False))
        return made

    def _inner_passes(self) -> list[Pass]:
        names = set() if self._whole else {one.name for one in self.plan.needed}
        return [one for one in self.passes if one.columns.keys() & names]

    def _name_features(self) -> None:
        known = {one.name: one for one in self.plan.features}
        variables: dict[str, Place] = {}
        certain: set[str] = set()
        for one in self.passes:
            inner = one in self._inner
            for name, of in one.columns.items():
                feature = known[name]
                read: exp.Expr = column(of, one.step)
                if feature.kind == "sum" and not inner:
                    # Null is an overflow where there are events, and nothing to add where there are none.
                    read = when(absent(column(KEY, one.step)), literal(0), read)
                elif feature.kind in {"count", "distinct"} and not inner:
                    read = otherwise(read, literal(0))
                elif feature.kind == "list" and not (inner and one.present):
                    read = otherwise(read, exp.Array(expressions=[]))
                elif feature.kind == "groups" and not inner:
                    read = otherwise(read, maps.empty())
                elif feature.default is True and not inner:
                    read = otherwise(read, exp.true())
                    certain.add(name)
                if inner and one.present and feature.kind in {"any", "chain"}:
                    read = exp.true()
                variables[name] = read
                if feature.kind in _CERTAIN or (inner and feature.kind in {"any", "chain"}):
                    certain.add(name)
        flags = frozenset(one.name for one in known.values() if one.kind in {"any", "chain"})
        self.scope = replace(self.scope, variables=variables, never_null=frozenset(certain), flags=flags)

    def condition(self, node: Bound) -> exp.Expr:
        """A condition over the joined steps."""
        return condition(node, self.scope)

    def _compiled(self, node: Bound) -> exp.Expr:
        """A condition that every rule has for itself, compiled once."""
        if id(node) not in self._conditions:
            self._conditions[id(node)] = self.condition(node)
        return self._conditions[id(node)]

    def value(self, node: Bound) -> exp.Expr:
        """A value over the joined steps, as callers expect it."""
        result = value(node, self.scope)
        if node.type.kind is Kind.OBJECT:
            # An object without any leaf is absent, which a struct of nulls is not.
            there = condition(Not(IsNull(node)), self.scope)
            return result if isinstance(there, exp.Boolean) and there.this else when(there, result)
        # An exact decimal or an unsigned integer stays inside; outside the engine PQL's types are plain.
        if node.type.kind is Kind.DOUBLE:
            return exp.cast(result, "DOUBLE", copy=False)
        if node.type.kind is Kind.INTEGER:
            # An unsigned one beyond them overflows, and is null (R14).
            return tried_cast(result, "BIGINT")
        return result

    def filtered(self, select: exp.Select) -> exp.Select:
        """The statement with its rule; a rule that its joins already say is left out."""
        rule = self.plan.conditions.get(_RULE)
        if rule is None:
            return select
        tests = [self.sources.noted(self._compiled(one), _RULE, one) for one in conjuncts(rule)]
        test = both(tests)
        return select if isinstance(test, exp.Boolean) and test.this else select.where(test, copy=False)

    def base(self, *, mask: bool = False, compiled: bool = False) -> exp.Select:
        """The rows that can matter: profiles, features, or both joined.

        `compiled` says that all rules and columns were compiled before.
        """
        # Compiling takes note of the leaves that are read.
        for one in () if compiled else self.plan.columns.values():
            self.value(one)
        for rule in () if compiled else self.plan.conditions.values():
            for one in conjuncts(rule):
                self._compiled(one)
        reads_profile = bool(self.leaves.used) or mask
        if self.passes and not reads_profile and not self.plan.without_events:
            if self._inner:
                return self._joined(self._inner[0].step, self._inner[1:], inner=True, rest=self._outer())
            if len(self.passes) <= _FULL_JOINS:
                first, *others = self.passes
                return self._with(exp.Select().from_(table(first.step)), others, "full")
        if self._inner and not mask:
            kind = "left" if self.plan.without_profile else "inner"
            select = self._joined(self._inner[0].step, self._inner[1:], inner=True, rest=[])
            select = _join(select, PROFILES, kind)
            self._profiles(every=False, mask=False)
            return self._with(select, self._outer(), "left")
        self._profiles(every=self._whole or self.plan.without_profile, mask=mask)
        return self._joined(PROFILES, self._inner, inner=True, rest=self._outer())

    def _outer(self) -> list[Pass]:
        return [one for one in self.passes if one not in self._inner]

    def _joined(self, first: str, then: Sequence[Pass], *, inner: bool, rest: Sequence[Pass]) -> exp.Select:
        select = self._with(exp.Select().from_(table(first)), then, "inner" if inner else "left")
        return self._with(select, rest, "left")

    @staticmethod
    def _with(select: exp.Select, others: Sequence[Pass], kind: str) -> exp.Select:
        for one in others:
            select = _join(select, one.step, kind)
        return select

    def _profiles(self, *, every: bool, mask: bool) -> None:
        leaves = tuple({**self.leaves.used, **self.steps.profile_leaves})
        self.steps.named = {PROFILES: self.source.profiles(leaves, every=every, mask=mask), **self.steps.named}

    def finished(self, select: exp.Select, text: str) -> exp.Select:
        """The statement with its steps and comments."""
        if self.steps.profile_leaves and PROFILES not in self.steps.named:
            self._profiles(every=False, mask=False)
        for name, step in self.steps.named.items():
            select = select.with_(exp.to_identifier(name), as_=step, copy=False)
        ctes = select.args["with_"].expressions if select.args.get("with_") else []
        for cte in ctes:
            notes = [one for one in dict.fromkeys(self.steps.notes.get(cte.alias, ())) if one]
            if notes:
                cte.this.meta[PQL] = notes
                cte.this.add_comments([line(one) for one in notes])
        if text:
            select.add_comments([line(text)])
        if self.plan.pairs:
            select.meta[PAIRED] = tuple((one, self.sources.words(one.origin, one.span)) for one in self.plan.pairs)
        return select


def _join(select: exp.Select, step: str, kind: str) -> exp.Select:
    return keyed_join(select, table(step), KEY, kind)
