"""How the sample of one dataset is made: which rows are in it, and what an older sample already holds of them."""

from __future__ import annotations

import os
import shutil
import uuid
from dataclasses import asdict, dataclass, replace
from itertools import count, groupby
from typing import TYPE_CHECKING, Any, Self

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.buckets import bucket
from segkit.profiles.datasets.measure import RECORD_ID
from segkit.profiles.datasets.reading import read, row_number
from segkit.profiles.policies.fragments import FILE, KEY, RECORD, ROW, plain
from segkit.profiles.storage import TEXT, Storage, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.profiles.datasets.dataset import Dataset, Part, SourceFile
    from segkit.profiles.policies.merging import MergedSource

SAMPLED = 20
"""How many of the 1,000 buckets are sampled."""

_FIRST = 10
"""So many of them come first in each file, because most estimates ask for 1 %: the rest is then not read."""

BUCKET, ORIGIN = "$bucket", "$origin"
"""The columns that a sample adds: the bucket of a row's profile, and the file that the row is from. A row that is there
only because a sampled event has the same `_id` is in no bucket."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file of a sample: the sampled rows of consecutive files of one part.

    Parameters
    ----------
    path
        Where it is.
    part
        The number of the part in its dataset.
    place
        The number of the first of the files in the dataset.
    origins
        The files by their paths, each with what it was.
    """

    path: Path
    part: int
    place: int
    origins: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As JSON; the path by its name."""
        return {**asdict(self), "path": self.path.name}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], folder: Path) -> SampleFile:
        """The reverse of `to_dict`."""
        return cls(folder / document["path"], document["part"], document["place"], dict(document["origins"]))


def sampled_files(
    dataset: Dataset,
    source: MergedSource,
    engine: Engine,
    folder: Path,
    older: Sequence[SampleFile],
    *,
    watch: Watch | None = None,
) -> list[SampleFile] | None:
    """Write the sampled rows of a dataset into a folder; None when its rows cannot be told apart.

    Parameters
    ----------
    dataset
        Whose rows.
    source
        Says whose profile each row is.
    engine
        Runs the statements.
    folder
        Where to.
    older
        An older sample of the dataset, whose rows are taken over where their file is as it was.
    """
    if not all(_told_apart(part) for part in dataset.parts):
        return None
    repeated = source.repeated() if dataset in source.repeated() else []
    if repeated or source.graph is not None:  # what is sampled of a file depends on others
        older = ()
    made = []
    with Scratch(engine, watch) as scratch:
        ids = _ids(repeated, source, scratch) if repeated else None
        for number, part in enumerate(dataset.parts):
            for run in _runs(part):
                job = _Run(dataset, source, scratch, number, run)
                made.append(job.write(folder / f"{number}_{run.positions[0]}.parquet", older, ids))
    return made


class Scratch:
    """Tables for in between, dropped at the end."""

    def __init__(self, engine: Engine, watch: Watch | None = None) -> None:
        self.engine = engine
        self.watch = watch
        self._names: list[str] = []

    def table(self, query: exp.Query) -> exp.Table:
        """The rows of a query, computed once."""
        name = f"scratch_{uuid.uuid4().hex}"
        self._names.append(name)
        self.engine.execute(exp.Create(this=exp.to_table(name), kind="TABLE", expression=query), watch=self.watch)
        return exp.to_table(name)

    def copy(self, query: exp.Query, file: Path) -> None:
        """The rows of a query as a Parquet file."""
        parquet = exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET"))
        made = exp.Copy(this=exp.Subquery(this=query), kind=False, files=[sql.text(str(file))], params=[parquet])
        self.engine.execute(made, watch=self.watch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._names:
            self.engine.execute(exp.Drop(tables=[exp.to_table(name)], kind="TABLE", exists=True))


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive files of a part, whose sampled rows are one file of the sample."""

    dataset: Dataset
    source: MergedSource
    scratch: Scratch
    number: int
    part: Part

    def write(self, target: Path, older: Sequence[SampleFile], ids: exp.Table | None) -> SampleFile:
        """Write the sampled rows."""
        origins = stamps(self.dataset, self.part)
        columns = self._types(self.part.files[0])
        whole = {**columns, BUCKET: "INTEGER", ORIGIN: "VARCHAR"}
        older = [one for one in older if _alike(one, origins) and self._types(str(one.path)) == whole]
        same = next((one for one in older if list(one.origins.items()) == list(origins.items())), None)
        if same is None:
            self.scratch.copy(self._rows(list(columns), older, origins, ids), target)
        else:
            link(same.path, target)
        return SampleFile(target, self.number, self.part.positions[0], origins)

    def _types(self, file: str) -> dict[str, str]:
        return {name: str(kind) for name, kind in self.scratch.engine.types(exp.select("*").from_(sql.parquet([file])))}

    def _rows(
        self, columns: Sequence[str], older: Sequence[SampleFile], origins: Mapping[str, str], ids: exp.Table | None
    ) -> exp.Query:
        known = {path for one in older for path in _alike(one, origins)}
        branches = [self._kept(columns, one, _alike(one, origins)) for one in older]
        fresh = [one for one in zip(self.part.files, self.part.positions, strict=True) if one[0] not in known]
        if fresh:
            files, positions = zip(*fresh, strict=True)
            branches.append(self._read(columns, replace(self.part, files=files, positions=positions), ids))
        first = exp.GTE(this=sql.column(BUCKET), expression=sql.number(_FIRST))
        order: list[exp.Expr] = [sql.column(FILE), sql.column(ROW)]
        # the order of the rows of one `_id` decides between profiles, so these stay as they are
        order = order if ids is not None else [first, *order]
        chosen = [sql.column(one) for one in (*columns, BUCKET, ORIGIN)]
        return exp.select(*chosen).from_(sql.subquery(sql.union_all(branches), "rows")).order_by(*order)

    def _kept(self, columns: Sequence[str], older: SampleFile, paths: Sequence[str]) -> exp.Select:
        """Rows of an older sample whose files are as they were."""
        place = matching(sql.steps((ORIGIN,)), {sql.text(one): self._position(one) for one in paths})
        chosen = [sql.named(sql.steps((one,)), one) for one in (*columns, BUCKET, ORIGIN)]
        row = exp.column("file_row_number", table=sql.FRAGMENT)
        found = exp.select(*chosen, sql.named(place, FILE), sql.named(row, ROW)).from_(sql.parquet([str(older.path)]))
        return found.where(exp.In(this=sql.steps((ORIGIN,)), expressions=[sql.text(one) for one in paths]))

    def _position(self, path: str) -> exp.Expr:
        return sql.number(self.part.positions[self.part.files.index(path)])

    def _read(self, columns: Sequence[str], part: Part, ids: exp.Table | None) -> exp.Select:
        """Sampled rows of files."""
        place, row = row_number(part, (part, part))  # by their numbers in the dataset, not in the scan
        marks = [sql.named(read(part, RECORD_ID, TEXT), RECORD), sql.named(place, FILE), sql.named(row, ROW)]
        keyed = plain(self.dataset, part, self.source.wanted({}), marks)
        rows = plain(self.dataset, part, self.source.wanted({}))
        profiles = exp.alias_(self.scratch.table(_profiles([rows], self.source)), "profiles", table=True)
        found = (
            exp.select(*(sql.column(one, "keyed") for one in (FILE, ROW)), sql.column(BUCKET, "profiles"))
            .from_(sql.subquery(keyed, "keyed"))
            .join(
                profiles,
                on=exp.EQ(this=sql.column(KEY, "keyed"), expression=sql.column(KEY, "profiles")),
                join_type="inner" if ids is None else "left",
            )
        )
        if ids is not None:
            among = exp.In(this=sql.column(RECORD, "keyed"), query=exp.select(sql.column(RECORD)).from_(ids).subquery())
            found = found.where(exp.Or(this=sql.present(sql.column(BUCKET, "profiles")), expression=among))
        origin = matching(place, {self._position(one): sql.text(one) for one in part.files})
        return (
            exp.select(
                *(sql.named(sql.steps((one,)), one) for one in columns),
                sql.column(BUCKET, "chosen"),
                sql.named(origin, ORIGIN),
                *(sql.column(one, "chosen") for one in (FILE, ROW)),
            )
            .from_(sql.parquet(part.files))
            .join(
                sql.subquery(found, "chosen"),
                on=exp.And(
                    this=exp.EQ(this=place.copy(), expression=sql.column(FILE, "chosen")),
                    expression=exp.EQ(this=row.copy(), expression=sql.column(ROW, "chosen")),
                ),
            )
        )


