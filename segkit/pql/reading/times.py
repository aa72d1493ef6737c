"""`occurs` and its tails, which also stand in `WHEN(…)` (`pql.md` R38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segkit.pql.reading.tokens import COMPARISONS, PLURALS, RELATIONS, UNITS, starts_operand
from segkit.pql.tree import Between, Distance, Occurs, Side, Span, Within

if TYPE_CHECKING:
    from segkit.pql.reading.parser import Parser
    from segkit.pql.tree import Comparison, Direction, Node, Tail, Unit

_LEADING = frozenset({"within", "in", "the", "less", "more", "than", *RELATIONS})
_DIRECTIONS: dict[str, Direction] = {"before": "before", "after": "after", "from": "after"}


def occurs(parser: Parser, subject: Node, begin: int) -> Node:
    """`T occurs TAIL`, after the word itself."""
    return Occurs(subject, tail(parser), parser.since(begin))


def tail(parser: Parser) -> Tail:
    """The tail of an `occurs`. It ends before `and`, but the first `and` after `between` belongs to it (R11)."""
    begin, token = parser.start, parser.token
    if token.word in COMPARISONS:
        return _distance(parser)
    _refuse_other_ways(parser)
    introduces = starts_operand(parser.peek()) and token.kind == "name"
    if token.word == "between" and introduces:
        parser.at += 1
        start = parser.arithmetic()
        if not parser.is_at("and"):
            hint = "write `between date(2024, 1, 1) and today`"
            parser.fail("expected", "expected `and` and the end of the range", parser.token.span, hint)
        parser.at += 1
        return Between(start, parser.arithmetic(), parser.since(begin))
    if token.word in _DIRECTIONS and introduces:
        parser.at += 1
        return Side(_DIRECTIONS[token.word], parser.arithmetic(), parser.since(begin))
    if token.word == "on" and introduces:
        parser.at += 1
    return Within(parser.arithmetic(), parser.since(begin))


def _distance(parser: Parser) -> Tail:
    begin = parser.start
    comparison = cast("Comparison", parser.take().word)
    count = parser.token
    if count.kind != "integer":
        hint = f"write `{comparison} 3 days before now`"
        parser.fail("bad-distance", "a distance begins with a whole number", count.span, hint)
    parser.at += 1
    parser.in_range(count)
    unit = _unit(parser, comparison, int(count.value))
    direction = _DIRECTIONS.get(parser.token.word)
    if direction is None:
        hint = f"write `{comparison} {count.value} {parser.tokens[parser.at - 1].value} before now`"
        message = "expected `before` or `after` and a point in time"
        parser.fail("bad-distance", message, parser.token.span, hint)
    parser.at += 1
    reference = parser.arithmetic()
    return Distance(comparison, int(count.value), unit, direction, reference, parser.since(begin))


def _unit(parser: Parser, comparison: str, count: int) -> Unit:
    unit = UNITS.get(parser.token.word)
    if unit is None:
        from segkit.pql.diagnostics import did_you_mean  # noqa: PLC0415  only needed once something is wrong

        hint = (
            did_you_mean(parser.token.word, PLURALS if count == 1 else PLURALS.values())
            if parser.token.kind == "name"
            else None
        )
        hint = hint or f"write `{comparison} {count} days before now`"
        parser.fail("unknown-unit", "expected a unit of time such as `days`", parser.token.span, hint)
    parser.at += 1
    return unit


def _refuse_other_ways(parser: Parser) -> None:
    """`occurs within 3 days`, `occurs in the last 7 days`, `occurs less than 3 days before now`."""
    token, ahead = parser.token, 0
    while ahead < 3 and parser.peek(ahead).word in _LEADING:
        ahead += 1
    number, unit = parser.peek(ahead), parser.peek(ahead + 1)
    if number.kind != "integer" or unit.word not in UNITS or unit.kind != "name":
        return
    span = Span(parser.start, unit.end)
    direction = "after" if ahead and parser.peek(ahead - 1).word == "next" else "before"
    comparison = ">" if token.word == "more" else "<" if token.word == "less" else "<="
    hint = f"write `occurs {comparison} {number.value} {unit.value} {direction} now`"
    parser.fail("bad-distance", "a distance begins with a comparison", span, hint)
