"""Which part of an expression a comment belongs to, so that the formatter can keep it there (`pql.md` R04)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segkit.pql.diagnostics import Report
from segkit.pql.reading.brackets import pair
from segkit.pql.reading.lexer import lex
from segkit.pql.tree import (
    Aggregate,
    Array,
    Call,
    Chain,
    Clause,
    Element,
    Index,
    Lambda,
    Let,
    Logic,
    Method,
    Object,
    Quantified,
    Select,
    Span,
)
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.pql.tree import Comment, Expression
    from segkit.pql.walk import Part


@dataclass(frozen=True, slots=True)
class Remarks:
    """Comments by the `id` of their part: before it, behind it on its line, below it on lines of their own."""

    before: dict[int, list[str]] = field(default_factory=dict)
    behind: dict[int, list[str]] = field(default_factory=dict)
    below: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Room:
    """A stretch of text in which parts follow one another, each of which can stand on a line of its own."""

    span: Span
    parts: tuple[Part, ...]


def attach(expression: Expression) -> Remarks:
    """Find the part of each comment: the one it follows on its line, else the one before which it stands."""
    remarks = Remarks()
    if not expression.comments:
        return remarks
    wide = _Extents(expression.text)
    whole = _Room(Span(0, len(expression.text)), (expression.root,))
    rooms = [whole, *(room for part, _, _ in walk(expression.root) for room in _rooms(part, wide))]
    # outer rooms first, so that the last one that is still open when a comment comes is the innermost
    rooms.sort(key=lambda room: (room.span.start, -room.span.end))
    entered: list[_Room] = []
    coming = 0
    for comment in sorted(expression.comments, key=lambda one: one.span.start):
        while coming < len(rooms) and rooms[coming].span.start <= comment.span.start:
            entered.append(rooms[coming])
            coming += 1
        while len(entered) > 1 and entered[-1].span.end < comment.span.end:
            entered.pop()
        _place(comment, entered[-1], expression.text, wide, remarks)
    return remarks


def _place(comment: Comment, room: _Room, text: str, wide: _Extents, remarks: Remarks) -> None:
    start, end = comment.span.start, comment.span.end
    at = bisect_right(room.parts, start, key=lambda part: wide.of(part.span).start) - 1
    if at >= 0 and start < room.parts[at].span.end:
        at -= 1  # inside a part that has no room for it is before that part
    previous = room.parts[at] if at >= 0 else None
    following = room.parts[at + 1] if at + 1 < len(room.parts) else None
    # a comment between two parts on a line belongs to the one it touches, after a comma to the next
    introduces = following is not None and "\n" not in text[end : following.span.start] and comment.text[1] != "/"
    if previous is not None and "\n" not in text[previous.span.end : start]:
        between = text[wide.of(previous.span).end : start].strip()
        if not (introduces and between):
            remarks.behind.setdefault(id(previous), []).append(comment.text)
            return
    if following is not None:
        remarks.before.setdefault(id(following), []).append(comment.text)
    else:
        remarks.below.setdefault(id(room.parts[-1]), []).append(comment.text)


def _rooms(part: Part, wide: _Extents) -> Iterable[_Room]:
    span = part.span
    match part:
        case Logic(operands=parts):
            yield _Room(wide.of(span), parts)
        case Call(arguments=[_, *_] as parts, name_span=name) | Method(arguments=[_, *_] as parts, name_span=name):
            yield _Room(Span(name.end, span.end), tuple(parts))
        case Array(items=[_, *_] as parts):
            yield _Room(span, tuple(parts))
        case Object(fields=[_, *_] as fields):
            yield _Room(span, tuple(value for _, value in fields))
        case Index(object=one, argument=argument):
            yield _Room(Span(wide.of(one.span).end, span.end), (argument,))
        case Chain(timestamp=timestamp, elements=[_, *_] as parts):
            yield _Room(Span(wide.of(timestamp.span).end, span.end), tuple(parts))
        case Element(what=what) if what is not None:
            yield _Room(wide.of(what.span), (what,))
        case Select(clauses=clauses) | Quantified(clauses=clauses):
            yield _Room(Span(clauses[0].span.start, clauses[-1].span.end), clauses)
        case Aggregate(clauses=clauses):
            yield _Room(Span(clauses[0].span.start, clauses[-1].span.end), clauses)
        case Clause(source=source, condition=condition) if condition is not None:
            yield _Room(Span(wide.of(source.span).end, span.end), (condition,))
        case Let(value=value, body=body):
            yield _Room(Span(wide.of(value.span).end, span.end), (body,))
        case Lambda(body=body):
            yield _Room(span, (body,))
        case _:
            return


class _Extents:
    """Spans widened by the parentheses around them."""

    def __init__(self, text: str) -> None:
        report = Report("")
        lexed = lex(text, report)
        paired = pair(lexed.tokens, report, lexed.horizon)
        self._tokens = paired.tokens
        self._partner = paired.partner
        self._starts = {token.start: at for at, token in enumerate(paired.tokens)}
        self._ends = {token.end: at for at, token in enumerate(paired.tokens[:-1])}

    def of(self, span: Span) -> Span:
        """A span with the parentheses around it."""
        first, last = self._starts.get(span.start), self._ends.get(span.end)
        if first is None or last is None:
            return span
        while first and self._tokens[first - 1].word == "(" and self._partner.get(first - 1) == last + 1:
            first, last = first - 1, last + 1
        return Span(self._tokens[first].start, self._tokens[last].end)
