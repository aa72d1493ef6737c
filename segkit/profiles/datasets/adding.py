"""`read`: everything about adding a dataset but writing it down; and `refresh`, which does it again."""

from __future__ import annotations

import time
import uuid
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Literal

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.datasets.columns import Held, held_by, joined, parts_of
from segkit.profiles.datasets.dataset import Dataset, Leaf, Measures, Part, Source
from segkit.profiles.datasets.identity import (
    MAP_FIELD,
    MOST_NAMESPACES,
    check_request,
    is_identity_map,
    map_entries,
    named_entries,
    require_paths,
)
from segkit.profiles.datasets.measure import count, examine, sharing_ids
from segkit.profiles.datasets.sources import again, forget, gather, shown
from segkit.profiles.storage import INSTANT, UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.datasets.sources import Gathered
    from segkit.profiles.storage import Storage

TIMESTAMP = ("timestamp",)
RESERVED = frozenset({"profile_key", "profile_id", "namespace_mask"})
AUDIT = ("extSourceSystemAudit", "lastUpdatedDate")


def read(
    name: str,
    source: Any,  # noqa: ANN401 - paths, frames, tables, queries
    *,
    engine: Engine,
    folder: FilePath,
    kind: Literal["record", "event"] = "record",
    identity: Mapping[str, str] | None = None,
    primary: str | None = None,
    timestamp: str | None = None,
    upsert: bool = False,
    mapping: Mapping[str, str] | None = None,
    added_at: int | None = None,
    others: Sequence[Dataset] = (),
) -> Dataset:
    """Read and check a source of profile fragments or experience events.

    Parameters
    ----------
    name
        The dataset's name, for messages.
    source
        A path, glob or list of paths (Parquet, CSV, JSON), a pandas or polars frame, an Arrow table, or a `Query`.
    engine
        Runs the checks.
    folder
        The workspace; what has to be copied goes into its `data/`.
    kind
        `record` (profile fragments) or `event`.
    identity
        Namespace → path; left out, `identityMap` is used.
    primary
        The namespace of the primary identity.
    timestamp
        The path of the clock. Left out: `timestamp` for events, `extSourceSystemAudit.lastUpdatedDate` for records that
        have it, else the moment of adding.
    upsert
        Whether a newer record of the same identity updates attribute by attribute instead of replacing the older one.
    mapping
        XDM path → column, or DuckDB expression over the columns. A column that is mapped by its name is renamed; all
        others stay.
    added_at
        Microseconds since 1970; now when left out.
    others
        The datasets that the workspace has already, which this one must fit.

    Returns
    -------
    Dataset
        The record of what was found.

    Raises
    ------
    DataError
        A file is missing or cannot be read, columns clash, or rows have no clear identity.
    InvalidRequestError
        The options contradict each other.
    """
    check_request(name, kind, primary, identity)
    folder = folder.absolute()
    identifier = str(uuid.uuid4())
    asked = Dataset(
        id=identifier,
        name=name,
        kind=kind,
        source=Source("copy"),
        files=(),
        parts=(),
        measures=Measures(0, 0, unique=True, primaries=(), namespaces=()),
        identity=tuple((identity or {}).items()),
        primary=primary,
        timestamp=timestamp,
        upsert=upsert,
        mapping=tuple((mapping or {}).items()),
        added_at=time.time_ns() // 1000 if added_at is None else added_at,
    )
    try:
        return _examined(asked, gather(name, source, engine, folder, identifier), engine, others)
    except BaseException:
        forget(asked, folder)
        raise


def refresh(dataset: Dataset, *, engine: Engine, folder: FilePath, others: Sequence[Dataset] = ()) -> Dataset:
    """Read a dataset's source again; the id, the options and the moment of adding stay."""
    gathered = again(dataset, engine, folder.absolute())
    try:
        return _examined(dataset, gathered, engine, [one for one in others if one.id != dataset.id])
    except BaseException:
        if gathered.source.format in {"csv", "json"}:
            for one in gathered.parquet:  # made anew, and nobody will know of it
                FilePath(one).unlink(missing_ok=True)
        raise


