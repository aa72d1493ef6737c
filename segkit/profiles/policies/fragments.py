"""The rows of one dataset as a merge sees them: keyed, reduced to the newest where they must be, with a merge key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.measure import RECORD_ID, micros
from segkit.profiles.datasets.reading import (
    carries,
    clock,
    identity_entries,
    identity_pairs,
    primary,
    read,
    row_number,
    scan,
)
from segkit.profiles.graph.rows import OWN, own, rooted
from segkit.profiles.policies.lone import looked_at
from segkit.profiles.storage import TEXT, Storage, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset, Part
    from segkit.profiles.graph.core import Graph
    from segkit.profiles.policies.lone import Lone
    from segkit.profiles.policies.within import Within

    Identities = Literal["none", "pairs", "full"] | tuple[Lone, ...]

KEY = "profile_key"
MASK = "namespace_mask"
PROFILE_ID = "profile_id"
# beside the leaves in one statement, so spelled as no field of theirs is likely to be
MERGE_KEY = "$merge_key"
IDENTITIES = "$identities"
CLOCK, RECORD, FILE, ROW, DATASET = "$clock", "$record_id", "$file", "$row", "$dataset"
_BIGINT, _HUGEINT = Storage("BIGINT"), Storage("HUGEINT")
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns of a dataset's rows are asked for; identities as pairs of namespace and id, in full, or as `Lone`;
    and of which profiles, where not of all. Rows belong to profiles by a graph, where there is one.
    """

    leaves: Mapping[Path, Storage]
    short: bool
    mask: tuple[str, ...] | None = None
    identities: Identities = "none"
    within: Within | None = None
    graph: Graph | None = None

    @property
    def own(self) -> str:
        """The column of the identity that a row belongs to: without a graph that is its profile's key."""
        return KEY if self.graph is None else OWN


def unique(dataset: Dataset, graph: Graph | None) -> bool:
    """Whether no identity has several records."""
    return dataset.measures.unique if graph is None else not graph.of(dataset).repeated


def reduced(dataset: Dataset, graph: Graph | None = None) -> bool:
    """Whether only the newest record of an identity counts, and some identity has several."""
    return not dataset.upsert and not unique(dataset, graph)


def crowded(dataset: Dataset, graph: Graph | None) -> bool:
    """Whether records of several identities of a dataset may meet in one profile."""
    return graph is not None and graph.of(dataset).crowded


def columns(dataset: Dataset, part: Part, wanted: Wanted) -> list[exp.Expr]:
    """The asked columns of a part's rows, without the key."""
    found: list[exp.Expr] = [
        sql.named(read(part, path, kind), sql.dotted(path)) for path, kind in wanted.leaves.items()
    ]
    if wanted.mask is not None:
        found.append(sql.named(_mask(part, wanted.mask), MASK))
    match wanted.identities:
        case "none":
            pass
        case "full":
            found.append(sql.named(identity_entries(dataset, part), IDENTITIES))
        case "pairs":
            found.append(sql.named(identity_pairs(part), IDENTITIES))
        case asked:
            found.append(sql.named(looked_at(dataset, part, asked), IDENTITIES))
    return found


def names(wanted: Wanted) -> list[str]:
    """The names of the asked columns, in the same order."""
    found = [sql.dotted(path) for path in wanted.leaves]
    return found + [MASK] * (wanted.mask is not None) + [IDENTITIES] * (wanted.identities != "none")


def _mask(part: Part, namespaces: Sequence[str]) -> exp.Expr:
    kind = mask_type(namespaces)
    bits = []
    for place, namespace in enumerate(namespaces):
        condition = carries(part, namespace)
        if condition is not None:
            bits.append(exp.Case().when(condition, cast(sql.number(1 << place), kind)).else_(cast(sql.number(0), kind)))
    return sql.total(bits) if bits else cast(sql.number(0), kind)


