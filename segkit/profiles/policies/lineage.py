"""One merged profile with where each value comes from, and what lost to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from segkit.errors import InvalidRequestError, NotFoundError
from segkit.pql.reading.lexer import quote
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import identity_key
from segkit.profiles.datasets.union import MAP_PATH
from segkit.profiles.graph.core import MOST_IDENTITIES
from segkit.profiles.policies.fragments import CLOCK, KEY, aged, has_clock, newest, ordered, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.snapshots.source import SnapshotSource
    from segkit.profiles.storage import Storage

_FEW = 8
"""The most datasets that are asked for a profile's records without looking first which have any."""

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in segkit


@dataclass(frozen=True, slots=True)
class Origin:
    """A value of an attribute in one record: its dataset, its clock (UTC; None when it has none), the value."""

    dataset: str
    clock: dt.datetime | None
    value: Any


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where an attribute comes from: the record that won, and those that lost to it, the strongest first."""

    won: Origin
    lost: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class MergedProfile:
    """One merged profile.

    Parameters
    ----------
    profile_id
        Its public id.
    identities
        Namespace → identities.
    values
        The attributes, nested like XDM; absent ones are left out.
    sources
        Dotted path → where the value comes from; a map is merged key by key, and each key is a path of its own,
        `_acme.scores["churn"]`.
    replaced
        Records that take no part, because a newer one of the same identity in the same dataset replaced them whole;
        the value of each is all that it holds, by dotted path.
    """

    profile_id: str
    identities: dict[str, list[str]]
    values: dict[str, Any]
    sources: dict[str, Attribute]
    replaced: tuple[Origin, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The attributes, nested."""
        return self.values


def merged_profile(
    source: MergedSource, engine: Engine, namespace: str, identity: str, *, ready: SnapshotSource | None = None
) -> MergedProfile:
    """The profile that has an identity; its values from a snapshot, where one is given, their origins from fragments.

    Raises
    ------
    NotFoundError
        No profile has it.
    InvalidRequestError
        Several have it; the message names their primary identities.
    """
    # most ask by a primary identity, whose profile is there or not: no search through all identities is needed
    key = source.key_of(namespace, identity.strip())
    row = None if key is None else _row(source, engine, key, ready)
    if key is None or row is None:
        key = _key(source, engine, namespace, identity.strip())
        row = _row(source, engine, key, ready)
    if row is None:
        raise NotFoundError(f"the profile `{key}` is gone; its data has changed since it was asked for")
    profile_id, found = row
    values: dict[str, Any] = {}
    for path, value in found.items():
        if value is not None:
            _put(values, path, value)
    listed = values.get(sql.dotted(MAP_PATH), {})
    identities = {name: [one["id"] for one in carried] for name, carried in listed.items()}
    return MergedProfile(profile_id, identities, values, *_sources(source, engine, _is(key)))


def _is(key: str) -> exp.EQ:
    return exp.EQ(this=sql.column(KEY), expression=sql.text(key))


def _row(
    source: MergedSource, engine: Engine, key: str, ready: SnapshotSource | None
) -> tuple[str, dict[Path, Any]] | None:
    """The public id and all attributes of the profile with a key; None when there is none."""
    paths = list(source.union.profile)
    if ready is not None:
        public = engine.value(exp.select(source.profile_id(sql.text(key))))
        rows = engine.rows(ready.one(public, paths))
        return (rows[0][0], dict(zip(paths, rows[0][1:], strict=True))) if rows else None
    asked = exp.select(sql.named(source.profile_id(sql.column(KEY)), "profile_id"), *map(_column, paths))
    merged = sql.subquery(source.profiles(paths, every=True), "profiles")
    rows = engine.rows(asked.from_(merged).where(_is(key), copy=False))
    return (rows[0][0], dict(zip(paths, rows[0][1:], strict=True))) if rows else None


def _column(path: Path) -> exp.Expr:
    return sql.column(sql.dotted(path))


def _put(values: dict[str, Any], path: Path, value: object) -> None:
    for piece in path[:-1]:
        values = values.setdefault(piece, {})
    values[path[-1]] = value


def _key(source: MergedSource, engine: Engine, namespace: str, identity: str) -> str:
    """The key of the one profile that carries an identity beside its primary one."""
    _refuse_too_large(source, namespace, identity)
    carried = sql.subquery(source.identities(), "found")
    matches = exp.and_(
        exp.EQ(this=sql.column("namespace"), expression=sql.text(namespace)),
        exp.EQ(this=sql.column("id"), expression=sql.text(identity)),
    )
    asked = exp.select(sql.column(KEY)).distinct().from_(carried).where(matches).order_by(sql.column(KEY))
    found = [key for (key,) in engine.rows(asked)]
    if not found:
        known = ", ".join(f"`{one}`" for one in source.namespaces) or "none"
        raise NotFoundError(f"no profile has the identity `{identity}` in `{namespace}`; namespaces are {known}")
    if len(found) > 1:
        some = ", ".join(f"`{one}`" for one in found[:5]) + (" …" if len(found) > 5 else "")
        raise InvalidRequestError(
            f"{len(found)} profiles have the identity `{identity}` in `{namespace}` ({some}); name a primary identity"
        )
    return str(found[0])


