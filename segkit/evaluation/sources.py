"""`Sources`: where the profiles and events of a workspace come from, kept from question to question."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from segkit.evaluation.limits import PAIR_LIMIT
from segkit.evaluation.runs import Runs
from segkit.evaluation.sampling import Sampling
from segkit.profiles import MergedSource, union_schema
from segkit.profiles.graph.keeping import Graphs
from segkit.profiles.kept import sweep_all
from segkit.profiles.snapshots.ready import Ready

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergePolicy, Union
    from segkit.profiles.snapshots.source import SnapshotSource

    Source = MergedSource | SnapshotSource


class Sources:
    """Gives the statements that profiles and events come from, for each merge policy and version of the data.

    Parameters
    ----------
    engine
        Runs what has to be run for it.
    folder
        The workspace, below which lies what is kept for later.
    read_only
        Whether nothing may be written there.

    Attributes
    ----------
    pair_limit : int | None
        How many pairs of items a rule may make; None for no limit.
    runs : Runs
        What statements took in this session.
    """

    def __init__(self, engine: Engine, folder: Path, *, read_only: bool = False) -> None:
        self.engine = engine
        self.folder = folder
        if not read_only:
            sweep_all(folder)
        self.graphs = Graphs(engine, folder, read_only=read_only)
        self.sampling = Sampling(self)
        self.pair_limit: int | None = PAIR_LIMIT
        self.runs = Runs()
        self._unions: tuple[tuple[tuple[Dataset, ...], Union], ...] = ()

    def union(self, datasets: tuple[Dataset, ...]) -> Union:
        """The fields of all datasets."""
        for known, union in self._unions:
            if known is datasets:
                return union
        made = union_schema(datasets, self.engine)
        # samples are asked in turn with what they are drawn from
        self._unions = ((datasets, made), *self._unions[:3])
        return made

    def merged(self, policy: MergePolicy, datasets: tuple[Dataset, ...]) -> MergedSource:
        """The profiles merged from their fragments."""
        graph = None if policy.identity_graph == "none" else self.graphs.of(policy, datasets)
        return MergedSource(policy, datasets, self.union(datasets), graph)

    @cached_property
    def snapshots(self) -> Ready:
        """The snapshots of the workspace."""
        return Ready(self.engine, self.folder)

    def source(self, policy: MergePolicy, datasets: tuple[Dataset, ...]) -> Source:
        """The profiles from wherever they are read fastest: a snapshot of the data as they are, else the fragments."""
        merged = self.merged(policy, datasets)
        return self.snapshots.of(merged) or merged
