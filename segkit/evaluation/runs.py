"""What statements took in this session, so that the next one's time can be foretold."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from sqlglot import exp

    _T = TypeVar("_T")

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Run:
    """One statement that was run.

    Parameters
    ----------
    text
        The rule.
    source
        What it read: an object that is equal for equal data, policy and snapshot.
    statement
        What was run.
    seconds
        Wall-clock time, planning by the engine included.
    """

    text: str
    source: object
    statement: exp.Expr
    seconds: float


@dataclass(slots=True)
class Runs:
    """The latest runs of a session, the oldest first; safe to add to from several threads."""

    latest: deque[Run] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def timed(self, text: str, source: object, statement: exp.Expr, run: Callable[[], _T]) -> _T:
        """Run something and take note of its time; what fails leaves no note."""
        began = time.perf_counter()
        found = run()
        self.latest.append(Run(text, source, statement, time.perf_counter() - began))
        return found
