"""One call: its arguments, bound and checked against the signature (R50)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.binder import arrays
from segkit.pql.binder.coerce import Operand
from segkit.pql.binder.context import articled, failed, is_failed, span
from segkit.pql.bound import Bound, Const
from segkit.pql.tree import Boolean, Call, Method, Node, String
from segkit.pql.tree import Integer as IntegerNode
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.functions import Parameter, Signature
    from segkit.pql.tree import Span


@dataclass(frozen=True, slots=True)
class Site:
    """One call: its signature, all arguments with the receiver first, and where it stands."""

    b: Binder
    node: Call | Method
    signature: Signature
    nodes: tuple[Node, ...]
    scope: Scope

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.node.span

    def operand(self, position: int) -> Operand:
        """A bound argument that fits its parameter, or a failed one."""
        node, parameter = self.nodes[position], self.signature.parameters[position]
        value = self.b.value(node, self.scope)
        if is_failed(value) or value.type.kind in parameter.accepts.kinds:
            if parameter.literal and not is_failed(value) and not isinstance(node, String | IntegerNode | Boolean):
                message = f"`{parameter.name}` of `{self.signature.name}` is written out, not computed"
                return Operand(node, self.b.error("wrong-arguments", message, span(node), f"write {self.signature}"))
            return Operand(node, value)
        return Operand(node, self._misfit(node, parameter, value))

    def array(self, position: int = 0) -> Operand:
        """A bound argument that is an array, or a failed one."""
        return arrays.array_operand(self.b, self.nodes[position], self.scope, self.signature.name)

    def flag(self, position: int) -> bool | None:
        """An optional literal flag; None after an error, true where it is left off."""
        if len(self.nodes) <= position:
            return True
        value = self.operand(position).value
        return bool(value.value) if isinstance(value, Const) and not is_failed(value) else None

    def fail(self) -> Const:
        """The value of a call with an error in it."""
        return failed(self.span)

    def _misfit(self, node: Node, parameter: Parameter, value: Bound) -> Const:
        described, hint = self.b.described(node, value), f"write {self.signature}"
        if value.type.kind is Kind.ARRAY and value.type.of.kind in parameter.accepts.kinds:
            hint = f"for each item: `{self.b.words(node).strip('`')}.map(this.{self.signature.name}(…))`"
        if parameter.name == "caseSensitive" and value.type.kind is Kind.STRING:
            values = ", ".join(self.b.words(one).strip("`") or "…" for one in self.nodes[1:])
            hint = f"for several values write `{self.b.words(self.nodes[0]).strip('`') or 'x'} in [{values}]`"
        if self.signature.name == "length" and value.type.kind in {Kind.ARRAY, Kind.MAP}:
            hint = "`.count()` is the number of items"
        if parameter.accepts.words == "Date or Timestamp" and value.type.kind is Kind.STRING:
            hint = "`date(2024, 1, 31)` is a Date, `.stringToDate()` reads a text"
        message = (
            f"`{parameter.name}` of `{self.signature.name}` is {articled(parameter.accepts.words)}, not {described}"
        )
        return self.b.error("wrong-arguments", message, span(node), hint)
