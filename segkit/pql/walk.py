"""Going through a tree without recursion."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from segkit.pql.tree import (
    Aggregate,
    Array,
    Between,
    Binary,
    Call,
    Chain,
    Clause,
    Distance,
    Element,
    Field,
    Index,
    Lambda,
    Let,
    Logic,
    Method,
    Node,
    Object,
    Occurs,
    Quantified,
    Select,
    Side,
    Tail,
    Unary,
    Within,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Part = Node | Tail | Clause | Element
"""Whatever has parts of its own in a tree."""


_BELOW: dict[type, Callable[[Any], tuple[Part, ...]]] = {
    Field: lambda part: (part.object,),
    Unary: lambda part: (part.operand,),
    Lambda: lambda part: (part.body,),
    Binary: attrgetter("left", "right"),
    Index: attrgetter("object", "argument"),
    Let: attrgetter("value", "body"),
    Logic: attrgetter("operands"),
    Array: attrgetter("items"),
    Call: attrgetter("arguments"),
    Select: attrgetter("clauses"),
    Quantified: attrgetter("clauses"),
    Method: lambda part: (part.object, *part.arguments),
    Object: lambda part: tuple(value for _, value in part.fields),
    Clause: lambda part: (part.source,) if part.condition is None else (part.source, part.condition),
    Aggregate: lambda part: (part.body, *part.clauses),
    Occurs: attrgetter("subject", "tail"),
    Within: lambda part: (part.reference,),
    Side: lambda part: (part.reference,),
    Distance: lambda part: (part.reference,),
    Between: attrgetter("start", "end"),
    Chain: lambda part: (part.array, part.timestamp, *part.elements),
    Element: lambda part: tuple(one for one in (part.what, part.when) if one is not None),
}
"""The parts with parts of their own. A table, as every walk asks it of every part."""


def children(part: Part) -> tuple[Part, ...]:
    """The parts directly below a part, as they stand in the text."""
    below = _BELOW.get(type(part))
    return () if below is None else below(part)


def walk(part: Part) -> Iterator[tuple[Part, Part | None, int]]:
    """Every part with its parent and its depth, from 1, parents first and in the order of the text."""
    stack: list[tuple[Part, Part | None, int]] = [(part, None, 1)]
    while stack:
        found = stack.pop()
        yield found
        one, _, depth = found
        below = _BELOW.get(type(one))
        if below is not None:
            stack.extend([(child, one, depth + 1) for child in reversed(below(one))])
