"""`Scopes`: what answers depend on, found for each question: policy, data, clock and the segments referred to."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from segkit import profiles
from segkit.errors import DataError, NotFoundError
from segkit.evaluation import Scope, Sources
from segkit.pql import parse
from segkit.pql.binder import Referred
from segkit.pql.formats import read
from segkit.pql.references import referenced_segments
from segkit.profiles import MergePolicy
from segkit.sql import Clock
from segkit.workspace.times import instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlglot import exp

    from segkit.jobs import JobRecord
    from segkit.plan.clock import Weekday
    from segkit.pql import Expression
    from segkit.profiles import Dataset
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike


class Scopes:
    """Makes the scopes of a workspace's questions and jobs.

    Attributes
    ----------
    sources : Sources
        Where profiles and events come from.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.sources = Sources(workspace.engine, workspace.folder, read_only=workspace.read_only)
        self._kept: tuple[object, dict[str | None, tuple[MergePolicy, tuple[Dataset, ...]]]] = (None, {})

    def scope(self, merge_policy: PolicyLike | None = None, as_of: datetime | str | None = None) -> Scope:
        """What fixes an answer: the data as it is now, a merge policy and a clock."""
        moment = instant(as_of)
        policy, datasets = self._ready(merge_policy)
        return self._scope(policy, datasets, moment, lambda segment: self._referred(segment, policy))

    def _ready(self, merge_policy: PolicyLike | None) -> tuple[MergePolicy, tuple[Dataset, ...]]:
        """A merge policy and the datasets, read from the catalog only when it was written since."""
        self._workspace.refuse_closed()
        key = merge_policy.id if isinstance(merge_policy, MergePolicy) else merge_policy
        stamp = self._workspace.catalog_store.store.stamp()
        kept_stamp, kept = self._kept
        same = stamp is not None and stamp == kept_stamp
        if same and (key is None or isinstance(key, str)) and key in kept:
            return kept[key]
        with self._workspace.reading():
            policy = self._workspace.merge_policies.default if key is None else self._workspace.merge_policies.get(key)
            found = policy, self._workspace.datasets.records()
        # the stamp was taken before reading: what changed in between is read again next time
        self._kept = (stamp, {**(kept if same else {}), key: found})
        return found

    def _scope(
        self,
        policy: MergePolicy,
        datasets: tuple[Dataset, ...],
        as_of: datetime,
        resolve: Callable[[str], Expression | Referred],
    ) -> Scope:
        settings = self._workspace.settings
        if not datasets:
            message = 'the workspace has no data yet; add a dataset: ws.datasets.add("crm", "data/crm/*.parquet")'
            raise DataError(message)
        clock = Clock(as_of, settings.timezone, cast("Weekday", settings.week_start))
        return Scope(self.sources, datasets, policy, clock, resolve)

    def guard(self, scope: Scope, statement: exp.Expr | None = None) -> Callable[[], None]:
        """What raises `DataError` when the data are no longer those that a result was made over.

        And `LimitError` when the statement that is to be run pairs more items than the workspace allows.
        """

        def check() -> None:
            try:
                scope.verify(statement)
            except DataError as error:
                # a refresh would not help where it has been done
                if not self._workspace.closed and not any(_changed(one) for one in self._workspace.datasets.records()):
                    message = f"{str(error).partition(';')[0]}, and refreshed; ask again for a result over the new data"
                    raise DataError(message) from error
                raise

        return check

    def of_job(self, job: JobRecord, policy: str, version: int, resolve: Callable[[str], Expression]) -> Scope:
        """The scope of a job for the segments of one merge policy, of the version that the job was created with."""
        stored = self._workspace.catalog_store.merge_policies.get(policy, version=version)
        used = MergePolicy.from_dict(dict(stored.document))
        return self._scope(used, self._workspace.datasets.records(), job.as_of, resolve)

    def bind(self, pql: str | Expression, merge_policy: PolicyLike | None, *, instead_of: set[str]) -> None:
        """Check a rule that is to take the place of the definition of this name and id; it must not lead back to it."""
        scope = self.scope(merge_policy)
        expression = parse(pql) if isinstance(pql, str) else pql
        others = scope.resolve or self._expression
        replace(scope, resolve=lambda name: expression if name in instead_of else others(name)).check(expression)

    def segments_named(self, expression: Expression) -> dict[str, tuple[str, str]]:
        """The names and rules of the segments that a rule refers to, by the ids or names it refers by; unknown ones are
        left out."""
        found: dict[str, tuple[str, str]] = {}
        for key in sorted(referenced_segments(expression)):
            with contextlib.suppress(NotFoundError):
                definition = self._workspace.catalog_store.segments.get(key)
                found[key] = (definition.name, read(definition.value, definition.format).text)
        return found

    def _referred(self, segment: str, policy: MergePolicy) -> Referred:
        """A segment that a rule refers to, and its merge policy where the rule is not evaluated under it (R48)."""
        definition = self._workspace.catalog_store.segments.get(segment)
        own = (
            self._workspace.merge_policies.default.id
            if definition.merge_policy_id is None
            else definition.merge_policy_id
        )
        differs = own != policy.id
        return Referred(
            read(definition.value, definition.format), self._workspace.policy_names().get(own, own) if differs else None
        )

    def _expression(self, segment: str) -> Expression:
        definition = self._workspace.catalog_store.segments.get(segment)
        return read(definition.value, definition.format)


def _changed(dataset: profiles.Dataset) -> bool:
    try:
        profiles.verify(dataset)
    except DataError:
        return True
    return False
