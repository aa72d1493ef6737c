"""Fragments laid out by bucket: copies of datasets in parts that can be merged one after the other in little memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.buckets import BUCKETS, bucket
from segkit.profiles.datasets.dataset import Leaf
from segkit.profiles.datasets.reading import clock, raw, row_number, value
from segkit.profiles.policies.fragments import FILE, KEY, ROW, plain
from segkit.profiles.storage import INSTANT, NULL, UNSUPPORTED, Storage, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.profiles.datasets.dataset import Dataset, Part
    from segkit.profiles.policies.merging import MergedSource

COMPRESSION = "lz4"
_PART = "layer"
_NONE = "none.parquet"


@dataclass(frozen=True, slots=True)
class Staged:
    """A part of a dataset that was laid out: how its copies are read, and where they lie, a folder each."""

    part: Part
    folder: Path

    def at(self, number: int) -> Part:
        """The rows of one layer."""
        here = sorted(str(one) for one in (self.folder / f"{_PART}={number}").glob("*.parquet"))
        return replace(self.part, files=tuple(here) or (str(self.folder / _NONE),))


@dataclass(frozen=True, slots=True)
class Layers:
    """The datasets of a source in so many layers, none of which shares a profile with another."""

    source: MergedSource
    staged: Mapping[str, tuple[Staged, ...]]

    def at(self, number: int) -> MergedSource:
        """The source over one layer."""
        here = {one: tuple(each.at(number) for each in parts) for one, parts in self.staged.items()}
        return self.source.over(
            [replace(one, parts=here[one.id]) if one.id in here else one for one in self.source.datasets]
        )


def lay_out(source: MergedSource, layers: int, engine: Engine, folder: Path, watch: Watch) -> Layers:
    """Copy what a merge reads of a source into layers below a folder; of events who they are of, and nothing else."""
    staged: dict[str, tuple[Staged, ...]] = {}
    for one in (*source.records, *source.event_datasets):
        found = []
        for number, part in enumerate(one.parts):
            here = folder / f"{len(staged)}_{number}"
            here.mkdir(parents=True)
            rows, copied = _layers(source, one, part, layers)
            columns = [sql.column(name) for name in rows.named_selects if name != _PART]
            nothing = exp.select(*columns).from_(sql.subquery(rows.copy(), "rows")).limit(0)
            engine.execute(_copy(rows, here, by=_PART), watch=watch)
            engine.execute(_copy(nothing, here / _NONE), watch=watch)
            found.append(Staged(copied, here))
        staged[one.id] = tuple(found)
    return Layers(source, staged)


def _layers(source: MergedSource, dataset: Dataset, part: Part, layers: int) -> tuple[exp.Select, Part]:
    """The rows of a part as they are copied, with the layer of each; and how the copy is read."""
    columns, copied = _copied(dataset, part)
    names = [sql.column(one.alias) for one in columns]
    rows = exp.select(sql.column(KEY), *names).from_(
        sql.subquery(plain(dataset, part, source.wanted({}), columns), "rows")
    )
    if dataset.kind == "event":
        rows = rows.distinct()
    layer = exp.IntDiv(
        this=exp.Mul(this=bucket(source.profile_id(sql.column(KEY))), expression=sql.number(layers)),
        expression=sql.number(BUCKETS),
    )
    chosen = exp.select(*(one.copy() for one in names), sql.named(layer, _PART)).from_(sql.subquery(rows, "rows"))
    return chosen, copied


def _copied(dataset: Dataset, part: Part) -> tuple[list[exp.Expr], Part]:
    """What a merge reads of a part, each once and as a column of its own, and how the copy is read."""
    found: list[exp.Expr] = []

    def kept(given: exp.Expr, storage: Storage | None = None) -> str:
        name = f"c{len(found)}"
        portable = storage and _portable(storage)
        found.append(sql.named(cast(given, portable) if portable and portable != storage else given, name))
        return name

    leaves = []
    if dataset.kind == "record":
        for leaf in part.leaves:
            if leaf.storage == NULL:
                leaves.append(leaf)
            elif leaf.storage != UNSUPPORTED:
                leaves.append(_plain(leaf, kept(value(leaf), leaf.storage), leaf.storage))
    held: dict[Leaf, Leaf] = {}
    for entry in part.entries:
        one = entry.leaf
        if entry.used and one.storage != NULL and one not in held:
            name = kept(raw(one), one.storage if one.storage.integral else None)
            held[one] = replace(one, steps=(name,), expression="")
    entries = tuple(replace(one, leaf=held.get(one.leaf, one.leaf)) for one in part.entries)
    moment = part.clock
    if moment is not None and dataset.kind == "record":
        instant = clock(part)
        if instant is not None:
            moment = _plain(moment, kept(instant), INSTANT)
    else:
        moment = None
    if dataset.kind == "record":
        file, row = row_number(part, dataset.parts)
        found += [sql.named(file, FILE), sql.named(row, ROW)]
    return found, replace(part, leaves=tuple(leaves), entries=entries, clock=moment, placed=True)


def _plain(leaf: Leaf, name: str, storage: Storage) -> Leaf:
    form = "plain" if _portable(storage) == storage else "cast"
    return Leaf(leaf.path, storage, (name,), form=form)  # type: ignore[arg-type]


def _portable(storage: Storage) -> Storage:
    """A type whose values Parquet keeps exactly: integers of 128 bits would become DOUBLEs."""
    if storage.sql in {"HUGEINT", "UHUGEINT"}:
        return Storage("VARCHAR")
    item = None if storage.item is None else _portable(storage.item)
    return replace(storage, item=item, fields=tuple((name, _portable(one)) for name, one in storage.fields))


def _copy(query: exp.Query, target: Path, *, by: str | None = None) -> exp.Copy:
    options: dict[str, exp.Expr] = {"FORMAT": exp.var("parquet"), "COMPRESSION": exp.var(COMPRESSION)}
    if by is not None:
        options["PARTITION_BY"] = exp.Tuple(expressions=[exp.to_identifier(by, quoted=True)])
    return exp.Copy(
        this=query.subquery(),
        kind=False,
        files=[sql.text(str(target))],
        params=[exp.CopyParameter(this=exp.var(name), expression=one) for name, one in options.items()],
    )
