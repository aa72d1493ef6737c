"""Maps inside a row, as DuckDB maps (`pql.md` R22, R28, R30); what expressions make is in the order of the keys."""

from __future__ import annotations

from sqlglot import exp

from segkit.sql.build import both, call, function_of, literal, once, operand, part, present, struct


def _variable(text: str) -> exp.Expr:
    return exp.Column(this=exp.to_identifier(text))


def key_of(entry: exp.Expr) -> exp.Expr:
    """The key of an entry."""
    return part(entry, "key")


def value_of(entry: exp.Expr) -> exp.Expr:
    """The value of an entry."""
    return part(entry, "value")


def listed(keys: exp.Expr, values: exp.Expr) -> exp.Expr:
    """A map made of the rows of a group, in the order of their keys."""

    def ordered(one: exp.Expr) -> exp.Expr:
        return call("LIST", exp.Order(this=one, expressions=[exp.Ordered(this=keys.copy(), nulls_first=False)]))

    return call("MAP", ordered(keys.copy()), ordered(values))


def empty() -> exp.Expr:
    """A map without entries, of whatever types stand beside it."""
    return call("MAP", exp.Array(expressions=[]), exp.Array(expressions=[]))


def size(map_: exp.Expr) -> exp.Expr:
    """The number of entries, null for a null map."""
    return call("CARDINALITY", map_)


def groups(array: exp.Expr, variable: str, key: exp.Expr, *, several: bool) -> exp.Expr:
    """The items of an array by a key, or by each key of an array of them, as entries.

    Each key filters the array, so this is for the short arrays of a row.
    """

    def of(items: exp.Expr) -> exp.Expr:
        found = call("LIST_TRANSFORM", items, function_of(variable, key.copy()))
        if several:
            found = call("FLATTEN", found)
        wanted = _variable("key")
        held = (
            call("LIST_CONTAINS", key.copy(), wanted)
            if several
            else exp.EQ(this=operand(key.copy()), expression=wanted)
        )
        group = call("LIST_FILTER", items.copy(), function_of(variable, held))
        entry = struct({"key": wanted.copy(), "value": group})
        return call("LIST_TRANSFORM", call("LIST_SORT", call("LIST_DISTINCT", found)), function_of("key", entry))

    return once(array, of, "items")


def of_entries(entries: exp.Expr) -> exp.Expr:
    """The map of entries with different keys."""
    return call("MAP_FROM_ENTRIES", entries)


def entries_of(map_: exp.Expr, *, in_order: bool) -> exp.Expr:
    """The entries of a map, sorted by their keys for `in_order`."""
    found = call("MAP_ENTRIES", map_)
    return call("LIST_SORT", found) if in_order else found


def changed(entries: exp.Expr, new_key: exp.Expr | None, new_value: exp.Expr, entry: str) -> exp.Expr:
    """A map made of entries; `new_key` and `new_value` are over the entry in the lambda variable of that name."""
    if new_key is None:
        pair = struct({"key": key_of(_variable(entry)), "value": new_value})
        return of_entries(call("LIST_TRANSFORM", entries, function_of(entry, pair)))
    triple = struct({"key": new_key, "old": key_of(_variable(entry)), "value": new_value})
    made = call("LIST_SORT", call("LIST_TRANSFORM", entries, function_of(entry, triple)))
    # The entries are read beside each entry: as the one item of a list they are computed once.
    last = call("LIST_TRANSFORM", exp.Array(expressions=[made]), function_of("made", _last_of_each(_variable("made"))))
    return of_entries(call("LIST_EXTRACT", last, literal(1)))


def _last_of_each(made: exp.Expr) -> exp.Expr:
    """Sorted entries without those that have no key, and of those with equal keys the last."""
    one, at = _variable("one"), _variable("at")
    following = call("LIST_EXTRACT", made.copy(), exp.Add(this=at, expression=literal(1)))
    last = exp.NullSafeNEQ(this=key_of(following), expression=key_of(one.copy()))
    kept = call("LIST_FILTER", made, function_of("one", both([present(key_of(one.copy())), last]), "at"))
    pair = struct({"key": key_of(one.copy()), "value": value_of(one.copy())})
    return call("LIST_TRANSFORM", kept, function_of("one", pair))
