"""What the public face shows: one profile with its origins, identities in a preview, clocks in a list."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk

if TYPE_CHECKING:
    from segkit.workspace import Job, Workspace


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def test_a_profile_shows_what_lost_within_a_hundred_cells(shop: Workspace) -> None:
    profile = shop.profile("crmId", "C-135")
    shown = repr(profile)
    rows = shown.split("\n\n")[1].splitlines()
    assert rows[0].split() == ["attribute", "value", "dataset", "clock", "what", "lost"]
    assert max(map(len, rows)) <= 100
    by_path = {line.split()[0]: line for line in rows[2:]}
    assert by_path["homeAddress.city"].split()[1:] == ["Nimes", "web", "2026-04-07", "crm:", "Lyon"]
    assert by_path['_acme.scores["churn"]'].split()[1:4] == ["0.034", "crm", "2025-08-03"]
    assert "records: web of 2026-04-07 02:26:57; crm of 2025-08-03 13:10:34\nidentities: " in shown
    assert "2026-04-07 02:26:57" in profile._repr_html_()


def test_a_profile_of_many_records_says_how_many_more_there_are(small: Workspace) -> None:
    times = pd.date_range("2026-01-01", periods=9)
    rows = pd.DataFrame({"k": "1", "v": range(9), "extSourceSystemAudit.lastUpdatedDate": times})
    small.datasets.add("many", rows, identity={"many": "k"}, upsert=True)
    profile = small.profile("many", 1)
    assert [one.value for one in profile.sources["v"].lost] == list(range(7, -1, -1))
    shown = " ".join(repr(profile).split())
    assert "many: 7 and 7 more" in shown
    assert "many of 2026-01-05 00:00:00 and 4 more" in shown
    assert "many: 7; many: 6; many: 5; many: 4; many: 3 and 3 more" in profile._repr_html_()


def test_all_identities_of_a_profile_are_shown_however_they_are_asked_for(small: Workspace) -> None:
    seen = pd.DataFrame(
        {"who": ["w", "w", "w"], "mail": ["x@y", "z@y", "y@y"], "timestamp": pd.Timestamp("2026-01-01")}
    )
    small.datasets.add("seen", seen, kind="event", identity={"w": "who", "mail": "mail"}, primary="w")
    small.merge_policies.create("graph", identity_graph="pdg")
    small.segments.create("all", "true")
    mails = ["x@y", "y@y", "z@y"]
    for snapshot in (False, True):
        for policy in (None, "graph"):
            if snapshot:
                small.snapshot(policy)
            assert small.profile("mail", "y@y", merge_policy=policy).identities == {"mail": mails, "w": ["w"]}
            [row] = small.query(
                "select identityMap['mail'] as m from profiles where m is not null", merge_policy=policy
            )
            assert sorted(one["id"] for one in row["m"]) == mails
            members = small.jobs.create(["all"], merge_policy=policy).wait(progress=False).members("all")
            for found in (members, small.preview("true", limit=None, merge_policy=policy)):
                assert [one["identities"]["mail"] for one in found if "w" in one["identities"]] == [mails]


def test_a_key_of_a_map_can_be_asked_for_as_it_is_shown(shop: Workspace) -> None:
    profile = shop.profile("crmId", "C-135")
    assert profile['_acme.scores["churn"]'] == profile["_acme.scores"]["churn"] == 0.034


def test_a_preview_shows_identities_as_members_do(shop: Workspace, finished: Job) -> None:
    name = "Outdoor fans who may leave"
    members = {row["profile_id"]: row["identities"] for row in finished.members(name)}
    preview = shop.preview(shop.segments.get(name).pql, limit=None)
    assert preview.columns == ["profile_id", "identities"]
    assert {row["profile_id"]: row["identities"] for row in preview} == members


def test_the_list_of_datasets_names_the_clock_that_was_found(shop: Workspace) -> None:
    clocks = shop.datasets.list().to_pandas().set_index("name")["timestamp"]
    assert clocks["crm"] == "extSourceSystemAudit.lastUpdatedDate"
    assert clocks["events"] == "timestamp"


def test_the_order_of_a_policy_is_shown_by_names(small: Workspace) -> None:
    made = small.merge_policies.create("crm first", attribute_merge="dataSetPrecedence", order=["crm", "orders"])
    for policy in (made, small.merge_policies.get(made), small.merge_policies.list()[0]):
        assert policy.order_names == ("crm", "orders")
    assert small.merge_policies.list().to_pandas()["order"].tolist() == ["crm, orders", ""]


@pytest.mark.parametrize("name", ["true", "Null", "in", "not", "a b", "2nd", "Größe", "path"])
def test_a_path_stands_in_the_schema_as_a_rule_writes_it(name: str) -> None:
    with sk.open(None) as ws:
        ws.datasets.add("crm", pd.DataFrame({"id": ["1", "2"], name: ["x", "y"]}), identity={"crmId": "id"})
        (path,) = set(ws.schema.to_pandas()["path"]) - {"id", "identityMap"}
        assert ws.size(f'{path} = "x"') == 1


def test_a_copied_size_is_the_number(small: Workspace) -> None:
    size = small.size("1 = 1")
    for one in (copy.copy(size), copy.deepcopy(size)):
        assert (type(one), one) == (int, 3)
