"""Random arrays and clauses over them for the differential tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reference_groups as groups

from segkit.pql.types import Kind, Type, array_of, object_of

if TYPE_CHECKING:
    from reference_expressions import Maker, Scope

SCALARS = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
ORDERED = (Kind.INTEGER, Kind.DOUBLE, Kind.DATE, Kind.TIMESTAMP)
Found = tuple[str, Type, bool]


def sources(m: Maker, scope: Scope) -> list[Found]:
    """The arrays of objects in scope: their text, their item and whether their order is defined."""
    found: list[Found] = []
    for text, of in m.reach(scope):
        if of.kind is Kind.ARRAY and of.of.kind is Kind.OBJECT:
            stable = text not in scope.unordered
            found.append((text, of.of, stable))
            found += _nested(m, text, of.of, stable=stable)
        elif of.kind is Kind.MAP and of.of.kind is Kind.OBJECT:
            found.append((f"{text}.values()", of.of, True))
    event = m.schema.event
    if scope.is_root:
        # events are what most rules are about
        found += [("xEvent", event, False)] * max(1, len(found) // 2)
        found += _nested(m, "xEvent", event, stable=False)
    elif m.r.random() < 0.08:
        top = "^" * len(scope.outer) if m.r.random() < 0.5 else "$1"
        found.append((f"{top}.xEvent", event, False))
    return found


def _nested(m: Maker, text: str, item: Type, *, stable: bool) -> list[Found]:
    """Arrays of objects below the items of one: they flatten (R20)."""
    return [
        (f"{text}.{m.spelled(path)}", of.of, stable)
        for path, of in m.below(item)
        if of.kind is Kind.ARRAY and of.of.kind is Kind.OBJECT
    ]


def objects(m: Maker, scope: Scope, depth: int) -> Found | None:
    """An array of objects, its item, and whether its order is defined."""
    known = sources(m, scope)
    if not known:
        return None
    array, of, stable = m.r.choice(known)
    if depth <= 0 or m.r.random() < 0.4:
        return array, of, stable
    pick = m.r.random()
    if pick < 0.5:
        condition = m.condition(scope.within(of), min(depth - 1, 2))
        if m.r.random() < 0.2:
            name = m.fresh()
            named = m.condition(scope.having(name, of), min(depth - 1, 1))
            return f"{array}.filter(({name}) => {named})", of, stable
        return (f"{array}.filter({condition})" if m.r.random() < 0.3 else f"{array}[{condition}]"), of, stable
    if pick < 0.75 and (stable or of is m.schema.event):
        kind = m.r.choice(ORDERED)
        key = m.scalar(kind, scope.within(of), min(depth - 1, 1))
        number = m.r.choice(["1", "1", "2", "3"])
        return m.called(m.r.choice(["topN", "bottomN"]), array, key, number), of, True
    if pick < 0.87:
        name = m.fresh()
        clause = f"{name} from {array} where {m.condition(scope.having(name, of), min(depth - 1, 2))}"
        return f"(select {clause})", of, stable
    made = m.r.choice([tuples, tuples, groups.group, groups.records])
    return made(m, scope, depth - 1)


def tuples(m: Maker, scope: Scope, depth: int) -> Found | None:
    """A select over several variables: an array of objects with a field for each (R24)."""
    text, inner = m.clauses(scope, depth, 2 if m.r.random() < 0.8 else 3)
    fresh = {name: of for name, of in inner.variables.items() if name not in scope.variables}
    return f"(select {text})", object_of(fresh), "xEvent" not in text


def clauses(m: Maker, scope: Scope, depth: int, number: int) -> tuple[str, Scope]:
    """`V from A where C, …` and what it makes visible; later sources may start from earlier variables."""
    parts: list[str] = []
    inner = scope
    for place in range(number):
        found = _starting_from(m, inner, scope) if place and m.r.random() < 0.6 else None
        kind = m.r.choice(SCALARS)
        plain = m.r.random() < 0.2
        found = found or (None if plain else objects(m, inner, 0)) or (m.array(kind, inner, 0)[0], Type(kind), True)
        name = m.fresh()
        inner = inner.having(name, found[1])
        condition = m.condition(inner, min(depth, 2 if place == number - 1 else 1))
        word = m.r.choice([" where ", " where ", " where ", ": "])
        parts.append(f"{name} from {found[0]}" + ("" if m.r.random() < 0.15 else f"{word}{condition}"))
    return ", ".join(parts), inner


def _starting_from(m: Maker, inner: Scope, outer: Scope) -> Found | None:
    """An array of an earlier variable: `W from V.items`."""
    found: list[Found] = []
    for name, of in inner.variables.items():
        if name in outer.variables:
            continue
        for path, one in m.below(of):
            if one.kind is Kind.ARRAY:
                found.append((f"{name}.{m.spelled(path)}", one.of, True))
    return m.r.choice(found) if found else None


def array(m: Maker, kind: Kind, scope: Scope, depth: int) -> tuple[str, bool]:
    """An array of scalars, and whether its order is defined."""
    wanted = array_of(Type(kind))
    options: list[tuple[str, bool]] = [(text, True) for text in m.paths(wanted, scope)] * 2
    options += [(text, True) for text in m.keyed(wanted, scope, 0)]
    for text, of in m.reach(scope):
        if of.kind is Kind.MAP:
            options += [(f"{text}.keys()", True)] if kind is Kind.STRING else []
            options += [(f"{text}.values()", True)] if of.of.kind is kind or of.of == wanted else []
    found = objects(m, scope, depth - 1)
    if found is not None:
        text, of, stable = found
        options += [(f"{text}.{path}", stable) for path in (*m.inside(of, kind), *m.inside(of, wanted))]
        options.append((f"{text}.map({m.scalar(kind, scope.within(of), min(depth - 1, 1))})", stable))
        name = m.fresh()
        body = m.scalar(kind, scope.having(name, of), min(depth - 1, 1))
        options.append((f"{text}.map(({name}) => {body})", stable))
    if kind is Kind.STRING:
        options.append((m.called("split", m.scalar(kind, scope, 0), m.r.choice(['","', '"a"', '" "'])), True))
    if not options or (depth > 0 and m.r.random() < 0.1):
        items = [
            m.scalar(kind, scope, 0) if m.r.random() < 0.3 else m.literal(kind) for _ in range(m.r.choice([1, 2, 3]))
        ]
        options = [(f"[{', '.join(items)}]", True)]
    text, stable = m.r.choice(options)
    if depth > 0 and m.r.random() < 0.3:
        return _changed(m, kind, scope, depth, text, stable=stable)
    return text, stable


def _changed(m: Maker, kind: Kind, scope: Scope, depth: int, text: str, *, stable: bool) -> tuple[str, bool]:
    of = Type(kind)
    match m.r.randrange(6):
        case 0:
            return m.called("distinct", text), stable
        case 1:
            return f"{text}[{m.condition(scope.within(of), 1)}]", stable
        case 2:
            return f"{text}.map({m.scalar(kind, scope.within(of), 1)})", stable
        case 3:
            name = m.fresh()
            clause = f"{name} from {text} where {m.condition(scope.having(name, of), 1)}"
            return f"(select {clause})", stable
        case 4 if kind in ORDERED and stable:
            number = m.r.choice(["1", "2", m.scalar(Kind.INTEGER, scope, 0)])
            return m.called(m.r.choice(["topN", "bottomN"]), text, "this", number), stable
        case _:
            other, also = array(m, kind, scope, depth - 1)
            return m.called("intersection", text, other), stable and also
