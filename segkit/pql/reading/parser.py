"""Tokens to tree by precedence climbing (`pql.md` R07 to R11). Forms with a grammar of their own have own modules.

Mistakes: a function that cannot go on reports and raises `Failure`; `Parser.expression` catches it, skips to the next
`and`, `or`, comma or closing bracket, and goes on with a hole in the tree (R51). Brackets are already paired, so that
no mistake inside a pair of them reaches beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, TypeVar, cast

from segkit.pql.reading import chains, forms, mistakes, times
from segkit.pql.reading.brackets import MAX_NESTING
from segkit.pql.reading.forms import aggregate_starts
from segkit.pql.reading.tokens import (
    COMPARISONS,
    JOINING,
    LITERALS,
    QUANTIFIERS,
    RELATIONS,
    SETS,
    UNITS,
    Token,
    starts_operand,
)
from segkit.pql.tree import (
    HOLE,
    Array,
    Binary,
    Boolean,
    Call,
    Climb,
    Context,
    Double,
    Field,
    Index,
    Integer,
    Interval,
    Logic,
    Method,
    Name,
    Node,
    Null,
    Parameter,
    Span,
    String,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal as Choice

    from segkit.pql.diagnostics import Edit, Report
    from segkit.pql.reading.brackets import Paired
    from segkit.pql.tree import BinaryOperator, Relation

T = TypeVar("T")

_LONG: Final = 2**63
_COMPARING: Final = COMPARISONS | SETS | {"like", "matches", "occurs"}
_NOWHERE: Final[frozenset[str]] = frozenset()
_FOLLOWING: Final = frozenset({"and", "or"})
_CLOSING: Final = frozenset({")", "]", "}", ","})
_LOWERED: Final = frozenset({"if", "date"})


class Failure(Exception):  # noqa: N818  never leaves the parser
    """The parser cannot go on here; the mistake has been reported."""


class Parser:
    """The state of one parse: where it stands and what ends the expression it is in."""

    __slots__ = (
        "_closed_form",
        "_forms",
        "_horizon",
        "_reported",
        "aggregates",
        "at",
        "ends",
        "partner",
        "report",
        "tokens",
    )

    def __init__(self, paired: Paired, report: Report) -> None:
        self.tokens = paired.tokens
        self.partner = paired.partner
        self.report = report
        self.at = 0
        self.ends = _NOWHERE  # words that end an expression in this place, such as the `in` of `let`
        self.aggregates = aggregate_starts(paired.tokens)
        self._horizon = paired.horizon
        self._reported = -1
        self._forms = 0  # forms around this place that extend as far right as possible
        self._closed_form = -1  # the token after a form that extends as far right as possible

    # --- where it stands

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self.tokens[self.at]

    @property
    def start(self) -> int:
        """Where the next token begins."""
        return self.tokens[self.at].start

    def since(self, start: int) -> Span:
        """The span from a start to the end of the last token read."""
        return Span(start, max(start, self.tokens[self.at - 1].end))

    def peek(self, ahead: int = 1) -> Token:
        """A token further on; the end stands for all beyond it."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def is_at(self, word: str) -> bool:
        """Whether the next token is this word or symbol."""
        return self.tokens[self.at].word == word

    def eat(self, word: str) -> bool:
        """Pass over the next token if it is this word or symbol."""
        if self.tokens[self.at].word == word:
            self.at += 1
            return True
        return False

    def take(self) -> Token:
        """The next token, passed over; the end stays."""
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    # --- mistakes

    def error(self, code: str, message: str, span: Span, hint: str | None = None, *, fix: Iterable[Edit] = ()) -> None:
        """Report, unless it is the consequence of a mistake already reported."""
        if self.at > self._reported and span.start < self._horizon and self.token.kind != "hole":
            self.report.error(code, message, span, hint, fix=fix)
        self._reported = max(self._reported, self.at)

    def fail(
        self, code: str, message: str, span: Span, hint: str | None = None, *, fix: Iterable[Edit] = ()
    ) -> NoReturn:
        """Report and give up on the expression."""
        self.error(code, message, span, hint, fix=fix)
        raise Failure

    @property
    def failure(self) -> Failure:
        """To raise after a report that was not the last thing to do."""
        return Failure()

    def expect(self, word: str, where: str) -> Token:
        """Pass over a word or symbol that must stand here."""
        if not self.is_at(word):
            self.fail("expected", f"expected `{word}` {where}", self.token.span, None)
        return self.take()

    def _skip(self) -> None:
        while (token := self.tokens[self.at]).kind != "end":
            if token.word in _CLOSING or token.word in _FOLLOWING:
                return
            self.at = self.partner.get(self.at, self.at) + 1

    # --- brackets

    def inside(self, read: Callable[[], T]) -> T:
        """What stands in the brackets that open here; afterwards the parser is behind them, come what may."""
        closer = self.partner[self.at]
        ends, self.ends = self.ends, _NOWHERE
        self.at += 1
        try:
            found = read()
            if self.at < closer:
                mistakes.left_in_brackets(self)
        finally:
            self.at = closer + 1
            self.ends = ends
        return found

    def items(self) -> tuple[Node, ...]:
        """Expressions with commas between them, in the brackets that open here."""
        closer = self.partner[self.at]
        ends, self.ends = self.ends, _NOWHERE
        self.at += 1
        found: list[Node] = []
        while self.at < closer:
            found.append(self.expression())
            if not self.eat(","):
                break
            mistakes.trailing_comma(self, closer)
        self.at = closer + 1
        self.ends = ends
        return tuple(found)

    # --- expressions, loosest first

    def expression(self) -> Node:
        """Conditions joined by `and` and `or`; never raises `Failure`."""
        begin = self.start
        alternatives: list[Node] = []
        while True:
            first = self.start
            conditions: list[Node] = []
            while True:
                try:
                    node = self.comparison()
                    if not self._ended():
                        mistakes.leftover(self, node)
                except Failure:
                    self._skip()
                    node = HOLE
                conditions.append(node)
                if not self.eat("and"):
                    break
            alternatives.append(
                conditions[0] if len(conditions) == 1 else Logic("and", tuple(conditions), self.since(first))
            )
            if not self.eat("or"):
                break
        return alternatives[0] if len(alternatives) == 1 else Logic("or", tuple(alternatives), self.since(begin))

    def _ended(self) -> bool:
        token = self.tokens[self.at]
        word = token.word
        return token.kind == "end" or word in _CLOSING or word in _FOLLOWING or word in self.ends

    def comparison(self) -> Node:
        """One condition without `and` and `or`, with the loose `not` before it (R10)."""
        negations: list[int] = []
        while self.is_at("not") and self.peek().word != "(" and self._operand_follows():
            negations.append(self.start)
            self.at += 1
        begin = self.start
        node = self.arithmetic()
        compared = False
        while self.at != self._closed_form:
            word = self.tokens[self.at].word
            if word not in _COMPARING or word in self.ends:
                if not mistakes.foreign_comparison(self, node):
                    break
                compared = True
                continue
            if compared:
                mistakes.chained(self)
            compared = True
            node = self._compare(node, begin)
        for start in reversed(negations):
            node = Unary("not", node, self.since(start))
        return node

    def _compare(self, left: Node, begin: int) -> Node:
        operator = self.take()
        if operator.word == "occurs":
            return times.occurs(self, left, begin)
        name = "notIn" if operator.word == "notin" else operator.word
        right = self._listed() if operator.word in SETS and self.is_at("(") else self.arithmetic()
        return Binary(cast("BinaryOperator", name), left, right, operator.span, self.since(begin))

    def _listed(self) -> Node:
        """The right side of `in`: a parenthesised list is an array, one parenthesised array is that array (R08)."""
        opener, closer = self.at, self.partner[self.at]
        if self.peek(closer + 1 - opener).word == "=>":
            return self.arithmetic()
        begin = self.start
        if closer == opener + 1:
            mistakes.empty_parentheses(self)
        items = self.items()
        if self.tokens[self.at].word in {".", "["} and len(items) == 1:
            self.at = opener
            return self.arithmetic()
        match items:
            case ():
                return HOLE
            case (String() | Integer() | Double() | Boolean(),) | (_, _, *_):
                return Array(items, self.since(begin))
            case _:
                return items[0]

    def _operand_follows(self) -> bool:
        """Whether a value may begin behind this token; `matches` does only as the name of a function."""
        following = self.peek()
        return starts_operand(following) or (following.word == "matches" and self.peek(2).word == "(")

    def arithmetic(self) -> Node:
        """Sums of products, to the left."""
        begin = self.start
        total: Node | None = None
        adding: Token | None = None
        while True:
            first = self.start
            term = self.operand()
            while self.tokens[self.at].word in {"*", "/", "%"} and self.at != self._closed_form:
                operator = self.take()
                symbol = cast("BinaryOperator", operator.word)
                term = Binary(symbol, term, self.operand(), operator.span, self.since(first))
            if adding is None or total is None:
                total = term
            else:
                symbol = cast("BinaryOperator", adding.word)
                total = Binary(symbol, total, term, adding.span, self.since(begin))
            if self.tokens[self.at].word not in {"+", "-"} or self.at == self._closed_form:
                return total
            adding = self.take()

    def operand(self) -> Node:
        """A value with the signs before it and the path, calls and indexes behind it."""
        signs: list[tuple[Choice["not", "-"], int]] = []
        while True:
            token = self.tokens[self.at]
            if token.word == "-":
                if self.peek().kind in {"integer", "double"} and self.peek(2).word not in {".", "["}:
                    break
                signs.append(("-", token.start))
            elif token.word == "!":
                signs.append(("not", token.start))
            elif token.word == "not" and self._operand_follows():
                if self.peek().word != "(":
                    mistakes.tight_not(self)
                signs.append(("not", token.start))
            else:
                break
            self.at += 1
        begin = self.start
        node = self._group() if self.is_at("(") else self._primary()
        if self.at != self._closed_form:
            node = self._postfix(node, begin)
        for sign, start in reversed(signs):
            node = Unary(sign, node, self.since(start))
        return node

    def _postfix(self, node: Node, begin: int) -> Node:
        while True:
            word = self.tokens[self.at].word
            if word == ".":
                self.at += 1
                node = self._member(node, begin)
            elif word == "[":
                if self.peek().word == "*":
                    mistakes.wildcard(self, node)
                opener = self.at
                arguments = self.items()
                if len(arguments) != 1:
                    mistakes.bad_index(self, opener)
                node = Index(node, arguments[0] if arguments else HOLE, self.since(begin))
            else:
                return node

    def _member(self, node: Node, begin: int) -> Node:
        token = self.tokens[self.at]
        if token.kind not in {"name", "quoted"}:
            mistakes.no_member(self)
        self.at += 1
        name = str(token.value)
        if self.is_at("("):
            return Method(node, name, self.items(), token.span, self.since(begin))
        return Field(node, name, token.span, self.since(begin))

    def _group(self) -> Node:
        if self.peek(self.partner[self.at] + 1 - self.at).word == "=>":
            return self.extending(forms.function)
        if self.peek().word == ")":
            mistakes.empty_parentheses(self)
            self.at += 2
            return HOLE
        return self.inside(self.expression)

    def extending(self, read: Callable[[Parser], Node]) -> Node:
        """A form that extends as far right as possible: nothing but `and` and `or` may follow it (R10)."""
        self._forms += 1
        if self._forms > MAX_NESTING:
            mistakes.too_deep(self)
        try:
            node = read(self)
        finally:
            self._forms -= 1
        self._closed_form = self.at
        return node

    @property
    def in_form(self) -> bool:
        """Whether a form that extends as far right as possible is around."""
        return self._forms > 0

    @property
    def after_form(self) -> bool:
        """Whether a form that extends as far right as possible has just ended."""
        return self.at == self._closed_form

    # --- the smallest parts

    def _primary(self) -> Node:
        token = self.tokens[self.at]
        match token.kind:
            case "name":
                return self._word(token)
            case "string":
                self.at += 1
                single = self.report.source.startswith("'", token.start)
                return String(str(token.value), single, token.span)
            case "integer" | "double":
                self.at += 1
                return self._number(token, token.start, 1)
            case "quoted":
                self.at += 1
                return self._named(Name(str(token.value), quoted=True, span=token.span), token)
            case "parameter":
                self.at += 1
                return Parameter(int(token.value), token.span)
            case "context":
                self.at += 1
                return Context(str(token.value), token.span)
            case "hole":
                self.at += 1
                self._reported = max(self._reported, self.at)
                return HOLE
            case _:
                return self._symbol(token)

    def _symbol(self, token: Token) -> Node:
        match token.word:
            case "-":
                self.at += 2
                return self._number(self.tokens[self.at - 1], token.start, -1)
            case "[":
                return Array(self.items(), self.since(token.start))
            case "{":
                return forms.record(self)
            case "^":
                self.at += 1
                climb = Climb(int(token.value), token.span)
                if self.tokens[self.at].kind in {"name", "quoted"} and self.token.word not in JOINING:
                    return self._member(climb, token.start)
                return climb
        return mistakes.no_operand(self)

    def _number(self, token: Token, start: int, sign: int) -> Node:
        span = Span(start, token.end)
        if isinstance(token.value, float):
            return Double(sign * token.value, span)
        value = sign * int(token.value)
        if not -_LONG <= value < _LONG:
            self.report.error("number-range", "the number is beyond 64 bit", span, "write it as a Double: add `.0`")
            value = 0
        return Integer(value, span)

    def in_range(self, count: Token) -> None:
        """Report a count that is beyond 64 bit."""
        if int(count.value) >= _LONG:
            self.report.error("number-range", "the number is beyond 64 bit", count.span, "write a smaller one")

    def _named(self, name: Name, token: Token) -> Node:
        if self.is_at("("):
            return Call(name.name, self.items(), token.span, self.since(token.start))
        return name

    def _word(self, token: Token) -> Node:
        word, following = token.word, self.peek()
        if self.at in self.aggregates:
            return self.extending(forms.aggregate)
        if following.word == "(" and (word not in JOINING or word == "matches"):
            if word == "chain":
                return chains.chain(self)
            self.at += 1
            mistakes.moment_called(self, token)
            name = word if word in _LOWERED else str(token.value)
            return Call(name, self.items(), token.span, self.since(token.start))
        if following.kind in {"name", "quoted"}:
            if word in QUANTIFIERS and self.peek(2).word == "from":
                return self.extending(forms.quantified)
            if word == "let" and self.peek(2).word == "=":
                return self.extending(forms.let)
            if word in RELATIONS and following.word in UNITS:
                self.at += 2
                relation = cast("Relation", word)
                return Interval(relation, UNITS[following.word], self.since(token.start))
        if word in JOINING:
            if following.kind != "symbol" or starts_operand(following) or following.word in _CLOSING:
                mistakes.no_operand(self)
            self.at += 1
            return Name(str(token.value), quoted=True, span=token.span)
        self.at += 1
        if word in LITERALS:
            return Null(token.span) if word == "null" else Boolean(word == "true", token.span)
        return Name(str(token.value), span=token.span)
