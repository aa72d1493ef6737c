"""Datasets as JSON documents and back, for the catalog."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.profiles.datasets.dataset import Dataset, Entry, Leaf, Measures, Part, Source, SourceFile
from segkit.profiles.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def dataset_to_dict(dataset: Dataset, folder: Path | None = None) -> dict[str, Any]:
    """A dataset as JSON; files below the workspace `folder` are named relative to it, so that it can be moved."""

    def shorten(path: str) -> str:
        if folder is not None and Path(path).is_relative_to(folder):
            return Path(path).relative_to(folder).as_posix()
        return path

    document: dict[str, Any] = _encode(_with_paths(dataset, shorten))
    return document


def dataset_from_dict(document: Mapping[str, Any], folder: Path | None = None) -> Dataset:
    """The reverse of `dataset_to_dict`, with the same `folder` or the place it was moved to."""

    def lengthen(path: str) -> str:
        return path if folder is None or Path(path).is_absolute() else str(folder / path)

    given = dict(document)
    given |= {
        "source": Source(given["source"]["format"], tuple(given["source"]["patterns"])),
        "files": tuple(SourceFile(**one) for one in given["files"]),
        "parts": tuple(_part(one) for one in given["parts"]),
        "measures": _measures(given["measures"]),
        "identity": _pairs(given["identity"]),
        "mapping": _pairs(given["mapping"]),
        "leaves": tuple((tuple(path), Storage.from_dict(kind)) for path, kind in given["leaves"]),
    }
    return _with_paths(Dataset(**given), lengthen)


def _encode(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case str() | bool() | int() | None:  # nearly all
            return value
        case Storage():
            return value.to_dict()
        case tuple():
            return [_encode(one) for one in value]
        case _ if is_dataclass(value):
            return {one.name: _encode(getattr(value, one.name)) for one in fields(value)}
        case _:
            return value


def _with_paths(dataset: Dataset, change: Callable[[str], str]) -> Dataset:
    return replace(
        dataset,
        source=replace(dataset.source, patterns=tuple(map(change, dataset.source.patterns))),
        files=tuple(replace(one, path=change(one.path)) for one in dataset.files),
        parts=tuple(replace(one, files=tuple(map(change, one.files))) for one in dataset.parts),
    )


def _pairs(given: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, two) for one, two in given)


def _leaf(given: Mapping[str, Any]) -> Leaf:
    changed = {"path": tuple(given["path"]), "steps": tuple(given["steps"])}
    return Leaf(**{**given, **changed, "storage": Storage.from_dict(given["storage"])})


def _entry(given: Mapping[str, Any]) -> Entry:
    return Entry(**{**given, "leaf": _leaf(given["leaf"]), "names": tuple(given["names"])})


def _part(given: Mapping[str, Any]) -> Part:
    return Part(
        files=tuple(given["files"]),
        positions=tuple(given["positions"]),
        leaves=tuple(_leaf(one) for one in given["leaves"]),
        entries=tuple(_entry(one) for one in given["entries"]),
        clock=None if given["clock"] is None else _leaf(given["clock"]),
    )


def _measures(given: Mapping[str, Any]) -> Measures:
    lists = {name: tuple(given[name]) for name in ("primaries", "namespaces", "shared")}
    return Measures(**{**given, **lists})
