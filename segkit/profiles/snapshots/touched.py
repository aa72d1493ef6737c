"""The profiles that changed files have touched, and the merge over the files that these have rows in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import SEPARATOR
from segkit.profiles.datasets.union import MAP_PATH
from segkit.profiles.policies.fragments import KEY, PROFILE_ID, plain
from segkit.profiles.policies.within import Within
from segkit.profiles.snapshots.manifest import EVENTS, FILE, PROFILES, ROWS
from segkit.profiles.storage import TEXT, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.snapshots.changes import Changes
    from segkit.profiles.snapshots.sampling import Scratch
    from segkit.profiles.snapshots.source import SnapshotSource

_NUMBER = "$number"


class Touched:
    """The profiles that have rows in changed files, or had some.

    Parameters
    ----------
    merged
        The policy over all rows, as they are now.
    older
        The snapshot that is brought up to date.
    changes
        The files that have changed since.
    scratch
        Holds what is worked out.

    Attributes
    ----------
    gone : exp.Table
        `profile_key` and `profile_id` of those that the older snapshot has.
    keys : exp.Table
        The keys by which a merge knows them, whether they are there now or not.
    count : int
        How many they are.
    top : int
        The greatest `profile_key` of the older snapshot.
    """

    def __init__(self, merged: MergedSource, older: SnapshotSource, changes: Changes, scratch: Scratch) -> None:
        self.merged, self.older, self.changes, self.scratch = merged, older, changes, scratch
        came = self._came()
        self.gone = scratch.table(self._gone(came))
        keys = exp.union(_column(came, KEY), self._left(came))
        number = exp.Window(this=exp.RowNumber())
        numbered = exp.select(sql.column(KEY), sql.named(number, _NUMBER)).from_(sql.subquery(keys, "keys"))
        self.keys = scratch.table(numbered)
        self.count = self._value(exp.Count(this=exp.Star()), self.keys)
        self.top = self._value(exp.Max(this=sql.column(KEY)), older.table(PROFILES))

    def _value(self, what: exp.Expr, table: exp.Table) -> int:
        asked = exp.select(what).from_(table.copy())
        return int(self.scratch.engine.value(asked, watch=self.scratch.watch) or 0)

    def _came(self) -> exp.Table:
        """The key and id of each profile that has rows in new files."""
        taking = (*self.merged.records, *self.merged.event_datasets)
        rows = [plain(one, part, self.merged.wanted({})) for one in taking for part in self.changes.fresh(one)]
        keys = exp.select(sql.named(cast(exp.null(), TEXT), KEY)).where(exp.false())
        if rows:
            keys = exp.select(sql.column(KEY)).distinct().from_(sql.subquery(sql.union_all(rows), "rows"))
        return self.scratch.table(self.merged.identified(keys))

    def _gone(self, came: exp.Table) -> exp.Select:
        """Those that the older snapshot has: with rows in lost files, or in new ones now."""
        tests: list[exp.Expr] = [_among(PROFILE_ID, _column(came, PROFILE_ID))]
        if self.changes.lost:
            lost = exp.In(this=sql.column(FILE), expressions=[sql.number(one) for one in sorted(self.changes.lost)])
            rows = [_column(self.older.table(one), KEY).where(lost.copy()) for one in (ROWS, EVENTS)]
            tests.append(_among(KEY, exp.union(*rows)))
        chosen = exp.select(sql.column(KEY), sql.column(PROFILE_ID)).from_(self.older.table(PROFILES))
        return chosen.where(exp.or_(*tests))

    def _left(self, came: exp.Table) -> exp.Select:
        """The keys of those that have no rows in new files: of their identities, those that give them their ids."""
        listed = next(one.name for one in self.older.manifest.columns if one.path == MAP_PATH)
        members = _column(self.gone, KEY).where(exp.Not(this=_among(PROFILE_ID, _column(came, PROFILE_ID))))
        opened = sql.call("unnest", sql.call("map_entries", sql.column(listed)))
        held = exp.select(sql.named(opened, "entry")).from_(self.older.table(PROFILES)).where(_among(KEY, members))
        entry = sql.column("entry")
        each = exp.select(
            sql.named(sql.field(entry, "key"), "namespace"),
            sql.named(sql.call("unnest", sql.field(entry.copy(), "value")), "identity"),
        ).from_(sql.subquery(held, "held"))
        key: exp.Expr = sql.field(sql.column("identity"), "id")
        if not self.merged.short:
            key = exp.DPipe(this=_escaped(sql.column("namespace")), expression=key)
        keys = exp.select(sql.named(key, KEY)).distinct().from_(sql.subquery(each, "each"))
        known = exp.select(sql.column(KEY)).from_(sql.subquery(self.merged.identified(keys), "identified"))
        return known.where(_among(PROFILE_ID, _column(self.gone, PROFILE_ID)))

    def within(self, source: MergedSource, number: int = 0, passes: int = 1) -> MergedSource:
        """A merge of them alone, or of one part of them where it is done in several passes."""
        keys = _column(self.keys, KEY)
        if passes > 1:
            rest = exp.Mod(this=sql.column(_NUMBER), expression=sql.number(passes))
            keys = keys.where(exp.EQ(this=rest, expression=sql.number(number)))
        return source.within(Within(lambda key: exp.In(this=key, query=keys.copy().subquery())))

    def source(self) -> MergedSource:
        """The merge over those files alone in which they have rows."""
        members = _column(self.gone, KEY)
        places = [_column(self.older.table(one), FILE).where(_among(KEY, members.copy())) for one in (ROWS, EVENTS)]
        found = self.scratch.engine.rows(exp.union(*places), watch=self.scratch.watch)
        numbers = {int(one) for (one,) in found} - self.changes.lost
        taking = {one.id for one in (*self.merged.records, *self.merged.event_datasets)}
        narrowed = [(one, self.changes.needed(one, numbers)) for one in self.merged.datasets if one.id in taking]
        return self.merged.over([replace(one, parts=parts) for one, parts in narrowed if parts])

    def same_identities(self, fresh: Sequence[exp.Table]) -> bool:
        """Whether profiles merged anew are those that there were, with the identities that they had."""
        listed = next(one.name for one in self.older.manifest.columns if one.path == MAP_PATH)
        wanted = exp.select(sql.column(PROFILE_ID), sql.column(listed))
        before = wanted.copy().from_(self.older.table(PROFILES)).where(_among(KEY, _column(self.gone, KEY)))
        now = sql.union_all(wanted.copy().from_(one.copy()) for one in fresh)
        same = exp.EQ(this=sql.column(PROFILE_ID, "before"), expression=sql.column(PROFILE_ID, "now"))
        differ = exp.NullSafeNEQ(this=sql.column(listed, "before"), expression=sql.column(listed, "now"))
        lone = [sql.is_null(sql.column(PROFILE_ID, one)) for one in ("before", "now")]
        found = exp.select(sql.number(1)).from_(sql.subquery(before, "before"))
        found = found.join(sql.subquery(now, "now"), on=same, join_type="full").where(exp.or_(differ, *lone)).limit(1)
        return not self.scratch.engine.rows(found, watch=self.scratch.watch)


def _column(table: exp.Table, name: str) -> exp.Select:
    return exp.select(sql.column(name)).from_(table.copy())


def _among(name: str, query: exp.Query) -> exp.In:
    return exp.In(this=sql.column(name), query=query.subquery())


def _escaped(namespace: exp.Expr) -> exp.Expr:
    """A namespace as it stands before the identity in a profile's key, with the separator."""
    found = namespace
    for letter, written in (("%", "%25"), (SEPARATOR, "%3A")):
        found = sql.call("replace", found, sql.text(letter), sql.text(written))
    return exp.DPipe(this=found, expression=sql.text(SEPARATOR))
