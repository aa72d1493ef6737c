"""`MergedSource`: the merged profiles and the events of one merge policy, as statements."""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.measure import RECORD_ID
from segkit.profiles.datasets.reading import escaped, identity_key
from segkit.profiles.datasets.union import MAP_PATH
from segkit.profiles.policies.fragments import (
    CLOCK,
    DATASET,
    FILE,
    IDENTITIES,
    KEY,
    MASK,
    MERGE_KEY,
    PROFILE_ID,
    RECORD,
    ROW,
    Keys,
    Wanted,
    branch,
    crowded,
    mask_type,
    moment,
    plain,
    positions,
    reduced,
    unique,
)
from segkit.profiles.policies.lone import MOST, SEVERAL, lone, summed
from segkit.profiles.policies.lone import maps as lone_maps
from segkit.profiles.policies.policy import taking_part
from segkit.profiles.storage import IDENTITY_MAP, Storage, cast

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterable, Mapping, Sequence

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset, Part
    from segkit.profiles.datasets.union import Union
    from segkit.profiles.graph.core import Graph
    from segkit.profiles.policies.fragments import Identities
    from segkit.profiles.policies.policy import MergePolicy
    from segkit.profiles.policies.within import Within

_TEXT = Storage("VARCHAR")
_FILTERED = 16
LONE = "$lone"
"""What was found of each profile's identities, read twice: for those with one of each namespace, and the others."""


