"""What the compiler asks of a merge policy: the statements that give profiles and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Sequence

    from sqlglot import exp

    from segkit.pql.types import Path

KEY = "profile_key"
"""The column that tells profiles apart inside one statement: cheap to group by, of no meaning outside."""

MASK = "namespace_mask"
"""The column with one bit an identity namespace, in the order of `ProfileSource.namespaces`."""


class ProfileSource(Protocol):
    """The merged profiles and the events of one merge policy.

    Leaf columns are named by their path joined with dots (`"homeAddress.country"`), quoted. Their SQL types follow
    the PQL type: String VARCHAR, Integer any integer type, Double DOUBLE or DECIMAL with NaN already null, Boolean
    BOOLEAN, Date DATE, Timestamp TIMESTAMP in UTC (never TIMESTAMPTZ), Map MAP(VARCHAR, …), Array LIST, and inside
    maps and lists objects are STRUCTs.
    """

    @property
    def namespaces(self) -> tuple[str, ...]:
        """All identity namespaces, in the order of the bits of the mask."""
        ...

    def profiles(self, leaves: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        """One row a profile: `profile_key`, the leaves in the order asked, and `namespace_mask` if asked.

        With `every` false, profiles in which all asked leaves are null may be missing; with `every` true none is, those
        known only from events included.
        """
        ...

    def events(self, leaves: Sequence[Path]) -> exp.Select:
        """One row an experience event: `profile_key` and the leaves in the order asked, duplicates by `_id` removed."""
        ...

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        """The public, stable text id of the profile with this key."""
        ...

    def identified(self, query: exp.Query) -> exp.Select:
        """The rows of a query that has `profile_key`, with `profile_id` beside: the public id as a UUID.

        `replace(CAST(profile_id AS VARCHAR), '-', '')` is its text. For many rows this is the cheap way to their ids.
        """
        ...

    def identities(self, members: exp.Query | None = None) -> exp.Select:
        """`profile_key`, `namespace` and `id` of each identity of each profile, once.

        Of the profiles alone whose `profile_key` is among those of `members`, where they are given.
        """
        ...

    @property
    def identities_file(self) -> pathlib.Path | None:
        """Parquet with `profile_id UUID, identities MAP(VARCHAR, VARCHAR[])` of all profiles, where it lies ready."""
        ...
