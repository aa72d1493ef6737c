"""`Size`: the number that `ws.size` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from segkit.analysis.estimate import Estimate
    from segkit.evaluation import Scope
    from segkit.pql import Expression


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
    _rule: str | Expression

    def __new__(cls, count: int, scope: Scope, rule: str | Expression) -> Self:
        """Make one from a count, the scope it was counted in, and the rule."""
        made = super().__new__(cls, count)
        made._scope, made._rule = scope, rule
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

    def estimate(self, fraction: float = 0.01) -> Estimate:
        """What `ws.estimate` makes of the same rule, policy and clock: how well a sample would have told the size.

        Parameters
        ----------
        fraction
            Which part of the profiles to look at, above 0 and at most 1.
        """
        from segkit.workspace.estimate import estimated  # noqa: PLC0415  estimates need the language

        return estimated(self._scope, self._rule, fraction)
