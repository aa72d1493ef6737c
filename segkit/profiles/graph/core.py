"""`Graph`: which identities are one profile, as tables that rows are joined to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.engine import Engine
    from segkit.profiles.datasets.dataset import Dataset

MOST_IDENTITIES = 50
"""The most identities of one graph that is a profile, as in AEP. A larger one is more likely many people who share a
device or a made-up address than one person: its rows belong to no profile, and `ws.identities.oversized()` lists it."""

DATASETS, IDENTITIES, FRAGMENTS, EDGES, GRAPHS, ROOTS = (
    *("datasets", "identities", "fragments", "edges", "graphs", "roots"),
)
"""The tables of a graph.

`datasets`: `number`, `id`, and the columns of `Facts`. `identities`: `id` (a number), `key` (its namespace, a colon
and the identity), `graph` (the `id` of the smallest of its graph). `fragments`: `identity`, `dataset`, `rows`: how many
rows belong to that identity. `edges`: `source` (the identity that a row belongs to), `target` (another in the same
row), `dataset`, `rows`. `graphs`: `graph`, `identities` (how many), of those with more than one. `roots`: what rows are
joined to: identities that do not give their profile its key, with the key that does, null where the graph is too large.
"""

ROOTED, ROOT = "$rooted", "$root"
"""The columns of `roots`: joined to the user's own, so spelled as no field of theirs is likely to be."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a graph says of one dataset, so that clean data pay for nothing.

    Parameters
    ----------
    rows
        All rows.
    without_identity
        Rows without any identity, which are left out.
    repeated
        Whether several rows belong to one identity.
    crowded
        Whether several identities that rows belong to are one profile.
    moved
        Whether the key of some row's profile is another than that of its own identity, or there is none.
    """

    rows: int = 0
    without_identity: int = 1
    repeated: bool = True
    crowded: bool = True
    moved: bool = True


_UNKNOWN = Facts()


@dataclass(frozen=True)
class Graph:
    """The identity graph of some datasets, kept in an attached database.

    Identities are joined where a record or event has several of them; what hangs together is one profile. Its key, of
    which the profile's id is made, is the smallest of its identities, written `namespace:id` and compared letter by
    letter in the order of Unicode: the same from run to run, in whatever order files and rows are read.

    Parameters
    ----------
    engine
        Where the database is attached.
    database
        Its name there.
    facts
        Dataset id → what is known of it.
    """

    engine: Engine = field(repr=False, compare=False)
    database: str
    facts: Mapping[str, Facts] = field(repr=False)

    @classmethod
    def open(cls, engine: Engine, database: str) -> Graph:
        """The graph in an attached database."""
        names = ("id", "rows", "without_identity", "repeated", "crowded", "moved")
        asked = exp.select(*map(sql.column, names)).from_(table(database, DATASETS))
        return cls(engine, database, {str(one): Facts(*row) for one, *row in engine.rows(asked)})

    def of(self, dataset: Dataset) -> Facts:
        """What is known of a dataset; the worst of one that takes no part."""
        return self.facts.get(dataset.id, _UNKNOWN)

    def table(self, name: str, alias: str | None = None) -> exp.Table:
        """One of the graph's tables."""
        return table(self.database, name, alias)

    def root(self, key: str) -> str | None:
        """The key of the profile that has an identity; None where the identity is unknown or its graph too large."""
        here = exp.EQ(this=sql.column("key"), expression=sql.text(key))
        known = exp.select(sql.column(ROOTED), sql.column(ROOT)).from_(self.table(IDENTITIES)).where(here)
        same = exp.EQ(this=sql.column(ROOTED), expression=sql.column("key"))
        known = known.join(self.table(ROOTS), on=same, join_type="left")
        for moved, root in self.engine.rows(known):
            return key if moved is None else root
        return None

    def size(self, key: str) -> int | None:
        """How many identities the graph of an identity has; None where the identity is unknown."""
        here = exp.EQ(this=sql.column("key", "identities"), expression=sql.text(key))
        same = exp.EQ(this=sql.column("graph", "graphs"), expression=sql.column("graph", "identities"))
        found = exp.select(sql.coalesce([sql.column("identities", "graphs"), sql.number(1)]))
        found = found.from_(self.table(IDENTITIES, "identities")).where(here)
        size = self.engine.value(found.join(self.table(GRAPHS, "graphs"), on=same, join_type="left"))
        return None if size is None else int(size)

    def members(self, key: str) -> exp.Select:
        """The key of each profile as `key`, with the `namespace` and `id` of each of its identities."""
        mine, moved = sql.column("key", "identities"), sql.column(ROOTED, "roots")
        profile = exp.Case().when(sql.is_null(moved), mine).else_(sql.column(ROOT, "roots"))
        rooted = (
            exp.select(sql.named(profile, key), sql.named(mine.copy(), "identity"))
            .from_(self.table(IDENTITIES, "identities"))
            .join(self.table(ROOTS, "roots"), on=exp.EQ(this=moved.copy(), expression=mine.copy()), join_type="left")
        )
        whole = sql.column("identity")
        named = exp.select(
            sql.column(key), sql.named(namespace_of(whole), "namespace"), sql.named(identity_of(whole.copy()), "id")
        )
        return named.from_(sql.subquery(rooted, "rooted")).where(sql.present(sql.column(key)))

    def swallowed(self, profile_id: exp.Expr) -> exp.Expr:
        """Whether an id is of an identity that is not the smallest of its graph, any more."""
        smaller = exp.NEQ(this=sql.column("id"), expression=sql.column("graph"))
        as_id = exp.Cast(this=sql.call("md5", sql.column("key")), to=exp.DataType.build("UUID", dialect="duckdb"))
        return exp.In(this=profile_id, query=exp.select(as_id).from_(self.table(IDENTITIES)).where(smaller).subquery())


def public_id(key: str) -> str:
    """The public id of the profile with a key."""
    return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()


def namespace_of(key: exp.Expr) -> exp.Expr:
    """The namespace of an identity's key."""
    found: exp.Expr = sql.call("split_part", key, sql.text(SEPARATOR), sql.number(1))
    for written, meant in (("%3A", SEPARATOR), ("%25", "%")):
        found = sql.call("replace", found, sql.text(written), sql.text(meant))
    return found


def identity_of(key: exp.Expr) -> exp.Expr:
    """The identity of an identity's key."""
    after = exp.Add(this=sql.call("strpos", key, sql.text(SEPARATOR)), expression=sql.number(1))
    return sql.call("substr", key.copy(), after)


def table(database: str, name: str, alias: str | None = None) -> exp.Table:
    """A table of a database."""
    names = [exp.to_identifier(one, quoted=True) for one in (name, "main", database)]
    found = exp.Table(this=names[0], db=names[1], catalog=names[2])
    if alias is not None:
        found.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return found
