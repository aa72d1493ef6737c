"""Views for people: merged profiles flat and nested, events, and each dataset, to write SQL over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.policies.fragments import KEY, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.snapshots.source import SnapshotSource

PROFILES, NESTED, EVENTS = "profiles", "profiles_nested", "events"


def create_views(
    engine: Engine, source: MergedSource, schema: str, *, ready: SnapshotSource | None = None
) -> tuple[str, ...]:
    """Make the views of a merge policy in a schema of their own, replacing those that are there.

    Profiles come from a snapshot, where one is given.

    Returns
    -------
    tuple of str
        The names of the views, as `views` gives them.
    """
    name = exp.to_identifier(schema, quoted=True)
    dropped = exp.Drop(tables=[exp.Table(db=name)], kind="SCHEMA", exists=True, cascade=True)
    engine.execute(dropped)
    engine.execute(exp.Create(this=exp.Table(db=name.copy()), kind="SCHEMA"))
    made = views(source, ready)
    for view, query in made.items():
        target = exp.Table(this=exp.to_identifier(view, quoted=True), db=name.copy())
        engine.execute(exp.Create(this=target, kind="VIEW", expression=query()))
    return tuple(made)


def views(source: MergedSource, ready: SnapshotSource | None = None) -> dict[str, Callable[[], exp.Select]]:
    """Name of a view → what makes its statement.

    `profiles` has `profile_id` and one column a path (`"homeAddress.city"`), `profiles_nested` the same as objects,
    `events` the experience events; each dataset is a view of its name, unless that name is one of these.
    """
    made: dict[str, Callable[[], exp.Select]] = {
        PROFILES: lambda: _profiles(source, ready),
        NESTED: lambda: _objects(source, ready),
        EVENTS: lambda: _events(source),
    }
    taken = set(made)
    for one in source.datasets:
        if one.name.lower() not in taken:
            taken.add(one.name.lower())
            made[one.name] = partial(_fragments, source, one)
    return made


def _profiles(source: MergedSource, ready: SnapshotSource | None) -> exp.Select:
    paths = list(source.union.profile)
    if ready is not None:
        return ready.shown(paths)
    profiles = sql.subquery(source.profiles(paths, every=True), "merged")
    return exp.select(_identifier(source), *map(_column, paths)).from_(profiles)


def _objects(source: MergedSource, ready: SnapshotSource | None) -> exp.Select:
    flat = sql.subquery(_profiles(source, ready), "flat")
    return exp.select(sql.column("profile_id"), *_nested(list(source.union.profile))).from_(flat)


def _events(source: MergedSource) -> exp.Select:
    """From the files in any case: a snapshot has few of the fields, and its keys would have to be joined."""
    leaves = list(source.union.event)
    events = sql.subquery(source.events(leaves), "merged")
    return exp.select(_identifier(source), *map(_column, leaves)).from_(events)


def _identifier(source: MergedSource) -> exp.Expr:
    return sql.named(source.profile_id(sql.column(KEY)), "profile_id")


def _column(path: Path) -> exp.Expr:
    return sql.column(sql.dotted(path))


def _fragments(source: MergedSource, dataset: Dataset) -> exp.Select:
    leaves = dict(dataset.leaves)
    rows = sql.union_all(plain(dataset, part, source.wanted(leaves)) for part in dataset.parts)
    return exp.select(_identifier(source), *map(_column, leaves)).from_(sql.subquery(rows, "fragments"))


def _nested(paths: Sequence[Path], depth: int = 0) -> list[exp.Expr]:
    """The columns as objects; an object without a present leaf is null."""
    grouped: dict[str, list[Path]] = {}
    for path in paths:
        grouped.setdefault(path[depth], []).append(path)
    found: list[exp.Expr] = []
    for name, below in grouped.items():
        if len(below) == 1 and len(below[0]) == depth + 1:
            found.append(sql.named(_column(below[0]), name))
            continue
        fields = {one.alias: one.this for one in _nested(below, depth + 1)}
        some = sql.present(sql.coalesce([_shown(one) for one in below]))
        found.append(sql.named(exp.Case().when(some, sql.struct(fields)), name))
    return found


def _shown(path: Path) -> exp.Expr:
    """Any value where the leaf is present; types differ, so their being there is what is combined."""
    return exp.Case().when(sql.present(_column(path)), exp.true())
