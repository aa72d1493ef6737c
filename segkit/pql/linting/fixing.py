"""Findings of a text, and the text with all that can safely be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.codes import SYNTAX
from segkit.pql.diagnostics import Findings, PQLError, mended
from segkit.pql.formats import TREE, as_text, form_of, read_recovering
from segkit.pql.trees import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from segkit.pql.diagnostics import Diagnostic, Edit
    from segkit.pql.formats import Rule
    from segkit.pql.tree import Expression
    from segkit.pql.types import Schema

_ROUNDS = 100
_CHARACTERS = 1_000_000
"""A text is mended so often at least, or while so many characters are read; each round mends all that does not overlap.
Some mistakes hide the next of their kind, so that a short text may take as many rounds as it has mistakes."""


def lint(text: Rule, schema: Schema | None = None) -> Findings:
    """Find what is doubtful in a PQL text: rules that are valid and probably not what was meant.

    Parameters
    ----------
    text
        PQL, a parsed expression, or a `pql/json` tree as text or dict.
    schema
        What the names are looked up in; left out, only what the text alone shows is found.

    Returns
    -------
    Findings
        Warnings in the order of the text, those of binding among them; some carry a `fix`. Of a text that cannot be
        accepted, the errors.

    Examples
    --------
    >>> [one.code for one in lint("not (not loyalty.active)")]
    ['double-negation']
    """
    expression, found = read_recovering(text)
    return Findings(found) if expression is None else Findings([*found, *judged(expression, schema)], expression.text)


def judged(expression: Expression, schema: Schema | None) -> Sequence[Diagnostic]:
    """What binding an expression finds and, where it can be bound, what is doubtful in it."""
    from segkit.pql.linting import judge, shape  # noqa: PLC0415  who only parses does not pay for it

    if schema is None:
        return shape.look(expression)
    from segkit.pql.binder import bind  # noqa: PLC0415  text can be looked at without it

    try:
        bound = bind(expression, schema)
    except PQLError as error:
        return error.diagnostics
    return [*bound.diagnostics, *judge(bound)]


def fix(text: Rule, schema: Schema | None = None) -> str:
    """Mend what can be mended safely in a PQL text.

    Errors are mended where only one thing can have been meant (`==`, curly quotes, `is null`), and doubtful rules where
    their meaning stays the same for every profile (what is said twice, `not not`). All else is left as it is, so that
    `lint` may still find something.

    Parameters
    ----------
    text
        PQL, or a `pql/json` tree as text or dict, which comes back as the text of a tree.
    schema
        What the names are looked up in; left out, only what the text alone shows is mended.

    Returns
    -------
    str
        The text; comments and layout outside of what was mended are as they were.

    Examples
    --------
    >>> fix("loyalty.tier == 'gold' && loyalty.points is not null")
    'loyalty.tier = "gold" and loyalty.points.isNotNull()'
    """
    text = as_text(text)
    if form_of(text) != TREE:
        return fixed(text, lambda one: lint(one, schema))
    try:
        written = from_json(text).text
    except PQLError:
        return text
    changed = fixed(written, lambda one: lint(one, schema))
    return text if changed == written else to_json(changed)


def fixed(text: str, look: Callable[[str], Sequence[Diagnostic]]) -> str:
    """A text with all fixes made, until there are none left.

    Parameters
    ----------
    text
        PQL.
    look
        What finds the diagnostics of a text.

    Returns
    -------
    str
        The text outside of the edits is as it was. A fix that makes new errors is not made.
    """
    found = look(text)
    refused: set[tuple[Edit, ...]] = set()
    for _ in range(max(_ROUNDS, _CHARACTERS // max(len(text), 1))):
        fixes = [one.fix for one in found if one.fix and one.fix not in refused]
        if not fixes:
            break
        changed = mended(text, fixes)
        after = look(changed)
        if _worse(found, after):
            # one by one, so that one bad fix does not keep the good ones away
            for fix in fixes:
                changed = mended(text, [fix])
                after = look(changed)
                if not _worse(found, after):
                    break
                refused.add(fix)
            else:
                break
        text, found, refused = changed, after, set()
    return text


def _worse(before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> bool:
    """Whether there are more errors; those of names and types are only seen once the grammar is right."""
    grammar, names = _errors(before)
    later_grammar, later_names = _errors(after)
    return later_grammar > grammar or (grammar == 0 and later_names > names)


def _errors(found: Iterable[Diagnostic]) -> tuple[int, int]:
    codes = [one.code for one in found if one.severity == "error"]
    grammar = sum(one in SYNTAX for one in codes)
    return grammar, len(codes) - grammar
