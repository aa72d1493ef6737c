"""Merge policies in the catalog: every version kept, one of them current, one policy the default of its schema."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from segkit.catalog.listing import Listing, Property, equals, page
from segkit.catalog.lookup import check_name, missing, missing_version, now
from segkit.catalog.records import PROFILE_SCHEMA, StoredPolicy
from segkit.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.catalog.store import Store, Transaction

_COLUMNS = (
    *("id", "version", "name", "schema_name", "is_default", "is_deleted", "creation_time", "update_time", "document"),
)

_LISTING = Listing(
    table="merge_policies",
    columns=_COLUMNS,
    attributes={
        "id": "id",
        "name": "name",
        "version": "version",
        "default": "is_default",
        "schema.name": "schema_name",
        "creationTime": "creation_time",
        "updateTime": "update_time",
    },
    seconds={"updateEpoch": "update_time"},
)

_SELECT = (
    "SELECT id, version, name, schema_name, is_default, is_deleted, creation_time, update_time, document "
    "FROM merge_policies "
)


class Policies:
    """The merge policies of a workspace, as documents that `segkit.profiles` understands."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(
        self,
        name: str,
        document: Mapping[str, Any],
        *,
        default: bool = False,
        id: str | None = None,  # noqa: A002 - the field's name
        schema_name: str = PROFILE_SCHEMA,
    ) -> StoredPolicy:
        """Keep a new policy. The first of its schema is the default; a new default unsets the one before.

        Raises
        ------
        ConflictError
            When the name or the id is taken.
        """
        check_name("merge policy", name)
        moment = now()
        with self._store.write() as transaction:
            made = StoredPolicy(
                id=id or str(uuid.uuid4()),
                name=name,
                version=1,
                default=default or _default(transaction, schema_name) is None,
                schema_name=schema_name,
                creation_time=moment,
                update_time=moment,
                document=document,
            )
            if transaction.row("SELECT 1 FROM merge_policies WHERE id = $id", id=made.id):
                raise ConflictError(f"the id `{made.id}` is taken by another merge policy; leave the id out")
            _check_free(transaction, made)
            sequence = transaction.value("SELECT COALESCE(max(sequence), 0) + 1 FROM merge_policies")
            return _keep(transaction, made, sequence)

    def ensure_default(self, name: str, document: Mapping[str, Any]) -> StoredPolicy:
        """The default policy; made from `name` and `document` when the workspace has none yet."""
        try:
            return self.default()
        except NotFoundError:
            with self._store.write() as transaction:
                there = _default(transaction, PROFILE_SCHEMA)
                return there if there is not None else self.create(name, document, default=True)

    def default(self, schema_name: str = PROFILE_SCHEMA) -> StoredPolicy:
        """The default policy of a schema."""
        with self._store.read() as transaction:
            found = _default(transaction, schema_name)
        if found is None:
            raise NotFoundError(f"the schema `{schema_name}` has no default merge policy; create one with default=True")
        return found

    def get(self, key: str, *, version: int | None = None) -> StoredPolicy:
        """The policy with this id or name; an older `version` of it, also of a deleted one, when asked."""
        with self._store.read() as transaction:
            found = _find(transaction, key, deleted=version is not None)
            if version is None or version == found.version:
                return found
            row = transaction.row(_SELECT + "WHERE id = $id AND version = $version", id=found.id, version=version)
            if row is None:
                raise missing_version("merge policy", found.name, version, found.version)
            return _record(row)

    def versions(self, key: str) -> list[StoredPolicy]:
        """All versions of a policy, the oldest first."""
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
    ) -> tuple[int, list[StoredPolicy]]:
        """How many policies match, and those on the page."""
        where = [equals("is_current", value=True), equals("is_deleted", value=False)]
        with self._store.read() as transaction:
            total, rows = page(
                transaction, _LISTING, where=where, start=start, limit=limit, sort=sort, property=property
            )
        return total, [_record(row) for row in rows]

    def update(
        self,
        key: str,
        *,
        name: str | None = None,
        document: Mapping[str, Any] | None = None,
        default: bool | None = None,
    ) -> StoredPolicy:
        """Make a new version with what is given.

        Raises
        ------
        ConflictError
            When the name is taken, or the default would be unset with no other in its place.
        """
        with self._store.write() as transaction:
            old = _find(transaction, key)
            if old.default and default is False:
                raise ConflictError(
                    f"the merge policy `{old.name}` is the default; make another one the default instead"
                )
            new = replace(
                old,
                name=old.name if name is None else name,
                document=old.document if document is None else document,
                default=old.default if default is None else default,
                version=old.version + 1,
                update_time=max(now(), old.update_time),
            )
            check_name("merge policy", new.name)
            if new.name != old.name:
                _check_free(transaction, new)
            sequence = transaction.value("SELECT sequence FROM merge_policies WHERE id = $id AND is_current", id=old.id)
            transaction.change("UPDATE merge_policies SET is_current = FALSE WHERE id = $id AND is_current", id=old.id)
            return _keep(transaction, new, sequence)

    def delete(self, key: str) -> StoredPolicy:
        """Delete a policy that is neither the default nor named by a definition; its versions stay readable by id."""
        with self._store.write() as transaction:
            found = _find(transaction, key)
            if found.default:
                raise ConflictError(
                    f"the merge policy `{found.name}` is the default; make another one the default first"
                )
            user = transaction.value(
                "SELECT name FROM segments WHERE is_current AND NOT is_deleted AND merge_policy_id = $id "
                "ORDER BY name LIMIT 1",
                id=found.id,
            )
            if user is not None:
                raise ConflictError(
                    f"the merge policy `{found.name}` is used by the segment definition `{user}`; "
                    "give that another policy first"
                )
            transaction.change("UPDATE merge_policies SET is_deleted = TRUE WHERE id = $id AND is_current", id=found.id)
        return replace(found, deleted=True)


