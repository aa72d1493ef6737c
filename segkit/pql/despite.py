"""What names and types are wrong in a text that the grammar refuses already, so that all is told at once (R51)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.diagnostics import PQLError, limited
from segkit.pql.reading.reader import parse, parse_despite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.pql.binder import Resolver
    from segkit.pql.diagnostics import Diagnostic
    from segkit.pql.tree import Expression
    from segkit.pql.types import Schema


def with_names(
    found: Iterable[Diagnostic], text: str, schema: Schema, *, segments: Resolver | None = None
) -> list[Diagnostic]:
    """What the grammar finds in a refused text, and what binding the rest of it finds.

    Parameters
    ----------
    found
        What the grammar found.
    text
        The text.
    schema
        What the names are looked up in.
    segments
        What finds other segments; left out, what is said of them is left out too.

    Returns
    -------
    list of Diagnostic
        In the order of the text; of the binder only errors, and none that touches a mistake of the grammar.
    """
    told = list(found)
    enough = any(one.code == "too-many-errors" for one in told)
    tree = None if enough else parse_despite(text)
    if tree is None:
        return told
    from segkit.pql.binder import bind  # noqa: PLC0415  text can be checked without it

    try:
        bind(tree, schema, segments=segments)
    except PQLError as refused:
        wrong = [one for one in told if one.severity == "error"]
        told += [
            one
            for one in refused.diagnostics
            if one.severity == "error"
            and not one.code.startswith("too-")
            and (segments is not None or one.code != "unknown-segment")
            and not any(_touch(one, other) for other in wrong)
        ]
    return limited(sorted(told, key=lambda one: (one.span.start, one.span.end, one.severity)))


def parsed(text: str, schema: Schema, *, segments: Resolver | None = None) -> Expression:
    """A parsed text.

    Raises
    ------
    PQLError
        With every mistake of the grammar, and those of names and types beside them.
    """
    try:
        return parse(text)
    except PQLError as refused:
        raise PQLError(with_names(refused.diagnostics, text, schema, segments=segments)) from None


def _touch(one: Diagnostic, other: Diagnostic) -> bool:
    return one.span.start <= other.span.end and other.span.start <= one.span.end
