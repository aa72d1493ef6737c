"""DuckDB SQL as a careful person writes it, over fragments, over the snapshot's tables, over flat Parquet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import duckdb

from tests.benchmarks import questions as q
from tests.benchmarks.conditions import NOW, paths, sql
from tests.benchmarks.contenders import Answer, UnansweredError
from tests.benchmarks.data import CLOCK, KEY, LEAVES, RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.conditions import Condition
    from tests.benchmarks.contenders import Task


class ByHand:
    """A connection that is open."""

    def __init__(self, task: Task, over: str) -> None:
        self.over = over
        self.files = task.prepared.company
        self.scratch = task.scratch
        spill = str(task.scratch / f"spill_{over}")
        self.db = duckdb.connect(config={"memory_limit": task.memory, "threads": task.threads, "temp_directory": spill})
        self.flat = f"'{task.prepared.flat}'"
        self.key, self.events = f'"{KEY}"', f"'{self.files.file('events')}'"
        if over == "snapshot":
            self.db.execute(f"ATTACH '{task.prepared.native}' AS snapshot (READ_ONLY)")
            self.flat, self.key, self.events = "snapshot.profiles", "profile_key", "snapshot.events"

    def __call__(self, asked: q.Question) -> Answer:
        match asked.kind:
            case "count" | "counts":
                return self._counts(asked.conditions)
            case "window":
                return Answer(self._value(self.window()))
            case "sequence":
                return Answer(self._value(self.sequence()))
            case "sum":
                return Answer(self._value(self.sum()))
            case "merge":
                return self._merge()
            case _:
                return self._job(asked.conditions)

    def _value(self, query: str) -> int:
        return int(self.db.execute(query).fetchall()[0][0])

    # ---- attributes --------------------------------------------------------------------------------------------------

    def profiles(self, of: Sequence[Condition] | None, leaves: Sequence[str] = ()) -> str:
        """The table that holds these leaves, merged."""
        asked = leaves or paths(of or ())
        return f"({merged(self.files, asked)})" if self.over == "fragments" else self.flat

    def _counts(self, conditions: Sequence[Condition]) -> Answer:
        table = self.profiles(conditions)
        if len(conditions) == 1:
            return Answer(self._value(f"SELECT count(*) FROM {table} WHERE {sql(conditions[0])}"))
        counts = ", ".join(f"count(CASE WHEN {sql(one)} THEN 1 END)" for one in conditions)
        return Answer([int(one) for one in self.db.execute(f"SELECT {counts} FROM {table}").fetchall()[0]])

    def separately(self, conditions: Sequence[Condition]) -> list[int]:
        """One query a rule."""
        return [self._value(f"SELECT count(*) FROM {self.profiles([one])} WHERE {sql(one)}") for one in conditions]

    def _merge(self) -> Answer:
        if self.over != "fragments":
            raise UnansweredError("it is merged already")
        path = self.scratch / "merged_by_hand.parquet"
        columns = ", ".join(f'"{one}"' for one in q.MERGED)
        self.db.execute(f"COPY (SELECT {columns} FROM ({merged(self.files, q.MERGED)})) TO '{path}'")
        return Answer(str(path))

    def _job(self, conditions: Sequence[Condition]) -> Answer:
        """One wide statement: whoever is in some segment, a boolean a segment; the sizes are counted from it."""
        path = self.scratch / f"members_{self.over}.parquet"
        # under fragments the public id is made of the key; the snapshot and its export hold it
        who = f"md5('crmId:' || {self.key})" if self.over == "fragments" else "profile_id"
        flags = ", ".join(f"coalesce({sql(one)}, false) AS s{number}" for number, one in enumerate(conditions))
        names = [f"s{number}" for number in range(len(conditions))]
        self.db.execute(
            f"COPY (SELECT * FROM (SELECT {who} AS profile_id, {flags} FROM {self.profiles(conditions)}) "
            f"WHERE {' OR '.join(names)}) TO '{path}' (COMPRESSION zstd)"
        )
        counts = ", ".join(f"count(*) FILTER ({one})" for one in names)
        if len(names) > 1:
            counts = ", ".join(f"count(CASE WHEN {one} THEN 1 END)" for one in names)
        return Answer([int(one) for one in self.db.execute(f"SELECT {counts} FROM '{path}'").fetchall()[0]])

    # ---- events ------------------------------------------------------------------------------------------------------

    def window(self) -> str:
        return (
            f"SELECT count(DISTINCT {self.key}) FROM {self.events} WHERE \"eventType\" = '{q.BOUGHT}' "
            f'AND "timestamp" BETWEEN {moment(q.WINDOW_DAYS)} AND {moment(0)}'
        )

    def sum(self) -> str:
        return (
            f"SELECT count(*) FROM (SELECT {self.key} FROM {self.events} WHERE \"eventType\" = '{q.BOUGHT}' "
            f'AND "timestamp" BETWEEN {moment(q.SUM_DAYS)} AND {moment(0)} '
            f'GROUP BY {self.key} HAVING sum("commerce.order.priceTotal") > {q.SPENT})'
        )

    def sequence(self) -> str:
        """For each purchase the last addition before it."""
        sides = [
            f'(SELECT {self.key} AS profile, "timestamp" AS moment FROM {self.events} WHERE "eventType" = \'{kind}\')'
            for kind in (q.BOUGHT, q.ADDED)
        ]
        return (
            f"SELECT count(DISTINCT b.profile) FROM {sides[0]} b ASOF JOIN {sides[1]} a "
            "ON a.profile = b.profile AND a.moment < b.moment "
            f"WHERE b.moment <= a.moment + INTERVAL {q.SEQUENCE_DAYS} DAY"
        )


class Floor(ByHand):
    """What no answer can do without: every column that it needs is read and hashed."""

    def __call__(self, asked: q.Question) -> Answer:
        match asked.kind:
            case "count" | "counts":
                leaves, table, where = paths(asked.conditions), self.flat, ""
            case "window":
                leaves, table = ["eventType", "timestamp"], self.events
                where = f' WHERE "timestamp" >= {moment(q.WINDOW_DAYS)}'
            case "sum":
                leaves, table = ["eventType", "timestamp", "commerce.order.priceTotal"], self.events
                where = f' WHERE "timestamp" >= {moment(q.SUM_DAYS)}'
            case "sequence":
                leaves, table, where = ["eventType", "timestamp"], self.events, ""
            case _:
                raise UnansweredError("no floor")
        columns = leaves + [self.key.strip('"')] * (table == self.events)
        hashes = ", ".join(f'bit_xor(hash("{one}"))' for one in columns)
        self.db.execute(f"SELECT {hashes} FROM {table}{where}").fetchall()
        return Answer(None)


def moment(days: int) -> str:
    """So many days before now, as SQL."""
    return f"TIMESTAMP '{NOW - dt.timedelta(days=days)}'"


def merged(files: object, leaves: Sequence[str]) -> str:
    """The newest value of each leaf, ties going to the dataset that was added first."""
    known = {one.path: one.datasets for one in LEAVES}
    branches = []
    for rank, one in enumerate(reversed(RECORDS)):
        held = [leaf for leaf in leaves if one.letter in known[leaf]]
        if held:
            columns = ", ".join(f'"{leaf}"' if leaf in held else f'NULL AS "{leaf}"' for leaf in leaves)
            place = f'epoch_us("{CLOCK}") * {len(RECORDS)} + {rank} AS place'
            branches.append(f"SELECT \"{KEY}\", {place}, {columns} FROM '{files.file(one.name)}'")  # type: ignore[attr-defined]
    rows = f"({' UNION ALL '.join(branches)})"
    if len(leaves) == 1:
        # nobody but those who have a value can match: much less to group
        where = f'WHERE "{leaves[0]}" IS NOT NULL '
        return f'SELECT "{KEY}", arg_max("{leaves[0]}", place) AS "{leaves[0]}" FROM {rows} {where}GROUP BY "{KEY}"'
    # arg_max passes over rows whose value is null
    newest = ", ".join(f'arg_max("{leaf}", place) AS "{leaf}"' for leaf in leaves)
    return f'SELECT "{KEY}", {newest} FROM {rows} GROUP BY "{KEY}"'
