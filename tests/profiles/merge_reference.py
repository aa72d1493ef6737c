"""Merge policies in plain Python, read off the specification sentence by sentence; nothing of segkit is used.

Rows are dicts as they stand in a dataset's files. What segkit makes of the same files has to be this, value by value.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

Identity = tuple[str, str]
"""A namespace and a canonical id."""

Key = tuple[Any, ...]
Path = tuple[str, ...]
BLANKS = " \t\n\r\f\v\u00a0"
MOST_IDENTITIES = 50


@dataclass(frozen=True)
class Given:
    """A dataset.

    Parameters
    ----------
    rows
        Its rows in the order of files and rows in them.
    clock
        The column of the clock; None where the moment of adding stands for all rows.
    named
        Namespace → column, where identities are named; the `identityMap` of each row otherwise.
    primary
        The primary namespace, where it is named.
    """

    name: str
    kind: Literal["record", "event"]
    rows: Sequence[Mapping[str, Any]]
    added: int
    clock: str | None = None
    upsert: bool = False
    named: Mapping[str, str] | None = None
    primary: str | None = None


@dataclass(frozen=True)
class Policy:
    """`order` names datasets, under precedence only."""

    order: tuple[str, ...] = ()
    graph: Literal["none", "pdg"] = "none"


@dataclass(frozen=True)
class Row:
    """A row with what merging asks of it."""

    dataset: str
    own: Identity
    identities: Mapping[str, Mapping[str, tuple[str | None, bool]]]
    clock: int | None
    age: Key
    values: Mapping[str, Any]

    @property
    def carried(self) -> set[Identity]:
        """All identities of the row."""
        return {(namespace, one) for namespace, found in self.identities.items() for one in found}


@dataclass
class Merged:
    """A profile: what won and what lost for each leaf, the strongest first, and what belongs to it."""

    origins: dict[str, list[tuple[str, int | None, Any]]] = field(default_factory=dict)
    identities: dict[str, list[tuple[str, str | None, bool]]] = field(default_factory=dict)
    events: list[Mapping[str, Any]] = field(default_factory=list)

    def value(self, leaf: str) -> Any:
        """The value that won; None when there is none."""
        found = self.origins.get(leaf)
        return found[0][2] if found else None


def canonical(value: object) -> str | None:
    """An identity's text: trimmed, case kept, empty and null ignored, whole-number doubles without `.0`."""
    if value is None:
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        text = str(int(value)) if value.is_integer() else repr(value)
    else:
        text = str(value)
    return text.strip(BLANKS) or None


def identities_of(given: Given, row: Mapping[str, Any]) -> dict[str, dict[str, tuple[str | None, bool]]]:
    """Namespace → id → its authenticated state and whether it is marked primary."""
    found: dict[str, dict[str, tuple[str | None, bool]]] = {}
    if given.named is not None:
        for namespace, column in given.named.items():
            text = canonical(row[column])
            if text is not None:
                found[namespace] = {text: (None, namespace == given.primary)}
        return found
    for namespace, listed in row["identityMap"] or ():
        for one in listed or ():
            text = canonical(one["id"])
            if text is not None:
                state, primary = found.setdefault(namespace, {}).get(text, (None, False))
                found[namespace][text] = (better([state, one["state"]]), primary or bool(one["primary"]))
    return found


def primary_of(given: Given, identities: Mapping[str, Mapping[str, tuple[str | None, bool]]]) -> Identity | None:
    """The namespace named by `primary=`, else the identity marked primary, else the only one."""
    everyone = [(space, one, flag) for space, found in identities.items() for one, (_, flag) in found.items()]
    if given.primary is not None:
        listed = [(space, one, flag) for space, one, flag in everyone if space == given.primary]
        marked = [one for one in listed if one[2]]
        return (marked or listed)[0][:2] if listed else None
    marked = [one for one in everyone if one[2]]
    if marked:
        return marked[0][:2]
    return everyone[0][:2] if len(everyone) == 1 else None


def better(states: Iterable[str | None]) -> str | None:
    """`authenticated` where any row says so, else the greatest of what is said."""
    known = [one for one in states if one is not None]
    return "authenticated" if "authenticated" in known else max(known, default=None)


def rows_of(given: Given, policy: Policy, micros: Callable[[dt.datetime], int | None]) -> list[Row]:
    """The rows that belong to a profile."""
    found = []
    for place, row in enumerate(given.rows):
        identities = identities_of(given, row)
        own = primary_of(given, identities)
        if own is None and policy.graph == "pdg":
            rest = sorted(space for space in identities if space != given.primary)
            own = (rest[0], next(iter(identities[rest[0]]))) if rest else None
        if own is None:
            continue
        moment = None if given.clock is None else row[given.clock]
        clock = given.added if given.clock is None else None if moment is None else micros(moment)
        record = row.get("_id")
        age = (clock is not None, clock or 0, record is not None, record or "", place)
        found.append(Row(given.name, own, identities, clock, age, row))
    return found


def newest(rows: Sequence[Row]) -> list[Row]:
    """Of each identity of a dataset, the newest record."""
    found: dict[Identity, Row] = {}
    for row in rows:
        if row.own not in found or found[row.own].age < row.age:
            found[row.own] = row
    return list(found.values())


def key(identity: Identity) -> str:
    """An identity as one text."""
    return identity[0].replace("%", "%25").replace(":", "%3A") + ":" + identity[1]


