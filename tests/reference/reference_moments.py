"""Random `occurs` and `chain` for the differential tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from segkit.pql.tree import Unit
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from reference_expressions import Maker, Scope

PLURALS = {"century": "centuries", "millennium": "millennia"}
UNITS = [one for unit in get_args(Unit) for one in (unit, PLURALS.get(unit, f"{unit}s"))]
INTERVALS = list(get_args(Unit))
_COMMON = ["hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years"]
_MOMENTS = (Kind.TIMESTAMP, Kind.DATE)
_ISO = ['"2026-11-21"', '"2026-11-20T12:00:00Z"', '"2026-11-21T00:00:00+01:00"', '"2024-02-29"']
_DATES = ["date(2026, 11, 21)", "date(2024, 2, 29)", "date(2026, 3, 29)", "date(2026, 10, 25)", "date(2000, 1, 1)"]


def occurs(m: Maker, scope: Scope, depth: int) -> str:
    """`T occurs TAIL` (R38)."""
    subject = m.scalar(m.r.choice([Kind.TIMESTAMP, *_MOMENTS]), scope, min(depth, 1))
    found = m.objects(scope, 0) if m.r.random() < 0.2 else None
    paths = m.inside(found[1], m.r.choice(_MOMENTS)) if found is not None else []
    if found is not None and paths:
        subject = f"{found[0]}.{m.r.choice(paths)}"
    return f"({subject} occurs {tail(m, scope, depth)})"


def tail(m: Maker, scope: Scope, depth: int, named: tuple[str, ...] = ()) -> str:
    """The tail of an `occurs` or a `WHEN`."""
    reference = _reference(m, scope, depth, named)
    pick = m.r.random()
    if pick < 0.2:
        return f"{m.r.choice(['on ', ''])}{reference}"
    if pick < 0.4:
        return f"{m.r.choice(['before', 'after', 'from'])} {reference}"
    if pick < 0.55:
        return f"between {reference} and {_reference(m, scope, depth, named)}"
    comparison = m.r.choice(["=", "!=", "<", "<=", ">", ">=", "<=", ">"])
    count = m.r.choice([0, 1, 1, 2, 3, 24, 30])
    unit = m.r.choice(_COMMON if m.r.random() < 0.6 else UNITS)
    return f"{comparison} {count} {unit} {m.r.choice(['before', 'after', 'from'])} {reference}"


def _reference(m: Maker, scope: Scope, depth: int, named: tuple[str, ...]) -> str:
    if named and m.r.random() < 0.7:
        return m.r.choice(named)
    pick = m.r.random()
    if pick < 0.35:
        return m.r.choice(["now", "now", "today", "yesterday", "tomorrow"])
    if pick < 0.55:
        unit = m.r.choice(["day", "hour", "week", "month", "year"] if m.r.random() < 0.7 else INTERVALS)
        return f"{m.r.choice(['this', 'last', 'next'])} {unit}"
    if pick < 0.7:
        return m.r.choice([*_DATES, *_ISO])
    return m.scalar(m.r.choice(_MOMENTS), scope, min(depth, 1))


def chain(m: Maker, scope: Scope, depth: int) -> str:
    """A sequence of events, or of the items of any array of objects that have a moment (R33 to R37)."""
    r, source, event = m.r, "xEvent", m.schema.event
    found = m.objects(scope, 0) if not scope.is_root or r.random() < 0.3 else None
    if found is not None and (m.inside(found[1], Kind.TIMESTAMP) or m.inside(found[1], Kind.DATE)):
        source, event, _ = found
    elif not scope.is_root:
        return occurs(m, scope, depth)
    inner = scope.within(event)
    elements: list[str] = []
    named: list[str] = []
    kinds = [m.condition(inner, 0) for _ in range(2)]
    for number in range(r.choice([1, 2, 2, 3, 3, 4])):
        name, negated = f"E{number}", r.random() < 0.2
        what = r.choice([*kinds, "*", m.condition(inner, min(depth, 1))])
        when = f" WHEN({tail(m, inner, 0, tuple(named))})" if r.random() < 0.35 else ""
        count = r.choice(["1", "2", ">= 2", "= 1", "= 2", "<= 1", "= 0", "<= 2"])
        counted = f" COUNT({count})" if not negated and r.random() < 0.3 else ""
        elements.append(f"{'not ' if negated else ''}{name}: WHAT({what}){when}{counted}")
        if not negated:
            named.append(name)
    array = source if r.random() < 0.8 else f"{source}[{m.condition(inner, 1)}]"
    times = [*m.inside(event, Kind.TIMESTAMP), *m.inside(event, Kind.DATE)]
    times += ["timestamp"] * 4 if event is m.schema.event else []
    return f"chain({array}, {r.choice(times)}, [{', '.join(elements)}])"
