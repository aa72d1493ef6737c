"""`let`: a name for a value (R32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.context import Binding, is_failed
from segkit.pql.binder.rewrite import size

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Let


def opened(b: Binder, node: Let, scope: Scope) -> Scope:
    """The scope of a `let`'s body."""
    found = b.value(node.value, scope)
    if not is_failed(found) and not b.copying(size(found)):
        found = b.error("expression-too-large", f"the value of `{node.name}` is too large", node.name_span)
    return scope.binding(node.name, Binding(found, node.value, scope))
