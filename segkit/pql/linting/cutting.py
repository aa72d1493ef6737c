"""Edits that take a part of an expression out, with the operator or comma beside it."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from segkit.pql.diagnostics import Edit, Report
from segkit.pql.reading.lexer import lex
from segkit.pql.tree import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.reading.tokens import Token
    from segkit.pql.tree import Array, Logic


def operand(source: str, logic: Logic, number: int) -> tuple[Edit, ...]:
    """One operand of an `and` or `or` taken out, with its brackets and one operator; nothing where that is unsure."""
    tokens = _tokens(source, logic.span)
    joints = _joints(tokens, [one.span for one in logic.operands], {logic.operator})
    return _taken(source, tokens, joints, number, logic.span)


def item(source: str, array: Array, number: int) -> tuple[Edit, ...]:
    """One item of a list taken out, with a comma."""
    inner = Span(array.span.start + 1, array.span.end - 1)
    tokens = _tokens(source, inner)
    return _taken(source, tokens, _joints(tokens, [one.span for one in array.items], {","}), number, inner)


def _tokens(source: str, within: Span) -> list[Token]:
    """The tokens of a part of a text."""
    every = _lexed(source)
    first = bisect_left(every, within.start, key=lambda one: one.start)
    return every[first : bisect_left(every, within.end, first, key=lambda one: one.start)]


@lru_cache(maxsize=2)
def _lexed(source: str) -> list[Token]:
    return lex(source, Report(source)).tokens


def _joints(tokens: Sequence[Token], spans: Sequence[Span], words: set[str]) -> list[int] | None:
    """Where the operators between some parts are among the tokens: behind each part only brackets may come first."""
    found: list[int] = []
    at = 0
    for span in spans[:-1]:
        while at < len(tokens) and tokens[at].start < span.end:
            at += 1
        while at < len(tokens) and tokens[at].word == ")":
            at += 1
        if at >= len(tokens) or tokens[at].word not in words:
            return None
        found.append(at)
        at += 1
    return found


def _taken(
    source: str, tokens: Sequence[Token], joints: list[int] | None, number: int, within: Span
) -> tuple[Edit, ...]:
    if joints is None or not joints:
        return ()
    if number == 0:
        return (cut(source, Span(tokens[0].start, tokens[joints[0] + 1].start)),)
    joint = joints[number - 1]
    last = tokens[joints[number] - 1] if number < len(joints) else tokens[-1]
    start, before = tokens[joint].start, tokens[joint - 1].end
    if not source[before:start].strip():
        start = before
    return (cut(source, Span(start, min(last.end, within.end))),)


def cut(source: str, span: Span) -> Edit:
    """A part taken out; the words beside it stay apart."""
    beside = source[max(span.start - 1, 0) : span.start] + source[span.end : span.end + 1]
    return Edit(span, " " if len(beside) == 2 and all(one.isalnum() or one in "_`\"'" for one in beside) else "")
