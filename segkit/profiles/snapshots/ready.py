"""Finding the snapshot of a merge policy that is made of the data as they are now, within microseconds."""

from __future__ import annotations

import contextlib
import threading
import warnings
from typing import TYPE_CHECKING

from segkit.errors import DataError, SegkitError
from segkit.profiles.display import snapshot_call
from segkit.profiles.kept import Attached, described, fingerprint, is_whole, remove
from segkit.profiles.snapshots.manifest import DATA, FORMAT, MANIFEST, Manifest
from segkit.profiles.snapshots.source import SnapshotSource

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.merging import MergedSource
    from segkit.profiles.policies.policy import MergePolicy

Stamp = tuple[int, int]
FOLDER = "snapshots"
_TRIES = 3


class Ready:
    """The snapshots of a workspace.

    Parameters
    ----------
    engine
        In which they are attached.
    folder
        The workspace.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self._attached = Attached(engine)
        self._lock = threading.Lock()
        self._versions: dict[MergePolicy, tuple[tuple[Dataset, ...], str]] = {}
        self._known: dict[Path, tuple[Stamp, Manifest, str]] = {}
        self._told: set[tuple[Path, Stamp]] = set()

    def version(self, merged: MergedSource) -> str:
        """The fingerprint of a policy and the data that it is about."""
        kept = self._versions.get(merged.policy)
        if kept is not None and kept[0] is merged.datasets:
            return kept[1]
        policy = merged.policy
        rules = [policy.id, policy.version, policy.attribute_merge, list(policy.order), policy.identity_graph]
        datasets = (described(one, self.folder) for one in (merged.records, merged.event_datasets))
        found = fingerprint("snapshot", FORMAT, rules, *datasets)
        self._versions[policy] = (merged.datasets, found)
        return found

    def place(self, merged: MergedSource) -> Path:
        """Where a snapshot of a policy and its data lies, or would."""
        return self.folder / FOLDER / merged.policy.id / self.version(merged)

    def of(self, merged: MergedSource) -> SnapshotSource | None:
        """The same profiles and events from a snapshot, where there is one of the data as they are now.

        One that cannot be read is as good as none; that is told once.
        """
        folder = self.place(merged)
        for _ in range(_TRIES):
            stamp = _stamp(folder)
            if stamp is None or (folder, stamp) in self._told:
                return None
            with self._lock:
                known = self._known.get(folder)
            if known is not None and known[0] == stamp:
                return SnapshotSource(merged, known[1], known[2], folder)
            try:
                manifest = Manifest.read(folder)
                if not is_whole(folder):
                    raise DataError("a file of it is missing or cut short")
                name = self._attached.name(folder / DATA, f"snapshot_{folder.name[:8]}")
            except (SegkitError, OSError) as error:
                if _stamp(folder) == stamp:
                    self._tell(folder, stamp, str(error), snapshot_call(merged.policy))
                continue
            # the manifest and the data of one snapshot: another process may have put its own in the place meanwhile
            if _stamp(folder) == stamp:
                with self._lock:
                    self._known[folder] = stamp, manifest, name
        return None

    def older(self, merged: MergedSource) -> SnapshotSource | None:
        """The newest snapshot of the same version of the policy, of data that have changed since."""
        place = self.place(merged)
        found: list[tuple[Manifest, Path]] = []
        for folder in place.parent.iterdir() if place.parent.is_dir() else ():
            if folder != place and not folder.name.startswith("."):
                with contextlib.suppress(SegkitError):
                    found.append((Manifest.read(folder), folder))
        for manifest, folder in sorted(found, key=lambda one: one[0].made, reverse=True):
            if (manifest.policy, manifest.version) == (merged.policy.id, merged.policy.version):
                with contextlib.suppress(SegkitError, OSError):
                    name = self._attached.name(folder / DATA, f"snapshot_{folder.name[:8]}")
                    return SnapshotSource(merged, manifest, name, folder)
        return None

    def _tell(self, folder: Path, stamp: Stamp, reason: str, remedy: str) -> None:
        """Say once that a snapshot is not used."""
        self._told.add((folder, stamp))
        message = f"the snapshot {folder} cannot be read ({reason}) and is left aside; make it anew: {remedy}"
        warnings.warn(message, stacklevel=2)

    def supersede(self, folder: Path) -> None:
        """Remove the snapshots of the same policy that are not this one."""
        for other in folder.parent.iterdir():
            if other != folder and not other.name.startswith("."):
                remove(other)


def _stamp(folder: Path) -> Stamp | None:
    """What tells a snapshot from another in its place; None where there is none, a moment of 0 without a manifest."""
    for file in (folder / MANIFEST, folder):
        with contextlib.suppress(OSError):
            now = file.stat()
            return (now.st_ino, now.st_mtime_ns) if file != folder else (now.st_ino, 0)
    return None
