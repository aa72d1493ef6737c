"""Edits for what binding warns of, where they leave the meaning as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segkit.pql.diagnostics import Edit
from segkit.pql.tree import (
    Array,
    Binary,
    Boolean,
    Call,
    Double,
    Field,
    Index,
    Integer,
    Method,
    Name,
    Node,
    Parameter,
    Span,
    String,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.pql.bound import Bound

_LITERALS = (String, Integer, Double, Boolean)
_PATHS = (Name, Field, Index, Method, Call, Parameter)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def null_test(source: str, node: Binary, other: Node, call: str) -> tuple[Edit, ...]:
    """`x = null` as `x.isNull()`."""
    if other is node.right:
        if not isinstance(other, _PATHS) or other.span.end != node.span.end:
            return ()
        return Edit(Span(node.span.start, other.span.start), ""), Edit(Span(node.span.end, node.span.end), call)
    end = len(source[: node.operator_span.start].rstrip())
    # what stands in brackets of its own ends before they do
    bracketed = other.span.end < end and source[end - 1 : end] == ")"
    return (Edit(Span(end, node.span.end), call),) if isinstance(other, _PATHS) or bracketed else ()


def any_item(source: str, array: Node, other: Node, where: Span) -> tuple[Edit, ...]:
    """`orders.price > 5` as `orders.exists(price > 5)`, where nothing but the field is looked up in the item."""
    literal = isinstance(other, _LITERALS)
    literal = literal or (isinstance(other, Array) and all(isinstance(one, _LITERALS) for one in other.items))
    if not isinstance(array, Field) or not literal or not array.name_span.end:
        return ()
    # a variable of the same name would be read in the field's place
    if re.search(rf"(?<![\w.`]){re.escape(array.name)}(?!\w)", source):
        return ()
    inner = source[array.name_span.start : where.end]
    if not _is_balanced(inner) or "//" in inner:
        return ()
    return (Edit(Span(array.object.span.end, where.end), f".exists({inner})"),)


def respelled(source: str, known: Iterable[str], word: str, where: Span) -> tuple[Edit, ...]:
    """The one known name that differs from a word in the size of letters only."""
    same = [one for one in known if one.lower() == word.lower()]
    fits = len(same) == 1 and same[0].isidentifier() and source[where.start : where.end] == word
    return (Edit(where, same[0]),) if fits else ()


def spelled(node: Node, value: Bound, text: str) -> tuple[Edit, ...]:
    """A literal written in another way, unless `let` named it and it may be used elsewhere."""
    return (Edit(node.span, text),) if isinstance(node, _LITERALS) and node.span == value.span else ()


def _is_balanced(text: str) -> bool:
    """Whether all brackets of a piece of text are opened and closed in it."""
    depth = 0
    for char in _STRING.sub("", text):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0:
            return False
    return depth == 0
