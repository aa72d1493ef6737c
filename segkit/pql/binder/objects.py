"""Object literals (R08), and what several objects have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.context import failed, is_failed, span
from segkit.pql.bound import Bound, Record
from segkit.pql.types import Kind, object_of

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Object
    from segkit.pql.types import Type


def written(b: Binder, node: Object, scope: Scope) -> Bound:
    """`{"a": expr}`: fields of any type; an object without fields is absent (R02)."""
    made: dict[str, Bound] = {}
    # In data too names that differ only in case are one (R17a).
    known: dict[str, str] = {}
    wrong = False
    for name, inner in node.fields:
        found = b.value(inner, scope)
        before = known.setdefault(name.lower(), name)
        if name in made:
            wrong = True
            b.report.error(
                "bad-object", f"the object has the field `{name}` twice", span(inner), "leave one of them out"
            )
        elif before != name:
            wrong = True
            message = f"the fields `{before}` and `{name}` of the object differ only in case"
            b.report.error("bad-object", message, span(inner), "give one of them another name")
        elif not name:
            wrong = True
            b.report.error("bad-object", "a field of the object has no name", span(inner), "write a name in the quotes")
        made.setdefault(name, found)
    if wrong or is_failed(*made.values()):
        return failed(node.span)
    return Record(tuple(made.items()), object_of({name: one.type for name, one in made.items()}), node.span)


def difference(one: Type, other: Type) -> str | None:
    """What keeps two types of objects from being one, as a hint; None where they are no objects."""
    if (one.kind, other.kind) != (Kind.OBJECT, Kind.OBJECT):
        return None
    for ours, theirs in ((one, other), (other, one)):
        for name, _ in ours.fields:
            if theirs.field(name) is None:
                return f"both objects need the same fields, and only one of them has `{name}`"
    odd = next((name for name, of in one.fields if of != other.field(name)), None)
    return None if odd is None else f"the field `{odd}` is {one.field(odd)} in one and {other.field(odd)} in the other"
