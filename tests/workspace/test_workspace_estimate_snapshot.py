"""`ws.snapshot` after a change: refreshed where it can be, with its samples; what other processes see of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk
from segkit.profiles.snapshots.refresh import Refresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.workspace import Workspace

RULES = (
    "v < 3",
    "xEvent.count() > 1",
    "v < 7 and xEvent[amount > 20].count() > 0",
    "not (v = 1)",
    "xEvent.sum(amount) > 50",
)


def people(start: int, count: int, step: int) -> pd.DataFrame:
    numbers = range(start, start + count)
    return pd.DataFrame({"id": [f"c{n}" for n in numbers], "v": [(n * step) % 10 for n in numbers]})


def visits(start: int, count: int) -> pd.DataFrame:
    numbers = range(start, start + count)
    made = pd.DataFrame({"who": [f"c{n % 3500}" for n in numbers], "amount": [n % 40 for n in numbers]})
    return made.assign(timestamp=pd.to_datetime("2026-01-01") + pd.to_timedelta(list(numbers), unit="min"))


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    for number in range(3):
        people(number * 1000, 1000, 1).to_parquet(tmp_path / f"crm {number}.parquet")
        visits(number * 2000, 2000).to_parquet(tmp_path / f"web {number}.parquet")
    with sk.open(tmp_path / "ws") as made:
        made.datasets.add("crm", tmp_path / "crm *.parquet", identity={"id": "id"})
        made.datasets.add("web", tmp_path / "web *.parquet", kind="event", identity={"id": "who"})
        yield made


def answers(ws: Workspace) -> list[object]:
    sizes = [int(ws.size(one)) for one in RULES]
    estimates = [
        {**ws.estimate(one, fraction).to_aep(), "segkit": None} for one in RULES for fraction in (0.01, 0.02, 0.2, 1)
    ]
    return [*sizes, *estimates, ws.profiles().to_pandas().to_dict("records")]


def changed(ws: Workspace, folder: Path) -> None:
    """New customers, one file more of them; other events in one file."""
    people(2990, 40, 3).to_parquet(folder / "crm 9.parquet")
    visits(100, 30).to_parquet(folder / "web 9.parquet")
    ws.datasets.refresh("crm")
    ws.datasets.refresh("web")


def test_answers_are_the_same_from_fragments_and_from_a_snapshot_built_or_refreshed(
    ws: Workspace, tmp_path: Path
) -> None:
    before = answers(ws)
    made = ws.snapshot(events="*")
    assert made.touched is None
    assert answers(ws) == before
    assert {ws.estimate(one, 0.01).source for one in RULES} == {"the snapshot", "the sample of 2 %"}
    assert ws.estimate(RULES[1], 0.3).source == "the snapshot"
    changed(ws, tmp_path)
    assert not made.fresh
    assert ws.estimate(RULES[1], 0.01).source == "all fragments and events"
    after = answers(ws)
    assert after != before
    renewed = ws.snapshot()
    assert renewed.touched == 40 + 30, "whose records or events came"
    assert f"replacing {renewed.touched:,} profiles" in repr(renewed)
    assert "amount" in renewed.event_fields, "what was asked for once is kept"
    assert answers(ws) == after
    assert ws.estimate(RULES[1], 0.01).source == "the sample of 2 %"
    assert ws.snapshot().made == renewed.made, "nothing changed"


def test_the_sample_serves_a_policy_without_a_snapshot(ws: Workspace) -> None:
    ws.merge_policies.create("web first", attribute_merge="dataSetPrecedence", order=["web", "crm"])
    slow = ws.estimate(RULES[2], 0.02, merge_policy="web first")
    ws.snapshot()
    quick = ws.estimate(RULES[2], 0.02, merge_policy="web first")
    assert (slow.source, quick.source) == ("all fragments and events", "the sample of 2 %")
    assert slow.to_aep() | {"segkit": None} == quick.to_aep() | {"segkit": None}


def test_a_refresh_that_fails_is_a_build(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws.snapshot(events="*")
    changed(ws, tmp_path)

    def broken(*_: object) -> None:
        raise sk.DataError("the older snapshot is damaged")

    monkeypatch.setattr(Refresh, "_replace_events", broken)
    assert ws.snapshot().touched is None
    assert not list((ws.folder / "snapshots").rglob("*.part"))


READER = """
    import sys
    import segkit as sk
    with sk.open(sys.argv[1]) as ws:
        first = [ws.size("v < 3"), len(ws.profiles())]
        print(*first, flush=True)
        sys.stdin.readline()
        try:
            print(ws.size("v < 3"), len(ws.profiles()), flush=True)
        except sk.SegkitError as error:
            print(type(error).__name__, flush=True)
"""


def test_a_reader_in_another_process_goes_on(ws: Workspace, tmp_path: Path) -> None:
    ws.snapshot(events="*")
    here = [int(ws.size("v < 3")), len(ws.profiles())]
    command = [sys.executable, "-c", textwrap.dedent(READER), str(ws.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert [int(one) for one in reader.stdout.readline().split()] == here
        changed(ws, tmp_path)
        assert ws.snapshot().touched
        there = [int(ws.size("v < 3")), len(ws.profiles())]
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert [int(one) for one in reader.stdout.readline().split()] == there != here


KILLED = """
    import sys, time
    import segkit as sk
    from segkit.profiles.snapshots.refresh import Refresh

    def stopping(*_):
        print("here", flush=True)
        time.sleep(600)

    Refresh._replace_events = stopping
    with sk.open(sys.argv[1]) as ws:
        ws.snapshot()
"""


def test_a_killed_refresh_leaves_what_was_there(ws: Workspace, tmp_path: Path) -> None:
    older = ws.snapshot(events="*")
    changed(ws, tmp_path)
    expected = answers(ws)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(ws.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    assert older.folder.is_dir()
    assert answers(ws) == expected
    renewed = ws.snapshot()
    assert renewed.touched
    assert answers(ws) == expected
    assert [one.name for one in renewed.folder.parent.iterdir()] == [renewed.id], "what the dead process left is swept"
