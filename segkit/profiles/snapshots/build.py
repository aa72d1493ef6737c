"""Making a snapshot: fragments merged in layers of buckets, so that memory stays small however many there are."""

from __future__ import annotations

import contextlib
import math
import re
import shutil
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import SegkitError
from segkit.profiles import expressions as sql
from segkit.profiles.buckets import bucket
from segkit.profiles.datasets.reading import row_number
from segkit.profiles.datasets.union import MAP_PATH
from segkit.profiles.kept import attach, described, detach
from segkit.profiles.policies.fragments import KEY, MASK, PROFILE_ID, plain
from segkit.profiles.snapshots.manifest import (
    BUCKET,
    DATA,
    EVENTS,
    FILE,
    IDENTITIES,
    PROFILES,
    ROWS,
    Column,
    Manifest,
    named,
)
from segkit.profiles.snapshots.staging import lay_out
from segkit.profiles.storage import TEXT, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path as FilePath

    from segkit.engine import Engine, Watch
    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.merging import MergedSource

BYTES_A_VALUE = 94
"""What merging takes of memory for each leaf of each profile (measured)."""

LAYER_BYTES = 1 << 30
"""So much memory a layer may take by that measure, or the part `LAYER_SHARE` of the engine's limit if that is less."""

LAYER_SHARE = 0.15
MOST_LAYERS = 250

TOGETHER = 250
"""So many leaves are merged in one pass over a layer: what DuckDB takes for a pass grows with their square."""

TIMESTAMP = ("timestamp",)
_VACUUM = "max_vacuum_tasks"


