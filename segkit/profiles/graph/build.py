"""Making a graph: identities as numbers, the edges between them, what hangs together, and what that means for rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import scan
from segkit.profiles.graph import components
from segkit.profiles.graph.core import (
    DATASETS,
    EDGES,
    FRAGMENTS,
    GRAPHS,
    IDENTITIES,
    MOST_IDENTITIES,
    ROOT,
    ROOTED,
    ROOTS,
    table,
)
from segkit.profiles.graph.rows import others, own, own_among
from segkit.profiles.storage import Storage, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine, Watch
    from segkit.profiles.datasets.dataset import Dataset, Part

_CARRIED, _KEYS, _LINKED = "carried", "keys", "linked"
_TEXT, _BIGINT, _SMALL = Storage("VARCHAR"), Storage("BIGINT"), Storage("SMALLINT")
FEW = 200_000
"""Up to so many edges SQL is done before scipy is loaded."""


def build(
    engine: Engine, database: str, scratch: str, datasets: Sequence[Dataset], *, watch: Watch | None = None
) -> None:
    """Make the tables of the graph of some datasets.

    Parameters
    ----------
    engine
        Where both databases are attached.
    database
        An empty one, for the tables that are kept.
    scratch
        An empty one, for those that are not.
    datasets
        All that take part.
    watch
        Cancels.
    """
    _Making(engine, database, scratch, tuple(datasets), watch).all()


class _Making:
    def __init__(
        self, engine: Engine, database: str, scratch: str, datasets: tuple[Dataset, ...], watch: Watch | None
    ) -> None:
        self.engine = engine
        self.database = database
        self.scratch = scratch
        self.datasets = datasets
        self.watch = watch

    def all(self) -> None:
        self._carried()
        self._keys()
        self._fragments()
        self._edges()
        self._components()
        self._graphs()
        self._datasets()

    def _create(self, database: str, name: str, query: exp.Query) -> None:
        made = exp.Create(this=table(database, name), kind="TABLE", expression=query)
        self.engine.execute(made, watch=self.watch)

    def _carried(self) -> None:
        """What rows carry, each combination of identities once with the number of its rows: most events repeat one."""
        # all at once, so that the table is made with its types by the first
        queries = [_carried(each, part, place) for place, each in enumerate(self.datasets) for part in each.parts]
        self._create(self.scratch, _CARRIED, queries[0].limit(0))
        for one in queries:
            self.engine.execute(exp.Insert(this=table(self.scratch, _CARRIED), expression=one), watch=self.watch)

    def _keys(self) -> None:
        """Every identity once, with a number."""
        carried = table(self.scratch, _CARRIED)
        opened = exp.select(sql.named(sql.call("unnest", sql.column("others")), "key")).from_(carried.copy())
        # where others are listed, the row's own identity is among them
        alone = exp.select(sql.named(sql.column("own"), "key")).from_(carried)
        every = sql.union_all([alone.where(sql.is_null(sql.column("others"))), opened])
        different = exp.select(sql.column("key")).distinct().from_(sql.subquery(every, "every"))
        different = different.where(sql.present(sql.column("key")))
        number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=sql.number(1))
        numbered = exp.select(sql.named(number, "id"), sql.column("key")).from_(sql.subquery(different, "different"))
        self._create(self.scratch, _KEYS, numbered)

    def _fragments(self) -> None:
        """How many rows of each dataset belong to each identity."""
        rows = exp.select(sql.column("own"), sql.column("dataset"), _sum("rows")).from_(table(self.scratch, _CARRIED))
        rows = rows.group_by(sql.column("own"), sql.column("dataset"))
        columns = [sql.named(sql.column("id", "keys"), "identity"), sql.column("dataset", "found")]
        found = exp.select(*columns, sql.column("rows", "found")).from_(sql.subquery(rows, "found"))
        self._create(self.database, FRAGMENTS, self._numbered(found, "own", "keys"))

    def _numbered(self, found: exp.Select, column: str, alias: str) -> exp.Select:
        """Rows beside the numbers of the identities in one of their columns."""
        same = exp.EQ(this=sql.column("key", alias), expression=sql.column(column, "found"))
        return found.join(table(self.scratch, _KEYS, alias), on=same)

    def _edges(self) -> None:
        """The identity that a row belongs to beside each other one in it."""
        opened = exp.select(
            sql.column("own"),
            sql.column("dataset"),
            sql.column("rows"),
            sql.named(sql.call("unnest", sql.column("others")), "other"),
        ).from_(table(self.scratch, _CARRIED))
        pairs = exp.select(sql.column("own"), sql.column("other"), sql.column("dataset"), _sum("rows"))
        pairs = pairs.from_(sql.subquery(opened.where(_some("others")), "opened"))
        pairs = pairs.where(exp.NEQ(this=sql.column("own"), expression=sql.column("other")))
        pairs = pairs.group_by(*map(sql.column, ("own", "other", "dataset")))
        found = exp.select(
            sql.named(sql.column("id", "mine"), "source"),
            sql.named(sql.column("id", "its"), "target"),
            sql.column("dataset", "found"),
            sql.column("rows", "found"),
        ).from_(sql.subquery(pairs, "found"))
        for column, alias in (("own", "mine"), ("other", "its")):
            found = self._numbered(found, column, alias)
        self._create(self.database, EDGES, found)

    def _components(self) -> None:
        ends = [sql.column("source"), sql.column("target")]
        low, high = (sql.named(sql.call(one, *(end.copy() for end in ends)), name) for one, name in _ENDS)
        pairs = exp.select(low, high).distinct().from_(table(self.database, EDGES))
        self._create(self.scratch, components.PAIRS, pairs)
        count = self._count(table(self.scratch, components.PAIRS))
        if count > FEW and components.scipy_is_installed():
            nodes = self._count(table(self.scratch, _KEYS))
            components.by_scipy(self.engine, self.scratch, nodes, watch=self.watch)
        else:
            components.by_sql(self.engine, self.scratch, watch=self.watch)

    def _count(self, rows: exp.Table) -> int:
        return int(self.engine.value(exp.select(exp.Count(this=exp.Star())).from_(rows), watch=self.watch))

    def _graphs(self) -> None:
        """Graphs of several identities, all identities with their graph, and those that rows must be joined to."""
        key, label = sql.column("key", "keys"), sql.column("label", "labels")
        same = exp.EQ(this=sql.column("id", "keys"), expression=sql.column("id", "labels"))
        linked = exp.select(sql.column("id", "keys"), key, label).from_(
            table(self.scratch, components.LABELS, "labels")
        )
        self._create(self.scratch, _LINKED, linked.join(table(self.scratch, _KEYS, "keys"), on=same))
        smallest = sql.call("arg_min", sql.column("id"), sql.column("key"))
        graphs = exp.select(
            sql.named(smallest, "graph"),
            sql.named(exp.Min(this=sql.column("key")), "key"),
            sql.named(exp.Count(this=exp.Star()), "identities"),
            sql.column("label"),
        )
        graphs = graphs.from_(table(self.scratch, _LINKED)).group_by(sql.column("label"))
        self._create(self.database, GRAPHS, graphs)
        here = exp.EQ(this=sql.column("label", "graphs"), expression=sql.column("label", "linked"))
        joined = (
            exp.select(
                sql.column("id", "linked"),
                sql.column("key", "linked"),
                sql.column("graph", "graphs"),
                sql.named(sql.column("key", "graphs"), "root"),
                sql.column("identities", "graphs"),
            )
            .from_(table(self.scratch, _LINKED, "linked"))
            .join(table(self.database, GRAPHS, "graphs"), on=here)
        )
        fits = exp.LTE(this=sql.column("identities"), expression=sql.number(MOST_IDENTITIES))
        moved = exp.NEQ(this=sql.column("id"), expression=sql.column("graph"))
        root = exp.Case().when(fits, sql.column("root"))
        roots = exp.select(sql.named(sql.column("key"), ROOTED), sql.named(root, ROOT))
        roots = roots.from_(sql.subquery(joined, "joined")).where(exp.or_(moved, exp.Not(this=exp.paren(fits.copy()))))
        self._create(self.database, ROOTS, roots)
        members = exp.select(sql.column("id"), sql.column("graph")).from_(sql.subquery(joined.copy(), "joined"))
        graph = sql.coalesce([sql.column("graph", "members"), sql.column("id", "keys")])
        identities = exp.select(sql.column("id", "keys"), sql.column("key", "keys"), sql.named(graph, "graph"))
        identities = identities.from_(table(self.scratch, _KEYS, "keys")).join(
            sql.subquery(members, "members"),
            on=exp.EQ(this=sql.column("id", "members"), expression=sql.column("id", "keys")),
            join_type="left",
        )
        self._create(self.database, IDENTITIES, identities)

    def _datasets(self) -> None:
        """What clean data are told by: see `Facts`."""
        number = sql.column("dataset")
        unowned = exp.Case().when(sql.is_null(sql.column("own")), sql.column("rows")).else_(sql.number(0))
        totals = exp.select(number, _sum("rows"), sql.named(cast(exp.Sum(this=unowned), _BIGINT), "without_identity"))
        totals = totals.from_(table(self.scratch, _CARRIED)).group_by(number.copy())

        mine, graph = sql.column("identity", "fragments"), sql.column("graph", "keys")
        key = exp.EQ(this=sql.column("id", "keys"), expression=mine)
        several = exp.EQ(this=sql.column("graph", "graphs"), expression=graph)
        size = sql.coalesce([sql.column("identities", "graphs"), sql.number(1)])
        too_large = exp.GT(this=size, expression=sql.number(MOST_IDENTITIES))
        moved = exp.or_(exp.NEQ(this=mine.copy(), expression=graph.copy()), too_large)
        each = (
            exp.select(
                sql.column("dataset", "fragments"),
                sql.column("rows", "fragments"),
                graph.copy(),
                sql.named(moved, "moved"),
            )
            .from_(table(self.database, FRAGMENTS, "fragments"))
            .join(table(self.database, IDENTITIES, "keys"), on=key)
            .join(table(self.database, GRAPHS, "graphs"), on=several, join_type="left")
        )
        by_graph = exp.select(
            number.copy(),
            sql.named(exp.Count(this=exp.Star()), "owners"),
            sql.named(exp.Max(this=sql.column("rows")), "rows"),
            sql.named(sql.call("bool_or", sql.column("moved")), "moved"),
        )
        by_graph = by_graph.from_(sql.subquery(each, "each")).group_by(number.copy(), sql.column("graph"))
        facts = exp.select(
            number.copy(),
            sql.named(_exceeds("rows"), "repeated"),
            sql.named(_exceeds("owners"), "crowded"),
            sql.named(sql.call("bool_or", sql.column("moved")), "moved"),
        )
        facts = facts.from_(sql.subquery(by_graph, "by_graph")).group_by(number.copy())

        names = exp.values(
            [(place, one.id) for place, one in enumerate(self.datasets)], alias="names", columns=("number", "id")
        )
        none = exp.false()
        found = exp.select(
            sql.named(cast(sql.column("number", "names"), _SMALL), "number"),
            sql.column("id", "names"),
            *(sql.column(one, "totals") for one in ("rows", "without_identity")),
            *(
                sql.named(sql.coalesce([sql.column(one, "facts"), none.copy()]), one)
                for one in ("repeated", "crowded", "moved")
            ),
        ).from_(names)
        for one, how in (("totals", ""), ("facts", "left")):
            query = totals if one == "totals" else facts
            same = exp.EQ(this=sql.column("dataset", one), expression=sql.column("number", "names"))
            found = found.join(sql.subquery(query, one), on=same, join_type=how or None)
        self._create(self.database, DATASETS, found)


_ENDS = (("least", "a"), ("greatest", "b"))


def _carried(dataset: Dataset, part: Part, place: int) -> exp.Select:
    """The combinations of identities in the rows of a part: the row's own, and all of it where there may be several."""
    lone, several = others(part)
    columns = {f"lone{number}": one for number, one in enumerate(lone)}
    places = own_among(dataset, part)
    mine: exp.Expr = sql.column("own")
    if places is None:
        columns["own"] = own(dataset, part)
    else:
        mine = sql.coalesce([sql.column(f"lone{one}") for one in places])
    columns |= {f"several{number}": one for number, one in enumerate(several)}
    rows = scan(part, [sql.named(one, name) for name, one in columns.items()])
    every = _listed([f"lone{number}" for number, _ in enumerate(lone)], [f"several{n}" for n, _ in enumerate(several)])
    chosen = [
        sql.named(cast(sql.number(place), _SMALL), "dataset"),
        sql.named(mine, "own"),
        sql.named(cast(every, Storage("LIST", _TEXT)), "others"),
        sql.named(exp.Count(this=exp.Star()), "rows"),
    ]
    found = exp.select(*chosen).from_(sql.subquery(rows, "rows"))
    return found.group_by(*map(sql.column, columns))


def _listed(lone: Sequence[str], several: Sequence[str]) -> exp.Expr:
    """All identities of a row, where it may have more than one; a null among them is none."""
    together = exp.Array(expressions=[sql.column(one) for one in lone])
    if several:
        return sql.call("list_distinct", sql.call("list_concat", together, *map(sql.column, several)))
    count = sql.total(
        [exp.Case().when(sql.present(sql.column(one)), sql.number(1)).else_(sql.number(0)) for one in lone]
    )
    return exp.Case().when(exp.GT(this=exp.paren(count), expression=sql.number(1)), together) if lone else exp.null()


def _some(column: str) -> exp.Expr:
    """Whether a list holds more than the row's own identity."""
    return exp.GT(this=sql.call("len", sql.column(column)), expression=sql.number(1))


def _sum(column: str) -> exp.Alias:
    return sql.named(cast(exp.Sum(this=sql.column(column)), _BIGINT), column)


def _exceeds(column: str) -> exp.Expr:
    """Whether some number is above one."""
    return sql.call("bool_or", exp.GT(this=sql.column(column), expression=sql.number(1)))
