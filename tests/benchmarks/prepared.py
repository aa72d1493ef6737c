"""What the contenders are given: a workspace with a snapshot, and the merged profiles as flat Parquet."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

import segkit
from tests.benchmarks.data import CLOCK, RECORDS, Company, company

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EVENT_FIELDS = ("timestamp", "eventType", "commerce.order.priceTotal")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files of one size, and where what was made of them lies.

    `kept` is a workspace with a snapshot, `bare` one without, `records` one without events either; `flat` holds the
    merged profiles as one Parquet file, `built` what making the snapshot took.
    """

    company: Company
    bare: Path
    records: Path
    kept: Path
    flat: Path
    built: dict[str, Any]

    @property
    def native(self) -> Path:
        """The native database inside the snapshot."""
        return next(self.kept.glob("snapshots/*/*/data.duckdb"))


def prepare(home: Path, size: str, *, skewed: bool = False, memory: str = "4GB") -> Prepared:
    """Everything of a size; what is there already and still in use is not made again."""
    home.mkdir(parents=True, exist_ok=True)
    with _alone(home / f".{size}.lock"):
        files = company(home, size, skewed=skewed)
        bare, records, kept = (files.folder / one for one in ("bare", "records", "kept"))
        flat, noted = files.folder / "flat.parquet", files.folder / "prepared.json"
        made = Prepared(files, bare, records, kept, flat, {})
        if not kept.exists():
            _made(kept, lambda ws: add(ws, files), memory)
        if not records.exists():
            _made(records, lambda ws: add(ws, files, events=False), memory)
        if not bare.exists():
            shutil.copytree(kept, bare, ignore=shutil.ignore_patterns("snapshots", ".tmp"))
        with segkit.open(kept, memory_limit=memory) as ws:
            if ws.scope().snapshot is None or not noted.exists():
                snapshot = ws.snapshot(events=list(EVENT_FIELDS))
                built = {"seconds": snapshot.seconds, "peak": snapshot.peak_memory, "bytes": snapshot.size_on_disk}
                flat.unlink(missing_ok=True)
                noted.write_text(json.dumps(built))
        if not flat.exists():
            with duckdb.connect(config={"memory_limit": memory}) as connection:
                connection.execute(f"ATTACH '{made.native}' AS snapshot (READ_ONLY)")
                columns = "columns(lambda c : NOT starts_with(c, '$'))"
                aside = flat.with_suffix(".part")
                connection.execute(f"COPY (SELECT {columns} FROM snapshot.profiles) TO '{aside}' (FORMAT parquet)")
                aside.rename(flat)
        return replace(made, built=json.loads(noted.read_text()))


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _made(folder: Path, fill: Callable[[segkit.Workspace], None], memory: str) -> None:
    """A workspace, made aside."""
    aside = folder.with_suffix(".part")
    shutil.rmtree(aside, ignore_errors=True)
    with segkit.open(aside, memory_limit=memory) as ws:
        fill(ws)
    aside.rename(folder)


def add(ws: segkit.Workspace, files: Company, *, events: bool = True) -> None:
    """Add the four datasets of fragments and the one of events."""
    for one in RECORDS:
        ws.datasets.add(one.name, files.file(one.name), identity=one.identity, primary="crmId", timestamp=CLOCK)
    if events:
        ws.datasets.add(
            "events", files.file("events"), kind="event", identity={"crmId": "_acme.crmId"}, primary="crmId"
        )
