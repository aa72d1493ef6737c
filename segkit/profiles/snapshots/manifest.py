"""`Manifest`: what a snapshot says of itself, written last, so that one without it is not there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from segkit.errors import DataError
from segkit.profiles.policies.fragments import KEY, MASK, PROFILE_ID
from segkit.profiles.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from segkit.pql.types import Path

FORMAT = 1
"""Grows when snapshots are laid out in another way; those of other formats are not read."""

MANIFEST, DATA, IDENTITIES = "manifest.json", "data.duckdb", "identities.parquet"
"""The files of a snapshot."""

PROFILES, EVENTS, ROWS = "profiles", "events", "rows"
"""The tables of a snapshot.

`profiles`: `profile_key`, `profile_id` (UUID), `$bucket`, `namespace_mask` and the leaves, in the order of buckets.
`events`: `profile_key`, `$file` and the leaves that were asked for, in the order of their timestamps.
`rows`: `profile_key` and `$file`, which profile has records in which file.
"""

BUCKET, FILE = "$bucket", "$file"
"""Columns that are no leaf, spelled as no field is likely to be."""


@dataclass(frozen=True, slots=True)
class Column:
    """A leaf in a table of a snapshot: its path, the column that holds it, and its stored type."""

    path: Path
    name: str
    storage: Storage


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is of, and what it took to make it.

    Parameters
    ----------
    fingerprint
        Of the policy and all data that it was made of.
    policy, version
        The merge policy's id, and its version.
    documents
        The datasets that take part, records first, as they were (`kept.described`).
    files
        The Parquet files that rows came from, as dataset id and path, in the order of the numbers in `$file`.
    profiles, events
        How many there are.
    namespaces
        The namespaces of the mask, in the order of its bits.
    columns, event_columns
        The leaves of the two tables.
    made
        Milliseconds since 1970.
    seconds, peak_memory
        What making it took; the memory is DuckDB's, in bytes.
    passes
        In how many parts the fragments were merged.
    touched
        How many profiles were replaced, where it was made of an older snapshot; None where it was built anew.
    replaced
        How many were replaced since it was built anew, one refresh after the other.
    """

    fingerprint: str
    policy: str
    version: int
    documents: list[object]
    files: tuple[tuple[str, str], ...]
    profiles: int
    events: int
    namespaces: tuple[str, ...]
    columns: tuple[Column, ...]
    event_columns: tuple[Column, ...]
    made: int
    seconds: float
    peak_memory: int
    passes: int = 1
    touched: int | None = None
    replaced: int = 0
    format: int = FORMAT

    def write(self, folder: FilePath) -> None:
        """Write it into the folder of its snapshot, through to the disk."""
        document = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("columns", "event_columns"):
            document[name] = [[list(one.path), one.name, one.storage.to_dict()] for one in document[name]]
        with (folder / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: FilePath) -> Manifest:
        """The manifest of a snapshot.

        Raises
        ------
        DataError
            It is missing, damaged or of another format.
        """
        try:
            document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise DataError(f"its format is {document['format']}, and this version of segkit reads {FORMAT}")
            made = cls(**document)
            return replace(
                made,
                files=tuple((one, path) for one, path in document["files"]),
                namespaces=tuple(document["namespaces"]),
                columns=_columns(document["columns"]),
                event_columns=_columns(document["event_columns"]),
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(f"its {MANIFEST} is damaged ({type(error).__name__})") from error


def _columns(document: Any) -> tuple[Column, ...]:  # noqa: ANN401 - JSON
    return tuple(Column(tuple(path), name, Storage.from_dict(kind)) for path, name, kind in document)


def named(leaves: Mapping[Path, Storage]) -> tuple[Column, ...]:
    """A column for each leaf, named by its path as long as no other has that name, whatever the case of its letters."""
    taken = {KEY, PROFILE_ID, BUCKET, MASK, FILE}
    found = []
    for path, storage in leaves.items():
        name = plain = ".".join(path)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{plain}${number}"
        taken.add(name.lower())
        found.append(Column(path, name, storage))
    return tuple(found)
