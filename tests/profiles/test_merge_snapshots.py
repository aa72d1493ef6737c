"""Snapshots against the plain-Python merge: what is kept is what the specification has, policy by policy."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from merge_world import compare, world

import segkit as sk
from segkit.profiles import dataset_to_dict
from segkit.profiles.snapshots.source import SnapshotSource

if TYPE_CHECKING:
    from pathlib import Path

FEW, MANY = range(2), range(5000, 5100)


def agree(seed: int, folder: Path, *, graphs: tuple[str, ...]) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    with sk.open(folder / "ws", threads=1) as ws:
        made = world(random_, ws.engine, folder)
        for one in made.datasets:
            ws.catalog_store.datasets.add(one.name, dataset_to_dict(one, ws.folder), id=one.id)
        # with an event dataset always, or a policy without events would be warned of
        events = tuple(one.name for one in made.given if one.kind == "event")
        for number, policy in enumerate(made.policies(random_, graphs, always=events)):
            ws.merge_policies.create(
                f"policy {number}",
                attribute_merge="dataSetPrecedence" if policy.order else "timestampOrdered",
                order=policy.order or None,
                identity_graph=policy.graph,
            )
            ws.snapshot(f"policy {number}", events="*")
            source = ws.scope(f"policy {number}").source
            assert isinstance(source, SnapshotSource)
            compare(made, policy, source, ws.engine, random_)


@pytest.mark.parametrize("seed", FEW)
def test_snapshots_agree_with_the_reference(tmp_path: Path, seed: int) -> None:
    agree(seed, tmp_path, graphs=(("none", "pdg")[seed % 2],))


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY)
def test_snapshots_agree_with_the_reference_on_many_seeds(tmp_path: Path, seed: int) -> None:
    agree(seed, tmp_path, graphs=("none", "pdg"))
