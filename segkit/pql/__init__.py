"""PQL, the Profile Query Language, by itself: no database, no data.

`parse`, `check` and `format` work on text alone; `check` with a schema also looks up the names. `to_json` and
`from_json` turn an expression into the tree that AEP stores as `pql/json`, and back.
"""

from __future__ import annotations

from segkit.pql.despite import with_names
from segkit.pql.diagnostics import Diagnostic, Findings, PQLError
from segkit.pql.formats import Rule, read_recovering
from segkit.pql.linting.fixing import fix, judged, lint
from segkit.pql.normal import same
from segkit.pql.reading.reader import parse
from segkit.pql.tree import Expression, Span
from segkit.pql.trees import from_json, is_tree, to_json
from segkit.pql.types import Schema
from segkit.pql.writing.formatter import format  # noqa: A004  the name that api.md settles

__all__ = [
    "Diagnostic",
    "Expression",
    "Findings",
    "PQLError",
    "Schema",
    "Span",
    "check",
    "fix",
    "format",
    "from_json",
    "lint",
    "parse",
    "same",
    "to_json",
]


def check(text: Rule, schema: Schema | None = None) -> Findings:
    """Find what is wrong with a PQL text, and what is doubtful.

    Parameters
    ----------
    text
        PQL, a parsed expression, or a `pql/json` tree as text or dict.
    schema
        What the names are looked up in; left out, only the grammar is checked.

    Returns
    -------
    Findings
        A list of Diagnostic that shows itself readably.
        Errors and warnings in the order of the text; empty when all is well. Mistakes of the grammar do not keep
        those of names and types back, where brackets and quotes pair.

    Examples
    --------
    >>> [one.code for one in check("loyalty.tier == 'gold'")]
    ['foreign-operator', 'single-quotes']
    """
    expression, found = read_recovering(text)
    if expression is not None:
        return Findings([*found, *judged(expression, schema)], expression.text)
    if schema is None or not isinstance(text, str) or is_tree(text):
        return Findings(found)
    return Findings(with_names(found, text, schema))
