"""Memberships as bits: one row a profile, one bit a segment, for now and for the run before."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.jobs.membership import long
from segkit.jobs.membership.lanes import Lanes
from segkit.jobs.membership.layout import Layout, Segment, read_layout, write_layout
from segkit.jobs.membership.parquet import all_of, cast, column, copy_to, number, scanned, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.jobs.control import Members, Outcome
    from segkit.jobs.membership.lanes import Place
    from segkit.jobs.record import JobRecord

STATUSES = ("realized", "existing", "exited")

_PROFILE, _REASON = "profile_id", "reason"


def members(folder: Path, one: Segment, as_of: datetime) -> exp.Select:
    """`profile_id, identities, status, last_qualification_time, reason` of one segment.

    Of the words only those that hold the segment are read.
    """
    now = _bit(column(one.word, "member"), one.bit)
    gone = text("exited")
    if one.before is None:
        status: exp.Expr = text("realized")
        moment: exp.Expr = _instant(as_of)
        inside: exp.Expr = now
        reason: exp.Expr = cast(exp.null(), "VARCHAR")
    else:
        before = _bit(column(one.before, "member"), one.bit)
        status = exp.Case().when(exp.Not(this=now), gone).when(before, text("existing")).else_(text("realized"))
        moment = exp.Case().when(now.copy(), _instant(as_of)).else_(_instant(one.last))
        inside = exp.or_(now.copy(), before.copy())
        reason = column(_REASON, "member")
    wanted = exp.select(
        column(_PROFILE, "member"),
        status.as_("status"),
        moment.as_("last_qualification_time"),
        exp.alias_(reason, _REASON, quoted=True),
    )
    found = wanted.from_(scanned([folder / one.file], "member")).where(inside)
    shown = exp.func("replace", cast(column(_PROFILE, "member"), "VARCHAR"), text("-"), text(""))
    return (
        exp.select(
            exp.alias_(shown, _PROFILE, quoted=True),
            column("identities", "known"),
            *(column(name, "member") for name in ("status", "last_qualification_time", _REASON)),
        )
        .from_(found.subquery("member"))
        .join(
            scanned([folder / name for name in one.identities], "known"),
            on=exp.EQ(this=column(_PROFILE, "known"), expression=column(_PROFILE, "member")),
            join_type="LEFT",
        )
        .order_by(column(_PROFILE, "member"))
    )


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
    runs = [_Run(engine, folder, segments, watch) for folder, segments in previous]
    counts = {one.segment_id: dict.fromkeys(STATUSES, 0) for one in job.segments}
    segments: dict[str, Segment] = {}
    left: dict[str, list[Path]] = {}
    for position, one in enumerate(outcome.members, 1):
        file = aside / f"members_{position}.parquet"
        befores = [query for run in runs if (query := run.bits(one.places)) is not None]
        if befores:
            rows = engine.execute(copy_to(_compared(one, befores), file), watch=watch)
            counts |= _counted(engine, file, one, rows, watch)
            left.setdefault(one.policy, []).append(file)
        else:
            share(one.file, file)
            counts |= {name: {**counts[name], "realized": outcome.sizes.get(name, 0)} for name in one.places}
        for name, (word, bit) in one.places.items():
            moment = next((run.last[name] for run in runs if name in run.last), None)
            before = _before(word) if befores else None
            segments[name] = Segment(one.policy, file.name, word, bit, before, moment, ())
    known: dict[str, tuple[str, ...]] = {}
    for position, (policy, identities) in enumerate(outcome.identities.items(), 1):
        file = aside / f"identities_{position}.parquet"
        share(identities, file)
        older = _older(runs, policy)
        known[policy] = (file.name,)
        if older is not None and policy in left:
            others = aside / f"left_{position}.parquet"
            engine.execute(copy_to(_last_known(engine, left[policy], older, file), others), watch=watch)
            known[policy] = (file.name, others.name)
    placed = {name: _with_identities(one, known[one.policy]) for name, one in segments.items()}
    write_layout(aside, Layout(job.as_of, placed))
    return counts


def share(source: Path, target: Path) -> None:
    """The same file under another name: linked where the disk can, so that nothing is written twice."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class _Run:
    """A run before: where its members are, in either layout."""

    def __init__(self, engine: Engine, folder: Path, segments: Sequence[str], watch: Watch) -> None:
        self._folder = folder
        self._layout = read_layout(folder)
        if self._layout is None:
            self._segments = tuple(segments)
            self.last: dict[str, datetime] = long.last(engine, folder, segments, watch)
        else:
            self._segments = tuple(one for one in segments if one in self._layout.segments)
            self.last = dict.fromkeys(self._segments, self._layout.as_of)

    def bits(self, places: Mapping[str, Place]) -> exp.Query | None:
        """`profile_id` and the words of `places` for those who were in; None when it knows none of the segments."""
        wanted = {one: places[one] for one in self._segments if one in places}
        if not wanted:
            return None
        words = list(dict.fromkeys(word for word, _ in places.values()))
        if self._layout is None:
            return long.bits(self._folder, wanted, words)
        by_file: dict[str, list[str]] = {}
        for one in wanted:
            by_file.setdefault(self._layout.segments[one].file, []).append(one)
        return all_of(self._moved(file, {one: wanted[one] for one in held}, words) for file, held in by_file.items())

    def _moved(self, file: str, wanted: Mapping[str, Place], words: Sequence[str]) -> exp.Select:
        """The bits of a file where the new words have them; bits that move alike are moved together."""
        layout = self._layout
        if layout is None:  # of the first layout, which `long` reads
            return long.bits(self._folder, wanted, words)
        moves: dict[str, dict[tuple[str, int], int]] = {word: {} for word in words}
        for segment, (word, bit) in wanted.items():
            old = layout.segments[segment]
            move = (old.word, bit - old.bit)
            moves[word][move] = moves[word].get(move, 0) | 1 << old.bit
        chosen = [exp.alias_(_together(moves[word]), word, quoted=True) for word in words]
        return (
            exp.select(column(_PROFILE), *chosen)
            .from_(scanned([self._folder / file]))
            .where(exp.or_(*(_some(one) for word in words if moves[word] for one in [_together(moves[word])])))
        )

    def identities(self, policy: str) -> exp.Query | None:
        """`profile_id` and `identities` of the profiles under a merge policy; None when it has none of it."""
        if self._layout is None:
            return long.identities(self._folder, policy)
        known = self._layout.segments.values()
        files = dict.fromkeys(name for one in known if one.policy == policy for name in one.identities)
        if not files:
            return None
        return exp.select(column(_PROFILE), column("identities")).from_(scanned([self._folder / one for one in files]))