class MergedSource:
    """What the compiler asks of a merge policy (`segkit.sql.source.ProfileSource`).

    Parameters
    ----------
    policy
        How attributes are merged.
    datasets
        All datasets of the workspace, in the order of adding.
    union
        Their union schema.
    graph
        The identity graph of the datasets that take part (`taking_part`), under a policy that has one.
    """

    def __init__(
        self, policy: MergePolicy, datasets: Sequence[Dataset], union: Union, graph: Graph | None = None
    ) -> None:
        if (graph is None) != (policy.identity_graph == "none"):
            raise ValueError(policy.identity_graph)
        self.policy = policy
        self.graph = graph
        self.union = union
        self.datasets = tuple(datasets)
        self._within: Within | None = None
        taking = taking_part(policy, datasets)
        self.records = tuple(one for one in taking if one.kind == "record")
        self.event_datasets = tuple(one for one in taking if one.kind == "event")

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """All identity namespaces, in the order of the bits of the mask."""
        found = {one for each in (*self.records, *self.event_datasets) for one in each.measures.namespaces}
        return tuple(sorted(found))

    @cached_property
    def _single(self) -> str | None:
        """The namespace of every primary identity, if it is one: then the identity alone is the key."""
        if self.graph is not None:
            return None
        found = {one for each in (*self.records, *self.event_datasets) for one in each.measures.primaries}
        return found.pop() if len(found) == 1 else None

    def profile_id(self, key: exp.Expr) -> exp.Expr:
        """The public, stable text id of the profile with this key: the MD5 of namespace, colon and identity."""
        if self._single is None:
            return sql.call("md5", key)
        return sql.call("md5", exp.DPipe(this=sql.text(escaped(self._single) + ":"), expression=key))

    def identified(self, query: exp.Query) -> exp.Select:
        """The rows of a query that has `profile_key`, with `profile_id` beside: the public id as a UUID."""
        made = exp.Cast(this=self.profile_id(sql.column(KEY)), to=exp.DataType.build("UUID", dialect="duckdb"))
        return exp.select(exp.Star(), sql.named(made, PROFILE_ID)).from_(sql.subquery(query, "keyed"))

    @property
    def identities_file(self) -> pathlib.Path | None:
        """Parquet with `profile_id UUID, identities MAP(VARCHAR, VARCHAR[])` of all profiles, where it lies ready."""
        return None

    def merged_away(self, profile_id: exp.Expr) -> exp.Expr | None:
        """Whether a profile of an earlier run that is gone is part of another now, because their graphs joined.

        Parameters
        ----------
        profile_id
            Its public id as a UUID, a column of profile ids that this source does not have (any more).

        Returns
        -------
        Expr or None
            A condition, true for the ids of identities that are no longer the smallest of their graph, and never null;
            None under a policy without a graph, where no two profiles become one.
        """
        return None if self.graph is None else self.graph.swallowed(profile_id)

    def within(self, profiles: Within) -> MergedSource:
        """The same for some of the profiles alone: as if nothing were known of the others."""
        found = copy.copy(self)
        found._within = profiles  # noqa: SLF001 - the same class
        return found

    def over(self, datasets: Sequence[Dataset]) -> MergedSource:
        """The same policy over other rows of the same datasets, such as samples of them, or of some of them alone.

        Keys and namespaces stay those of all, so that what is found here and there fits together.
        """
        found = MergedSource(self.policy, datasets, self.union, self.graph)
        found._within = self._within
        vars(found).update(namespaces=self.namespaces, _single=self._single)
        return found

    def key_of(self, namespace: str, identity: str) -> str | None:
        """The key of the profile with a primary identity; None where no primary identity is of that namespace.

        With a graph, of the profile that has the identity at all; None where there is none, or too large a graph.
        """
        if self.graph is not None:
            return self.graph.root(identity_key(namespace, identity))
        if self._single is None:
            return identity_key(namespace, identity)
        return identity if namespace == self._single else None

    def profiles(self, leaves: Sequence[Path], *, every: bool, mask: bool = False) -> exp.Select:
        """One row a profile: `profile_key`, the leaves in the order asked, and `namespace_mask` if asked.

        With `every` false, profiles in which all asked leaves are null may be missing.
        """
        asked = tuple(dict.fromkeys(leaves))
        stored = {one: self._stored(one, self.union.profile) for one in asked}
        everyone = every or mask or MAP_PATH in asked
        records = [one for one in self.records if everyone or _has(one, asked)]
        events = self.event_datasets if everyone else ()
        if not records and not events:
            return _nothing([(sql.dotted(one), stored[one]) for one in asked], mask)
        bits = self.namespaces if mask else None
        if len(records) == 1 and not events and MAP_PATH not in asked and self._one_each(records[0], mask=mask):
            return self._direct(records[0], self.wanted(stored, bits))
        if len(asked) == 1 and not everyone and stored[asked[0]].sql == "MAP":
            return self._merged_map(records, asked[0], stored[asked[0]])
        return self._grouped(records, events, stored, bits, filtered=not everyone)

    def _one_each(self, dataset: Dataset, *, mask: bool) -> bool:
        """Whether a dataset gives each of its profiles one record, so that there is nothing to merge."""
        if self._bare_besides(dataset, mask=mask) or crowded(dataset, self.graph):
            return False
        return unique(dataset, self.graph) or reduced(dataset, self.graph)

    def _bare_besides(self, dataset: Dataset, *, mask: bool) -> bool:
        """Whether replaced records bring namespaces: in a graph they join identities, and what it joins stays."""
        return mask and self.graph is not None and reduced(dataset, self.graph)

    def wanted(
        self,
        leaves: Mapping[Path, Storage],
        mask: tuple[str, ...] | None = None,
        identities: Identities = "none",
    ) -> Wanted:
        """Columns asked of the rows of this policy's profiles."""
        return Wanted(leaves, self.short, mask, identities, self._within, self.graph)

    @property
    def short(self) -> bool:
        """Whether the key is the primary identity alone, because all are of one namespace."""
        return self._single is not None

    def _keys(self, records: tuple[Dataset, ...]) -> Keys:
        return Keys(records, self.policy.attribute_merge == "dataSetPrecedence", self.graph)

    def _stored(self, path: Path, known: dict[Path, Storage]) -> Storage:
        found = known.get(path)
        if found is None:
            raise DataError(f"no dataset has a field `{sql.dotted(path)}`")
        return found

    def _direct(self, dataset: Dataset, wanted: Wanted) -> exp.Select:
        """One dataset with one record an identity: nothing to merge."""
        maps = [path for path, kind in wanted.leaves.items() if kind.sql == "MAP"]
        parts = branch(dataset, wanted, None)
        if len(parts) == 1 and not maps and not reduced(dataset, self.graph):
            return parts[0]
        chosen: list[exp.Expr] = [sql.column(KEY)]
        for path, kind in wanted.leaves.items():
            column = sql.column(sql.dotted(path))
            chosen.append(sql.named(_present_entries(column), sql.dotted(path)) if kind.sql == "MAP" else column)
        chosen += [sql.column(MASK)] * (wanted.mask is not None)
        return exp.select(*chosen).from_(sql.subquery(sql.union_all(parts), "fragments"))

    def _grouped(
        self,
        records: Sequence[Dataset],
        events: Sequence[Dataset],
        stored: dict[Path, Storage],
        mask: Sequence[str] | None,
        *,
        filtered: bool,
    ) -> exp.Select:
        """All fragments below one another, grouped by profile; maps are merged key by key beside them."""
        maps = [path for path, kind in stored.items() if kind.sql == "MAP"]
        flat = {path: kind for path, kind in stored.items() if path not in maps}
        bits = None if mask is None else tuple(mask)
        keys = self._keys(tuple(records)) if records and flat else None
        wanted = self.wanted(flat, bits)
        branches = [one for each in records for one in branch(each, wanted, keys)]
        bare = [one for one in records if self._bare_besides(one, mask=mask is not None)]
        branches += [one for each in (*bare, *events) for one in _bare(each, wanted, keyed=bool(flat))]
        chosen: list[exp.Expr] = [sql.column(KEY)]
        for path in flat:
            name = sql.dotted(path)
            best = _newest(sql.column(name), sql.column(MERGE_KEY), filtered=len(flat) <= _FILTERED)
            chosen.append(sql.named(best, name))
        if mask is not None:
            chosen.append(sql.named(sql.call("bit_or", sql.column(MASK)), MASK))
        rows = sql.subquery(sql.union_all(branches), "fragments")
        found = exp.select(*chosen).from_(rows).group_by(sql.column(KEY), copy=False)
        if maps:
            tables = {path: self._map(records, path, stored[path]) for path in maps}
            return _beside(found, tables, list(stored), mask=mask is not None)
        if filtered and len(flat) == 1:
            # what has no value cannot win; dropping it first is much cheaper than grouping it
            found.where(sql.present(sql.column(sql.dotted(next(iter(flat))))), copy=False)
        return found

    def _map(self, records: Sequence[Dataset], path: Path, kind: Storage) -> exp.Select:
        return self._identity_maps() if path == MAP_PATH else self._merged_map(records, path, kind)

    def _merged_map(self, records: Sequence[Dataset], path: Path, kind: Storage) -> exp.Select:
        """A map field merged key by key."""
        holders = tuple(one for one in records if one.storage(path) is not None)
        if not holders:
            return _nothing([(sql.dotted(path), kind)], mask=False)
        keys = self._keys(holders)
        wanted = self.wanted({path: kind})
        rows = sql.union_all(one for each in holders for one in branch(each, wanted, keys))
        opened = sql.call("unnest", sql.call("map_entries", sql.column(sql.dotted(path))))
        entries = exp.select(sql.column(KEY), sql.column(MERGE_KEY), sql.named(opened, "entry")).from_(
            sql.subquery(rows, "fragments")
        )
        key, value = (sql.field(sql.column("entry"), one) for one in ("key", "value"))
        newest = (
            exp.select(
                sql.column(KEY),
                sql.named(key, "map_key"),
                sql.named(_newest(value, sql.column(MERGE_KEY)), "map_value"),
            )
            .from_(sql.subquery(entries, "entries"))
            .group_by(sql.column(KEY), key.copy(), copy=False)
        )
        return _collected(newest, path)

    def _identity_maps(self) -> exp.Select:
        """Each profile's identities, from all its records and events."""
        asked = lone((*self.records, *self.event_datasets), self._single, self.graph)
        if not 0 < len(asked) <= MOST:
            return self._opened_maps(self._carried("full"))
        sums = summed(self._carried(asked), asked, KEY, IDENTITIES)
        if not any(one.spread for one in asked):
            return lone_maps(sums, asked, KEY, sql.dotted(MAP_PATH))
        several, known = sql.column(SEVERAL), exp.Table(this=exp.to_identifier(LONE, quoted=True))
        plain_ones = lone_maps(known, asked, KEY, sql.dotted(MAP_PATH)).where(exp.Not(this=several))
        others = exp.select(sql.column(KEY)).from_(known.copy()).where(several.copy())
        carried = exp.select(sql.column(KEY), sql.column(IDENTITIES)).from_(
            sql.subquery(self._carried("full"), "carried")
        )
        # before the identities are opened: DuckDB moves no join below an unnest
        carried = carried.join(sql.subquery(others, "others"), using=[sql.column(KEY)], join_type="semi")
        both = sql.subquery(sql.union_all([plain_ones, self._opened_maps(carried)]), "identities")
        found = exp.select(sql.column(KEY), sql.column(sql.dotted(MAP_PATH))).from_(both)
        return found.with_(exp.to_identifier(LONE, quoted=True), as_=sums, copy=False)

    def _opened_maps(self, carried: exp.Query) -> exp.Select:
        """The identities of rows, of each profile once, as maps."""
        listed = _identity_rows(carried)
        identity = sql.column("identity")
        state = sql.field(identity, "authenticatedState")
        known = sql.call("bool_or", exp.EQ(this=state, expression=sql.text("authenticated")))
        parts: dict[str, exp.Expr] = {
            "id": sql.field(identity.copy(), "id"),
            "authenticatedState": exp.Case().when(known, sql.text("authenticated")).else_(exp.Max(this=state.copy())),
            "primary": sql.call("bool_or", sql.field(identity.copy(), "primary")),
        }
        each = (
            exp.select(sql.column(KEY), sql.column("namespace"), sql.named(sql.struct(parts), "identity"))
            .from_(sql.subquery(listed, "identities"))
            .group_by(sql.column(KEY), sql.column("namespace"), sql.field(identity.copy(), "id"), copy=False)
        )
        gathered = sql.call("list_sort", exp.ArrayAgg(this=sql.column("identity")))
        by_namespace = (
            exp.select(sql.column(KEY), sql.named(sql.column("namespace"), "map_key"), sql.named(gathered, "map_value"))
            .from_(sql.subquery(each, "identities"))
            .group_by(sql.column(KEY), sql.column("namespace"), copy=False)
        )
        return _collected(by_namespace, MAP_PATH)

    def _carried(self, identities: Identities) -> exp.Query:
        wanted = self.wanted({}, identities=identities)
        # with a graph, replaced records count too: what they joined stays joined
        whole = [*self.event_datasets, *(self.records if self.graph is not None else ())]
        branches = [one for each in self.records if each not in whole for one in branch(each, wanted, None)]
        return sql.union_all([*branches, *(plain(each, part, wanted) for each in whole for part in each.parts)])

    def identities(self, members: exp.Query | None = None) -> exp.Select:
        """`profile_key`, `namespace` and `id` of each identity of each profile, once.

        Of the profiles alone whose `profile_key` is among those of `members`, where they are given.
        """
        if not self.records and not self.event_datasets:
            return _nothing([("namespace", _TEXT), ("id", _TEXT)], mask=False)
        if self.graph is not None:
            known = self.graph.members(KEY)
            known = known if self._within is None else self._within.rows(known, KEY, scanned=False)
            if members is None:
                return known
            everyone = exp.select(exp.Star()).from_(sql.subquery(known, "identities"))
            return everyone.join(sql.subquery(members, "members"), using=[sql.column(KEY)], join_type="semi")
        pair = sql.column("pair")
        carried = exp.select(sql.column(KEY), sql.column(IDENTITIES)).from_(
            sql.subquery(self._carried("pairs"), "carried")
        )
        if members is not None:
            # before the identities are opened: DuckDB moves no join below an unnest
            carried = carried.join(sql.subquery(members, "members"), using=[sql.column(KEY)], join_type="semi")
        opened = exp.select(sql.column(KEY), sql.named(sql.call("unnest", sql.column(IDENTITIES)), "pair")).from_(
            sql.subquery(carried, "carried")
        )
        names = [sql.named(sql.field(pair.copy(), one), one) for one in ("namespace", "id")]
        found = exp.select(sql.column(KEY), *names).distinct().from_(sql.subquery(opened, "pairs"))
        return found.where(sql.present(sql.field(pair, "id")), copy=False)

    def events(self, leaves: Sequence[Path], *, files: Mapping[str, int] | None = None) -> exp.Select:
        """One row an experience event: `profile_key` and the leaves in the order asked, duplicates by `_id` removed.

        With `files`, which has the number of each dataset's first file, the column `$file` is the number of the file.
        """
        stored = {one: self._stored(one, self.union.event) for one in dict.fromkeys(leaves)}
        if not self.event_datasets:
            place = [] if files is None else [(FILE, Storage("BIGINT"))]
            return _nothing([*place, *((sql.dotted(one), kind) for one, kind in stored.items())], mask=False)
        repeated = self.repeated()
        with_map = MAP_PATH in stored
        flat = {path: kind for path, kind in stored.items() if path != MAP_PATH}
        wanted = self.wanted(flat, identities="full" if with_map else "none")
        clean = [
            plain(each, part, wanted, [] if files is None else [_place(part, each, files)[1]])
            for each in self.event_datasets
            if each not in repeated
            for part in each.parts
        ]
        branches = [*clean, *([self._once(repeated, wanted, files)] if repeated else [])]
        if len(branches) == 1 and not with_map:
            return branches[0]
        chosen: list[exp.Expr] = [sql.column(KEY), *([] if files is None else [sql.column(FILE)])]
        for path in stored:
            column: exp.Expr = sql.column(sql.dotted(path))
            chosen.append(sql.named(_event_map(), sql.dotted(path)) if path == MAP_PATH else column)
        return exp.select(*chosen).from_(sql.subquery(sql.union_all(branches), "events"))

    def repeated(self) -> list[Dataset]:
        """Event datasets in which, or between which, an `_id` occurs twice."""
        present = {one.id for one in self.event_datasets}
        marked: set[str] = set()
        if self.graph is not None and any(one.without_identity for one in self.event_datasets):
            # what was counted was counted of rows with a primary identity, and here all have a profile
            marked |= {one.id for one in self.event_datasets if one.storage(RECORD_ID) is not None}
        for one in self.event_datasets:
            partners = present.intersection(one.measures.shared)
            if one.measures.duplicates or partners:
                marked |= {one.id, *partners}
        return [one for one in self.event_datasets if one.id in marked]

    def _once(self, datasets: Iterable[Dataset], wanted: Wanted, files: Mapping[str, int] | None) -> exp.Select:
        """Events of which each `_id` is there once: the smallest timestamp, then dataset order, then place."""
        # the first of an `_id` may be an event of any profile, so all are looked at before some are kept
        everyone = replace(wanted, within=None)
        rows = sql.union_all(
            plain(
                each,
                part,
                everyone,
                [
                    sql.named(moment(part), CLOCK),
                    *_place(part, each, files or {}),
                    sql.named(sql.number(number), DATASET),
                ],
            )
            for number, each in enumerate(datasets)
            for part in each.parts
        )
        chosen = [sql.column(KEY), *([] if files is None else [sql.column(FILE)])]
        chosen += [sql.column(sql.dotted(one)) for one in wanted.leaves]
        chosen += [sql.column(IDENTITIES)] * (wanted.identities != "none")
        terms = [exp.Ordered(this=sql.column(one), nulls_first=False) for one in (CLOCK, DATASET, FILE, ROW)]
        place = exp.Window(this=exp.RowNumber(), partition_by=[sql.column(RECORD)], order=exp.Order(expressions=terms))
        first = exp.EQ(this=place, expression=sql.number(1))
        found = (
            exp.select(*chosen)
            .from_(sql.subquery(rows, "events"))
            .qualify(exp.Or(this=sql.is_null(sql.column(RECORD)), expression=first), copy=False)
        )
        return found if wanted.within is None else wanted.within.rows(found, KEY, scanned=False)


