"""Membership in Parquet: written aside, compared with the run before, renamed; it counts once the catalog says so.

`<workspace>/membership/<job>/members.parquet` has `segment_id, profile_id, status, last_qualification_time`, in the
order of the segments; `identities.parquet` beside it `merge_policy_id, profile_id, identities`.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.jobs.control import Outcome
    from segkit.jobs.record import JobRecord

STATUSES = ("realized", "existing", "exited")

_MEMBERS = "members.parquet"
_IDENTITIES = "identities.parquet"
_IDENTITIES_TYPE = "MAP(VARCHAR, VARCHAR[])"


def folder_of(workspace: Path, job_id: str) -> Path:
    """Where the membership of a job lies."""
    return workspace / "membership" / job_id


def write(
    engine: Engine,
    aside: Path,
    job: JobRecord,
    outcome: Outcome,
    *,
    previous: Sequence[tuple[Path, Sequence[str]]],
    watch: Watch,
) -> dict[str, dict[str, int]]:
    """Write a job's membership into the folder `aside`; the number of profiles by segment and status.

    `previous` are the membership folders to compare with, the oldest first, each with the segments it is the last word
    on.
    """
    aside.mkdir(parents=True, exist_ok=True)
    members, identities = aside / _MEMBERS, aside / _IDENTITIES
    engine.execute(_copy(_compared(job, outcome.members, previous), members), watch=watch)
    engine.execute(_copy(_known(job, outcome.identities, previous, members), identities), watch=watch)
    found = engine.rows(
        exp.select(_column("segment_id"), _column("status"), exp.Count(this=exp.Star()))
        .from_(_parquet([members]))
        .group_by(_column("segment_id"), _column("status")),
        watch=watch,
    )
    counts = {one.segment_id: dict.fromkeys(STATUSES, 0) for one in job.segments}
    for segment_id, status, number in found:
        counts[segment_id][status] = number
    return counts


def members(workspace: Path, job: JobRecord, segment_id: str, statuses: Sequence[str] = STATUSES) -> exp.Select:
    """The query for the profiles of one segment: `profile_id, identities, status, last_qualification_time`.

    Ordered by profile id. Rows `exited` were in at the run before and are not now; their qualification is the last one.
    """
    policy = next(one.merge_policy_id for one in job.segments if one.segment_id == segment_id)
    folder = folder_of(workspace, job.id)
    same = exp.and_(
        exp.EQ(this=_column("profile_id", "known"), expression=_column("profile_id", "member")),
        exp.EQ(this=_column("merge_policy_id", "known"), expression=exp.Literal.string(policy)),
    )
    conditions: list[exp.Expr] = [
        exp.EQ(this=_column("segment_id", "member"), expression=exp.Literal.string(segment_id))
    ]
    if tuple(statuses) != STATUSES:
        conditions.append(_among(_column("status", "member"), statuses))
    return (
        exp.select(
            _column("profile_id", "member"),
            _column("identities", "known"),
            _column("status", "member"),
            _column("last_qualification_time", "member"),
        )
        .from_(_parquet([folder / _MEMBERS], "member"))
        .join(_parquet([folder / _IDENTITIES], "known"), on=same, join_type="LEFT")
        .where(*conditions)
        .order_by(_column("profile_id", "member"))
    )


def is_there(folder: Path) -> bool:
    """Whether both files of a membership folder are there."""
    return (folder / _MEMBERS).is_file() and (folder / _IDENTITIES).is_file()


def remove(folder: Path) -> None:
    """Remove a membership folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _compared(job: JobRecord, files: Sequence[Path], previous: Sequence[tuple[Path, Sequence[str]]]) -> exp.Select:
    """Those in now and those in before, side by side."""
    key = ("segment_id", "profile_id")
    now = exp.select(*map(_column, key)).from_(_parquet(files)) if files else _nothing(dict.fromkeys(key, "VARCHAR"))
    befores = [
        exp.select(*map(_column, (*key, "last_qualification_time")))
        .from_(_parquet([folder / _MEMBERS]))
        .where(_among(_column("status"), ("realized", "existing")), _among(_column("segment_id"), segments))
        for folder, segments in previous
    ]
    before = _all(befores) or _nothing({**dict.fromkeys(key, "VARCHAR"), "last_qualification_time": "TIMESTAMP"})
    gone = exp.Is(this=_column("profile_id", "now"), expression=exp.null())
    new = exp.Is(this=_column("profile_id", "before"), expression=exp.null())
    status = exp.Case().when(gone, _text("exited")).when(new.copy(), _text("realized")).else_(_text("existing"))
    as_of = exp.Cast(this=_text(job.as_of.isoformat(sep=" ")), to=exp.DataType.build("TIMESTAMP"))
    moment = exp.Case().when(gone.copy(), _column("last_qualification_time", "before")).else_(as_of)
    pairs = [exp.Coalesce(this=_column(one, "now"), expressions=[_column(one, "before")]).as_(one) for one in key]
    return (
        exp.select(*pairs, status.as_("status"), moment.as_("last_qualification_time"))
        .with_("now", as_=now)
        .with_("before", as_=before)
        .from_("now")
        .join(
            "before",
            on=exp.and_(*(exp.EQ(this=_column(one, "now"), expression=_column(one, "before")) for one in key)),
            join_type="FULL",
        )
        # rows of one segment lie together, so that reading it skips the rest
        .order_by(_column("segment_id"))
    )


