"""Regular expressions in a rule (R47): written out, checked and turned into what the engine runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.binder.regex_parts import PatternError
from segkit.pql.binder.regexes import translated
from segkit.pql.bound import Bound, Const
from segkit.pql.tree import Span, String

if TYPE_CHECKING:
    from segkit.pql.binder.coerce import Operand
    from segkit.pql.binder.context import Binder


def checked(b: Binder, pattern: Operand, *, searching: bool = True) -> Bound:
    """A pattern literal as RE2, or an error under the characters that it cannot run."""
    match pattern.value:
        case Const(value=str(text)):
            pass
        case _:
            hint = "a pattern that is only known while running cannot be checked"
            return b.error("bad-pattern", "a regular expression is written out as a literal", pattern.value.span, hint)
    if text.startswith("%") or text.endswith("%"):
        message = "`%` is a plain character in a regular expression"
        b.report.warning("wildcard-in-pattern", message, pattern.value.span, "`like` knows `%` and `_`")
    try:
        made = translated(text, searching=searching).text
    except PatternError as problem:
        where = _within(b.report.source, pattern, problem.start, problem.end)
        return b.error("bad-pattern", problem.message, where, problem.hint)
    return Const(made, pattern.value.type, pattern.value.span)


def groups(pattern: Operand) -> int | None:
    """How many groups a checked pattern has; None when it is no literal."""
    match pattern.value:
        case Const(value=str(text)):
            try:
                return translated(text).groups
            except PatternError:
                return None
        case _:
            return None


def _within(source: str, pattern: Operand, start: int, end: int) -> Span:
    """The place of some characters of a literal's value in the source, past its escapes."""
    whole = pattern.value.span
    if not isinstance(pattern.node, String) or pattern.node.span != whole:
        return whole
    places = [whole.start + 1]
    at = whole.start + 1
    for _ in pattern.node.value:
        at += 1 if source[at : at + 1] != "\\" else 6 if source[at + 1 : at + 2] == "u" else 2
        places.append(at)
    if source[at : at + 1] not in {'"', "'"} or start >= len(places) - 1:
        return whole
    return Span(places[start], places[min(end, len(places) - 1)])