def _place(part: Part, dataset: Dataset, files: Mapping[str, int]) -> list[exp.Expr]:
    """Where an event stands, its file by the number that it has among those of all datasets."""
    record, file, row = positions(part, dataset)
    first = files.get(dataset.id, 0)
    return [record, sql.named(exp.Add(this=file.this, expression=sql.number(first)), FILE) if first else file, row]


def _bare(dataset: Dataset, wanted: Wanted, *, keyed: bool) -> list[exp.Select]:
    """The rows of an event dataset among those of records: they bring profiles and namespaces, and no attribute."""
    nulls = [sql.named(cast(exp.null(), Storage("BIGINT")), MERGE_KEY)] if keyed else []
    nulls += [sql.named(cast(exp.null(), kind), sql.dotted(path)) for path, kind in wanted.leaves.items()]
    only = replace(wanted, leaves={})
    rows = sql.subquery(sql.union_all(plain(dataset, part, only) for part in dataset.parts), "bare")
    # a row a profile before it meets the records: a null costs every attribute's aggregate as much as a value
    masked = wanted.mask is not None
    bits = [sql.named(sql.call("bit_or", sql.column(MASK)), MASK)] * masked
    known = exp.select(sql.column(KEY), *bits).from_(rows).group_by(sql.column(KEY), copy=False)
    if not nulls:
        return [known]
    chosen = [sql.column(KEY), *nulls, *[sql.column(MASK)] * masked]
    return [exp.select(*chosen).from_(sql.subquery(known, "known"))]


