"""What the compiler cannot run, said before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound_walk import depth
from segkit.pql.diagnostics import Diagnostic

if TYPE_CHECKING:
    from segkit.pql.bound import Bound

DEEPEST = 100
"""The deepest bound expression that is compiled; deeper ones would exhaust Python's stack."""


def unsupported(bound: Bound, source: str = "") -> Diagnostic | None:
    """What keeps a bound expression from being run, or None: all of PQL is, unless it nests too deep (R53).

    Parameters
    ----------
    bound
        A value or condition.
    source
        The text that its spans point into.
    """
    if depth(bound) > DEEPEST:
        return Diagnostic(
            "too-deep",
            "error",
            f"this is nested more than {DEEPEST} levels deep",
            bound.span,
            "split it into segments that refer to each other with `inSegment`",
            source,
        )
    return None
