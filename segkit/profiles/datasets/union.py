"""The union schema: every field of every dataset, with one type (`pql.md` R16, R17a)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from segkit.pql.types import Schema, Type, object_of
from segkit.profiles.datasets.adding import union_leaves
from segkit.profiles.datasets.identity import MAP_FIELD
from segkit.profiles.expressions import dotted
from segkit.profiles.storage import IDENTITY_MAP, pql_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.engine import Engine
    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset
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


@dataclass(frozen=True)  # without slots, for the listing
class Union:
    """The fields of a workspace's datasets.

    Parameters
    ----------
    profile, event
        Path → stored type of each leaf, in the order in which datasets were added.
    schema
        The same as PQL's types, which expressions are bound against.
    datasets
        What has them.
    """

    profile: dict[Path, Storage]
    event: dict[Path, Storage]
    schema: Schema
    datasets: tuple[Dataset, ...] = field(repr=False)

    @cached_property
    def rows(self) -> tuple[FieldRow, ...]:
        """The same as a listing, and after it the fields whose types PQL does not have."""
        holders = _holders(self.datasets)
        everybody = tuple(one.name for one in self.datasets)
        rows = [
            FieldRow(dotted(path if kind == "record" else (EVENTS, *path)), str(pql_type(one)), str(one), kind, names)
            for kind, found in (("record", self.profile), ("event", self.event))
            for path, one in found.items()
            for names in (everybody if path == MAP_PATH else tuple(holders[kind, path]),)
        ]
        unsupported = [
            FieldRow(dotted(path), "Unsupported", str(one), each.kind, (each.name,))
            for each in self.datasets
            for path, one in each.leaves
            if path not in (self.profile if each.kind == "record" else self.event)
        ]
        return (*rows, *unsupported)


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
    return Union(profile, event, Schema(_tree(profile), _tree(event)), tuple(datasets))


def _holders(datasets: Sequence[Dataset]) -> dict[tuple[str, Path], list[str]]:
    """The names of the datasets that have a leaf, by kind and path."""
    found: dict[tuple[str, Path], list[str]] = {}
    for one in datasets:
        for path, _ in one.leaves:
            found.setdefault((one.kind, path), []).append(one.name)
    return found


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
