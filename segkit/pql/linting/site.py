"""What the looks at one expression share."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from segkit.pql.bound_walk import walk as walk_bound
from segkit.pql.diagnostics import Diagnostic, Edit
from segkit.pql.linting.facts import Reasoner
from segkit.pql.linting.keys import Keys
from segkit.pql.tree import Call, Clause, Element, Logic, Span, Unary
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.pql.binder import BoundExpression
    from segkit.pql.bound import Bound
    from segkit.pql.walk import Part

SHOWN = 60
"""Longer words are shortened in messages."""


@dataclass
class Site:
    """One bound expression and what was found in it."""

    bound: BoundExpression
    found: list[Diagnostic] = field(default_factory=list)

    @cached_property
    def source(self) -> str:
        """The text."""
        return self.bound.expression.text

    @cached_property
    def keys(self) -> Keys:
        """Numbers for what is the same."""
        return Keys()

    @cached_property
    def reasoner(self) -> Reasoner:
        """What finds the facts of conditions."""
        return Reasoner(self.keys)

    @cached_property
    def nodes(self) -> tuple[Bound, ...]:
        """All nodes of the condition, parents first."""
        return tuple(walk_bound(self.bound.condition))

    @cached_property
    def parts(self) -> tuple[tuple[Part, Part | None], ...]:
        """All parts of the tree with their parents."""
        return tuple((part, parent) for part, parent, _ in walk(self.bound.expression.root))

    @cached_property
    def _segments(self) -> frozenset[Span]:
        return frozenset(
            part.span for part, _ in self.parts if isinstance(part, Call) and part.name.lower() == "insegment"
        )

    @cached_property
    def logics(self) -> dict[tuple[Span, ...], Logic]:
        """The `and`s and `or`s of the text by the places of what they join."""
        return {tuple(one.span for one in part.operands): part for part, _ in self.parts if isinstance(part, Logic)}

    def asks(self, logic: Logic) -> bool:
        """Whether an `and` or `or` stands where any value would be read as true or false (R02)."""
        parent = next((above for part, above in self.parts if part is logic), None)
        return parent is None or isinstance(parent, Logic | Clause | Element | Unary)

    def is_foreign(self, node: Bound) -> bool:
        """Whether a node comes from another segment's rule, or has no place in the text."""
        return node.span.end <= node.span.start or (bool(self._segments) and node.span in self._segments)

    def words(self, span: Span) -> str:
        """What was written at a place, on one line and shortened, in backticks."""
        text = self.text(span)
        return f"`{text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}`"

    def text(self, span: Span) -> str:
        """What was written at a place, on one line."""
        return " ".join(self.source[span.start : span.end].split())

    def warning(
        self, code: str, message: str, span: Span, hint: str | None = None, *, fix: Iterable[Edit] = ()
    ) -> None:
        """Add a finding."""
        self.found.append(Diagnostic(code, "warning", message, span, hint, self.source, tuple(fix)))
