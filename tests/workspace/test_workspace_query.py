"""Plain SQL over profiles, events and datasets; and one profile with where its values came from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from workspace_frames import people

import segkit as sk

if TYPE_CHECKING:
    from segkit.result import Result
    from segkit.workspace import Workspace


def rows(result: Result) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in result]


def test_profiles_are_flat_and_nested(world: Workspace) -> None:
    flat = 'select "homeAddress.country" as country, "loyalty.points" as points from profiles order by country, points'
    nested = "select homeAddress.country, loyalty.points from profiles_nested order by all"
    assert rows(world.query(flat)) == rows(world.query(nested)) == [("DE", 7), ("US", 5), ("US", None)]
    assert len(world.query("select distinct profile_id from profiles")) == 3


def test_events_and_datasets_are_tables_by_name(world: Workspace) -> None:
    joined = "select count(*) as n from events join profiles using (profile_id) where profiles.id = 'a'"
    assert rows(world.query(joined)) == [(2,)]
    assert rows(world.query("select eventType, count(*) from orders group by all")) == [("commerce.purchases", 2)]
    assert rows(world.query('select count(*) from datasets."crm"')) == [(3,)]
    assert rows(world.query("from crm select count(*)")) == [(3,)]


def test_the_order_of_the_query_is_kept(world: Workspace) -> None:
    assert rows(world.query("select i from range(5000) t(i) order by i desc"))[:2] == [(4999,), (4998,)]


def test_datasets_named_like_the_views_are_had_by_their_full_name(ws: Workspace) -> None:
    for name in ("profiles", "events", "q\"uo`te's 🙂"):
        ws.datasets.add(name, people(), identity={"id": "id"})
    assert rows(ws.query("select count(*) from profiles")) == [(3,)]
    assert rows(ws.query("select count(*) from events")) == [(0,)]
    for name in ("profiles", "events", 'q""uo`te\'s 🙂'):
        assert rows(ws.query(f'from datasets."{name}" select count(id)')) == [(3,)]
    assert rows(ws.query('select count(*) from "q""uo`te\'s 🙂"')) == [(3,)]


def test_policies_keep_their_own_views(small: Workspace) -> None:
    small.datasets.add("old", people(("a", "FR", 1, "2020-01-01")), identity={"id": "id"}, timestamp="changed")
    small.merge_policies.create("old first", attribute_merge="dataSetPrecedence", order=["old", "crm", "orders"])
    asked = "select \"homeAddress.country\" from profiles where id = 'a'"
    newest, old = small.query(asked), small.query(asked, merge_policy="old first")
    assert (rows(newest), rows(old), rows(newest)) == ([("US",)], [("FR",)], [("US",)])
    small.merge_policies.update("old first", order=["crm", "old", "orders"])
    assert rows(small.query(asked, merge_policy="old first")) == [("US",)]
    assert rows(old) == [("FR",)]


def test_a_query_sees_the_data_of_its_day(small: Workspace) -> None:
    before = small.query("select count(*) from profiles")
    small.datasets.add("more", people(("z", "FR", 1, "2020-01-01")), identity={"id": "id"})
    assert rows(small.query("select count(*) from profiles")) == [(4,)]
    assert rows(before) == [(3,)]


@pytest.mark.parametrize(
    "statement",
    [
        "drop table crm",
        "create table t as select 1",
        "insert into crm values (1)",
        "copy (select 1) to 'x.csv'",
        "attach 'x.duckdb'",
        "set threads = 1",
        "select 1; select 2",
        "",
        "   -- nothing",
    ],
)
def test_nothing_but_one_select_runs(world: Workspace, statement: str) -> None:
    with pytest.raises(sk.InvalidRequestError, match="one SELECT statement"):
        world.query(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("select * from nope", "there are crm, events, orders, profiles, profiles_nested"),
        ("select homeAddress.country from profiles", "need quotes"),
        ('select "homeAddress.contry" from profiles', "homeAddress.country"),
        ("select from", "the query cannot run"),
        ("select 'x", "unterminated"),
    ],
)
def test_a_query_that_cannot_run_says_why_at_once(world: Workspace, statement: str, words: str) -> None:
    with pytest.raises(sk.InvalidRequestError, match=words) as caught:
        world.query(statement)
    assert caught.value.sql == statement


def test_values_with_quotes_and_letters_of_all_kinds_go_through(ws: Workspace) -> None:
    odd = ['x"y', "it's", "back`tick", "back\\slash", "日本 🙂", "per%cent_", "new\nline", "semi;colon -- x"]
    field = "o\"dd `fie'ld 🙂"
    frame = pd.DataFrame({"id": odd, field: odd})
    ws.datasets.add("odd", frame, identity={'name"space': "id"})
    path = "`" + field.replace("`", "``") + "`"
    for one in odd:
        text = one.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        assert ws.size(f'{path} = "{text}"') == 1
        profile = ws.profile('name"space', one)
        assert profile.to_dict()[field] == one
        assert profile.identities == {'name"space': [one]}
    segment = ws.segments.create('na"me `🙂`', f'{path} = "it\'s"')
    job = ws.jobs.create([segment.name]).wait(progress=False)
    assert [row["identities"] for row in job.members(segment.name)] == [{'name"space': ["it's"]}]
    assert 'namespace.name"space' in job.sizes().columns
    assert list(ws.preview(f'{path} = "it\'s"', [path])) == [{path: "it's"}]


def test_a_profile_tells_where_its_values_come_from(small: Workspace) -> None:
    small.datasets.add("old", people(("a", "FR", 1, "2020-01-01")), identity={"id": "id"}, timestamp="changed")
    profile = small.profile("id", "a")
    assert profile.to_dict()["homeAddress"] == {"country": "US"}
    assert profile["homeAddress.country"] == "US"
    country = profile.sources["homeAddress.country"]
    new, old = (dt.datetime(year, 1, 1) for year in (2026, 2020))  # noqa: DTZ001  naive UTC
    assert (country.won.dataset, country.won.clock, country.won.value) == ("crm", new, "US")
    assert [(one.dataset, one.clock, one.value) for one in country.lost] == [("old", old, "FR")]
    small.merge_policies.create("old first", attribute_merge="dataSetPrecedence", order=["old", "crm", "orders"])
    assert small.profile("id", "a", merge_policy="old first")["homeAddress.country"] == "FR"
    for shown in (repr(profile), profile._repr_html_()):
        assert "FR" in shown
        assert "Default Timebased" in shown


def test_absent_values_are_left_out_of_a_profile(world: Workspace) -> None:
    profile = world.profile("id", "c")
    assert "loyalty" not in profile.to_dict()
    assert "loyalty.points" not in profile.sources
    (row,) = world.preview('id = "c"')
    assert profile.profile_id == row["profile_id"]


def test_r14_an_unsigned_integer_beyond_64_bit_is_null_where_it_is_computed_with(ws: Workspace) -> None:
    frame = pd.DataFrame({"id": ["a"], "large": pd.array([2**64 - 1], dtype="uint64")})
    ws.datasets.add("crm", frame, identity={"id": "id"})
    columns = ["large", "large + 1", "large / 2", '{"of": large}.of', "large > 5"]
    assert rows(ws.preview('id = "a"', columns=columns)) == [(None, None, None, None, True)]
    assert list(ws.preview('id = "a"', columns=['{"of": large}'])) == [{'{"of": large}': {"of": None}}]