@dataclass
class Build:
    """Makes the files of a snapshot in a folder.

    Parameters
    ----------
    engine
        Does the work, within its limits.
    source
        The profiles merged from their fragments.
    watch
        Cancels it, and measures.
    layers
        In how many parts fragments are merged; as many as memory asks for when left out.
    """

    engine: Engine
    source: MergedSource
    watch: Watch
    layers: int | None = None
    _database: str = field(default_factory=lambda: f"snapshot_made_{uuid.uuid4().hex}")

    def run(self, folder: FilePath, fingerprint: str, workspace: FilePath, events: Sequence[Path]) -> Manifest:
        """Make the files, the manifest last.

        Parameters
        ----------
        folder
            An empty folder.
        fingerprint
            Of what the snapshot is made of.
        workspace
            The folder that paths are relative to.
        events
            The leaves of events to take along.
        """
        started = time.monotonic()
        columns = named(self.source.union.profile)
        event_columns = named({path: kind for path, kind in self.source.union.event.items() if path in set(events)})
        layers = self.layers or self._layers()
        attach(self.engine, folder / DATA, self._database)
        try:
            with as_written(self.engine):
                profiles = self._profiles(columns, layers, folder / "layers")
                rows = self._events(event_columns)
                self._identities(columns, folder / IDENTITIES)
                detach(self.engine, self._database)
        except BaseException:
            with contextlib.suppress(SegkitError):
                detach(self.engine, self._database, checkpoint=False)
            raise
        source = self.source
        manifest = Manifest(
            fingerprint=fingerprint,
            policy=source.policy.id,
            version=source.policy.version,
            documents=described((*source.records, *source.event_datasets), workspace),
            files=tuple((one.id, file) for one in (*source.records, *source.event_datasets) for file in files_of(one)),
            profiles=profiles,
            events=rows,
            namespaces=source.namespaces,
            columns=columns,
            event_columns=event_columns,
            made=time.time_ns() // 1_000_000,
            seconds=time.monotonic() - started,
            peak_memory=max((one.peak_memory for one in self.watch.measurements), default=0),
            passes=layers,
        )
        manifest.write(folder)
        return manifest

    # ---- profiles ----------------------------------------------------------------------------------------------------

    def _layers(self) -> int:
        """In how many layers the fragments are merged: by how many values there are at most, and the memory."""
        rows = [one.rows for one in self.source.records]
        profiles = max(max(rows, default=0), sum(rows) // 2)
        leaves = sum(kind.sql != "NULL" for kind in self.source.union.profile.values()) + 2
        known = in_bytes(str(self.engine.value(exp.select(sql.call("current_setting", sql.text("memory_limit"))))))
        allowed = min(LAYER_BYTES, int(known * LAYER_SHARE)) or LAYER_BYTES
        return max(1, min(MOST_LAYERS, math.ceil(profiles * leaves * BYTES_A_VALUE / allowed)))

    def _profiles(self, columns: Sequence[Column], layers: int, folder: FilePath) -> int:
        self._create(PROFILES, self._merged(self.source, columns, 0).limit(0))
        numbers = starts(self.source)
        self._create(ROWS, self._fragments(self.source, numbers, 0).limit(0))
        found = 0
        for layer in self._over(layers, folder):
            before = found
            found += self._insert(PROFILES, self._merged(layer, columns, before))
            self._insert(ROWS, self._fragments(layer, numbers, before))
        return found

    def _over(self, layers: int, folder: FilePath) -> Iterator[MergedSource]:
        if layers == 1:
            yield self.source
            return
        try:
            made = lay_out(self.source, layers, self.engine, folder, self.watch)
            for number in range(layers):
                yield made.at(number)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _merged(self, source: MergedSource, columns: Sequence[Column], before: int) -> exp.Select:
        """The rows of `profiles` of one layer, numbered on from those before."""
        leaves = [one.path for one in columns]
        keyed = exp.select(sql.named(exp.column("key", table="merged_0"), KEY), exp.column("mask"))
        for start in range(0, len(leaves) or 1, TOGETHER):
            here, name = leaves[start : start + TOGETHER], f"merged_{start}"
            # by place: two leaves may have one name when their paths are written with dots
            names = [f"leaf_{number}" for number in range(start, start + len(here))]
            known = sql.subquery(source.profiles(here, every=True, mask=start == 0), name)
            columns_ = [exp.to_identifier(one) for one in ("key", *names, *["mask"] * (start == 0))]
            known.set("alias", exp.TableAlias(this=exp.to_identifier(name), columns=columns_))
            same = exp.EQ(this=exp.column("key", table=name), expression=exp.column("key", table="merged_0"))
            keyed = (
                keyed.join(known, on=same, join_type="left", copy=False) if start else keyed.from_(known, copy=False)
            )
            keyed = keyed.select(*map(exp.column, names), copy=False)
        public = sql.column(PROFILE_ID)
        text = sql.call("replace", cast(public, TEXT), sql.text("-"), sql.text(""))
        placed = exp.select(exp.Star(), sql.named(bucket(text), BUCKET)).from_(
            sql.subquery(source.identified(keyed), "identified")
        )
        ordered = placed.order_by(sql.column(BUCKET))
        number = exp.Add(this=exp.Window(this=exp.RowNumber()), expression=sql.number(before))
        return exp.select(
            sql.named(number, KEY),
            public.copy(),
            sql.named(exp.cast(sql.column(BUCKET), "SMALLINT"), BUCKET),
            sql.named(exp.column("mask"), MASK),
            *(sql.named(exp.column(f"leaf_{place}"), one.name) for place, one in enumerate(columns)),
        ).from_(sql.subquery(ordered, "ordered"))

    def _fragments(self, source: MergedSource, numbers: dict[str, int], before: int) -> exp.Select:
        """The rows of `rows`, of the profiles of one layer."""
        branches = []
        for one in source.records:
            for part in one.parts:
                file = exp.Add(this=row_number(part, one.parts)[0], expression=sql.number(numbers[one.id]))
                branches.append(plain(one, part, source.wanted({}), [sql.named(exp.cast(file, "INT"), FILE)]))
        if not branches:
            nothing = exp.select(
                sql.named(exp.cast(exp.null(), "BIGINT"), KEY), sql.named(exp.cast(exp.null(), "INT"), FILE)
            )
            return nothing.where(exp.false())
        known = (
            exp.select(sql.column(KEY), sql.column(FILE))
            .distinct()
            .from_(sql.subquery(sql.union_all(branches), "fragments"))
        )
        return self._joined(source.identified(known), [sql.column(FILE, "found")], before)

    def _joined(self, found: exp.Select, columns: Sequence[exp.Expr], before: int = 0) -> exp.Select:
        """Rows with a `profile_id` as rows with the `profile_key` of the snapshot, of profiles after a number."""
        profiles = exp.select(sql.column(KEY), sql.column(PROFILE_ID)).from_(self._table(PROFILES))
        profiles = profiles.where(exp.GT(this=sql.column(KEY), expression=sql.number(before))) if before else profiles
        same = exp.EQ(this=sql.column(PROFILE_ID, "found"), expression=sql.column(PROFILE_ID, "profiles"))
        return (
            exp.select(sql.column(KEY, "profiles"), *columns)
            .from_(sql.subquery(found, "found"))
            .join(sql.subquery(profiles, "profiles"), on=same)
        )

    # ---- beside them -------------------------------------------------------------------------------------------------

    def _events(self, columns: Sequence[Column]) -> int:
        found = self._event_rows(self.source, columns, starts(self.source))
        self._create(EVENTS, found.copy().limit(0))
        return self._insert(EVENTS, found)

    def _event_rows(
        self,
        source: MergedSource,
        columns: Sequence[Column],
        files: Mapping[str, int],
        number: Callable[[exp.Expr], exp.Expr] = lambda file: file,
    ) -> exp.Select:
        """The rows of `events`; `number` makes the number of a file of what `files` makes of its place."""
        rows = sql.subquery(source.events([one.path for one in columns], files=files), "events")
        names = ["key", "file", *(f"leaf_{number}" for number in range(len(columns)))]
        rows.set("alias", exp.TableAlias(this=sql.column("events").this, columns=[exp.to_identifier(n) for n in names]))
        keyed = exp.select(sql.named(exp.column("key"), KEY), *map(exp.column, names[1:])).from_(rows)
        chosen: list[exp.Expr] = [sql.named(exp.cast(number(exp.column("file", table="found")), "INT"), FILE)]
        chosen += [sql.named(exp.column(f"leaf_{n}", table="found"), one.name) for n, one in enumerate(columns)]
        found = self._joined(source.identified(keyed), chosen)
        time_ = next((place for place, one in enumerate(columns) if one.path == TIMESTAMP), None)
        if time_ is not None:
            found = found.order_by(exp.column(f"leaf_{time_}", table="found"))
        return found

    def _identities(self, columns: Sequence[Column], file: FilePath) -> None:
        """The ids of each profile by namespace, as jobs list them beside their members."""
        listed = next((sql.column(one.name) for one in columns if one.path == MAP_PATH), None)
        if listed is None:
            return
        query = exp.select(sql.column(PROFILE_ID), sql.named(ids(listed), "identities")).from_(self._table(PROFILES))
        options = {"FORMAT": exp.var("parquet"), "COMPRESSION": exp.var("zstd")}
        copied = exp.Copy(
            this=query.where(sql.present(listed.copy())).subquery(),
            kind=False,
            files=[sql.text(str(file))],
            params=[exp.CopyParameter(this=exp.var(name), expression=one) for name, one in options.items()],
        )
        self.engine.execute(copied, watch=self.watch)

    # ---- statements --------------------------------------------------------------------------------------------------

    def _table(self, name: str) -> exp.Table:
        return table(self._database, name)

    def _create(self, name: str, like: exp.Query) -> None:
        self.engine.execute(exp.Create(this=self._table(name), kind="TABLE", expression=like), watch=self.watch)

    def _insert(self, name: str, rows: exp.Query) -> int:
        return self.engine.execute(exp.Insert(this=self._table(name), expression=rows), watch=self.watch)


def table(database: str, name: str) -> exp.Table:
    """A table of a snapshot in the database that it is attached as."""
    here, main, of = (exp.to_identifier(one, quoted=True) for one in (name, "main", database))
    return exp.Table(this=here, db=main, catalog=of)


@contextlib.contextmanager
def as_written(engine: Engine) -> Iterator[None]:
    """Row groups stay as they were written meanwhile.

    Each layer ends with a row group that is not full. DuckDB would fill it from the next at the checkpoint, which means
    to write most rows once more, and leaves a third of the file free.
    """
    engine.execute(exp.Command(this="SET GLOBAL", expression=f"{_VACUUM} = 0"))
    try:
        yield
    finally:
        engine.execute(exp.Command(this="RESET GLOBAL", expression=_VACUUM))


def files_of(dataset: Dataset) -> list[str]:
    """The Parquet files of a dataset by their positions."""
    placed = {place: file for part in dataset.parts for place, file in zip(part.positions, part.files, strict=True)}
    return [placed.get(place, "") for place in range(1 + max(placed, default=-1))]


def starts(source: MergedSource) -> dict[str, int]:
    """The number of each dataset's first file among those of all."""
    found: dict[str, int] = {}
    taken = 0
    for one in (*source.records, *source.event_datasets):
        found[one.id] = taken
        taken += len(files_of(one))
    return found


def ids(identity_map: exp.Expr) -> exp.Expr:
    """An identity map as namespace → ids."""
    entry, identity = sql.column("$entry"), sql.column("$identity")
    texts = sql.call("list_transform", _of(entry, "value"), sql.function("$identity", _of(identity, "id")))
    pair = sql.call("row", _of(entry, "key"), texts)
    entries = sql.call("list_transform", sql.call("map_entries", identity_map), sql.function("$entry", pair))
    return sql.call("map_from_entries", entries)


def _of(value: exp.Expr, name: str) -> exp.Expr:
    # in brackets: `x.field` would be the field of a column `x`, if a table had one
    return sql.field(exp.paren(value.copy()), name)


_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40, "BYTES": 1}


def in_bytes(shown: str) -> int:
    """A size as DuckDB shows it.

    Examples
    --------
    >>> in_bytes("1.5 GiB")
    1610612736
    """
    found = re.fullmatch(r"([\d.]+)\s*([A-Za-z]*)", shown.strip())
    return int(float(found[1]) * _UNITS.get(found[2].upper(), 1)) if found else 0