def _together(moves: Mapping[tuple[str, int], int]) -> exp.Expr:
    parts: list[exp.Expr] = []
    for (word, distance), kept in moves.items():
        held: exp.Expr = exp.Paren(this=exp.BitwiseAnd(this=column(word), expression=number(kept)))
        if distance > 0:
            held = exp.Paren(this=exp.BitwiseLeftShift(this=held, expression=number(distance)))
        elif distance < 0:
            held = exp.Paren(this=exp.BitwiseRightShift(this=held, expression=number(-distance)))
        parts.append(held)
    if not parts:
        return cast(number(0), "BIGINT")
    found = parts[0]
    for one in parts[1:]:
        found = exp.BitwiseOr(this=found, expression=one)
    return exp.Paren(this=found)


def _compared(one: Members, befores: Sequence[exp.Query]) -> exp.Select:
    """Those in now and those in before, side by side."""
    words = one.words
    now = exp.select(column(_PROFILE), *map(column, words)).from_(scanned([one.file]))
    before = all_of(befores) or befores[0]
    if len(befores) > 1 or isinstance(before, exp.SetOperation):
        each = [exp.alias_(exp.func("bit_or", column(word)), word, quoted=True) for word in words]
        before = exp.select(column(_PROFILE), *each).from_(before.subquery("runs")).group_by(column(_PROFILE))
    zero = number(0)
    held = [exp.alias_(_or(column(word, "now"), zero), word, quoted=True) for word in words]
    past = [exp.alias_(_or(column(word, "before"), zero), _before(word), quoted=True) for word in words]
    profile = _or(column(_PROFILE, "now"), column(_PROFILE, "before"))
    gone = exp.Is(this=column(_PROFILE, "now"), expression=exp.null())
    reason: exp.Expr = cast(exp.null(), "VARCHAR")
    merged = None if one.merged_away is None else one.merged_away(column(_PROFILE, "before"))
    if merged is not None:
        reason = exp.Case().when(exp.and_(gone, merged), text("merged")).else_(reason)
    return (
        exp.select(exp.alias_(profile, _PROFILE, quoted=True), *held, *past, exp.alias_(reason, _REASON, quoted=True))
        .with_("now", as_=now)
        .with_("before", as_=before)
        .from_("now")
        .join(
            "before",
            on=exp.EQ(this=column(_PROFILE, "now"), expression=column(_PROFILE, "before")),
            join_type="FULL",
        )
    )


