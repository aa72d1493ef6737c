"""Datasets: `ws.datasets`, the way data comes into a workspace."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal

from segkit import profiles
from segkit.errors import ConflictError
from segkit.profiles import Dataset
from segkit.result import Listing
from segkit.workspace import arguments
from segkit.workspace.times import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.catalog import StoredDataset
    from segkit.workspace.core import Workspace

COLUMNS = ("name", "kind", "rows", "files", "identities", "timestamp", "left_out", "updated", "id")
DatasetLike = Dataset | str


class Datasets:
    """The datasets of a workspace, in the order of adding."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._made: dict[str, tuple[StoredDataset, Dataset]] = {}
        self._records: tuple[Dataset, ...] = ()

    def add(
        self,
        name: str,
        source: Any,  # noqa: ANN401  a path, glob or list, a frame, an Arrow table, a query
        *,
        kind: Literal["record", "event"] = "record",
        identity: Mapping[str, str] | None = None,
        primary: str | None = None,
        timestamp: str | None = None,
        upsert: bool = False,
        mapping: Mapping[str, str] | None = None,
    ) -> Dataset:
        """Add profile fragments or experience events; nothing is kept when something is wrong with them.

        Parameters
        ----------
        name
            Unique in the workspace.
        source
            A path, glob or list of Parquet, CSV or JSON files (files may differ in columns), a pandas or polars frame,
            an Arrow table, or `sk.query("select …", name=frame)`. Files stay where they are; frames and queries are
            copied into the workspace as Parquet.
        kind
            `record` for profile fragments, `event` for experience events.
        identity
            Identity namespace → XDM path; the `identityMap` column when left out.
        primary
            The primary namespace; when left out, the entry marked `primary` or the only one.
        timestamp
            Path of the clock; `timestamp` for events and `extSourceSystemAudit.lastUpdatedDate` for records when left
            out and there.
        upsert
            Whether newer records update older ones attribute by attribute instead of replacing them.
        mapping
            XDM path → column or DuckDB expression, for flat tables.

        Raises
        ------
        DataError
            When a file cannot be read, a column clashes, or an identity or clock is missing.
        ConflictError
            When the name is taken.
        """
        workspace = self._workspace
        workspace.refuse_read_only("add a dataset")
        arguments.name(name, "dataset")
        arguments.pairs(identity, "identity", '{"crmId": "_acme.crmId"}')
        arguments.pairs(mapping, "mapping", '{"homeAddress.country": "Country"}')
        arguments.text(primary, "primary")
        arguments.text(timestamp, "timestamp")
        others = self.records()
        taken = next((one.name for one in others if one.name.lower() == name.lower()), None)
        if taken is not None:
            # in SQL, names that differ only in case are one
            message = f"there is a dataset named `{taken}` already; refresh or remove that one, or choose another name"
            raise ConflictError(message)
        dataset = profiles.read(
            name,
            source,
            kind=kind,
            identity=identity,
            primary=primary,
            timestamp=timestamp,
            upsert=upsert,
            mapping=mapping,
            engine=workspace.engine,
            folder=workspace.folder,
            others=others,
        )
        try:
            workspace.catalog_store.datasets.add(
                name, profiles.dataset_to_dict(dataset, workspace.folder), id=dataset.id
            )
        except BaseException:
            profiles.forget(dataset, workspace.folder)
            raise
        return dataset

    def get(self, dataset: DatasetLike) -> Dataset:
        """The dataset with this id or name.

        Raises
        ------
        NotFoundError
            When there is none; the message names the nearest.
        """
        key = arguments.key(dataset, "dataset", Dataset)
        return self._dataset(self._workspace.catalog_store.datasets.get(key))

    def list(self) -> Listing:
        """All datasets.

        Returns
        -------
        Listing
            `name`, `kind`, `rows`, `files` (int), `identities` (namespaces), `timestamp` (path of the clock, named or
            found by itself; missing where the moment of adding stands for it), `left_out` (rows
            without a primary identity), `updated` (UTC), `id`; iterating gives `Dataset` records.
        """
        stored = self._workspace.catalog_store.datasets.list()
        found = [self._dataset(one) for one in stored]
        rows = [
            (
                one.name,
                one.kind,
                one.rows,
                len(one.files),
                ", ".join(one.measures.namespaces),
                one.clock,
                one.measures.without_identity,
                moment(kept.update_time),
                one.id,
            )
            for one, kept in zip(found, stored, strict=True)
        ]
        hint = None if found else 'add one: ws.datasets.add("crm", "data/crm/*.parquet")'
        kinds = {**dict.fromkeys(("rows", "files", "left_out"), "int"), "updated": "datetime"}
        return Listing(self._workspace.engine, found, COLUMNS, rows, kinds=kinds, caption="datasets", hint=hint)

    def remove(self, dataset: DatasetLike) -> None:
        """Forget a dataset; source files stay, a copied frame goes.

        Raises
        ------
        ConflictError
            When a merge policy names it in its `order`.
        """
        workspace = self._workspace
        workspace.refuse_read_only("remove a dataset")
        found = self.get(dataset)
        workspace.catalog_store.datasets.remove(found.id)
        profiles.forget(found, workspace.folder)

    def refresh(self, dataset: DatasetLike) -> Dataset:
        """Look again at the files of a dataset: expand its globs, take new fingerprints, read the schema."""
        workspace = self._workspace
        workspace.refuse_read_only("refresh a dataset")
        old = self.get(dataset)
        others = tuple(one for one in self.records() if one.id != old.id)
        new = profiles.refresh(old, engine=workspace.engine, folder=workspace.folder, others=others)
        workspace.catalog_store.datasets.replace(old.id, profiles.dataset_to_dict(new, workspace.folder))
        return new

    def records(self) -> tuple[Dataset, ...]:
        """All datasets as records, in the order of adding; the same tuple as long as none of them changes."""
        made, found = self._made, {}
        for one in self._workspace.catalog_store.datasets.list():
            known = made.get(one.id)
            found[one.id] = known if known is not None and known[0] is one else (one, self._dataset(one))
        records = tuple(dataset for _, dataset in found.values())
        if len(records) != len(self._records) or any(map(operator.is_not, records, self._records)):
            self._made, self._records = found, records
        return self._records

    def __len__(self) -> int:
        return len(self._workspace.catalog_store.datasets.list())

    def _dataset(self, stored: StoredDataset) -> Dataset:
        return profiles.dataset_from_dict(dict(stored.document), self._workspace.folder)
