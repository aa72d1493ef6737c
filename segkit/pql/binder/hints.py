"""What was probably meant by a name that nothing has, for hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.foreign import NAME_HINTS
from segkit.pql.binder.suggest import at as type_at
from segkit.pql.binder.suggest import elsewhere, first_of_kind, is_near, listed, nearest_path
from segkit.pql.bound import Attribute, Bound, Get
from segkit.pql.functions import FUNCTIONS, SYNONYMS
from segkit.pql.reading.lexer import quote
from segkit.pql.types import Kind, Type

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Name

EVENTS = "xEvent"
PROFILE = "profile"
DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
"""The words that mean a day, and how far it is from today."""


def field_hint(b: Binder, value: Bound, wanted: tuple[str, ...]) -> str | None:
    """What was meant by a field that an object does not have."""
    key = wanted[0]
    if key in FUNCTIONS:
        return _on_field(value.type, key) or as_function(key)
    base: Bound = value
    above: list[str] = []
    while isinstance(base, Get):
        above.insert(0, base.name)
        base = base.object
    whole = (*above, *wanted) if not isinstance(base, Attribute) else (*base.path, *above, *wanted)
    of_event = base.type == b.schema.event
    near = nearest_path(value.type, wanted)
    if of_event and type_at(b.schema.profile, whole) is not None and whole != wanted:
        path = ".".join(whole)
        return f"`{path}` is a field of the profile: in a filter write `^.{path}`"
    if isinstance(base, Attribute) and whole != wanted and type_at(b.schema.event, whole) is not None:
        return f"`{'.'.join(whole)}` is a field of events: `xEvent[{'.'.join(whole)} …]`"
    if near is None and type_at(b.schema.profile, wanted) is not None and isinstance(base, Attribute):
        return f"did you mean `{'.'.join(wanted)}`?"
    return near or as_function(key) or elsewhere(b.schema, value.type, wanted) or listed(value.type, shown(b, value))


def shown(b: Binder, value: Bound) -> str:
    """A value as it was written, for a message."""
    words = " ".join(b.report.source[value.span.start : value.span.end].split())
    return f"`{words}`" if words and len(words) <= 60 else "it"


def _on_field(of: Type, key: str) -> str | None:
    """How to call a function of moments that was written as a field of an object with a moment in it."""
    accepted = FUNCTIONS[key].parameters[0].accepts.kinds if FUNCTIONS[key].method else frozenset()
    if of.kind in accepted or not accepted <= {Kind.DATE, Kind.TIMESTAMP} or not accepted:
        return None
    path = first_of_kind(of, Kind.DATE, Kind.TIMESTAMP)
    return f"`{key}` is a function: write `{path}.{key}()`" if path else None


def as_function(key: str) -> str | None:
    """A hint for a function that was written as a field."""
    known = FUNCTIONS.get(SYNONYMS.get(key, key))
    return f"`{known.name}` is a function: write `.{known.name}()`" if known is not None and known.method else None


def name_hint(b: Binder, scope: Scope, node: Name, wanted: tuple[str, ...], *, text: bool) -> str | None:
    """What was meant by a name that is neither a variable nor a field."""
    if wanted == (PROFILE,):
        return "the profile itself is `$1`"
    item = scope.item.type
    if item.kind is Kind.ARRAY and item.of.field(node.name) is not None:  # a group: its items have the field
        return f"the item itself is `this`: write `this.{'.'.join(wanted)}`"
    if scope.outer is not None and len(wanted) > 1 and type_at(item, wanted[1:]) is not None and node.name == EVENTS:
        return f"inside the brackets an event's own fields stand alone: `{'.'.join(wanted[1:])}`"
    outer, levels = scope.outer, 1
    while outer is not None:
        if outer.item.type.field(node.name) is not None or (node.name == EVENTS and outer.outer is None):
            return f"did you mean `{'^' * levels}.{'.'.join(wanted)}`?"
        outer, levels = outer.outer, levels + 1
    for known, binding in reversed([*scope.variables.items()]):
        if binding.hidden is None and type_at(binding.value.type, wanted) is not None:
            return f"did you mean `{known}.{'.'.join(wanted)}`?"
    also = (*scope.variables, EVENTS) if scope.outer is None else tuple(scope.variables)
    words = ("now", *DAYS) if scope.outer is None and len(wanted) == 1 else ()
    if text and (node.quoted or not is_near(item, node.name, (*also, *words))):
        absent = NAME_HINTS.get(node.name.lower())
        return absent or f"a text stands in double quotes: `{quote(node.name)}`"
    return (
        (elsewhere(b.schema, item, wanted) if scope.outer is None else None)
        or NAME_HINTS.get(node.name.lower())
        or (_on_field(item, node.name) if node.name in FUNCTIONS else None)
        or nearest_path(item, wanted, (*also, *words))
        or elsewhere(b.schema, item, wanted)
        or _of_variables(scope, wanted)
    )


def _of_variables(scope: Scope, wanted: tuple[str, ...]) -> str | None:
    """The variables there are, where one of another name was meant."""
    for known, binding in reversed([*scope.variables.items()]):
        if binding.hidden is None and len(wanted) > 1 and type_at(binding.value.type, wanted[1:]) is not None:
            return f"did you mean `{known}.{'.'.join(wanted[1:])}`?"
    names = [f"`{known}`" for known, binding in scope.variables.items() if binding.hidden is None]
    return f"the names here are {', '.join(names)}" if names else None
