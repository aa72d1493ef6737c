"""The two formats that an expression is kept in, and the one place that reads either."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from segkit.errors import InvalidRequestError
from segkit.pql.diagnostics import PQLError
from segkit.pql.reading.reader import no_rule, parse, parse_recovering
from segkit.pql.tree import Expression
from segkit.pql.trees import from_json, is_tree, to_json
from segkit.pql.writing.formatter import format as laid_out

if TYPE_CHECKING:
    from segkit.pql.diagnostics import Diagnostic

Rule = str | Expression | Mapping[str, object]
"""How a rule may be given: PQL text, a `pql/json` tree as text or dict, or a parsed expression."""

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


def kept(rule: str | Expression | Mapping[str, object]) -> tuple[str, str]:
    """What is kept of an expression, as it was given: a value and its format.

    Parameters
    ----------
    rule
        PQL text, a parsed expression, a `pql/json` tree as text or dict, or an expression object of AEP,
        `{"type": "PQL", "format": "pql/json", "value": "…"}`.

    Examples
    --------
    >>> kept("age > 20")
    ('age > 20', 'pql/text')
    """
    if isinstance(rule, Expression):
        return rule.text or laid_out(rule), TEXT
    if isinstance(rule, str) and not is_tree(rule):
        return rule, TEXT
    document = json.loads(rule) if isinstance(rule, str) and _is_wrapped(rule) else rule
    if isinstance(document, Mapping) and "nodeType" not in document:
        from_json(document)  # what is wrong with it is said there
        value, form = document["value"], document.get("format", TREE)
        return (value if isinstance(value, str) else _dumped(value)), str(form)
    return (document if isinstance(document, str) else _dumped(document)), TREE


def _is_wrapped(text: str) -> bool:
    """Whether a text is an expression object of AEP and not the tree itself."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False  # what is wrong with it is said by who reads it
    return isinstance(document, dict) and "nodeType" not in document and "value" in document


def _dumped(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def form_of(text: str) -> str:
    """The format that a text looks like: a tree is a JSON object."""
    return TREE if is_tree(text) else TEXT


def given(rule: str | Mapping[str, object]) -> str | Expression:
    """A rule as whoever asks about it gives it: text stays text, a tree is read."""
    return rule if isinstance(rule, str) and not is_tree(rule) else from_json(rule)


def read_any(rule: Rule) -> Expression:
    """The expression of a rule in whatever form it is given; PQLError where it cannot be read."""
    if isinstance(rule, Expression):
        return rule
    text = as_text(rule)
    return from_json(text) if is_tree(text) else parse(text)


def read_recovering(rule: Rule) -> tuple[Expression | None, list[Diagnostic]]:
    """An expression in any form, and all findings; None for the expression when there is an error in it."""
    try:
        text = as_text(rule)
        if is_tree(text):
            return from_json(text), []
    except PQLError as error:
        return None, list(error.diagnostics)
    return parse_recovering(text)


def as_text(rule: Rule) -> str:
    """A rule as text in the format it has.

    Examples
    --------
    >>> as_text(Expression(parse("age>20").root))
    'age > 20'
    >>> as_text(None)
    Traceback (most recent call last):
    segkit.errors.InvalidRequestError: a rule is PQL, such as 'homeAddress.country = "US"', not None
    """
    match rule:
        case str():
            return rule
        case Expression():
            return rule.text or laid_out(rule)
        case Mapping():
            return to_json(from_json(rule))
        case _:
            raise no_rule(rule)


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
