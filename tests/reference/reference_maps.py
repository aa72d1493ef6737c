"""Groups, maps made of entries and object literals in the reference interpreter (R08, R22, R28, R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import reference_functions as functions
from reference_values import Map, Value

from segkit.pql import tree
from segkit.pql.types import DOUBLE, INTEGER, STRING, Kind, Type, array_of, map_of, object_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_interpreter import Scope

    Evaluate = Callable[[tree.Node, Scope], Value]


def written(node: tree.Object, scope: Scope, value: Evaluate) -> Value:
    """R08: an object literal."""
    fields = {name: value(one, scope) for name, one in node.fields}
    return Value({name: one.it for name, one in fields.items()}, object_of({n: one.type for n, one in fields.items()}))


def grouped(array: Value, key: Callable[[Value], Value]) -> Value:
    """R28, R30: a map from each key as text to the items that have it; several keys put an item in several groups."""
    found: dict[str, list[Any]] = {}
    for item in array.items:
        keys = key(item)
        texts = [_text(one) for one in (keys.items if keys.kind is Kind.ARRAY else [keys])]
        for text in dict.fromkeys(one for one in texts if one is not None):
            found.setdefault(text, []).append(item.it)
    return Value(None if array.it is None else _map(found), map_of(array.type))


def mapped(of: Value, node: tree.Node, scope: Scope, value: Evaluate) -> Value:
    """R28: new values under the same keys, or new entries; of those with one key the last, by its old key, stays."""
    sample = _entry(node, Value(None, STRING), Value(None, of.type.of), scope, value)[1]
    kind = map_of(sample.type)
    if of.it is None:
        return Value(None, kind)
    found: dict[str, Any] = {}
    for old in sorted(of.it.entries):
        key, new = _entry(node, Value(old, STRING), Value(of.it.entries[old], of.type.of), scope, value)
        if key is not None:
            found[key] = new.it
    return Value(_map(found), kind)


def _entry(node: tree.Node, key: Value, item: Value, scope: Scope, value: Evaluate) -> tuple[str | None, Value]:
    match node:
        case tree.Lambda(parameters=(first, second), body=body):
            inner = scope.having(first, key).having(second, item)
        case tree.Lambda(parameters=(name,), body=body):
            inner = scope.having(name, item)
        case body:
            inner = scope.within(item)
    while isinstance(body, tree.Let):
        from reference_interpreter import Let

        inner, body = inner.having(body.name, Let(body.value, inner)), body.body
    if isinstance(body, tree.Call) and body.name == "mapEntry":
        return _text(value(body.arguments[0], inner)), value(body.arguments[1], inner)
    return key.it, value(body, inner)


def _text(key: Value) -> str | None:
    """A key as text (D): Strings as they are, other scalars as `toString` writes them."""
    return None if key.it is None else functions.to_text(key.it)


def _map(entries: dict[str, Any]) -> Map:
    return Map({key: entries[key] for key in sorted(entries)})


def common(types: list[Type]) -> Type:
    """The type of several values that stand for one another: Integers beside Doubles are Doubles, fields apart."""
    first = next((one for one in types if one.kind is not Kind.NULL), types[0])
    if {one.kind for one in types} == {Kind.INTEGER, Kind.DOUBLE}:
        return DOUBLE
    if first.kind is Kind.OBJECT:
        return object_of({name: common([one.field(name) or INTEGER for one in types]) for name, _ in first.fields})
    if first.kind in {Kind.ARRAY, Kind.MAP}:
        item = common([one.of for one in types if one.kind is first.kind])
        return array_of(item) if first.kind is Kind.ARRAY else map_of(item)
    return first


def converted(it: Any, of: Type) -> Any:
    """A value as the common type."""
    match it:
        case Map(entries=entries):
            return Map({key: converted(one, of.of) for key, one in entries.items()})
        case list():
            return [converted(one, of.of) for one in it]
        case dict():
            return {name: converted(it.get(name), one) for name, one in of.fields}
        case bool() | None:
            return it
        case _:
            return float(it) if of.kind is Kind.DOUBLE else it
