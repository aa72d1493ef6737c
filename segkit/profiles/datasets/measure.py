"""What is counted once, when a dataset is added, so that clean data pays for nothing later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.dataset import Dataset, Entry, Measures, Part
from segkit.profiles.datasets.reading import (
    clock,
    first,
    held,
    identifiers,
    primary,
    raw,
    read,
    scan,
    stored_identifier,
)
from segkit.profiles.storage import TEXT, Storage, cast, holds_doubles, is_nan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.profiles.datasets.dataset import Flag, Leaf

RECORD_ID = ("_id",)


_COUNTS = 4


def examine(name: str, part: Part, primary_namespace: str | None, engine: Engine) -> tuple[Part, int]:
    """A part with what its identities, floats and clock look like, and the number of rows whose primary identity is
    undecided.
    """
    entries = _widths(part, engine)
    inner: list[exp.Expr] = []
    outer: list[exp.Expr] = []
    for number, entry in enumerate(entries):
        inner += _entry_columns(entry, number)
        outer += _entry_counts(number, len(entries))
    floats = [leaf for leaf in part.leaves if holds_doubles(leaf.storage)]
    for number, leaf in enumerate(floats):
        inner.append(sql.named(_has_nan(leaf), f"nan{number}"))
        outer.append(sql.call("count_if", sql.column(f"nan{number}")))
    inner.append(sql.named(_unreadable_clock(part), "bad_clock"))
    outer.append(sql.call("count_if", sql.column("bad_clock")))
    outer.append(_undecided(len(entries), primary_namespace))
    row = engine.rows(exp.select(*outer).from_(sql.subquery(scan(part, inner), "rows")))[0]
    found = tuple(
        _described(entry, row[number * _COUNTS : (number + 1) * _COUNTS]) for number, entry in enumerate(entries)
    )
    *nans, bad_clock, undecided = row[len(entries) * _COUNTS :]
    if bad_clock and part.clock is not None:
        raise DataError(
            f"dataset `{name}`: {bad_clock} values of the clock `{sql.dotted(part.clock.path)}` in `{part.files[0]}` "
            "are no ISO 8601 timestamps; use mapping= with a DuckDB expression that makes timestamps of them"
        )
    dirty = {leaf.path for leaf, count in zip(floats, nans, strict=True) if count}
    leaves = tuple(replace(leaf, nan=leaf.path in dirty) for leaf in part.leaves)
    return replace(part, leaves=leaves, entries=found), undecided or 0


def _widths(part: Part, engine: Engine) -> list[Entry]:
    """The entries with whether a row has at most one identity of each: then no list needs to be walked, ever."""
    lists = [entry for entry in part.entries if entry.shape in {"list", "json"}]
    longest: dict[Entry, int] = {}
    if lists:
        found = engine.rows(scan(part, [sql.call("max", sql.call("len", held(entry))) for entry in lists]))[0]
        longest = {entry: width or 0 for entry, width in zip(lists, found, strict=True)}
    return [replace(entry, single=longest.get(entry, 1) <= 1) for entry in part.entries]


def _entry_columns(entry: Entry, number: int) -> list[exp.Expr]:
    """For each row: how many different identities of a namespace, how many marked, and whether one is unclean."""
    if entry.single:
        element = sql.item(held(entry), 1) if entry.shape in {"list", "json"} else held(entry)
        identity, stored = first(entry), stored_identifier(element, entry)
        usable = _as_number(sql.present(identity))
        marked = _as_number(sql.present(first(entry, flagged=True)))
        changed: exp.Expr = exp.And(
            this=sql.present(stored), expression=exp.NullSafeNEQ(this=stored.copy(), expression=identity.copy())
        )
    else:
        usable = _different(identifiers(entry))
        marked = _different(identifiers(entry, flagged=True))
        body = stored_identifier(sql.column(sql.ITEM), entry)
        all_stored = sql.call("list_transform", held(entry), sql.function(sql.ITEM, body))
        known = sql.call("list_filter", all_stored, sql.function(sql.ITEM, sql.present(sql.column(sql.ITEM))))
        some = sql.coalesce([known, exp.Array(expressions=[])])
        changed = exp.NullSafeNEQ(this=some, expression=identifiers(entry))
    columns = {"usable": usable, "marked": marked, "changed": changed}
    return [sql.named(one, f"{name}{number}") for name, one in columns.items()]


def _as_number(condition: exp.Expr) -> exp.Expr:
    return exp.Case().when(condition, sql.number(1)).else_(sql.number(0))


def _different(listed: exp.Expr) -> exp.Expr:
    return sql.call("len", sql.call("list_distinct", listed))


def _entry_counts(number: int, entries: int) -> list[exp.Expr]:
    usable, marked, changed = (sql.column(f"{one}{number}") for one in ("usable", "marked", "changed"))
    some = exp.GT(this=usable, expression=sql.number(0))
    flagged = exp.GT(this=marked, expression=sql.number(0))
    alone = exp.And(this=some.copy(), expression=exp.EQ(this=_total("marked", entries), expression=sql.number(0)))
    return [sql.call("count_if", one) for one in (some, changed, flagged, alone)]


def _total(name: str, entries: int) -> exp.Expr:
    return exp.paren(sql.total([sql.column(f"{name}{number}") for number in range(entries)]), copy=False)


def _described(entry: Entry, counts: Sequence[int | None]) -> Entry:
    # over no rows at all, count_if is null
    used, changed, flagged, alone = (one or 0 for one in counts)
    flag: Flag = "never" if not flagged else "always" if flagged == used else "some"
    return replace(entry, used=used, alone=alone, clean=not changed, flag=flag)


def _undecided(entries: int, primary_namespace: str | None) -> exp.Expr:
    """Rows with identities of which neither one is marked primary nor one is the only one."""
    if primary_namespace is not None or not entries:
        return sql.number(0)
    several = exp.GT(this=_total("marked", entries), expression=sql.number(1))
    none = exp.EQ(this=_total("marked", entries), expression=sql.number(0))
    many = exp.GT(this=_total("usable", entries), expression=sql.number(1))
    unclear = exp.Or(this=several, expression=exp.paren(exp.And(this=none, expression=many)))
    return sql.call("count_if", unclear)


def _has_nan(leaf: Leaf) -> exp.Expr:
    if leaf.storage.sql == "DOUBLE":
        return sql.coalesce([is_nan(cast(raw(leaf), leaf.storage)), exp.false()])
    shown = sql.call("lower", cast(raw(leaf), TEXT))
    # text may hold the word too: that only means that a clean column is cleaned
    return sql.coalesce([sql.call("contains", shown, sql.text("nan")), exp.false()])


def _unreadable_clock(part: Part) -> exp.Expr:
    if part.clock is None or part.clock.form != "text-instant":
        return exp.false()
    lost = sql.is_null(clock(part) or exp.null())
    return exp.And(this=sql.present(raw(part.clock)), expression=lost)


def keyed(dataset: Dataset, part: Part, columns: Sequence[exp.Expr] = ()) -> exp.Select:
    """The rows of a part with their long profile key as `profile_key`."""
    return scan(part, [sql.named(primary(dataset, part, short=False), "profile_key"), *columns])


def micros(instant: exp.Expr) -> exp.Expr:
    """Microseconds since 1970; null for an infinite instant."""
    return sql.call("epoch_us", instant)


def count(dataset: Dataset, engine: Engine) -> Measures:
    """Rows, keys, clocks and repeated record ids over all parts."""
    ids = dataset.kind == "event" and dataset.storage(RECORD_ID) is not None
    branches = []
    for part in dataset.parts:
        instant = clock(part)
        moment = micros(instant) if instant is not None else cast(exp.null(), Storage("BIGINT"))
        columns = [sql.named(moment, "clock")]
        if ids:
            columns.append(sql.named(read(part, RECORD_ID, TEXT), "record_id"))
        branches.append(keyed(dataset, part, columns))
    key, moment = sql.column("profile_key"), sql.column("clock")
    asked: list[exp.Expr] = [
        exp.Count(this=exp.Star()),
        exp.Count(this=key),
        exp.Min(this=moment),
        exp.Max(this=moment.copy()),
        sql.call("count_if", sql.is_null(moment.copy())),
    ]
    # events may share an identity: of them it is the `_id` that must not come twice
    singular: exp.Expr = key.copy()
    if dataset.kind == "event":
        record = sql.column("record_id") if ids else exp.null()
        singular = exp.Case().when(sql.present(key.copy()), record)
    asked += [exp.Count(this=singular), exp.Count(this=exp.Distinct(expressions=[singular.copy()]))]
    rows = sql.subquery(sql.union_all(branches), "rows")
    total, found, low, high, nulls, given, different = engine.rows(exp.select(*asked).from_(rows))[0]
    used = [entry for part in dataset.parts for entry in part.entries if entry.used]
    deciding = {one.namespace for one in used if one.flag != "never" or one.alone}
    if dataset.primary is not None:
        deciding = {dataset.primary} if any(one.namespace == dataset.primary for one in used) else set()
    return Measures(
        rows=total,
        without_identity=total - found,
        unique=dataset.kind == "record" and given == different,
        primaries=tuple(sorted(deciding)),
        namespaces=tuple(sorted({one.namespace for one in used})),
        clock_low=low,
        clock_high=high,
        clock_nulls=nulls or 0,
        duplicates=dataset.kind == "event" and given != different,
    )


def sharing_ids(one: Dataset, others: Sequence[Dataset], engine: Engine) -> tuple[str, ...]:
    """The ids of the event datasets that have an `_id` in common with one."""
    asked = [each for each in others if each.kind == one.kind == "event" and each.storage(RECORD_ID) is not None]
    if one.storage(RECORD_ID) is None or not asked:
        return ()
    record = sql.column("record_id")
    # one statement for all of them: with hundreds of datasets, one for each takes longer to plan than to run
    theirs = sql.union_all(branch for number, each in enumerate(asked) for branch in _record_ids(each, number))
    mine = sql.subquery(sql.union_all(_record_ids(one, 0)), "mine")
    found = exp.select(sql.column("dataset", "theirs")).distinct().from_(sql.subquery(theirs, "theirs"))
    rows = engine.rows(found.join(mine, using=[record], join_type="semi", copy=False))
    shared = {number for (number,) in rows}
    return tuple(each.id for number, each in enumerate(asked) if number in shared)


def _record_ids(dataset: Dataset, number: int) -> list[exp.Select]:
    """The `_id` of each row that belongs to a profile, with the number of its dataset."""
    named = [sql.named(read(part, RECORD_ID, TEXT), "record_id") for part in dataset.parts]
    return [
        exp.select(sql.column("record_id"), sql.named(sql.number(number), "dataset"))
        .from_(sql.subquery(keyed(dataset, part, [record]), "rows"))
        .where(sql.present(sql.column("record_id")), sql.present(sql.column("profile_key")), copy=False)
        for part, record in zip(dataset.parts, named, strict=True)
    ]
