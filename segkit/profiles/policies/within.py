"""Looking at some of the profiles only: a sample of them, or those that a change has touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Within:
    """Which profiles alone are looked at.

    Parameters
    ----------
    test
        From a profile's key to whether it is one of them.
    stored
        Whether it is as a condition over the columns of the files, where these tell it with less work.
    """

    test: Callable[[exp.Expr], exp.Expr]
    stored: exp.Expr | None = None

    def rows(self, found: exp.Select, key: str, *, scanned: bool = True) -> exp.Select:
        """The rows of a query whose column `key` is that of one of the profiles; `scanned` when it is a scan."""
        if scanned and self.stored is not None:
            return found.where(self.stored.copy())
        return outer(found).where(self.test(sql.column(key)))


def outer(query: exp.Select) -> exp.Select:
    """The same rows from outside, where what a query computes is a column."""
    names: Sequence[str] = query.named_selects
    return exp.select(*(sql.column(one) for one in names)).from_(sql.subquery(query, "rows"))
