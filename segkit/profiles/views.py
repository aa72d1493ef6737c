"""Views for people: merged profiles flat and nested, events, and each dataset, to write SQL over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.fragments import KEY, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.dataset import Dataset
    from segkit.profiles.merging import MergedSource
    from segkit.profiles.snapshots.source import SnapshotSource

PROFILES, NESTED, EVENTS = "profiles", "profiles_nested", "events"


def create_views(
    engine: Engine, source: MergedSource, schema: str, *, ready: SnapshotSource | None = None
) -> tuple[str, ...]:
    """Make the views of a merge policy in a schema of their own, replacing those that are there.

    Profiles come from a snapshot, where one is given.

    `profiles` has `profile_id` and one column a path (`"homeAddress.city"`), `profiles_nested` the same as objects,
    `events` the experience events; each dataset is a view of its name, unless that name is one of these.

    Returns
    -------
    tuple of str
        The names of the views.
    """
    name = exp.to_identifier(schema, quoted=True)
    dropped = exp.Drop(tables=[exp.Table(db=name)], kind="SCHEMA", exists=True, cascade=True)
    engine.execute(dropped)
    engine.execute(exp.Create(this=exp.Table(db=name.copy()), kind="SCHEMA"))
    made: dict[str, str] = {}
    for view, query in _views(source, ready):
        if view.lower() in made:
            continue
        made[view.lower()] = view
        target = exp.Table(this=exp.to_identifier(view, quoted=True), db=name.copy())
        engine.execute(exp.Create(this=target, kind="VIEW", expression=query))
    return tuple(made.values())


def _views(source: MergedSource, ready: SnapshotSource | None) -> Iterable[tuple[str, exp.Select]]:
    paths = list(source.union.profile)
    identifier = sql.named(source.profile_id(sql.column(KEY)), "profile_id")
    flat = exp.select(identifier, *map(_column, paths)).from_(
        sql.subquery(source.profiles(paths, every=True), "merged")
    )
    profiles = flat if ready is None else ready.shown(paths)
    yield PROFILES, profiles
    yield NESTED, exp.select(sql.column("profile_id"), *_nested(paths)).from_(sql.subquery(profiles.copy(), "flat"))
    leaves = list(source.union.event)
    # from the files in any case: a snapshot has few of the fields, and its keys would have to be joined
    events = sql.subquery(source.events(leaves), "merged")
    yield EVENTS, exp.select(identifier.copy(), *map(_column, leaves)).from_(events)
    for dataset in source.datasets:
        yield dataset.name, _fragments(source, dataset)


def _column(path: Path) -> exp.Expr:
    return sql.column(sql.dotted(path))


def _fragments(source: MergedSource, dataset: Dataset) -> exp.Select:
    leaves = dict(dataset.leaves)
    rows = sql.union_all(plain(dataset, part, source.wanted(leaves)) for part in dataset.parts)
    identifier = sql.named(source.profile_id(sql.column(KEY)), "profile_id")
    return exp.select(identifier, *map(_column, leaves)).from_(sql.subquery(rows, "fragments"))


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
