"""Whole constructs of SQL, Python and JavaScript, told by the words in which they begin or go on (R51).

A rule that begins in another language would otherwise be told as one odd word after another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from segkit.pql.reading.tokens import AGGREGATES, QUANTIFIERS, UNITS
from segkit.pql.tree import Binary, Call, Name, Span

if TYPE_CHECKING:
    from segkit.pql.reading.parser import Parser
    from segkit.pql.reading.tokens import Token
    from segkit.pql.tree import Node


class Told(NamedTuple):
    """A mistake, and the token to go on from where that is further on."""

    code: str
    message: str
    span: Span
    hint: str
    resume: int = -1


_CLAUSES: Final = {
    "group": "a rule says who is in; `array.groupBy(field)` makes a Map of an array",
    "order": "a rule says who is in; `array.topN(expression, n)` takes the first in an order",
    "limit": "a rule says who is in, not how many are shown",
    "having": "join the condition to the others with `and`",
    "union": "join two conditions with `or`",
    "join": "fields of all datasets are fields of one profile; events are in `xEvent`",
}
_STATEMENTS: Final = {
    "return": "a rule is its condition alone: leave the word out",
    "const": "write `let x = … in …`",
    "var": "write `let x = … in …`",
    "typeof": "a field has one type; `.isNotNull()` asks whether it has a value",
    "new": "`now` is this moment, `date(2024, 1, 31)` a day",
    "lambda": "write `(x) => …`",
    "def": "write `(x) => …`",
    "function": "write `(x) => …`",
}
_CHOICES: Final = frozenset({"if", "then", "else", "elif", "elseif", "case", "when", "end"})
_TIMES: Final = frozenset({"within", "before", "after", "on", "since", "until", "during"})
_LEADING: Final = frozenset({"the", "last", "past", "next", "previous"})
_CASTS: Final = "`.toString()`, `.toInt()`, `.stringToNumber()` and `.stringToDate()` make one type of another"


def continued(parser: Parser, node: Node) -> Told | None:
    """What a complete value and the token behind it are in another language."""
    token, before = parser.token, parser.tokens[parser.at - 1]
    return (
        _query(parser, node)
        or _statement(parser, node, token)
        or _quantifier(parser, token, before)
        or _time(parser, node, token)
        or _other(parser, node, token, before)
    )


def _query(parser: Parser, node: Node) -> Told | None:
    """`SELECT * FROM …`, `SELECT count(*) FROM …`, and clauses of such a query."""
    token, source = parser.token, parser.report.source
    begin = node.span.start
    if source[begin : begin + 6].lower() == "select" and not source[begin + 6 : begin + 7].isalnum():
        following = source[begin + 6 : token.start].strip()
        calls = token.kind == "name" and parser.peek().word in {"(", ","}
        if following.startswith("*") or calls:
            where = next((one for one in parser.tokens[parser.at :] if one.word == "where"), None)
            hint = "write what stands behind `WHERE`" if where else "`xEvent.count()` counts events"
            message = "a rule is a condition, not a query of SQL"
            return Told("sql-query", message, Span(begin, begin + 6), hint, _closing(parser))
    first = (
        isinstance(node, Name) and node.name.lower() in _CLAUSES and node.span.end == parser.tokens[parser.at - 1].end
    )
    word = node.name.lower() if first and isinstance(node, Name) else token.word
    if word not in _CLAUSES or token.kind not in {"name", "integer"}:
        return None
    span = node.span if first else token.span
    following_token = token if first else parser.peek()
    if following_token.word == "by":
        span = Span(span.start, following_token.end)
    shown = source[span.start : span.end]
    return Told("sql-query", f"`{shown}` is a clause of SQL", span, _CLAUSES[word], _closing(parser))


def _closing(parser: Parser) -> int:
    """The bracket that closes around, or the end."""
    at = parser.at
    while parser.tokens[at].kind != "end" and parser.tokens[at].word not in {")", "]", "}"}:
        at = parser.partner.get(at, at) + 1
    return at


def _statement(parser: Parser, node: Node, token: Token) -> Told | None:
    if not isinstance(node, Name) or node.quoted or node.span.end != parser.tokens[parser.at - 1].end:
        return None
    hint = _STATEMENTS.get(node.name.lower())
    if hint is None or token.kind not in {"name", "quoted", "string", "integer"}:
        return None
    return Told("unexpected", f"`{node.name}` is not a word of PQL", node.span, hint, _condition_end(parser))


def _condition_end(parser: Parser) -> int:
    at = parser.at
    while parser.tokens[at].kind != "end" and parser.tokens[at].word not in {")", "]", "}", ",", "and", "or"}:
        at = parser.partner.get(at, at) + 1
    return at


def _quantifier(parser: Parser, token: Token, before: Token) -> Told | None:
    if token.word == "all" and before.word == "for":
        return Told(
            "bad-select",
            "`for all` is one word",
            Span(before.start, token.end),
            "write `forall X from …`",
            _condition_end(parser),
        )
    if before.word not in QUANTIFIERS or token.kind not in {"name", "quoted"}:
        return None
    following = parser.peek()
    if following.word == "where":
        hint = f"write `{before.value} X from {token.value} where X.field = …`, or `{token.value}[…]`"
        return Told(
            "bad-select", f"`{before.value}` needs a variable and `from`", token.span, hint, _condition_end(parser)
        )
    if following.word == "in":
        hint = f"write `{before.value} {token.value} from …`"
        return Told("bad-select", "the array stands behind `from`", following.span, hint, _condition_end(parser))
    if following.word == ",":
        at = parser.at
        while parser.tokens[at].word == "," or parser.tokens[at].kind in {"name", "quoted"}:
            at += 1
        hint = f"write `{before.value} {token.value} from xEvent, {parser.peek(2).value} from xEvent where …`"
        return Told("bad-select", "each variable has its own `from`", token.span, hint, at)
    return None


def _time(parser: Parser, node: Node, token: Token) -> Told | None:
    """`t in the last 30 days`, `t within 30 days`, `t before now`."""
    source = parser.report.source
    if isinstance(node, Binary) and node.operator == "in" and isinstance(node.right, Name):
        if node.right.name.lower() not in _LEADING:
            return None
        left, begin = node.left, node.operator_span.start
    elif token.kind == "name" and token.word in _TIMES:
        left, begin = node, token.start
    else:
        return None
    words = source[left.span.start : left.span.end]
    subject = words if words and len(words) <= 60 and not isinstance(left, Binary) else "field"
    ahead = 0
    while ahead < 5 and parser.peek(ahead).kind == "name" and parser.peek(ahead).word not in UNITS:
        ahead += 1
    number, unit = parser.peek(ahead), parser.peek(ahead + 1)
    if number.kind == "integer" and unit.word in UNITS:
        forward = "next" in source[begin : number.start].lower().split()
        hint = f"write `{subject} occurs <= {number.value} {unit.value} {'after' if forward else 'before'} now`"
        span = Span(begin, unit.end)
    else:
        word = {"since": "after", "until": "before", "during": "on", "within": "on"}.get(token.word, token.word)
        hint = f"write `{subject} occurs {word} …`"
        span = token.span
    shown = " ".join(source[span.start : span.end].split())
    return Told("missing-occurs", f"`{shown}` stands behind `occurs`", span, hint, _condition_end(parser))


def _other(parser: Parser, node: Node, token: Token, before: Token) -> Told | None:
    block = token.word == "{" and isinstance(node, Call) and node.name == "if"
    if before.word in {"if", "case"} or token.word in _CHOICES or block:
        return Told(
            "unexpected",
            f"`{_shown(parser, token)}` cannot follow here",
            token.span,
            "write `if(condition, a, b)`",
            _condition_end(parser),
        )
    if token.word == "as":
        return Told("unexpected", "`as` is not a word of PQL", token.span, _CASTS, _condition_end(parser))
    if token.word == ":" and parser.peek().word == ":":
        return Told(
            "foreign-operator",
            "`::` is not an operator of PQL",
            Span(token.start, parser.peek().end),
            _CASTS,
            _condition_end(parser),
        )
    if token.kind == "string" and before.kind == "name" and before.end == token.start:
        return Told(
            "unexpected",
            "a string has no letters before its quotes",
            before.span,
            f"leave `{before.value}` out",
            parser.at + 1,
        )
    return None


def _shown(parser: Parser, token: Token) -> str:
    return parser.report.source[token.start : token.end][:60]


def misplaced(parser: Parser) -> Told | None:
    """What a token is in another language that stands where a value must."""
    token, before = parser.token, parser.tokens[parser.at - 1] if parser.at else parser.tokens[-1]
    glued = parser.at > 0 and before.end == token.start
    match token.word:
        case "*" if glued and before.word == "*":
            return Told(
                "foreign-operator", "`**` is not an operator of PQL", Span(before.start, token.end), "multiply: `x * x`"
            )
        case "=" if glued and before.word in {"+", "-", "*", "/", "%"}:
            shown = f"{before.word}="
            hint = "an expression changes nothing; `=` compares"
            return Told("foreign-operator", f"`{shown}` is not an operator of PQL", Span(before.start, token.end), hint)
        case "*" if before.word == "(" and parser.peek().word == ")":
            return Told(
                "missing-value", "`*` stands for nothing here", token.span, "`xEvent.count()` counts the events"
            )
        case "/":
            return Told(
                "missing-value",
                "a regular expression is a string",
                token.span,
                'write `field matches "^a"`',
                _condition_end(parser),
            )
        case "where":
            return Told("bad-select", "a rule is its condition alone, without `where`", token.span, "leave it out")
        case "and" | "or" as word if parser.peek().word == "(" and (
            parser.at == 0 or before.word in {"(", "[", ",", "{"}
        ):
            resume = parser.partner[parser.at + 1] + 1
            return Told(
                "missing-value", f"`{word}` stands between two conditions", token.span, f"write `a {word} b`", resume
            )
        case "and" | "or" as word if before.word in {"and", "or"}:
            return Told(
                "missing-value",
                f"two joining words follow each other, `{before.word}` and `{word}`",
                token.span,
                "leave one out",
            )
        case _:
            return None


def in_list(parser: Parser) -> bool:
    """Whether the innermost bracket around is one of a list or of arguments, where commas part the items."""
    opener = max((at for at, closer in parser.partner.items() if at < parser.at < closer), default=-1)
    if opener < 0:
        return False
    before = parser.tokens[opener - 1] if opener else None
    after_value = before is not None and (before.kind in {"name", "quoted"} or before.word in {")", "]"})
    word = parser.tokens[opener].word
    if word == "[":
        return not after_value or (before is not None and before.word in {"in", "notin", "and", "or", "not"})
    return (
        word == "("
        and before is not None
        and (
            before.word in {"in", "notin"}
            or (before.kind == "name" and after_value and before.word not in {"and", "or", "not", "where", *AGGREGATES})
        )
    )
