"""Generated datasets as Parquet files, the same rows as the reference reads, and the comparison of both merges."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from merge_reference import Given, Merged, Policy, merged, profile_id
from sqlglot import exp

from segkit.profiles import MergePolicy, merged_profile, read

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource, Origin

EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC is what segkit stores
ADDED = 1_600_000_000_000_000
IDENTITY = pa.struct([("id", pa.string()), ("authenticatedState", pa.string()), ("primary", pa.bool_())])
AUDIT = "extSourceSystemAudit.lastUpdatedDate"
LEAVES: dict[str, tuple[tuple[str, ...], list[pa.DataType]]] = {
    "text": (("text",), [pa.string()]),
    "number": (("number",), [pa.int8(), pa.int32(), pa.int64(), pa.uint16()]),
    "large": (("large",), [pa.uint64()]),
    "ratio": (("ratio",), [pa.float64()]),
    "price": (("price",), [pa.decimal128(10, 2), pa.decimal128(14, 4)]),
    "flag": (("flag",), [pa.bool_()]),
    "day": (("day",), [pa.date32()]),
    "moment": (("moment",), [pa.timestamp("us")]),
    "tags": (("tags",), [pa.list_(pa.string())]),
    "lines": (("lines",), [pa.list_(pa.struct([("sku", pa.string()), ("n", pa.int64())]))]),
    "scores": (("scores",), [pa.map_(pa.string(), pa.int64())]),
    "prefs": (("prefs",), [pa.map_(pa.string(), pa.struct([("val", pa.string())]))]),
    "home": (
        ("home",),
        [pa.struct([("city", pa.string()), ("geo", pa.struct([("lat", pa.float64()), ("long", pa.float64())]))])],
    ),
}
PATHS = {one: (one,) for one in LEAVES if one != "home"} | {
    "home.city": ("home", "city"),
    "home.geo.lat": ("home", "geo", "lat"),
    "home.geo.long": ("home", "geo", "long"),
}
MAPS = frozenset({"scores", "prefs"})
EVENT_LEAVES = ("_id", "timestamp", "eventType", "value")
STATES = (None, "ambiguous", "authenticated", "loggedOut")


def micros(moment: dt.datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class World:
    """Datasets as the reference reads them, and as segkit does."""

    given: tuple[Given, ...]
    datasets: tuple[Dataset, ...]

    def policies(self, random_: random.Random, graphs: Sequence[str], *, always: Sequence[str] = ()) -> list[Policy]:
        """The newest wins; and an order of some datasets, those that are always in it among them."""
        names = [one.name for one in self.given]
        order = random_.sample(names, random_.randint(1, len(names)))
        order += [one for one in always if one not in order]
        return [Policy(listed, graph) for listed in ((), tuple(order)) for graph in graphs]  # type: ignore[arg-type]

    def stored(self, policy: Policy) -> MergePolicy:
        """The same policy for segkit."""
        ids = {one.name: one.id for one in self.datasets}
        return MergePolicy.create(
            "p",
            attribute_merge="dataSetPrecedence" if policy.order else "timestampOrdered",
            order=[ids[one] for one in policy.order],
            identity_graph=policy.graph,
        )


class _Rows:
    """Makes the rows of one dataset."""

    def __init__(self, random_: random.Random, people: int, columns: Sequence[str], form: str) -> None:
        self.random = random_
        self.people = people
        self.columns = columns
        self.form = form

    def maybe(self, value: object, share: float = 0.6) -> Any:
        return value if self.random.random() < share else None

    def value(self, column: str) -> Any:
        pick, maybe = self.random.choice, self.maybe
        match column:
            case "text":
                return pick(["p", "q", "", "é"])
            case "number":
                return pick([0, 1, 2, 100])
            case "large":
                return pick([0, 2**63, 2**64 - 1])
            case "ratio":
                return pick([0.5, -0.0, float("nan"), 1e300])
            case "price":
                return Decimal(pick(["1.50", "0.01", "-3.00"]))
            case "flag":
                return pick([True, False])
            case "day":
                return pick([dt.date(1969, 12, 31), dt.date(2020, 2, 29)])
            case "moment":
                return pick([dt.datetime(1950, 1, 1, 1), dt.datetime(2026, 5, 6)])  # noqa: DTZ001 - naive UTC
            case "tags":
                return pick([[], ["x"], ["y", None]])
            case "lines":
                return pick([[], [{"sku": "a", "n": None}], [{"sku": None, "n": 1}, {"sku": "b", "n": 2}]])
            case "scores":
                return [(one, maybe(pick([0, 1, 2]))) for one in ("u", "v w", "é") if self.random.random() < 0.5]
            case "prefs":
                return [(one, maybe({"val": maybe("y")})) for one in "uv" if self.random.random() < 0.5]
            case _:
                return {"city": maybe("Ghent"), "geo": maybe({"lat": maybe(pick([1.5, float("nan")])), "long": None})}

    def clock(self) -> dt.datetime | None:
        """Before 1970, on both sides of it, now; often equal, sometimes none."""
        seconds = [-3_000_000_000, -1, 0, 1, 5, 1_700_000_000, self.random.randrange(-3, 3)]
        part = self.random.choice([0, 0, 0, 1, 999_999])
        return self.maybe(EPOCH + dt.timedelta(seconds=self.random.choice(seconds), microseconds=part), 0.8)

    def identities(self) -> dict[str, Any]:
        person = self.random.randrange(self.people)
        blank = self.random.choice(["", "", " ", "\t"])
        mail = self.maybe(self.random.choice([f"m{person}@x", f"M{person}@x ", f"shared{person // 3}@x", " "]), 0.4)
        if self.form == "named":
            card = self.maybe(self.random.choice([float(person), person + 0.5, 1e20]), 0.4)
            return {"key": self.maybe(f"{blank}c{person}", 0.9), "mail": mail, "card": card}
        listed = self.random.choice(["crm", "crm", "e:c%id"])
        own = f"{blank}{listed[0]}{person}"
        state = self.random.choice(STATES)
        found = [(listed, [{"id": own, "state": state, "primary": True}])]
        if self.random.random() < 0.2:
            found[0][1].append({"id": own.strip(), "state": None, "primary": None})
        if mail is not None:
            more = [{"id": mail, "state": self.random.choice(STATES), "primary": self.maybe(False)}]
            if self.random.random() < 0.3:
                more.append({"id": f"other{person}@x", "state": None, "primary": None})
            found.append(("email", more))
        if self.random.random() < 0.05:
            return {"identityMap": None}
        return {"identityMap": found}

    def row(self, *, event: bool) -> dict[str, Any]:
        """One row; all columns are there, those that its file lacks as null."""
        made: dict[str, Any] = self.identities()
        if event:
            return made | {
                "_id": self.maybe(self.random.choice("abcdef")),
                "timestamp": self.clock(),
                "eventType": self.maybe(self.random.choice(["view", "buy"])),
                "value": self.maybe(self.random.choice([1, 2])),
            }
        made |= {"_id": self.maybe(self.random.choice("abc")), "when": self.clock()}
        return made | {one: self.maybe(self.value(one)) for one in self.columns}


def world(random_: random.Random, engine: Engine, folder: Path) -> World:
    """One to four datasets of records, none to two of events."""
    people = random_.choice([1, 3, 4])
    kinds = ["record"] * random_.choice([1, 2, 2, 3]) + ["event"] * random_.choice([0, 1, 1, 2])
    random_.shuffle(kinds)
    given: list[Given] = []
    datasets: list[Dataset] = []
    for number, kind in enumerate(kinds):
        name = random_.choice(["crm", "o'dd \"n\u00e4me"]) + str(number)
        made, dataset = _dataset(
            random_, engine, folder / str(number), name=name, kind=kind, people=people, others=tuple(datasets)
        )
        given.append(made)
        datasets.append(dataset)
    return World(tuple(given), tuple(datasets))


def _dataset(
    random_: random.Random,
    engine: Engine,
    folder: Path,
    *,
    name: str,
    kind: str,
    people: int,
    others: tuple[Dataset, ...],
) -> tuple[Given, Dataset]:
    form = random_.choice(["map", "json", "struct", "named"])
    columns = random_.sample(sorted(LEAVES), random_.randint(1, 7))
    maker = _Rows(random_, people, columns, form)
    event = kind == "event"
    rows = [maker.row(event=event) for _ in range(random_.choice([1, 2, 8, 20]))]
    # at least one row belongs to someone, or the dataset would be refused
    rows[0] |= {"key": "c0"} if form == "named" else {"identityMap": [("crm", [_only("c0")])]}
    with_ids = random_.random() < 0.7
    clock = "timestamp" if event else random_.choice([None, "when", AUDIT])
    stored = random_.choice(["timestamp", "text", "milliseconds"])
    folder.mkdir()
    cuts = sorted(random_.sample(range(1, len(rows)), random_.choice([0, 0, 1, 2]))) if len(rows) > 3 else []
    for file, (low, high) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
        mine = rows[low:high]
        lacking = set() if file == 0 else {one for one in columns if random_.random() < 0.2}
        for row in mine:
            row.update(dict.fromkeys(lacking))
            if not with_ids:
                row["_id"] = None
            if stored == "milliseconds" and not event and row["when"] is not None:
                row["when"] = row["when"].replace(microsecond=row["when"].microsecond // 1000 * 1000)
            if not event:
                row[AUDIT] = row["when"]
        kept = EVENT_LEAVES if event else ["_id", *([clock] if clock else []), *columns]
        table = _table(
            mine, [one for one in kept if one not in lacking and (with_ids or one != "_id")], form, stored, random_
        )
        pq.write_table(table, folder / f"{file}.parquet")
    named = {"crm": "key", "email": "mail", "card": "card"} if form == "named" else None
    primary = "crm" if form == "named" else None
    upsert = not event and random_.random() < 0.5
    added = ADDED + random_.choice([0, 0, 5])
    dataset = read(
        name,
        str(folder / "*.parquet"),
        kind=kind,  # type: ignore[arg-type]
        identity=named,
        primary=primary,
        timestamp="when" if clock == "when" else None,
        upsert=upsert,
        engine=engine,
        folder=folder.parent,
        others=others,
        added_at=added,
    )
    return Given(name, "event" if event else "record", rows, added, clock, upsert, named, primary), dataset


def _only(identity: str) -> dict[str, Any]:
    return {"id": identity, "state": None, "primary": True}


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str, stored: str, random_: random.Random
) -> pa.Table:
    found: dict[str, pa.Array] = {}
    if form == "named":
        found["key"] = pa.array([row["key"] for row in rows], pa.string())
        found["mail"] = pa.array([row["mail"] for row in rows], pa.string())
        found["card"] = pa.array([row["card"] for row in rows], pa.float64())
    else:
        found["identityMap"] = _identity_map([row["identityMap"] for row in rows], form)
    for column in columns:
        values = [row[column] for row in rows]
        if column in {"when", AUDIT}:
            found[column] = _clock(values, stored)
        elif column == "timestamp":
            found[column] = pa.array(values, pa.timestamp("us"))
        elif column in {"_id", "eventType"}:
            found[column] = pa.array(values, pa.string())
        elif column == "value":
            found[column] = pa.array(values, pa.int64())
        else:
            found[column] = pa.array(values, random_.choice(LEAVES[column][1]))
    return pa.table(found)


def _clock(values: Sequence[dt.datetime | None], stored: str) -> pa.Array:
    match stored:
        case "text":
            return pa.array([None if one is None else one.isoformat() + "Z" for one in values], pa.string())
        case "milliseconds":
            return pa.array([None if one is None else micros(one) // 1000 for one in values], pa.int64())
        case _:
            return pa.array(values, pa.timestamp("us"))


def _identity_map(maps: Sequence[list[tuple[str, list[dict[str, Any]]]] | None], form: str) -> pa.Array:
    spelled = [
        None
        if one is None
        else {
            space: [{"id": i["id"], "authenticatedState": i["state"], "primary": i["primary"]} for i in listed]
            for space, listed in one
        }
        for one in maps
    ]
    if form == "json":
        return pa.array([None if one is None else json.dumps(one) for one in spelled], pa.string())
    if form == "map":
        return pa.array(
            [None if one is None else list(one.items()) for one in spelled], pa.map_(pa.string(), pa.list_(IDENTITY))
        )
    spaces = sorted({space for one in spelled for space in one or ()}) or ["crm"]
    return pa.array(spelled, pa.struct([(space, pa.list_(IDENTITY)) for space in spaces]))


def expected(made: World, policy: Policy) -> dict[str, Merged]:
    """The profiles as the specification has them."""
    return merged(made.given, policy, PATHS, MAPS, micros)


def compare(made: World, policy: Policy, source: Any, engine: Engine, random_: random.Random) -> None:
    """Everything that a source says of its profiles, against the reference."""
    profiles = expected(made, policy)
    held = {path: one for path, one in source.union.profile.items() if ".".join(path) in PATHS}
    names = [".".join(path) for path in held]
    key = exp.column("profile_key", quoted=True)
    ids = exp.alias_(source.profile_id(key), "id", quoted=True)
    rows = exp.select(ids, "*").from_(source.profiles(list(held), every=True, mask=True).subquery("profiles"))
    found = engine.rows(rows)
    assert len({one[0] for one in found}) == len(found), "a profile came twice"
    asked = {one[0]: (dict(zip(names, one[2:-1], strict=True)), _spaces(one[-1], source.namespaces)) for one in found}
    known = {
        profile: ({name: _whole(one, name) for name in names}, set(one.identities)) for profile, one in profiles.items()
    }
    assert asked.keys() == known.keys()
    for profile, wanted in known.items():
        assert asked[profile] == wanted
    # each leaf by itself takes other roads: one dataset alone, a filter before the grouping
    for path, name in random_.sample(list(zip(held, names, strict=True)), min(3, len(held))):
        one = exp.select(ids.copy(), exp.column(name, quoted=True))
        values = engine.rows(one.from_(source.profiles([path], every=False).subquery("profiles")))
        alone = {profile: value for profile, value in values if value is not None}
        assert alone == {profile: values[name] for profile, (values, _) in known.items() if values[name] is not None}
    _identities(profiles, source, engine, ids)
    _events(profiles, source, engine, ids)


def _spaces(mask: int, namespaces: Sequence[str]) -> set[str]:
    return {one for place, one in enumerate(namespaces) if mask >> place & 1}


def _whole(one: Merged, name: str) -> Any:
    """A leaf's value; the keys of a map together."""
    if name not in MAPS:
        return one.value(name)
    keys = {leaf[len(name) + 2 : -2]: one.value(leaf) for leaf in one.origins if leaf.startswith(f"{name}[")}
    return keys or None


