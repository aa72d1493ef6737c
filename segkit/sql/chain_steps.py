"""The steps of a chain (`pql.md` R33 to R37): from the states before an element to those after it.

A state is a row: the profile, the instant reached (null where none was), the instants of earlier elements that later
ones still refer to, and which negated elements still wait for a neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from segkit.plan.sequences import admits_none
from segkit.sql.build import absent, both, call, column, literal, otherwise, some, table, when
from segkit.sql.chain_events import INSTANT, forever
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from segkit.plan.sequences import Pending, Step
    from segkit.pql.bound import ChainElement
    from segkit.sql.chain_events import Element
    from segkit.sql.scope import Place

STATE, MATCH, NONE = "s", "m", "n"
OWN, LOW, HIGH, BEFORE, THROUGH, LAST = "own", "low", "high", "before", "through", "last"
_NTH, _UPTO = "nth", "upto"
Named: TypeAlias = "Callable[[str, exp.Select, str], exp.Expr]"
"""Makes a selection a step of the statement, and gives it under an alias."""

_COMPARISONS: Mapping[str, type[exp.Binary]] = {">=": exp.GTE, "=": exp.EQ, "<=": exp.LTE}


@dataclass(frozen=True, slots=True)
class States:
    """A step with states, and the columns that it has beside the profile's key and the instant.

    Parameters
    ----------
    step
        The step.
    moments
        The variables of earlier elements' instants and their columns.
    guards
        Negated elements that wait in some states, and the columns that say so.
    """

    step: str
    moments: Mapping[str, str]
    guards: Mapping[int, str]

    def places(self, alias: str) -> dict[str, Place]:
        """The variables, with this step under an alias."""
        return {one: column(name, alias) for one, name in self.moments.items()}

    def columns(self, alias: str) -> list[exp.Expr]:
        """All columns but the key and the instant."""
        return [column(name, alias) for name in (*self.moments.values(), *self.guards.values())]


def same_profile(one: str, other: str) -> exp.Expr:
    """That two rows are of one profile."""
    return exp.EQ(this=column(KEY, one), expression=column(KEY, other))


def asof(left: exp.Select, right: exp.Expr, alias: str, test: exp.Expr, *, of: str, outer: bool) -> exp.Select:
    """The nearest row of the same profile, the last or first for which a comparison of instants holds."""
    on = both([same_profile(alias, of), test])
    join = exp.Join(this=right, method="ASOF", side="LEFT" if outer else None, on=on)
    return left.join(join, copy=False)


def ends(states: States, element: Element, pending: Sequence[tuple[Pending, Element]], *, is_open: bool) -> exp.Select:
    """The states with the first and the last instant that each allows; what must not come between ends it earlier."""
    instant = column(INSTANT, STATE)
    select = exp.Select().select(column(KEY, STATE), instant, *states.columns(STATE)).from_(table(states.step, STATE))
    low = element.lowest(instant.copy(), states.places(STATE), is_open=is_open)
    high = element.highest(states.places(STATE))
    select = select.select(exp.alias_(low, LOW), exp.alias_(high, HIGH), copy=False)
    for one, negated in pending:
        select = _cut(select, states, one, negated, is_open=is_open)
    return select


def _nearest(
    select: exp.Select, states: States, one: Pending, negated: Element, *, is_open: bool
) -> tuple[exp.Select, list[str]]:
    """A selection of states beside the first event of a negated element that each looks at, under `n`."""
    instant = column(INSTANT, STATE)
    low = negated.lowest(instant, states.places(STATE), is_open=is_open)
    wanted = select.select(exp.alias_(low, f"{LOW}_{one.index}"), copy=False)
    names = [each.alias_or_name for each in wanted.selects]
    outer = exp.Select().from_(wanted.subquery(STATE))
    after = exp.GTE(this=column(INSTANT, NONE), expression=column(f"{LOW}_{one.index}", STATE))
    return asof(outer, negated.source(NONE), NONE, after, of=STATE, outer=True), names[:-1]


def _comes(states: States, one: Pending, negated: Element) -> exp.Expr | None:
    """Whether that first event counts: it is not beyond what the negated element looks at, and it is waited for."""
    tests: list[exp.Expr] = []
    if negated.reach is not None and negated.reach.high:
        tests.append(exp.LTE(this=column(INSTANT, NONE), expression=negated.highest(states.places(STATE))))
    if one.guarded:
        tests.append(column(states.guards[one.index], STATE))
    return both(tests) if tests else None


def _cut(select: exp.Select, states: States, one: Pending, negated: Element, *, is_open: bool) -> exp.Select:
    joined, names = _nearest(select, states, one, negated, is_open=is_open)
    comes = _comes(states, one, negated)
    first: exp.Expr = column(INSTANT, NONE) if comes is None else when(comes, column(INSTANT, NONE))
    high = call("LEAST", column(HIGH, STATE), otherwise(first, forever(1)))
    return joined.select(*(exp.alias_(high, HIGH) if name == HIGH else column(name, STATE) for name in names))


def none_after(states: States, pending: Sequence[tuple[Pending, Element]], *, is_open: bool) -> exp.Select:
    """The states after which no event of the negated elements comes."""
    select = exp.Select().select(column(KEY, STATE), column(INSTANT, STATE), *states.columns(STATE))
    select = select.from_(table(states.step, STATE))
    for one, negated in pending:
        joined, names = _nearest(select, states, one, negated, is_open=is_open)
        comes = _comes(states, one, negated)
        clear = [absent(column(INSTANT, NONE))]
        if comes is not None:
            clear.append(exp.Not(this=exp.Paren(this=call("COALESCE", comes, exp.false()))))
        select = joined.select(*(column(name, STATE) for name in names)).where(some(clear), copy=False)
    return select


def intervals(bounds: exp.Select, element: Element, named: Named, *, rises: bool) -> exp.Select:
    """The element's events that lie in the interval of some state.

    Of the states whose interval begins at an event or before it, the one that reaches farthest decides: the last,
    where a later state `rises` to a later end.
    """
    if rises:
        ending = named("ends", bounds, STATE)
        return asof(_events(element), ending, STATE, _begun(), of=MATCH, outer=False).where(_inside(), copy=False)
    farthest = exp.Window(
        this=call("MAX", column(HIGH)), partition_by=[column(KEY)], order=exp.Order(expressions=[column(LOW)])
    )
    reached = exp.Select().select(column(KEY), column(LOW), exp.alias_(farthest, HIGH))
    reached = reached.from_(named("ends", bounds, STATE))
    select = asof(_events(element), named("reach", reached, STATE), STATE, _begun(), of=MATCH, outer=False)
    return select.where(_inside(), copy=False)


def latest(bounds: exp.Select, element: Element, named: Named) -> exp.Select:
    """The element's events that lie in the interval of the last state that begins before them, which is beside them."""
    chosen = exp.Select().select(column(KEY), column(LOW), exp.alias_(call("MAX", column(INSTANT)), INSTANT))
    chosen = chosen.select(exp.alias_(call("MAX", column(HIGH)), HIGH), copy=False)
    chosen = chosen.from_(named("ends", bounds, STATE)).group_by(column(KEY), column(LOW))
    select = asof(_events(element), named("reach", chosen, STATE), STATE, _begun(), of=MATCH, outer=False)
    return select.where(_inside(), copy=False)


