"""Two operands side by side: next to a String, a bare word that names nothing was meant as a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.coerce import Operand
from segkit.pql.binder.membership import listed
from segkit.pql.binder.names import field_type, name_or_text
from segkit.pql.bound import Bound, Const, Items
from segkit.pql.tree import Array, Name, Node
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope


def operands(b: Binder, left: Node, right: Node, scope: Scope) -> tuple[Operand, Operand]:
    """Both sides of an operator; a left side that names nothing is bound last: the right one may tell what it is."""
    if isinstance(left, Name) and left.name not in scope.variables and field_type(scope.item.type, left.name) is None:
        second = b.value(right, scope)
        return Operand(left, _beside(b, left, scope, second)), Operand(right, second)
    first = b.value(left, scope)
    return Operand(left, first), Operand(right, _beside(b, right, scope, first))


def _beside(b: Binder, node: Node, scope: Scope, other: Bound) -> Bound:
    of = other.type.of if other.type.kind is Kind.ARRAY else other.type
    # beside a text it is rather the field that was meant
    text = of.kind is Kind.STRING and not isinstance(other, Const | Items)
    return listed(b, node, scope, text=text) if isinstance(node, Array) else name_or_text(b, node, scope, text=text)
