"""Names, fields and scopes (R01, R09, R19, R20, R22, R27)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.context import Binder, Scope, failed, is_failed, span
from segkit.pql.binder.hints import DAYS, EVENTS, PROFILE, as_function, field_hint, name_hint, shown
from segkit.pql.binder.mends import respelled
from segkit.pql.binder.rewrite import renewed, size
from segkit.pql.bound import Attribute, Bound, Const, Events, Get, Lookup, Now, Record, Shift, StartOf, Transform
from segkit.pql.diagnostics import Edit
from segkit.pql.reading.lexer import quote
from segkit.pql.tree import HOLE, Climb, Field, Name, Node, Parameter, Span
from segkit.pql.types import INTEGER, Kind, Type, array_of

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binding
    from segkit.pql.bound import Variable


def is_word(node: Node, scope: Scope) -> str | None:
    """`now`, `today`, … where a name is neither a variable nor a field (R09), else None."""
    match node:
        case Name(name=name, quoted=False) if name.lower() in {"now", *DAYS}:
            binding = scope.variables.get(name)
            variable = binding is not None and binding.hidden is None
            return None if variable or field_type(scope.item.type, name) is not None else name.lower()
        case _:
            return None


def path(b: Binder, node: Name | Field | Climb | Parameter, scope: Scope) -> Bound:
    """A name and the fields below it."""
    segments: list[Field] = []
    base: Node = node
    while isinstance(base, Field):
        segments.append(base)
        base = base.object
    segments.reverse()
    if (
        isinstance(base, Name)
        and segments
        and base.name == PROFILE
        and not base.quoted
        and base.name not in scope.variables
        and field_type(scope.item.type, base.name) is None
        and field_type(b.schema.profile, base.name) is None
    ):
        plain = scope.outer is None and segments[0].name not in scope.variables
        fix = [Edit(Span(base.span.start, segments[0].name_span.start), "")] if plain else []
        message = "`profile.` is not needed: names are fields of the profile"
        b.report.warning("profile-prefix", message, base.span, "leave it out", fix=fix)
        value = b.root.item
    elif isinstance(base, Name):
        value = name(b, base, scope, tuple(one.name for one in segments))
    else:
        value = b.value(base, scope)
    for position, one in enumerate(segments):
        rest = tuple(later.name for later in segments[position + 1 :])
        value = field(b, value, one.name, at=_name_span(one), where=one.span, rest=rest)
    return value


def name_or_text(b: Binder, node: Node, scope: Scope, *, text: bool) -> Bound:
    """A value; where a text would fit, a bare word that is no field is taken for one without its quotes."""
    if text and isinstance(node, Name):
        return name(b, node, scope, text=True)
    return b.value(node, scope)


def name(b: Binder, node: Name, scope: Scope, rest: tuple[str, ...] = (), *, text: bool = False) -> Bound:
    """A bare name: first a variable, then a field, then a word."""
    if node is HOLE:
        return failed(node.span)
    binding = scope.variables.get(node.name)
    if binding is not None and binding.hidden is None:
        return _variable(b, binding, node)
    if field_type(scope.item.type, node.name) is not None or (node.name == EVENTS and scope.outer is None):
        return field(b, scope.item, node.name, at=node.span, where=node.span, rest=rest)
    word = is_word(node, scope)
    if word == "now":
        return Now(span=node.span)
    if word is not None:
        today = StartOf("day", Now(span=node.span), span=node.span)
        away = DAYS[word]
        return Shift(today, Const(away, INTEGER, node.span), "day", span=node.span) if away else today
    if node.name.lower() == "this" and not node.quoted:
        if scope.outer is None:
            return b.error("no-item", "`this` is the item of a filter or aggregate, and here is none", node.span)
        return scope.item
    if is_failed(scope.item):
        return failed(node.span)
    if binding is not None and binding.hidden is not None:
        return b.error("hidden-name", binding.hidden, node.span)
    return _unknown(b, scope, node, rest, text=text)


def climb(b: Binder, node: Climb, scope: Scope) -> Bound:
    """`^`: the item of a scope further out."""
    for _ in range(node.levels):
        if scope.outer is None:
            sign = "^" * node.levels
            return b.error(
                "no-outer-scope",
                f"`{sign}` climbs out of the expression",
                node.span,
                "`^` climbs one filter or aggregate; select, exists and forall are none",
            )
        scope = scope.outer
    return scope.item


def field(b: Binder, value: Bound, key: str, *, at: Span, where: Span, rest: tuple[str, ...] = ()) -> Bound:
    """A field of a value; over an array the array of the field (R20)."""
    match value.type.kind:
        case Kind.ERROR:
            return failed(where)
        case Kind.OBJECT:
            return _object_field(b, value, key, at=at, where=where, rest=rest)
        case Kind.ARRAY if value.type.of.kind in {Kind.OBJECT, Kind.ERROR}:
            variable = b.fresh(value.type.of, value.span)
            return mapped(b, value, variable, field(b, variable, key, at=at, where=where, rest=rest), where)
        case Kind.MAP:
            return b.error(
                "no-such-field", f"a Map has keys, not fields, so `.{key}` finds nothing", at, f'write `["{key}"]`'
            )
        case Kind.ARRAY:
            text = f"the items are of type {value.type.of} and have no fields"
            return b.error("no-such-field", text, at, as_function(key))
        case kind:
            article = "an" if kind in {Kind.INTEGER, Kind.UNSUPPORTED} else "a"
            return b.error(
                "no-such-field", f"{article} {kind} has no fields, so `.{key}` finds nothing", at, as_function(key)
            )


def mapped(b: Binder, array: Bound, variable: Variable, body: Bound, where: Span) -> Bound:
    """The array of an expression of each item; an array of arrays flattens."""
    if is_failed(array, body):
        return failed(where)
    inner = body.type if body.type.kind is Kind.ARRAY else None
    made = Transform(
        array,
        variable,
        body,
        inner or array_of(body.type),
        flatten=inner is not None,
        span=where,
    )
    return flat(b, made)


def flat(b: Binder, value: Bound) -> Bound:
    """An array of arrays laid end to end (R20)."""
    while value.type.kind is Kind.ARRAY and value.type.of.kind is Kind.ARRAY:
        variable = b.fresh(value.type.of, value.span)
        value = Transform(value, variable, variable, value.type.of, flatten=True, span=value.span)
    return value


def field_type(of: Type, key: str) -> Type | None:
    """The type of a field, through arrays."""
    return of.field(key) if of.kind is Kind.OBJECT else None


def _object_field(b: Binder, value: Bound, key: str, *, at: Span, where: Span, rest: tuple[str, ...]) -> Bound:
    if key == EVENTS and isinstance(value, Attribute) and not value.path:
        return Events(array_of(b.schema.event), where)
    of = value.type.field(key)
    if of is None:
        hint = None if b.enough else field_hint(b, value, (key, *rest))
        fix = respelled(b.report.source, (name for name, _ in value.type.fields), key, at)
        return b.error("unknown-field", f"there is no field `{key}` {_place(b, value)}", at, hint, fix=fix)
    if of.kind is Kind.UNSUPPORTED:
        return b.error(
            "unsupported-field", f"`{key}` has a type that PQL does not know, such as TIME or binary data", at
        )
    match value:
        case Attribute(path=above):
            return flat(b, Attribute((*above, key), of, where))
        case Record(fields=fields):
            return next(one for known, one in fields if known == key)
        case _:
            return flat(b, Get(value, key, of, where))


def _place(b: Binder, value: Bound) -> str:
    """Where a field was looked for."""
    below: list[str] = []
    while isinstance(value, Get):
        below.insert(0, value.name)
        value = value.object
    match value:
        case Attribute(path=above) if above or below:
            return f"in `{'.'.join([*above, *below])}`"
        case Attribute():
            return "in the profile"
        case Lookup() if not below:
            return f"in {shown(b, value)}"
        case _:
            item = "an event" if value.type == b.schema.event else "an item"
            return f"in `{'.'.join(below)}` of {item}" if below else f"in {item}"


def _variable(b: Binder, binding: Binding, node: Name) -> Bound:
    if binding.written is None or is_failed(binding.value):
        return binding.value
    if not b.copying(size(binding.value)):
        return b.error(
            "expression-too-large", f"putting in `{node.name}` makes the expression too large", node.span, None
        )
    return renewed(b, binding.value)


def _unknown(b: Binder, scope: Scope, node: Name, rest: tuple[str, ...], *, text: bool) -> Const:
    wanted = (node.name, *rest)
    hint = None if b.enough else name_hint(b, scope, node, wanted, text=text)
    if scope.item.type.kind not in {Kind.OBJECT, Kind.ERROR}:
        message = f"there is no `{node.name}`: the items are of type {scope.item.type}"
        return b.error("unknown-field", message, node.span, hint or "the item itself is `this`")
    fix = respelled(b.report.source, (name for name, _ in scope.item.type.fields), node.name, node.span)
    if hint is not None and hint.endswith(f"`{quote(node.name)}`"):
        fix = (Edit(node.span, quote(node.name)),)
    message = f"there is no field `{node.name}` {_place(b, scope.item)}"
    return b.error("unknown-field", message, node.span, hint, fix=fix)


def _name_span(node: Field) -> Span:
    return node.name_span if node.name_span.end > node.name_span.start else span(node)