def carried(bounds: exp.Select, element: Element, moment: str, named: Named, *, descends: bool) -> exp.Select:
    """The element's events after some state, beside the best of the instants that such states carry."""
    best = exp.Window(
        this=call("MAX" if descends else "MIN", column(moment)),
        partition_by=[column(KEY)],
        order=exp.Order(expressions=[column(LOW)]),
    )
    reached = exp.Select().select(column(KEY), column(LOW), exp.alias_(best, moment, quoted=True))
    reached = reached.from_(named("ends", bounds, STATE))
    return asof(_events(element), named("reach", reached, STATE), STATE, _begun(), of=MATCH, outer=False)


def _events(element: Element) -> exp.Select:
    return exp.Select().from_(element.source(MATCH))


def _begun() -> exp.Expr:
    return exp.GTE(this=column(INSTANT, MATCH), expression=column(LOW, STATE))


def _inside() -> exp.Expr:
    return exp.LTE(this=column(INSTANT, MATCH), expression=column(HIGH, STATE))


def ranks(bounds: exp.Select, states: States, element: Element, named: Named) -> exp.Select:
    """Each state with the event that a counted element stands for; states with a wrong number are left out."""
    one = element.element
    order = exp.Order(expressions=[column(INSTANT)])
    number = exp.Window(this=call("ROW_NUMBER"), partition_by=[column(KEY)], order=order)
    upto = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[column(KEY)], order=order.copy())
    ranked = exp.Select().select(column(KEY), column(INSTANT), exp.alias_(number, _NTH), exp.alias_(upto, _UPTO))
    numbered = named("numbered", ranked.from_(element.source(MATCH)), MATCH)
    names = [each.alias_or_name for each in bounds.selects]
    kept = [column(name, STATE) for name in names]
    before = asof(
        exp.Select().from_(named("ends", bounds, STATE)),
        numbered,
        MATCH,
        exp.LT(this=column(INSTANT, MATCH), expression=column(LOW, STATE)),
        of=STATE,
        outer=True,
    ).select(*kept, exp.alias_(otherwise(column(_UPTO, MATCH), literal(0)), BEFORE))
    through = asof(
        exp.Select().from_(named("before", before, STATE)),
        numbered.copy(),
        MATCH,
        exp.LTE(this=column(INSTANT, MATCH), expression=column(HIGH, STATE)),
        of=STATE,
        outer=True,
    ).select(
        *(one_.copy() for one_ in kept),
        column(BEFORE, STATE),
        exp.alias_(otherwise(column(_UPTO, MATCH), literal(0)), THROUGH),
        exp.alias_(column(INSTANT, MATCH), LAST),
    )
    found = exp.Sub(this=column(THROUGH, STATE), expression=column(BEFORE, STATE))
    counted = call("GREATEST", found, literal(0))
    enough = _COMPARISONS[one.comparison](this=counted, expression=literal(one.number))
    select = exp.Select().from_(named("through", through, STATE)).where(enough, copy=False)
    own: exp.Expr
    if one.comparison == ">=":
        nth = exp.EQ(
            this=column(_NTH, MATCH),
            expression=exp.Add(this=column(BEFORE, STATE), expression=literal(one.number)),
        )
        select = select.join(numbered.copy(), on=both([same_profile(MATCH, STATE), nth]), copy=False)
        own = column(INSTANT, MATCH)
    else:
        own = when(exp.GT(this=found.copy(), expression=literal(0)), column(LAST, STATE))
    columns = [column(KEY, STATE), column(INSTANT, STATE), *states.columns(STATE)]
    return select.select(*columns, exp.alias_(own, OWN))


