"""Merge policies against the plain-Python merge of `merge_reference.py`, on generated files; policy by policy."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from merge_world import compare, compare_lineage, world

from segkit.evaluation import Sources

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.engine import Engine

FEW, MANY = range(4), range(1000, 1300)


def agree(seed: int, engine: Engine, folder: Path) -> None:
    random_ = random.Random(seed)  # noqa: S311 - reproducible, not secret
    made = world(random_, engine, folder)
    for policy in made.policies(random_, ["none", "pdg"]):
        source = Sources(engine, folder / "kept").merged(made.stored(policy), made.datasets)
        compare(made, policy, source, engine, random_)
        compare_lineage(made, policy, source, engine, random_)


@pytest.mark.parametrize("seed", FEW)
def test_every_policy_agrees_with_the_reference(engine: Engine, tmp_path: Path, seed: int) -> None:
    agree(seed, engine, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY)
def test_every_policy_agrees_with_the_reference_on_many_seeds(engine: Engine, tmp_path: Path, seed: int) -> None:
    agree(seed, engine, tmp_path)
