"""What each segment of a job cost: the measured time of its statements, shared out by what each segment reads.

DuckDB measures each step of a statement. The time of the steps is told apart: passes over the events, reading and
merging profiles, and what is computed over both. Each of the three is shared out:

- passes over events equally, and the part of each pass among the segments that use a feature of it;
- profiles equally over the fields that are read, and the part of each field among the segments that read it;
- the rest equally over the distinct conditions, and the part of each condition among the segments that have it.

What several segments share is divided equally among them, so that the costs of all add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from segkit.engine import Measurement, Operator
    from segkit.evaluation.scope import Scope
    from segkit.sql.segments import Uses

_COMPUTING = frozenset({"PROJECTION", "FILTER"})
_OUTER = _COMPUTING | {"RESULT_COLLECTOR", "CREATE_TABLE_AS", "BATCH_CREATE_TABLE_AS", "CTE"}
_GATHERING = ("GROUP_BY", "WINDOW", "JOIN", "AGGREGATE")
_LONGEST = 120


@dataclass(slots=True)
class Ledger:
    """The costs of the segments of one merge policy, as they become known.

    Parameters
    ----------
    is_event
        Whether the source of a scan, as DuckDB names it, holds events.
    """

    is_event: Callable[[str], bool]
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    features: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(
        self,
        measured: Iterable[Measurement],
        uses: Sequence[tuple[Uses, Mapping[str, str]]],
        *,
        computing: bool = True,
    ) -> None:
        """Share out what some statements took.

        Parameters
        ----------
        measured
            The statements.
        uses
            What segments read, each with the ids of the segments by their names in it.
        computing
            Whether the statements evaluate the segments; else they only read for those that do.
        """
        everyone = [segment for _, ids in uses for segment in ids.values()]
        readers = _Readers(uses)
        for one in measured:
            spent = _Spent(self.is_event)
            for operator in one.operators:
                spent.visit(operator, outer=computing)
            whole = spent.events + spent.profiles + spent.computed
            scale = one.seconds / whole if whole else 0.0
            self._split(spent.events * scale, readers.by_step.values(), everyone)
            self._split(spent.profiles * scale, readers.by_leaf.values(), everyone)
            self._split(spent.computed * scale, readers.by_condition.values(), everyone)
            if not whole:
                self._split(one.seconds, (), everyone)
            self._read(spent, readers, everyone)
        for used, ids in uses:
            for name, segment in ids.items():
                held = [each for given in used.conditions[name] for each in used.features.get(given, ())]
                words = dict.fromkeys(used.words[each][:_LONGEST] for each in held)
                self.features.setdefault(segment, {}).update(words)

    def document(self) -> dict[str, dict[str, Any]]:
        """Segment id → `seconds`, `rowsRead`, `features`, as the job's record keeps it."""
        return {
            segment: {
                "seconds": round(seconds, 6),
                "rowsRead": self.rows.get(segment, 0),
                "features": list(self.features.get(segment, ())),
            }
            for segment, seconds in self.seconds.items()
        }

    def _split(self, seconds: float, groups: Iterable[Iterable[str]], everyone: Sequence[str]) -> None:
        shared = [found for one in groups if (found := list(one))] or [list(everyone)]
        for group in shared:
            for segment in group:
                self.seconds[segment] = self.seconds.get(segment, 0.0) + seconds / len(shared) / len(group)

    def _read(self, spent: _Spent, readers: _Readers, everyone: Sequence[str]) -> None:
        """Rows of profiles for all; of events those of so many passes as a segment uses, which are alike in size."""
        a_pass = spent.event_rows / max(len(readers.by_step), 1)
        for segment in everyone:
            passes = sum(segment in users for users in readers.by_step.values())
            rows = spent.profile_rows + round(a_pass * passes)
            self.rows[segment] = self.rows.get(segment, 0) + rows


class _Readers:
    """Who reads what: segment ids by step, by field and by condition."""

    def __init__(self, uses: Sequence[tuple[Uses, Mapping[str, str]]]) -> None:
        self.by_step: dict[str, dict[str, None]] = {}
        self.by_leaf: dict[Any, dict[str, None]] = {}
        self.by_condition: dict[tuple[int, str], dict[str, None]] = {}
        for number, (one, ids) in enumerate(uses):
            for name, segment in ids.items():
                for given in one.conditions[name]:
                    self.by_condition.setdefault((number, given), {})[segment] = None
                    for path in one.leaves.get(given, ()):
                        self.by_leaf.setdefault(path, {})[segment] = None
                    for feature in one.features.get(given, ()):
                        self.by_step.setdefault(one.steps[feature], {})[segment] = None


class _Spent:
    """The time and the rows of the three kinds of work in a statement."""

    def __init__(self, is_event: Callable[[str], bool]) -> None:
        self._is_event = is_event
        self.events = self.profiles = self.computed = 0.0
        self.event_rows = self.profile_rows = 0
        self._kept: set[str] = set()

    def visit(self, operator: Operator, *, outer: bool) -> None:
        """Add a step and all below; `outer` while nothing but computing stands above it."""
        if self._is_pass(operator):
            self._pass(operator)
            return
        below = operator.below
        if operator.kind == "CTE" and below and self._reads_events(below[0]):
            self._kept.add(operator.shared)
            self._pass(below[0])
            below = below[1:]
        if outer and operator.kind in _COMPUTING:
            self.computed += operator.seconds
        else:
            self.profiles += operator.seconds
        self.profile_rows += operator.rows_scanned
        for one in below:
            self.visit(one, outer=outer and operator.kind in _OUTER)

    def _is_pass(self, operator: Operator) -> bool:
        """Whether it gathers events, and nothing but events, by profile."""
        gathers = any(part in one.kind for one in operator.all() for part in _GATHERING)
        return gathers and self._reads_events(operator)

    def _reads_events(self, operator: Operator) -> bool:
        read = [
            one.shared in self._kept if one.kind == "CTE_SCAN" else self._is_event(one.source)
            for one in operator.all()
            if one.source or one.kind == "CTE_SCAN"
        ]
        return bool(read) and all(read)

    def _pass(self, operator: Operator) -> None:
        self.events += sum(one.seconds for one in operator.all())
        self.event_rows += sum(one.rows_scanned for one in operator.all())


def ledger(scope: Scope) -> Ledger:
    """An empty ledger for segments over a scope."""
    if scope.snapshot is not None:
        return Ledger(lambda source: source.endswith(".events"))
    files = [name for one in scope.source.event_datasets for part in one.parts for name in part.files]
    return Ledger(lambda source: any(one in source for one in files))
