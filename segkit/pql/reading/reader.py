"""`parse`: a text to a checked tree, or to all that is wrong with it (`pql.md` R51, R53)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from segkit.errors import InvalidRequestError
from segkit.pql.diagnostics import PQLError, Report, limited
from segkit.pql.reading.brackets import MAX_NESTING, pair
from segkit.pql.reading.lexer import lex
from segkit.pql.reading.mistakes import left_at_end
from segkit.pql.reading.parser import Parser
from segkit.pql.tree import Binary, Expression, Node, Null, Span
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from segkit.pql.diagnostics import Diagnostic
    from segkit.pql.tree import Comment

MAX_LENGTH: Final = 1_000_000
"""The longest text that is read, in characters."""

_DEEP_HINT: Final = "split it: segments can be combined with `inSegment`, and long sums be grouped with parentheses"


def parse_recovering(text: str) -> tuple[Expression | None, list[Diagnostic]]:
    """Read a text as far as possible.

    Parameters
    ----------
    text
        PQL.

    Returns
    -------
    tuple
        The expression, or None when there is an error in it, and all findings in the order of the text, warnings
        included.
    """
    report = Report(text)
    try:
        root, comments = _read(text, report)
    except RecursionError:  # called with next to no stack left; the nesting limit keeps ordinary calls far from it
        report.error("too-deep", "the expression nests too deep to be read from here", Span(0, 0), _DEEP_HINT)
        root, comments = None, ()
    found = limited(report.ordered())
    if root is None or report.failed:
        return None, found
    return Expression(root, text, comments), found


def parse_despite(text: str) -> Expression | None:
    """The tree of a text that the grammar refuses, with `HOLE` wherever nothing could be read.

    Returns
    -------
    Expression or None
        None where brackets or quotes do not pair, so that the text is not what it seems.
    """
    report = Report(text)
    try:
        root, _ = _read(text, report, despite=True)
    except RecursionError:
        return None
    return None if root is None else Expression(root, text)


def no_rule(given: object) -> InvalidRequestError:
    """What to raise where a rule should be, and something of another kind is."""
    what = "None" if given is None else f"a {type(given).__name__}"
    return InvalidRequestError(f"a rule is PQL, such as 'homeAddress.country = \"US\"', not {what}")


def parse(text: str) -> Expression:
    """Read a PQL text.

    Parameters
    ----------
    text
        PQL, such as `homeAddress.country = "US"`.

    Returns
    -------
    Expression
        The syntax tree with its source. Names in it are not yet looked up: that is what binding does.

    Raises
    ------
    PQLError
        With every mistake that was found (`pql.md` R51), and the warnings beside them.

    Examples
    --------
    >>> parse('loyalty.tier = "gold"').root.operator
    '='
    """
    if not isinstance(text, str):
        raise no_rule(text)
    expression, found = parse_recovering(text)
    if expression is None:
        raise PQLError(found)
    return expression


def _read(text: str, report: Report, *, despite: bool = False) -> tuple[Node | None, tuple[Comment, ...]]:
    if len(text) > MAX_LENGTH:
        message = f"the expression has {len(text):,} characters; {MAX_LENGTH:,} is the limit"
        report.source = ""  # an excerpt of such a text helps nobody
        report.error("too-long", message, Span(0, 0), _DEEP_HINT)
        return None, ()
    lexed = lex(text, report)
    paired = pair(lexed.tokens, report, lexed.horizon)
    if paired.horizon == 0 or (despite and paired.horizon <= len(text)):
        return None, ()
    parser = Parser(paired, report)
    root = parser.expression()
    while parser.token.kind != "end":
        left_at_end(parser, root)
        parser.at += 1
        parser.expression()
    if despite or not report.failed:
        known = len(report.found)
        _check_tree(root, report)
        if despite and len(report.found) > known:
            return None, ()
    return root, lexed.comments


def _check_tree(root: Node, report: Report) -> None:
    for part, parent, depth in walk(root):
        if depth > MAX_NESTING:
            report.error("too-deep", f"the expression nests more than {MAX_NESTING} levels deep", part.span, _DEEP_HINT)
            return
        if isinstance(part, Null) and not (isinstance(parent, Binary) and parent.operator in {"=", "!="}):
            hint = "write `x.isNull()` or `x.isNotNull()`"
            report.error("misplaced-null", "`null` stands only behind `=` and `!=`", part.span, hint)
