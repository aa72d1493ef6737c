"""Random scalar expressions for the differential tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reference_groups as groups

from segkit.pql.functions import FUNCTIONS
from segkit.pql.types import Kind, Type, array_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_expressions import Maker, Scope

    from segkit.pql.functions import Parameter

SCALARS = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
ORDERED = (Kind.INTEGER, Kind.DOUBLE, Kind.DATE, Kind.TIMESTAMP)
NUMBERS = (Kind.INTEGER, Kind.DOUBLE)
MOMENTS = (Kind.TIMESTAMP, Kind.DATE)
PATTERNS = ["^A", "n+$", "[a-z]{2}", "(a)(,)?", r"\d", "x|e", ".", "(?i)ann"]
_DATES = ["date(2026, 11, 21)", "date(2024, 2, 29)", "date(2026, 3, 29)", "date(2026, 10, 25)", "date(1, 1, 1)"]
_DAY_PARTS = ["getMonth", "getYear", "getDayOfMonth", "dayOfWeek", "dayOfYear", "weekOfYear", "extractMonth"]
_TIME_PARTS = ["extractHours", "extractMinutes", "extractSeconds"]
_DIFFERENCES = [
    "diffInSeconds",
    "diffInMinutes",
    "diffInHours",
    "diffInDays",
    "diffInMonths",
    "diffInYears",
    "dateDiff",
]
_PLAIN_TEXTS = ["upperCase", "lowerCase", "trim", "leftTrim", "rightTrim", "md5", "sha256"]
_PARTS_OF_TEXT = ["extractEmailDomain", "getUrlHost", "getUrlPath"]
_CALLS = [
    one
    for one in FUNCTIONS.values()
    # of one scalar kind each, so that they fit together; the others are written where their arguments are at hand
    if one.name not in {"inSegment", "date", "equals", "notEqualTo", "toPrecision"}
    and all(part.accepts.kinds and part.accepts.kinds <= set(SCALARS) for part in one.parameters)
]
_URLS = ['"https://u:p@Www.x.example:80/a%20b?q#f"', '"http://x"', '"a@b@c.example"', '"mailto:a@b"', '"//x/y"']


def scalar(m: Maker, kind: Kind, scope: Scope, depth: int) -> str:
    """An expression of a scalar kind."""
    if depth <= 0 or m.r.random() < 0.25:
        paths = m.paths(kind, scope)
        return m.r.choice(paths) if paths and m.r.random() < 0.8 else m.literal(kind)
    inner = depth - 1
    pick = m.r.random()
    if pick < 0.08:
        return let(m, scope, inner, lambda one: m.scalar(kind, one, inner))
    if pick < 0.18:
        branches = f"{m.scalar(kind, scope, inner)}, {m.scalar(kind, scope, inner)}"
        return f"if({m.condition(scope, inner)}, {branches})"
    if pick < 0.3:
        array, stable = m.array(kind, scope, inner)
        if kind in ORDERED and (m.r.random() < 0.5 or not stable):
            return m.called(m.r.choice(["min", "max"]), array)
        if stable:
            return m.called("head", array)
    if pick < 0.4:
        found = m.objects(scope, inner)
        if found is not None and found[2]:
            paths = m.inside(found[1], kind)
            if paths:
                return f"{found[0]}.head().{m.r.choice(paths)}"
    if pick < 0.47:
        values = m.keyed(kind, scope, inner)
        if values:
            return m.r.choice(values)
    if pick < 0.51:
        made = groups.scalar(m, kind, scope, inner)
        if made is not None:
            return made
    if pick < 0.62:
        return call(m, kind, scope, inner)
    match kind:
        case Kind.STRING:
            return _string(m, scope, inner)
        case Kind.INTEGER:
            return _integer(m, scope, inner)
        case Kind.DOUBLE:
            return _double(m, scope, inner)
        case Kind.BOOLEAN:
            return _boolean(m, scope, inner)
        case Kind.DATE:
            parts = [m.scalar(Kind.INTEGER, scope, inner) for _ in range(3)]
            written = m.r.random() < 0.3 and not all(one.lstrip("-").isdigit() for one in parts)
            return f"date({', '.join(parts)})" if written else m.r.choice(m.paths(kind, scope) or _DATES)
        case _:
            return _timestamp(m, scope, inner)


def call(m: Maker, kind: Kind, scope: Scope, depth: int) -> str:
    """Any function of scalars that gives this kind, straight from the registry."""
    given = [one for one in _CALLS if one.returns == kind]
    if not given:
        return m.literal(kind)
    one = m.r.choice(given)
    arguments = [_argument(m, part, scope, depth) for part in one.parameters if not part.optional or m.r.random() < 0.5]
    return m.called(one.name, *arguments) if one.method else f"{one.name}({', '.join(arguments)})"


def _argument(m: Maker, part: Parameter, scope: Scope, depth: int) -> str:
    match part.name:
        case "pattern":
            return m.text(m.r.choice(PATTERNS))
        case "group":
            return "0"
        case "caseSensitive":
            return m.literal(Kind.BOOLEAN)
    kinds = sorted(part.accepts.kinds)
    return m.scalar(m.r.choice(kinds), scope, depth)


def let(m: Maker, scope: Scope, depth: int, body: Callable[[Scope], str]) -> str:
    """`let V = … in …` over a scalar or an array of objects (R32)."""
    name, pick = m.fresh(), m.r.random()
    found = m.objects(scope, depth) if pick < 0.3 else None
    # an array without an order must not lose it behind a name, where `head` could be asked of it
    if found is not None and found[2]:
        given, of = found[0], array_of(found[1])
    else:
        of = Type(m.r.choice(SCALARS))
        given = m.scalar(of.kind, scope, depth)
    return f"(let {name} = {given} in {body(scope.having(name, of))})"


def _boolean(m: Maker, scope: Scope, depth: int) -> str:
    if m.r.random() < 0.2:
        of = m.scalar(m.r.choice([Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.DOUBLE]), scope, depth)
        return m.called("toBool", of)
    return f"({m.condition(scope, depth)})"


def _string(m: Maker, scope: Scope, depth: int) -> str:
    r, s = m.r, m.scalar(Kind.STRING, scope, depth)
    n = m.scalar(Kind.INTEGER, scope, 0)
    part = m.literal(Kind.STRING)
    pattern = m.text(r.choice(PATTERNS))
    match r.randrange(13):
        case 0 | 1:
            return m.called(r.choice(_PLAIN_TEXTS), s)
        case 2:
            return m.called(r.choice(_PARTS_OF_TEXT), r.choice([s, *_URLS]))
        case 3:
            return m.called("substr", s, n)
        case 4:
            return m.called("substr", s, n, m.scalar(Kind.INTEGER, scope, 0))
        case 5 | 6:
            return m.called("concat", s, m.scalar(Kind.STRING, scope, depth))
        case 7:
            return m.called("replace", s, part, m.scalar(Kind.STRING, scope, 0))
        case 8:
            return m.called("replaceAll", s, pattern, m.literal(Kind.STRING))
        case 9:
            return m.called("regexGroup", s, m.text("(a)(,)?"), r.choice(["0", "1", "2"]))
        case 10:
            of = r.choice([Kind.INTEGER, Kind.BOOLEAN, Kind.DATE, Kind.STRING])
            return m.called("toString", m.scalar(of, scope, depth))
        case 11:
            # of numbers beyond 17 digits no two languages write the same digits
            return m.called("toPrecision", f"({m.scalar(r.choice(NUMBERS), scope, 0)} % 1000)", r.choice(["0", "1"]))
        case _:
            array, stable = m.array(Kind.STRING, scope, depth)
            return m.called("join", array, part) if stable else m.called("regexGroup", s, pattern, "0")


def _integer(m: Maker, scope: Scope, depth: int) -> str:
    r = m.r
    match r.randrange(16):
        case 0 | 1 | 2:
            a, b = (m.scalar(Kind.INTEGER, scope, depth) for _ in range(2))
            return f"({a} {r.choice('+-*%')} {b})"
        case 3:
            return f"(-{r.choice(m.paths(Kind.INTEGER, scope) or ['3'])})"
        case 4:
            return m.called("length", m.scalar(Kind.STRING, scope, depth))
        case 5:
            return m.called("indexOf", m.scalar(Kind.STRING, scope, depth), m.scalar(Kind.STRING, scope, 0))
        case 6:
            return m.called("toInt", m.scalar(r.choice([Kind.STRING, Kind.DOUBLE, Kind.BOOLEAN]), scope, depth))
        case 7:
            return m.called(r.choice(["count", "countOnlyNull", "countWithNull"]), m.any_array(scope, depth))
        case 8:
            return f"{m.any_array(scope, depth)}.count()"
        case 9:
            return m.called("sum", m.array(Kind.INTEGER, scope, depth)[0])
        case 10:
            array = m.array(r.choice(SCALARS), scope, depth)[0]
            return r.choice([f"{array}.distinct().count()", m.called("distinctCountWithNull", array)])
        case 11:
            return m.called(r.choice(_DAY_PARTS), m.scalar(r.choice(MOMENTS), scope, depth))
        case 12:
            return m.called(r.choice(_TIME_PARTS), m.scalar(r.choice(MOMENTS), scope, depth))
        case 13:
            moments = (m.scalar(r.choice(MOMENTS), scope, depth) for _ in range(2))
            return m.called(r.choice(_DIFFERENCES), *moments)
        case 14:
            age = m.called(r.choice(["age", "ageInDays", "ageInMonths"]), m.scalar(r.choice(MOMENTS), scope, depth))
            return r.choice([age, "currentMonth()", "currentYear()", "currentDayOfMonth()"])
        case _:
            return _over_items(m, scope, depth, Kind.INTEGER)


def _double(m: Maker, scope: Scope, depth: int) -> str:
    r = m.r
    match r.randrange(8):
        case 0 | 1:
            a, b = m.scalar(Kind.DOUBLE, scope, depth), m.scalar(r.choice(NUMBERS), scope, depth)
            return f"({a} {r.choice('+-*/%')} {b})"
        case 2:
            return f"({m.scalar(Kind.INTEGER, scope, depth)} / {m.scalar(r.choice(NUMBERS), scope, depth)})"
        case 3:
            of = m.scalar(r.choice(NUMBERS), scope, depth)
            return m.called(r.choice(["absolute", "roundUp", "roundDown"]), of)
        case 4:
            return m.called("stringToNumber", m.scalar(Kind.STRING, scope, depth))
        case 5:
            return m.called("average", m.array(r.choice(NUMBERS), scope, depth)[0])
        case 6:
            return m.called("sum", m.array(Kind.DOUBLE, scope, depth)[0])
        case _:
            return _over_items(m, scope, depth, Kind.DOUBLE)


def _over_items(m: Maker, scope: Scope, depth: int, kind: Kind) -> str:
    """`arr.sum(e)`, `sum E over V from A where C`, and the same over two variables (R28, R31)."""
    found = m.objects(scope, depth)
    if found is None:
        return m.literal(kind)
    array, of, _ = found
    function = "sum" if kind is Kind.INTEGER else m.r.choice(["sum", "average", "min", "max"])
    body = kind if function != "average" else m.r.choice(NUMBERS)
    if m.r.random() < 0.5:
        return f"{array}.{function}({m.scalar(body, scope.within(of), min(depth, 1))})"
    clauses, inner = m.clauses(scope, depth, 1 if m.r.random() < 0.7 else 2)
    return f"({function} {m.scalar(body, inner, min(depth, 1))} over {clauses})"


def _timestamp(m: Maker, scope: Scope, depth: int) -> str:
    r = m.r
    of = m.scalar(r.choice([Kind.TIMESTAMP, *MOMENTS]), scope, depth)
    match r.randrange(5):
        case 0 | 1:
            unit = r.choice(["Days", "Hours", "Minutes", "Seconds", "Months", "Years"])
            count = m.scalar(Kind.INTEGER, scope, min(depth, 1))
            return m.called(f"add{unit}", of, r.choice([count, "1", "-1", "3"]))
        case 2:
            return m.called(f"truncateToStartOf{r.choice(['Day', 'Week', 'Quarter', 'Year'])}", of)
        case 3:
            return m.called("stringToDate", m.scalar(Kind.STRING, scope, depth))
        case _:
            found = m.objects(scope, depth)
            if found is None:
                return of
            return f"{found[0]}.{r.choice(['min', 'max'])}({m.scalar(Kind.TIMESTAMP, scope.within(found[1]), 0)})"