def groups(rows: Iterable[Row], policy: Policy) -> dict[Identity, Identity | None]:
    """The identity that names the profile of each identity; None where its graph is too large."""
    leaders: dict[Identity, Identity] = {}

    def leader(one: Identity) -> Identity:
        while leaders.setdefault(one, one) != one:
            one = leaders[one]
        return one

    for row in rows:
        leader(row.own)
        if policy.graph == "pdg":
            for other in row.carried:
                leaders[leader(other)] = leader(row.own)
    members: dict[Identity, list[Identity]] = defaultdict(list)
    for one in list(leaders):
        members[leader(one)].append(one)
    named = {
        top: min(found, key=lambda one: key(one).encode()) if len(found) <= MOST_IDENTITIES else None
        for top, found in members.items()
    }
    return {one: named[leader(one)] for one in leaders}


def profile_id(identity: Identity) -> str:
    """The public id of the profile that an identity names."""
    return hashlib.md5(key(identity).encode()).hexdigest()  # noqa: S324 - an id, not a secret


def present(row: Mapping[str, Any], leaf: Path) -> Any:
    """A leaf's value; an explicit null, a NaN and a leaf of a missing object are absent."""
    found: Any = row
    for piece in leaf:
        found = None if found is None else found.get(piece)
    return None if isinstance(found, float) and math.isnan(found) else found


def merged(
    datasets: Sequence[Given],
    policy: Policy,
    leaves: Mapping[str, Path],
    maps: frozenset[str],
    micros: Callable[[dt.datetime], int | None],
) -> dict[str, Merged]:
    """Public profile id → the profile.

    Parameters
    ----------
    datasets
        In the order of adding.
    leaves
        Dotted path → path of each leaf.
    maps
        Those that are merged key by key.
    micros
        A clock in microseconds since 1970; None for one that is infinite.
    """
    taking = datasets
    if policy.order:
        taking = sorted(
            (one for one in datasets if one.name in policy.order), key=lambda one: policy.order.index(one.name)
        )
    rows = {one.name: rows_of(one, policy, micros) for one in taking}
    named = groups((row for found in rows.values() for row in found), policy)
    profiles: dict[str, Merged] = defaultdict(Merged)
    fragments: dict[str, list[tuple[Key, Row]]] = defaultdict(list)
    carried: dict[str, list[Row]] = defaultdict(list)
    for rank, one in enumerate(taking):
        whole = one.upsert or one.kind == "event"
        kept = rows[one.name] if whole else newest(rows[one.name])
        for row in kept if policy.graph == "none" else rows[one.name]:
            if (top := named[row.own]) is not None:
                carried[profile_id(top)].append(row)
        for row in kept if one.kind == "record" else ():
            if (top := named[row.own]) is not None:
                order = (-rank, *row.age) if policy.order else (*row.age[:2], -rank, *row.age[2:])
                fragments[profile_id(top)].append((order, row))
    for profile, found in fragments.items():
        ranked = [row for _, row in sorted(found, key=itemgetter(0), reverse=True)]
        profiles[profile].origins = origins(ranked, leaves, maps)
    for profile, found_rows in carried.items():
        profiles[profile].identities = union(found_rows)
    for row in once(taking, rows):
        if (top := named[row.own]) is not None:
            profiles[profile_id(top)].events.append(row.values)
    return dict(profiles)


def origins(
    ranked: Sequence[Row], leaves: Mapping[str, Path], maps: frozenset[str]
) -> dict[str, list[tuple[str, int | None, Any]]]:
    """Leaf → dataset, clock and value of each record that has one, the strongest first; keys of maps are leaves."""
    found: dict[str, list[tuple[str, int | None, Any]]] = {}
    for leaf, path in leaves.items():
        for row in ranked:
            value = present(row.values, path)
            if value is None:
                continue
            if leaf not in maps:
                found.setdefault(leaf, []).append((row.dataset, row.clock, value))
                continue
            for name, one in value:
                if one is not None:
                    found.setdefault(f'{leaf}["{name}"]', []).append((row.dataset, row.clock, one))
    return found


def union(rows: Sequence[Row]) -> dict[str, list[tuple[str, str | None, bool]]]:
    """All identities of a profile, once each, in the order of their texts."""
    states: dict[Identity, list[str | None]] = defaultdict(list)
    primary: dict[Identity, bool] = defaultdict(bool)
    for row in rows:
        for namespace, listed in row.identities.items():
            for one, (state, flag) in listed.items():
                states[namespace, one].append(state)
                primary[namespace, one] |= flag
    found: dict[str, list[tuple[str, str | None, bool]]] = {}
    for namespace, one in sorted(states, key=lambda pair: (pair[0].encode(), pair[1].encode())):
        entry = (one, better(states[namespace, one]), primary[namespace, one])
        found.setdefault(namespace, []).append(entry)
    return found


def once(taking: Sequence[Given], rows: Mapping[str, Sequence[Row]]) -> list[Row]:
    """All events; of those that share an `_id` the one with the smallest timestamp, then by dataset, file and row."""
    found: list[Row] = []
    best: dict[str, tuple[Key, Row]] = {}
    for rank, one in enumerate(taking):
        for place, row in enumerate(rows[one.name]) if one.kind == "event" else ():
            record = row.values.get("_id")
            order = (row.clock is None, row.clock or 0, rank, place)
            if record is None:
                found.append(row)
            elif record not in best or order < best[record][0]:
                best[record] = (order, row)
    return [*found, *(row for _, row in best.values())]