def mask_type(namespaces: Sequence[str]) -> Storage:
    """An integer wide enough for one bit a namespace."""
    return _BIGINT if len(namespaces) <= 62 else _HUGEINT


def plain(dataset: Dataset, part: Part, wanted: Wanted, extra: Sequence[exp.Expr] = ()) -> exp.Select:
    """A part's rows that have a profile."""
    if wanted.graph is not None:
        return _joined(dataset, part, wanted, wanted.graph, extra)
    key = primary(dataset, part, short=wanted.short)
    found = scan(part, [sql.named(key, KEY), *extra, *columns(dataset, part, wanted)])
    found = found.where(sql.present(key.copy()), copy=False) if dataset.without_identity else found
    return found if wanted.within is None else wanted.within.rows(found, KEY)


def _joined(dataset: Dataset, part: Part, wanted: Wanted, graph: Graph, extra: Sequence[exp.Expr]) -> exp.Select:
    """A part's rows that have a profile, by the graph of their identities."""
    facts, identity = graph.of(dataset), own(dataset, part)
    chosen = [*extra, *columns(dataset, part, wanted)]
    if facts.moved:
        inner = [sql.named(identity, OWN), *(one for one in chosen if one.alias != OWN)]
        found = rooted(graph, scan(part, inner), [one.alias for one in chosen], KEY)
    else:
        found = scan(part, [sql.named(identity, KEY), *chosen])
        found = found.where(sql.present(identity.copy()), copy=False) if facts.without_identity else found
    return found if wanted.within is None else wanted.within.rows(found, KEY, scanned=False)


def positions(part: Part, dataset: Dataset) -> list[exp.Expr]:
    """Where a row stands, for ties."""
    file, row = row_number(part, dataset.parts)
    return [sql.named(read(part, RECORD_ID, TEXT), RECORD), sql.named(file, FILE), sql.named(row, ROW)]


def moment(part: Part) -> exp.Expr:
    """The clock of a row in microseconds since 1970; null when it has none."""
    instant = clock(part)
    return micros(instant) if instant is not None else cast(exp.null(), _BIGINT)


def ordered(*, newest_first: bool) -> exp.Order:
    """The age of a profile's records in one dataset: by clock, then record id, then place; nulls are the oldest."""
    terms = [
        exp.Ordered(this=sql.column(one), desc=newest_first, nulls_first=not newest_first)
        for one in (CLOCK, RECORD, FILE, ROW)
    ]
    return exp.Order(expressions=terms)


def aged(dataset: Dataset, part: Part, wanted: Wanted) -> list[exp.Expr]:
    """What `ordered` and `newest` go by: the clock and place of a row, and the identity that it belongs to."""
    found = [sql.named(moment(part), CLOCK), *positions(part, dataset)]
    return [sql.named(own(dataset, part), OWN), *found] if wanted.graph is not None else found


def newest(wanted: Wanted) -> exp.Expr:
    """Whether a record is the newest of its identity in one dataset."""
    return exp.EQ(this=numbered(ordered(newest_first=True), wanted.own), expression=sql.number(1))


def numbered(order: exp.Order, by: str = KEY) -> exp.Window:
    """`row_number()` among the rows that share a column."""
    return exp.Window(this=exp.RowNumber(), partition_by=[sql.column(by)], order=order)


