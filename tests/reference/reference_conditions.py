"""Random conditions for the differential tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reference_groups as groups
import reference_moments as moments
from reference_scalars import MOMENTS, NUMBERS, PATTERNS, let

from segkit.pql.types import Kind

if TYPE_CHECKING:
    from reference_expressions import Maker, Scope

SCALARS = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
_ISO = ['"2026-11-21"', '"2026-11-20T12:00:00Z"', '"2026-11-21T00:00:00+01:00"', '"2024-02-29"', '"0001-01-01"']
_SIZES = ["= 0", "> 0", "> 1", ">= 1", "< 1", "!= 2", "= 1", "<= 2"]
_LIKE = ['"%n%"', '"_n_"', '"a%"', '"%"', '"a_b"', '"50\\\\%"', '"_"', '"%_"', '""']
_PREDICATES = ["startsWith", "endsWith", "contains", "doesNotStartWith", "doesNotEndWith", "doesNotContain"]
_PREDICATES += ["equals", "notEqualTo"]
_EQUALITY = ["=", "!="]


def condition(m: Maker, scope: Scope, depth: int) -> str:
    """A value in a boolean position."""
    if depth <= 0:
        return _simple(m, scope)
    options = [
        _simple,
        _compare,
        _compare,
        _text,
        _member,
        _logic,
        _logic,
        _logic,
        _quantified,
        _quantified,
        _filtered,
        moments.occurs,
        moments.occurs,
        _sets,
        _if,
        _any,
        _presence,
        _let,
        _empty,
        groups.condition,
    ]
    # inside other scopes chains nest, which says little for much
    options += [moments.chain] * (2 if scope.is_root else 1 if m.r.random() < 0.3 else 0)
    return m.r.choice(options)(m, scope, depth - 1)


def _simple(m: Maker, scope: Scope, depth: int = 0) -> str:
    del depth
    if m.segments and m.r.random() < 0.15:
        return f"inSegment({m.text(m.r.choice(m.segments))})"
    kind = m.r.choice(SCALARS)
    paths = m.paths(kind, scope)
    if not paths:
        return m.literal(Kind.BOOLEAN)
    path, pick = m.r.choice(paths), m.r.random()
    if pick < 0.1:
        return path
    if pick < 0.2:
        return m.called(m.r.choice(["isNull", "isNotNull"]), path)
    if pick < 0.23:
        return f"({path} {m.r.choice(_EQUALITY)} null)"
    return _pair(m, path, kind, m.literal(kind) if kind is not Kind.TIMESTAMP or pick < 0.6 else m.r.choice(_ISO))


def _pair(m: Maker, left: str, kind: Kind, right: str) -> str:
    every = [*_EQUALITY, "<", "<=", ">", ">="]
    return f"({left} {m.r.choice(_EQUALITY if kind in {Kind.STRING, Kind.BOOLEAN} else every)} {right})"


def _compare(m: Maker, scope: Scope, depth: int) -> str:
    kind = m.r.choice(SCALARS)
    left, other = m.scalar(kind, scope, depth), kind
    if kind in NUMBERS:
        other = m.r.choice(NUMBERS)
        if m.r.random() < 0.05:
            return _pair(m, left, kind, m.r.choice(['"21"', '"1.5"', '"-2"']))
    if kind in MOMENTS:
        other = m.r.choice(MOMENTS)
        if m.r.random() < 0.2:
            return _pair(m, left, kind, m.r.choice(_ISO))
        if kind is Kind.TIMESTAMP and m.r.random() < 0.05:
            return _pair(m, left, kind, m.r.choice(["1795262400000", "0", m.scalar(Kind.INTEGER, scope, 0)]))
    return _pair(m, left, kind, m.scalar(other, scope, depth))


def _text(m: Maker, scope: Scope, depth: int) -> str:
    s = m.scalar(Kind.STRING, scope, depth)
    found = m.objects(scope, 0) if m.r.random() < 0.2 else None
    if found is not None:
        paths = m.inside(found[1], Kind.STRING)
        s = f"{found[0]}.{m.r.choice(paths)}" if paths else s
    part = m.scalar(Kind.STRING, scope, min(depth, 1))
    flag = m.r.choice([(), (), ("false",), ("true",)])
    match m.r.randrange(4):
        case 0 | 1:
            return m.called(m.r.choice(_PREDICATES), s, part, *flag)
        case 2:
            pattern = m.text(m.r.choice(PATTERNS))
            return m.r.choice([m.called("matches", s, pattern), f"({s} matches {pattern})"])
        case _ if m.r.random() < 0.5:
            return f"({s} like {m.r.choice([m.literal(Kind.STRING), *_LIKE])})"
        case _:
            return m.called("equalsIgnoreCase", s, part)


def _member(m: Maker, scope: Scope, depth: int) -> str:
    kind = m.r.choice(SCALARS)
    left, array = m.scalar(kind, scope, depth), m.array(kind, scope, depth)[0]
    word = m.r.choice(["in", "notIn"])
    if m.r.random() < 0.5:
        items = ", ".join(m.literal(kind) for _ in range(m.r.choice([1, 2, 3])))
        array = f"[{items}]"
        if m.r.random() < 0.3:
            return f"({left} {word} ({items}))"
    return m.r.choice([f"({left} {word} {array})", m.called("includes", array, left)])


def _logic(m: Maker, scope: Scope, depth: int) -> str:
    pick = m.r.random()
    if pick < 0.25:
        return f"not ({condition(m, scope, depth)})"
    if pick < 0.3:
        return f"!({condition(m, scope, depth)})"
    word = m.r.choice([" and ", " or ", " AND ", " Or "])
    return "(" + word.join(condition(m, scope, depth) for _ in range(m.r.choice([2, 2, 3]))) + ")"


def _quantified(m: Maker, scope: Scope, depth: int) -> str:
    word = m.r.choice(["exists", "exists", "some", "forall", "all"])
    number = m.r.choice([1, 1, 1, 2, 2, 3])
    return f"({word} {m.clauses(scope, min(depth, 2), number)[0]})"


def _filtered(m: Maker, scope: Scope, depth: int) -> str:
    found = m.objects(scope, depth)
    if found is None:
        return _simple(m, scope)
    array, of, _ = found
    inner = condition(m, scope.within(of), min(depth, 2))
    return m.r.choice(
        [f"{array}[{inner}]", m.called("exists", array, inner), f"({array}[{inner}].count() {m.r.choice(_SIZES)})"]
    )


def _any(m: Maker, scope: Scope, depth: int) -> str:
    """A mapped array beside a scalar (R20)."""
    found = m.objects(scope, depth)
    kind = m.r.choice(SCALARS)
    paths = m.inside(found[1], kind) if found is not None else []
    if found is None or not paths:
        return _simple(m, scope)
    left = f"{found[0]}.{m.r.choice(paths)}"
    if m.r.random() < 0.2:
        return f"({left} {m.r.choice(['in', 'notIn'])} [{m.literal(kind)}, {m.literal(kind)}])"
    return _pair(m, left, kind, m.scalar(kind, scope, min(depth, 1)))


def _presence(m: Maker, scope: Scope, depth: int) -> str:
    paths = m.paths(Kind.OBJECT, scope) + m.paths(Kind.MAP, scope)
    pick = m.r.choice([*paths, m.any_array(scope, depth), m.any_array(scope, depth)])
    null = f"({pick} {m.r.choice(_EQUALITY)} null)"
    return m.r.choice([pick, m.called("isNull", pick), m.called("isNotNull", pick), f"not {pick}", null])


def _empty(m: Maker, scope: Scope, depth: int) -> str:
    of = m.r.choice([m.any_array(scope, depth), m.scalar(Kind.STRING, scope, depth), *m.paths(Kind.MAP, scope)[:3]])
    return m.called(m.r.choice(["isEmpty", "isNotEmpty"]), of)


def _sets(m: Maker, scope: Scope, depth: int) -> str:
    kind = m.r.choice(SCALARS)
    left, right = m.array(kind, scope, depth)[0], m.array(kind, scope, depth)[0]
    name = m.r.choice(["intersects", "subsetOf", "supersetOf"])
    return m.r.choice([m.called(name, left, right), f"({left} {m.r.choice(_EQUALITY)} {right})"])


def _if(m: Maker, scope: Scope, depth: int) -> str:
    return f"if({', '.join(condition(m, scope, depth) for _ in range(3))})"


def _let(m: Maker, scope: Scope, depth: int) -> str:
    if m.r.random() < 0.3:
        # a name for a time reference keeps its being an interval
        name = m.fresh()
        subject = m.scalar(Kind.TIMESTAMP, scope, min(depth, 1))
        word = m.r.choice(["on", "before", "after", "<= 1 day before"])
        return f"(let {name} = {m.r.choice(['today', 'yesterday', 'now'])} in {subject} occurs {word} {name})"
    return let(m, scope, depth, lambda one: condition(m, one, depth))