def counted(states: States | None, element: Element, *, is_open: bool) -> exp.Select:
    """The one state of each profile with the event that a counted element stands for."""
    one = element.element
    number = exp.Count(this=column(INSTANT, MATCH))
    enough = _COMPARISONS[one.comparison](this=number, expression=literal(one.number))
    chosen = exp.alias_(chosen_of(one), OWN)
    if states is None:
        select = exp.Select().from_(element.source(MATCH)).select(column(KEY, MATCH), chosen)
        return select.group_by(column(KEY, MATCH)).having(enough)
    keys = [column(KEY, STATE), column(INSTANT, STATE), *states.columns(STATE)]
    select = joined(states, element, is_open=is_open, outer=admits_none(one))
    return select.select(*keys, chosen).group_by(*(each.copy() for each in keys)).having(enough)


def chosen_of(element: ChainElement) -> exp.Expr:
    """The event that a counted element stands for: the last of exactly or at most n, else the n-th."""
    instant = column(INSTANT, MATCH)
    if element.comparison != ">=":
        return call("MAX", instant)
    if element.number == 1:
        return call("MIN", instant)
    return call("LIST_EXTRACT", call("MIN", instant, literal(element.number)), literal(element.number))


def joined(states: States, element: Element, *, is_open: bool, outer: bool) -> exp.Select:
    """Every state beside every later event of an element that fits it."""
    tests = [
        same_profile(MATCH, STATE),
        _later(column(INSTANT, MATCH), column(INSTANT, STATE), is_open=is_open),
        *element.related(MATCH, states.places(STATE)),
    ]
    select = exp.Select().from_(table(states.step, STATE))
    return select.join(element.source(MATCH), on=both(tests), join_type="left" if outer else "inner", copy=False)


