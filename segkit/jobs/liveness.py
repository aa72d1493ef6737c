"""Small files beside the catalog: who runs which job and how far it is, and who wants it stopped.

A process that runs jobs has one file `<runner>.beat`, written anew twice a second; one that wants a job stopped leaves
`<job>.cancel`. Files, because the catalog costs a lock, and several notebooks may look at the same time.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SILENCE = 30.0
"""Seconds without a beat after which a process that cannot be asked is held for dead."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is: its status, the stage that runs and the part that is done (0 to 1), None when unknown."""

    status: str
    stage: str | None = None
    fraction: float | None = None


def beat(folder: Path, owner: str, jobs: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the file of a runner: its process, and for each of its jobs the stage and the fraction."""
    document = {"pid": os.getpid(), "started": _started(os.getpid()), "host": socket.gethostname(), "jobs": dict(jobs)}
    folder.mkdir(parents=True, exist_ok=True)
    file = _beat_file(folder, owner)
    aside = file.with_suffix(".new")
    try:
        aside.write_text(json.dumps(document), encoding="utf-8")
        aside.replace(file)
    except OSError:  # a full disk: nothing shall be left of it
        aside.unlink(missing_ok=True)
        raise


def silence(folder: Path, owner: str) -> None:
    """Remove the file of a runner that has nothing left to run."""
    _beat_file(folder, owner).unlink(missing_ok=True)


def has(folder: Path, owner: str, job_id: str) -> bool:
    """Whether the process behind a runner is still there and still has the job."""
    file = _beat_file(folder, owner)
    document = _read(file)
    return document is not None and job_id in document["jobs"] and _is_alive(file, document)


def sweep(folder: Path) -> None:
    """Remove the files of dead processes."""
    for file in folder.glob("*.beat"):
        document = _read(file)
        if document is not None and not _is_alive(file, document):
            file.unlink(missing_ok=True)


def heard(folder: Path, owner: str, job_id: str) -> Mapping[str, Any]:
    """What the runner last said about a job."""
    document = _read(_beat_file(folder, owner))
    said: Mapping[str, Any] = (document or {}).get("jobs", {}).get(job_id, {})
    return said


def ask_cancel(folder: Path, job_id: str) -> None:
    """Ask whoever runs the job to stop it."""
    folder.mkdir(parents=True, exist_ok=True)
    _cancel_file(folder, job_id).touch()


def is_cancel_asked(folder: Path, job_id: str) -> bool:
    """Whether somebody asked for the job to stop."""
    return _cancel_file(folder, job_id).exists()


def forget_cancel(folder: Path, job_id: str) -> None:
    """Remove the wish once the job has ended."""
    _cancel_file(folder, job_id).unlink(missing_ok=True)


def _beat_file(folder: Path, owner: str) -> Path:
    return folder / f"{owner}.beat"


def _cancel_file(folder: Path, job_id: str) -> Path:
    return folder / f"{job_id}.cancel"


def _is_alive(file: Path, document: Mapping[str, Any]) -> bool:
    if document["host"] == socket.gethostname() and document["started"] is not None:
        # a process number is given out again, with another start
        return bool(_started(document["pid"]) == document["started"])
    try:
        return time.time() - file.stat().st_mtime < _SILENCE
    except OSError:
        return False


def _read(file: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return document
    return None


def _started(pid: int) -> str | None:
    """What tells a process from a later one with the same number; None when there is none, or no way to know."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    # a killed process whose parent has not noticed yet is as good as gone
    return None if fields[0] in {"Z", "X"} else f"{boot}/{fields[19]}"
