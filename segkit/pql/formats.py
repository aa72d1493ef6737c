"""The two formats that an expression is kept in, and the one place that reads either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from segkit.errors import InvalidRequestError
from segkit.pql.diagnostics import PQLError
from segkit.pql.reading.reader import parse, parse_recovering
from segkit.pql.trees import from_json, is_tree, to_json

if TYPE_CHECKING:
    from segkit.pql.diagnostics import Diagnostic
    from segkit.pql.tree import Expression

TEXT: Final = "pql/text"
TREE: Final = "pql/json"


def read(value: str, form: str) -> Expression:
    """The expression that is kept as a value in a format.

    Parameters
    ----------
    value
        PQL text, or a `pql/json` tree as text.
    form
        `pql/text` or `pql/json`.

    Raises
    ------
    PQLError
        When the value cannot be read.
    InvalidRequestError
        When there is no such format.

    Examples
    --------
    >>> read("age > 20", "pql/text").root.operator
    '>'
    """
    match form:
        case "pql/text":
            return parse(value)
        case "pql/json":
            return from_json(value)
        case _:
            raise InvalidRequestError(f"the format of an expression is `{TEXT}` or `{TREE}`, not {form!r}")


def read_any(text: str) -> Expression:
    """An expression in either format, told by its looks: a tree is a JSON object."""
    return read(text, form_of(text))


def form_of(text: str) -> str:
    """The format that a text looks like."""
    return TREE if is_tree(text) else TEXT


def read_recovering(text: str) -> tuple[Expression | None, list[Diagnostic]]:
    """An expression in either format, and all findings; None for the expression when there is an error in it."""
    if not is_tree(text):
        return parse_recovering(text)
    try:
        return from_json(text), []
    except PQLError as error:
        return None, list(error.diagnostics)


def converted(value: str, form: str, to: str) -> str:
    """A value in another format, or as it is where it has that format.

    Examples
    --------
    >>> converted('{"nodeType": "literal", "literalType": "Boolean", "value": true}', "pql/json", "pql/text")
    'true'
    """
    if to == form:
        return value
    expression = read(value, form)
    match to:
        case "pql/text":
            return expression.text
        case "pql/json":
            return to_json(expression)
        case _:
            raise InvalidRequestError(f"the format of an expression is `{TEXT}` or `{TREE}`, not {to!r}")
