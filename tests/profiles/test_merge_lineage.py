"""Where values come from: records that were replaced, clocks beyond Python's calendar, both merges, keys of maps."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import segkit as sk
from segkit.profiles import Query, merged_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segkit.engine import Engine
    from segkit.profiles import Dataset, MergedSource
    from segkit.workspace import Workspace

    Add = Callable[..., Dataset]
    Make = Callable[..., MergedSource]

CRM: dict[str, Any] = {"identity": {"crm": "id"}, "timestamp": "t"}


@pytest.fixture
def ws() -> Iterator[Workspace]:
    with sk.open(None) as workspace:
        moments = pd.to_datetime(["2026-01-01", "2025-01-01", "2024-01-01"])
        people = pd.DataFrame({"id": ["a"] * 3, "city": [None, "Lima", "Oslo"], "n": [1, 2, 3], "t": moments})
        workspace.datasets.add("crm", people, **CRM)
        more = pd.DataFrame({"id": ["a", "a"], "city": ["X", "Y"], "t": moments[[1, 2]]})
        workspace.datasets.add("more", more, upsert=True, **CRM)
        seen = pd.DataFrame({"id": ["z"], "timestamp": moments[:1]})
        workspace.datasets.add("seen", seen, kind="event", identity={"crm": "id"})
        yield workspace


def test_records_that_were_replaced_are_told_with_what_they_held(ws: Workspace) -> None:
    profile = ws.profile("crm", "a")
    assert profile.to_dict()["n"] == 1
    assert profile["city"] == "X"
    told = [(one.dataset, one.clock, one.value["city"], one.value["n"]) for one in profile.replaced]
    years = [dt.datetime(year, 1, 1) for year in (2025, 2024)]  # noqa: DTZ001  naive UTC
    assert told == [("crm", years[0], "Lima", 2), ("crm", years[1], "Oslo", 3)]
    words = "replaced by newer records of their dataset: crm of 2025-01-01 00:00:00; crm of 2024-01-01 00:00:00"
    assert words in repr(profile)
    assert words in profile._repr_html_()


def test_what_lost_is_told_from_the_strongest_on_under_both_merges(ws: Workspace) -> None:
    ws.merge_policies.create("ranked", attribute_merge="dataSetPrecedence", order=["more", "crm", "seen"])
    for policy, won, lost in ((None, "crm", ["more", "more"]), ("ranked", "more", ["more", "crm"])):
        moment = ws.profile("crm", "a", merge_policy=policy).sources["t"]
        assert (moment.won.dataset, [one.dataset for one in moment.lost]) == (won, lost)
    profile = ws.profile("crm", "a", merge_policy="ranked")
    assert [one.value for one in profile.sources["city"].lost] == ["Y"]
    assert "replaced" in repr(profile)


def test_a_profile_without_records_says_so(ws: Workspace) -> None:
    profile = ws.profile("crm", "z")
    assert (profile.sources, profile.replaced) == ({}, ())
    assert "records: none with a value" in repr(profile)
    assert "identities: crm: z" in profile._repr_html_()


def test_clocks_beyond_pythons_calendar_stand_at_its_ends(add: Add, source: Make, engine: Engine) -> None:
    far = Query("SELECT '1' AS id, TIMESTAMP '20000-01-01' AS t, 'far' AS v")
    past = Query("SELECT '1' AS id, TIMESTAMP '2000-01-01 (BC)' AS t, 'past' AS v")
    made = source([add("past", past, **CRM), add("far", far, **CRM)])
    found = merged_profile(made, engine, "crm", "1").sources["v"]
    assert (found.won.value, found.won.clock) == ("far", dt.datetime.max)  # noqa: DTZ901  naive UTC
    assert [(one.value, one.clock) for one in found.lost] == [("past", dt.datetime.min)]  # noqa: DTZ901  naive UTC


def test_of_many_datasets_those_with_records_of_the_profile_are_told() -> None:
    days = pd.date_range("2026-01-01", periods=12)
    with sk.open(None) as ws:
        for number, day in enumerate(days):
            rows = pd.DataFrame({"id": ["a"] if number % 5 == 0 else ["b"], "city": f"c{number}", "t": [day]})
            ws.datasets.add(f"d{number}", rows, **CRM)
        city = ws.profile("crm", "a").sources["city"]
    assert (city.won.dataset, [one.dataset for one in city.lost]) == ("d10", ["d5", "d0"])
