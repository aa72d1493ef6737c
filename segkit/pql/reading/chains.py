"""`chain(ARRAY, TIMESTAMP_FIELD, [elements])` (`pql.md` R33 to R37)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segkit.pql.reading import mistakes, times
from segkit.pql.reading.tokens import COMPARISONS
from segkit.pql.tree import Chain, Count, Element, Span

if TYPE_CHECKING:
    from typing import Literal as Choice

    from segkit.pql.reading.parser import Parser
    from segkit.pql.tree import Node, Tail

_SHAPE = 'write `chain(xEvent, timestamp, [A: WHAT(eventType = "a"), B: WHAT(eventType = "b")])`'
_ELEMENT = 'write `A: WHAT(eventType = "a") WHEN(<= 3 days before now) COUNT(2)`'
_PARTS = frozenset({"what", "when", "count"})


def chain(parser: Parser) -> Node:
    """A chain, from its word on."""
    begin = parser.start
    parser.at += 1
    array, timestamp, elements = parser.inside(lambda: _parts(parser))
    return Chain(array, timestamp, elements, parser.since(begin))


def _parts(parser: Parser) -> tuple[Node, Node, tuple[Element, ...]]:
    array = parser.arithmetic()
    _comma(parser, "the array")
    if parser.is_at("[") and parser.tokens[parser.partner[parser.at] + 1].word == ")":
        parser.fail("bad-chain", "the timestamp field is missing before the elements", parser.token.span, _SHAPE)
    timestamp = parser.arithmetic()
    _comma(parser, "the timestamp field")
    if not parser.is_at("["):
        parser.fail("bad-chain", "the elements of a chain stand in `[ ]`", parser.token.span, _SHAPE)
    return array, timestamp, _elements(parser)


def _comma(parser: Parser, after: str) -> None:
    if not parser.eat(","):
        parser.fail("bad-chain", f"expected `,` after {after} of the chain", parser.token.span, _SHAPE)


def _elements(parser: Parser) -> tuple[Element, ...]:
    from segkit.pql.reading.parser import Failure  # noqa: PLC0415  the parser imports this module

    opener, closer = parser.at, parser.partner[parser.at]
    parser.at += 1
    found: list[Element] = []
    if parser.at == closer:
        span = Span(parser.tokens[opener].start, parser.tokens[closer].end)
        parser.error("bad-chain", "a chain has at least one element", span, _SHAPE)
    while parser.at < closer:
        try:
            found.append(_element(parser))
            if parser.at < closer and not parser.is_at(","):
                mistakes.left_in_element(parser)
        except Failure:
            while parser.at < closer and not parser.is_at(","):
                parser.at = parser.partner.get(parser.at, parser.at) + 1
        if parser.eat(","):
            mistakes.trailing_comma(parser, closer)
    parser.at = closer + 1
    return tuple(found)


def _element(parser: Parser) -> Element:
    begin = parser.start
    negated = parser.is_at("not") and parser.peek().word != ":"
    if negated:
        parser.at += 1
    name = parser.token
    if name.word in _PARTS and parser.peek().word == "(":
        parser.fail("bad-chain", "an element begins with its name", name.span, _ELEMENT)
    if name.kind not in {"name", "quoted"}:
        parser.fail("bad-chain", "expected the name of an element", name.span, _ELEMENT)
    parser.at += 1
    if not parser.eat(":"):
        parser.fail("bad-chain", "expected `:` after the name of the element", parser.token.span, _ELEMENT)
    if not (parser.is_at("what") and parser.peek().word == "("):
        parser.fail("bad-chain", "expected `WHAT(…)`", parser.token.span, _ELEMENT)
    parser.at += 1
    what = _what(parser)
    when: Tail | None = None
    count: Count | None = None
    if parser.is_at("when") and parser.peek().word == "(":
        parser.at += 1
        when = parser.inside(lambda: times.tail(parser))
    if parser.is_at("count") and parser.peek().word == "(":
        counted = parser.start
        parser.at += 1
        count = parser.inside(lambda: _count(parser, counted))
    return Element(str(name.value), what, when, count, negated, name.span, parser.since(begin))


def _what(parser: Parser) -> Node | None:
    if parser.peek().word == "*" and parser.peek(2).word == ")":
        parser.at += 3
        return None
    if parser.peek().word == ")":
        parser.at += 1
        parser.fail("bad-chain", "`WHAT` needs a condition", parser.token.span, "write `WHAT(*)` for any event")
    return parser.inside(parser.expression)


def _count(parser: Parser, begin: int) -> Count:
    comparison, number = ">=", parser.token
    if number.word in COMPARISONS:
        parser.at += 1
        comparison, number = number.word, parser.token
    if number.kind != "integer":
        parser.fail("bad-chain", "`COUNT` takes a whole number", number.span, "write `COUNT(5)`")
    parser.at += 1
    parser.in_range(number)
    if comparison in {">", "<", "!="}:
        hint = {
            ">": f"write `COUNT(>= {int(number.value) + 1})`",
            "<": f"write `COUNT(<= {max(0, int(number.value) - 1)})`",
            "!=": "write `COUNT(<= n)` or `COUNT(>= n)`",
        }[comparison]
        parser.error("bad-chain", "`COUNT` compares with `=`, `<=` or `>=`", parser.tokens[parser.at - 2].span, hint)
    span = Span(begin, parser.tokens[parser.at].end)
    return Count(cast('Choice["=", "<=", ">="]', comparison), int(number.value), span)
