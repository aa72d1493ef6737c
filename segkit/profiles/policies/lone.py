"""Identity maps of profiles with one identity of each namespace: nearly all are, and theirs need no unnesting.

Of each namespace the least and the greatest identity of a profile are found, with their states, by plain aggregates.
Where the two are equal the profile has one, and its map is written down; the other profiles are merged in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.reading import certain_flag, identifier, identity_list, is_flagged, lone_element
from segkit.profiles.storage import TEXT, Storage, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.profiles.datasets.dataset import Dataset, Entry, Part
    from segkit.profiles.graph.core import Graph

MOST = 24
"""With more namespaces than these the aggregates cost more than they save."""

SEVERAL = "$several"
_BOOLEAN = Storage("BOOLEAN")


@dataclass(frozen=True, slots=True)
class Lone:
    """What is looked at of the identities of one namespace.

    Parameters
    ----------
    namespace
        Its code.
    key
        Whether they are the keys of their profiles.
    spread
        Whether a profile may have several.
    states
        Whether any has an authenticated state.
    primary
        Whether they are marked primary; None where some are.
    """

    namespace: str
    key: bool
    spread: bool
    states: bool
    primary: bool | None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are looked at."""
        low = () if self.key else ("low",)
        return low + ("high",) * self.spread + ("state",) * self.states + ("primary",) * (self.primary is None)


def lone(datasets: Sequence[Dataset], single: str | None, graph: Graph | None) -> tuple[Lone, ...]:
    """What is looked at in some datasets; `single` is the namespace of the keys, if they are of one alone."""
    found = sorted(
        {entry.namespace for each in datasets for part in each.parts for entry in part.entries if entry.used}
    )
    return tuple(_of(one, datasets, one if one == single else None, graph) for one in found)


def _of(namespace: str, datasets: Sequence[Dataset], single: str | None, graph: Graph | None) -> Lone:
    held = [(each, part, entries) for each in datasets for part in each.parts if (entries := _entries(part, namespace))]
    alone = graph is None and all(len(entries) == 1 and entries[0].single for _, _, entries in held)
    key = alone and single is not None and all(one.primary == namespace for one in datasets)
    holders = {one.id: one for one, _, _ in held}
    # of a dataset of records one takes part for each identity, unless all of them do
    once = len(holders) == 1 and all(
        one.kind == "record" and (one.measures.unique or not one.upsert) for one in holders.values()
    )
    flags = {certain_flag(each, entry) for each, _, entries in held for entry in entries}
    return Lone(
        namespace=namespace,
        key=key,
        spread=not key and not (alone and once),
        states=any(entry.names[1] is not None for _, _, entries in held for entry in entries),
        primary=flags.pop() if len(flags) == 1 else None,
    )


def _entries(part: Part, namespace: str) -> list[Entry]:
    return [one for one in part.entries if one.namespace == namespace and one.used]


def looked_at(dataset: Dataset, part: Part, asked: Iterable[Lone]) -> exp.Expr:
    """A struct of what is looked at in one row: of each namespace the least and greatest identity and their states."""
    fields: dict[str, exp.Expr] = {}
    for place, one in enumerate(asked):
        values = _values(dataset, _entries(part, one.namespace))
        fields |= {f"{place}.{name}": values[name] for name in one.names}
    return sql.struct(fields or {"0": exp.null()})


def _values(dataset: Dataset, entries: Sequence[Entry]) -> dict[str, exp.Expr]:
    if not entries:
        nothing = cast(exp.null(), TEXT)
        return {"low": nothing, "high": nothing, "state": nothing, "primary": cast(exp.null(), _BOOLEAN)}
    if len(entries) == 1 and entries[0].single:
        return _value(dataset, entries[0])
    listed = [identity_list(one, dataset) for one in entries]
    every = listed[0] if len(listed) == 1 else sql.call("list_concat", *listed)

    def each(name: str) -> exp.Expr:
        return sql.call("list_transform", every.copy(), sql.function(sql.ITEM, sql.field(sql.column(sql.ITEM), name)))

    known = sql.call("list_contains", each("authenticatedState"), sql.text("authenticated"))
    state = exp.Case().when(known, sql.text("authenticated")).else_(sql.call("list_max", each("authenticatedState")))
    return {
        "low": sql.call("list_min", each("id")),
        "high": sql.call("list_max", each("id")),
        "state": state,
        "primary": sql.call("list_bool_or", each("primary")),
    }


