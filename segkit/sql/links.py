"""Events beside other events: a join that adds no rows, and a test of what it brings (`segkit.plan.links`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.plan.links import INNER
from segkit.sql.build import absent, both, call, column, literal, operand, otherwise, present, some, table, when
from segkit.sql.expressions import condition, value
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.plan.features import Feature
    from segkit.plan.links import Bounding, Link
    from segkit.sql.events import Steps
    from segkit.sql.scope import Leaves, Scope

_LOW, _HIGH, _AT, _PLACE, _OTHER, _STARTS, _ROW = "low", "high", "at", "place", "other", "starts", "l"


def beside(link: Link, scope: Scope, event: Leaves, steps: Steps) -> exp.Expr:
    """Whether an event has one of the others beside it; the event's row is told what to be joined with.

    Where there is none the test is null.
    """
    step = steps.links.get(link.name)
    if step is None:
        # The steps of links inside come first.
        select = _others(link, steps)
        step = steps.links[link.name] = steps.add(
            f"beside_{len(steps.links) + 1}", select, steps.sources.words(link.origin, link.span)
        )
    tests: list[exp.Expr] = [exp.EQ(this=column(KEY, step), expression=column(KEY, event.table))]
    for number, (mine, _) in enumerate(link.keys, 1):
        tests.append(exp.EQ(this=column(f"key_{number}", step), expression=operand(value(mine, scope))))
    if link.feature is not None:
        event.beside[step] = exp.Join(this=table(step), side="LEFT", on=both(tests))
        return _whole(link.feature, step)
    if link.primary is not None:
        tests.append(_compared(link.primary, scope, column(_PLACE, step)))
    event.beside[step] = exp.Join(
        this=table(step), method=None if link.primary is None else "ASOF", side="LEFT", on=both(tests)
    )
    if link.differs is not None:
        own = operand(value(link.differs[0], scope))
        if link.bounds:
            first = _first_apart(own, step)
            return both([_compared(one, scope, first.copy()) for one in link.bounds])
        return some([exp.NEQ(this=own.copy(), expression=column(one, step)) for one in (_LOW, _HIGH)])
    if not link.bounds:
        return present(column(KEY, step))
    return both([_compared(one, scope, column(_AT, step)) for one in link.bounds])


def _first_apart(own: exp.Expr, step: str) -> exp.Expr:
    """The first place from the start of a range on with a value that is not the event's own."""
    apart = some([exp.NEQ(this=own.copy(), expression=column(one, step)) for one in (_LOW, _HIGH)])
    same = exp.EQ(this=own.copy(), expression=column(_LOW, step))
    places = [(apart, column(_PLACE, step)), (same, column(_OTHER, step))]
    return exp.Case(ifs=[exp.If(this=test, true=place) for test, place in places])


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


def _compared(bound: Bounding, scope: Scope, inner: exp.Expr) -> exp.Expr:
    if bound.mixed:
        return condition(bound.outer, scope.having({INNER.name: inner}))
    strict, open_ = (exp.LT, exp.LTE) if bound.rises else (exp.GT, exp.GTE)
    return (open_ if bound.included else strict)(this=operand(value(bound.outer, scope)), expression=inner)


