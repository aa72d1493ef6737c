"""Functions of arrays that become other nodes (R21, R27 to R30, R49)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from segkit.pql.binder import arrays, maps
from segkit.pql.binder.coerce import Operand
from segkit.pql.binder.context import is_failed
from segkit.pql.binder.membership import array_pair, member, sets
from segkit.pql.binder.names import name_or_text
from segkit.pql.binder.rewrite import renewed
from segkit.pql.binder.truth import some
from segkit.pql.bound import Aggregate, Arith, Bound, Const, Distinct, Filter, Function, If, IsNull
from segkit.pql.types import INTEGER, STRING, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segkit.pql.binder.site import Site
    from segkit.pql.tree import AggregateName


def _count(site: Site) -> Bound:
    given = Operand(site.nodes[0], site.b.value(site.nodes[0], site.scope))
    if given.kind is Kind.MAP:  # as many as it has entries
        return arrays.counted(Function("keys", (given.value,), array_of(STRING), site.span), site.span)
    array = arrays.checked_array(site.b, given, site.signature.name).value
    return site.fail() if is_failed(array) else arrays.counted(array, site.span)


def _aggregate(function: AggregateName) -> Callable[[Site], Bound]:
    def handler(site: Site) -> Bound:
        node = site.nodes[1] if len(site.nodes) > 1 else None
        array = arrays.of_items(site.b, site.array(), node, site.scope, site.span)
        return arrays.aggregate(site.b, function, array, site.nodes[0] if node is None else node, site.span)

    return handler


def _filter(site: Site) -> Bound:
    return arrays.filtered(site.b, site.array(), site.nodes[1], site.scope, site.span)


def _exists(site: Site) -> Bound:
    found = _filter(site)
    if is_failed(found):
        return found
    made = cast("Filter", found)
    return some(made.array, made.variable, made.condition, site.span)


def _map(site: Site) -> Bound:
    receiver = Operand(site.nodes[0], site.b.value(site.nodes[0], site.scope))
    if receiver.kind is Kind.MAP:
        return maps.mapped(site, receiver)
    array = arrays.checked_array(site.b, receiver, "map")
    return arrays.of_items(site.b, array, site.nodes[1], site.scope, site.span)


def _top(site: Site, *, descending: bool) -> Bound:
    array, number = site.array(), site.operand(2)
    return arrays.top(site.b, array, site.nodes[1], number, site.scope, where=site.span, descending=descending)


def _head(site: Site) -> Bound:
    array = site.array().value
    return site.fail() if is_failed(array) else arrays.head(array, site.span)


def _distinct(site: Site) -> Bound:
    array = site.array()
    return site.fail() if is_failed(array.value) else arrays.distinct(site.b, array, site.span)


def _includes(site: Site) -> Bound:
    array = site.array()
    text = array.kind is Kind.ARRAY and array.value.type.of.kind is Kind.STRING
    item = Operand(site.nodes[1], name_or_text(site.b, site.nodes[1], site.scope, text=text))
    return member(site.b, item, array, site.span, negated=False)


def _intersects(site: Site) -> Bound:
    return sets(site.b, "intersects", site.array(0), site.array(1), site.span)


def _subset(site: Site) -> Bound:
    return sets(site.b, "subset", site.array(0), site.array(1), site.span)


def _superset(site: Site) -> Bound:
    return sets(site.b, "superset", site.array(0), site.array(1), site.span)


def _intersection(site: Site) -> Bound:
    pair = array_pair(site.b, site.array(0), site.array(1), site.span, "intersection")
    return site.fail() if pair is None else Function("intersection", pair, pair[0].type, site.span)


def _only_null(site: Site) -> Bound:
    array = site.array().value
    if is_failed(array):
        return site.fail()
    item = site.b.fresh(array.type.of, array.span)
    return arrays.counted(Filter(array, item, IsNull(item, span=site.span), array.type, site.span), site.span)


def _distinct_with_null(site: Site) -> Bound:
    array = site.array()
    if is_failed(array.value):
        return site.fail()
    different = arrays.distinct(site.b, array, site.span)
    if not isinstance(different, Distinct):
        return different
    again = renewed(site.b, array.value)
    item = site.b.fresh(again.type.of, again.span)
    has_null = some(again, item, IsNull(item, span=site.span), site.span)
    one = If(has_null, Const(1, INTEGER, site.span), Const(0, INTEGER, site.span), INTEGER, site.span)
    return Arith("+", Aggregate("count", different, INTEGER, site.span), one, INTEGER, site.span)


ARRAY_CALLS: Mapping[str, Callable[[Site], Bound]] = MappingProxyType(
    {
        "count": _count,
        "countWithNull": _count,
        "countOnlyNull": _only_null,
        "distinctCountWithNull": _distinct_with_null,
        "sum": _aggregate("sum"),
        "average": _aggregate("average"),
        "min": _aggregate("min"),
        "max": _aggregate("max"),
        "filter": _filter,
        "exists": _exists,
        "map": _map,
        "groupBy": maps.grouped,
        "mapEntry": maps.misplaced,
        "topN": lambda site: _top(site, descending=True),
        "bottomN": lambda site: _top(site, descending=False),
        "head": _head,
        "distinct": _distinct,
        "includes": _includes,
        "intersects": _intersects,
        "subsetOf": _subset,
        "supersetOf": _superset,
        "intersection": _intersection,
    }
)
