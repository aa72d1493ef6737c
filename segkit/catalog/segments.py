"""Segment definitions in the catalog: every version kept, one of them current."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from segkit.catalog.listing import Listing, Property, equals, page
from segkit.catalog.lookup import check_name, missing, missing_version, now
from segkit.catalog.records import SegmentDefinition
from segkit.errors import ConflictError, InvalidRequestError

if TYPE_CHECKING:
    from segkit.catalog.store import Store, Transaction

FORMATS = ("pql/text", "pql/json")

_COLUMNS = (
    *("id", "version", "name", "description", "format", "value", "merge_policy_id", "schema_name"),
    *("is_deleted", "creation_time", "update_time", "document"),
)

_LISTING = Listing(
    table="segments",
    columns=_COLUMNS,
    attributes={
        "id": "id",
        "name": "name",
        "description": "description",
        "version": "version",
        "mergePolicyId": "merge_policy_id",
        "expression.format": "format",
        "expression.value": "value",
        "schema.name": "schema_name",
        "creationTime": "creation_time",
        "updateTime": "update_time",
    },
    seconds={"updateEpoch": "update_time"},
    documents=("document",),
    roots=("evaluationInfo", "dataGovernancePolicy", "ttlInDays", "tags", "labels"),
)

_SELECT = (
    "SELECT id, version, name, description, format, value, merge_policy_id, schema_name, is_deleted, creation_time, "
    "update_time, document FROM segments "
)


class Segments:
    """The segment definitions of a workspace. The PQL is taken as it is: who saves it has checked it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, definition: SegmentDefinition) -> SegmentDefinition:
        """Keep a new definition; its empty id and times of 0 are filled in.

        Raises
        ------
        ConflictError
            When the name or the id is taken.
        InvalidRequestError
            For a blank name, blank PQL or an unknown format.
        """
        _check(definition)
        moment = now()
        made = replace(
            definition,
            id=definition.id or str(uuid.uuid4()),
            version=1,
            creation_time=definition.creation_time or moment,
            update_time=definition.update_time or moment,
            deleted=False,
        )
        with self._store.write() as transaction:
            if transaction.row("SELECT 1 FROM segments WHERE id = $id", id=made.id):
                raise ConflictError(f"the id `{made.id}` is taken by another segment definition; leave the id out")
            _check_free(transaction, made)
            sequence = transaction.value("SELECT COALESCE(max(sequence), 0) + 1 FROM segments")
            _insert(transaction, made, sequence)
        return made

    def get(self, key: str, *, version: int | None = None) -> SegmentDefinition:
        """The definition with this id or name; an older `version` of it, also of a deleted one, when asked."""
        with self._store.read() as transaction:
            found = _find(transaction, key, deleted=version is not None)
            if version is None or version == found.version:
                return found
            row = transaction.row(_SELECT + "WHERE id = $id AND version = $version", id=found.id, version=version)
            if row is None:
                raise missing_version("segment definition", found.name, version, found.version)
            return _record(row)

    def versions(self, key: str) -> list[SegmentDefinition]:
        """All versions of a definition, the oldest first; of a deleted one too."""
        with self._store.read() as transaction:
            found = _find(transaction, key, deleted=True)
            return [_record(row) for row in transaction.rows(_SELECT + "WHERE id = $id ORDER BY version", id=found.id)]

    def list(
        self,
        *,
        start: int = 0,
        limit: int | None = None,
        sort: str = "creationTime:desc",
        property: Property = None,  # noqa: A002 - AEP's word
    ) -> tuple[int, list[SegmentDefinition]]:
        """How many definitions match, and those on the page."""
        where = [equals("is_current", value=True), equals("is_deleted", value=False)]
        with self._store.read() as transaction:
            total, rows = page(
                transaction, _LISTING, where=where, start=start, limit=limit, sort=sort, property=property
            )
        return total, [_record(row) for row in rows]

    def update(self, key: str, **changes: Any) -> SegmentDefinition:  # noqa: ANN401 - fields of a definition
        """Make a new version with the given fields (those of `SegmentDefinition`); nothing changed, no new version."""
        refused = {"id", "version", "deleted", "creation_time"} & changes.keys()
        unknown = changes.keys() - set(SegmentDefinition.__dataclass_fields__)
        if refused or unknown:
            named = ", ".join(f"`{name}`" for name in sorted(refused | unknown))
            raise InvalidRequestError(f"{named} of a segment definition cannot be changed; change its name or its PQL")
        with self._store.write() as transaction:
            old = _find(transaction, key)
            new = replace(old, **changes)
            if new == old:
                return old
            _check(new)
            moment = changes.get("update_time") or max(now(), old.update_time)
            new = replace(new, version=old.version + 1, update_time=moment)
            if new.name != old.name:
                _check_free(transaction, new)
            sequence = transaction.value("SELECT sequence FROM segments WHERE id = $id AND is_current", id=old.id)
            transaction.change("UPDATE segments SET is_current = FALSE WHERE id = $id AND is_current", id=old.id)
            _insert(transaction, new, sequence)
        return new

    def delete(self, key: str) -> SegmentDefinition:
        """Delete a definition; its versions stay readable by id. Who calls has seen that none refers to it."""
        with self._store.write() as transaction:
            found = _find(transaction, key)
            transaction.change("UPDATE segments SET is_deleted = TRUE WHERE id = $id AND is_current", id=found.id)
        return replace(found, deleted=True)


