"""Bringing a snapshot up to date: the profiles that changed files have touched are merged anew, the others stay.

What comes of it is what a snapshot built anew would hold, but for the numbers in `profile_key` and `$file`, and the
order of rows. So it is done only where profiles that were not touched cannot have changed: `changes` says when.
"""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError, EngineError, SegkitError
from segkit.profiles import expressions as sql
from segkit.profiles.kept import attach, described, detach
from segkit.profiles.policies.fragments import KEY, MASK, PROFILE_ID, plain
from segkit.profiles.snapshots.build import Build
from segkit.profiles.snapshots.changes import Changes, changes
from segkit.profiles.snapshots.manifest import BUCKET, DATA, EVENTS, FILE, IDENTITIES, PROFILES, ROWS
from segkit.profiles.snapshots.sampling import Scratch, link
from segkit.profiles.snapshots.touched import Touched

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from segkit.pql.types import Path
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.snapshots.manifest import Column, Manifest
    from segkit.profiles.snapshots.source import SnapshotSource

MOST_TOUCHED = 0.3
"""Which part of the profiles a refresh may touch: with more, merging all of them in their order takes no longer."""


@dataclass
class Refresh(Build):
    """Makes the files of a snapshot out of those of an older one.

    Parameters
    ----------
    engine, source, watch, layers
        As for `Build`.
    most
        Which part of the profiles may be touched.
    """

    most: float = MOST_TOUCHED

    def tried(
        self, older: SnapshotSource, folder: FilePath, fingerprint: str, workspace: FilePath, events: Sequence[Path]
    ) -> bool:
        """As `renew`; whether the files were made, which an older snapshot that is damaged cannot prevent for good."""
        try:
            return self.renew(older, folder, fingerprint, workspace, events) is not None
        except (EngineError, DataError, FileNotFoundError):  # the last where another process has removed it
            for one in folder.iterdir():
                one.unlink()
            return False

    def renew(
        self, older: SnapshotSource, folder: FilePath, fingerprint: str, workspace: FilePath, events: Sequence[Path]
    ) -> Manifest | None:
        """Make the files, the manifest last; None where building them anew is the way.

        Parameters
        ----------
        older
            A snapshot of the same policy.
        folder
            An empty folder.
        fingerprint
            Of what the snapshot is made of.
        workspace
            The folder that paths are relative to.
        events
            The leaves of events that it is to have.
        """
        started = time.monotonic()
        found = changes(older.manifest, self.source, workspace, events)
        if found is None:
            return None
        with Scratch(self.engine, self.watch) as scratch:
            touched = Touched(self.source, older, found, scratch)
            share = touched.count / max(older.manifest.profiles, 1)
            replaced = older.manifest.replaced + touched.count
            if share > self.most or replaced > 2 * self.most * older.manifest.profiles:
                return None
            try:
                shutil.copyfile(older.folder / DATA, folder / DATA)
            except FileNotFoundError:  # another process has removed it: something newer took its place
                return None
            passes = max(1, math.ceil((self.layers or self._layers()) * share))
            attach(self.engine, folder / DATA, self._database)
            try:
                same = self._replace(touched, passes, older.manifest.columns)
                self._replace_events(found, older.manifest.event_columns)
                if same and (older.folder / IDENTITIES).exists():
                    link(older.folder / IDENTITIES, folder / IDENTITIES)
                else:
                    self._identities(older.manifest.columns, folder / IDENTITIES)
                counted = [self._count(one) for one in (PROFILES, EVENTS)]
                detach(self.engine, self._database)
            except BaseException:
                with contextlib.suppress(SegkitError):
                    detach(self.engine, self._database, checkpoint=False)
                raise
        manifest = replace(
            older.manifest,
            fingerprint=fingerprint,
            documents=described((*self.source.records, *self.source.event_datasets), workspace),
            files=found.files,
            profiles=counted[0],
            events=counted[1],
            made=time.time_ns() // 1_000_000,
            seconds=time.monotonic() - started,
            peak_memory=max((one.peak_memory for one in self.watch.measurements), default=0),
            passes=passes,
            touched=touched.count,
            replaced=replaced,
        )
        manifest.write(folder)
        return manifest

    def _replace(self, touched: Touched, passes: int, columns: Sequence[Column]) -> bool:
        """Put the touched profiles in the place of what they were; whether all have the identities that they had."""
        restricted = touched.source()
        fresh = [
            touched.scratch.table(self._merged(touched.within(restricted, number, passes), columns, 0))
            for number in range(passes)
        ]
        same = touched.same_identities(fresh)
        gone = exp.select(sql.column(KEY)).from_(touched.gone)
        for name in (PROFILES, ROWS):
            self._delete(name, exp.In(this=sql.column(KEY), query=gone.copy().subquery()))
        above = touched.top
        names = [PROFILE_ID, BUCKET, MASK, *(one.name for one in columns)]
        for one in fresh:
            new = exp.Add(this=sql.number(above), expression=sql.column(KEY, "fresh"))
            key = sql.coalesce([sql.column(KEY, "gone"), new])
            rows = exp.select(sql.named(key, KEY), *(sql.column(name, "fresh") for name in names))
            rows = rows.from_(exp.alias_(one.copy(), "fresh", table=True)).join(
                exp.alias_(touched.gone.copy(), "gone", table=True),
                on=exp.EQ(this=sql.column(PROFILE_ID, "gone"), expression=sql.column(PROFILE_ID, "fresh")),
                join_type="left",
            )
            above += self._insert(PROFILES, rows.order_by(sql.column(KEY, "fresh")))
        self._insert_rows(touched, restricted)
        return same

    def _insert_rows(self, touched: Touched, restricted: MergedSource) -> None:
        """Note in which files the touched profiles have records now."""
        inside = touched.within(restricted)
        branches = []
        for one in inside.records:
            for part in one.parts:
                number = sql.named(exp.cast(touched.changes.number(one, part), "INT"), FILE)
                branches.append(plain(one, part, inside.wanted({}), [number]))
        if branches:
            rows = sql.subquery(sql.union_all(branches), "fragments")
            known = exp.select(sql.column(KEY), sql.column(FILE)).distinct().from_(rows)
            self._insert(ROWS, self._joined(inside.identified(known), [sql.column(FILE, "found")]))

    def _replace_events(self, found: Changes, columns: Sequence[Column]) -> None:
        """Put the events of changed files in the place of those that their files had."""
        if found.lost:
            lost = exp.In(this=sql.column(FILE), expressions=[sql.number(one) for one in sorted(found.lost)])
            self._delete(EVENTS, lost)
        for one in self.source.event_datasets:
            for part in found.fresh(one):
                alone = self.source.over([replace(one, parts=(part,))])
                self._insert(EVENTS, self._event_rows(alone, columns, {}, partial(found.number, one, part)))

    def _delete(self, name: str, which: exp.Expr) -> None:
        self.engine.execute(exp.Delete(this=self._table(name), where=exp.Where(this=which)), watch=self.watch)

    def _count(self, name: str) -> int:
        return int(self.engine.value(exp.select(exp.Count(this=exp.Star())).from_(self._table(name))))
