"""polars over flat Parquet, lazily; the better of its two engines is asked."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl

from tests.benchmarks import questions as q
from tests.benchmarks.conditions import NOW, polars
from tests.benchmarks.contenders import Answer
from tests.benchmarks.data import CLOCK, KEY, LEAVES, RECORDS

if TYPE_CHECKING:
    from tests.benchmarks.contenders import Task

ENGINE: Any = "auto"
KIND, AT = "eventType", "timestamp"


class Polars:
    """Lazy frames over the files."""

    def __init__(self, task: Task) -> None:
        self.files = task.prepared.company
        self.scratch = task.scratch
        self.flat = pl.scan_parquet(task.prepared.flat)
        self.events = pl.scan_parquet(self.files.file("events"))

    def __call__(self, asked: q.Question) -> Answer:
        bought = pl.col(KIND) == q.BOUGHT
        match asked.kind:
            case "count":
                return Answer(self._value(self.flat.filter(polars(asked.conditions[0])).select(pl.len())))
            case "counts":
                sums = [polars(one).sum().alias(str(number)) for number, one in enumerate(asked.conditions)]
                return Answer([int(one) for one in self.flat.select(sums).collect(engine=ENGINE).row(0)])
            case "window":
                found = self.events.filter(bought, _within(q.WINDOW_DAYS)).select(pl.col(KEY).n_unique())
                return Answer(self._value(found))
            case "sequence":
                return Answer(self._sequence())
            case "sum":
                spent = pl.col("commerce.order.priceTotal").sum()
                spenders = self.events.filter(bought, _within(q.SUM_DAYS)).group_by(KEY).agg(spent)
                return Answer(
                    self._value(spenders.filter(pl.col("commerce.order.priceTotal") > q.SPENT).select(pl.len()))
                )
            case "merge":
                return self._merge()
            case _:
                return self._job(asked)

    @staticmethod
    def _value(frame: pl.LazyFrame) -> int:
        return int(frame.collect(engine=ENGINE).item())

    def _sequence(self) -> int:
        """An as-of join: for each purchase the last addition before it."""
        ordered = self.events.select(KEY, KIND, AT)  # the files are in the order of time
        added = ordered.filter(pl.col(KIND) == q.ADDED).select(KEY, pl.col(AT)).set_sorted(AT)
        bought = ordered.filter(pl.col(KIND) == q.BOUGHT).select(KEY, pl.col(AT)).set_sorted(AT)
        found = bought.join_asof(
            added.with_columns(pl.col(AT).alias("added")),
            on=AT,
            by=KEY,
            strategy="backward",
            tolerance=dt.timedelta(days=q.SEQUENCE_DAYS),
            allow_exact_matches=False,
            check_sortedness=False,
        )
        return self._value(found.filter(pl.col("added").is_not_null()).select(pl.col(KEY).n_unique()))

    def _merge(self) -> Answer:
        """All fragments below one another in the order of their clocks; the last value of each leaf."""
        path = self.scratch / "merged_polars.parquet"
        known = {one.path: one.datasets for one in LEAVES}
        parts = [
            pl.scan_parquet(self.files.file(one.name)).select(
                KEY,
                (pl.col(CLOCK).dt.timestamp("us") * len(RECORDS) + rank).alias("place"),
                *(leaf for leaf in q.MERGED if one.letter in known[leaf]),
            )
            for rank, one in enumerate(reversed(RECORDS))
        ]
        newest = [pl.col(one).sort_by("place").drop_nulls().last() for one in q.MERGED]
        everything = pl.concat(parts, how="diagonal")
        everything.group_by(KEY).agg(newest).select(q.MERGED).sink_parquet(path)
        return Answer(str(path))

    def _job(self, asked: q.Question) -> Answer:
        path = self.scratch / "members_polars.parquet"
        flags = [polars(one).fill_null(value=False).alias(f"s{number}") for number, one in enumerate(asked.conditions)]
        names = [f"s{number}" for number in range(len(flags))]
        members = self.flat.select("profile_id", *flags).filter(pl.any_horizontal(names))
        members.sink_parquet(path, compression="zstd")
        return Answer([int(one) for one in pl.scan_parquet(path).select(pl.col(names).sum()).collect().row(0)])


def _within(days: int) -> pl.Expr:
    return pl.col(AT).is_between(NOW - dt.timedelta(days=days), NOW)
