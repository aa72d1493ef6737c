"""`Size`: the number that `ws.size` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from segkit.evaluation import Scope


class Size(int):
    """The exact number of profiles in an audience; an int that also knows out of how many.

    Attributes
    ----------
    total
        The number of profiles under the same merge policy.
    share
        The part of them that is in the audience, from 0 to 1; 0 when there are none.
    """

    _scope: Scope

    def __new__(cls, count: int, scope: Scope) -> Self:
        """Make one from a count and the scope it was counted in."""
        made = super().__new__(cls, count)
        made._scope = scope
        return made

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        """A copy, also one in another process, is the plain number: it leaves the workspace behind."""
        return int, (int(self),)

    @property
    def total(self) -> int:
        """The number of profiles under the same merge policy."""
        self._scope.verify()
        return self._scope.total()

    @property
    def share(self) -> float:
        """The part of all profiles that is in the audience, from 0 to 1."""
        total = self.total
        return int(self) / total if total else 0.0
