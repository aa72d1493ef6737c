"""What has changed in the files of a policy since a snapshot was made, as far as it can be brought up to date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.datasets.documents import dataset_from_dict
from segkit.profiles.snapshots.manifest import named
from segkit.profiles.snapshots.sampling import stamps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path as FilePath

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset, Part
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.snapshots.manifest import Manifest

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Changes:
    """The files of a snapshot that is brought up to date.

    Parameters
    ----------
    files
        All files as dataset id and path, by their numbers: those of the older snapshot, emptied where they are lost,
        then the new ones.
    lost
        The numbers of files that are gone or have changed.
    came
        The files that are new or have changed.
    """

    files: tuple[Place, ...]
    lost: frozenset[int]
    came: frozenset[Place]

    def number(self, dataset: Dataset, part: Part, index: exp.Expr | None = None) -> exp.Expr:
        """The number of the file that a row of a part is from, by DuckDB's index of the files that it reads."""
        known = {place: number for number, place in enumerate(self.files)}
        numbers = [sql.number(known[dataset.id, one]) for one in part.files]
        if len(numbers) == 1:
            return numbers[0]
        index = exp.column("file_index", table=sql.FRAGMENT) if index is None else index
        place = exp.Add(this=exp.cast(index, "BIGINT"), expression=sql.number(1))
        return exp.Bracket(this=exp.Array(expressions=list(numbers)), expressions=[place], offset=1)

    def fresh(self, dataset: Dataset) -> tuple[Part, ...]:
        """The parts of a dataset with their new files alone."""
        return narrowed(dataset, {path for of, path in self.came if of == dataset.id})

    def needed(self, dataset: Dataset, numbers: Collection[int]) -> tuple[Part, ...]:
        """The parts of a dataset with the files of some numbers, and the new ones."""
        paths = {path for of, path in self.came if of == dataset.id}
        paths |= {self.files[one][1] for one in numbers if self.files[one][0] == dataset.id}
        return narrowed(dataset, paths)


def narrowed(dataset: Dataset, paths: Collection[str]) -> tuple[Part, ...]:
    """The parts of a dataset with some of their files; without those that have none of them."""
    found = []
    for part in dataset.parts:
        kept = [one for one in zip(part.files, part.positions, strict=True) if one[0] in paths]
        if kept:
            files, positions = zip(*kept, strict=True)
            found.append(replace(part, files=files, positions=positions))
    return tuple(found)


def changes(manifest: Manifest, source: MergedSource, workspace: FilePath, events: Iterable[Path]) -> Changes | None:
    """What has changed; None where profiles may have changed whose files have not.

    That is so when fields or their types, the namespaces or the clock of a dataset are others; when profiles depend on
    one another, by an identity graph or by repeated `_id`s; and when files come in another order, which decides ties.
    """
    now = (*source.records, *source.event_datasets)
    try:
        before = [dataset_from_dict(cast("Mapping[str, Any]", one), workspace) for one in manifest.documents]
    except (KeyError, TypeError, ValueError):  # documents of another version
        return None
    if source.graph is not None or source.repeated() or _repeats(before):
        return None
    if not _same_fields(manifest, source, events) or not _same_datasets(before, now):
        return None
    if any(_hides_its_file(part) for one in (*before, *now) for part in one.parts):
        return None
    old, new = _stamped(before), _stamped(now)
    kept = {place for place, stamp in new.items() if old.get(place) == stamp}
    numbers = {place: number for number, place in enumerate(manifest.files) if place in kept}
    if len(numbers) < len(kept):  # files that the snapshot does not know by their number
        return None
    if any(_order(old, kept, one) != _order(new, kept, one) for one in {dataset for dataset, _ in kept}):
        return None
    came = [one for one in new if one not in kept]
    files = [place if place in kept else ("", "") for place in manifest.files]
    lost = frozenset(number for number, place in enumerate(manifest.files) if place[0] and place not in kept)
    return Changes((*files, *came), lost, frozenset(came))


def _order(files: Iterable[Place], kept: Collection[Place], dataset: str) -> list[Place]:
    return [one for one in files if one[0] == dataset and one in kept]


def _repeats(datasets: Sequence[Dataset]) -> bool:
    present = {one.id for one in datasets}
    return any(one.measures.duplicates or present.intersection(one.measures.shared) for one in datasets)


def _same_fields(manifest: Manifest, source: MergedSource, events: Iterable[Path]) -> bool:
    held = {one.path: one.storage for one in manifest.event_columns}
    return (
        manifest.columns == named(source.union.profile)
        and manifest.namespaces == source.namespaces
        and {path for path in events if path in source.union.event} <= set(held)
        and all(source.union.event.get(path) == storage for path, storage in held.items())
    )


def _same_datasets(before: Sequence[Dataset], now: Sequence[Dataset]) -> bool:
    """Whether datasets that were there are read as they were, in the order in which they were."""
    old = {one.id: one for one in before}
    common = [one for one in now if one.id in old]
    staying = {one.id for one in common}
    if [one.id for one in common] != [one.id for one in before if one.id in staying]:
        return False
    return all(_options(one) == _options(old[one.id]) for one in common)


def _options(one: Dataset) -> tuple[object, ...]:
    clock = any(part.clock is not None for part in one.parts)
    given = (one.kind, one.source.format, one.identity, one.primary, one.timestamp, one.upsert, one.mapping)
    return (*given, one.added_at, one.clock, clock)


def _hides_its_file(part: Part) -> bool:
    return len(part.files) > 1 and any(leaf.steps and leaf.steps[0].lower() == "file_index" for leaf in part.leaves)


def _stamped(datasets: Sequence[Dataset]) -> Mapping[Place, str]:
    """Each file with what tells whether it is as it was, in the order of the files of each dataset."""
    found: dict[Place, str] = {}
    for one in datasets:
        known = {file: stamp for part in one.parts for file, stamp in stamps(one, part).items()}
        placed = {place: file for part in one.parts for place, file in zip(part.positions, part.files, strict=True)}
        found |= {(one.id, placed[place]): known[placed[place]] for place in sorted(placed)}
    return found
