"""Which segment definitions say the same, and what changed between two: by their normal forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segkit.analysis.comparison import Comparison
from segkit.errors import InvalidRequestError, SegkitError
from segkit.pql import PQLError
from segkit.pql.binder import bind
from segkit.pql.formats import TEXT, converted, read
from segkit.pql.normal import key
from segkit.pql.normal.changes import changes
from segkit.pql.types import leaves

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segkit.catalog import SegmentDefinition
    from segkit.evaluation import Scope
    from segkit.pql.binder import BoundExpression
    from segkit.workspace.core import Workspace

_WORD = re.compile(r"[^\W\d]\w*")
_ELSEWHERE = "inSegment"


def duplicates(workspace: Workspace) -> list[list[SegmentDefinition]]:
    """Groups of current definitions that say the same under the same merge policy, the oldest of each first.

    A definition that does not fit the schema any more is in no group.
    """
    with workspace.reading():
        _, records = workspace.catalog_store.segments.list(sort="creationTime:asc")
        scope = workspace.scope()
        default = workspace.merge_policies.default.id
        groups: dict[tuple[str, str], list[SegmentDefinition]] = {}
        for one in records:
            said = _said(one, scope)
            if said is not None:
                groups.setdefault((one.merge_policy_id or default, said), []).append(one)
    return [group for group in groups.values() if len(group) > 1]


def same_as(workspace: Workspace, record: SegmentDefinition) -> list[str]:
    """The names of the other definitions that say what this one says, under the same merge policy."""
    with workspace.reading():
        _, records = workspace.catalog_store.segments.list(sort="creationTime:asc")
        scope = workspace.scope()
        default = workspace.merge_policies.default.id
        policy, fields = record.merge_policy_id or default, _fields(scope)
        mine = _words(record, fields)
        # a rule that reads other fields says something else; those that refer to others have to be looked through
        near = [
            one
            for one in records
            if one.id != record.id
            and (one.merge_policy_id or default) == policy
            and (_words(one, fields) == mine or _ELSEWHERE in one.value or _ELSEWHERE in record.value)
        ]
        said = _said(record, scope) if near else None
        return [] if said is None else [one.name for one in near if _said(one, scope) == said]


def compare(
    workspace: Workspace, before: SegmentDefinition, after: SegmentDefinition, names: tuple[str, str]
) -> Comparison:
    """What changed from one definition, or version of it, to another."""
    with workspace.reading():
        scope = workspace.scope()
        old, new = (_fitting(one, scope, name) for one, name in zip((before, after), names, strict=True))
        default = workspace.merge_policies.default.id
        policies = tuple(one.merge_policy_id or default for one in (before, after))
        shown = tuple(workspace.policy_name(one) for one in policies)
    others = [("merge policy", *shown)] if policies[0] != policies[1] else []
    if before.id == after.id:
        others += [
            (name, was or "none", now or "none")
            for name, was, now in (
                ("name", before.name, after.name),
                ("description", before.description, after.description),
            )
            if was != now
        ]
    return Comparison(*names, changes(old, new), tuple((a, b, c) for a, b, c in others), policies[0] == policies[1])


def _bound(record: SegmentDefinition, scope: Scope) -> BoundExpression:
    return bind(read(record.value, record.format), scope.schema, segments=scope.resolve)


def _fitting(record: SegmentDefinition, scope: Scope, name: str) -> BoundExpression:
    try:
        return _bound(record, scope)
    except PQLError as error:
        message = f"{name} does not fit the schema any more, so it cannot be compared: {error.diagnostics[0].message}"
        raise InvalidRequestError(message) from error


def _said(record: SegmentDefinition, scope: Scope) -> str | None:
    try:
        return key(_bound(record, scope).condition)
    except SegkitError:
        return None


def _fields(scope: Scope) -> frozenset[str]:
    """The names of the fields of profiles and events."""
    roots = (scope.schema.profile, scope.schema.event)
    return frozenset(name for root in roots for path, _ in leaves(root) for name in path)


def _words(record: SegmentDefinition, fields: Iterable[str]) -> frozenset[str]:
    """The fields that a rule may read."""
    try:
        return frozenset(_WORD.findall(converted(record.value, record.format, TEXT))) & frozenset(fields)
    except PQLError:
        return frozenset()
