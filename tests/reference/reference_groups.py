"""Random groups, maps made of entries and object literals for the differential tests (R08, R28)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from segkit.pql.types import STRING, Kind, Type, array_of, object_of

if TYPE_CHECKING:
    from reference_expressions import Maker, Scope

SCALARS = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
KEYS = (Kind.STRING, Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.DATE)
Found = tuple[str, Type, bool]


def grouped(m: Maker, scope: Scope, depth: int) -> Found | None:
    """`arr.groupBy(key)`: its text, the item of its groups, and whether their order is defined."""
    found = m.objects(scope, depth)
    if found is None:
        return None
    array, of, stable = found
    key = m.scalar(m.r.choice(KEYS), scope.within(of), min(depth, 1))
    return f"{array}.groupBy({key})", of, stable


def group(m: Maker, scope: Scope, depth: int) -> Found | None:
    """One group by its key: an array of objects."""
    found = grouped(m, scope, depth)
    return None if found is None else (f"{found[0]}[{_key(m, scope)}]", *found[1:])


def new_map(m: Maker, kind: Kind, scope: Scope, depth: int) -> str | None:
    """A map of scalars made of the groups of an array, or of another map."""
    found = grouped(m, scope, depth)
    if found is None:
        return None
    text, of, stable = found
    group_type = array_of(of)
    if m.r.random() < 0.3:
        inner = scope.within(group_type)
        inner = inner if stable else replace(inner, unordered=inner.unordered | {"this"})
        return f"{text}.map({m.scalar(kind, inner, max(depth, 1))})"
    key, name = m.fresh(), m.fresh()
    inner = scope.having(key, STRING).having(name, group_type)
    inner = inner if stable else replace(inner, unordered=inner.unordered | {name})
    new_key = m.r.choice([key, key, key, f"{key}.upperCase()", m.scalar(Kind.STRING, inner, 1)])
    return f"{text}.map(({key}, {name}) => mapEntry({new_key}, {m.scalar(kind, inner, max(depth, 1))}))"


def scalar(m: Maker, kind: Kind, scope: Scope, depth: int) -> str | None:
    """A scalar read from a map that was made, or from an object written out."""
    if m.r.random() < 0.4:
        text, of = record(m, scope, depth, kind)
        name = m.r.choice([name for name, one in of.fields if one.kind is kind])
        return f"{text}.{name}" if m.r.random() < 0.7 else f'{text}["{name}"]'
    made = new_map(m, kind, scope, depth)
    if made is None:
        return None
    if kind is Kind.INTEGER and m.r.random() < 0.3:
        return f"{made}.{m.r.choice(['count()', 'keys().count()', 'values().sum()'])}"
    return f"{made}[{_key(m, scope)}]"


def record(m: Maker, scope: Scope, depth: int, *kinds: Kind) -> tuple[str, Type]:
    """`{"a": …}` with fields of these kinds, and others."""
    every = [*kinds, *(m.r.choice(SCALARS) for _ in range(m.r.choice([0, 1, 2])))]
    fields = {f"f{number}": kind for number, kind in enumerate(every)}
    parts = {name: m.scalar(kind, scope, min(depth, 1)) for name, kind in fields.items()}
    types = {name: Type(kind) for name, kind in fields.items()}
    if m.r.random() < 0.2:
        array, _ = m.array(Kind.STRING, scope, 0)
        if "xEvent" not in array:
            parts["all"], types["all"] = array, array_of(STRING)
    written = ", ".join(f'"{name}": {part}' for name, part in parts.items())
    return f"{{{written}}}", object_of(types)


def records(m: Maker, scope: Scope, depth: int) -> Found | None:
    """`arr.map({"a": …})`: an array of objects."""
    found = m.objects(scope, depth)
    if found is None:
        return None
    array, of, stable = found
    text, made = record(m, scope.within(of), min(depth, 1), m.r.choice(SCALARS))
    return f"{array}.map({text})", made, stable


def whole(m: Maker, scope: Scope, depth: int) -> str:
    """A map or an object as the result."""
    made = new_map(m, m.r.choice(SCALARS), scope, depth) if m.r.random() < 0.6 else None
    if made is None and m.r.random() < 0.5:
        found = grouped(m, scope, depth)
        made = found[0] if found is not None else None
    return made or record(m, scope, depth, m.r.choice(SCALARS))[0]


def condition(m: Maker, scope: Scope, depth: int) -> str:
    """Presence of what was made."""
    text = whole(m, scope, depth)
    if m.r.random() < 0.4:
        return text
    return f"{text}.{m.r.choice(['isNull', 'isNotNull'])}()"


def _key(m: Maker, scope: Scope) -> str:
    return m.r.choice(['"a"', '"red"', '"view"', '"true"', '"2"', '"21"', m.scalar(Kind.STRING, scope, 0)])