def _check(definition: SegmentDefinition) -> None:
    check_name("segment definition", definition.name)
    if not isinstance(definition.value, str) or not definition.value.strip():
        raise InvalidRequestError(f"the segment definition `{definition.name}` has no PQL; give it an expression")
    if definition.format not in FORMATS:
        known = " or ".join(f"`{one}`" for one in FORMATS)
        raise InvalidRequestError(
            f"the segment definition `{definition.name}` has the format `{definition.format}`; give {known}"
        )


def _check_free(transaction: Transaction, definition: SegmentDefinition) -> None:
    taken = transaction.value(
        "SELECT id FROM segments WHERE name = $name AND id <> $id AND is_current AND NOT is_deleted",
        name=definition.name,
        id=definition.id,
    )
    if taken is not None:
        raise ConflictError(
            f"there is a segment definition named `{definition.name}` already ({taken}); "
            "update that one, or choose another name"
        )


def _find(transaction: Transaction, key: str, *, deleted: bool = False) -> SegmentDefinition:
    row = transaction.row(
        _SELECT + "WHERE is_current AND ($deleted OR NOT is_deleted) AND (id = $key OR name = $key) "
        "ORDER BY is_deleted, id <> $key, sequence DESC LIMIT 1",
        key=key,
        deleted=deleted,
    )
    if row is None:
        names = transaction.rows("SELECT name FROM segments WHERE is_current AND NOT is_deleted ORDER BY name")
        raise missing("segment definition", key, [name for (name,) in names])
    return _record(row)


def _insert(transaction: Transaction, one: SegmentDefinition, sequence: int) -> None:
    transaction.change(
        "INSERT INTO segments BY NAME SELECT $id AS id, $version AS version, $name AS name, "
        "$description AS description, $format AS format, $value AS value, $merge_policy_id AS merge_policy_id, "
        "$schema_name AS schema_name, TRUE AS is_current, FALSE AS is_deleted, $sequence AS sequence, "
        "$creation_time AS creation_time, $update_time AS update_time, $document AS document",
        id=one.id,
        version=one.version,
        name=one.name,
        description=one.description,
        format=one.format,
        value=one.value,
        merge_policy_id=one.merge_policy_id,
        schema_name=one.schema_name,
        sequence=sequence,
        creation_time=one.creation_time,
        update_time=one.update_time,
        document=json.dumps(dict(one.extra), ensure_ascii=False),
    )


def _record(row: tuple[Any, ...]) -> SegmentDefinition:
    (id_, version, name, description, format_, value, policy, schema, deleted, creation, update, document) = row
    return SegmentDefinition(
        id=id_,
        name=name,
        value=value,
        format=format_,
        description=description,
        merge_policy_id=policy,
        version=version,
        creation_time=creation,
        update_time=update,
        schema_name=schema,
        deleted=deleted,
        extra=json.loads(document),
    )