def _profiles(rows: Sequence[exp.Select], source: MergedSource) -> exp.Select:
    """The keys and buckets of the sampled profiles among those that rows belong to; each is hashed once."""
    keys = exp.select(sql.column(KEY)).distinct().from_(sql.subquery(sql.union_all(rows), "rows"))
    found = exp.select(
        sql.column(KEY), sql.named(cast(bucket(source.profile_id(sql.column(KEY))), Storage("INTEGER")), BUCKET)
    ).from_(sql.subquery(keys, "keys"))
    held = exp.select(sql.column(KEY), sql.column(BUCKET)).from_(sql.subquery(found, "profiles"))
    return held.where(exp.LT(this=sql.column(BUCKET), expression=sql.number(SAMPLED)))


def _ids(datasets: Sequence[Dataset], source: MergedSource, scratch: Scratch) -> exp.Table:
    """The `_id`s of sampled events: other events that have them decide which of them count."""
    wanted = source.wanted({})
    rows = [
        plain(one, part, wanted, [sql.named(read(part, RECORD_ID, TEXT), RECORD)])
        for one in datasets
        for part in one.parts
    ]
    profiles = scratch.table(_profiles([one.copy() for one in rows], source))
    found = exp.select(sql.column(RECORD)).distinct().from_(sql.subquery(sql.union_all(rows), "rows"))
    found = found.join(exp.alias_(profiles, "profiles", table=True), using=[sql.column(KEY)], join_type="semi")
    return scratch.table(found.where(sql.present(sql.column(RECORD))))


