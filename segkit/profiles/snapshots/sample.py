"""Samples: the rows of 2 % of all profiles, kept beside the datasets so that estimates need not read them all.

A sample holds rows as they are, with all their columns, and in their order: the merge of a sample is that of the
datasets, and gives the sampled profiles the values that they have. Which profiles are sampled depends on nothing but
their ids, so that samples of several datasets hold the same profiles, whenever each was made.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segkit.profiles import expressions as sql
from segkit.profiles.buckets import BUCKETS, SALT, bucket
from segkit.profiles.datasets.sources import verify
from segkit.profiles.kept import described, fingerprint, is_whole, making, remove
from segkit.profiles.policies.merging import MergedSource
from segkit.profiles.policies.within import Within
from segkit.profiles.snapshots.sampling import BUCKET, SAMPLED, SampleFile, sampled_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from segkit.engine import Engine, Watch
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.policy import MergePolicy

_FORMAT = 1
_MANIFEST = "manifest.json"


class Samples:
    """The samples of a workspace.

    Parameters
    ----------
    engine
        Runs what makes them.
    folder
        The workspace.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self._known: dict[MergePolicy, tuple[tuple[Dataset, ...], list[Path]]] = {}

    def find(self, source: MergedSource) -> MergedSource | None:
        """The same policy over the samples of its datasets; None unless each dataset has one of its present rows."""
        found = {}
        for one, place in zip((*source.records, *source.event_datasets), self._places(source), strict=True):
            files = self._files(place)
            if files is None:
                return None
            found[one.id] = sampled(one, files)
        return source.over([found.get(one.id, one) for one in source.datasets])

    def make(self, source: MergedSource, *, watch: Watch | None = None) -> int:
        """Make the samples that are missing of the datasets that take part in a policy; how many it made.

        What an older sample of a dataset says of files that did not change is taken over from it.
        """
        made = 0
        everyone = source
        if source.graph is None:  # an `_id` may come again in a dataset that takes no part
            policy = replace(source.policy, attribute_merge="timestampOrdered", order=())
            everyone = MergedSource(policy, source.datasets, source.union)
        for one, target in zip((*source.records, *source.event_datasets), self._places(source), strict=True):
            if self._files(target) is not None:
                continue
            older = self._older(target)
            with making(target, instead=target.is_dir()) as aside:  # what is there is damaged
                files = sampled_files(one, everyone, self.engine, aside, older, watch=watch)
                if files is None:  # rows that cannot be told apart by where they stand
                    continue
                document = {"format": _FORMAT, "dataset": one.id, "files": [each.to_dict() for each in files]}
                verify(one)  # what was read is what the name of the folder says
                (aside / _MANIFEST).write_text(json.dumps(document), encoding="utf-8")
            made += 1
            for other in target.parent.iterdir():
                if other != target and not other.name.startswith("."):
                    remove(other)
        return made

    def _places(self, source: MergedSource) -> list[Path]:
        """Where the samples of the datasets that take part are, worked out once for a version of the data."""
        known = self._known.get(source.policy)
        if known is None or known[0] is not source.datasets:
            places = [self._place(source, one) for one in (*source.records, *source.event_datasets)]
            known = self._known[source.policy] = (source.datasets, places)
        return known[1]

    def _place(self, source: MergedSource, dataset: Dataset) -> Path:
        """Where the sample of a dataset is, if there is one, by all that it depends on."""
        taking = (*source.records, *source.event_datasets)
        kind: str = "none"
        others: Sequence[Dataset] = partners(dataset, source.datasets)
        if source.graph is not None:  # whose profile a row is depends on the rows of all
            kind, others = fingerprint("pdg", sorted(one.id for one in taking)), taking
        about = described(sorted({one.id: one for one in (dataset, *others)}.values(), key=_by_id), self.folder)
        name = fingerprint("sample", _FORMAT, SALT, SAMPLED, kind, dataset.id, about)
        return self.folder / "samples" / kind / dataset.id / name

    @staticmethod
    def _files(folder: Path) -> list[SampleFile] | None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            document = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            files = [SampleFile.from_dict(one, folder) for one in document["files"]]
            if document["format"] == _FORMAT and is_whole(folder):
                return files
        return None

    def _older(self, target: Path) -> list[SampleFile]:
        """The sample of an earlier version of the same dataset."""
        if not target.parent.is_dir():
            return []
        with contextlib.suppress(FileNotFoundError):  # another process removes one meanwhile
            others = sorted(target.parent.iterdir(), key=lambda one: one.stat().st_mtime_ns, reverse=True)
            return next((files for one in others if (files := self._files(one)) is not None), [])
        return []


def _by_id(dataset: Dataset) -> str:
    return dataset.id


def partners(dataset: Dataset, datasets: Sequence[Dataset]) -> list[Dataset]:
    """The datasets that share an `_id` with one, directly or through others."""
    found, left = {dataset.id}, [dataset.id]
    while left:
        here = left.pop()
        near = {one.id for one in datasets if here in one.measures.shared}
        near |= {each for one in datasets if one.id == here for each in one.measures.shared}
        left += near - found
        found |= near
    return [one for one in datasets if one.id in found and one.id != dataset.id]


def sampled(dataset: Dataset, files: Sequence[SampleFile]) -> Dataset:
    """A dataset that reads its sample in place of its rows."""
    parts = []
    for number, part in enumerate(dataset.parts):
        own = [one for one in files if one.part == number]
        parts.append(
            replace(part, files=tuple(str(one.path) for one in own), positions=tuple(one.place for one in own))
        )
    return replace(dataset, parts=tuple(parts))


def below(source: MergedSource, buckets: int, *, stored: bool) -> MergedSource:
    """A policy's profiles in the first buckets alone.

    Parameters
    ----------
    source
        The policy, over samples or over all rows.
    buckets
        How many buckets, of `BUCKETS`.
    stored
        Whether the rows tell their bucket, because they are those of samples.
    """
    if buckets >= BUCKETS:
        return source

    def test(key: exp.Expr) -> exp.Expr:
        return exp.LT(this=bucket(source.profile_id(key)), expression=sql.number(buckets))

    quick = exp.LT(this=sql.steps((BUCKET,)), expression=sql.number(buckets)) if stored else None
    return source.within(Within(test, quick))
