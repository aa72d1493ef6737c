"""What is counted once, when a dataset is added, so that clean data pays for nothing later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.dataset import Dataset, Entry, Measures, Part
from segkit.profiles.reading import clock, escaped, held, identifiers, primary, raw, read, scan, stored_identifier
from segkit.profiles.storage import TEXT, Storage, cast, holds_doubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.profiles.dataset import Leaf

RECORD_ID = ("_id",)


def examine(name: str, part: Part, primary_namespace: str | None, engine: Engine) -> tuple[Part, int]:
    """A part with what its identities, floats and clock look like, and the number of rows whose primary identity is
    undecided.
    """
    inner: list[exp.Expr] = []
    outer: list[exp.Expr] = []
    for number, entry in enumerate(part.entries):
        inner += _entry_columns(entry, number)
        outer += _entry_counts(number, len(part.entries))
    floats = [leaf for leaf in part.leaves if holds_doubles(leaf.storage)]
    for number, leaf in enumerate(floats):
        inner.append(sql.named(_has_nan(leaf), f"nan{number}"))
        outer.append(sql.call("count_if", sql.column(f"nan{number}")))
    inner.append(sql.named(_unreadable_clock(part), "bad_clock"))
    outer.append(sql.call("count_if", sql.column("bad_clock")))
    outer.append(_undecided(part.entries, primary_namespace))
    row = engine.rows(exp.select(*outer).from_(sql.subquery(scan(part, inner), "rows")))[0]
    width = 5
    entries = tuple(
        _described(entry, row[number * width : (number + 1) * width]) for number, entry in enumerate(part.entries)
    )
    *nans, bad_clock, undecided = row[len(entries) * width :]
    if bad_clock and part.clock is not None:
        raise DataError(
            f"dataset `{name}`: {bad_clock} values of the clock `{sql.dotted(part.clock.path)}` in `{part.files[0]}` "
            "are no ISO 8601 timestamps; use mapping= with a DuckDB expression that makes timestamps of them"
        )
    dirty = {leaf.path for leaf, count in zip(floats, nans, strict=True) if count}
    leaves = tuple(replace(leaf, nan=leaf.path in dirty) for leaf in part.leaves)
    return replace(part, leaves=leaves, entries=entries), int(undecided)


def _entry_columns(entry: Entry, number: int) -> list[exp.Expr]:
    return [
        sql.named(identifiers(entry), f"ids{number}"),
        sql.named(identifiers(entry, flagged=True), f"flagged{number}"),
        sql.named(_stored(entry), f"stored{number}"),
    ]


def _stored(entry: Entry) -> exp.Expr:
    """All identities of a namespace as the texts they are stored as, nulls included."""
    found = held(entry)
    if entry.shape in {"scalar", "object"}:
        found = exp.Array(expressions=[found])
    body = stored_identifier(sql.column(sql.ITEM), entry)
    return sql.coalesce([sql.call("list_transform", found, sql.function(sql.ITEM, body)), exp.Array(expressions=[])])


def _entry_counts(number: int, entries: int) -> list[exp.Expr]:
    ids, flagged, stored = (sql.column(f"{one}{number}") for one in ("ids", "flagged", "stored"))
    some = exp.GT(this=sql.call("len", ids), expression=sql.number(0))
    changed = exp.NullSafeNEQ(
        this=sql.call("list_filter", stored, sql.function(sql.ITEM, sql.present(sql.column(sql.ITEM)))),
        expression=ids.copy(),
    )
    longest = sql.call("max", sql.call("len", stored.copy()))
    flags = exp.GT(this=sql.call("len", flagged), expression=sql.number(0))
    return [
        sql.call("count_if", some),
        sql.call("count_if", changed),
        sql.coalesce([longest, sql.number(0)]),
        sql.call("count_if", flags),
        sql.call("count_if", exp.and_(some.copy(), _unmarked(entries))),
    ]


def _described(entry: Entry, counts: Sequence[int]) -> Entry:
    used, changed, longest, flagged, alone = (int(one) for one in counts)
    flag = "never" if not flagged else "always" if flagged == used else "some"
    return replace(
        entry,
        used=used,
        alone=alone,
        clean=not changed,
        single=longest <= 1,
        flag=flag,  # type: ignore[arg-type]
    )


def _undecided(entries: Sequence[Entry], primary_namespace: str | None) -> exp.Expr:
    """Rows with identities of which neither one is marked primary nor one is the only one."""
    if primary_namespace is not None or not entries:
        return sql.number(0)
    marked, usable = (
        sql.total([_different(f"{one}{number}") for number in range(len(entries))]) for one in ("flagged", "ids")
    )
    several = exp.GT(this=marked, expression=sql.number(1))
    none = _unmarked(len(entries))
    many = exp.GT(this=usable, expression=sql.number(1))
    unclear = exp.Or(this=several, expression=exp.paren(exp.And(this=none, expression=many)))
    return sql.call("count_if", unclear)


def _unmarked(entries: int) -> exp.Expr:
    """No identity of the row is marked primary."""
    marked = sql.total([sql.call("len", sql.column(f"flagged{number}")) for number in range(entries)])
    return exp.EQ(this=marked, expression=sql.number(0))


def _different(name: str) -> exp.Expr:
    return sql.call("len", sql.call("list_distinct", sql.column(name)))


def _has_nan(leaf: Leaf) -> exp.Expr:
    if leaf.storage.sql == "DOUBLE":
        return sql.coalesce([sql.call("isnan", cast(raw(leaf), leaf.storage)), exp.false()])
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
    kept = sql.present(key.copy())
    asked: list[exp.Expr] = [
        exp.Count(this=exp.Star()),
        exp.Count(this=key),
        exp.Count(this=exp.Distinct(expressions=[key.copy()])),
        exp.Min(this=moment),
        exp.Max(this=moment.copy()),
        sql.call("count_if", sql.is_null(moment.copy())),
    ]
    if ids:
        record = exp.Case().when(kept, sql.column("record_id"))
        asked += [exp.Count(this=record), exp.Count(this=exp.Distinct(expressions=[record.copy()]))]
    rows = sql.subquery(sql.union_all(branches), "rows")
    total, found, different, low, high, nulls, *repeated = engine.rows(exp.select(*asked).from_(rows))[0]
    prefix = sql.call("split_part", sql.column("profile_key"), sql.text(":"), sql.number(1))
    listed = exp.select(sql.named(prefix, "namespace")).distinct().from_(rows.copy()).where(kept.copy())
    used = {entry.namespace for part in dataset.parts for entry in part.entries if entry.used}
    known = {one for (one,) in engine.rows(listed)}
    return Measures(
        rows=total,
        without_identity=total - found,
        unique=found == different,
        primaries=tuple(sorted(one for one in used if escaped(one) in known)),
        namespaces=tuple(sorted(used)),
        clock_low=low,
        clock_high=high,
        clock_nulls=nulls,
        duplicates=bool(repeated) and repeated[0] != repeated[1],
    )


def shares_ids(one: Dataset, other: Dataset, engine: Engine) -> bool:
    """Whether two event datasets have an `_id` in common."""
    if one.storage(RECORD_ID) is None or other.storage(RECORD_ID) is None:
        return False
    left, right = (
        sql.union_all(
            exp.select(sql.column("record_id"))
            .from_(sql.subquery(keyed(each, part, [sql.named(read(part, RECORD_ID, TEXT), "record_id")]), "rows"))
            .where(sql.present(sql.column("record_id")), sql.present(sql.column("profile_key")))
            for part in each.parts
        )
        for each in (one, other)
    )
    common = exp.Intersect(this=sql.subquery(left, "a").this, expression=sql.subquery(right, "b").this, distinct=True)
    return bool(engine.rows(exp.select(sql.number(1)).from_(sql.subquery(common, "common")).limit(1)))
