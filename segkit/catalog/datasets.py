"""Datasets in the catalog, in the order of adding."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from segkit.catalog.lookup import check_name, missing, now
from segkit.catalog.records import StoredDataset
from segkit.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.catalog.store import Store, Transaction

_KEPT = "SELECT id, name, position, creation_time, update_time FROM datasets ORDER BY position"
_DOCUMENTS = "SELECT id, document FROM datasets WHERE list_contains($ids, id)"
_SELECT = "SELECT id, name, position, creation_time, update_time, document FROM datasets "


class Datasets:
    """The datasets of a workspace, as documents that `segkit.profiles` understands."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[tuple[Any, ...], StoredDataset] = {}

    def add(
        self,
        name: str,
        document: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 - the field's name
    ) -> StoredDataset:
        """Keep a new dataset after the others; a name or id that is taken is a ConflictError."""
        check_name("dataset", name)
        moment = now()
        with self._store.write() as transaction:
            if transaction.row("SELECT 1 FROM datasets WHERE name = $name", name=name):
                raise ConflictError(
                    f"there is a dataset named `{name}` already; refresh or remove that one, or choose another name"
                )
            made = id or str(uuid.uuid4())
            if transaction.row("SELECT 1 FROM datasets WHERE id = $id", id=made):
                raise ConflictError(f"the id `{made}` is taken by another dataset; leave the id out")
            position = transaction.value("SELECT COALESCE(max(position), 0) + 1 FROM datasets")
            kept = StoredDataset(made, name, position, moment, moment, document)
            transaction.change(
                "INSERT INTO datasets VALUES ($id, $name, $position, $moment, $moment, $document)",
                id=made,
                name=name,
                position=position,
                moment=moment,
                document=json.dumps(dict(document), ensure_ascii=False),
            )
        return kept

    def get(self, key: str) -> StoredDataset:
        """The dataset with this id or name."""
        with self._store.read() as transaction:
            return _find(transaction, key)

    def list(self) -> list[StoredDataset]:
        """All datasets, in the order of adding; one that has not changed since the last time is the same object.

        A document is large where a dataset has many columns or files, so that only those not seen yet are read.
        """
        with self._store.read() as transaction:
            known, rows = self._read, transaction.rows(_KEPT)
            new = [row[0] for row in rows if row not in known]
            documents = dict(transaction.rows(_DOCUMENTS, ids=new)) if new else {}
            found = [known.get(row) or _record((*row, documents[row[0]])) for row in rows]
            if not transaction.writable:  # what is written may yet be rolled back
                self._read = dict(zip(rows, found, strict=True))
        return found

    def replace(self, key: str, document: Mapping[str, Any]) -> StoredDataset:
        """Keep another document for the dataset, as after a refresh; name, id and place stay."""
        with self._store.write() as transaction:
            found = _find(transaction, key)
            transaction.change(
                "UPDATE datasets SET document = $document, update_time = $moment WHERE id = $id",
                document=json.dumps(dict(document), ensure_ascii=False),
                moment=max(now(), found.update_time + 1),  # tells one document from the next
                id=found.id,
            )
            return _find(transaction, found.id)

    def remove(self, key: str) -> StoredDataset:
        """Forget a dataset, unless a merge policy names it in its `order`."""
        with self._store.write() as transaction:
            found = _find(transaction, key)
            policy = transaction.value(
                "SELECT name FROM merge_policies WHERE is_current AND NOT is_deleted AND list_contains("
                "COALESCE(TRY_CAST(json_extract(document, '$.order') AS VARCHAR[]), "
                "TRY_CAST(json_extract(document, '$.attributeMerge.order') AS VARCHAR[])), $id) "
                "ORDER BY name LIMIT 1",
                id=found.id,
            )
            if policy is not None:
                raise ConflictError(
                    f"the dataset `{found.name}` is named in the order of the merge policy `{policy}`; "
                    "update that policy first"
                )
            transaction.change("DELETE FROM datasets WHERE id = $id", id=found.id)
        return found


def _find(transaction: Transaction, key: str) -> StoredDataset:
    row = transaction.row(_SELECT + "WHERE id = $key OR name = $key ORDER BY id <> $key LIMIT 1", key=key)
    if row is None:
        names = transaction.rows("SELECT name FROM datasets ORDER BY name")
        raise missing("dataset", key, [name for (name,) in names])
    return _record(row)


def _record(row: tuple[Any, ...]) -> StoredDataset:
    id_, name, position, creation, update, document = row
    return StoredDataset(id_, name, position, creation, update, json.loads(document))