def _beside(attributes: exp.Select, maps: dict[Path, exp.Select], order: Sequence[Path], *, mask: bool) -> exp.Select:
    """Merged attributes with merged maps joined to them, the columns in the order asked."""
    found = exp.select(sql.column(KEY, "attributes")).from_(sql.subquery(attributes, "attributes"))
    tables = {path: f"map{number}" for number, path in enumerate(maps)}
    for path, table in maps.items():
        found.join(sql.subquery(table, tables[path]), join_type="left", using=[sql.column(KEY)], copy=False)
    found.select(*(sql.column(sql.dotted(one), tables.get(one, "attributes")) for one in order), copy=False)
    return found.select(sql.column(MASK, "attributes"), copy=False) if mask else found


def _identity_rows(carried: exp.Query) -> exp.Select:
    """`profile_key`, `namespace` and `identity` of each identity in each record and event."""
    opened = exp.select(sql.column(KEY), sql.named(sql.call("unnest", sql.column(IDENTITIES)), "entry")).from_(
        sql.subquery(carried, "carried")
    )
    return exp.select(
        sql.column(KEY),
        sql.named(sql.field(sql.column("entry"), "key"), "namespace"),
        sql.named(sql.call("unnest", sql.field(sql.column("entry"), "value")), "identity"),
    ).from_(sql.subquery(opened, "namespaces"))


