"""Evaluating the segments of a job: once a merge policy, all segments over the same profiles and events."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.errors import DataError
from segkit.evaluation.words import Batch, Evaluated, drop, evaluated
from segkit.jobs import Members, Outcome
from segkit.pql import PQLError
from segkit.pql.formats import read
from segkit.profiles.snapshots.sampling import link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.evaluation.scope import Scope
    from segkit.jobs import Control, JobRecord, SegmentSnapshot
    from segkit.pql import Expression
    from segkit.pql.binder import BoundExpression


@dataclass(frozen=True, slots=True)
class JobEvaluation:
    """Evaluates jobs for the runner.

    Parameters
    ----------
    engine
        Runs the statements.
    scope
        Gives the scope for a job, a merge policy (id and version) and a resolver for `inSegment`.
    """

    engine: Engine
    scope: Callable[[JobRecord, str, int, Callable[[str], Expression]], Scope]

    def __call__(self, job: JobRecord, control: Control) -> Outcome:
        """Evaluate all segments of a job."""
        groups = _by_policy(job.segments)
        outcomes = []
        for number, ((policy, version), segments) in enumerate(groups.items()):
            scope = self.scope(job, policy, version, _resolver(job))
            prefix = f"job_{job.id}_{number}"
            try:
                outcomes.append(_evaluate(segments, scope, control, prefix, number))
            finally:
                drop(self.engine, prefix)
            control.progress(len(outcomes) / len(groups))
        return _joined(outcomes)


def _evaluate(segments: Sequence[SegmentSnapshot], scope: Scope, control: Control, prefix: str, number: int) -> Outcome:
    """The segments of a job that share a merge policy."""
    policy = segments[0].merge_policy_id
    with control.stage("bind"):
        scope.verify()
        conditions, failures = _bound(segments, scope)
    if scope.policy.identity_graph != "none":
        with control.stage("identity graph"):
            scope.prepare(control.watch)
    found = evaluated(conditions, scope, control, prefix)
    control.report(total_by_policy={policy: found.total})
    members = [
        Members(policy, _listed(batch, control, number, place), batch.places, scope.source.merged_away)
        for place, batch in enumerate(found.batches)
    ]
    identities = _identities(found, control, number) if members else None
    scope.verify()
    snapshot = scope.snapshot
    details: dict[str, Any] = {"costs": found.costs}
    if snapshot is not None:
        details["snapshotIds"] = [snapshot.manifest.fingerprint]
    return Outcome(
        total_by_policy={policy: found.total},
        sizes=found.sizes,
        by_namespace=found.by_namespace,
        members=tuple(members),
        identities={} if identities is None else {policy: identities},
        failures={**failures, **found.failures},
        details=details,
        sql=found.sql,
    )


def _bound(segments: Sequence[SegmentSnapshot], scope: Scope) -> tuple[dict[str, BoundExpression], dict[str, str]]:
    """Bound rules by segment id, and why the others cannot be evaluated."""
    conditions: dict[str, BoundExpression] = {}
    failures: dict[str, str] = {}
    for segment in segments:
        try:
            conditions[segment.segment_id] = scope.bind(read(segment.value, segment.format))
        except (PQLError, DataError) as error:
            failures[segment.segment_id] = str(error)
    return conditions, failures


def _listed(batch: Batch, control: Control, number: int, place: int) -> Path:
    with control.stage("list members") as stage:
        path = control.scratch / f"members_{number}_{place}.parquet"
        stage.rows = batch.write(path, control)
    return path


def _identities(found: Evaluated, control: Control, number: int) -> Path:
    """The file with the identities of the profiles: the snapshot's, else one written for the members."""
    path = control.scratch / f"identities_{number}.parquet"
    ready = found.scope.source.identities_file
    if ready is not None:
        # at once: when the members are written, another process may have put a newer snapshot in the place
        with contextlib.suppress(FileNotFoundError):
            link(ready, path)
            return path
    with control.stage("list identities") as stage:
        stage.rows = found.write_identities(path, control)
    return path


def _by_policy(segments: Sequence[SegmentSnapshot]) -> dict[tuple[str, int], list[SegmentSnapshot]]:
    found: dict[tuple[str, int], list[SegmentSnapshot]] = {}
    for one in segments:
        found.setdefault((one.merge_policy_id, one.merge_policy_version), []).append(one)
    return found


def _resolver(job: JobRecord) -> Callable[[str], Expression]:
    """What `inSegment` means in a job: the definitions as they were when it was created (R48)."""
    known = {name: one for one in (*job.references, *job.segments) for name in (one.name, one.segment_id)}
    return lambda name: read(known[name].value, known[name].format)


def _joined(outcomes: Sequence[Outcome]) -> Outcome:
    snapshots = [one for each in outcomes for one in each.details.get("snapshotIds", ())]
    costs = {key: value for one in outcomes for key, value in one.details["costs"].items()}
    return Outcome(
        total_by_policy={key: value for one in outcomes for key, value in one.total_by_policy.items()},
        sizes={key: value for one in outcomes for key, value in one.sizes.items()},
        by_namespace={key: value for one in outcomes for key, value in one.by_namespace.items()},
        members=tuple(each for one in outcomes for each in one.members),
        identities={key: value for one in outcomes for key, value in one.identities.items()},
        failures={key: value for one in outcomes for key, value in one.failures.items()},
        details={"costs": costs} | ({"snapshotIds": snapshots} if snapshots else {}),
        sql=";\n\n".join(one.sql for one in outcomes if one.sql),
    )
