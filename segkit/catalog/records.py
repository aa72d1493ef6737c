"""What the catalog keeps, as frozen records. Times are epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PROFILE_SCHEMA = "_xdm.context.profile"


@dataclass(frozen=True, slots=True)
class Settings:
    """What was said when the workspace was made."""

    sandbox: str
    org: str
    timezone: str
    week_start: str
    sandbox_id: str
    created: int

    def sandbox_fields(self) -> dict[str, str | bool]:
        """The sandbox as AEP's records have it."""
        production = self.sandbox == "prod"
        return {
            "sandboxId": self.sandbox_id,
            "sandboxName": self.sandbox,
            "type": "production" if production else "development",
            "default": production,
        }


@dataclass(frozen=True, slots=True)
class SegmentDefinition:
    """One version of a segment definition.

    `value` is the PQL, in the `format` `pql/text` or `pql/json`. A `merge_policy_id` of None stands for the default
    policy of the day. `extra` holds the AEP fields that segkit does not use, kept for the way back.
    """

    id: str
    name: str
    value: str
    format: str = "pql/text"
    description: str | None = None
    merge_policy_id: str | None = None
    version: int = 1
    creation_time: int = 0
    update_time: int = 0
    schema_name: str = PROFILE_SCHEMA
    deleted: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """One version of a merge policy; `document` is the policy's own record, `id`, `name`, `version`, `default` true."""

    id: str
    name: str
    version: int
    default: bool
    schema_name: str
    creation_time: int
    update_time: int
    document: Mapping[str, Any]
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """A dataset; `position` is the order of adding, `document` the dataset's own record."""

    id: str
    name: str
    position: int
    creation_time: int
    update_time: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A segment job as the catalog keeps it: what was asked, what has happened, and the columns that decide.

    `sql` is read by `get` alone; it may be long.
    """

    id: str
    status: str
    owner: str
    source: str
    creation_time: int
    update_time: int
    request: Mapping[str, Any]
    progress: Mapping[str, Any] = field(default_factory=dict)
    completion: int | None = None
    sql: str | None = None