def _has(dataset: Dataset, leaves: Iterable[Path]) -> bool:
    return any(dataset.storage(one) is not None for one in leaves)


def _newest(value: exp.Expr, merge_key: exp.Expr, *, filtered: bool = True) -> exp.Expr:
    """The value with the greatest merge key among those that are there.

    DuckDB's `arg_max` skips missing values anyway, and the filter says so to whoever reads the statement or runs it
    elsewhere. But each filter copies the columns of all others too: over hundreds of leaves that is nearly all of the
    work.
    """
    best = sql.call("arg_max", value.copy(), merge_key.copy())
    if not filtered:
        return best
    return exp.Filter(this=best, expression=exp.Where(this=sql.present(value.copy())))


def _present_entries(column: exp.Expr) -> exp.Expr:
    """A map without its null values, null when nothing is left: an explicit null is absent."""
    value = sql.field(sql.column(sql.ITEM), "value")
    kept = sql.call("list_filter", sql.call("map_entries", column), sql.function(sql.ITEM, sql.present(value)))
    some = exp.GT(this=sql.call("len", kept), expression=sql.number(0))
    return exp.Case().when(some, sql.call("map_from_entries", kept.copy()))


def _event_map() -> exp.Expr:
    """The identity map of one event."""
    value = sql.call("len", sql.field(sql.column(sql.ITEM), "value"))
    some = exp.GT(this=value, expression=sql.number(0))
    kept = sql.call("list_filter", sql.column(IDENTITIES), sql.function(sql.ITEM, some))
    return cast(sql.call("map_from_entries", kept), IDENTITY_MAP)


def _collected(entries: exp.Select, path: Path) -> exp.Select:
    """`profile_key`, `map_key` and `map_value` as one map a profile, in the order of its keys."""
    pair = sql.struct({"key": sql.column("map_key"), "value": sql.column("map_value")})
    # sorting the finished list is twice as fast as an ordered aggregate
    made = sql.call("map_from_entries", sql.call("list_sort", exp.ArrayAgg(this=pair)))
    return (
        exp.select(sql.column(KEY), sql.named(made, sql.dotted(path)))
        .from_(sql.subquery(entries, "entries"))
        .where(sql.present(sql.column("map_value")), copy=False)
        .group_by(sql.column(KEY), copy=False)
    )


def _nothing(columns: Sequence[tuple[str, Storage]], mask: bool) -> exp.Select:  # noqa: FBT001 - one call site each
    """No rows with the right columns."""
    found: list[exp.Expr] = [sql.named(cast(exp.null(), _TEXT), KEY)]
    found += [sql.named(cast(exp.null(), kind), name) for name, kind in columns]
    if mask:
        found.append(sql.named(cast(exp.null(), mask_type(())), MASK))
    return exp.select(*found).where(exp.false())
