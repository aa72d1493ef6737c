"""Going through a tree without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from collections.abc import Iterator

Part = Node | Tail | Clause | Element
"""Whatever has parts of its own in a tree."""


def children(part: Part) -> tuple[Part, ...]:
    """The parts directly below a part, as they stand in the text."""
    match part:
        case Field(object=one) | Unary(operand=one) | Lambda(body=one):
            return (one,)
        case Binary(left=left, right=right) | Index(object=left, argument=right) | Let(value=left, body=right):
            return (left, right)
        case Logic(operands=items) | Array(items=items) | Call(arguments=items) | Select(clauses=items):
            return items
        case Quantified(clauses=clauses):
            return clauses
        case Method(object=one, arguments=arguments):
            return (one, *arguments)
        case Object(fields=fields):
            return tuple(value for _, value in fields)
        case Clause(source=source, condition=condition):
            return (source,) if condition is None else (source, condition)
        case Aggregate(body=body, clauses=clauses):
            return (body, *clauses)
        case Occurs(subject=subject, tail=tail):
            return (subject, tail)
        case Within(reference=one) | Side(reference=one) | Distance(reference=one):
            return (one,)
        case Between(start=start, end=end):
            return (start, end)
        case Chain(array=array, timestamp=timestamp, elements=elements):
            return (array, timestamp, *elements)
        case Element(what=what, when=when):
            return tuple(one for one in (what, when) if one is not None)
        case _:
            return ()


def walk(part: Part) -> Iterator[tuple[Part, Part | None, int]]:
    """Every part with its parent and its depth, from 1, parents first and in the order of the text."""
    stack: list[tuple[Part, Part | None, int]] = [(part, None, 1)]
    while stack:
        found = stack.pop()
        yield found
        one, _, depth = found
        stack.extend((child, one, depth + 1) for child in reversed(children(one)))
