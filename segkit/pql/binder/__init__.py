"""The binder: names get meanings, values get types, and each construct its one bound form.

`bind` takes every decision of `pql.md` that depends on types or on the schema. Its errors are collected, so that
several mistakes are reported at once; a part with an error is silent about what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.binder.context import MAX_DEPTH, Binder, Referred, Resolver, failed, is_failed
from segkit.pql.binder.dispatch import value
from segkit.pql.binder.rewrite import depth, parts
from segkit.pql.binder.segments import root
from segkit.pql.binder.truth import truth
from segkit.pql.diagnostics import Diagnostic, Report, limited

if TYPE_CHECKING:
    from segkit.pql.bound import Bound
    from segkit.pql.tree import Expression
    from segkit.pql.types import Schema, Type

__all__ = ["BoundExpression", "Referred", "Resolver", "bind"]


MAX_PARTS = 10_000
"""How many nodes a bound expression may have, the items of lists not counted: it is compiled in about a second."""

_LARGE_HINT = "write many values of one field as a list, `x in [a, b]`, or split the rule with `inSegment`"


@dataclass(frozen=True, slots=True)
class BoundExpression:
    """A bound expression.

    Parameters
    ----------
    root
        The value (R03).
    condition
        The value in a boolean position, two-valued (R02).
    type
        The type of the value.
    diagnostics
        The warnings, in the order of the text.
    expression
        What was bound.
    """

    root: Bound
    condition: Bound
    type: Type
    diagnostics: tuple[Diagnostic, ...]
    expression: Expression


def bind(expression: Expression, schema: Schema, *, segments: Resolver | None = None) -> BoundExpression:
    """Bind an expression against a union schema (`pql.md` R16).

    Parameters
    ----------
    expression
        What `parse` gives.
    schema
        The fields of profiles and events.
    segments
        What finds the rule that `inSegment` names, by id or name; it gives None or raises `NotFoundError` for an
        unknown one. Without it `inSegment` is refused.

    Returns
    -------
    BoundExpression
        The value, the condition and the warnings.

    Raises
    ------
    PQLError
        With every error found, and the warnings beside them.

    Examples
    --------
    >>> from segkit.pql.tree import Binary, Expression, Integer, Name
    >>> from segkit.pql.types import INTEGER, Schema, object_of
    >>> schema = Schema(object_of({"age": INTEGER}), object_of({}))
    >>> bound = bind(Expression(Binary(">", Name("age"), Integer(20))), schema)
    >>> bound.condition.left.path, bound.condition.operator, bound.condition.right.value
    (('age',), '>', 20)
    """
    report = Report(expression.text)
    found, condition = _bound(expression, schema, segments, report)
    report.check()
    return BoundExpression(found, condition, found.type, tuple(limited(report.ordered())), expression)


def _bound(expression: Expression, schema: Schema, segments: Resolver | None, report: Report) -> tuple[Bound, Bound]:
    b = Binder(schema, report, segments, value)
    try:
        found = root(b, expression.root)
        condition = truth(found)
        deepest = depth(condition) if found is condition else max(depth(found), depth(condition))
        if not is_failed(found) and deepest > MAX_DEPTH:
            message = f"with its variables and segments put in, the expression nests more than {MAX_DEPTH} levels deep"
            found = b.error("too-deep", message, expression.root.span)
        if not is_failed(found) and parts(condition) > MAX_PARTS:
            message = f"the rule has more than {MAX_PARTS:,} conditions and values"
            found = b.error("expression-too-large", message, expression.root.span, _LARGE_HINT)
    except RecursionError:
        # the limits above keep the depth far from Python's, except where the caller is deep in its own recursion
        report.error("too-deep", "the expression nests too deep", expression.root.span)
        found = condition = failed(expression.root.span)
    return found, condition