def none_between(states: States, one: Pending, negated: Element, *, right: str | None, is_open: bool) -> exp.Expr:
    """That a negated element has no event strictly between a state and an event, both in one row."""
    tests = [
        same_profile(NONE, STATE),
        _later(column(INSTANT, NONE), column(INSTANT, STATE), is_open=is_open),
        *negated.related(NONE, states.places(STATE)),
    ]
    if right is not None:
        tests.append(exp.LT(this=column(INSTANT, NONE), expression=column(right, STATE)))
    inside = exp.Select().select(literal(1)).from_(negated.source(NONE)).where(both(tests), copy=False)
    clear: exp.Expr = exp.Not(this=exp.Exists(this=inside))
    passing: list[exp.Expr] = []
    if right is not None:
        # With no event of its own the element is no neighbour, and what is negated goes on waiting.
        passing.append(absent(column(right, STATE)))
    if one.guarded:
        passing.append(exp.Not(this=column(states.guards[one.index], STATE)))
    return some([*passing, clear])


def _later(instant: exp.Expr, than: exp.Expr, *, is_open: bool) -> exp.Expr:
    later: exp.Expr = exp.GT(this=instant, expression=than)
    return exp.Paren(this=some([absent(than.copy()), later])) if is_open else later


def without_between(
    rows: exp.Select, states: States, pending: Sequence[tuple[Pending, Element]], *, is_open: bool
) -> exp.Select:
    """Rows of a state and its one event (`own`) between which no event of the negated elements comes."""
    for one, negated in pending:
        joined_, names = _nearest(rows, states, one, negated, is_open=is_open)
        comes = _comes(states, one, negated)
        early: exp.Expr = exp.LT(this=column(INSTANT, NONE), expression=column(OWN, STATE))
        spoils = early if comes is None else both([early, comes])
        # With no event of its own the element is no neighbour, and what is negated goes on waiting.
        clear = exp.Not(this=exp.Paren(this=call("COALESCE", spoils, exp.false())))
        rows = joined_.select(*(column(name, STATE) for name in names)).where(clear, copy=False)
    return rows


def advanced(
    rows: exp.Select, states: States, step: Step, element: Element, *, once: bool
) -> tuple[exp.Select, States]:
    """The states after an element, from rows that have those before it and the element's event as `own`.

    `once` says that a state must not be there twice, as one for each of two events at one instant would be.
    """
    one = element.element
    stays = admits_none(one)
    own = column(OWN, STATE)
    reached: exp.Expr = otherwise(own, column(INSTANT, STATE)) if stays else own
    known = states.moments
    moments = {name: f"at_{step.index + 1}" if name == one.moment.name else known[name] for name in step.after}
    shown: list[exp.Expr] = [
        exp.alias_(own.copy(), column_, quoted=True) if name == one.moment.name else column(column_, STATE)
        for name, column_ in moments.items()
    ]
    guards: dict[int, str] = {}
    for each in step.waiting:
        guards[each.index] = f"waits_{each.index + 1}"
        waits: exp.Expr = absent(own.copy())
        if each.index in states.guards:
            waits = both([column(states.guards[each.index], STATE), waits])
        shown.append(exp.alias_(waits, guards[each.index], quoted=True))
    select = exp.Select().from_(rows.subquery(STATE)).select(column(KEY, STATE), *shown)
    if step.collapses and not guards:
        earliest = exp.alias_(call("MIN", reached), INSTANT)
        select = select.select(earliest, copy=False).group_by(column(KEY, STATE), *(each.copy() for each in shown))
    else:
        select = select.select(exp.alias_(reached, INSTANT), copy=False)
        select = select.distinct(copy=False) if once else select
    return select, States("", moments, guards)
