"""What extends to the right: `select`, `exists`, `forall`, `sum … over`, `let`, lambdas; and object literals."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from segkit.pql.diagnostics import Edit
from segkit.pql.reading import mistakes
from segkit.pql.reading.lexer import quote
from segkit.pql.reading.tokens import AGGREGATES, QUANTIFIERS, starts_operand
from segkit.pql.tree import Aggregate, Clause, Lambda, Let, Object, Quantified, Select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal as Choice

    from segkit.pql.reading.parser import Parser
    from segkit.pql.reading.tokens import Token
    from segkit.pql.tree import AggregateName, Node

_NAMES = frozenset({"name", "quoted"})


def aggregate_starts(tokens: Sequence[Token]) -> frozenset[int]:
    """Where a `sum` and the like begins a `sum … over NAME from`, found in one pass.

    An `over` belongs to the nearest such word before it in the same brackets and item, and first to one that cannot be
    the call of a function.
    """
    found: set[int] = set()
    waiting: list[tuple[list[int], list[int]]] = [([], [])]
    for at, token in enumerate(tokens[:-1]):
        word = token.word
        if word in {"(", "[", "{"}:
            waiting.append(([], []))
        elif word in {")", "]", "}"}:
            waiting.pop()
        elif word == ",":
            waiting[-1] = ([], [])
        elif word in AGGREGATES:
            following = tokens[at + 1]
            if (at == 0 or tokens[at - 1].word not in {".", "^"}) and starts_operand(following):
                waiting[-1][following.word == "("].append(at)
        elif word == "over" and _binds(tokens, at + 1):
            sure, calls = waiting[-1]
            if sure or calls:
                found.add((sure or calls).pop())
    return frozenset(found)


def _binds(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].kind in _NAMES and tokens[at + 1].word == "from"


def quantified(parser: Parser) -> Node:
    """`select`, `exists`, `forall` and their other names (R24 to R26)."""
    begin = parser.start
    kind = QUANTIFIERS[parser.take().word]
    clauses = _clauses(parser)
    if kind == "select":
        return Select(clauses, parser.since(begin))
    return Quantified(cast('Choice["exists", "forall"]', kind), clauses, parser.since(begin))


def aggregate(parser: Parser) -> Node:
    """`sum E over V from A where C` (R31)."""
    begin = parser.start
    function = cast("AggregateName", parser.take().word)
    outer, parser.ends = parser.ends, parser.ends | {"over"}
    body = parser.expression()
    parser.ends = outer
    parser.expect("over", f"after the expression of `{function}`")
    return Aggregate(function, body, _clauses(parser), parser.since(begin))


def _clauses(parser: Parser) -> tuple[Clause, ...]:
    """`V from A where C`; a comma goes on only before another `NAME from` (R11)."""
    found = [_clause(parser)]
    while parser.is_at(",") and _binds(parser.tokens, parser.at + 1):
        parser.at += 1
        found.append(_clause(parser))
    return tuple(found)


def _clause(parser: Parser) -> Clause:
    """One clause. Without `where` (or `:`) it has no condition; what follows belongs to the outer expression."""
    begin, variable = parser.start, parser.take()
    parser.expect("from", "after the variable")
    source_at = parser.at
    source = parser.operand()
    name = str(variable.value)
    conditional = parser.eat("where") or parser.eat(":") or mistakes.missing_where(parser, source, source_at, name)
    condition = parser.expression() if conditional else None
    return Clause(name, source, condition, variable.span, parser.since(begin))


def let(parser: Parser) -> Node:
    """`let V = E in BODY` (R32): a bare `in` ends E."""
    begin = parser.start
    parser.at += 1
    variable = parser.take()
    parser.at += 1
    outer, parser.ends = parser.ends, parser.ends | {"in"}
    value = parser.expression()
    parser.ends = outer
    if not parser.is_at("in"):
        if (
            parser.report.source[begin : parser.start].rstrip().endswith(";")
            or ";" in parser.report.source[value.span.end : parser.start]
        ):
            raise parser.failure  # the semicolon has been told
        hint = f"write `let {variable.value} = … in …`"
        parser.fail("expected", "expected `in` after the value of `let`", parser.token.span, hint)
    parser.at += 1
    body = parser.expression()
    return Let(str(variable.value), value, body, variable.span, parser.since(begin))


def function(parser: Parser) -> Node:
    """`(Profile) => body`, `(K, G) => body`."""
    begin, closer = parser.start, parser.partner[parser.at]
    names: list[str] = []
    parser.at += 1
    while True:
        token = parser.token
        if token.kind not in _NAMES or parser.peek().word not in {",", ")"}:
            hint = "write `(a, b) => …`"
            parser.error("bad-lambda", "names with commas between them stand before `=>`", token.span, hint)
            break
        names.append(str(token.value))
        parser.at += 2
        if parser.at > closer:
            break
    parser.at = closer + 2
    return Lambda(tuple(names), parser.expression(), parser.since(begin))


def record(parser: Parser) -> Node:
    """`{"a": expr}` (R08)."""
    begin, closer = parser.start, parser.partner[parser.at]
    outer, parser.ends = parser.ends, frozenset()
    fields: list[tuple[str, Node]] = []
    parser.at += 1
    while parser.at < closer:
        key = parser.token
        if key.kind in _NAMES:
            hint = f'write `"{key.value}"`'
            fix = [Edit(key.span, quote(str(key.value)))]
            parser.error("bad-object", "a key of an object stands in quotes", key.span, hint, fix=fix)
        elif key.kind != "string":
            parser.error("bad-object", 'expected `"key": value`', key.span)
        elif key.value in dict(fields):
            parser.error("bad-object", f"the object has the key `{key.value}` twice", key.span)
        elif parser.peek().word != ":":
            parser.error("bad-object", "expected `:` after the key", parser.peek().span)
        if parser.peek().word == ":":
            parser.at += 2
            fields.append((str(key.value), parser.expression()))
        if not parser.eat(","):
            break
        mistakes.trailing_comma(parser, closer)
    parser.at = closer + 1
    parser.ends = outer
    return Object(tuple(fields), parser.since(begin))