def _examined(asked: Dataset, gathered: Gathered, engine: Engine, others: Sequence[Dataset]) -> Dataset:
    try:
        return _read(asked, gathered, engine, others)
    except DataError as error:
        text = str(error)
        for one in gathered.parquet:
            text = text.replace(one, shown(gathered.source, one))
        error.args = (text,)
        raise


def _read(asked: Dataset, gathered: Gathered, engine: Engine, others: Sequence[Dataset]) -> Dataset:
    name = asked.name
    if not sum(one.rows for one in gathered.files) and gathered.source.format in {"parquet", "copy"}:
        raise DataError(f"dataset `{name}` has no rows in {_listed(one.path for one in gathered.files)}")
    parts = parts_of(name, gathered.parquet, dict(asked.mapping), engine)
    clock = _clock_path(asked, parts)
    _require_identity(asked, parts)
    ready, undecided = [], 0
    for part in parts:
        made, more = examine(name, _prepared(asked, part, clock, engine), asked.primary, engine)
        undecided += more
        ready.append(made)
    if undecided:
        raise DataError(
            f"dataset `{name}`: {undecided} rows have several identities and none of them alone is marked primary; "
            f"name the namespace to use with primary={_namespaces(ready)}"
        )
    dataset = replace(asked, source=gathered.source, files=gathered.files, parts=tuple(ready))
    dataset = replace(dataset, leaves=tuple(joined(held_by(ready), engine).items()))
    dataset = replace(dataset, measures=count(dataset, engine))
    _refuse_useless(dataset)
    _refuse_too_many_namespaces(dataset, others)
    union_leaves([*others, dataset], dataset.kind, engine)
    shared = sharing_ids(dataset, others, engine)
    return replace(dataset, measures=replace(dataset.measures, shared=shared))


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(f"`{one}`" for one in found[:3]) + more


def _namespaces(parts: Sequence[Part]) -> str:
    return " or ".join(sorted({f'"{entry.namespace}"' for part in parts for entry in part.entries if entry.used}))


def _clock_path(asked: Dataset, parts: Sequence[Part]) -> Path | None:
    if asked.timestamp is not None:
        require_paths(asked.name, parts, {"the clock (timestamp=)": asked.timestamp})
        return _path(asked.timestamp, parts)
    if asked.kind == "event":
        if not any(part.leaf(TIMESTAMP) for part in parts):
            raise DataError(
                f"event dataset `{asked.name}` has no field `timestamp`; "
                'name its clock with timestamp=, or map it with mapping={"timestamp": …}'
            )
        return TIMESTAMP
    return AUDIT if any(part.leaf(AUDIT) for part in parts) else None


def _path(given: str, parts: Sequence[Part]) -> Path:
    path = tuple(given.split("."))
    if any(part.leaf(path) for part in parts):
        return path
    renamed = (leaf.path for part in parts for leaf in part.leaves if leaf.steps == (given,))
    return next(renamed, (given,))


def _require_identity(asked: Dataset, parts: Sequence[Part]) -> None:
    if asked.identity:
        wanted = {f"the identity `{namespace}`": path for namespace, path in asked.identity}
        require_paths(asked.name, parts, wanted)
    elif not any(is_identity_map(leaf) for part in parts for leaf in part.leaves):
        raise DataError(
            f"dataset `{asked.name}` has no `{MAP_FIELD}`; name its identities with "
            'identity={"namespace": "path"}, or map them with mapping={"identityMap.namespace": "column"}'
        )


