"""What an estimate counts in: some of the profiles, from wherever they are read with the least work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segkit.profiles.buckets import BUCKETS
from segkit.profiles.display import snapshot_call
from segkit.profiles.snapshots.sample import Samples, below
from segkit.profiles.snapshots.sampling import SAMPLED
from segkit.sql import compile_total

if TYPE_CHECKING:
    from segkit.evaluation.sources import Sources
    from segkit.profiles import Dataset, MergePolicy
    from segkit.sql.source import ProfileSource

_REMEDY = "to read a sample of 2 % in place of all rows, have one kept: `{}`"
_SMALLER = "up to `fraction=0.02`, a sample that `{}` keeps is read in place of all rows"


@dataclass(frozen=True, slots=True)
class Sampled:
    """Some of the profiles of a policy.

    Parameters
    ----------
    source
        Gives them and their events.
    profiles
        How many they are.
    total
        How many profiles there are in all.
    words
        What is read, for displays.
    note
        What would make it faster; empty when nothing would.
    """

    source: ProfileSource
    profiles: int
    total: int
    words: str
    note: str = ""


class Sampling:
    """Gives samples, and remembers how many profiles there are in each.

    Parameters
    ----------
    sources
        Where profiles and events come from.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.samples = Samples(sources.engine, sources.folder)
        self._counted: tuple[object, dict[tuple[str, int, int], int]] = ((), {})

    def of(self, policy: MergePolicy, datasets: tuple[Dataset, ...], buckets: int, *, events: bool) -> Sampled:
        """The profiles of a policy in the first buckets, for a rule that asks for `events` or does not."""
        source, words, note = self._source(policy, datasets, buckets, events=events)
        whole = self._sources.source(policy, datasets)
        total = self._count(whole, (policy.id, policy.version, BUCKETS), datasets)
        found = total if buckets >= BUCKETS else self._count(source, (policy.id, policy.version, buckets), datasets)
        return Sampled(source, found, total, words, note.format(snapshot_call(policy)))

    def _source(
        self, policy: MergePolicy, datasets: tuple[Dataset, ...], buckets: int, *, events: bool
    ) -> tuple[ProfileSource, str, str]:
        fragments = self._sources.merged(policy, datasets)
        snapshot = self._sources.snapshots.of(fragments)
        if snapshot is not None and (not events or buckets > SAMPLED):
            return snapshot if buckets >= BUCKETS else snapshot.below(buckets), "the snapshot", ""
        if buckets <= SAMPLED:
            sample = self.samples.find(fragments)
            if sample is not None:
                return below(sample, buckets, stored=True), "the sample of 2 %", ""
        if snapshot is not None:
            return snapshot.below(buckets), "the snapshot", _REMEDY
        note = "" if buckets >= BUCKETS else _REMEDY if buckets <= SAMPLED else _SMALLER
        return below(fragments, buckets, stored=False), "all fragments and events", note

    def _count(self, source: ProfileSource, what: tuple[str, int, int], datasets: tuple[Dataset, ...]) -> int:
        version, counted = self._counted
        if version is not datasets:
            self._counted = (datasets, counted := {})
        if what not in counted:
            counted[what] = int(self._sources.engine.value(compile_total(source)) or 0)
        return counted[what]
