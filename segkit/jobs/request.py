"""What a job is asked to do, and how that becomes a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segkit.errors import InvalidRequestError, NotFoundError
from segkit.jobs.record import SegmentSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from segkit.catalog import Catalog, SegmentDefinition, StoredPolicy

    References = Callable[[SegmentDefinition], Iterable[str]]

EVERY = "*"
"""Stands for all segment definitions of the workspace."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What is asked of a new job.

    Parameters
    ----------
    segments
        Ids or names of segment definitions, or `"*"` for all of them. A definition named twice counts once.
    as_of
        The job's clock, UTC without a zone; the moment of creation when left out.
    merge_policy
        Id or name of a policy to use instead of each definition's own.
    source
        `api` or `scheduler`.
    request_id, properties
        As a schedule gives them; a new uuid and nothing otherwise.
    """

    segments: tuple[str, ...] | str
    as_of: datetime | None = None
    merge_policy: str | None = None
    source: str = "api"
    request_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def every(self) -> bool:
        """Whether all definitions are asked for."""
        return self.segments in (EVERY, (EVERY,))


def snapshots(
    catalog: Catalog, request: JobRequest, references: References | None
) -> tuple[tuple[SegmentSnapshot, ...], tuple[SegmentSnapshot, ...]]:
    """The definitions asked for, and those they reach through `inSegment`, as they are now.

    Call it inside a transaction of the catalog, so that all are of one moment.

    Raises
    ------
    InvalidRequestError
        When nothing is asked for.
    NotFoundError
        For each unknown id or name, all of them in one message.
    """
    definitions = _definitions(catalog, request)
    asked = {one.id: _snapshot(catalog, one, request.merge_policy) for one in definitions}
    reached: dict[str, SegmentSnapshot] = {}
    open_ones = list(definitions) if references is not None else []
    while open_ones and references is not None:
        for key in references(open_ones.pop()):
            found = catalog.segments.get(key)
            if found.id not in asked and found.id not in reached:
                reached[found.id] = _snapshot(catalog, found, request.merge_policy)
                open_ones.append(found)
    return tuple(asked.values()), tuple(reached.values())


def _definitions(catalog: Catalog, request: JobRequest) -> list[SegmentDefinition]:
    if request.every:
        _, everything = catalog.segments.list(sort="creationTime:asc")
        if not everything:
            raise InvalidRequestError("there is no segment definition to evaluate; create one first")
        return everything
    keys = (request.segments,) if isinstance(request.segments, str) else request.segments
    if not keys:
        raise InvalidRequestError("a segment job needs at least one segment definition; name some, or give `*` for all")
    if EVERY in keys:
        raise InvalidRequestError("`*` stands for all segment definitions and cannot be mixed with others")
    found: list[SegmentDefinition] = []
    problems: list[str] = []
    for key in keys:
        try:
            found.append(catalog.segments.get(key))
        except NotFoundError as error:
            problems.append(str(error))
    if problems:
        raise NotFoundError("\n".join(problems))
    return list({one.id: one for one in found}.values())


def _snapshot(catalog: Catalog, definition: SegmentDefinition, override: str | None) -> SegmentSnapshot:
    policy = _policy(catalog, override or definition.merge_policy_id)
    return SegmentSnapshot(
        segment_id=definition.id,
        name=definition.name,
        version=definition.version,
        value=definition.value,
        format=definition.format,
        merge_policy_id=policy.id,
        merge_policy_version=policy.version,
    )


def _policy(catalog: Catalog, key: str | None) -> StoredPolicy:
    return catalog.merge_policies.default() if key is None else catalog.merge_policies.get(key)