def _default(transaction: Transaction, schema_name: str) -> StoredPolicy | None:
    row = transaction.row(
        _SELECT + "WHERE is_current AND NOT is_deleted AND is_default AND schema_name = $schema", schema=schema_name
    )
    return None if row is None else _record(row)


def _check_free(transaction: Transaction, policy: StoredPolicy) -> None:
    taken = transaction.value(
        "SELECT id FROM merge_policies WHERE name = $name AND id <> $id AND is_current AND NOT is_deleted",
        name=policy.name,
        id=policy.id,
    )
    if taken is not None:
        raise ConflictError(
            f"there is a merge policy named `{policy.name}` already ({taken}); update that one, or choose another name"
        )


def _find(transaction: Transaction, key: str, *, deleted: bool = False) -> StoredPolicy:
    row = transaction.row(
        _SELECT + "WHERE is_current AND ($deleted OR NOT is_deleted) AND (id = $key OR name = $key) "
        "ORDER BY is_deleted, id <> $key, sequence DESC LIMIT 1",
        key=key,
        deleted=deleted,
    )
    if row is None:
        names = transaction.rows("SELECT name FROM merge_policies WHERE is_current AND NOT is_deleted ORDER BY name")
        raise missing("merge policy", key, [name for (name,) in names])
    return _record(row)


def _keep(transaction: Transaction, one: StoredPolicy, sequence: int) -> StoredPolicy:
    """Insert a version whose document says what its columns say."""
    if one.default:
        # not a new version of the policies that lose it: they merge as before
        transaction.change(
            "UPDATE merge_policies SET is_default = FALSE WHERE is_default AND schema_name = $schema",
            schema=one.schema_name,
        )
    known = {"id": one.id, "name": one.name, "version": one.version, "default": one.default}
    kept = replace(one, document={**one.document, **known})
    transaction.change(
        "INSERT INTO merge_policies BY NAME SELECT $id AS id, $version AS version, $name AS name, "
        "$schema_name AS schema_name, $is_default AS is_default, TRUE AS is_current, FALSE AS is_deleted, "
        "$sequence AS sequence, $creation_time AS creation_time, $update_time AS update_time, $document AS document",
        id=kept.id,
        version=kept.version,
        name=kept.name,
        schema_name=kept.schema_name,
        is_default=kept.default,
        sequence=sequence,
        creation_time=kept.creation_time,
        update_time=kept.update_time,
        document=json.dumps(kept.document, ensure_ascii=False),
    )
    return kept


def _record(row: tuple[Any, ...]) -> StoredPolicy:
    id_, version, name, schema, default, deleted, creation, update, document = row
    return StoredPolicy(
        id=id_,
        name=name,
        version=version,
        default=default,
        schema_name=schema,
        creation_time=creation,
        update_time=update,
        document={**json.loads(document), "default": default},
        deleted=deleted,
    )
