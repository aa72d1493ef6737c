"""The union schema: every field of every dataset, with one type (`pql.md` R16, R17a)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segkit.pql.types import Schema, Type, object_of
from segkit.profiles.adding import union_leaves
from segkit.profiles.expressions import dotted
from segkit.profiles.identity import MAP_FIELD
from segkit.profiles.storage import IDENTITY_MAP, pql_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.dataset import Dataset
    from segkit.profiles.storage import Storage

MAP_PATH = (MAP_FIELD,)
EVENTS = "xEvent"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One line of the listing: a path (events' begin with `xEvent`), its PQL and SQL types, and its datasets."""

    path: str
    type: str
    stored: str
    kind: str
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Union:
    """The fields of a workspace's datasets.

    Parameters
    ----------
    profile, event
        Path → stored type of each leaf, in the order in which datasets were added.
    schema
        The same as PQL's types, which expressions are bound against.
    rows
        The same as a listing.
    """

    profile: dict[Path, Storage]
    event: dict[Path, Storage]
    schema: Schema
    rows: tuple[FieldRow, ...] = field(repr=False)


def union_schema(datasets: Sequence[Dataset], engine: Engine) -> Union:
    """The union of the schemas of some datasets, in the order of adding.

    Raises
    ------
    DataError
        Two datasets disagree on a field; the message names both and the field.
    """
    profile = union_leaves(datasets, "record", engine)
    event = union_leaves(datasets, "event", engine)
    if datasets:
        profile[MAP_PATH] = IDENTITY_MAP
    if any(one.kind == "event" for one in datasets):
        event[MAP_PATH] = IDENTITY_MAP
    rows = [
        FieldRow(dotted(path if kind == "record" else (EVENTS, *path)), str(pql_type(one)), str(one), kind, names)
        for kind, found in (("record", profile), ("event", event))
        for path, one in found.items()
        for names in (_holders(datasets, kind, path),)
    ]
    unsupported = [
        FieldRow(dotted(path), "Unsupported", str(one), each.kind, (each.name,))
        for each in datasets
        for path, one in each.leaves
        if path not in (profile if each.kind == "record" else event)
    ]
    return Union(profile, event, Schema(_tree(profile), _tree(event)), (*rows, *unsupported))


def _holders(datasets: Sequence[Dataset], kind: str, path: Path) -> tuple[str, ...]:
    of_kind = [one for one in datasets if one.kind == kind or path == MAP_PATH]
    return tuple(one.name for one in of_kind if path == MAP_PATH or one.storage(path) is not None)


def _tree(found: dict[Path, Storage]) -> Type:
    root: dict[str, object] = {}
    for path, one in found.items():
        place = root
        for piece in path[:-1]:
            place = place.setdefault(piece, {})  # type: ignore[assignment]
        place[path[-1]] = pql_type(one)

    def build(fields: dict[str, object]) -> Type:
        made = {name: one if isinstance(one, Type) else build(one) for name, one in fields.items()}  # type: ignore[arg-type]
        return object_of(made)

    return build(root)