def _known(
    job: JobRecord, files: Sequence[Path], previous: Sequence[tuple[Path, Sequence[str]]], members: Path
) -> exp.Query:
    """The identities of those in now, and of those who left, as they were last known."""
    key = ("merge_policy_id", "profile_id")
    columns = (*key, "identities")
    types = {**dict.fromkeys(key, "VARCHAR"), "identities": _IDENTITIES_TYPE}
    now = exp.select(*map(_column, columns)).from_(_parquet(files)) if files else _nothing(types)
    older = _all(
        exp.select(*map(_column, columns), exp.Literal.number(age).as_("age")).from_(_parquet([folder / _IDENTITIES]))
        for age, (folder, _) in enumerate(previous)
    )
    if older is None:
        return now
    policies = exp.values(
        [(one.segment_id, one.merge_policy_id) for one in job.segments],
        "policy",
        ["segment_id", "merge_policy_id"],
    )
    left = (
        exp.select(_column("merge_policy_id", "policy"), _column("profile_id", "member"))
        .distinct()
        .from_(_parquet([members], "member"))
        .join(
            policies,
            on=exp.EQ(this=_column("segment_id", "policy"), expression=_column("segment_id", "member")),
        )
        .where(exp.EQ(this=_column("status", "member"), expression=_text("exited")))
    )
    last = exp.ArgMax(this=_column("identities", "older"), expression=_column("age", "older"))
    kept = (
        exp.select(*(_column(one, "older") for one in key), last.as_("identities"))
        .from_("older")
        .join("left_ones", using=list(key), join_type="SEMI")
        .join("now", using=list(key), join_type="ANTI")
        .group_by(*(_column(one, "older") for one in key))
    )
    return (
        exp.select(*map(_column, columns))
        .from_(exp.union(exp.select(*map(_column, columns)).from_("now"), kept, distinct=False).subquery("both"))
        .with_("now", as_=now)
        .with_("older", as_=older)
        .with_("left_ones", as_=left)
    )


def _copy(query: exp.Query, file: Path) -> exp.Copy:
    options = {"FORMAT": "parquet", "COMPRESSION": "zstd"}
    return exp.Copy(
        this=query.subquery(),
        kind=False,
        files=[_text(str(file))],
        params=[exp.CopyParameter(this=exp.var(name), expression=exp.var(value)) for name, value in options.items()],
    )


def _parquet(files: Iterable[Path], alias: str | None = None) -> exp.Table:
    paths = exp.Array(expressions=[_text(_literal_path(one)) for one in files])
    table = exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[paths]))
    if alias is not None:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return table


def _literal_path(path: Path) -> str:
    """A path whose own `*`, `?` and `[` are not taken for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _all(queries: Iterable[exp.Query]) -> exp.Query | None:
    found = list(queries)
    if len(found) < 2:
        return found[0] if found else None
    return exp.union(*found, distinct=False)


def _nothing(types: Mapping[str, str]) -> exp.Select:
    columns = [
        exp.Cast(this=exp.null(), to=exp.DataType.build(kind, dialect="duckdb")).as_(one) for one, kind in types.items()
    ]
    return exp.select(*columns).where(exp.false())


def _among(column: exp.Expr, values: Iterable[str]) -> exp.Expr:
    return exp.In(this=column, expressions=[_text(one) for one in values])


def _column(name: str, table: str | None = None) -> exp.Column:
    return exp.column(name, table=table, quoted=True)


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


__all__ = ["STATUSES", "folder_of", "is_there", "members", "remove", "write"]
