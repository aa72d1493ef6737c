"""Looking into a graph: one of its components, those that are too large, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.graph.core import (
    DATASETS,
    EDGES,
    FRAGMENTS,
    GRAPHS,
    IDENTITIES,
    MOST_IDENTITIES,
    identity_of,
    namespace_of,
)
from segkit.profiles.storage import Storage, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.profiles.graph.core import Graph

_BIGINT = Storage("BIGINT")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an identity stands: its graph's number, the key of that graph's smallest identity, how many it has."""

    number: int
    root: str
    identities: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is in a graph.

    Parameters
    ----------
    identities, graphs
        All of them, identities that are a graph by themselves included.
    linked
        Graphs of several identities.
    largest
        The identities of the largest graph.
    oversized
        Graphs that are too large to be a profile.
    without_identity
        Rows that have no identity at all.
    """

    identities: int
    graphs: int
    linked: int
    largest: int
    oversized: int
    without_identity: int


def place(graph: Graph, key: str) -> Place | None:
    """Where the identity with a key stands; None where there is none."""
    here = exp.EQ(this=sql.column("key", "identities"), expression=sql.text(key))
    same = exp.EQ(this=sql.column("graph", "graphs"), expression=sql.column("graph", "identities"))
    asked = exp.select(
        sql.column("graph", "identities"),
        sql.coalesce([sql.column("key", "graphs"), sql.column("key", "identities")]),
        sql.coalesce([sql.column("identities", "graphs"), sql.number(1)]),
    ).from_(graph.table(IDENTITIES, "identities"))
    asked = asked.join(graph.table(GRAPHS, "graphs"), on=same, join_type="left").where(here)
    found = graph.engine.rows(asked)
    return Place(*found[0]) if found else None


def totals(graph: Graph) -> Totals:
    """How much there is."""
    size = sql.column("identities")
    too_large = exp.GT(this=size, expression=sql.number(MOST_IDENTITIES))
    asked = exp.select(
        exp.Count(this=exp.Star()),
        sql.coalesce([exp.Max(this=size.copy()), sql.number(1)]),
        sql.call("count_if", too_large),
        sql.coalesce([cast(exp.Sum(this=size.copy()), _BIGINT), sql.number(0)]),
    ).from_(graph.table(GRAPHS))
    ((linked, largest, oversized, members),) = graph.engine.rows(asked)
    identities = int(graph.engine.value(exp.select(exp.Count(this=exp.Star())).from_(graph.table(IDENTITIES))))
    without = sum(one.without_identity for one in graph.facts.values())
    return Totals(identities, identities - members + linked, linked, largest, oversized or 0, without)


def members(graph: Graph, number: int) -> exp.Select:
    """`namespace`, `id` and `rows` of each identity of one graph: how many rows belong to it, as their own identity."""
    mine = exp.EQ(this=sql.column("graph", "identities"), expression=sql.number(number))
    found = (
        exp.select(sql.column("key", "identities"), sql.named(_total("rows", "fragments"), "rows"))
        .from_(graph.table(IDENTITIES, "identities"))
        .join(
            graph.table(FRAGMENTS, "fragments"), on=_same("identity", "fragments", "id", "identities"), join_type="left"
        )
        .where(mine)
        .group_by(sql.column("key", "identities"))
    )
    key = sql.column("key")
    chosen = [sql.named(namespace_of(key), "namespace"), sql.named(identity_of(key.copy()), "id"), sql.column("rows")]
    return exp.select(*chosen).from_(sql.subquery(found, "found")).order_by(key.copy())


def behind(graph: Graph, number: int) -> exp.Select:
    """The ids of the datasets in which identities of one graph occur."""
    mine = exp.EQ(this=sql.column("graph", "identities"), expression=sql.number(number))
    return (
        exp.select(sql.column("id", "datasets"))
        .distinct()
        .from_(graph.table(FRAGMENTS, "fragments"))
        .join(graph.table(IDENTITIES, "identities"), on=_same("id", "identities", "identity", "fragments"))
        .join(graph.table(DATASETS, "datasets"), on=_same("number", "datasets", "dataset", "fragments"))
        .where(mine)
    )


def edges(graph: Graph, number: int, names: Mapping[str, str]) -> exp.Select:
    """`source`, `target`, `datasets` and `rows` of each pair of identities of one graph that occurs in some row.

    Parameters
    ----------
    graph
        The graph of all identities.
    number
        That of the component.
    names
        Dataset id → name.
    """
    # whichever of the two the row belongs to, it is the same edge
    keys = [sql.column("key", "one"), sql.column("key", "other")]
    mine = exp.EQ(this=sql.column("graph", "one"), expression=sql.number(number))
    known = _names(names)
    found = (
        exp.select(
            sql.named(sql.call("least", *keys), "source"),
            sql.named(sql.call("greatest", *(one.copy() for one in keys)), "target"),
            sql.named(_listed(sql.column("name", "names")), "datasets"),
            sql.named(_total("rows", "edges"), "rows"),
        )
        .from_(graph.table(EDGES, "edges"))
        .join(graph.table(IDENTITIES, "one"), on=_same("id", "one", "source", "edges"))
        .join(graph.table(IDENTITIES, "other"), on=_same("id", "other", "target", "edges"))
        .join(graph.table(DATASETS, "datasets"), on=_same("number", "datasets", "dataset", "edges"))
        .join(known, on=_same("id", "names", "id", "datasets"))
        .where(mine)
        .group_by(exp.Literal.number(1), exp.Literal.number(2))
    )
    ends = [sql.named(_shown(sql.column(one)), one) for one in ("source", "target")]
    asked = exp.select(*ends, sql.column("datasets"), sql.column("rows")).from_(sql.subquery(found, "found"))
    return asked.order_by(sql.column("source", "found"), sql.column("target", "found"))


def oversized(graph: Graph, names: Mapping[str, str]) -> exp.Select:
    """A row for each graph of too many identities, the largest first.

    `smallest` identity, `identities`, `rows` and `datasets` behind them, the `hub` (the identity that most others of
    the graph occur with: mostly the cause) and `hub_edges`, with how many.
    """
    too_large = exp.GT(this=sql.column("identities"), expression=sql.number(MOST_IDENTITIES))
    large = exp.select(exp.Star()).from_(graph.table(GRAPHS)).where(too_large)
    numbered = exp.select(sql.column("id", "identities"), sql.column("key", "identities"), sql.column("graph", "large"))
    numbered = numbered.from_(graph.table(IDENTITIES, "identities")).join(
        sql.subquery(large, "large"), on=_same("graph", "large", "graph", "identities")
    )
    rows = (
        exp.select(
            sql.column("graph", "numbered"),
            sql.named(_total("rows", "fragments"), "rows"),
            sql.named(_listed(sql.column("name", "names")), "datasets"),
        )
        .from_(sql.subquery(numbered, "numbered"))
        .join(graph.table(FRAGMENTS, "fragments"), on=_same("identity", "fragments", "id", "numbered"))
        .join(graph.table(DATASETS, "datasets"), on=_same("number", "datasets", "dataset", "fragments"))
        .join(_names(names), on=_same("id", "names", "id", "datasets"))
        .group_by(sql.column("graph", "numbered"))
    )
    asked = exp.select(
        sql.named(_shown(sql.column("key", "large")), "smallest"),
        *(sql.column(one, "large") for one in ("identities",)),
        *(sql.column(one, "rows") for one in ("rows", "datasets")),
        sql.named(_shown(sql.column("hub", "hubs")), "hub"),
        sql.named(sql.column("edges", "hubs"), "hub_edges"),
    ).from_(sql.subquery(large.copy(), "large"))
    asked = asked.join(sql.subquery(rows, "rows"), on=_same("graph", "rows", "graph", "large"))
    asked = asked.join(sql.subquery(_hubs(graph, numbered), "hubs"), on=_same("graph", "hubs", "graph", "large"))
    return asked.order_by(
        exp.Ordered(this=sql.column("identities", "large"), desc=True), exp.Ordered(this=sql.column("key", "large"))
    )


def _hubs(graph: Graph, numbered: exp.Select) -> exp.Select:
    """The identity of each of some graphs that has the most edges; of several, the smallest."""
    ends = sql.union_all(
        exp.select(sql.named(sql.column(one), "id"), sql.named(sql.column(other), "near")).from_(graph.table(EDGES))
        for one, other in (("source", "target"), ("target", "source"))
    )
    near = exp.Count(this=exp.Distinct(expressions=[sql.column("near", "ends")]))
    degrees = exp.select(
        sql.column("graph", "numbered"), sql.column("key", "numbered"), sql.named(near, "edges")
    ).from_(sql.subquery(numbered.copy(), "numbered"))
    degrees = degrees.join(sql.subquery(ends, "ends"), on=_same("id", "ends", "id", "numbered"))
    degrees = degrees.group_by(sql.column("graph", "numbered"), sql.column("key", "numbered"))
    order = exp.Order(
        expressions=[exp.Ordered(this=sql.column("edges"), desc=True), exp.Ordered(this=sql.column("key"))]
    )
    first = exp.Window(this=exp.RowNumber(), partition_by=[sql.column("graph")], order=order)
    chosen = [sql.column("graph"), sql.named(sql.column("key"), "hub"), sql.column("edges")]
    found = exp.select(*chosen).from_(sql.subquery(degrees, "degrees"))
    return found.qualify(exp.EQ(this=first, expression=sql.number(1)))


def sizes(graph: Graph) -> exp.Select:
    """`identities` of a graph, how many `graphs` have so many, and whether each is a `profile`."""
    size = sql.column("identities")
    several = exp.select(size, sql.named(exp.Count(this=exp.Star()), "graphs")).from_(graph.table(GRAPHS))
    found = totals(graph)
    alone = sql.named(sql.number(found.graphs - found.linked), "graphs")
    by_size = sql.union_all([exp.select(sql.named(sql.number(1), "identities"), alone), several.group_by(size.copy())])
    fits = exp.LTE(this=size.copy(), expression=sql.number(MOST_IDENTITIES))
    asked = exp.select(size.copy(), sql.column("graphs"), sql.named(fits, "profile"))
    asked = asked.from_(sql.subquery(by_size, "sizes"))
    return asked.where(exp.GT(this=sql.column("graphs"), expression=sql.number(0))).order_by(size.copy())


def _same(left: str, left_table: str, right: str, right_table: str) -> exp.Expr:
    return exp.EQ(this=sql.column(left, left_table), expression=sql.column(right, right_table))


def _names(names: Mapping[str, str]) -> exp.Expr:
    return exp.values(list(names.items()), alias="names", columns=("id", "name"))


def _listed(value: exp.Expr) -> exp.Expr:
    """The different values in order."""
    gathered = exp.ArrayAgg(this=exp.Distinct(expressions=[value]))
    some = sql.call("list_filter", gathered, sql.function(sql.ITEM, sql.present(sql.column(sql.ITEM))))
    return sql.call("list_sort", some)


def _total(name: str, table: str) -> exp.Expr:
    return sql.coalesce([cast(exp.Sum(this=sql.column(name, table)), _BIGINT), sql.number(0)])


def _shown(key: exp.Expr) -> exp.Expr:
    """An identity as people read it."""
    named = exp.DPipe(this=namespace_of(key), expression=sql.text(":"))
    return exp.DPipe(this=named, expression=identity_of(key.copy()))
