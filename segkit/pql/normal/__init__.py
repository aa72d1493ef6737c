"""The normal form: two ways of writing a rule become one, so that duplicates and changes can be found.

It works on bound conditions, where names have their meaning and `let` and `inSegment` are put in. What it knows: the
laws of `and`, `or` and `not`; that comparisons of one value with constants are sets (`x >= 3 and x < 5`, `in`, `!=`,
`isNull()`), two-valued and with null as a value of its own (R12, R13); that `exists`, `filter`, `.count() > 0` and a
chain of one element ask for the same items; units of time that are multiples of each other.

It is sound: conditions with equal keys hold for the same profiles, whatever these are. It is not complete: that two
keys differ means only that nothing was found that makes the conditions equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.pql.normal.diagram import diagram
from segkit.pql.normal.reader import Reader
from segkit.pql.normal.rendering import render, unique

if TYPE_CHECKING:
    from segkit.pql.bound import Bound

__all__ = ["Normal", "key", "normal"]


@dataclass(frozen=True, slots=True)
class Normal:
    """A condition in its normal form.

    Parameters
    ----------
    condition
        A condition that holds for the same profiles.
    key
        What it says, as a text: conditions with equal keys mean the same.
    """

    condition: Bound
    key: str


def normal(condition: Bound) -> Normal:
    """The normal form of a bound condition."""
    form = Reader().condition(condition)
    return Normal(unique(render(form)), diagram(form))


def key(condition: Bound) -> str:
    """What a bound condition says, as a text."""
    return diagram(Reader().condition(condition))
