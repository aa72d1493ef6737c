"""chDB (ClickHouse in the process) over flat Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from chdb import session

from tests.benchmarks import questions as q
from tests.benchmarks.conditions import NOW, clickhouse
from tests.benchmarks.contenders import Answer
from tests.benchmarks.data import CLOCK, KEY, LEAVES, RECORDS

if TYPE_CHECKING:
    from tests.benchmarks.contenders import Task


class Chdb:
    """A session that is open."""

    def __init__(self, task: Task) -> None:
        self.files = task.prepared.company
        self.scratch = task.scratch
        self.flat = f"file('{task.prepared.flat}', Parquet)"
        self.events = f"file('{self.files.file('events')}', Parquet)"
        self.session = session.Session()
        self.session.query(f"SET max_threads = {task.threads}")

    def __call__(self, asked: q.Question) -> Answer:
        match asked.kind:
            case "count" | "counts":
                counts = ", ".join(f"countIf({clickhouse(one)})" for one in asked.conditions)
                if asked.kind == "count":
                    return Answer(
                        self._row(f"SELECT count() FROM {self.flat} WHERE {clickhouse(asked.conditions[0])}")[0]
                    )
                return Answer(self._row(f"SELECT {counts} FROM {self.flat}"))
            case "window":
                where = f"\"eventType\" = '{q.BOUGHT}' AND {_within(q.WINDOW_DAYS)}"
                return Answer(self._row(f'SELECT uniqExact("{KEY}") FROM {self.events} WHERE {where}')[0])
            case "sequence":
                return Answer(self._sequence())
            case "sum":
                where = f"\"eventType\" = '{q.BOUGHT}' AND {_within(q.SUM_DAYS)}"
                having = f'sum("commerce.order.priceTotal") > {q.SPENT}'
                spenders = f'SELECT "{KEY}" FROM {self.events} WHERE {where} GROUP BY 1 HAVING {having}'
                return Answer(self._row(f"SELECT count() FROM ({spenders})")[0])
            case "merge":
                return self._merge()
            case _:
                return self._job(asked)

    def _row(self, query: str) -> list[int]:
        text = str(self.session.query(query, "CSV"))
        return [int(one) for one in next(csv.reader(io.StringIO(text)))]

    def _sequence(self) -> int:
        columns = f'"{KEY}" AS profile, assumeNotNull("timestamp") AS moment'
        sides = [
            f"(SELECT {columns} FROM {self.events} WHERE \"eventType\" = '{kind}')" for kind in (q.BOUGHT, q.ADDED)
        ]
        return self._row(
            f"SELECT uniqExact(b.profile) FROM {sides[0]} b ASOF JOIN {sides[1]} a "
            "ON a.profile = b.profile AND a.moment < b.moment "
            f"WHERE b.moment <= a.moment + INTERVAL {q.SEQUENCE_DAYS} DAY"
        )[0]

    def _merge(self) -> Answer:
        path = self.scratch / "merged_chdb.parquet"
        known = {one.path: one.datasets for one in LEAVES}
        branches = []
        for rank, one in enumerate(reversed(RECORDS)):
            columns = ", ".join(f'"{leaf}"' if one.letter in known[leaf] else f'NULL AS "{leaf}"' for leaf in q.MERGED)
            place = f'toUnixTimestamp64Micro(assumeNotNull("{CLOCK}")) * {len(RECORDS)} + {rank} AS place'
            branches.append(f"SELECT \"{KEY}\", {place}, {columns} FROM file('{self.files.file(one.name)}', Parquet)")
        newest = ", ".join(f'argMaxIf("{leaf}", place, isNotNull("{leaf}")) AS "{leaf}"' for leaf in q.MERGED)
        rows = " UNION ALL ".join(branches)
        self.session.query(
            f'SELECT * EXCEPT (profile) FROM (SELECT "{KEY}" AS profile, {newest} FROM ({rows}) '
            f"GROUP BY profile) INTO OUTFILE '{path}' TRUNCATE FORMAT Parquet"
        )
        return Answer(str(path))

    def _job(self, asked: q.Question) -> Answer:
        path = self.scratch / "members_chdb.parquet"
        flags = ", ".join(
            f"ifNull({clickhouse(one)}, false) AS s{number}" for number, one in enumerate(asked.conditions)
        )
        names = [f"s{number}" for number in range(len(asked.conditions))]
        self.session.query(
            f"SELECT * FROM (SELECT profile_id, {flags} FROM {self.flat}) WHERE {' OR '.join(names)} "
            f"INTO OUTFILE '{path}' TRUNCATE FORMAT Parquet"
        )
        counts = ", ".join(f"countIf({one})" for one in names)
        return Answer(self._row(f"SELECT {counts} FROM file('{path}', Parquet)"))


def _within(days: int) -> str:
    low, high = (f"toDateTime64('{NOW - dt.timedelta(days=one)}', 6, 'UTC')" for one in (days, 0))
    return f'"timestamp" BETWEEN {low} AND {high}'
