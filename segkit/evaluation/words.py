"""Many segments evaluated into tables of words: a row a profile, a bit a segment, counted and written from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from segkit.engine import render
from segkit.evaluation.costs import Ledger, ledger
from segkit.evaluation.limits import refused
from segkit.jobs.membership.lanes import Lanes
from segkit.jobs.membership.parquet import copy_to
from segkit.plan.needs import reads
from segkit.pql.bound import Events
from segkit.sql import BITS, PROFILE_ID, SharedRows, compile_segments
from segkit.sql.segments import USES, Uses, words
from segkit.sql.source import KEY, MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.evaluation.scope import Scope
    from segkit.jobs import Control
    from segkit.pql.binder import BoundExpression

SEGMENTS_A_STATEMENT = 4 * BITS
"""Planning a statement grows faster than its segments, and what it computes for a block of rows must stay near."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The table of some segments.

    Parameters
    ----------
    scope
        What it was evaluated over.
    table
        Its name; `profile_key`, `namespace_mask`, the words, and `profile_id` where `identified`.
    places
        Segment id → its word and bit.
    everyone
        Whether profiles in none of the segments have rows too.
    identified
        Whether `profile_id` is one of its columns.
    """

    scope: Scope
    table: str
    places: dict[str, tuple[str, int]]
    everyone: bool
    identified: bool

    @property
    def words(self) -> list[str]:
        """The names of the words."""
        return list(dict.fromkeys(word for word, _ in self.places.values()))

    def members(self, *columns: str) -> exp.Select:
        """Columns of the profiles that are in some segment."""
        select = exp.select(*map(_column, columns)).from_(_named(self.table))
        inside = [exp.NEQ(this=_column(word), expression=exp.Literal.number(0)) for word in self.words]
        return select.where(exp.or_(*inside)) if self.everyone else select

    def counted(self, control: Control) -> tuple[int, dict[str, int], dict[str, dict[str, int]]]:
        """The rows, the sizes, and the sizes by namespace: sums grouped by the mask of the profile's namespaces."""
        engine, source = self.scope.engine, self.scope.source
        rows = engine.value(exp.select(exp.Count(this=exp.Star())).from_(_named(self.table)), watch=control.watch)
        lanes = Lanes(int(rows), self.places)
        select = exp.select(_column(MASK), *lanes.sums(_column)).from_(_named(self.table)).group_by("1")
        sizes = dict.fromkeys(self.places, 0)
        spread: dict[str, dict[str, int]] = {segment: {} for segment in self.places}
        for mask, *sums in engine.rows(select, watch=control.watch):
            inside = [name for bit, name in enumerate(source.namespaces) if int(mask or 0) >> bit & 1]
            for segment, count in lanes.counts(sums).items():
                if count:
                    sizes[segment] += count
                    for name in inside:
                        spread[segment][name] = spread[segment].get(name, 0) + count
        return int(rows), sizes, {segment: dict(sorted(counts.items())) for segment, counts in spread.items()}

    def write(self, path: Path, control: Control) -> int:
        """Write the members, `profile_id` and the words, as Parquet; how many they are."""
        if self.identified:
            query = self.members(PROFILE_ID, *self.words)
        else:
            known = self.scope.source.identified(self.members(KEY, *self.words))
            query = exp.select(*map(_column, (PROFILE_ID, *self.words))).from_(known.subquery("members"))
        return self.scope.engine.execute(copy_to(query, path), watch=control.watch)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the evaluation of some segments found.

    Parameters
    ----------
    scope
        What they were evaluated over.
    total
        How many profiles there are under the policy.
    batches
        The tables.
    sizes, by_namespace
        Segment id → profiles, and namespace → profiles.
    failures
        Segment id → why it could not be evaluated.
    costs
        Segment id → what it took (`segkit.evaluation.costs`).
    sql
        The statements, for people to read.
    """

    scope: Scope
    total: int
    batches: Sequence[Batch]
    sizes: Mapping[str, int]
    by_namespace: Mapping[str, Mapping[str, int]]
    failures: Mapping[str, str]
    costs: Mapping[str, Mapping[str, Any]]
    sql: str

    def write_identities(self, path: Path, control: Control) -> int:
        """Write `profile_id, identities` of all profiles that are in some segment; how many they are."""
        source, key = self.scope.source, _column(KEY)
        members: exp.Query = self.batches[0].members(KEY)
        for batch in self.batches[1:]:
            members = exp.union(members, batch.members(KEY))
        namespace, identity = _column("namespace"), _column("id")
        pair = exp.Anonymous(this="row", expressions=[namespace, exp.column("ids")])
        by_namespace = (
            exp.select(key, namespace.copy(), exp.alias_(_sorted(identity), "ids"))
            .from_(source.identities(members).subquery("identities"))
            .group_by(key.copy(), namespace.copy())
        )
        entries = exp.Anonymous(this="map_from_entries", expressions=[_sorted(pair)])
        each = (
            exp.select(key.copy(), exp.alias_(entries, "identities", quoted=True))
            .from_(by_namespace.subquery("by_namespace"))
            .group_by(key.copy())
        )
        known = source.identified(each).subquery("known")
        query = exp.select(_column(PROFILE_ID), _column("identities")).from_(known)
        return self.scope.engine.execute(copy_to(query, path), watch=control.watch)


def evaluated(conditions: Mapping[str, BoundExpression], scope: Scope, control: Control, prefix: str) -> Evaluated:
    """Evaluate segments into tables whose names begin with `prefix`, and count them.

    Where profiles are merged from fragments or events are read, that is done once for all segments, however many
    statements evaluate them.
    """
    return _Work(scope, control, prefix, dict(conditions), ledger(scope)).done()


def drop(engine: Engine, prefix: str) -> None:
    """Remove the tables of an evaluation."""
    tables = (
        exp.select("table_name")
        .from_("duckdb_tables()")
        .where(
            exp.func("starts_with", exp.column("table_name"), exp.Literal.string(prefix)),
            exp.EQ(this=exp.column("database_name"), expression=exp.func("current_database")),
        )
    )
    for (name,) in engine.rows(tables):
        engine.execute(exp.Drop(tables=[_named(name)], kind="TABLE", exists=True))


@dataclass
class _Work:
    scope: Scope
    control: Control
    prefix: str
    conditions: dict[str, BoundExpression]
    ledger: Ledger
    failures: dict[str, str] = field(default_factory=dict)
    statements: list[exp.Expr] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    by_namespace: dict[str, dict[str, int]] = field(default_factory=dict)

    def done(self) -> Evaluated:
        stored = self.scope.snapshot is not None
        total = self._total() if stored else None
        if len(self.conditions) > SEGMENTS_A_STATEMENT and not (stored and not self._read_events()):
            batches: Iterable[Batch | None] = self._shared()
        else:
            batches = [self._alone(chunk, number, stored=stored) for number, chunk in enumerate(self._chunks(), 1)]
        found = []
        for batch in batches:
            if batch is not None:
                found.append(batch)
                rows = self._count(batch)
                total = rows if batch.everyone else total
        return Evaluated(
            self.scope,
            self._total() if total is None else total,
            found,
            self.sizes,
            self.by_namespace,
            self.failures,
            self.ledger.document(),
            ";\n\n".join(render(one, pretty=True) for one in self.statements),
        )

    def _total(self) -> int:
        with self.control.stage("count profiles") as stage:
            stage.rows = total = self.scope.total(watch=self.control.watch)
        return total

    def _read_events(self) -> bool:
        return reads([one.condition for one in self.conditions.values()], (Events,))

    def _chunks(self) -> list[list[str]]:
        names = list(self.conditions)
        return [names[start : start + SEGMENTS_A_STATEMENT] for start in range(0, len(names), SEGMENTS_A_STATEMENT)]

    def _alone(self, chunk: Sequence[str], number: int, *, stored: bool) -> Batch | None:
        """Segments whose statement reads profiles and events by itself."""

        def compiled(names: Mapping[str, str]) -> exp.Select:
            bound = {given: self.conditions[one].condition for one, given in names.items()}
            texts = {given: self.conditions[one].expression.text for one, given in names.items()}
            scope = self.scope
            return compile_segments(bound, scope.source, scope.clock, texts=texts, everyone=not stored, stored=stored)

        with self.control.stage("evaluate segments") as stage:
            names, select = self._allowed(chunk, compiled)
            if not names:
                return None
            batch = Batch(self.scope, f"{self.prefix}_{number}", _places(names), not stored, stored)
            stage.rows = self._create(batch.table, select)
        self.ledger.add(stage.measurements, [_used(select, names)])
        return batch

    def _shared(self) -> Iterator[Batch | None]:
        """Segments whose statements read a table of what they need of profiles and events, which is made once."""
        made: list[SharedRows] = []

        def compiled(names: Mapping[str, str]) -> exp.Select:
            bound = {given: self.conditions[one].condition for one, given in names.items()}
            texts = {given: self.conditions[one].expression.text for one, given in names.items()}
            made[:] = [SharedRows(bound, self.scope.source, self.scope.clock, texts)]
            return made[0].rows()

        rows = f"{self.prefix}_rows"
        with self.control.stage("read profiles") as stage:
            names, select = self._allowed(list(self.conditions), compiled)
            if names:
                stage.rows = self._create(rows, select)
        read, used = stage.measurements, []
        for number, chunk in enumerate(self._chunks(), 1):
            kept = {one: names[one] for one in chunk if one in names}
            if not kept:
                continue
            with self.control.stage("evaluate segments") as stage:
                batch = Batch(self.scope, f"{self.prefix}_{number}", _places(kept), everyone=True, identified=False)
                select = made[0].segments(list(kept.values()), _named(rows))
                stage.rows = self._create(batch.table, select)
            used.append(_used(select, kept))
            self.ledger.add(stage.measurements, used[-1:])
            yield batch
        self.ledger.add(read, used, computing=False)
        self.scope.engine.execute(exp.Drop(tables=[_named(rows)], kind="TABLE", exists=True))

    def _allowed(
        self, chunk: Sequence[str], compiled: Callable[[Mapping[str, str]], exp.Select]
    ) -> tuple[dict[str, str], exp.Select]:
        """The columns of some segments by their ids, and the statement that evaluates them.

        One that would pair too many items fails, and keeps none of the others from being evaluated.
        """
        names = {segment: f"segment_{number}" for number, segment in enumerate(chunk, 1)}
        while names:
            select = compiled(names)
            errors = refused(select, self.scope, watch=self.control.watch)
            if not errors:
                return names, select
            self.failures |= {segment: str(errors[name]) for segment, name in names.items() if name in errors}
            names = {segment: name for segment, name in names.items() if name not in errors}
        return {}, exp.Select()

    def _create(self, table: str, select: exp.Select) -> int:
        self.statements.append(select)
        create = exp.Create(this=_named(table), kind="TABLE", expression=select)
        return self.scope.engine.execute(create, watch=self.control.watch)

    def _count(self, batch: Batch) -> int:
        with self.control.stage("count members") as stage:
            rows, sizes, spread = batch.counted(self.control)
            stage.rows = rows
        self.sizes.update(sizes)
        self.by_namespace.update(spread)
        self.control.report(sizes=sizes, by_namespace=spread)
        return rows


def _used(select: exp.Select, names: Mapping[str, str]) -> tuple[Uses, dict[str, str]]:
    return select.meta[USES], {given: segment for segment, given in names.items()}


def _places(names: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    columns = words(len(names))
    return {segment: (columns[at // BITS], at % BITS) for at, segment in enumerate(names)}


def _named(table: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(table, quoted=True))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _sorted(value: exp.Expr) -> exp.Expr:
    """All values of a group in order; sorting the finished list is cheaper than an ordered aggregate."""
    return exp.Anonymous(this="list_sort", expressions=[exp.ArrayAgg(this=value.copy())])