def _counted(engine: Engine, file: Path, one: Members, rows: int, watch: Watch) -> dict[str, dict[str, int]]:
    lanes = Lanes(rows, one.places)
    reads: list[Callable[[str], exp.Expr]] = [
        column,
        lambda word: column(_before(word)),
        lambda word: exp.Paren(this=exp.BitwiseAnd(this=column(word), expression=column(_before(word)))),
    ]
    sums = [each for read in reads for each in lanes.sums(read)]
    [values] = engine.rows(exp.select(*sums).from_(scanned([file])), watch=watch)
    now, before, both = lanes.split(values, len(reads))
    return {
        name: {
            "realized": now[name] - both[name],
            "existing": both[name],
            "exited": before[name] - both[name],
        }
        for name in one.places
    }


def _older(runs: Sequence[_Run], policy: str) -> exp.Query | None:
    """`profile_id`, `identities` and `age` of the profiles of earlier runs under a merge policy."""
    return all_of(
        exp.select(column(_PROFILE), column("identities"), number(age).as_("age")).from_(query.subquery("run"))
        for age, run in enumerate(runs)
        if (query := run.identities(policy)) is not None
    )


def _last_known(engine: Engine, compared: Sequence[Path], older: exp.Query, now: Path) -> exp.Select:
    """The identities, as they were last known, of those who left and of whom nothing is known now."""
    last = exp.ArgMax(this=column("identities", "older"), expression=column("age", "older"))
    return (
        exp.select(column(_PROFILE, "older"), last.as_("identities"))
        .with_("older", as_=older)
        .with_("gone", as_=_all_gone(engine, compared))
        .from_("older")
        .join("gone", using=[column(_PROFILE)], join_type="SEMI")
        .join(scanned([now], "known"), using=[column(_PROFILE)], join_type="ANTI")
        .group_by(column(_PROFILE, "older"))
    )


def _all_gone(engine: Engine, files: Iterable[Path]) -> exp.Query:
    """The profiles that left some segment."""
    found: list[exp.Query] = []
    for file in files:
        names = [name for name, _ in engine.columns(exp.select(exp.Star()).from_(scanned([file])))]
        left: list[exp.Expr] = [
            _some(exp.Paren(this=exp.BitwiseAnd(this=column(_before(word)), expression=_not(column(word)))))
            for word in names
            if _before(word) in names
        ]
        found.append(exp.select(column(_PROFILE)).from_(scanned([file])).where(exp.or_(*left)))
    return found[0] if len(found) == 1 else exp.union(*found)


def _with_identities(one: Segment, files: tuple[str, ...]) -> Segment:
    return Segment(one.policy, one.file, one.word, one.bit, one.before, one.last, files)


def _before(word: str) -> str:
    return f"before_{word}"


def _bit(word: exp.Expr, bit: int) -> exp.Expr:
    return _some(exp.Paren(this=exp.BitwiseAnd(this=word, expression=number(1 << bit))))


def _some(value: exp.Expr) -> exp.Expr:
    return exp.NEQ(this=value, expression=number(0))


def _not(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.BitwiseNot(this=value))


def _or(value: exp.Expr, default: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=value, expressions=[default.copy()])


def _instant(moment: datetime | None) -> exp.Expr:
    return cast(exp.null() if moment is None else text(moment.isoformat(sep=" ")), "TIMESTAMP")
