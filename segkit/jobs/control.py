"""What the runner and the evaluation of a job say to each other.

The runner knows nothing of profiles, plans or SQL: it is given an `Evaluate`, calls it in a worker thread with the job
and a `Control`, and gets an `Outcome` back.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from segkit.engine import Watch
from segkit.errors import JobCancelledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlglot import exp

    from segkit.engine import Measurement
    from segkit.jobs.record import JobRecord


@dataclass(frozen=True, slots=True)
class Members:
    """The members of some segments of one merge policy.

    Parameters
    ----------
    policy
        The id of the merge policy.
    file
        Parquet, one row a profile that is in some of the segments: `profile_id UUID` and BIGINT words, of which bit 63
        is never set. Write it below `Control.scratch`.
    places
        Segment id → the word and the bit of it that say who is in.
    merged_away
        Whether a profile that is no longer there became part of another, as a condition over a column of ids (UUID);
        None, or giving None, where that cannot be.
    """

    policy: str
    file: Path
    places: Mapping[str, tuple[str, int]]
    merged_away: Callable[[exp.Expr], exp.Expr | None] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The names of the words."""
        return tuple(dict.fromkeys(word for word, _ in self.places.values()))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an evaluation hands over when it is done.

    Parameters
    ----------
    total_by_policy
        Merge policy id → number of its profiles. The job's `totalProfiles` is their sum.
    sizes
        Segment id → number of profiles in it; every segment that did not fail, also with 0.
    by_namespace
        Segment id → identity namespace → number of its profiles with an identity there; namespaces with 0 left out.
    members
        Who is in which segment. Every segment that did not fail is in one of them, once.
    identities
        Merge policy id → a Parquet file with `profile_id UUID, identities MAP(VARCHAR, VARCHAR[])`, one row for each
        profile that is in some segment, or for all. Those that are written for the job lie below `Control.scratch`,
        which the runner removes.
    failures
        Segment id → why it could not be evaluated. One is enough to make the job FAILED; the others' figures are kept.
    details
        More for the `segkit` part of the record: data set fingerprints, snapshot ids; must be JSON.
    sql
        The statements that ran, for people to read.
    """

    total_by_policy: Mapping[str, int]
    sizes: Mapping[str, int]
    by_namespace: Mapping[str, Mapping[str, int]]
    members: tuple[Members, ...] = ()
    identities: Mapping[str, Path] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    sql: str = ""


class Evaluate(Protocol):
    """Evaluates the segments of a job; raises whatever goes wrong, `JobCancelledError` once it noticed a cancel."""

    def __call__(self, job: JobRecord, control: Control, /) -> Outcome:
        """Evaluate `job.segments` as of `job.as_of`, telling `control` how it goes."""
        ...


@dataclass(slots=True)
class StageHandle:
    """The running stage; set `rows` to record how many rows it gave. `measurements` has its statements, at its end."""

    rows: int | None = None
    measurements: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class StageCost:
    """What a stage gave and took.

    Parameters
    ----------
    rows
        How many rows it gave, where it says so.
    bytes_read
        Bytes read from files by its statements.
    peak_memory
        The most memory that the engine held while they ran, in bytes; None when it ran none.
    """

    rows: int | None = None
    bytes_read: int | None = None
    peak_memory: int | None = None


class Journal(Protocol):
    """Where the news of a job goes; the runner's side of a `Control`."""

    def begin_stage(self, name: str, /) -> None:
        """Write down that a stage has begun."""
        ...

    def end_stage(self, name: str, cost: StageCost, /) -> None:
        """Write down that the stage has ended."""
        ...

    def figures(self, known: Mapping[str, Mapping[str, Any]], /) -> None:
        """Write down figures known early, by their names in `Outcome`, beside those known before."""
        ...


class Control:
    """Handed to the evaluation: how it shows where it is, and learns that it should stop.

    Attributes
    ----------
    watch
        Give this to every statement of the job (`engine.rows(…, watch=control.watch)`): a cancel then interrupts it.
    scratch
        An existing folder for temporary files, on the disk of the workspace; removed when the job ends, in any way.
    """

    def __init__(self, scratch: Path, journal: Journal) -> None:
        self.watch = Watch(profile=True)
        self.scratch = scratch
        self._journal = journal
        self._done: float | None = None
        self.stage_name: str | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[StageHandle]:
        """A step of the job, shown to readers while it runs and kept with its duration.

        Examples
        --------
        `with control.stage("count profiles") as stage: stage.rows = engine.value(…, watch=control.watch)`
        """
        self.checkpoint()
        handle = StageHandle()
        self.stage_name = name
        before = len(self.watch.measurements)
        self._journal.begin_stage(name)
        try:
            yield handle
        finally:
            ran = self.watch.measurements[before:]
            handle.measurements = tuple(ran)
            self._journal.end_stage(
                name,
                StageCost(
                    handle.rows,
                    sum(one.bytes_read for one in ran) if ran else None,
                    max((one.peak_memory for one in ran), default=None),
                ),
            )
            del self.watch.measurements[before:]
            self.stage_name = None
        self.checkpoint()

    def checkpoint(self) -> None:
        """Raise `JobCancelledError` when the job was cancelled; call it between statements and in loops."""
        if self.watch.cancelled:
            raise JobCancelledError("the job was cancelled")

    def progress(self, fraction: float) -> None:
        """Say how much of the whole job is done, from 0 to 1."""
        self._done = min(max(float(fraction), 0.0), 1.0)

    def report(
        self,
        *,
        total_by_policy: Mapping[str, int] | None = None,
        sizes: Mapping[str, int] | None = None,
        by_namespace: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        """Show figures before the end, as they become known, beside earlier ones; the `Outcome` has the last word."""
        given = {"total_by_policy": total_by_policy, "sizes": sizes, "by_namespace": by_namespace}
        self._journal.figures({name: value for name, value in given.items() if value is not None})

    @property
    def fraction(self) -> float | None:
        """The last word of `progress`, else that of the running statement; None when neither is known."""
        return self._done if self._done is not None else self.watch.progress
