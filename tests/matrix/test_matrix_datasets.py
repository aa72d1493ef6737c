"""Hundreds of datasets: the same numbers as in plain Python, and statements that grow with them and no faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import segkit as sk

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 20


def value(dataset: int, row: int) -> int:
    return (row * 7 + dataset * 3) % 40


def person(dataset: int, row: int) -> int:
    return row * (dataset + 1) % 50


def write(folder: Path, number: int) -> None:
    """One record a person, each dataset with a field of its own beside the common one; the last clock is equal."""
    rows: dict[int, tuple[str, int, str]] = {}
    for row in range(ROWS):
        rows[person(number, row)] = (f"p{person(number, row)}", value(number, row), f"2026-01-{1 + number % 28:02}")
    columns = [list(one) for one in zip(*rows.values(), strict=True)]
    table = pa.table(dict(zip(("id", "v", "t"), columns, strict=True)) | {f"own.f{number}": columns[1]})
    pq.write_table(table, folder / f"{number}.parquet")


def check(folder: Path, count: int) -> tuple[int, int]:
    """The lengths of the statements over all datasets and over a tenth of them."""
    newest: dict[int, tuple[tuple[int, int], int]] = {}
    first: dict[int, int] = {}
    with sk.open(folder / "ws", threads=1) as ws:
        for number in range(count):
            write(folder, number)
            ws.datasets.add(f"d{number}", folder / f"{number}.parquet", identity={"k": "id"}, timestamp="t")
            for row in range(ROWS):
                who, one = person(number, row), value(number, row)
                if newest.get(who, ((0, 1),))[0] <= (number % 28, -number):
                    newest[who] = ((number % 28, -number), one)
            for who, one in {person(number, row): value(number, row) for row in range(ROWS)}.items():
                first.setdefault(who, one)
        names = [f"d{number}" for number in range(count)]
        ws.merge_policies.create("ranked", attribute_merge="dataSetPrecedence", order=names)
        ws.merge_policies.create("few", attribute_merge="dataSetPrecedence", order=names[: count // 10])
        assert ws.size("v > 20") == sum(one > 20 for _, one in newest.values())
        assert ws.size("v > 20", merge_policy="ranked") == sum(one > 20 for one in first.values())
        assert ws.size("own.f1 > 20") == sum(
            one > 20 for one in {person(1, r): value(1, r) for r in range(ROWS)}.values()
        )
        shown = list(ws.query("select count(*) as n, sum(v) as v from profiles"))
        assert shown == [{"n": len(newest), "v": sum(one for _, one in newest.values())}]
        profile = ws.profile("k", "p0")
        assert len(profile.sources["v"].lost) == count - 1
        return len(ws.sql("v > 20", merge_policy="ranked")), len(ws.sql("v > 20", merge_policy="few"))


def test_twenty_datasets(tmp_path: Path) -> None:
    whole, few = check(tmp_path, 20)
    assert whole < 12 * few


@pytest.mark.long
def test_three_hundred_datasets(tmp_path: Path) -> None:
    whole, few = check(tmp_path, 300)
    assert whole < 12 * few