def _value(dataset: Dataset, entry: Entry) -> dict[str, exp.Expr]:
    element = lone_element(entry)
    identity = identifier(element, entry)
    some = sql.present(identity.copy())
    state: exp.Expr = cast(exp.null(), TEXT)
    if entry.names[1] is not None:
        state = exp.Case().when(some.copy(), cast(sql.field(element.copy(), entry.names[1]), TEXT))
    certain = certain_flag(dataset, entry)
    primary: exp.Expr = is_flagged(element.copy(), entry) if certain is None else exp.convert(certain)
    marked = exp.Case().when(some, primary)
    return {"low": identity, "high": identity.copy(), "state": state, "primary": marked}


def summed(rows: exp.Query, asked: Sequence[Lone], key: str, identities: str) -> exp.Select:
    """A row a profile: what was looked at of all its rows, and whether it has several identities of a namespace."""
    found = exp.select(sql.column(key))
    several: list[exp.Expr] = []
    for place, one in enumerate(asked):
        for name in one.names:
            value = sql.field(sql.column(identities), f"{place}.{name}")
            match name:
                case "low":
                    # where there can be but one, it need not be compared
                    made: exp.Expr = sql.call("min" if one.spread else "any_value", value)
                case "high":
                    made = sql.call("max", value)
                case "state":
                    known = sql.call("bool_or", exp.EQ(this=value, expression=sql.text("authenticated")))
                    made = exp.Case().when(known, sql.text("authenticated")).else_(exp.Max(this=value.copy()))
                case _:
                    made = sql.call("bool_or", value)
            found.select(sql.named(made, f"{place}.{name}"), copy=False)
        if one.spread:
            bounds = (sql.column(f"{place}.{name}") for name in ("low", "high"))
            several.append(exp.NullSafeNEQ(this=next(bounds), expression=next(bounds)))
    found = found.from_(sql.subquery(rows, "carried")).group_by(sql.column(key), copy=False)
    if not several:
        return found
    either: exp.Expr = exp.or_(*several, copy=False)
    return exp.select(exp.Star(), sql.named(either, SEVERAL)).from_(sql.subquery(found, "bounds"))


def maps(sums: exp.Query | exp.Table, asked: Sequence[Lone], key: str, name: str) -> exp.Select:
    """The maps of the profiles in what `summed` gives, as if each had one identity of each namespace at most."""
    entries = []
    for place, one in enumerate(asked):
        identity = sql.column(key if one.key else f"{place}.low")
        parts = {
            "id": identity,
            "authenticatedState": sql.column(f"{place}.state") if one.states else cast(exp.null(), TEXT),
            "primary": sql.column(f"{place}.primary") if one.primary is None else exp.convert(one.primary),
        }
        some = exp.Case().when(sql.present(identity.copy()), exp.Array(expressions=[sql.struct(parts)]))
        entries.append(sql.struct({"key": sql.text(one.namespace), "value": some}))
    listed: exp.Expr = exp.Array(expressions=entries)
    if not all(one.key for one in asked):
        there = sql.present(sql.field(sql.column(sql.ITEM), "value"))
        listed = sql.call("list_filter", listed, sql.function(sql.ITEM, there))
    rows = sums if isinstance(sums, exp.Table) else sql.subquery(sums, "identities")
    return exp.select(sql.column(key), sql.named(sql.call("map_from_entries", listed), name)).from_(rows)
