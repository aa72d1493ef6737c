"""What the contenders are given: a workspace with a snapshot, and the merged profiles as flat Parquet."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

import segkit
from tests.benchmarks.data import CLOCK, RECORDS, Company, company

if TYPE_CHECKING:
    from pathlib import Path

EVENT_FIELDS = ("timestamp", "eventType", "commerce.order.priceTotal")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files of one size, and where what was made of them lies.

    `bare` is a workspace without a snapshot, `kept` one with; `flat` the merged profiles as one Parquet file; `built`
    what making the snapshot took.
    """

    company: Company
    bare: Path
    kept: Path
    flat: Path
    built: dict[str, Any]

    @property
    def native(self) -> Path:
        """The native database inside the snapshot."""
        return next(self.kept.glob("snapshots/*/*/data.duckdb"))


def prepare(home: Path, size: str, *, skewed: bool = False, memory: str = "4GB") -> Prepared:
    """Everything of a size, made when it is not there yet."""
    files = company(home, size, skewed=skewed)
    done = files.folder / "prepared.json"
    bare, kept, flat = files.folder / "bare", files.folder / "kept", files.folder / "flat.parquet"
    if done.exists() and not _fresh(kept):
        done.unlink()
    if not done.exists():
        for one in (bare, kept):
            shutil.rmtree(one, ignore_errors=True)
        with segkit.open(kept, memory_limit=memory) as ws:
            start = time.perf_counter()
            add(ws, files)
            added = time.perf_counter() - start
        shutil.copytree(kept, bare)
        with segkit.open(kept, memory_limit=memory) as ws:
            snapshot = ws.snapshot(events=list(EVENT_FIELDS))
        made = Prepared(files, bare, kept, flat, {})
        with duckdb.connect(config={"memory_limit": memory}) as connection:
            connection.execute(f"ATTACH '{made.native}' AS snapshot (READ_ONLY)")
            columns = "columns(lambda c : NOT starts_with(c, '$'))"
            connection.execute(f"COPY (SELECT {columns} FROM snapshot.profiles) TO '{flat}'")
        built = {
            "adding": added,
            "seconds": snapshot.seconds,
            "peak": snapshot.peak_memory,
            "bytes": snapshot.size_on_disk,
        }
        done.write_text(json.dumps(built))
    return Prepared(files, bare, kept, flat, json.loads(done.read_text()))


def add(ws: segkit.Workspace, files: Company, *, events: bool = True) -> None:
    """Add the four datasets of fragments and the one of events."""
    for one in RECORDS:
        ws.datasets.add(one.name, files.file(one.name), identity=one.identity, primary="crmId", timestamp=CLOCK)
    if events:
        ws.datasets.add(
            "events", files.file("events"), kind="event", identity={"crmId": "_acme.crmId"}, primary="crmId"
        )


def _fresh(kept: Path) -> bool:
    """Whether the snapshot is one that this segkit uses."""
    if not kept.exists():
        return False
    with segkit.open(kept) as ws:
        return ws.scope().snapshot is not None
