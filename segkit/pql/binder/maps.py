"""Maps made in an expression: groups of an array, and entries of another map (R28, R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder import arrays, lets
from segkit.pql.binder.coerce import SCALARS, Operand
from segkit.pql.binder.context import articled, failed, is_failed, span
from segkit.pql.bound import Bound, Entries, Function, Group, Transform
from segkit.pql.tree import Call, Lambda, Let, Node
from segkit.pql.types import STRING, Kind, array_of, map_of

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.binder.site import Site

ENTRY = "mapEntry"
_FORM = "`.map((K, G) => mapEntry(K, …))`"


def grouped(site: Site) -> Bound:
    """`arr.groupBy(e)`: a map from each key to the items that have it.

    Keys of a Map are Strings: other scalars are grouped by their `toString`. An item whose key is an array of scalars
    is in the group of each of them, as a comparison with such an array is true of any item (R20).
    """
    b, array = site.b, site.array()
    variable, found = arrays.of_item(b, array, site.nodes[1], site.scope)
    if is_failed(array.value, found):
        return site.fail()
    wrote = Operand(_body(site.nodes[1]), found)
    if found.type.kind is Kind.ARRAY and found.type.of.kind in SCALARS:
        b.report.warning(
            "array-as-scalar",
            f"{b.words(wrote.node) or 'the key'} is {articled(str(found.type))}; an item is in the group of each",
            span(wrote.node),
            "`.head()` takes the first one alone",
        )
        one = b.fresh(found.type.of, found.span)
        text = _text(one)
        key: Bound = found if text is one else Transform(found, one, text, array_of(STRING), span=found.span)
    elif found.type.kind in SCALARS:
        key = _text(found)
    else:
        hint = "name one of its fields" if _holds_objects(found) else None
        described = b.described(wrote.node, found)
        return b.error("type-clash", f"items are grouped by a scalar, not by {described}", span(wrote.node), hint)
    return Group(array.value, variable, key, map_of(array.value.type), site.span)


def mapped(site: Site, receiver: Operand) -> Bound:
    """`map` over a Map: `(K, G) => mapEntry(k, e)` makes new entries, any other expression new values.

    Without a lambda the value is `this`, and its fields are in scope where it is an object.
    """
    b, scope, of = site.b, site.scope, receiver.value.type.of
    if of.kind is Kind.UNSUPPORTED:
        return b.error("unsupported-field", "the map's values have a type that PQL does not know", site.span)
    key, item = b.fresh(STRING, receiver.value.span), b.fresh(of, receiver.value.span)
    match site.nodes[1]:
        case Lambda(parameters=(first, second), body=body):
            inner, named = scope.having(first, key).having(second, item), True
        case Lambda(parameters=(name,), body=body):
            inner, named = scope.having(name, item), False
        case Lambda() as node:
            return b.error(
                "wrong-arguments", "a lambda over a Map names the key and the value", node.span, _hint(b, node)
            )
        case body:
            inner, named = scope.within(item), False
    made = _entry(b, body, inner)
    if made is None and named:
        found = b.value(body, inner)
        if is_failed(found):
            return site.fail()
        message = "a lambda of key and value makes entries, and this is none"
        return b.error("wrong-arguments", message, span(body), _hint(b, site.nodes[1]))
    new_key, new_value = made or (None, b.value(body, inner))
    if is_failed(receiver.value, new_value, *(() if new_key is None else (new_key,))):
        return site.fail()
    kept = None if new_key == key else new_key
    return Entries(receiver.value, key, item, kept, new_value, map_of(new_value.type), site.span)


def misplaced(site: Site) -> Bound:
    """A `mapEntry` that is not what a `map` over a Map makes."""
    hint = f"{_FORM} over a Map, such as `groupBy` gives, makes one entry of each"
    return site.b.error("wrong-arguments", "`mapEntry` stands only in `map` over a Map", site.span, hint)


def _entry(b: Binder, node: Node, scope: Scope) -> tuple[Bound, Bound] | None:
    """The key and value of a `mapEntry`, which `let` may stand before; None for anything else."""
    while isinstance(node, Let):
        scope, node = lets.opened(b, node, scope), node.body
    match node:
        case Call(name=name, arguments=(first, second)) if name == ENTRY:
            key, value = b.value(first, scope), b.value(second, scope)
            if is_failed(key, value):
                return failed(node.span), failed(node.span)
            if key.type.kind not in SCALARS:
                described = b.described(first, key)
                hint = "`.head()` takes the first of an Array" if key.type.kind is Kind.ARRAY else None
                wrong = b.error("type-clash", f"the key of an entry is a scalar, not {described}", span(first), hint)
                return wrong, wrong
            return _text(key), value
        case _:
            return None


def _text(value: Bound) -> Bound:
    return value if value.type.kind is Kind.STRING else Function("toString", (value,), STRING, value.span)


def _body(node: Node) -> Node:
    return node.body if isinstance(node, Lambda) else node


def _holds_objects(value: Bound) -> bool:
    of = value.type.of if value.type.kind is Kind.ARRAY else value.type
    return of.kind is Kind.OBJECT


def _hint(b: Binder, node: Node) -> str:
    """The form to write, with the expression that was written where it can be told."""
    if isinstance(node, Lambda) and len(node.parameters) == 2:
        key, value = node.parameters
        words = b.words(node.body).strip("`")
        if words and "…" not in words:
            return f"write `({key}, {value}) => mapEntry({key}, {words})`"
    return f"write {_FORM}"