def _refuse_too_large(source: MergedSource, namespace: str, identity: str) -> None:
    size = None if source.graph is None else source.graph.size(identity_key(namespace, identity))
    if size is not None and size > MOST_IDENTITIES:
        raise NotFoundError(
            f"the identity `{identity}` in `{namespace}` is in a graph of {size:,} identities, and more than "
            f"{MOST_IDENTITIES} are no profile; look at it with ws.identities.graph(…), or use a merge policy with "
            'identity_graph="none"'
        )


def _sources(source: MergedSource, engine: Engine, here: exp.Expr) -> tuple[dict[str, Attribute], tuple[Origin, ...]]:
    """Where each value comes from, and the records that newer ones of their dataset have replaced."""
    ranked, replaced = [], []
    holding = range(len(source.records)) if len(source.records) <= _FEW else _holding(source, engine, here)
    for rank in holding:
        dataset = source.records[rank]
        leaves = {path: kind for path, kind in source.union.profile.items() if dataset.storage(path) is not None}
        for age, (clock, kept, values) in enumerate(_records(source, dataset, leaves, engine, here)):
            held = dict(zip(leaves, values, strict=True))
            if not kept:
                present = {sql.dotted(path): one for path, one in held.items() if one is not None}
                replaced.append(Origin(dataset.name, _instant(clock), present))
                continue
            moment = float("-inf") if clock is None else clock
            order = (-rank, -age) if source.policy.order else (moment, -rank, -age)
            ranked.append((order, dataset.name, _instant(clock), held))
    ranked.sort(key=lambda one: one[0], reverse=True)
    found: dict[str, Attribute] = {}
    for path in source.union.profile:
        if path == MAP_PATH:
            continue
        origins = [
            Origin(name, clock, values[path]) for _, name, clock, values in ranked if values.get(path) is not None
        ]
        if source.union.profile[path].sql == "MAP":
            found |= {f"{sql.dotted(path)}[{_quoted(key)}]": one for key, one in _by_key(origins).items()}
        elif origins:
            found[sql.dotted(path)] = Attribute(origins[0], tuple(origins[1:]))
    return found, tuple(replaced)


def _holding(source: MergedSource, engine: Engine, here: exp.Expr) -> list[int]:
    """The places of the datasets with records of one profile, asked of all at once: most have none."""
    wanted = source.wanted({})
    parts = [
        exp.select(sql.named(sql.number(rank), "$rank"))
        .from_(sql.subquery(plain(dataset, part, wanted), "records"))
        .where(here.copy(), copy=False)
        for rank, dataset in enumerate(source.records)
        for part in dataset.parts
    ]
    found = exp.select(sql.column("$rank")).distinct().from_(sql.subquery(sql.union_all(parts), "found"))
    return sorted(rank for (rank,) in engine.rows(found))


def _by_key(origins: Sequence[Origin]) -> dict[Any, Attribute]:
    """Where the value at each key of a map comes from, in the order of the keys; a null value is none."""
    found: dict[Any, list[Origin]] = {}
    for one in origins:
        for key, value in one.value.items():
            if value is not None:
                found.setdefault(key, []).append(Origin(one.dataset, one.clock, value))
    return {key: Attribute(found[key][0], tuple(found[key][1:])) for key in sorted(found)}


def _quoted(key: object) -> str:
    """A key as PQL writes it."""
    return quote(key) if isinstance(key, str) else str(key)


def _records(
    source: MergedSource, dataset: Dataset, leaves: dict[Path, Storage], engine: Engine, here: exp.Expr
) -> list[tuple[int | None, bool, Sequence[Any]]]:
    """The records of one profile in a dataset, newest first: their clocks in microseconds since 1970, whether they take
    part, and their values.

    Of each identity only the newest takes part, unless they update one another.
    """
    wanted = source.wanted(leaves)
    rows = sql.union_all(plain(dataset, part, wanted, aged(dataset, part, wanted)) for part in dataset.parts)
    kept = exp.true() if dataset.upsert else newest(wanted)
    asked = exp.select(sql.column(CLOCK), sql.named(kept, "$kept"), *map(_column, leaves))
    asked = asked.from_(sql.subquery(rows, "records")).where(here.copy(), copy=False)
    asked.set("order", ordered(newest_first=True))
    clocked = has_clock(dataset)
    return [(clock if clocked else dataset.added_at, kept, values) for clock, kept, *values in engine.rows(asked)]


def _instant(clock: int | None) -> dt.datetime | None:
    """A clock as Python has it; DuckDB's calendar is longer, and what lies beyond stands at the end of Python's."""
    if clock is None:
        return None
    try:
        return _EPOCH + dt.timedelta(microseconds=clock)
    except OverflowError:
        return dt.datetime.min if clock < 0 else dt.datetime.max  # noqa: DTZ901 - naive UTC