def _identities(profiles: Mapping[str, Merged], source: Any, engine: Engine, ids: exp.Expr) -> None:
    rows = engine.rows(exp.select(ids.copy(), "namespace", '"found"."id"').from_(source.identities().subquery("found")))
    assert Counter(rows) == Counter(
        (profile, space, each[0])
        for profile, one in profiles.items()
        for space, listed in one.identities.items()
        for each in listed
    )
    maps = source.profiles([("identityMap",)], every=True).subquery("profiles")
    found = dict(engine.rows(exp.select(ids.copy(), exp.column("identityMap", quoted=True)).from_(maps)))
    spelled = {
        profile: {
            space: [{"id": i, "authenticatedState": state, "primary": primary} for i, state, primary in listed]
            for space, listed in one.identities.items()
        }
        for profile, one in profiles.items()
    }
    assert found == spelled


def _events(profiles: Mapping[str, Merged], source: Any, engine: Engine, ids: exp.Expr) -> None:
    leaves = [(one,) for one in EVENT_LEAVES if (one,) in source.union.event]
    columns = [exp.column(one, quoted=True) for (one,) in leaves]
    found = Counter(engine.rows(exp.select(ids.copy(), *columns).from_(source.events(leaves).subquery("events"))))
    assert found == Counter(
        (profile, *(event[one] for (one,) in leaves)) for profile, one in profiles.items() for event in one.events
    )


def compare_lineage(made: World, policy: Policy, source: MergedSource, engine: Engine, random_: random.Random) -> None:
    """Where each value of some profiles comes from, and what lost."""
    profiles = expected(made, policy)
    for profile, one in random_.sample(sorted(profiles.items(), key=itemgetter(0)), min(2, len(profiles))):
        identity = next(
            (space, each[0])
            for space, listed in one.identities.items()
            for each in listed
            if policy.graph == "pdg" or profile_id((space, each[0])) == profile
        )
        found = merged_profile(source, engine, *identity)
        assert found.profile_id == profile
        assert found.identities == {space: [each[0] for each in listed] for space, listed in one.identities.items()}
        told = {
            leaf: [_origin(each) for each in (at.won, *at.lost)]
            for leaf, at in found.sources.items()
            if leaf.partition("[")[0] in PATHS
        }
        assert told == one.origins


def _origin(one: Origin) -> tuple[str, int | None, Any]:
    return one.dataset, None if one.clock is None else micros(one.clock), one.value
