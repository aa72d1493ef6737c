"""Experience events: never merged, each `_id` once, filters reaching the files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from sqlglot import exp

from segkit.engine import Watch
from segkit.profiles import refresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource

    Add = Callable[..., Dataset]
    Make = Callable[..., MergedSource]

EVENTS: dict[str, Any] = {"kind": "event", "identity": {"crm": "k"}}


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def values(engine: Engine, source: MergedSource) -> list[tuple[Any, ...]]:
    return sorted(engine.rows(source.events([("v",)])))


def test_a_repeated_id_counts_once(add: Add, source: Make, engine: Engine) -> None:
    one = add(
        "one",
        frame(
            _id=["a", "a", "b", None, None, "c", "d"],
            k=["1", "1", "2", "1", "1", "", "3"],
            timestamp=["2020-01-02", "2020-01-01", "2020-01-01", None, None, "2020-01-01", None],
            v=["late", "early", "b", "null", "null", "nobody", "clockless"],
        ),
        **EVENTS,
    )
    assert one.measures.duplicates
    expected = [("1", "early"), ("1", "null"), ("1", "null"), ("2", "b"), ("3", "clockless")]
    assert values(engine, source([one])) == expected


def test_a_repeated_id_between_datasets_counts_once(add: Add, source: Make, engine: Engine, tmp_path: Path) -> None:
    day = "2020-01-01"
    one = add("one", frame(_id=["a", "b"], k=["1", "1"], timestamp=[day, day], v=["1a", "1b"]), **EVENTS)
    two = add("two", frame(_id=["a", "c"], k=["1", "1"], timestamp=[day, day], v=["2a", "2c"]), **EVENTS)
    three = add("three", frame(_id=["d"], k=["1"], timestamp=[day], v=["3d"]), **EVENTS)
    assert (two.measures.shared, three.measures.shared) == ((one.id,), ())
    assert not any(one.measures.duplicates for one in (one, two, three))
    expected = [("1", "1a"), ("1", "1b"), ("1", "2c"), ("1", "3d")]
    assert values(engine, source([one, two, three])) == expected
    assert values(engine, source([two, three])) == [("1", "2a"), ("1", "2c"), ("1", "3d")]
    again = refresh(one, engine=engine, folder=tmp_path, others=[one, two, three])
    assert again.measures.shared == (two.id,)
    assert values(engine, source([again, two, three])) == expected
    first = source([one, two], attribute_merge="dataSetPrecedence", order=[two.id, one.id])
    assert values(engine, first) == [("1", "1b"), ("1", "2a"), ("1", "2c")]


def test_clean_events_are_read_plainly(add: Add, source: Make) -> None:
    one = add("one", frame(_id=["a"], k=["1"], timestamp=["2020-01-01"], v=["x"]), **EVENTS)
    statement = source([one]).events([("v",)])
    assert not list(statement.find_all(exp.Subquery, exp.Window, exp.Where, exp.Group))


@pytest.mark.parametrize(("kind", "datasets"), [("TIMESTAMP", 1), ("TIMESTAMPTZ", 1), ("TIMESTAMP", 2)])
def test_a_filter_on_time_reaches_the_files(
    add: Add, source: Make, engine: Engine, tmp_path: Path, *, kind: str, datasets: int
) -> None:
    made = []
    for number in range(datasets):
        file = tmp_path / f"{number}.parquet"
        clocks = f"(TIMESTAMP '2020-01-01' + to_hours(i))::{kind} AS timestamp"
        rows = f"SELECT i::VARCHAR AS k, {clocks} FROM range(40000) AS t(i)"  # noqa: S608
        engine.execute(f"COPY ({rows}) TO '{file}' (FORMAT PARQUET, ROW_GROUP_SIZE 4096)")
        made.append(add(f"d{number}", file, **EVENTS))
    clock = exp.column("timestamp", quoted=True)
    late = exp.GT(this=clock, expression=exp.cast(exp.Literal.string("2024-07-01"), "timestamp"))
    events = source(made).events([("timestamp",)]).subquery("events")
    watch = Watch(profile=True)
    assert engine.value(exp.select(exp.Count(this=exp.Star())).from_(events).where(late), watch=watch) > 0
    assert watch.measurements[0].rows_scanned <= 8192 * datasets


def test_events_carry_their_own_identity_map(add: Add, source: Make, engine: Engine) -> None:
    data = frame(k=["1", "2"], mail=["a", None], timestamp=["2020-01-01"] * 2)
    one = add("one", data, kind="event", identity={"crm": "k", "email": "mail"}, primary="crm")
    found = dict(engine.rows(source([one]).events([("identityMap",)])))
    crm = {"authenticatedState": None, "primary": True}
    assert found == {
        "1": {"crm": [{"id": "1", **crm}], "email": [{"id": "a", "authenticatedState": None, "primary": False}]},
        "2": {"crm": [{"id": "2", **crm}]},
    }


def test_event_datasets_differ_in_columns(add: Add, source: Make, engine: Engine) -> None:
    one = add("one", frame(k=["1"], timestamp=["2020-01-01"], n=[1]), **EVENTS)
    two = add("two", frame(k=["1"], timestamp=["2020-01-02"], n=[1.5], v=["x"]), **EVENTS)
    rows = engine.rows(source([one, two]).events([("n",), ("v",), ("timestamp",)]))
    assert rows == [
        ("1", 1.0, None, dt.datetime(2020, 1, 1)),  # noqa: DTZ001
        ("1", 1.5, "x", dt.datetime(2020, 1, 2)),  # noqa: DTZ001
    ]
