# ruff: noqa: S608 - the texts are the test's own
"""What is accepted as a source, and what becomes of its columns."""

from __future__ import annotations

import datetime as dt
import decimal
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segkit.pql.types import Kind
from segkit.profiles import (
    Query,
    create_views,
    dataset_from_dict,
    dataset_to_dict,
    forget,
    refresh,
    union_schema,
    verify,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource
    from segkit.sql.source import ProfileSource

    Add = Callable[..., Dataset]
    Merged = Callable[..., dict[str, dict[str, Any]]]

CRM = {"identity": {"crm": "key"}}


def test_the_source_is_what_the_compiler_asks_for(source: Callable[..., MergedSource], add: Add) -> None:
    made: ProfileSource = source([add("x", pd.DataFrame({"key": ["1"]}), **CRM)])
    assert made.namespaces == ("crm",)


def test_every_kind_of_source(add: Add, merged: Merged, tmp_path: Path) -> None:
    columns = {"key": ["1", "2"], "home.city": ["Ghent", "Lyon"]}
    frame = pd.DataFrame(columns)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    sources = [
        frame,
        pl.DataFrame(columns),
        pa.table(columns),
        tmp_path / "a.parquet",
        str(tmp_path / "*.parquet"),
        [tmp_path / "a.parquet"],
        tmp_path / "a.csv",
        tmp_path / "a.jsonl",
        Query("SELECT * FROM t -- all", {"t": frame}),
        Query("SELECT key, {'city': \"home.city\"} AS home FROM t;", {"t": frame}),
    ]
    for number, one in enumerate(sources):
        dataset = add(f"d{number}", one, others=(), **CRM)
        assert merged([dataset], "home.city") == {"1": {"home.city": "Ghent"}, "2": {"home.city": "Lyon"}}
        assert dataset.rows == 2
        assert repr(one)


def test_strange_names_of_files_and_columns(add: Add, merged: Merged, tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "folder" [1] été=x'
    folder.mkdir()
    names = [
        'say "hi"',
        "it's",
        "naïve ключ 鍵",
        "fragment",
        "entry",
        "file_index",
        "clock",
        "merge_key",
        "Price (EUR).",
    ]
    table = pa.table({"key": ["1"], **{name: [name] for name in names}, "select": [{"from": {"a b": 1}}]})
    pq.write_table(table, folder / "b*[x]'.parquet")
    dataset = add('it\'s "mine" ключ', str(folder / "b*[x]'.parquet"), **CRM)
    again = add("events", table.append_column("timestamp", pa.array(["2020-01-01"])), kind="event", **CRM)
    found = merged([dataset, again])["1"]
    assert found.pop("identityMap")["crm"][0]["id"] == "1"
    assert found == {"key": "1", **{name: name for name in names}, "select.from.a b": 1}


def test_views_for_people(add: Add, source: Callable[..., MergedSource], engine: Engine) -> None:
    frame = pd.DataFrame({"key": ["1", "2"], "home": [{"city": "Ghent"}, {"city": None}], "it's": ["a", "b"]})
    people = add('the "people"', frame, **CRM)
    add("EVENTS", pd.DataFrame({"key": ["1"], "timestamp": ["2020-01-01"]}), kind="event", **CRM)
    made = source([people])
    assert create_views(engine, made, "p'1\"") == ("profiles", "profiles_nested", "events", 'the "people"')
    schema = '"p\'1"""'
    flat = engine.rows(f'SELECT "home.city", "it\'s", length(profile_id) FROM {schema}.profiles ORDER BY "it\'s"')
    assert flat == [("Ghent", "a", 32), (None, "b", 32)]
    assert engine.rows(f'SELECT home FROM {schema}.profiles_nested ORDER BY "it\'s"') == [({"city": "Ghent"},), (None,)]
    assert engine.rows(f"SELECT count(*) FROM {schema}.events") == [(0,)]
    assert engine.rows(f'SELECT key FROM {schema}."the ""people""" ORDER BY ALL') == [("1",), ("2",)]
    assert create_views(engine, made, "p'1\"")


def test_mapping_renames_computes_and_keeps_the_rest(add: Add, merged: Merged) -> None:
    frame = pd.DataFrame({"Customer ID": [12.0, 13.0], "Country": ["BE", "FR"], "price": [1.5, 2.0], "a+b": [1, 2]})
    dataset = add(
        "shop",
        frame,
        mapping={
            "identityMap.customerId": "Customer ID",
            "homeAddress.country": "Country",
            "loyalty.points": "price * 2",
            "sum": "a+b",
            "_acme": "{'deep': {'x': price}, 'y': Country}",
        },
    )
    found = merged([dataset])
    assert found["12"].pop("identityMap")["customerId"][0]["id"] == "12"
    assert found["12"] == {
        "price": 1.5,
        "homeAddress.country": "BE",
        "loyalty.points": 3.0,
        "sum": 1,
        "_acme.deep.x": 1.5,
        "_acme.y": "BE",
    }


def test_identity_may_name_a_column_that_mapping_renames(add: Add, merged: Merged) -> None:
    frame = pd.DataFrame({"Customer ID": ["7"]})
    dataset = add("shop", frame, mapping={"_acme.id": "Customer ID"}, identity={"c": "Customer ID"})
    assert merged([dataset], "_acme.id") == {"7": {"_acme.id": "7"}}


def test_r17a_numbers_widen_without_a_double_between(add: Add, merged: Merged, tmp_path: Path) -> None:
    big = 2**62 + 1
    tables = [
        {"i": pa.array([1], pa.int8()), "u": pa.array([2**64 - 1], pa.uint64()), "f": pa.array([1], pa.int64())},
        {"i": pa.array([big], pa.int64()), "u": pa.array([-1], pa.int64()), "f": pa.array([0.5], pa.float32())},
        {"d": pa.array([decimal.Decimal("0.10")], pa.decimal128(10, 2))},
        {"d": pa.array([decimal.Decimal("12345678901.125")], pa.decimal128(20, 3))},
    ]
    for number, columns in enumerate(tables):
        pq.write_table(pa.table({"key": [str(number)], **columns}), tmp_path / f"{number}.parquet")
    dataset = add("x", str(tmp_path / "*.parquet"), **CRM)
    found = merged([dataset], "i", "u", "f", "d")
    assert [found[one]["i"] for one in "01"] == [1, big]
    assert [found[one]["u"] for one in "01"] == [2**64 - 1, -1]
    assert [found[one]["f"] for one in "01"] == [1.0, 0.5]
    assert [found[one]["d"] for one in "23"] == [decimal.Decimal("0.100"), decimal.Decimal("12345678901.125")]


def test_r17a_kinds_of_the_union_schema(add: Add, engine: Engine) -> None:
    query = """SELECT '1' AS key, 1::UTINYINT AS i, 1::DECIMAL(5, 2) AS d, 1::FLOAT AS f, true AS b, uuid() AS u,
        'a'::ENUM ('a') AS e, DATE '2020-01-01' AS day, now() AS z, TIMESTAMP_NS '2020-01-01 00:00:00' AS ns,
        TIME '10:00' AS t, 'x'::BLOB AS raw, [1] AS l, MAP {1: [now()]} AS m, {'x': {'y': 1}} AS s,
        [{'q': now()}] AS o, [TIME '10:00'] AS lt, NULL AS nothing, [1, 2]::INTEGER[2] AS fixed, '{}'::JSON AS j"""
    dataset = add("x", Query(query), **CRM)
    union = union_schema([dataset], engine)
    kinds = {row.path: row.type for row in union.rows}
    assert kinds == {
        "key": "String", "i": "Integer", "d": "Double", "f": "Double", "b": "Boolean", "u": "String", "e": "String",
        "day": "Date", "z": "Timestamp", "ns": "Timestamp", "t": "Unsupported", "raw": "Unsupported",
        "l": "Array of Integer", "m": "Map of Array of Timestamp", "s.x.y": "Integer", "o": "Array of Object",
        "lt": "Unsupported", "nothing": "String", "fixed": "Array of Integer", "j": "String",
        "identityMap": "Map of Array of Object",
    }  # fmt: skip
    assert union.schema.profile.field("raw") is None
    nested = union.schema.profile.field("s")
    assert nested is not None
    assert nested.kind is Kind.OBJECT
    assert union.schema.event.fields == ()
    assert next(row for row in union.rows if row.path == "i").datasets == ("x",)


def test_instants_are_utc_at_any_depth(add: Add, merged: Merged) -> None:
    query = """SELECT '1' AS key, TIMESTAMPTZ '2020-01-01 00:00:00+02' AS a, [TIMESTAMPTZ '2020-01-01 00:00:00+02']
        AS b, MAP {'k': {'t': TIMESTAMPTZ '2020-01-01 00:00:00+02'}} AS c"""
    utc = dt.datetime(2019, 12, 31, 22)  # noqa: DTZ001
    found = merged([add("x", Query(query), **CRM)], "a", "b", "c")
    assert found == {"1": {"a": utc, "b": [utc], "c": {"k": {"t": utc}}}}


@pytest.mark.parametrize(
    "values",
    [
        ["2020-01-01T02:00:00+02:00"],
        ["2020-01-01T00:00:00Z"],
        ["2020-01-01"],
        [dt.date(2020, 1, 1)],
        [1_577_836_800_000],
        pd.to_datetime(["2020-01-01"]),
        pd.to_datetime(["2020-01-01"], utc=True),
    ],
)
def test_clocks_in_other_clothes(add: Add, source: Callable[..., MergedSource], engine: Engine, values: Any) -> None:
    frame = pd.DataFrame({"key": ["1"], "happened": values})
    made = source([add("x", frame, kind="event", timestamp="happened", **CRM)])
    new_year = dt.datetime(2020, 1, 1)  # noqa: DTZ001
    assert engine.rows(made.events([("timestamp",), ("happened",)])) == [("1", new_year, new_year)]


def test_nan_is_null_at_any_depth(add: Add, merged: Merged) -> None:
    query = """SELECT '1' AS key, 'nan'::DOUBLE AS a, [1.0, 'nan'::DOUBLE] AS b, MAP {'x': 'nan'::DOUBLE, 'y': 2.0}
        AS c, [{'v': 'nan'::FLOAT, 'w': 'nan'}] AS d, MAP {'k': [{'v': 'nan'::DOUBLE}]} AS e, 'nan'::DOUBLE AS f"""
    found = merged([add("x", Query(query), **CRM)], "a", "b", "c", "d", "e")
    assert found["1"] == {
        "a": None,
        "b": [1.0, None],
        "c": {"y": 2.0},
        "d": [{"v": None, "w": "nan"}],
        "e": {"k": [{"v": None}]},
    }


def test_refresh_keeps_id_and_moment_of_adding(add: Add, engine: Engine, tmp_path: Path, merged: Merged) -> None:
    for ending, write in (("parquet", pd.DataFrame.to_parquet), ("csv", pd.DataFrame.to_csv)):
        file = tmp_path / f"a.{ending}"
        write(pd.DataFrame({"key": ["1"]}), file)
        dataset = add(ending, str(tmp_path / f"*.{ending}"), added_at=5, others=(), **CRM)
        write(pd.DataFrame({"key": ["1", "2"], "more": ["x", "y"]}), file)
        write(pd.DataFrame({"key": ["3"]}), tmp_path / f"b.{ending}")
        again = refresh(dataset, engine=engine, folder=tmp_path)
        verify(again)
        assert (again.id, again.added_at, again.rows) == (dataset.id, 5, 3)
        assert merged([again], "more").keys() == {"1", "2", "3"}


def test_a_copied_frame_survives_refresh_and_is_forgotten(add: Add, engine: Engine, tmp_path: Path) -> None:
    dataset = add("x", pd.DataFrame({"key": ["1"]}), **CRM)
    assert refresh(dataset, engine=engine, folder=tmp_path) == dataset
    forget(dataset, tmp_path)
    assert not list(tmp_path.rglob("*.parquet"))
    forget(dataset, tmp_path)


def test_documents_go_round_and_move_with_the_workspace(add: Add, tmp_path: Path) -> None:
    frame = pd.DataFrame({"identityMap": [{"crm": [{"id": "1"}]}], "s": [{"a": 1.0}], "timestamp": ["2020-01-01"]})
    dataset = add("x", frame, kind="event", mapping={"q": "s.a + 1"})
    document = json.loads(json.dumps(dataset_to_dict(dataset, tmp_path)))
    assert str(tmp_path) not in json.dumps(document)
    assert dataset_from_dict(document, tmp_path) == dataset
    moved = dataset_from_dict(document, tmp_path / "elsewhere")
    assert moved.files[0].path.startswith(str(tmp_path / "elsewhere"))


def test_an_empty_file_among_others_does_no_harm(add: Add, merged: Merged, tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": pa.array([], pa.string()), "n": pa.array([], pa.int64())}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"key": ["1"], "v": ["x"]}), tmp_path / "b.parquet")
    assert merged([add("x", str(tmp_path / "*.parquet"), **CRM)], "n", "v") == {"1": {"n": None, "v": "x"}}
