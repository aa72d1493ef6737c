"""What the text alone shows: `not not`, names that nothing uses, lists that say things twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.diagnostics import MAX_LISTED, Diagnostic, Edit, Report
from segkit.pql.linting import cutting
from segkit.pql.reading.lexer import lex
from segkit.pql.tree import (
    Array,
    Binary,
    Boolean,
    Call,
    Chain,
    Clause,
    Double,
    Element,
    Integer,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Occurs,
    Quantified,
    Span,
    String,
    Unary,
)
from segkit.pql.walk import Part, walk

if TYPE_CHECKING:
    from segkit.pql.tree import Expression

_LISTS = frozenset({"intersects", "intersection", "subsetOf", "supersetOf", "includes"})
_LITERALS = (String, Integer, Double, Boolean)
_TESTS = frozenset(
    {
        *("isNull", "isNotNull", "contains", "startsWith", "endsWith", "doesNotContain", "doesNotStartWith"),
        *("doesNotEndWith", "equals", "notEqualTo", "equalsIgnoreCase", "matches", "includes", "intersects"),
        *("subsetOf", "supersetOf", "exists", "isEmpty", "isNotEmpty", "inSegment"),
    }
)
_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">=", "in", "notIn", "like", "matches"})


def look(expression: Expression) -> list[Diagnostic]:
    """What can be said of a text without a schema."""
    report = Report(expression.text)
    for part, parent, _ in walk(expression.root):
        match part:
            case Unary(operator="not", operand=Unary(operator="not")):
                _twice(report, part, parent)
            case Let():
                _unused(report, part)
            case Binary(operator="in" | "notIn", right=Array() as array):
                _repeated(report, array)
            case Method(name=name, arguments=arguments, object=one) if name in _LISTS:
                for each in (one, *arguments):
                    if isinstance(each, Array):
                        _repeated(report, each)
    return report.found


def _twice(report: Report, node: Unary, parent: Part | None) -> None:
    inner = node.operand
    if not isinstance(inner, Unary) or (isinstance(parent, Unary) and parent.operator == "not"):
        return
    kept = inner.operand
    condition = _is_condition(kept) or parent is None or isinstance(parent, Logic | Clause | Element)
    fix = _without_signs(report.source, node.span, kept.span) if condition else ()
    report.warning(
        "double-negation", "`not` twice says nothing", Span(node.span.start, kept.span.start), "leave both out", fix=fix
    )


def _is_condition(node: Node) -> bool:
    """Whether a value is true or false by its form, so that no `not` made it so."""
    match node:
        case Logic() | Quantified() | Occurs() | Chain() | Unary(operator="not"):
            return True
        case Binary(operator=operator):
            return operator in _COMPARING
        case Method(name=name) | Call(name=name):
            return name in _TESTS
        case _:
            return False


def _without_signs(source: str, whole: Span, kept: Span) -> tuple[Edit, ...]:
    """Both signs taken out, brackets left where they are."""
    tokens = [one for one in lex(source, Report(source)).tokens if whole.start <= one.start <= kept.start]
    signs = [place for place, one in enumerate(tokens) if one.word in {"not", "!"} and one.kind != "quoted"][:2]
    if len(signs) != 2 or any(place + 1 >= len(tokens) for place in signs):
        return ()
    spans = [Span(tokens[place].start, _next(source, tokens[place].end, tokens[place + 1].start)) for place in signs]
    first, second = spans
    if first.end == second.start:
        spans = [Span(first.start, second.end)]
    return tuple(cutting.cut(source, one) for one in spans)


def _next(source: str, end: int, start: int) -> int:
    """The start of what follows, or of a comment before it."""
    gap = source[end:start]
    return start - len(gap.lstrip())


def _unused(report: Report, node: Let) -> None:
    if _mentions(node.body, node.name):
        return
    tokens = lex(report.source, Report(report.source)).tokens
    behind = [one for one in tokens if one.start >= node.value.span.end]
    place = next((number for number, one in enumerate(behind) if one.word != ")"), None)
    fix: tuple[Edit, ...] = ()
    if place is not None and behind[place].word == "in" and place + 1 < len(behind):
        fix = (Edit(Span(node.span.start, behind[place + 1].start), ""),)
    report.warning("unused-name", f"nothing uses `{node.name}`", node.name_span, "leave the `let` out", fix=fix)


def _mentions(part: Part, name: str) -> bool:
    return any(isinstance(one, Name) and one.name == name for one, _, _ in walk(part))


def _repeated(report: Report, array: Array) -> None:
    known: set[tuple[str, object]] = set()
    told = 0
    for number, one in enumerate(array.items):
        if not isinstance(one, _LITERALS):
            continue
        key = (type(one).__name__, one.value)
        if key in known and told < MAX_LISTED:
            told += 1
            text = report.source[one.span.start : one.span.end]
            message = f"`{text}` stands twice in the list"
            fix = cutting.item(report.source, array, number)
            report.warning("duplicate-item", message, one.span, "once is enough", fix=fix)
        known.add(key)
