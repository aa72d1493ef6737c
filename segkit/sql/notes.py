"""The PQL beside the SQL: which words of a rule a step or a condition comes from, as comments of the statement."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.pql.bound import Bound
    from segkit.pql.tree import Span

PQL = "pql"
"""Where an expression's `meta` has the words it comes from, whole; a step's has a list of them."""

_LONGEST = 200
_OPENED, _CLOSED = re.compile(r"([\[({])\s*\n\s*"), re.compile(r"\s*\n\s*([\])}.])")


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts of the rules of one statement, by their names.

    Parameters
    ----------
    texts
        Rule → its PQL; a rule without a text has no words to show.
    """

    texts: Mapping[str, str] = field(default_factory=dict)

    def words(self, origin: str, span: Span) -> str:
        """The words of a rule at a place, on one line; nothing where they are not known."""
        return one_line(self.texts.get(origin, "")[span.start : span.end])

    def noted(self, made: exp.Expr, origin: str, node: Bound, *, whole: bool = False) -> exp.Expr:
        """A condition or column with the words it comes from behind it; with nothing where they are the whole rule, as
        that stands above the statement already, unless `whole` asks for it."""
        words = self.words(origin, node.span)
        if not words or isinstance(made, exp.Boolean):
            return made
        shown = whole or node.span.end - node.span.start < len(self.texts[origin].strip())
        if shown and isinstance(made, exp.Or):
            made = exp.Paren(this=made)
        made = _marked(made, line(words) if shown else "")
        made.meta[PQL] = words
        return made


def one_line(text: str) -> str:
    """PQL of several lines on one, without the blanks that the breaks inside brackets would leave."""
    if "\n" in text:
        text = _CLOSED.sub(r"\1", _OPENED.sub(r"\1", text))
    return " ".join(text.split())


def line(text: str) -> str:
    """A text as a comment of one line, which it cannot end: sqlglot writes comments as they are."""
    shown = one_line(text).replace("*/", "* /").replace("/*", "/ *")
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1].rstrip()}…"


def _marked(node: exp.Expr, comment: str, within: exp.Expr | None = None) -> exp.Expr:
    """A condition with a comment behind the part that is written last: behind the operator, where sqlglot would put it,
    it would split a comparison. What stands elsewhere too is copied."""
    match node:
        case exp.Dot():
            pass
        case exp.Binary() | exp.Not():
            part = "this" if isinstance(node, exp.Not) else "expression"
            if comment:
                last = node.args[part]
                marked = _marked(last, comment, node)
                if marked is not last:
                    node.set(part, marked)
            return node
    marked = node if node.parent is within else node.copy()
    if comment:
        marked.add_comments([comment])
    return marked
