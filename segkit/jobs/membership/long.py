"""Memberships of the first layout, a row for each segment and profile: read, no longer written.

`members.parquet` has `segment_id, profile_id, status, last_qualification_time`, `identities.parquet` beside it
`merge_policy_id, profile_id, identities`; ids are texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.jobs.membership.parquet import among, cast, column, number, scanned, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.jobs.membership.lanes import Place

_MEMBERS, _IDENTITIES = "members.parquet", "identities.parquet"
_IN = ("realized", "existing")


def is_there(folder: Path) -> bool:
    """Whether both files are there."""
    return (folder / _MEMBERS).is_file() and (folder / _IDENTITIES).is_file()


def members(folder: Path, segment_id: str, policy: str) -> exp.Select:
    """`profile_id, identities, status, last_qualification_time, reason` of one segment."""
    same = exp.and_(
        exp.EQ(this=column("profile_id", "known"), expression=column("profile_id", "member")),
        exp.EQ(this=column("merge_policy_id", "known"), expression=text(policy)),
    )
    return (
        exp.select(
            column("profile_id", "member"),
            column("identities", "known"),
            column("status", "member"),
            column("last_qualification_time", "member"),
            cast(exp.null(), "VARCHAR").as_("reason"),
        )
        .from_(scanned([folder / _MEMBERS], "member"))
        .join(scanned([folder / _IDENTITIES], "known"), on=same, join_type="LEFT")
        .where(exp.EQ(this=column("segment_id", "member"), expression=text(segment_id)))
        .order_by(column("profile_id", "member"))
    )


def bits(folder: Path, wanted: Mapping[str, Place], words: Iterable[str]) -> exp.Select:
    """`profile_id` as a UUID and words in which the wanted segments have the places asked for."""
    chosen: list[exp.Expr] = [cast(column("profile_id"), "UUID").as_("profile_id")]
    for word in words:
        case = exp.Case()
        held = [(segment, bit) for segment, (one, bit) in wanted.items() if one == word]
        for segment, bit in held:
            is_it = exp.EQ(this=column("segment_id"), expression=text(segment))
            case = case.when(is_it, cast(number(1 << bit), "BIGINT"))
        none = cast(number(0), "BIGINT")
        both = exp.func("bit_or", case.else_(none.copy())) if held else none
        chosen.append(exp.alias_(both, word, quoted=True))
    return (
        exp.select(*chosen)
        .from_(scanned([folder / _MEMBERS]))
        .where(among(column("status"), _IN), among(column("segment_id"), wanted))
        .group_by(exp.Literal.number(1))
    )


def last(engine: Engine, folder: Path, segments: Sequence[str], watch: Watch) -> dict[str, datetime]:
    """When those who were in were so last, which is one moment a segment."""
    found = engine.rows(
        exp.select(column("segment_id"), exp.Max(this=column("last_qualification_time")))
        .from_(scanned([folder / _MEMBERS]))
        .where(among(column("status"), _IN), among(column("segment_id"), segments))
        .group_by(column("segment_id")),
        watch=watch,
    )
    return dict(found)


def identities(folder: Path, policy: str) -> exp.Select:
    """`profile_id` as a UUID and `identities` of the profiles of a merge policy."""
    return (
        exp.select(cast(column("profile_id"), "UUID").as_("profile_id"), column("identities"))
        .from_(scanned([folder / _IDENTITIES]))
        .where(exp.EQ(this=column("merge_policy_id"), expression=text(policy)))
    )
