"""Making a snapshot beside merging in a single pass, and bringing it up to date beside making it anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import segkit
from tests.benchmarks.contenders.__main__ import peak_memory
from tests.benchmarks.contenders.by_hand import merged
from tests.benchmarks.data import CLOCK, LEAVES, SIZES, Company, company
from tests.benchmarks.prepared import add

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.compare import Arena
    from tests.benchmarks.targets import Target

_BYTES_A_PROFILE = 4_500
"""What the single pass of 40 leaves holds for a profile, roughly: it says whether there is room for it."""


def targets(arena: Arena) -> Iterator[Target]:
    """What is aimed at for snapshots."""
    from tests.benchmarks.targets import Target

    room = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    fits = [one for one in SIZES if SIZES[one][0] * _BYTES_A_PROFILE < room and SIZES[one][0] <= SIZES[arena.size][0]]
    size = max(fits, key=lambda one: SIZES[one][0])
    company(arena.home, size, memory=arena.memory)
    layers, single = (_child(what, arena, size) for what in ("snapshot", "single"))
    profiles = SIZES[size][0]
    of = f"{profiles * 5 // 2:,} fragments, 40 leaves"
    shown = f"{of}: {layers['peak'] / 1e9:.1f} and {single['peak'] / 1e9:.1f} GB"
    yield Target("memory of a snapshot's merge beside a single pass", 1 / 6, [layers["peak"] / single["peak"]], shown)
    shown = f"{of}: {layers['cpu']:.0f} and {single['cpu']:.0f} s, identities in the snapshot alone"
    yield Target("processor time of it", 1.1, [layers["cpu"] / single["cpu"]], shown)
    smaller = min(arena.size, "1m", key=lambda one: SIZES[one][0])
    renewed, anew, whole = refreshed(arena, smaller)
    shown = f"{SIZES[smaller][0]:,} profiles, one in a hundred changed: {renewed:.1f} and {anew:.1f} s"
    yield Target("bringing a snapshot up to date beside making it", 0.15, [renewed / anew], shown)
    if not whole:
        message = "the snapshot that was brought up to date differs from one made anew"
        raise SystemExit(message)


def _child(what: str, arena: Arena, size: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.building", what, str(arena.home), size]
    done = subprocess.run([*command, str(arena.threads)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def build(what: str, home: Path, size: str, threads: int) -> dict[str, float]:
    """Merge all leaves of the fragments, events left out; what it took beyond reading the datasets' footers."""
    files = company(home, size)
    with tempfile.TemporaryDirectory(dir=home) as temporary:
        if what == "single":
            db = duckdb.connect(str(Path(temporary) / "single.duckdb"), config={"threads": threads})
            return _timed(lambda: db.execute(f"CREATE TABLE profiles AS {merged(files, [one.path for one in LEAVES])}"))
        with segkit.open(temporary, threads=threads) as ws:
            add(ws, files, events=False)
            return _timed(ws.snapshot)


def _timed(run: Any) -> dict[str, float]:
    before, cpu, start = peak_memory(forget=True), time.process_time(), time.perf_counter()
    run()
    taken = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    return {**taken, "peak": float(peak_memory()), "before": float(before)}


def refreshed(arena: Arena, size: str) -> tuple[float, float, bool]:
    """Seconds to renew a snapshot of which one profile in a hundred changed, and to make it; whether they agree."""
    files = company(arena.home, size, memory=arena.memory)
    with tempfile.TemporaryDirectory(dir=arena.home) as temporary:
        mine = Path(temporary) / "files"
        shutil.copytree(files.folder / "app", mine / "app")
        (mine / "events").symlink_to(files.folder / "events")
        for one in ("crm", "loyalty", "web"):
            (mine / f"{one}.parquet").symlink_to(files.folder / f"{one}.parquet")
        copy = Company(mine, files.profiles, files.events)
        with segkit.open(Path(temporary) / "ws", memory_limit=arena.memory, threads=arena.threads) as ws:
            add(ws, copy)
            ws.snapshot()
            _change(mine / "app" / "app_07.parquet")
            ws.datasets.refresh("app")
            start = time.perf_counter()
            renewed = ws.snapshot()
            took = time.perf_counter() - start
            numbers = _numbers(ws)
            renewed.remove()
            start = time.perf_counter()
            ws.snapshot()
            anew = time.perf_counter() - start
            return took, anew, numbers == _numbers(ws)


def _change(file: Path) -> None:
    made = file.with_suffix(".new")
    with duckdb.connect() as db:
        later = f'"{CLOCK}" + INTERVAL 1000 DAY AS "{CLOCK}", "metrics.sessions" + 1 AS "metrics.sessions"'
        db.execute(f"COPY (SELECT * REPLACE ({later}) FROM '{file}') TO '{made}' (FORMAT parquet)")
    made.replace(file)


def _numbers(ws: segkit.Workspace) -> list[Any]:
    rows = ws.query(
        'SELECT count(*) AS a, sum("metrics.sessions") AS b, count("loyalty.tier") AS c, '
        'count(DISTINCT "device.model") AS d, bit_xor(hash("homeAddress.country", profile_id)) AS e FROM profiles'
    )
    return [list(one.values()) for one in rows]


if __name__ == "__main__":
    _what, _home, _size, _threads = sys.argv[1:]
    print(json.dumps(build(_what, Path(_home), _size, int(_threads))))  # noqa: T201  what the parent reads
