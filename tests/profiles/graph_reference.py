"""The identity graph and the merge under `pdg` as the specification reads, in plain Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC is what segkit stores
MOST = 50


class Groups:
    """Union-find."""

    def __init__(self) -> None:
        self._above: dict[Any, Any] = {}

    def find(self, one: Hashable) -> Any:
        self._above.setdefault(one, one)
        while self._above[one] != one:
            self._above[one] = one = self._above[self._above[one]]
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        self._above[self.find(one)] = self.find(other)

    def all(self) -> list[set[Any]]:
        found: dict[Any, set[Any]] = {}
        for one in list(self._above):
            found.setdefault(self.find(one), set()).add(one)
        return list(found.values())


Identity = tuple[str, str]


@dataclass(frozen=True)
class Given:
    """A dataset: each row's identities, the primary one first where it has one, and its values."""

    name: str
    kind: str
    rows: Sequence[tuple[Sequence[Identity], dict[str, Any]]]
    primary: str
    upsert: bool = False
    added: int | None = None  # the clock of a dataset without clocks

    def own(self, identities: Iterable[Identity]) -> Identity | None:
        """The identity that a row belongs to: the first of the primary namespace, else of the first one by name."""
        carried = list(identities)
        mine = [one for one in carried if one[0] == self.primary]
        rest = sorted(carried, key=lambda one: one[0])  # stable: within one namespace as listed
        return next(iter([*mine, *rest]), None)

    def clock(self, row: dict[str, Any]) -> float:
        if self.added is not None:
            return self.added
        return -math.inf if row["when"] is None else (row["when"] - EPOCH) // dt.timedelta(microseconds=1)


def key(identity: Identity) -> str:
    return f"{identity[0].replace('%', '%25').replace(':', '%3A')}:{identity[1]}"


def profile_id(root: str) -> str:
    return hashlib.md5(root.encode(), usedforsecurity=False).hexdigest()


def graphs(datasets: Iterable[Given]) -> dict[Identity, tuple[str, set[Identity]]]:
    """Identity → the key of its graph's smallest identity, and all identities of the graph."""
    groups = Groups()
    for given in datasets:
        for identities, _ in given.rows:
            for one in identities:
                groups.join(identities[0], one)
    return {one: (min(map(key, members)), members) for members in groups.all() for one in members}


@dataclass(frozen=True)
class Merged:
    """One profile."""

    values: dict[str, Any]
    identities: set[Identity]
    events: int


def merged(datasets: Sequence[Given], leaves: Sequence[str], *, precedence: bool) -> dict[str, Merged]:
    """Every profile by the key of its smallest identity."""
    known = graphs(datasets)
    fragments: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
    events: dict[str, int] = {}
    seen: dict[str, tuple[tuple[Any, ...], str]] = {}
    for rank, given in enumerate(datasets):
        mine: dict[Identity, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {}
        for place, (identities, row) in enumerate(given.rows):
            own = given.own(identities)
            if own is None or len(known[own][1]) > MOST:
                continue
            root = known[own][0]
            fragments.setdefault(root, [])
            clock = given.clock(row)
            if given.kind == "event":
                if row["_id"] is None:
                    events[root] = events.get(root, 0) + 1
                else:
                    found = ((clock if row["when"] else math.inf, rank, place), root)
                    seen[row["_id"]] = min(seen.get(row["_id"], found), found)
                continue
            age = (clock, row["_id"] is not None, row["_id"] or "", place)
            mine.setdefault(own, []).append(((-rank, *age) if precedence else (clock, -rank, *age), row))
        for own, found in mine.items():
            newest = found if given.upsert else [max(found, key=lambda one: one[0])]
            fragments[known[own][0]] += newest
    for _, root in seen.values():
        events[root] = events.get(root, 0) + 1
    whole = {root: members for root, members in known.values()}  # noqa: C416 - members cannot be hashed
    return {
        root: Merged(
            {leaf: _pick(sorted(found, key=lambda one: one[0], reverse=True), leaf) for leaf in leaves},
            whole[root],
            events.get(root, 0),
        )
        for root, found in fragments.items()
    }


def _pick(newest: Sequence[tuple[Any, dict[str, Any]]], leaf: str) -> Any:
    values = [row[leaf] for _, row in newest if row.get(leaf) is not None]
    if leaf != "scores":
        return values[0] if values else None
    found: dict[str, Any] = {}
    for value in values:
        for name, one in value:
            if one is not None:
                found.setdefault(name, one)
    return found or None
