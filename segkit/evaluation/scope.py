"""`Scope`: everything that fixes an answer besides the rule itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.evaluation.left_out import left_out
from segkit.evaluation.limits import refuse
from segkit.plan import unsupported
from segkit.pql import PQLError, parse
from segkit.pql.binder import bind
from segkit.pql.despite import parsed
from segkit.pql.types import Kind, leaves
from segkit.profiles import MergedSource, verify
from segkit.sql import compile_columns, compile_condition_count, compile_total
from segkit.sql.source import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.engine import Engine, Watch
    from segkit.evaluation.sampling import Sampled
    from segkit.evaluation.sources import Source, Sources
    from segkit.pql import Expression
    from segkit.pql.binder import BoundExpression, Referred
    from segkit.pql.bound import Bound
    from segkit.pql.types import Schema
    from segkit.profiles import Dataset, MergePolicy, Union
    from segkit.profiles.snapshots.source import SnapshotSource
    from segkit.sql import Clock

IDENTITY_MAP, IDENTITIES = "identityMap", "identities"


@dataclass(frozen=True)
class Scope:
    """The version of the data, the merge policy and the clock that an answer is for.

    Parameters
    ----------
    sources
        Gives the profiles and events, and runs the statements.
    datasets
        All datasets of the workspace, in the order of adding.
    policy
        How fragments become profiles.
    clock
        What `now` means, the zone of calendar units and the first day of a week.
    resolve
        Gives the expression of the segment that `inSegment("…")` names (R48), with its merge policy where that differs.
    """

    sources: Sources = field(repr=False)
    datasets: tuple[Dataset, ...]
    policy: MergePolicy
    clock: Clock
    resolve: Callable[[str], Expression | Referred] | None = field(default=None, repr=False)

    @property
    def engine(self) -> Engine:
        """Runs the statements."""
        return self.sources.engine

    @property
    def union(self) -> Union:
        """The fields of all datasets."""
        return self.sources.union(self.datasets)

    @property
    def schema(self) -> Schema:
        """The union schema that names are bound against."""
        return self.union.schema

    @cached_property
    def source(self) -> Source:
        """The statements that give this policy's profiles and events."""
        return self.sources.source(self.policy, self.datasets)

    def prepare(self, watch: Watch) -> None:
        """Make what the source is made of, where it is not there yet, so that it can be cancelled: a graph."""
        if self.policy.identity_graph != "none":
            self.sources.graphs.of(self.policy, self.datasets, watch=watch)

    @property
    def snapshot(self) -> SnapshotSource | None:
        """The snapshot that profiles and events are read from; None where they are merged from fragments."""
        return None if isinstance(self.source, MergedSource) else self.source

    @property
    def merged(self) -> MergedSource:
        """The same profiles and events, merged from their fragments."""
        return self.source if isinstance(self.source, MergedSource) else self.source.merged

    def sampled(self, buckets: int, *, events: bool) -> Sampled:
        """The profiles in the first of the 1,000 hash buckets, for estimates; of `events` where the rule asks."""
        return self.sources.sampling.of(self.policy, self.datasets, buckets, events=events)

    def bind(self, rule: str | Expression) -> BoundExpression:
        """Parse and bind a rule.

        Raises
        ------
        PQLError
            When it is not PQL, does not fit the schema, or uses a construct that cannot be run yet.
        """
        expression = parsed(rule, self.schema, segments=self.resolve) if isinstance(rule, str) else rule
        bound = bind(expression, self.schema, segments=self.resolve)
        refused = unsupported(bound.condition, expression.text)
        if refused is not None:
            raise PQLError([refused])
        warned = left_out(bound, self.policy, self.datasets) if self.policy.order else []
        return replace(bound, diagnostics=(*bound.diagnostics, *warned)) if warned else bound

    def check(self, rule: str | Expression) -> BoundExpression:
        """Bind a rule and compile it, so that what is kept can also be run.

        Raises
        ------
        PQLError
            As `bind` does, and when the statement would nest too deep.
        """
        bound = self.bind(rule)
        compile_condition_count(bound.condition, self.source, self.clock, text=bound.expression.text)
        return bound

    def verify(self, statement: exp.Expr | None = None) -> None:
        """Raise `DataError` when a source changed or vanished since its dataset was added or refreshed.

        Raise `LimitError` when the statement that is to be run pairs more items than the workspace allows.
        """
        for dataset in self.datasets:
            verify(dataset)
        if statement is not None:
            refuse(statement, self)

    @property
    def run_key(self) -> tuple[object, ...]:
        """Equal for runs that tell something of each other: of one policy and place, over as many rows."""
        rows = sum(one.rows for one in self.datasets)
        return self.policy.id, self.policy.version, rows, self.snapshot is None

    def counted(self, statement: exp.Expr, text: str) -> int:
        """Run a statement that counts, of the rule with this text, and take note of its time."""
        runs = self.sources.runs
        return int(runs.timed(text, self.run_key, statement, lambda: self.engine.value(statement)) or 0)

    def count(self, rule: str | Expression) -> exp.Select:
        """The statement that counts the profiles in an audience."""
        bound = self.bind(rule)
        return compile_condition_count(bound.condition, self.source, self.clock, text=bound.expression.text)

    def preview(
        self, rule: str | Expression, columns: Sequence[str] | None = None, limit: int | None = None
    ) -> exp.Select:
        """The statement that shows profiles of an audience.

        Parameters
        ----------
        rule
            Who is in it.
        columns
            Paths or expressions, which also name the columns; the profile id and identities when left out.
        limit
            How many rows at most.
        """
        bound = self.bind(rule)
        listed = columns is None and self.schema.profile.field(IDENTITY_MAP) is not None
        asked = {IDENTITIES: IDENTITY_MAP} if listed else {one: one for one in columns or ()}
        named: dict[str, Bound] = {name: self._value(text) for name, text in asked.items()}
        statement = compile_columns(
            named,
            self.source,
            self.clock,
            where=bound.condition,
            limit=limit,
            identity=columns is None,
            texts={name: name for name in named},
            text=bound.expression.text,
        )
        if listed:
            shown = next(one for one in statement.selects if one.alias == IDENTITIES)
            shown.set("this", _ids(shown.this))
        return statement

    def all_profiles(self) -> exp.Select:
        """The statement that gives all merged profiles, ordered by profile id."""
        paths = [path for path, type_ in leaves(self.schema.profile) if type_.kind is not Kind.UNSUPPORTED]
        if self.snapshot is not None:
            return self.snapshot.shown(paths).order_by(exp.column("profile_id", quoted=True))
        key = exp.column(KEY, quoted=True)
        return (
            exp.select(
                exp.alias_(self.source.profile_id(key), "profile_id", quoted=True),
                *(exp.column(".".join(path), quoted=True) for path in paths),
            )
            .from_(self.source.profiles(paths, every=True).subquery("profiles"))
            .order_by(exp.column("profile_id", quoted=True))
        )

    def _value(self, text: str) -> Bound:
        """A column of a preview: a path or any other expression, as a value (R03)."""
        bound = bind(parse(text), self.schema, segments=self.resolve)
        refused = unsupported(bound.root, text)
        if refused is not None:
            raise PQLError([refused])
        return bound.root

    def total(self, *, watch: Watch | None = None) -> int:
        """How many profiles there are under the policy."""
        return int(self.engine.value(compile_total(self.source), watch=watch) or 0)


def _ids(identity_map: exp.Expr) -> exp.Expr:
    """An identity map as namespace → ids, without what else is known of each identity."""
    namespace, identity = _parameter("$namespace"), _parameter("$identity")
    ids = _transformed(_field(namespace, "value"), identity, _field(identity, "id"))
    pair = exp.Anonymous(this="row", expressions=[_field(namespace, "key"), ids])
    entries = exp.Anonymous(this="map_entries", expressions=[identity_map])
    return exp.Anonymous(this="map_from_entries", expressions=[_transformed(entries, namespace, pair)])


def _transformed(values: exp.Expr, parameter: exp.Column, body: exp.Expr) -> exp.Expr:
    function = exp.Lambda(this=body, expressions=[parameter.this.copy()])
    return exp.Anonymous(this="list_transform", expressions=[values, function])


def _parameter(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _field(value: exp.Expr, name: str) -> exp.Dot:
    # in brackets: `x.field` would be the field of a column `x`, if a table had one
    return exp.Dot(this=exp.Paren(this=value.copy()), expression=exp.to_identifier(name, quoted=True))
