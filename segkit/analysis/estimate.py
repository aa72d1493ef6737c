"""`Estimate`: the size of an audience counted in a sample of the profiles, with how far off it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.engine import Watch
from segkit.errors import InvalidRequestError
from segkit.evaluation.limits import refuse
from segkit.notebook import record_html, record_text
from segkit.pql.bound import Events
from segkit.pql.bound_walk import walk
from segkit.profiles.buckets import BUCKETS
from segkit.sql import compile_condition_count
from segkit.words import bytes_words, duration_words

if TYPE_CHECKING:
    from segkit.evaluation import Scope
    from segkit.evaluation.sampling import Sampled
    from segkit.pql import Expression

_FEW = 30
"""Fewer profiles than that in a sample and hardly any number can be told from another."""

_Z = 1.959963984540054
"""How many standard errors hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated size of an audience, with the fields of AEP's estimates.

    Attributes
    ----------
    estimated_size
        How many profiles the audience has: the part of the sample that is in it, of all profiles.
    interval
        From where to where the true size lies in 95 of 100 samples: a Wilson interval, narrowed by how much of all
        profiles was read; of all of them it is the exact number.
    num_rows_to_read, profiles_read_so_far
        The profiles in the sample; segkit has read them all when it answers.
    profiles_matched_so_far
        Those of them that are in the audience.
    total_rows
        All profiles under the merge policy, counted exactly.
    standard_error
        The standard error of `estimated_size`, in profiles.
    confidence_interval
        The level of `interval`: `"95%"`.
    state
        `RESULT_READY`.
    fraction
        The part of the hash buckets that was looked into, from 0 to 1: what was asked for, rounded to a bucket.
    buckets
        How many of the 1,000 buckets these were, from the first on: a greater fraction looks at the same profiles and
        more.
    source
        What was read: a snapshot, its sample, or the fragments.
    seconds, bytes_read
        What counting in the sample took.
    note
        What would make it faster or more certain; empty when nothing would.
    """

    estimated_size: int
    interval: tuple[int, int]
    total_rows: int
    profiles_read_so_far: int
    profiles_matched_so_far: int
    standard_error: float
    buckets: int
    source: str
    seconds: float
    bytes_read: int
    note: str = ""
    confidence_interval: str = "95%"
    state: str = "RESULT_READY"

    @property
    def num_rows_to_read(self) -> int:
        """The profiles in the sample."""
        return self.profiles_read_so_far

    @property
    def fraction(self) -> float:
        """The part of the hash buckets that was looked into."""
        return self.buckets / BUCKETS

    def __int__(self) -> int:
        return self.estimated_size

    def to_aep(self) -> dict[str, Any]:
        """The estimate as AEP's JSON, with segkit's own under `segkit`."""
        return {
            "estimatedSize": self.estimated_size,
            "numRowsToRead": self.num_rows_to_read,
            "state": self.state,
            "profilesReadSoFar": self.profiles_read_so_far,
            "standardError": round(self.standard_error, 6),
            "error": {"description": "", "traceback": ""},
            "profilesMatchedSoFar": self.profiles_matched_so_far,
            "totalRows": self.total_rows,
            "confidenceInterval": self.confidence_interval,
            "segkit": {"interval": list(self.interval), "fraction": self.fraction, "source": self.source},
        }

    def __repr__(self) -> str:
        title, pairs = self._view()
        return record_text(title, pairs, hint=self.note or None)

    def _repr_html_(self) -> str:
        title, pairs = self._view()
        return record_html(title, pairs, hint=self.note or None)

    def _view(self) -> tuple[str, list[tuple[str, object]]]:
        low, high = self.interval
        last = f"bucket 0 of {BUCKETS:,}" if self.buckets == 1 else f"buckets 0 to {self.buckets - 1} of {BUCKETS:,}"
        sampled = f"{self.profiles_read_so_far:,} of {self.total_rows:,} profiles ({last})"
        # a snapshot that was read before is in memory, and takes nothing from the disk
        amount = bytes_words(self.bytes_read) if self.bytes_read else "nothing from the disk,"
        return "estimated audience size", [
            ("profiles", self.estimated_size),
            (f"{self.confidence_interval.replace('%', ' %')} interval", f"{low:,} to {high:,}"),
            ("matched", f"{self.profiles_matched_so_far:,} of the sample"),
            ("sample", sampled),
            ("read", f"{self.source}; {amount} in {duration_words(self.seconds)}"),
        ]


def estimate(scope: Scope, rule: str | Expression, fraction: float = 0.01) -> Estimate:
    """Count an audience in a sample of the profiles, under the policy and clock of a scope.

    Parameters
    ----------
    scope
        What fixes the answer.
    rule
        Who is in the audience.
    fraction
        Which part of the profiles to look at.

    Raises
    ------
    InvalidRequestError
        When the fraction is not above 0 and at most 1.
    LimitError
        When the rule pairs more items of the sample than the workspace allows.
    """
    below = buckets_of(fraction)
    bound = scope.bind(rule)
    events = any(isinstance(one, Events) for one in walk(bound.condition))
    sampled = scope.sampled(below, events=events)
    statement = compile_condition_count(bound.condition, sampled.source, scope.clock, text=bound.expression.text)
    refuse(statement, scope, source=sampled.source)
    watch = Watch(profile=True)
    matched = int(scope.engine.value(statement, watch=watch) or 0)
    cost = watch.measurements[-1]
    return _estimated(matched, sampled, below, cost.seconds, cost.bytes_read)


def buckets_of(fraction: float) -> int:
    """How many of the buckets a fraction of the profiles is: at least one."""
    number = isinstance(fraction, (int, float)) and not isinstance(fraction, bool)
    if not number or not 0 < fraction <= 1:
        message = f"fraction= is the part of the profiles to look at, above 0 and at most 1, not {fraction!r}"
        raise InvalidRequestError(message)
    return max(1, round(fraction * BUCKETS))


def _estimated(matched: int, sampled: Sampled, below: int, seconds: float, bytes_read: int) -> Estimate:
    total, read = sampled.total, sampled.profiles
    share = matched / read if read else 0.0
    low, high = wilson(matched, read, total)
    notes = [sampled.note] if sampled.note else []
    if read < min(total, _FEW):
        found = f"{read} profile{'' if read == 1 else 's'}" if read else "no profile"
        notes.insert(0, f"a sample of {found} says little: ask for a greater `fraction=`")
    return Estimate(
        estimated_size=round(total * share),
        # what was seen is there, and what was seen outside is not in it
        interval=(max(math.floor(low * total), matched), min(math.ceil(high * total), total - (read - matched))),
        total_rows=total,
        profiles_read_so_far=read,
        profiles_matched_so_far=matched,
        standard_error=total * _standard_error(share, read, total),
        buckets=below,
        source=sampled.words,
        seconds=seconds,
        bytes_read=bytes_read,
        note="; ".join(notes),
    )


def wilson(matched: int, read: int, total: int) -> tuple[float, float]:
    """The Wilson interval at 95 % of a share, of which `matched` in a sample of `read` out of `total` were found.

    The sample is drawn without putting back: reading half of all counts as reading twice as many out of very many.

    Examples
    --------
    >>> tuple(round(one, 4) for one in wilson(10, 100, 10**9))
    (0.0552, 0.1744)
    >>> wilson(3, 10, 10)
    (0.3, 0.3)
    """
    if not read:
        return 0.0, 1.0
    share = matched / read
    if read >= total:
        return share, share
    counts_as = read * (total - 1) / (total - read)
    square = _Z * _Z / counts_as
    middle = (share + square / 2) / (1 + square)
    half = _Z * math.sqrt(share * (1 - share) / counts_as + square / (4 * counts_as)) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _standard_error(share: float, read: int, total: int) -> float:
    if not read or read >= total:
        return 0.0
    return math.sqrt(share * (1 - share) / read * (total - read) / (total - 1))
