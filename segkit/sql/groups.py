"""Maps over groups of events: one step groups the events by profile and key, another lays the groups in a map."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.pql.bound_walk import signature
from segkit.pql.types import Kind
from segkit.sql import maps
from segkit.sql.build import both, call, column, otherwise, present, table
from segkit.sql.events import Pass, aggregated, in_time
from segkit.sql.expressions import condition, plain, value
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from segkit.plan.features import Feature
    from segkit.plan.groups import Grouping
    from segkit.sql.events import Steps
    from segkit.sql.scope import Leaves, Scope

_GROUP_KEY = "key"
_ITEMS, _KEYS = "i", "k"
_ITEM, _POSITION = "item", "position"
_CERTAIN = frozenset({"any", "count", "distinct", "list"})
_PLAIN = frozenset({"count", "distinct", "sum", "average"})
_ORDERED = frozenset({"first", "list"})


def group_passes(features: Sequence[Feature], steps: Steps, notes: dict[str, str]) -> list[Pass]:
    """The steps that make maps of groups; maps over the same groups are made together."""
    sharing: dict[Hashable, list[tuple[Feature, Grouping]]] = {}
    for one in features:
        if one.groups is not None:
            sharing.setdefault(_rows_sign(one, one.groups), []).append((one, one.groups))
    return [_group_pass(several, steps, notes, number) for number, several in enumerate(sharing.values(), 1)]


def _rows_sign(one: Feature, grouping: Grouping) -> Hashable:
    where = frozenset(signature(held) for held in one.stream.where)
    item = signature(one.stream.item) if one.stream.many else ()
    return where, item, signature(grouping.key)


def _group_pass(several: list[tuple[Feature, Grouping]], steps: Steps, notes: dict[str, str], number: int) -> Pass:
    first, grouping = several[0]
    features = {inner.sign: inner for _, one in several for inner in one.features}
    shown = {sign: f"{_word(one)}_{at}" for at, (sign, one) in enumerate(features.items(), 1)}
    rows = _Rows.of(first, grouping, steps, ordered=any(one.kind in _ORDERED for one in features.values()))
    values = [exp.alias_(_value(one, rows, steps), shown[sign]) for sign, one in features.items()]
    groups = rows.select(first, steps).select(exp.alias_(rows.key.copy(), _GROUP_KEY, quoted=True), *values, copy=False)
    groups = groups.group_by(column(KEY, rows.event.table), rows.key.copy(), copy=False)
    step, of = f"groups_{number}", f"maps_{number}"
    columns = {
        one.name: f"{'map' if one.kind == 'groups' else _word(one)}_{at}" for at, (one, _) in enumerate(several, 1)
    }
    made: list[exp.Expr] = []
    for one, each in several:
        scope = _of_group(each, step, shown, rows.scope)
        found = maps.listed(column(_GROUP_KEY), plain(each.value, scope))
        if each.total is not None:
            found = _total(replace(one, stream=each.total), steps, scope)
        made.append(exp.alias_(found, columns[one.name]))
    for one, _ in several:
        steps.add(step, groups, notes.get(one.name, ""))
    steps.add(of, exp.Select().select(column(KEY), *made).from_(table(step)).group_by(column(KEY)))
    return Pass(of, columns, present=all(each.total is None for _, each in several))


def _total(one: Feature, steps: Steps, scope: Scope) -> exp.Expr:
    """A value of all groups of a profile."""
    held = [condition(each, scope) for each in one.stream.where]
    if one.kind == "any" and not held:
        return exp.true()  # a profile without groups has no row
    return aggregated(one, steps, scope, both(held) if held else None, ties=[])


def _word(feature: Feature) -> str:
    return "found" if feature.kind == "any" else feature.kind


def _of_group(grouping: Grouping, step: str, shown: Mapping[Hashable, str], scope: Scope) -> Scope:
    """What the names mean over the row of a group."""
    names = {one.name: column(shown[one.sign], step) for one in grouping.features}
    certain = frozenset(one.name for one in grouping.features if one.kind in _CERTAIN)
    numbers = frozenset(one.name for one in grouping.features if one.kind in _PLAIN)
    return replace(scope.having({**names, "key": column(_GROUP_KEY, step)}), never_null=certain, plain=numbers)


def _value(one: Feature, rows: _Rows, steps: Steps) -> exp.Expr:
    """A feature of a group."""
    held = [condition(each, rows.scope) for each in one.stream.where]
    made = aggregated(one, steps, rows.scope, both(held) if held else None, ties=rows.ties)
    return otherwise(made, exp.Array(expressions=[])) if one.kind == "list" and held else made


@dataclass(slots=True)
class _Rows:
    """The rows that are grouped: events, or the items of an array in them.

    Parameters
    ----------
    scope
        What a group's features are computed in.
    event, profile
        The rows of the event and of the profile beside it.
    held
        The conditions on the rows.
    key
        The key of a row.
    ties
        The order of the rows where nothing else is said: by time, then by their place in the event.
    """

    scope: Scope
    event: Leaves
    profile: Leaves
    held: list[exp.Expr]
    key: exp.Expr
    ties: list[tuple[exp.Expr, bool]] | None = None
    joins: list[exp.Expr] = field(default_factory=list)

    @classmethod
    def of(cls, feature: Feature, grouping: Grouping, steps: Steps, *, ordered: bool) -> _Rows:
        """The rows of a feature's stream, `ordered` where one comes before another."""
        stream = feature.stream
        scope, event, profile = steps.scope(stream)
        held = [steps.sources.noted(condition(one, scope), feature.origin, one) for one in stream.where]
        joins: list[exp.Expr] = []
        ties = None
        if stream.many:
            ties = [*in_time(stream, scope), (column(_POSITION, _ITEMS), False)] if ordered else []
            joins.append(_unnested(value(stream.item, scope), _ITEMS, _ITEM, *((_POSITION,) if ordered else ())))
            scope = scope.having({stream.event.name: column(_ITEM, _ITEMS)})
        key = value(grouping.key, scope)
        if grouping.key.type.kind is Kind.ARRAY:
            joins.append(_unnested(call("LIST_DISTINCT", key), _KEYS, _GROUP_KEY))
            key = column(_GROUP_KEY, _KEYS)
        held.append(present(key))
        return cls(scope, event, profile, held, key, ties, joins)

    def select(self, feature: Feature, steps: Steps) -> exp.Select:
        """The rows, with the profile's key."""
        select = steps.rows(self.event, self.profile, feature.stream.where).select(column(KEY, self.event.table))
        for one in self.joins:
            select = select.join(one, join_type="cross", copy=False)
        return select.where(both(self.held), copy=False)


def _unnested(array: exp.Expr, table_: str, *columns: str) -> exp.Expr:
    """An array's items as rows beside the row that it lies in, with their positions where a second column asks."""
    names = [exp.to_identifier(one, quoted=True) for one in columns]
    alias = exp.TableAlias(this=exp.to_identifier(table_), columns=names)
    return exp.Unnest(expressions=[array], alias=alias, offset=len(columns) > 1 or None)
