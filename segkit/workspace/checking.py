"""What is wrong with a rule, and what is doubtful: `ws.check`, `ws.lint`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.analysis import lint as analysis
from segkit.pql import Findings, PQLError
from segkit.pql.despite import with_names
from segkit.pql.formats import TEXT, form_of, read_recovering
from segkit.pql.linting import judge
from segkit.pql.linting.fixing import judged
from segkit.workspace import arguments

if TYPE_CHECKING:
    from segkit.analysis.contents import Contents
    from segkit.pql import Diagnostic, Expression
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike


def check(workspace: Workspace, pql: str | Expression, merge_policy: PolicyLike | None) -> Findings:
    """See `Workspace.check`."""
    expression, found = _read(pql)
    if not len(workspace.datasets):
        judgement = () if expression is None else judged(expression, None)
        return Findings([*found, *judgement], "" if expression is None else expression.text)
    scope = workspace.scope(merge_policy)
    if expression is None:
        is_text = isinstance(pql, str) and form_of(pql) == TEXT
        return Findings(with_names(found, str(pql), scope.schema, segments=scope.resolve) if is_text else found)
    try:
        bound = scope.check(expression)
    except PQLError as error:
        return Findings([*found, *error.diagnostics])
    return Findings([*found, *bound.diagnostics, *judge(bound)], expression.text)


def lint(workspace: Workspace, pql: str | Expression, merge_policy: PolicyLike | None, contents: Contents) -> Findings:
    """See `Workspace.lint`."""
    expression, found = _read(pql)
    scope = workspace.scope(merge_policy)
    scope.verify()
    return Findings(found) if expression is None else analysis.lint(scope, expression, found, contents)


def _read(pql: str | Expression) -> tuple[Expression | None, list[Diagnostic]]:
    """A rule in either format, and what is wrong with its text."""
    try:
        wanted = arguments.rule(pql)
    except PQLError as error:  # a tree that cannot be read
        return None, list(error.diagnostics)
    return read_recovering(wanted)
