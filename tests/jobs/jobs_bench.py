"""An evaluation that writes what it is told to, a gate that holds it, and waiting without a clock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.catalog import Catalog
from segkit.jobs import Control, JobRecord, Outcome, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segkit.engine import Engine


def write_outcome(members: Mapping[str, list[str]], job: JobRecord, control: Control) -> Outcome:
    """Each segment with the profiles told (none when not told); every profile has a crmId, those with `@` an email."""
    policy_of = {one.segment_id: one.merge_policy_id for one in job.segments}
    sizes = {one: len(members.get(one, [])) for one in policy_of}
    rows = [(one, profile) for one in policy_of for profile in members.get(one, [])]
    people = sorted({(policy_of[one], profile) for one, profile in rows})
    connection = duckdb.connect()
    connection.execute("CREATE TABLE member (segment_id VARCHAR, profile_id VARCHAR)")
    connection.execute(
        "CREATE TABLE known (merge_policy_id VARCHAR, profile_id VARCHAR, identities MAP(VARCHAR, VARCHAR[]))"
    )
    if rows:
        connection.executemany("INSERT INTO member VALUES (?, ?)", rows)
        connection.executemany(
            "INSERT INTO known VALUES (?, ?, MAP {'crmId': [?]})", [(*one, one[1]) for one in people]
        )
    files = (control.scratch / "members.parquet", control.scratch / "identities.parquet")
    connection.table("member").write_parquet(str(files[0]))
    connection.table("known").write_parquet(str(files[1]))
    connection.close()
    return Outcome(
        total_by_policy=dict.fromkeys(sorted(set(policy_of.values())), 10),
        sizes=sizes,
        by_namespace={one: {"crmId": size} if size else {} for one, size in sizes.items()},
        members=files[:1],
        identities=files[1:],
        sql="SELECT 42",
    )


@dataclass
class Script:
    """The evaluation of the tests: gives `members` by segment id, or does what `act` says."""

    members: dict[str, list[str]] = field(default_factory=dict)
    act: Callable[[JobRecord, Control], Outcome | None] | None = None
    seen: list[JobRecord] = field(default_factory=list)

    def __call__(self, job: JobRecord, control: Control, /) -> Outcome:
        self.seen.append(job)
        if self.act is not None:
            outcome = self.act(job, control)
            if outcome is not None:
                return outcome
        with control.stage("evaluate") as stage:
            stage.rows = 7
        return write_outcome(self.members, job, control)


@dataclass
class Gate:
    """Holds an evaluation inside a stage until it is opened or the job is cancelled."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _: JobRecord, control: Control) -> None:
        with control.stage("hold"):
            self.reached.set()
            while not self.opened.wait(0.005):
                control.checkpoint()


@dataclass
class Bench:
    """A workspace and what runs in it."""

    catalog: Catalog
    engine: Engine
    script: Script
    runner: Runner
    ids: dict[str, str]

    def another(self, **options: Any) -> Runner:
        """A second runner over the same folder, as another notebook would have."""
        return Runner(Catalog(self.catalog.folder), self.script, engine=self.engine, **options)


def until(found: Callable[[], Any]) -> Any:
    """What `found` gives once it is true; the heart tells the catalog a few times a second."""
    pause = threading.Event()
    for _ in range(500):
        result = found()
        if result:
            return result
        pause.wait(0.02)
    pytest.fail("it did not come true in ten seconds")
