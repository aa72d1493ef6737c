"""Which identities hang together: the connected components of a table of edges.

By scipy where it is installed (the extra `segkit[graph]`), else in SQL, in about twice the time. Both give the same
components on any shape of graph, long chains included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.graph.core import table

if TYPE_CHECKING:
    from segkit.engine import Engine, Watch

PAIRS, LABELS = "pairs", "labels"
_NARROW = 2**31


def scipy_is_installed() -> bool:
    """Whether the faster way is open."""
    try:
        import scipy.sparse.csgraph  # noqa: F401, PLC0415 - an extra
    except ImportError:
        return False
    return True


def by_scipy(engine: Engine, database: str, nodes: int, *, watch: Watch | None = None) -> None:
    """Make `labels` (`id`, `label`) of `pairs` (`a`, `b`: each once, `a` below `b`, from 0 to `nodes` - 1)."""
    import numpy as np  # noqa: PLC0415 - comes with pandas, needed for this alone
    import pandas as pd  # noqa: PLC0415 - loaded when first needed
    from scipy.sparse import coo_array  # noqa: PLC0415 - an extra
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    kind = "INTEGER" if nodes < _NARROW else "BIGINT"
    ends = [sql.named(exp.cast(sql.column(one), kind, dialect="duckdb"), one) for one in ("a", "b")]
    pairs = engine.frame(exp.select(*ends).from_(table(database, PAIRS)), watch=watch)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    met = np.zeros(nodes, dtype=bool)
    met[a] = met[b] = True
    matrix = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(nodes, nodes))
    _, found = connected_components(matrix, directed=False)
    ids = np.flatnonzero(met)
    frame = f"{database}_labels"
    engine.register(frame, pd.DataFrame({"id": ids, "label": found[ids]}, copy=False))
    try:
        columns = [sql.named(exp.cast(sql.column(one), "BIGINT"), one) for one in ("id", "label")]
        _create(engine, database, LABELS, exp.select(*columns).from_(sql.column(frame)), watch)
    finally:
        engine.unregister(frame)


def by_sql(engine: Engine, database: str, *, watch: Watch | None = None) -> None:
    """The same by contraction: each node points to its smallest neighbour, pointers are followed to their ends, and
    what points to one end becomes one node, until no edge is left.

    Of the nodes that have an edge, half at most are left after two rounds, whatever the shape: one that is not pointed
    to from any side has a neighbour that points below it, and so does itself in the next round.
    """
    edges, level = PAIRS, 0
    while engine.value(exp.select(sql.number(1)).from_(table(database, edges)).limit(1), watch=watch):
        level += 1
        _followed(engine, database, level, edges, watch)
        _contracted(engine, database, level, edges, watch)
        if edges != PAIRS:
            _drop(engine, database, edges)
        edges = f"pairs_{level}"
    if level == 0:
        nothing = exp.select(sql.named(sql.column("a"), "id"), sql.named(sql.column("b"), "label"))
        _create(engine, database, LABELS, nothing.from_(table(database, PAIRS)), watch)
        return
    _drop(engine, database, edges)
    # from the last round back to the first: each table is as large as its round was
    for one in range(level - 1, 0, -1):
        _resolved(engine, database, one, watch)
    names = [sql.named(sql.column("node"), "id"), sql.named(sql.column("pointer"), "label")]
    _create(engine, database, LABELS, exp.select(*names).from_(table(database, "pointers_1")), watch)
    _drop(engine, database, "pointers_1")


def _followed(engine: Engine, database: str, level: int, edges: str, watch: Watch | None) -> None:
    """`pointers_<level>`: each node with the end of the pointers that begin there."""
    name, longer = f"pointers_{level}", f"pointers_{level}_longer"
    a, b = sql.column("a"), sql.column("b")
    # `a` is the smaller end of each edge: it is never better off with `b`, but must be there
    both = sql.union_all(
        [
            exp.select(sql.named(b, "node"), sql.named(a, "near")).from_(table(database, edges)),
            exp.select(sql.named(a.copy(), "node"), sql.named(a.copy(), "near")).from_(table(database, edges)),
        ]
    )
    nearest = exp.select(sql.column("node"), sql.named(exp.Min(this=sql.column("near")), "pointer"))
    _create(engine, database, name, nearest.from_(sql.subquery(both, "ends")).group_by(sql.column("node")), watch)
    moved = True
    while moved:
        here, there = sql.column("pointer", "here"), sql.column("pointer", "there")
        jump = (
            exp.select(
                sql.column("node", "here"),
                sql.named(there, "pointer"),
                sql.named(exp.NEQ(this=there.copy(), expression=here), "moved"),
            )
            .from_(table(database, name, "here"))
            .join(table(database, name, "there"), on=exp.EQ(this=sql.column("node", "there"), expression=here.copy()))
        )
        _create(engine, database, longer, jump, watch)
        _drop(engine, database, name)
        _rename(engine, database, longer, name)
        moved = bool(engine.value(exp.select(sql.call("bool_or", sql.column("moved"))).from_(table(database, name))))


def _contracted(engine: Engine, database: str, level: int, edges: str, watch: Watch | None) -> None:
    """`pairs_<level>`: the edges between different ends."""
    pointers = f"pointers_{level}"
    a, b = sql.column("pointer", "pa"), sql.column("pointer", "pb")
    found = exp.select(
        sql.named(sql.call("least", a, b), "a"), sql.named(sql.call("greatest", a.copy(), b.copy()), "b")
    )
    found = found.distinct().from_(table(database, edges, "edges"))
    for name, end in (("pa", "a"), ("pb", "b")):
        here = exp.EQ(this=sql.column("node", name), expression=sql.column(end, "edges"))
        found = found.join(table(database, pointers, name), on=here)
    found = found.where(exp.NEQ(this=a.copy(), expression=b.copy()))
    _create(engine, database, f"pairs_{level}", found, watch)


def _resolved(engine: Engine, database: str, level: int, watch: Watch | None) -> None:
    """The pointers of a round, followed through those of all later rounds."""
    name, later = f"pointers_{level}", f"pointers_{level + 1}"
    end = sql.coalesce([sql.column("pointer", "later"), sql.column("pointer", "here")])
    same = exp.EQ(this=sql.column("node", "later"), expression=sql.column("pointer", "here"))
    found = exp.select(sql.column("node", "here"), sql.named(end, "pointer")).from_(table(database, name, "here"))
    found = found.join(table(database, later, "later"), on=same, join_type="left")
    _create(engine, database, f"{name}_resolved", found, watch)
    _drop(engine, database, name)
    _drop(engine, database, later)
    _rename(engine, database, f"{name}_resolved", name)


def _create(engine: Engine, database: str, name: str, query: exp.Query, watch: Watch | None) -> None:
    engine.execute(exp.Create(this=table(database, name), kind="TABLE", expression=query), watch=watch)


def _drop(engine: Engine, database: str, name: str) -> None:
    engine.execute(exp.Drop(tables=[table(database, name)], kind="TABLE"))


def _rename(engine: Engine, database: str, old: str, new: str) -> None:
    action = exp.AlterRename(this=exp.Table(this=exp.to_identifier(new, quoted=True)))
    engine.execute(exp.Alter(this=table(database, old), kind="TABLE", actions=[action]))
