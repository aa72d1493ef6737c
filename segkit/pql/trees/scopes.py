"""What a name means where it stands: the same question for the writer and the reader (`pql.md` R09, R27)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables in sight, and the items that filters, aggregates and chains opened, the outermost first.

    `items` are the names of the lambdas' variables. `meanings` tells what a `varRef` means: the place of an item, or
    None for a variable that has its name in the text too.
    """

    items: tuple[str, ...] = ()
    variables: frozenset[str] = frozenset()
    meanings: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """How many items `^` can climb before it reaches the profile."""
        return len(self.items)

    def within(self, item: str) -> Scope:
        """The scope that is opened over an item."""
        return Scope((*self.items, item), self.variables, {**self.meanings, item: len(self.items)})

    def having(self, names: Iterable[str]) -> Scope:
        """The scope with more variables."""
        added = dict.fromkeys(names)
        return Scope(self.items, self.variables | added.keys(), {**self.meanings, **added})

    def climbed(self, item: int) -> int:
        """How many `^` lead to an item; none for the innermost."""
        return len(self.items) - 1 - item


PROFILE_SCOPE = Scope()
"""Around a whole expression."""
