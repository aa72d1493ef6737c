"""The same rules give the same numbers under each kind of merge policy, however they are computed.

From fragments and from a snapshot, with one thread and two, with little memory, over skewed data.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from matrix_data import POLICIES, add, write
from matrix_numbers import Spilling, define, numbers
from matrix_rules import RULES

import segkit as sk
from segkit.profiles.snapshots.source import SnapshotSource

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

ALONE = ("attribute", "negative", "map", "window", "sum", "sequence", "no event", "another segment")
HEAVY = 200_000


def made(folder: Path, **size: int) -> Path:
    write(folder, **size)
    with sk.open(folder / "ws", threads=1) as ws:
        add(ws, folder)
        define(ws)
    return folder / "ws"


def with_snapshots(ws: Workspace) -> None:
    for policy in POLICIES:
        ws.snapshot(policy)
        assert isinstance(ws.scope(policy).source, SnapshotSource)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A workspace, and its numbers from fragments with one thread."""
    folder = made(tmp_path_factory.mktemp("matrix"), profiles=150, events=1500, heavy=600)
    with sk.open(folder, threads=1) as ws:
        assert not isinstance(ws.scope(POLICIES[0]).source, SnapshotSource)
        return folder, {policy: numbers(ws, policy, alone=ALONE) for policy in POLICIES}


@pytest.mark.slow
def test_the_rules_tell_profiles_apart(small: tuple[Path, dict[str, Any]]) -> None:
    """Else equal numbers would show nothing."""
    _, known = small
    for policy, found in known.items():
        assert sum(0 < found[name] < found["profiles"] for name in RULES) >= len(RULES) - 1, policy
        assert all(found[f"{name} alone"] == found[name] for name in ALONE)
    assert len({found["profiles"] for found in known.values()}) == len(POLICIES)


@pytest.mark.slow
def test_two_threads(small: tuple[Path, dict[str, Any]]) -> None:
    folder, known = small
    with sk.open(folder, threads=2) as ws:
        for policy in POLICIES[2:3]:
            assert numbers(ws, policy, alone=ALONE) == known[policy]


@pytest.mark.slow
def test_snapshots(small: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, known = small
    shutil.copytree(folder, tmp_path / "ws")
    with sk.open(tmp_path / "ws", threads=1) as ws:
        with_snapshots(ws)
        for policy in POLICIES:
            assert numbers(ws, policy, alone=ALONE) == known[policy]


@pytest.mark.long
@pytest.mark.parametrize("policy", POLICIES)
def test_many_profiles_one_of_them_heavy_with_little_memory(tmp_path: Path, policy: str) -> None:
    """100,000 profiles and 400,000 events, 200,000 of them of one profile; the memory makes the merge spill."""
    folder = made(tmp_path, profiles=100_000, events=400_000, heavy=HEAVY)
    with sk.open(folder, threads=1, memory_limit="3GB") as ws:
        known = numbers(ws, policy, alone=RULES)
    assert all(known[f"{name} alone"] == known[name] for name in RULES)
    with sk.open(folder, threads=2) as ws:
        assert numbers(ws, policy, alone=ALONE) == {key: one for key, one in known.items() if key in _of(known)}
    with sk.open(folder, threads=2, memory_limit="800MB") as ws, Spilling(folder / ".tmp") as spilling:
        assert numbers(ws, policy) == {key: one for key, one in known.items() if not key.endswith(" alone")}
    assert spilling.most > 0, "the limit was too generous to show anything"
    with sk.open(folder, threads=2) as ws:
        ws.snapshot(policy)
        assert numbers(ws, policy, alone=RULES) == known


def _of(known: dict[str, Any]) -> set[str]:
    """The keys of the numbers that are asked with `ALONE`."""
    return {key for key in known if not key.endswith(" alone") or key.removesuffix(" alone") in ALONE}
