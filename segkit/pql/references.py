"""Which other segments an expression names."""

from __future__ import annotations

from segkit.pql.tree import Call, Expression, String
from segkit.pql.walk import walk


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
        for node, _, _ in walk(expression.root)
        if isinstance(node, Call)
        and node.name == "inSegment"
        and len(node.arguments) == 1
        and isinstance(node.arguments[0], String)
    }