def _others(link: Link, steps: Steps) -> exp.Select:
    """The other events, reduced to what decides: one row for each profile and each set of equal values."""
    scope, event, profile = steps.scope(link.stream)
    held = [steps.sources.noted(condition(one, scope), link.origin, one) for one in link.stream.where]
    keys = [value(theirs, scope) for _, theirs in link.keys]
    named = [exp.alias_(one, f"key_{number}", quoted=True) for number, one in enumerate(keys, 1)]
    place = None if link.primary is None else value(link.primary.inner, scope)
    deciding = _deciding(link, scope, steps)
    select = steps.rows(event, profile, link.stream.where).select(column(KEY, event.table), *named)
    if held:
        select = select.where(both(held), copy=False)
    if place is None:
        shown = [exp.alias_(call(function, one), name, quoted=True) for name, function, one in deciding]
        if link.feature is not None:
            shown = [exp.alias_(one, name, quoted=True) for name, _, one in deciding]
        groups = [column(KEY, event.table), *(one.copy() for one in keys)]
        return select.select(*shown).group_by(*groups)
    select = select.select(exp.alias_(place, _PLACE), *(exp.alias_(one, name) for name, _, one in deciding))
    select = select.where(present(place.copy()), copy=False)
    if link.differs is not None and link.bounds:
        return _runs(select, [KEY, *(one.alias for one in named)])
    return _running(link, select, [KEY, *(one.alias for one in named)], deciding)


def _deciding(link: Link, scope: Scope, steps: Steps) -> list[tuple[str, str, exp.Expr]]:
    """The columns that decide: a name, the function of which it is the result, and what that is of."""
    if link.feature is not None:
        return [(_AT, "", steps.aggregate(link.feature, scope))]
    if link.differs is not None:
        apart = value(link.differs[1], scope)
        return [(_LOW, "MIN", apart), (_HIGH, "MAX", apart.copy())]
    if link.bounds:
        # All comparisons are with one value.
        return [(_AT, "MAX" if link.bounds[0].rises else "MIN", value(link.bounds[0].inner, scope))]
    return []


def _running(
    link: Link, rows: exp.Select, names: Sequence[str], deciding: Sequence[tuple[str, str, exp.Expr]]
) -> exp.Select:
    """What decides of the others from a place on, in the direction that the first comparison looks."""
    backwards = link.primary is not None and link.primary.rises
    shown: list[exp.Expr] = [column(name) for name in (*names, _PLACE)]
    for name, function, _ in deciding:
        order = exp.Order(expressions=[exp.Ordered(this=column(_PLACE), desc=backwards, nulls_first=False)])
        partition = [column(one) for one in names]
        shown.append(
            exp.alias_(exp.Window(this=call(function, column(name)), partition_by=partition, order=order), name)
        )
    return exp.Select().select(*shown).from_(rows.subquery(_ROW))


def _runs(rows: exp.Select, names: Sequence[str]) -> exp.Select:
    """The different places in order, with the values there and the first later place at which they are others."""
    keys = [column(one) for one in (*names, _PLACE)]
    ends = [exp.alias_(call(function, column(name)), name) for function, name in (("MIN", _LOW), ("MAX", _HIGH))]
    places = exp.Select().select(*keys, *ends).from_(rows.subquery(_ROW)).where(present(column(_LOW)), copy=False)
    places = places.group_by(*(one.copy() for one in keys))

    def over(function: exp.Expr, spec: exp.WindowSpec | None = None) -> exp.Expr:
        order = exp.Order(expressions=[exp.Ordered(this=column(_PLACE), nulls_first=False)])
        return exp.Window(this=function, partition_by=[column(one) for one in names], order=order, spec=spec)

    mixed = exp.NEQ(this=column(_LOW), expression=column(_HIGH))
    changed = [exp.NEQ(this=over(call("LAG", column(one))), expression=column(one)) for one in (_LOW, _HIGH)]
    # The first of all has none before it.
    starts = otherwise(some([mixed, *changed]), exp.true())
    shown = [column(one) for one in (*names, _PLACE, _LOW, _HIGH)]
    marked = exp.Select().select(*shown, exp.alias_(starts, _STARTS)).from_(places.subquery(_ROW))
    later = exp.WindowSpec(kind="ROWS", start=literal(1), start_side="FOLLOWING", end="UNBOUNDED", end_side="FOLLOWING")
    other = over(call("MIN", when(column(_STARTS), column(_PLACE))), later)
    return exp.Select().select(*(one.copy() for one in shown), exp.alias_(other, _OTHER)).from_(marked.subquery(_ROW))
