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

from segkit.pql.formats import read_any
from segkit.pql.normal.diagram import diagram
from segkit.pql.normal.reader import Reader
from segkit.pql.normal.rendering import render, unique
from segkit.pql.normal.trees import tree_key

if TYPE_CHECKING:
    from segkit.pql.binder import Resolver
    from segkit.pql.bound import Bound
    from segkit.pql.formats import Rule
    from segkit.pql.types import Schema

__all__ = ["Normal", "key", "normal", "same"]


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


def same(
    one: Rule,
    other: Rule,
    schema: Schema | None = None,
    *,
    segments: Resolver | None = None,
) -> bool:
    """Whether two rules are known to say the same.

    Parameters
    ----------
    one, other
        PQL, parsed expressions, or `pql/json` trees as text or dict.
    schema
        What the names are looked up in. Left out, only what holds for fields of any type is known: the laws of `and`,
        `or` and `not`, the sides of a comparison, lists, and the ways to write a function.
    segments
        What finds the rules that `inSegment` names, which are then looked through; only with a schema.

    Returns
    -------
    bool
        True is certain: no profile is in the one and not in the other. False means that nothing was found that makes
        them equal.

    Raises
    ------
    PQLError
        When one of them cannot be read, or does not fit the schema.

    Examples
    --------
    >>> same('city = "Paris" or city = "Rome"', 'city in ["Rome", "Paris"]')
    True
    >>> same("not (age > 18)", "age <= 18")  # of a profile without an age only the first is true
    False
    """
    trees = [read_any(rule) for rule in (one, other)]
    if schema is None:
        first, second = (tree_key(tree.root) for tree in trees)
    else:
        from segkit.pql.binder import bind  # noqa: PLC0415  without a schema nothing is bound

        first, second = (key(bind(tree, schema, segments=segments).condition) for tree in trees)
    return first == second
