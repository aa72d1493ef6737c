"""Every number that a workspace gives of the rules under one policy, and how a workspace is made to give them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from matrix_rules import AS_OF, COLUMNS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from segkit.workspace import Workspace


def define(ws: Workspace) -> None:
    """The rules as segment definitions."""
    for name, rule in RULES.items():
        ws.segments.create(name, rule)


def numbers(ws: Workspace, policy: str, *, alone: Iterable[str] = ()) -> dict[str, Any]:
    """Sizes by a job, by namespace and in all; sizes of some rules alone; the head of a preview."""
    job = ws.jobs.create("*", merge_policy=policy, as_of=AS_OF).wait(progress=False)
    assert job.status == "SUCCEEDED", job.errors
    metrics = job.to_aep()["metrics"]
    names = {segment.id: segment.name for segment in ws.segments.list()}
    found: dict[str, Any] = {"profiles": metrics["totalProfiles"]}
    found |= {names[one]: size for one, size in metrics["segmentedProfileCounter"].items()}
    for one, sizes in metrics["segmentedProfileByNamespaceCounter"].items():
        found |= {f"{names[one]} by {space}": size for space, size in sizes.items()}
    for name in alone:
        found[f"{name} alone"] = int(ws.size(RULES[name], merge_policy=policy, as_of=AS_OF))
    shown = ws.preview(RULES["attribute"], COLUMNS, limit=30, merge_policy=policy, as_of=AS_OF)
    found["preview"] = [[_settled(one) for one in row.values()] for row in shown]
    members = job.members("attribute and event")
    found["members"] = sorted((row["profile_id"], repr(row["identities"])) for row in members)
    return found


def _settled(value: object) -> object:
    """A sum of Doubles differs in its last bits by the order in which they are added, which threads leave open."""
    return round(value, 6) if isinstance(value, float) else value


@dataclass
class Spilling:
    """Watches how much a workspace writes aside while it works, in a thread of its own.

    Attributes
    ----------
    most : int
        The most bytes seen.
    """

    folder: Path
    most: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.most = max(self.most, sum(_sizes(self.folder)))


def _sizes(folder: Path) -> Iterator[int]:
    for one in folder.rglob("*"):
        try:
            yield one.stat().st_size
        except OSError:  # gone again
            continue