def _prepared(asked: Dataset, part: Part, clock: Path | None, engine: Engine) -> Part:
    """A part with its identities and clock found, and without the identity map among its attributes."""
    if asked.identity:
        entries = named_entries(asked.name, part, dict(asked.identity))
    else:
        entries = map_entries(asked.name, part, engine)
    leaves = tuple(leaf for leaf in part.leaves if not is_identity_map(leaf))
    leaves = _without_reserved(asked, leaves, part.files[0])
    moment = part.leaf(clock) if clock is not None else None
    if moment is not None:
        moment = _as_clock(asked.name, moment, part.files[0])
        leaves = tuple(moment if leaf.path == moment.path else leaf for leaf in leaves)
        if asked.kind == "event" and not any(leaf.path == TIMESTAMP for leaf in leaves):
            leaves = (*leaves, replace(moment, path=TIMESTAMP))
    return replace(part, leaves=leaves, entries=tuple(entries), clock=moment)


def _without_reserved(asked: Dataset, leaves: Sequence[Leaf], file: str) -> tuple[Leaf, ...]:
    """The names of segkit's own columns cannot be attributes too; as an identity such a column is welcome."""
    taken = [leaf for leaf in leaves if sql.dotted(leaf.path).lower() in RESERVED]
    for leaf in taken:
        if sql.dotted(leaf.path) not in dict(asked.identity).values():
            name = sql.dotted(leaf.path)
            raise DataError(
                f"dataset `{asked.name}`: `{name}` in `{file}` is the name of a column that segkit adds; "
                f'give it another path, as in mapping={{"_yours.{name}": "{name}"}}'
            )
    return tuple(leaf for leaf in leaves if leaf not in taken)


def _as_clock(name: str, leaf: Leaf, file: str) -> Leaf:
    match leaf.storage.sql:
        case "TIMESTAMP":
            return leaf
        case "DATE" | "NULL":
            return replace(leaf, storage=INSTANT, form="cast")
        case "VARCHAR":
            return replace(leaf, storage=INSTANT, form="text-instant")
        case _ if leaf.storage.integral:
            return replace(leaf, storage=INSTANT, form="milliseconds")
        case _:
            raise DataError(
                f"dataset `{name}`: the clock `{sql.dotted(leaf.path)}` in `{file}` is {leaf.storage}; "
                "it should be a timestamp, ISO 8601 text, or milliseconds since 1970 as an integer"
            )


def _refuse_useless(dataset: Dataset) -> None:
    files = _listed(one.path for one in dataset.files)
    if not dataset.rows:
        raise DataError(f"dataset `{dataset.name}` has no rows in {files}")
    if dataset.without_identity == dataset.rows:
        which = f"`{dataset.primary}`" if dataset.primary else "any namespace"
        known = ", ".join(f"`{one}`" for one in dataset.measures.namespaces)
        hint = f"; identities occur in {known}" if known else "; check identity= or the identity map"
        raise DataError(f"dataset `{dataset.name}`: none of its {dataset.rows} rows has an identity in {which}{hint}")


def _refuse_too_many_namespaces(dataset: Dataset, others: Sequence[Dataset]) -> None:
    """Each namespace is a bit of a mask that every profile has, and the mask is one integer."""
    known = {namespace for one in (*others, dataset) for namespace in one.measures.namespaces}
    if len(known) > MOST_NAMESPACES:
        raise DataError(
            f"with dataset `{dataset.name}` there are {len(known)} identity namespaces, and {MOST_NAMESPACES} are the "
            "most; are they ids? leave some out with identity="
        )


def union_leaves(datasets: Iterable[Dataset], kind: str, engine: Engine) -> dict[Path, Storage]:
    """The type of each path over all datasets of a kind; clashes are `DataError`s that name both (R17a)."""
    held = [
        Held(leaf, f"{one.name}: {shown(one.source, part.files[0])}", part)
        for one in datasets
        if one.kind == kind
        for part in one.parts
        for leaf in part.leaves
    ]
    return {path: one for path, one in joined(held, engine).items() if one != UNSUPPORTED}
