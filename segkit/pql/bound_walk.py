"""Walking and rewriting bound expressions."""

from __future__ import annotations

from dataclasses import fields, replace
from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any, cast, get_args

from segkit.pql.bound import (
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    ChainElement,
    Const,
    Convert,
    Entries,
    Events,
    Filter,
    Function,
    Get,
    Group,
    Quantify,
    Record,
    Top,
    Transform,
    Variable,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from segkit.pql.types import Path


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in fields(kind)) for kind in (*get_args(Bound), ChainElement)
}
_CHILDREN: dict[type, tuple[tuple[int, Callable[[Bound], Any]], ...]] = {
    kind: tuple(
        (at, attrgetter(one.name))
        for at, one in enumerate(fields(kind))
        if "Bound" in str(one.type) or "ChainElement" in str(one.type)
    )
    for kind in get_args(Bound)
}
"""The places of the parts that hold children, in each kind of node."""

_PARTS: dict[type, Callable[[Bound], tuple[Any, ...]]] = {
    kind: attrgetter(*names) for kind, names in _FIELDS.items() if len(names) > 1
}
"""All parts of a node, in the order in which its class takes them."""

_INTRODUCING = frozenset(kind for kind, names in _FIELDS.items() if any("variable" in one for one in names))

_TYPED = (Const, Convert, Arith, Function)
_SAID: dict[type, tuple[str, ...]] = {
    kind: tuple(one for one in names if one not in {"span", "type"} or (one == "type" and kind in _TYPED))
    for kind, names in _FIELDS.items()
}
"""The parts of each kind of node that say what it means."""


def rebuild(node: Bound, change: Callable[[Bound], Bound]) -> Bound:
    """The node with each child replaced; the same object when nothing changed. Variables introduced are left alone."""
    parts: list[Any] | None = None
    kind = cast("Any", type(node))
    for at, get in _CHILDREN[kind]:
        old = get(node)
        if type(old) is tuple:
            new: Any = _changed(old, change)
        elif old is None:
            continue
        else:
            new = change(old)
        if new is not old:
            if parts is None:
                parts = [*_PARTS[kind](node)]
            parts[at] = new
    # what `dataclasses.replace` does, in a fifth of the time
    return node if parts is None else cast("Bound", kind(*parts))


def _changed(old: tuple[Any, ...], change: Callable[[Bound], Bound]) -> tuple[Any, ...]:
    """The nodes in a tuple replaced, also those of named parts and of a chain's elements."""
    first = type(old[0]) if old else ChainElement
    if first is not ChainElement and first is not tuple:  # nodes, as in nearly all
        nodes = [change(one) for one in old]
        return old if all(map(is_, nodes, old)) else tuple(nodes)
    new: list[Any] = []
    for one in old:
        match one:
            case ChainElement():
                what = change(one.what)
                when = None if one.when is None else change(one.when)
                new.append(one if what is one.what and when is one.when else replace(one, what=what, when=when))
            case (name, part):
                held = change(part)
                new.append(one if held is part else (name, held))
    return old if all(map(is_, new, old)) else tuple(new)


def walk(node: Bound) -> Iterator[Bound]:
    """The node and everything below it, parents first, without recursion."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(children(one)))


def depth(node: Bound) -> int:
    """The longest way down, counted without recursion."""
    deepest, level = 0, [node]
    while level:
        deepest += 1
        level = [below for one in level for below in children(one)]
    return deepest


def introduced(node: Bound) -> tuple[Variable, ...]:
    """The variables that a node brings into scope for its children."""
    if type(node) not in _INTRODUCING:
        return ()
    match node:
        case Filter() | Transform() | Quantify() | Top() | Group():
            return (node.variable,)
        case Entries():
            return (node.key_variable, node.value_variable)
        case Chain():
            inner = [one for element in node.elements for one in (element.variable, element.moment)]
            return (node.variable, *inner)
        case _:
            return ()


def free(node: Bound) -> frozenset[str]:
    """The names of the variables that a node reads and does not introduce; names are unique, so scopes need no care."""
    read: set[str] = set()
    made: set[str] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if type(one) is Variable:
            read.add(one.name)
            continue
        if type(one) in _INTRODUCING:
            made.update([variable.name for variable in introduced(one)])
        stack.extend(children(one))
    return frozenset(read - made)


def substitute(node: Bound, values: Mapping[str, Bound]) -> Bound:
    """The node with variables replaced; a field of a record written out becomes the field's value."""
    match node:
        case Variable():
            return values.get(node.name, node)
        case Get():
            return field_of(substitute(node.object, values), node)
        case _:
            return rebuild(node, lambda one: substitute(one, values))


