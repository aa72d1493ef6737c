"""What people write instead of PQL, and what to tell them (`pql.md` R51, R52).

Each function stands at a place where the parser cannot go on by the grammar. It reports, and then raises `Failure` or
passes over the foreign construct so that parsing can go on behind it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from segkit.pql.diagnostics import Edit, did_you_mean, nearest
from segkit.pql.reading import foreign
from segkit.pql.reading.brackets import MAX_NESTING
from segkit.pql.reading.tokens import AGGREGATES, COMPARISONS, JOINING, MOMENTS, QUANTIFIERS, UNITS, starts_operand
from segkit.pql.tree import Binary, Call, Field, Index, Method, Name, Parameter, Span

if TYPE_CHECKING:
    from segkit.pql.reading.foreign import Told
    from segkit.pql.reading.parser import Parser
    from segkit.pql.reading.tokens import Token
    from segkit.pql.tree import Node

_SHOWN: Final = 60
_METHODS: Final = {
    name.lower(): name
    for name in (
        "contains",
        "doesNotContain",
        "startsWith",
        "doesNotStartWith",
        "endsWith",
        "doesNotEndWith",
        "equals",
        "notEqualTo",
        "includes",
        "intersects",
        "subsetOf",
        "supersetOf",
    )
}
_OPERATORS: Final = ("and", "or", "in", "notIn", "like", "matches", "occurs")
_PATTERNS: Final = {
    "ilike": 'write `{subject} matches "(?i)…"`, or `{subject}.contains(…, false)`, which ignores case too',
    "rlike": "write `{subject} matches …`",
    "regexp": "write `{subject} matches …`",
    "glob": "write `{subject} like …`",
}
_ABSENT: Final = frozenset({"null", "none", "undefined", "nil"})
_SIDES: Final = frozenset({"before", "after", "from"})
_SYMBOLS: Final = COMPARISONS | {"+", "-", "*", "/", "%", "[", "."}


def shown(parser: Parser, token: Token) -> str:
    """A token as the user wrote it, for a message."""
    text = parser.report.source[token.start : token.end]
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"


def written(parser: Parser, node: Node, instead: str) -> str:
    """A node as the user wrote it, for a hint, or a word for it when it is long."""
    text = parser.report.source[node.span.start : node.span.end]
    return text if text and len(text) <= _SHOWN and "\n" not in text else instead


# --- a value is missing


def no_operand(parser: Parser) -> NoReturn:
    """There is no value where one must stand."""
    token = parser.token
    if token.kind == "end" and parser.at == 0:
        parser.fail(
            "empty", "the expression is empty", token.span, 'write a condition such as `homeAddress.country = "US"`'
        )
    if token.kind == "end":
        last = parser.tokens[parser.at - 1]
        parser.fail("missing-value", f"nothing follows {shown(parser, last)}", token.span)
    if token.word == "not":
        parser.fail("missing-value", "expected a condition after `not`", token.span)
    told = foreign.misplaced(parser)
    if told is not None:
        _tell(parser, told)
    if token.word == ".":
        parser.fail("missing-value", "a path begins with a name, not with a dot", token.span)
    if token.word in JOINING and parser.peek().word == "." and parser.peek(2).kind == "name":
        hint = f"write `` `{token.value}` `` for a field of that name"
        parser.fail("missing-value", f"expected a value before {shown(parser, token)}", token.span, hint)
    parser.fail("missing-value", f"expected a value before {shown(parser, token)}", token.span)


def _tell(parser: Parser, told: Told) -> NoReturn:
    parser.error(told.code, told.message, told.span, told.hint)
    parser.at = max(parser.at, told.resume)
    raise parser.failure


def no_member(parser: Parser) -> NoReturn:
    """There is no name behind a dot."""
    token = parser.token
    dot = parser.tokens[parser.at - 1]
    if token.word == ".":
        fix = [Edit(token.span, "")]
        parser.fail("missing-name", "two dots follow each other", Span(dot.start, token.end), "leave one out", fix=fix)
    if token.kind in {"integer", "double"}:
        _digit_name(parser, token)
    if token.word == "*":
        hint = "a path over an array already stands for all its items"
        parser.fail("missing-name", "PQL has no `.*`", Span(dot.start, token.end), hint)
    parser.fail("missing-name", "expected a field name after the dot", dot.span)


def _digit_name(parser: Parser, token: Token) -> NoReturn:
    digits = parser.report.source[token.start : token.end].lstrip(".")
    hint = f"write `` `{digits}` `` in backticks"
    parser.fail("missing-name", "a field name that begins with a digit stands in backticks", token.span, hint)


def too_deep(parser: Parser) -> NoReturn:
    """Forms inside forms, without brackets."""
    token = parser.token
    parser.at = len(parser.tokens) - 1  # what follows nests as deep
    parser.error("too-deep", f"the expression nests more than {MAX_NESTING} levels deep", token.span)
    raise parser.failure


def empty_parentheses(parser: Parser) -> None:
    """`()` where a value must stand."""
    span = Span(parser.start, parser.peek().end)
    parser.error("missing-value", "there is nothing in the parentheses", span)


def trailing_comma(parser: Parser, closer: int) -> None:
    """`[1, 2, ]`."""
    if parser.at == closer:
        comma = parser.tokens[closer - 1].span
        parser.error("trailing-comma", "nothing follows the comma", comma, "leave it out", fix=[Edit(comma, "")])


def bad_index(parser: Parser, opener: int) -> None:
    """`a[]` and `a[1, 2]`, when the parser has passed over them."""
    span = Span(parser.tokens[opener].start, parser.tokens[parser.at - 1].end)
    hint = 'write a map key `["key"]` or a condition `[field = 1]`'
    parser.error("bad-index", "one key or one condition stands in the brackets", span, hint)


# --- something follows that cannot


def leftover(parser: Parser, node: Node) -> NoReturn:
    """A complete value is followed by something that does not continue it."""
    token, before = parser.token, parser.tokens[parser.at - 1]
    word, text = token.word, shown(parser, token)
    if parser.after_form and (word in _SYMBOLS or word in JOINING):
        message = f"`select` and its like take all to their right, so {text} cannot follow"
        parser.fail("needs-parentheses", message, token.span, "put the whole of it into parentheses")
    if before.kind == "integer" and word in UNITS:
        _duration(parser, node, before, token)
    if word == "=>":
        hint = f"write `({node.name}) => …`" if isinstance(node, Name) else "write `(name) => …`"
        hint += " for a function, `>=` for at least"
        parser.fail("bad-lambda", "names in parentheses stand before `=>`", token.span, hint)
    if token.kind == "double" and parser.report.source[token.start] == ".":
        _digit_name(parser, token)
    if word in QUANTIFIERS and isinstance(node, Name) and node.name.lower() in QUANTIFIERS:
        parser.fail("bad-select", "one of these words is enough", token.span)
    if word == "where":
        hint = "write `select X from xEvent where …`, or a condition in brackets: `xEvent[…]`"
        parser.fail("bad-select", "`where` belongs to `select`, `exists` or `forall`", token.span, hint)
    if word == "over":
        hint = "write `sum X.field over X from xEvent`"
        parser.fail("bad-aggregate", "`over` belongs to `sum`, `average`, `min` or `max`", token.span, hint)
    told = foreign.continued(parser, node)
    if told is not None:
        _tell(parser, told)
    if before.word in QUANTIFIERS and word == "from":
        hint = f"write `{before.value} X from …`"
        parser.fail("bad-select", f"`{before.value}` needs a variable before `from`", token.span, hint)
    if before.word in QUANTIFIERS and token.kind in {"name", "quoted"}:
        hint = f"write `{before.value} {token.value} from xEvent where …`"
        parser.fail("bad-select", f"`{before.value}` needs a variable and `from`", token.span, hint)
    if before.word in AGGREGATES and starts_operand(token):
        hint = f"write `{before.value} X.field over X from xEvent`, or `array.{before.value}(field)`"
        parser.fail("bad-aggregate", f"`{before.value}` needs `over NAME from`", token.span, hint)
    if word == "^":
        parser.fail("unexpected", "`^` reaches out of a filter; there is no power operator", token.span)
    parser.fail("unexpected", f"{text} cannot follow here", token.span, _continuation(parser, token))


def _continuation(parser: Parser, token: Token) -> str | None:
    meant = did_you_mean(str(token.value), _OPERATORS) if token.kind == "name" else None
    if meant or not starts_operand(token):
        return meant
    joined = "join two conditions with `and` or `or`"
    return f"put a comma between them, or {joined}" if foreign.in_list(parser) else joined


def _duration(parser: Parser, node: Node, count: Token, unit: Token) -> NoReturn:
    side = parser.tokens[parser.at - 2].word
    if side in _SIDES and parser.tokens[parser.at - 3].word == "occurs":
        _far_side(parser, count, unit, side)
    subject, earlier, comparison = "field", "before", "<="
    if isinstance(node, Binary) and node.operator in COMPARISONS:
        subject = written(parser, node.left, subject)
        moment = node.right
        forward = isinstance(moment, Binary) and moment.operator == "+"
        earlier = "after" if forward else "before"
        near = {">", ">="} if not forward else {"<", "<="}
        comparison = "<=" if node.operator in near else ">"
    span = Span(count.start, unit.end)
    hint = f"write `{subject} occurs {comparison} {count.value} {unit.value} {earlier} now`"
    parser.fail("duration", "spans of time stand only behind `occurs`", span, hint)


def _far_side(parser: Parser, count: Token, unit: Token, side: str) -> NoReturn:
    """`occurs before 18 years before today`, which is to be further away than that."""
    direction, *moment = (one.word for one in parser.tokens[parser.at + 1 : parser.at + 3])
    if direction not in _SIDES:
        direction, moment = "before", []
    reference = moment[0] if moment and moment[0] in MOMENTS else "now"
    comparison = ">" if (side == "before") == (direction == "before") else "<="
    message = "a distance begins with a comparison, and its direction comes behind it"
    hint = f"write `occurs {comparison} {count.value} {unit.value} {direction} {reference}`"
    parser.fail("bad-distance", message, Span(parser.tokens[parser.at - 2].start, unit.end), hint)


def left_in_brackets(parser: Parser) -> None:
    """Something is left before the closing bracket."""
    token = parser.token
    if token.word == ",":
        message = "parentheses hold one value, so a comma cannot follow"
        parser.error("unexpected", message, token.span, "a list stands in `[ ]`")
        return
    parser.error("unexpected", f"{shown(parser, token)} cannot follow here", token.span)


def left_at_end(parser: Parser, node: Node) -> None:
    """Something is left after the whole expression: a comma, as all else has been told."""
    token, before, following = parser.token, parser.tokens[parser.at - 1], parser.peek()
    hint = "join two conditions with `and` or `or`"
    if before.kind == following.kind == "integer" and before.end + 1 == following.start:
        hint = "write the number without a comma"
    elif isinstance(node, Binary) and node.operator in {"in", "notIn"}:
        hint = "a list stands in `[ ]`"
    parser.error("unexpected", f"{shown(parser, token)} cannot follow here", token.span, hint)


def left_in_element(parser: Parser) -> NoReturn:
    """Something is left before the next element of a chain."""
    token = parser.token
    text = shown(parser, token)
    if token.word == "when":
        hint = "write `WHAT(…) WHEN(…) COUNT(…)`, each once"
        parser.fail("bad-chain", "`WHEN` stands before `COUNT`, once, with parentheses", token.span, hint)
    if token.word in {"and", "or"} or token.word == "within":
        hint = "put conditions into `WHAT(…)` and times into `WHEN(…)`"
        parser.fail("bad-chain", f"{text} cannot follow an element of a chain", token.span, hint)
    meant = did_you_mean(str(token.value), ["WHEN", "COUNT"]) if token.kind == "name" else None
    hint = meant or "elements have commas between them"
    parser.fail("bad-chain", f"{text} cannot follow an element of a chain", token.span, hint)


# --- operators of other languages, which parsing passes over


def foreign_comparison(parser: Parser, left: Node) -> bool:
    """Whether a comparison of another language stood here; then it has been passed over."""
    token = parser.token
    if token.kind != "name":
        return False
    following = parser.peek()
    match token.word:
        case "is":
            _is(parser, left)
        case "exists" if not starts_operand(following):
            hint = f"write `{written(parser, left, 'field')}.isNotNull()`"
            message = "`exists` stands before an array, not behind a field"
            fix = _behind(parser, left, parser.at, ".isNotNull()", token.end)
            parser.error("sql-exists", message, token.span, hint, fix=fix)
            parser.at += 1
        case "not" if following.word in {"in", "like", "matches", "occurs", "between"}:
            _not_operator(parser, left)
        case word if word in _PATTERNS and starts_operand(following):
            subject = written(parser, left, "field")
            message = f"{shown(parser, token)} is not an operator of PQL"
            parser.error("foreign-operator", message, token.span, _PATTERNS[word].format(subject=subject))
            parser.at += 1
            parser.arithmetic()
        case "between" if starts_operand(following):
            _between(parser, left)
        case word if word in _METHODS and starts_operand(following):
            name = _METHODS[word]
            hint = f"write `{written(parser, left, 'field')}.{name}(…)`"
            at, found = parser.at, len(parser.report.found)
            parser.error("infix-method", f"`{name}` is called with a dot and parentheses", token.span, hint)
            parser.at += 1
            parser.arithmetic()
            bracket = "" if following.word == "(" else "("
            fix = _behind(parser, left, at, f".{name}{bracket}", following.start)
            _amend(parser, found, [*fix, _insert(parser.since(0).end, ")")] if fix and bracket else fix)
        case _:
            return False
    return True


def _is(parser: Parser, left: Node) -> None:
    begin = parser.take()
    negated = parser.eat("not")
    if parser.token.word in _ABSENT:
        span = Span(begin.start, parser.token.end)
        method = "isNotNull" if negated else "isNull"
        hint = f"write `{written(parser, left, 'field')}.{method}()`"
        said = f"is not {parser.token.word}" if negated else f"is {parser.token.word}"
        fix = _behind(parser, left, parser.at - 1 - negated, f".{method}()", span.end)
        parser.error("sql-null", f"`{said}` is not PQL", span, hint, fix=fix)
        parser.at += 1
        return
    sign = "!=" if negated else "="
    fix = [Edit(Span(begin.start, parser.since(0).end), sign)]
    parser.error("foreign-operator", "`is` is not an operator of PQL", begin.span, f"write `{sign}`", fix=fix)
    parser.arithmetic()


def _not_operator(parser: Parser, left: Node) -> None:
    begin, operator = parser.token, parser.peek()
    subject = written(parser, left, "x")
    hint = f"write `{subject} notIn […]`" if operator.word == "in" else f"write `not ({subject} {operator.value} …)`"
    message = f"`not {operator.value}` is not an operator of PQL"
    both, found = Span(begin.start, operator.end), len(parser.report.found)
    parser.error("foreign-operator", message, both, hint, fix=[Edit(both, "notIn")] if operator.word == "in" else ())
    plain = _is_path(parser, left, parser.at)
    parser.at += 2
    if operator.word == "occurs":
        from segkit.pql.reading import times  # noqa: PLC0415  imports this module's users

        times.tail(parser)
    elif parser.is_at("("):
        parser.items()
    else:
        parser.arithmetic()
        if operator.word == "between" and parser.eat("and"):
            parser.arithmetic()
    if plain and operator.word in {"like", "matches", "occurs"}:
        fix = [_insert(left.span.start, "not ("), Edit(both, operator.word), _insert(parser.since(0).end, ")")]
        _amend(parser, found, fix)


def _between(parser: Parser, left: Node) -> None:
    token = parser.token
    subject = written(parser, left, "x")
    hint = f"write `{subject} >= a and {subject} <= b`, or for a time `{subject} occurs between a and b`"
    plain, found = _is_path(parser, left, parser.at), len(parser.report.found)
    parser.error("foreign-operator", "`between` stands only behind `occurs`", token.span, hint)
    parser.at += 1
    parser.arithmetic()
    joint = parser.token.span
    if parser.eat("and"):
        parser.arithmetic()
        if plain:
            name = parser.report.source[left.span.start : left.span.end]
            brackets = [_insert(left.span.start, "("), _insert(parser.since(0).end, ")")]
            _amend(parser, found, [*brackets, Edit(token.span, ">="), Edit(joint, f"and {name} <=")])


def _insert(at: int, text: str) -> Edit:
    return Edit(Span(at, at), text)


def _is_path(parser: Parser, node: Node, at: int) -> bool:
    """Whether what stands before a token is a path or a call without brackets around it."""
    plain = isinstance(node, Name | Field | Index | Method | Call | Parameter)
    return plain and node.span.end == parser.tokens[at - 1].end


def _behind(parser: Parser, node: Node, at: int, text: str, end: int) -> list[Edit]:
    """A call in the place of what stands from a token to an end, behind a path."""
    return [Edit(Span(node.span.end, end), text)] if _is_path(parser, node, at) else []


def _amend(parser: Parser, found: int, fix: list[Edit]) -> None:
    """Give the error its fix once all of it is read, unless there is a further one in it."""
    if len(parser.report.found) == found + 1:
        parser.report.found[found] = replace(parser.report.found[found], fix=tuple(fix))


def chained(parser: Parser) -> None:
    """A second comparison follows the first (R10)."""
    token = parser.token
    hint = "compare two values at a time: `a = b and b = c`"
    if parser.in_form:
        hint += "; a whole `sum … over …` is compared in parentheses"
    parser.error("chained-comparison", f"{shown(parser, token)} cannot follow another comparison", token.span, hint)


def tight_not(parser: Parser) -> None:
    """`not` without parentheses stands where only a value may (R10)."""
    hint = "write `not (…)`"
    parser.error("needs-parentheses", "`not` needs parentheses here", parser.token.span, hint)


def wildcard(parser: Parser, node: Node) -> NoReturn:
    """`array[*]{…}`, of no language in particular."""
    opener = parser.at
    closer = parser.partner[opener]
    name = written(parser, node, "array")
    span = Span(parser.tokens[opener].start, parser.tokens[closer].end)
    hint = f'write `"value" in {name}` for values, `{name}[field = "value"]` for objects'
    parser.error("wildcard-index", "PQL has no `[*]`", span, hint)
    parser.at = closer + 1
    while parser.is_at("{"):
        parser.at = parser.partner[parser.at] + 1
    raise parser.failure


def moment_called(parser: Parser, name: Token) -> None:
    """`now()`."""
    duration = parser.peek(3).kind == "hole" or parser.peek(4).word in UNITS
    if duration and parser.peek(2).word in {"+", "-"}:
        return  # `now() - 7 days` has one remedy for both mistakes
    if name.word in MOMENTS and parser.peek().word == ")":
        span = Span(name.start, parser.peek().end)
        fix = [Edit(Span(parser.start, span.end), "")]
        parser.error("moment-call", f"`{name.word}` is not a function", span, f"write `{name.word}`", fix=fix)


def missing_where(parser: Parser, source: Node, source_at: int, variable: str) -> bool:
    """Whether a condition follows without `where`; then parsing goes on with it."""
    token = parser.token
    if token.kind in {"name", "quoted", "parameter"} and token.word not in parser.ends | JOINING - {"not"}:
        meant = token.kind == "name" and bool(nearest(str(token.value), ["where"]) or token.word in {"with", "having"})
        if meant and starts_operand(parser.peek()):
            message = f"{shown(parser, token)} is not a word of PQL"
            parser.error("bad-select", message, token.span, "did you mean `where`?", fix=[Edit(token.span, "where")])
            parser.at += 1
            return True
        fix = [_insert(token.start, "where ")]
        parser.error("bad-select", "expected `where` before the condition", token.span, "write `where …`", fix=fix)
        return True
    # `xEvent (X.a = 1)` reads as the call of a function; nobody puts a space there, nor the variable itself
    opener = parser.tokens[source_at + 1]
    spaced = isinstance(source, Call) and source.name_span.end < opener.start
    if spaced and any(one.value == variable for one in parser.tokens[source_at + 1 : parser.at]):
        span = Span(opener.start, source.span.end)
        fix = [_insert(span.start, "where ")]
        parser.error("bad-select", "expected `where` before the condition", span, "write `where …`", fix=fix)
    return False
