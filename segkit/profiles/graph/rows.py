"""The identities of rows as keys: the one that a row belongs to, and all that it carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import first, identifiers, prefixed, primary
from segkit.profiles.graph.core import ROOT, ROOTED, ROOTS, Graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.profiles.datasets.dataset import Dataset, Entry, Part

OWN = "$identity"
_ROOTS = "$roots"


def own(dataset: Dataset, part: Part) -> exp.Expr:
    """The identity that a row belongs to: its primary one, else its first in the order of the namespaces' names.

    Null where it has none at all. The graph makes a profile of it; of one dataset, the newest record of an identity
    replaces the older ones.
    """
    found = primary(dataset, part, short=False)
    if not dataset.without_identity:
        return found
    # where it is named, a row that has its primary identity is done with that namespace
    rest = [one for one in _used(part) if one.namespace != dataset.primary]
    return sql.coalesce([found, *(prefixed(one.namespace, first(one)) for one in rest)])


def own_among(dataset: Dataset, part: Part) -> list[int] | None:
    """The places among the lone `others` of which `own` is the first that is there; None where these do not tell it.

    They tell it where the primary namespace is named and no row has several identities of one.
    """
    used = _used(part)
    names = [one.namespace for one in used]
    if dataset.primary not in names or len(used) < 2 or not all(_lone(one, used) for one in used):
        return None
    first_of_all = names.index(dataset.primary)
    rest = [place for place in range(len(used)) if place != first_of_all]
    return [first_of_all, *rest] if dataset.without_identity else [first_of_all]


def others(part: Part) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """All identities of a row as keys and as lists of keys, nulls among them; none where no row has more than one."""
    used = _used(part)
    lone = [prefixed(one.namespace, first(one)) for one in used if _lone(one, used)]
    several = [_keys(one) for one in used if not _lone(one, used)]
    return (lone, several) if several or len(lone) > 1 else ([], [])


def _lone(entry: Entry, used: Sequence[Entry]) -> bool:
    """Whether no row has several identities of the namespace of an entry."""
    return entry.single and sum(one.namespace == entry.namespace for one in used) == 1


def _used(part: Part) -> list[Entry]:
    return sorted((one for one in part.entries if one.used), key=lambda one: one.namespace)


def _keys(entry: Entry) -> exp.Expr:
    body = prefixed(entry.namespace, sql.column(sql.ITEM))
    return sql.call("list_transform", identifiers(entry), sql.function(sql.ITEM, body))


def rooted(graph: Graph, rows: exp.Select, names: Sequence[str], key: str) -> exp.Select:
    """Rows that have their own identity as `$identity`, with the key of their profile; those without one are left out.

    Parameters
    ----------
    graph
        Says whose profile each is.
    rows
        The rows.
    names
        Their columns to give besides.
    key
        The name of the profile's key.
    """
    mine, root = sql.column(OWN, "rows"), sql.column(ROOT, _ROOTS)
    stays = sql.is_null(sql.column(ROOTED, _ROOTS))
    found = exp.Case().when(stays, mine).else_(root)
    same = exp.EQ(this=sql.column(ROOTED, _ROOTS), expression=mine.copy())
    return (
        exp.select(sql.named(found, key), *(sql.column(one, "rows") for one in names))
        .from_(sql.subquery(rows, "rows"))
        .join(graph.table(ROOTS, _ROOTS), on=same, join_type="left")
        .where(sql.present(mine.copy()), exp.paren(exp.Or(this=stays.copy(), expression=sql.present(root.copy()))))
    )