def field_of(value: Bound, get: Get) -> Bound:
    """A field of a value: of a record its part, of a profile object the longer path, else the `Get` on the value."""
    match value:
        case Record():
            return next((part for name, part in value.fields if name == get.name), replace(get, object=value))
        case Attribute():
            return Attribute((*value.path, get.name), get.type, get.span)
        case _:
            return get if value is get.object else replace(get, object=value)


def canonical(node: Bound, renames: Mapping[str, str] | None = None, level: int = 0) -> Bound:
    """The node with variables named by their nesting level, so that expressions that mean the same are equal."""
    renames = renames or {}
    if isinstance(node, Variable):
        return replace(node, name=renames.get(node.name, node.name))
    fresh = introduced(node)
    if not fresh:
        return rebuild(node, lambda one: canonical(one, renames, level))
    names = {**renames, **{one.name: f"x{level + number}" for number, one in enumerate(fresh, 1)}}
    below = level + len(fresh)
    if isinstance(node, Chain):
        elements = tuple(
            replace(
                one,
                variable=replace(one.variable, name=names[one.variable.name]),
                moment=replace(one.moment, name=names[one.moment.name]),
            )
            for one in node.elements
        )
        inner = replace(node, elements=elements, variable=replace(node.variable, name=names[node.variable.name]))
        return rebuild(inner, lambda one: canonical(one, names, below))
    if isinstance(node, Entries):
        key = replace(node.key_variable, name=names[node.key_variable.name])
        item = replace(node.value_variable, name=names[node.value_variable.name])
        node = replace(node, key_variable=key, value_variable=item)
        return rebuild(node, lambda one: canonical(one, names, below))
    named = cast("Filter | Transform | Quantify | Top | Group", node)
    named = replace(named, variable=replace(named.variable, name=names[named.variable.name]))
    return rebuild(named, lambda one: canonical(one, names, below))


def path_of(node: Bound) -> tuple[Bound, Path]:
    """What a row of `Get`s starts from, and the path it takes."""
    names: list[str] = []
    while isinstance(node, Get):
        names.append(node.name)
        node = node.object
    return node, tuple(reversed(names))


def conjuncts(node: Bound) -> list[Bound]:
    """The conditions that must all hold, flattened."""
    found: list[Bound] = []
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, And):
            stack.extend(reversed(one.items))
        else:
            found.append(one)
    return found


def reads_events(node: Bound) -> bool:
    """Whether a node needs the profile's events."""
    return any(isinstance(one, Events) for one in walk(node))


def attributes(node: Bound) -> list[Attribute]:
    """The profile fields a node reads, each once."""
    return list({one.path: one for one in walk(node) if isinstance(one, Attribute)}.values())


def signature(value: Any) -> Hashable:  # noqa: ANN401  a node or any part of one
    """What a node says, as a key: equal for nodes that mean the same once they are `canonical`.

    Types follow from the rest where they are not listed here; hashing them would cost the whole schema each time.
    """
    names = _SAID.get(type(value))
    if names is not None:
        return (type(value).__name__, *[_part(name, getattr(value, name)) for name in names])
    if type(value) is tuple:
        return tuple([signature(one) for one in value])
    return cast("Hashable", value)


def _part(name: str, value: Any) -> Hashable:  # noqa: ANN401  a field of any node
    if name == "type":
        return str(value)
    if name == "value" and type(value) not in _SAID:
        return (type(value).__name__, value)  # 1, 1.0 and true are equal in Python
    return signature(value)
