"""Events beside other events: a join that adds no rows, and a test of what it brings (`segkit.plan.links`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.sql.build import absent, both, call, column, literal, operand, otherwise, present, some, table, when
from segkit.sql.expressions import condition, value
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.plan.features import Feature
    from segkit.plan.links import Bounding, Link
    from segkit.sql.events import Steps
    from segkit.sql.scope import Leaves, Scope

_LOW, _HIGH, _AT, _ROW = "low", "high", "at", "l"


def beside(link: Link, scope: Scope, event: Leaves, steps: Steps) -> exp.Expr:
    """Whether an event has one of the others beside it; the event's row is told what to be joined with.

    Where there is none the test is null.
    """
    step = steps.links.get(link.name)
    if step is None:
        # The steps of links inside come first.
        select = _others(link, steps)
        step = steps.links[link.name] = steps.add(f"beside_{len(steps.links) + 1}", select)
    tests: list[exp.Expr] = [exp.EQ(this=column(KEY, step), expression=column(KEY, event.table))]
    for number, (mine, _) in enumerate(link.keys, 1):
        tests.append(exp.EQ(this=column(f"key_{number}", step), expression=operand(value(mine, scope))))
    if link.feature is not None:
        event.beside[step] = exp.Join(this=table(step), side="LEFT", on=both(tests))
        return _whole(link.feature, step)
    method: str | None = None
    test: exp.Expr = present(column(KEY, step))
    match link.form:
        case "extreme":
            [bound] = link.bounds
            test = _compared(bound, value(bound.outer, scope), column(_AT, step))
        case "differs" if link.differs is not None:
            own = operand(value(link.differs[0], scope))
            test = some([exp.NEQ(this=own.copy(), expression=column(one, step)) for one in (_LOW, _HIGH)])
        case "nearest":
            low, high = _sorted(link.bounds)
            method = "ASOF"
            tests.append(_compared(low, value(low.outer, scope), column(_AT, step)))
            test = _compared(high, value(high.outer, scope), column(_AT, step))
        case "farthest":
            high, low = _sorted(link.bounds)
            method = "ASOF"
            tests.append(_compared(low, value(low.outer, scope), column(_LOW, step)))
            test = _compared(high, value(high.outer, scope), column(_HIGH, step))
    event.beside[step] = exp.Join(this=table(step), method=method, side="LEFT", on=both(tests))
    return test


def _whole(feature: Feature, step: str) -> exp.Expr:
    """What the others are together; without any of them a number is 0."""
    found = column(_AT, step)
    match feature.kind:
        case "any":
            return present(column(KEY, step))
        case "count" | "distinct":
            return otherwise(found, literal(0))
        case "sum":
            # Null is an overflow where there are events.
            return when(absent(column(KEY, step)), literal(0), found)
        case _:
            return found


def _sorted(bounds: Sequence[Bounding]) -> tuple[Bounding, Bounding]:
    """The comparison in which the event's value is the lower one, and the other."""
    rising, falling = sorted(bounds, key=lambda one: not one.rises)
    return rising, falling


def _compared(bound: Bounding, outer: exp.Expr, inner: exp.Expr) -> exp.Expr:
    strict, open_ = (exp.LT, exp.LTE) if bound.rises else (exp.GT, exp.GTE)
    return (open_ if bound.included else strict)(this=operand(outer), expression=inner)


def _others(link: Link, steps: Steps) -> exp.Select:
    """The other events, reduced to what decides: one row for each profile and each set of equal values."""
    scope, event, profile = steps.scope(link.stream)
    held = [condition(one, scope) for one in link.stream.where]
    keys = [value(theirs, scope) for _, theirs in link.keys]
    named = [exp.alias_(one, f"key_{number}", quoted=True) for number, one in enumerate(keys, 1)]
    inner = [value(one.inner, scope) for one in link.bounds]
    apart = None if link.differs is None else value(link.differs[1], scope)
    whole = None if link.feature is None else steps.aggregate(link.feature, scope)
    select = steps.rows(event, profile, link.stream.where).select(column(KEY, event.table), *named)
    if held:
        select = select.where(both(held), copy=False)
    groups = [column(KEY, event.table), *(one.copy() for one in keys)]
    if whole is not None:
        return select.select(exp.alias_(whole, _AT, quoted=True)).group_by(*groups)
    match link.form:
        case "keys":
            return select.distinct()
        case "extreme":
            function = "MAX" if link.bounds[0].rises else "MIN"
            return select.select(exp.alias_(call(function, inner[0]), _AT, quoted=True)).group_by(*groups)
        case "differs" if apart is not None:
            ends = [exp.alias_(call("MIN", apart), _LOW), exp.alias_(call("MAX", apart.copy()), _HIGH)]
            return select.select(*ends).group_by(*groups)
        case "nearest":
            select = select.select(exp.alias_(inner[0], _AT, quoted=True))
            return select.where(present(inner[0].copy()), copy=False).distinct()
        case _:
            high, low = (inner[link.bounds.index(one)] for one in _sorted(link.bounds))
            select = select.select(exp.alias_(low, _LOW), exp.alias_(high, _HIGH))
            select = select.where(present(low.copy()), copy=False)
            names = [KEY, *(one.alias for one in named)]
            farthest = exp.Window(
                this=call("MAX", column(_HIGH)),
                partition_by=[column(name) for name in names],
                order=exp.Order(expressions=[column(_LOW)]),
            )
            shown = [column(name) for name in (*names, _LOW)]
            return exp.Select().select(*shown, exp.alias_(farthest, _HIGH)).from_(select.subquery(_ROW))
