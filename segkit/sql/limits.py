"""How deep a statement may nest: writing it out recurses, and Python's stack is shared with whoever asked (R53)."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec

from sqlglot import exp

from segkit.pql.diagnostics import Diagnostic, PQLError
from segkit.pql.tree import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Callable

_P = ParamSpec("_P")

DEEPEST = 150
"""The most levels of a statement; each takes about five of the thousand calls that Python's stack holds."""


def within_limits(build: Callable[_P, exp.Select]) -> Callable[_P, exp.Select]:
    """A compiling function that refuses, as a PQL error, what would exhaust the stack when it is written out."""

    @functools.wraps(build)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> exp.Select:
        try:
            made = build(*args, **kwargs)
        except RecursionError:
            made = None
        if made is None or _depth(made) > DEEPEST:
            hint = "split it into segments or into parts joined with `and`"
            message = "this nests functions too deep to be run"
            raise PQLError([Diagnostic("too-deep", "error", message, NOWHERE, hint)]) from None
        return made

    return checked


def _depth(statement: exp.Expr) -> int:
    deepest, level = 0, [statement]
    while level:
        deepest += 1
        below: list[exp.Expr] = []
        # what `iter_expressions` gives, in a third of the time
        for one in level:
            for held in one.args.values():
                if type(held) is list:
                    below += [each for each in held if isinstance(each, exp.Expr)]
                elif isinstance(held, exp.Expr):
                    below.append(held)
        level = below
    return deepest
