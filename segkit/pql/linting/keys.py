"""One number for each different value or condition in an expression, so that two that say the same are known to."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from segkit.pql.bound import Bound, ChainElement, Const
from segkit.pql.bound_walk import canonical, introduced

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_APART = 1_000_000
"""Levels at which variables are renamed: far from the names that the binder gives."""

_TYPED = frozenset({"Const", "Convert", "Arith", "Function"})


@cache
def _told(kind: Hashable) -> tuple[str, ...]:
    """The fields of a node that say what it means; the type follows from the others where it is left out."""
    made = cast("type[Const]", kind)
    names = (one.name for one in fields(made))
    return tuple(one for one in names if one != "span" and (one != "type" or made.__name__ in _TYPED))


class Keys:
    """Numbers for nodes, equal where nodes mean the same; spans and the names of own variables do not count."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[int, int] = {}
        self._kept: list[Bound] = []

    def of(self, node: Bound) -> int:
        """The number of a node."""
        found = self._known.get(id(node))
        if found is None:
            # a renamed copy is numbered whole: its parts are no nodes of the expression
            found = self._number(canonical(node, None, _APART), self._whole) if introduced(node) else self._own(node)
            self._known[id(node)] = found
            self._kept.append(node)  # as long as a node lives, no other has its id
        return found

    def named(self, name: str, *parts: Hashable) -> int:
        """The number of something that is no node."""
        return self._numbers.setdefault((name, *parts), len(self._numbers))

    def _own(self, node: Bound) -> int:
        return self._number(node, self.of)

    def _whole(self, node: Bound) -> int:
        return self._number(node, self._whole)

    def _number(self, node: Bound | ChainElement, inner: Callable[[Bound], int]) -> int:
        parts: list[Hashable] = [type(node).__name__]
        for name in _told(cast("Hashable", type(node))):
            value = getattr(node, name)
            parts.append((type(value).__name__, str(value)) if isinstance(node, Const) else self._part(value, inner))
        return self._numbers.setdefault(tuple(parts), len(self._numbers))

    def _part(self, value: Any, inner: Callable[[Bound], int]) -> Hashable:  # noqa: ANN401  a field of any node
        match value:
            case ChainElement():
                return self._number(value, inner)
            case tuple():
                return tuple(self._part(one, inner) for one in value)
            case str() | int() | None:
                return value
            case _ if isinstance(value, Bound):
                return inner(value)
            case _:
                return str(value)
