"""`SnapshotSource`: the profiles and events of a merge policy, read from a snapshot of it."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.union import MAP_PATH
from segkit.profiles.policies.fragments import KEY, MASK, PROFILE_ID
from segkit.profiles.snapshots.build import table
from segkit.profiles.snapshots.manifest import BUCKET, EVENTS, IDENTITIES, PROFILES
from segkit.profiles.storage import TEXT, Storage, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path as FilePath

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.datasets.union import Union
    from segkit.profiles.graph.core import Graph
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.policies.policy import MergePolicy
    from segkit.profiles.snapshots.manifest import Column, Manifest


class SnapshotSource:
    """What the compiler asks of a merge policy (`segkit.sql.source.ProfileSource`), from a snapshot.

    Parameters
    ----------
    merged
        The same from the fragments.
    manifest
        What the snapshot holds.
    database
        The name that its tables are attached under.
    folder
        Where it lies.
    """

    def __init__(self, merged: MergedSource, manifest: Manifest, database: str, folder: FilePath) -> None:
        self.merged = merged
        self.manifest = manifest
        self.database = database
        self.folder = folder
        self._profiles = {one.path: one for one in manifest.columns}
        self._events = {one.path: one for one in manifest.event_columns}
        self._buckets: int | None = None

    # ---- what does not depend on where it is read --------------------------------------------------------------------

    @property
    def policy(self) -> MergePolicy:
        """How attributes are merged."""
        return self.merged.policy

    @property
    def union(self) -> Union:
        """The union schema of the datasets."""
        return self.merged.union

    @property
    def graph(self) -> Graph | None:
        """The identity graph, under a policy that has one."""
        return self.merged.graph

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """All datasets of the workspace, in the order of adding."""
        return self.merged.datasets

    @property
    def records(self) -> tuple[Dataset, ...]:
        """The record datasets that take part, the first in precedence first."""
        return self.merged.records

    @property
    def event_datasets(self) -> tuple[Dataset, ...]:
        """The event datasets that take part."""
        return self.merged.event_datasets

    @property
    def namespaces(self) -> tuple[str, ...]:
        """All identity namespaces, in the order of the bits of the mask."""
        return self.manifest.namespaces

    def merged_away(self, profile_id: exp.Expr) -> exp.Expr | None:
        """Whether a profile of an earlier run that is gone is part of another now; as in `MergedSource`."""
        return self.merged.merged_away(profile_id)

    def below(self, buckets: int) -> SnapshotSource:
        """The profiles in the first buckets alone: they lie in the order of their buckets."""
        found = copy.copy(self)
        found._buckets = buckets  # noqa: SLF001 - the same class
        return found

    # ---- profiles and events -----------------------------------------------------------------------------------------

    def profiles(self, leaves: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:  # noqa: ARG002
        """One row a profile: `profile_key`, the leaves in the order asked, and `namespace_mask` if asked.

        All profiles are there, `every` or not.
        """
        chosen = [sql.column(KEY), *self._leaves(leaves, self.union.profile, self._profiles)]
        chosen += [sql.column(MASK)] * mask
        return self._within(exp.select(*chosen).from_(self.table(PROFILES)))

    def _within(self, profiles: exp.Select) -> exp.Select:
        """Rows of the table of profiles, of those alone that are looked at."""
        if self._buckets is None:
            return profiles
        return profiles.where(exp.LT(this=sql.column(BUCKET), expression=sql.number(self._buckets)))

    def events(self, leaves: Sequence[Path]) -> exp.Select:
        """One row an experience event: `profile_key` and the leaves in the order asked, duplicates by `_id` removed.

        Where the snapshot lacks one of the leaves, they are read from the files of the events.
        """
        if self.holds(leaves):
            chosen = [sql.column(KEY), *self._leaves(leaves, self.union.event, self._events)]
            found = exp.select(*chosen).from_(self.table(EVENTS))
            if self._buckets is None:
                return found
            members = self._within(exp.select(sql.column(KEY)).from_(self.table(PROFILES)))
            return found.where(exp.In(this=sql.column(KEY), query=members.subquery()))
        keyed = self.merged.identified(self.merged.events(leaves))
        known = self._within(exp.select(sql.column(KEY), sql.column(PROFILE_ID)).from_(self.table(PROFILES)))
        same = exp.EQ(this=sql.column(PROFILE_ID, "event"), expression=sql.column(PROFILE_ID, "profile"))
        columns = [sql.column(sql.dotted(one), "event") for one in dict.fromkeys(leaves)]
        return (
            exp.select(sql.column(KEY, "profile"), *columns)
            .from_(sql.subquery(keyed, "event"))
            .join(sql.subquery(known, "profile"), on=same)
        )

    def holds(self, leaves: Sequence[Path]) -> bool:
        """Whether the snapshot has all of some leaves of events, or no event has them at all."""
        return all(one in self._events or not self._in_files(one) for one in leaves)

    def _in_files(self, path: Path) -> bool:
        return path == MAP_PATH or any(one.storage(path) is not None for one in self.event_datasets)

    def _leaves(
        self, leaves: Sequence[Path], union: Mapping[Path, Storage], held: Mapping[Path, Column]
    ) -> list[exp.Expr]:
        found: list[exp.Expr] = []
        for path in dict.fromkeys(leaves):
            name, storage = sql.dotted(path), union.get(path)
            if storage is None:
                raise DataError(f"no dataset has a field `{name}`")
            known = held.get(path)
            if known is None:  # a field of datasets that take no part
                found.append(sql.named(cast(exp.null(), storage), name))
            elif known.storage != storage:  # such a dataset has widened the type of the field
                found.append(sql.named(cast(sql.column(known.name), storage), name))
            else:
                found.append(sql.column(name) if known.name == name else sql.named(sql.column(known.name), name))
        return found

    def table(self, name: str) -> exp.Table:
        """One of the snapshot's tables."""
        return table(self.database, name)

    # ---- ids ---------------------------------------------------------------------------------------------------------

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        """The public, stable text id of the profile with this key."""
        # under names of its own: the key asked for may be a bare column of the statement around it
        own = [sql.named(sql.column(name), renamed) for name, renamed in ((KEY, "$key"), (PROFILE_ID, "$id"))]
        known = sql.subquery(exp.select(*own).from_(self.table(PROFILES)), "$known")
        here = exp.EQ(this=sql.column("$key"), expression=key)
        return exp.select(in_text(sql.column("$id"))).from_(known).where(here).subquery()

    def identified(self, query: exp.Query) -> exp.Select:
        """The rows of a query that has `profile_key`, with `profile_id` beside: the public id as a UUID."""
        known = exp.select(sql.column(KEY), sql.column(PROFILE_ID)).from_(self.table(PROFILES))
        joined = exp.select(exp.Star()).from_(sql.subquery(query, "keyed"))
        return joined.join(sql.subquery(known, "known"), using=[sql.column(KEY)])

    def shown(self, leaves: Sequence[Path]) -> exp.Select:
        """One row a profile: its public id as text, `profile_id`, and the leaves, without a join."""
        chosen = self._leaves(leaves, self.union.profile, self._profiles)
        public = sql.named(in_text(sql.column(PROFILE_ID)), PROFILE_ID)
        return exp.select(public, *chosen).from_(self.table(PROFILES))

    def one(self, profile_id: str, leaves: Sequence[Path]) -> exp.Select:
        """The row of `shown` of the profile with a public id."""
        wanted = exp.Cast(this=sql.text(profile_id), to=exp.DataType.build("UUID", dialect="duckdb"))
        return self.shown(leaves).where(exp.EQ(this=sql.column(PROFILE_ID, PROFILES), expression=wanted))

    def identities(self, members: exp.Query | None = None) -> exp.Select:
        """`profile_key`, `namespace` and `id` of each identity of each profile, once.

        Of the profiles alone whose `profile_key` is among those of `members`, where they are given.
        """
        held = self._profiles.get(MAP_PATH)
        listed = cast(exp.null(), TEXT) if held is None else sql.column(held.name)
        rows = exp.select(sql.column(KEY), sql.named(listed, "identities")).from_(self.table(PROFILES))
        if members is not None:
            rows = rows.join(sql.subquery(members, "members"), using=[sql.column(KEY)], join_type="semi")
        if held is None:
            nothing = [sql.named(cast(exp.null(), TEXT), one) for one in ("namespace", "id")]
            return exp.select(sql.column(KEY), *nothing).from_(sql.subquery(rows, "none")).where(exp.false())
        opened = sql.call("unnest", sql.call("map_entries", sql.column("identities")))
        entries = exp.select(sql.column(KEY), sql.named(opened, "entry")).from_(sql.subquery(rows, "rows"))
        entry = sql.column("entry")
        each = exp.select(
            sql.column(KEY),
            sql.named(sql.field(entry, "key"), "namespace"),
            sql.named(sql.call("unnest", sql.field(entry.copy(), "value")), "identity"),
        ).from_(sql.subquery(entries, "entries"))
        return exp.select(
            sql.column(KEY), sql.column("namespace"), sql.named(sql.field(sql.column("identity"), "id"), "id")
        ).from_(sql.subquery(each, "each"))

    @cached_property
    def identities_file(self) -> FilePath | None:
        """Parquet with `profile_id UUID, identities MAP(VARCHAR, VARCHAR[])` of all profiles, where it lies ready."""
        file = self.folder / IDENTITIES
        return file if file.exists() else None


def in_text(profile_id: exp.Expr) -> exp.Expr:
    """A UUID as the text of a public profile id."""
    return sql.call("replace", cast(profile_id, TEXT), sql.text("-"), sql.text(""))