def _told_apart(part: Part) -> bool:
    """Whether the rows of a part are known by their place, which columns of the same names would hide."""
    taken = {leaf.steps[0].lower() for leaf in part.leaves if leaf.steps}
    hidden = {"file_row_number", BUCKET, ORIGIN, FILE, ROW, RECORD} | ({"file_index"} if len(part.files) > 1 else set())
    return not taken & hidden


def _runs(part: Part) -> Iterator[Part]:
    """The files of a part that follow one another in the dataset, without files of other parts between them."""
    number = count()
    steps = [(place - next(number), file, place) for file, place in zip(part.files, part.positions, strict=True)]
    for _, run in groupby(steps, key=lambda one: one[0]):
        _, files, places = zip(*run, strict=True)
        yield replace(part, files=files, positions=places)


def stamps(dataset: Dataset, part: Part) -> dict[str, str]:
    """What tells that a file is as it was."""
    known = {one.path: one for one in dataset.files}
    # a file that segkit wrote itself is never written again
    return {one: stamp(known[one]) if one in known else "" for one in part.files}


def stamp(file: SourceFile) -> str:
    """What tells whether the rows of a file are as they were.

    The footer alone is not enough: two values that change places leave it, and the size of the file, as they are.
    """
    return f"{file.size}:{file.mtime_ns}:{file.footer}"


def _alike(older: SampleFile, origins: Mapping[str, str]) -> list[str]:
    """The files of an older sample that are as they were."""
    return [path for path, known in older.origins.items() if origins.get(path) == known]


def matching(value: exp.Expr, pairs: Mapping[exp.Expr, exp.Expr]) -> exp.Expr:
    """What a value stands for; there are as many as there are files, so a list is searched, and no CASE built."""
    if len(pairs) == 1:
        return next(iter(pairs.values()))
    keys, values = exp.Array(expressions=list(pairs)), exp.Array(expressions=list(pairs.values()))
    return exp.Bracket(this=values, expressions=[sql.call("list_position", keys, value.copy())], offset=1)


def link(file: Path, target: Path) -> None:
    """The same file in another place; a copy where the file system knows no links."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copy2(file, target)
