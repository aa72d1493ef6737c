"""Which other segments an expression names."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from segkit.pql.tree import Call, Expression, String

if TYPE_CHECKING:
    from collections.abc import Iterator


def referenced_segments(expression: Expression) -> set[str]:
    """The ids and names that an expression refers to through `inSegment` (R48).

    Examples
    --------
    >>> from segkit.pql import parse
    >>> sorted(referenced_segments(parse('inSegment("Gold") and not inSegment("Lapsed")')))
    ['Gold', 'Lapsed']
    """
    return {
        node.arguments[0].value
        for node in _nodes(expression.root)
        if isinstance(node, Call)
        and node.name == "inSegment"
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], String)
    }


def _nodes(root: object) -> Iterator[object]:
    """Every node of a tree, without recursion: rules may be deep."""
    waiting: list[object] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(one)
        elif is_dataclass(one):
            yield one
            waiting.extend(getattr(one, field.name) for field in fields(one))
