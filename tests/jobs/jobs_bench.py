"""An evaluation that writes what it is told to, a gate that holds it, and waiting without a clock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.catalog import Catalog
from segkit.jobs import Control, JobRecord, Members, Outcome, Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from segkit.engine import Engine


def id_of(letters: str) -> str:
    """The public id of the profile that is called so; ids come in the order of the names."""
    return letters.encode().hex().ljust(32, "0")


def name_of(profile_id: str) -> str:
    """The inverse of `id_of`."""
    return bytes.fromhex(profile_id).rstrip(b"\0").decode()


def write_outcome(members: Mapping[str, list[str]], job: JobRecord, control: Control) -> Outcome:
    """Each segment with the profiles told (none when not told); every profile has a crmId, those with `@` an email."""
    policy_of = {one.segment_id: one.merge_policy_id for one in job.segments}
    sizes = {one: len(members.get(one, [])) for one in policy_of}
    parts: dict[str, Members] = {}
    known: dict[str, Path] = {}
    connection = duckdb.connect()
    for number, policy in enumerate(sorted(set(policy_of.values()))):
        places = {one: ("word_1", bit) for bit, one in enumerate(one for one in policy_of if policy_of[one] == policy)}
        words: dict[str, int] = {}
        for segment, (_, bit) in places.items():
            for profile in members.get(segment, []):
                words[profile] = words.get(profile, 0) | 1 << bit
        files = [control.scratch / f"{kind}_{number}.parquet" for kind in ("members", "identities")]
        connection.execute("CREATE OR REPLACE TABLE member (profile_id UUID, word_1 BIGINT)")
        connection.execute("CREATE OR REPLACE TABLE known (profile_id UUID, identities MAP(VARCHAR, VARCHAR[]))")
        if words:
            connection.executemany("INSERT INTO member VALUES (?, ?)", [(id_of(one), n) for one, n in words.items()])
            connection.executemany("INSERT INTO known VALUES (?, MAP {'crmId': [?]})", [(id_of(n), n) for n in words])
        connection.table("member").write_parquet(str(files[0]))
        connection.table("known").write_parquet(str(files[1]))
        parts[policy], known[policy] = Members(policy, files[0], places), files[1]
    connection.close()
    return Outcome(
        total_by_policy=dict.fromkeys(sorted(set(policy_of.values())), 10),
        sizes=sizes,
        by_namespace={one: {"crmId": size} if size else {} for one, size in sizes.items()},
        members=tuple(parts.values()),
        identities=known,
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
