"""pandas over flat Parquet, read through pyarrow with only the columns and rows that are asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from tests.benchmarks import questions as q
from tests.benchmarks.conditions import NOW, pandas, paths
from tests.benchmarks.contenders import Answer
from tests.benchmarks.data import CLOCK, KEY, LEAVES, RECORDS

if TYPE_CHECKING:
    from tests.benchmarks.contenders import Task

KIND, AT, SPENT = "eventType", "timestamp", "commerce.order.priceTotal"


class Pandas:
    """Arrow-backed frames, read anew for each question."""

    def __init__(self, task: Task) -> None:
        self.files = task.prepared.company
        self.flat = task.prepared.flat
        self.scratch = task.scratch

    def __call__(self, asked: q.Question) -> Answer:
        match asked.kind:
            case "count" | "counts":
                frame = self._profiles(paths(asked.conditions))
                found = [int(pandas(one, frame).sum()) for one in asked.conditions]
                return Answer(found if asked.kind == "counts" else found[0])
            case "window":
                return Answer(int(self._events([KEY], (q.BOUGHT,), q.WINDOW_DAYS)[KEY].nunique()))
            case "sequence":
                return Answer(self._sequence())
            case "sum":
                spent = self._events([KEY, SPENT], (q.BOUGHT,), q.SUM_DAYS).groupby(KEY)[SPENT].sum()
                return Answer(int((spent > q.SPENT).sum()))
            case "merge":
                return self._merge()
            case _:
                return self._job(asked)

    def _profiles(self, columns: list[str]) -> Any:
        return pd.read_parquet(self.flat, columns=columns, dtype_backend="pyarrow")

    def _events(self, columns: list[str], kinds: tuple[str, ...], days: int | None = None) -> Any:
        wanted: list[Any] = [(KIND, "in", kinds)]
        if days is not None:
            wanted += [(AT, ">=", NOW - dt.timedelta(days=days)), (AT, "<=", NOW)]
        folder = self.files.folder / "events"
        return pd.read_parquet(folder, columns=columns, filters=wanted, dtype_backend="pyarrow")

    def _sequence(self) -> int:
        frame = self._events([KEY, KIND, AT], (q.ADDED, q.BOUGHT))
        frame = frame.astype({AT: "datetime64[us]"}).sort_values(AT)
        bought, added = frame[frame[KIND] == q.BOUGHT][[KEY, AT]], frame[frame[KIND] == q.ADDED][[KEY, AT]]
        found = pd.merge_asof(
            bought,
            added.assign(added=added[AT]),
            on=AT,
            by=KEY,
            tolerance=pd.Timedelta(days=q.SEQUENCE_DAYS),
            allow_exact_matches=False,
        )
        return int(found[found["added"].notna()][KEY].nunique())

    def _merge(self) -> Answer:
        path = self.scratch / "merged_pandas.parquet"
        known = {one.path: one.datasets for one in LEAVES}
        parts = []
        for rank, one in enumerate(reversed(RECORDS)):
            leaves = [leaf for leaf in q.MERGED if one.letter in known[leaf]]
            source = self.files.folder / ("app" if one.name == "app" else f"{one.name}.parquet")
            frame = pd.read_parquet(source, columns=[KEY, CLOCK, *leaves], dtype_backend="pyarrow")
            parts.append(frame.assign(rank=rank))
        everything = pd.concat(parts).sort_values([CLOCK, "rank"])
        everything.groupby(KEY, sort=False)[list(q.MERGED)].last().to_parquet(path, index=False)
        return Answer(str(path))

    def _job(self, asked: q.Question) -> Answer:
        path = self.scratch / "members_pandas.parquet"
        frame = self._profiles(["profile_id", *paths(asked.conditions)])
        flags = {f"s{number}": pandas(one, frame).fillna(value=False) for number, one in enumerate(asked.conditions)}
        members = pd.DataFrame(flags)
        sizes = [int(one) for one in members.sum()]
        inside = members.any(axis="columns")
        members.insert(0, "profile_id", frame["profile_id"])
        members[inside].to_parquet(path, compression="zstd", index=False)
        return Answer(sizes)
