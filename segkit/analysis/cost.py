"""`Cost`: what a rule would read and how long that would take, told without running it."""

from __future__ import annotations

import statistics
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.analysis.scans import amounts
from segkit.errors import SegkitError
from segkit.notebook import record_html, record_text
from segkit.plan import plan
from segkit.profiles.display import snapshot_call
from segkit.words import bytes_words, duration_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from segkit.analysis.scans import Amount
    from segkit.evaluation import Scope
    from segkit.plan import Plan
    from segkit.pql import Expression

_ONE_ATTRIBUTE, _TWENTY_ATTRIBUTES = 58, 6
"""After how many evaluations a snapshot has paid for itself, measured over 10 M fragments of 4 M profiles."""

_FAST = 0.05


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run that tells something about the next.

    Parameters
    ----------
    seconds
        What it took.
    bytes_read
        What it had to read, as `Cost.bytes_read` counts it.
    same
        Whether it was the same rule.
    alone
        Whether nothing else was evaluated with it; else `seconds` is its share.
    """

    seconds: float
    bytes_read: int
    same: bool
    alone: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What would be read of one file, or of one table of a snapshot.

    Attributes
    ----------
    path
        The file; of a table `snapshot` or `identity graph`, and its name.
    dataset
        The dataset that it belongs to; empty for a table.
    columns
        The columns and fields that are read.
    row_groups, row_groups_read
        How many row groups it has, and how many are left where the file's statistics say of others that no row in them
        counts.
    rows
        Rows in those that are left.
    bytes_read
        Bytes of the columns in them: compressed, as the footer of a Parquet file tells; of a table estimated by its
        blocks.
    file_bytes
        The whole file; None for a table.
    """

    path: str
    dataset: str
    columns: tuple[str, ...]
    row_groups: int
    row_groups_read: int
    rows: int
    bytes_read: int
    file_bytes: int | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What `Workspace.cost` gives. Nothing was run for it: it is read from the footers of the files.

    Attributes
    ----------
    rule
        The PQL.
    merge_policy
        The name of the merge policy.
    source
        `"snapshot"` or `"fragments"`: where profiles and events would come from.
    readings : tuple of Reading
        What would be read, file by file; `.files` has it as a DataFrame.
    work : tuple of str
        What would be done, a sentence a step.
    snapshot
        Whether a snapshot would help, in a sentence.
    seconds : float or None
        The time that past runs suggest, in seconds; None without any.
    runs
        How many past runs that rests on.
    basis
        What these were, in words.
    """

    rule: str
    merge_policy: str
    source: str
    readings: tuple[Reading, ...]
    work: tuple[str, ...]
    snapshot: str
    seconds: float | None
    runs: int
    basis: str

    @property
    def bytes_read(self) -> int:
        """Bytes of the needed columns in the row groups that are left.

        The engine may pass over more of them, as where a condition holds for nobody in a stretch of rows, and reads
        what lies close together in one go: of columns of a megabyte and more it is within 10 % where no condition
        leaves rows out.
        """
        return sum(one.bytes_read for one in self.readings)

    @property
    def file_bytes(self) -> int:
        """Bytes of all files that are looked into, each once."""
        return sum({one.path: one.file_bytes or 0 for one in self.readings}.values())

    @property
    def rows(self) -> int:
        """Rows in the row groups that are left."""
        return sum(one.rows for one in self.readings)

    @property
    def row_groups(self) -> int:
        """All row groups."""
        return sum(one.row_groups for one in self.readings)

    @property
    def row_groups_read(self) -> int:
        """The row groups that are left."""
        return sum(one.row_groups_read for one in self.readings)

    @property
    def files(self) -> pd.DataFrame:
        """A row a file or table and scan: path, dataset, columns, row_groups, row_groups_read, rows, bytes_read,
        file_bytes."""
        import pandas as pd  # noqa: PLC0415 - only who asks for a frame waits for it

        rows = [{**_document(one), "columns": ", ".join(one.columns)} for one in self.readings]
        names = list(_document(Reading("", "", (), 0, 0, 0, 0, None)))
        return pd.DataFrame(rows, columns=names).astype({"file_bytes": "Int64"})

    def to_dict(self) -> dict[str, Any]:
        """Everything as dicts, lists and numbers, ready for JSON."""
        return {
            "rule": self.rule,
            "merge_policy": self.merge_policy,
            "source": self.source,
            "files": [{**_document(one), "columns": list(one.columns)} for one in self.readings],
            "row_groups": self.row_groups,
            "row_groups_read": self.row_groups_read,
            "rows": self.rows,
            "bytes_read": self.bytes_read,
            "file_bytes": self.file_bytes,
            "work": list(self.work),
            "snapshot": self.snapshot,
            "seconds": self.seconds,
            "runs": self.runs,
            "basis": self.basis,
        }

    def __repr__(self) -> str:
        title, pairs = self._view()
        return record_text(title, pairs, hint="file by file: .files")

    def _repr_html_(self) -> str:
        title, pairs = self._view()
        return record_html(title, pairs, hint="file by file: `.files`")

    def _view(self) -> tuple[str, list[tuple[str, object]]]:
        files = [one for one in self.readings if one.file_bytes is not None]
        tables = [one for one in self.readings if one.file_bytes is None]
        reads = [
            # a part of the whole for files only: the tables are none of them
            f"{bytes_words(sum(one.bytes_read for one in some))}{of} in "
            + _counted(len({one.path for one in some}), noun)
            for some, of, noun in ((files, f" of {bytes_words(self.file_bytes)}", "file"), (tables, "", "table"))
            if some
        ]
        groups = f"{self.row_groups_read:,} of {self.row_groups:,}"
        took = "not known" if self.seconds is None else f"about {duration_words(self.seconds)}"
        return "cost of a rule", [
            ("rule", " ".join(self.rule.split())),
            ("merge policy", self.merge_policy),
            ("reads", " and ".join(reads) or "nothing"),
            ("rows", f"{self.rows:,}, in {groups} row groups"),
            *zip(("does", *["then"] * len(self.work)), self.work, strict=False),
            ("time", f"{took}: {self.basis}"),
            ("snapshot", self.snapshot),
        ]


def cost(scope: Scope, rule: str | Expression, past: Iterable[Past] = ()) -> Cost:
    """What counting a rule would cost.

    Parameters
    ----------
    scope
        The data, the merge policy and the clock.
    rule
        The rule.
    past
        Runs that `Scope.runs` does not know, as those of jobs.

    Raises
    ------
    PQLError
        When the rule cannot be accepted.
    """
    bound = scope.bind(rule)
    statement = scope.count(rule)
    made = plan({"": bound.condition}, {}, scope.clock)
    read = amounts(statement, scope.engine)
    text = bound.expression.text
    runs = [*past, *_of_session(scope, text)]
    seconds, count, basis = _foretold(runs, sum(one.bytes_read for one in read), paired=bool(made.pairs))
    return Cost(
        rule=text,
        merge_policy=scope.policy.name,
        source="fragments" if scope.snapshot is None else "snapshot",
        readings=tuple(_reading(one, scope) for one in read),
        work=tuple(_work(made, scope, read)),
        snapshot=_advice(made, scope, seconds),
        seconds=seconds,
        runs=count,
        basis=basis,
    )


def _reading(one: Amount, scope: Scope) -> Reading:
    homes = {file: each.name for each in scope.datasets for part in each.parts for file in part.files}
    table = one.size is None
    database, _, name = one.path.partition(".")
    kept = "snapshot" if database.startswith("snapshot") else "identity graph"
    path = f"{kept} {name.split('.')[-1]}" if table else one.path
    return Reading(
        path,
        homes.get(one.path, ""),
        one.columns,
        one.row_groups,
        one.row_groups_read,
        one.rows,
        one.bytes_read,
        one.size,
    )


def _document(one: Reading) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Reading.__slots__}


def _of_session(scope: Scope, text: str) -> list[Past]:
    """The sizes that were counted in this session over the same kind of source, the latest first."""
    here = scope.run_key
    found = []
    # a copy: other threads add to it
    for one in reversed([*scope.sources.runs.latest]):
        if one.source == here:
            # what it read may be gone, as a snapshot that a newer one has replaced
            with suppress(SegkitError, OSError):
                held = sum(each.bytes_read for each in amounts(one.statement, scope.engine))
                found.append(Past(one.seconds, held, one.text == text))
        if len(found) == _LATEST:
            break
    return found


_LATEST = 20


def _foretold(runs: Sequence[Past], bytes_read: int, *, paired: bool) -> tuple[float | None, int, str]:
    """The time that runs suggest, how many they are, and which.

    Of the same rule the median; else the median of what a byte took, and no less than the fastest run.
    """
    for alone, what in ((True, "of this rule"), (False, "of this rule among others, its share of the time")):
        same = [one.seconds for one in runs if one.same and one.alone is alone]
        if same:
            return statistics.median(same), len(same), f"the median of {_counted(len(same), 'run')} {what}"
    if paired:
        return None, 0, "this rule has not been run yet, and comparing in pairs takes more than reading tells"
    rated = [one for one in runs if one.bytes_read]
    if not rated:
        return None, 0, "no run over the same data has been measured yet; ws.size(…) measures one, and so does a job"
    rate = statistics.median(one.seconds / one.bytes_read for one in rated)
    least = min(one.seconds for one in rated)
    return (
        max(rate * bytes_read, least),
        len(rated),
        f"{_counted(len(rated), 'run')} of other rules read {bytes_words(1 / rate)} a second",
    )


def _work(made: Plan, scope: Scope, read: Sequence[Amount]) -> list[str]:
    """What the statement does, a sentence a step."""
    found = []
    leaves = _leaves(made)
    holders = [one for one in scope.source.records if any(one.storage(path) is not None for path in leaves)]
    if scope.snapshot is not None:
        found.append("reads a snapshot, which is fresh")
        if any(one.size is not None for one in read):  # tables have none
            more = snapshot_call(scope.policy, "events=…")
            found.append(f"reads the files of events: the snapshot lacks fields that this asks for; {more} keeps them")
    elif holders:
        rows = sum(one.rows for one in holders)
        names = ", ".join(one.name for one in holders)
        several = len(holders) > 1 or any(not one.measures.unique for one in holders)
        found.append(f"{'merges' if several else 'reads'} {_counted(rows, 'fragment')} of {names}")
    if scope.snapshot is None and scope.policy.identity_graph != "none":
        found.append("finds the profile of each row through the identity graph, which is kept")
    found += dict.fromkeys(f"{one.kind}: {one.note}" for one in made.forms if one.reads_events)
    if made.pairs:
        found.append("counts first how many pairs that makes, and is refused above ws.pair_limit")
    skipped = sum(one.row_groups - one.row_groups_read for one in read)
    if skipped:
        found.append(f"passes over {_counted(skipped, 'row group')} whose statistics say that no row counts")
    return found or ["answers without reading rows"]


def _leaves(made: Plan) -> list[tuple[str, ...]]:
    from segkit.pql.bound_walk import attributes  # noqa: PLC0415

    parts = [*made.conditions.values(), *(one for feature in made.features for one in feature.bounds)]
    return list(dict.fromkeys(one.path for part in parts for one in attributes(part)))


def _advice(made: Plan, scope: Scope, seconds: float | None) -> str:
    if scope.snapshot is not None:
        return "used: it is fresh"
    if seconds is not None and seconds < _FAST:
        return f"not needed: {duration_words(seconds)} is little to save from"
    leaves = len(_leaves(made))
    if not leaves:
        return f"would save finding the profiles of events, little else; {snapshot_call(scope.policy)} makes one"
    # between what was measured for one attribute and for twenty, along a power
    number = max(_TWENTY_ATTRIBUTES, round(_ONE_ATTRIBUTE * leaves**-0.757))
    often = _counted(number, "evaluation")
    return f"would pay off after about {often} like this one; {snapshot_call(scope.policy)} makes one"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