@dataclass(frozen=True)  # without slots, for what is found once: it is asked for each of hundreds of datasets
class Keys:
    """The merge keys of some datasets: one integer a record, unlike any other of the same profile.

    The parts of the key are the clock, the rank of the dataset and, where an upsert dataset repeats an identity,
    the record's ordinal; precedence swaps the first two. Bounds are exact, so that 64 bits are used only where they do.
    """

    datasets: tuple[Dataset, ...]
    precedence: bool
    graph: Graph | None = None

    @cached_property
    def ordinals(self) -> int:
        """One more than the largest ordinal; 1 where no dataset needs any."""
        return 1 + max((one.rows for one in self.datasets if self.repeats(one)), default=0)

    def repeats(self, dataset: Dataset) -> bool:
        """Whether several records of a dataset may take part in one profile."""
        return (dataset.upsert and not unique(dataset, self.graph)) or crowded(dataset, self.graph)

    @cached_property
    def low(self) -> int:
        """The oldest clock."""
        return min(bound for one in self.datasets for bound in _clocks(one))

    @cached_property
    def span(self) -> int:
        """How many different clocks fit, with one more below for those that are missing."""
        return max(bound for one in self.datasets for bound in _clocks(one)) - self.low + 2

    @property
    def rank_alone(self) -> bool:
        """Whether the dataset's rank decides by itself."""
        return self.precedence and self.ordinals == 1

    @cached_property
    def wide(self) -> bool:
        """Whether the keys need 128 bits."""
        return not self.rank_alone and self.span * len(self.datasets) * self.ordinals > _LARGEST

    def build(self, dataset: Dataset, clock_value: exp.Expr, ordinal: exp.Expr | None) -> exp.Expr:
        """The merge key of a dataset's row."""
        rank = self._ranks[dataset.id]
        if self.rank_alone:
            return sql.number(rank)
        kind = _HUGEINT if self.wide else _BIGINT
        time = self._time(dataset, clock_value, kind)
        if self.precedence:
            found: exp.Expr = exp.Add(this=cast(sql.number(rank * self.span), kind), expression=time)
        else:
            found = _times(time, len(self.datasets))
            found = exp.Add(this=found, expression=sql.number(rank)) if rank else found
        if self.ordinals > 1:
            found = _times(exp.paren(found), self.ordinals)
        return exp.Add(this=found, expression=ordinal) if ordinal is not None else found

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {one.id: rank for rank, one in enumerate(reversed(self.datasets))}

    def _time(self, dataset: Dataset, clock_value: exp.Expr, kind: Storage) -> exp.Expr:
        if not has_clock(dataset):
            return cast(sql.number(dataset.added_at - self.low + 1), kind)
        shifted = exp.Sub(this=cast(clock_value, kind), expression=sql.number(self.low - 1))
        return sql.coalesce([shifted, sql.number(0)])


def _times(value: exp.Expr, factor: int) -> exp.Expr:
    return value if factor == 1 else exp.Mul(this=value, expression=sql.number(factor))


def has_clock(dataset: Dataset) -> bool:
    """Whether the rows have clocks of their own; else the moment of adding stands for all."""
    return any(part.clock is not None for part in dataset.parts)


def _clocks(dataset: Dataset) -> tuple[int, ...]:
    if not has_clock(dataset):
        return (dataset.added_at,)
    bounds = (dataset.measures.clock_low, dataset.measures.clock_high)
    return tuple(one for one in bounds if one is not None) or (0,)


def branch(dataset: Dataset, wanted: Wanted, keys: Keys | None) -> list[exp.Select]:
    """The rows of a record dataset that take part in a merge, with `merge_key` when `keys` are given."""
    several = reduced(dataset, wanted.graph)
    ordinals = keys is not None and keys.ordinals > 1 and keys.repeats(dataset)
    if not several and not ordinals:
        found = []
        for part in dataset.parts:
            extra = [] if keys is None else [sql.named(keys.build(dataset, moment(part), None), MERGE_KEY)]
            found.append(plain(dataset, part, wanted, extra))
        return found
    inner = sql.union_all(plain(dataset, part, wanted, aged(dataset, part, wanted)) for part in dataset.parts)
    chosen: list[exp.Expr] = [sql.column(KEY)]
    if keys is not None:
        ordinal = numbered(ordered(newest_first=False)) if ordinals else None
        chosen.append(sql.named(keys.build(dataset, sql.column(CLOCK), ordinal), MERGE_KEY))
    chosen += [sql.column(one) for one in names(wanted)]
    outer = exp.select(*chosen).from_(sql.subquery(inner, "records"))
    if several:
        outer.qualify(newest(wanted), copy=False)
    return [outer]
