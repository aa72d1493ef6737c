"""`Workspace.cost` and `Workspace.pair_limit`: what a rule would take, and how much of one kind of work it may."""
# Opening a workspace loads the catalog and little else: what is asked seldom is imported where it is asked.
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING, Self, overload

from segkit.errors import InvalidRequestError
from segkit.workspace import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from segkit.analysis.cost import Cost, Past
    from segkit.evaluation import Scope, Sources
    from segkit.pql import Expression
    from segkit.workspace.core import Workspace
    from segkit.workspace.merge_policies import PolicyLike

_JOBS = 20


def cost(
    self: Workspace,
    pql: str | Expression,
    *,
    merge_policy: PolicyLike | None = None,
    as_of: datetime | str | None = None,
) -> Cost:
    """What counting an audience would read, do and take, told from the footers of the files without running it.

    Parameters
    ----------
    pql
        The rule.
    merge_policy, as_of
        As in `size`; `as_of` decides which row groups a window leaves over.

    Returns
    -------
    Cost
        `.bytes_read`, `.rows`, `.row_groups_read` of `.row_groups`, `.files` as a DataFrame, `.work`, whether a
        snapshot would help, and `.seconds`: what past runs suggest, None without any. These are the sizes counted in
        this session and the last jobs, over the same policy and as many rows; `.basis` says which, `.runs` how many.

    Raises
    ------
    PQLError
        When the rule cannot be accepted.
    DataError
        When a source changed since it was added.
    """
    from segkit.analysis.cost import cost as told

    wanted = arguments.rule(pql)
    scope = self.scope(merge_policy, as_of)
    scope.verify()
    return told(scope, wanted, _past(self, scope, wanted if isinstance(wanted, str) else wanted.text))


def _past(workspace: Workspace, scope: Scope, text: str) -> Iterator[Past]:
    """What the last jobs took under the same policy, from the same place: for this rule, or for another alone."""
    from segkit.analysis.cost import Past
    from segkit.jobs.stored import from_stored

    _, stored = workspace.catalog_store.jobs.list(limit=_JOBS, status="SUCCEEDED")
    for job in map(from_stored, stored):
        if bool(job.details.get("snapshotIds")) is (scope.snapshot is None):
            continue
        costs, alone = job.details.get("costs", {}), len(job.segments) == 1
        for segment in job.segments:
            known = costs.get(segment.segment_id)
            policy = segment.merge_policy_id, segment.merge_policy_version
            if known is None or policy != (scope.policy.id, scope.policy.version):
                continue
            if segment.value == text:
                yield Past(known["seconds"], 0, same=True, alone=alone)
            elif alone:
                yield Past(known["seconds"], sum(one.bytes_read or 0 for one in job.stages), same=False)


class PairLimit:
    """How many pairs of events or items one rule may compare; None for no limit. It holds for this session.

    Most questions about two events are answered without pairing them. What is left takes 10 to 100 ns a pair, so that a
    profile with 200,000 events would take an hour or more. Such a rule is refused with `LimitError` before it runs; a
    job marks the segment failed and evaluates the others.
    """

    @overload
    def __get__(self, workspace: None, owner: type) -> Self: ...

    @overload
    def __get__(self, workspace: Workspace, owner: type) -> int | None: ...

    def __get__(self, workspace: Workspace | None, owner: type) -> Self | int | None:
        return self if workspace is None else _sources(workspace).pair_limit

    def __set__(self, workspace: Workspace, value: int | None) -> None:
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            message = f"pair_limit is a whole number from 0 on, or None for no limit, not {value!r}"
            raise InvalidRequestError(message)
        workspace.refuse_closed()
        _sources(workspace).pair_limit = value


def _sources(workspace: Workspace) -> Sources:
    return workspace._scopes.sources  # noqa: SLF001 - a part of the workspace
