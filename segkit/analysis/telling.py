"""What the words of a rule are told with: its text, its segments, and the item that is spoken of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segkit.pql.bound import Const, children
from segkit.pql.bound_walk import free, introduced, walk
from segkit.pql.reading.lexer import quote
from segkit.pql.reading.tokens import is_identifier
from segkit.pql.tree import Call, Clause, String
from segkit.pql.walk import walk as walk_tree
from segkit.sql.notes import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segkit.pql.bound import Bound, Value, Variable
    from segkit.pql.tree import Expression, Span
    from segkit.pql.types import Path
    from segkit.pql.walk import Part

_MOST = 8
"""The most members of a list that a sentence names."""

Place = tuple[int, int]
"""Where a part of the text starts and ends."""


class RareError(Exception):
    """A form that has no words of its own: whoever tells the condition around it shows its PQL instead."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known where a part of a rule is put into words.

    Parameters
    ----------
    text
        The rule.
    parts
        Its parts by their place: only a whole part is ever shown as its PQL.
    variables
        Where `select`, `exists` and their like name an item.
    segments
        Where `inSegment` stands, and the segment's name.
    item
        The variable of the innermost item; None where the profile itself is spoken of.
    names
        What variables further out, and the elements of a chain, are called.
    """

    text: str
    parts: Mapping[Place, Part] = field(default_factory=dict)
    variables: frozenset[Place] = frozenset()
    segments: Mapping[Place, str] = field(default_factory=dict)
    item: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def within(self, variable: Variable) -> Telling:
        """The same about an item; the one spoken of so far keeps the name that its author gave it."""
        named = self._named(variable)
        return replace(self, item=variable.name, names={**self.names, **({variable.name: named} if named else {})})

    def having(self, names: Mapping[str, str]) -> Telling:
        """The same with names for some variables."""
        return replace(self, names={**self.names, **names})

    def label(self, variable: Variable, *parts: Bound) -> str:
        """The name of an item, behind a blank, where something further in refers to it; else nothing.

        Raises
        ------
        RareError
            The item is referred to and has no name.
        """
        if not any(variable.name in free(inner) for part in parts for one in walk(part) for inner in _opened(one)):
            return ""
        named = self._named(variable)
        if named is None:
            raise RareError
        return f" {named}"

    def words(self, span: Span) -> str:
        """The PQL of a part.

        Raises
        ------
        RareError
            No part stands there.
        """
        if (span.start, span.end) not in self.parts:
            raise RareError
        return one_line(self.text[span.start : span.end])

    def part(self, span: Span) -> Part | None:
        """The part that stands at a place, if one does."""
        return self.parts.get((span.start, span.end))

    def segment(self, span: Span) -> str | None:
        """The segment whose rule was put in at a place."""
        return self.segments.get((span.start, span.end))

    def _named(self, variable: Variable) -> str | None:
        span = variable.span
        return self.text[span.start : span.end] if (span.start, span.end) in self.variables else None


def telling(expression: Expression, names: Mapping[str, str]) -> Telling:
    """How an expression is told, with the names of the segments that it refers to by an id or a name."""
    parts: dict[Place, Part] = {}
    variables: set[Place] = set()
    segments: dict[Place, str] = {}
    for part, _, _ in walk_tree(expression.root):
        place = (part.span.start, part.span.end)
        if isinstance(part, Clause):
            variables.add((part.variable_span.start, part.variable_span.end))
            continue
        parts[place] = part
        match part:
            case Call(name="inSegment", arguments=(String(value=key),)):
                segments[place] = names.get(key, key)
    return Telling(expression.text, parts, frozenset(variables), segments)


def _opened(node: Bound) -> Iterable[Bound]:
    """What is said of the items that a node introduces; the array itself is read outside of them."""
    return children(node)[1:] if introduced(node) else ()


def dotted(path: Path) -> str:
    """A path as it is written."""
    return ".".join(one if is_identifier(one) else f"`{one}`" for one in path)


def constant(value: Value) -> str:
    """A constant as a person reads it: texts in quotes, instants in UTC."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return quote(value)
        case dt.datetime():
            return f"{moment(value)} UTC"
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)


def moment(value: dt.datetime) -> str:
    """An instant as short as it can be told exactly."""
    if value.microsecond:
        return value.isoformat(" ", "microseconds" if value.microsecond % 1000 else "milliseconds")
    return value.isoformat(" ", "seconds" if value.second else "minutes")


def listed(items: Sequence[Bound], last: str = "or") -> str:
    """Constants as a list, long ones with their number."""
    shown = [constant(one.value) for one in items if isinstance(one, Const)]
    if len(shown) != len(items) or not shown:
        raise RareError
    if len(shown) > _MOST:
        return f"{', '.join(shown[: _MOST - 1])} … {last} {shown[-1]} ({len(shown):,} in all)"
    return " ".join([", ".join(shown[:-1]), last, shown[-1]]) if len(shown) > 1 else shown[0]
