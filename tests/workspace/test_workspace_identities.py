"""`ws.identities`, and a merge policy with `pdg` on the public face."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segkit.workspace import Workspace

CRM = pd.DataFrame(
    {
        "crm": ["1", "2", "3", None, *(f"p{n}" for n in range(60))],
        "mail": ["a@x", "b@x", None, "z@x", *["unknown@x"] * 60],
        "loyalty.points": range(64),
    }
)
WEB = pd.DataFrame(
    {
        "ecid": ["X", "Y", "X", "W", None],
        "mail": ["a@x", "b@x", "b@x", None, None],
        "timestamp": ["2020-01-01"] * 5,
        "_id": list("abcde"),
    }
)


def filled(workspace: Workspace) -> Workspace:
    workspace.datasets.add("crm", CRM, identity={"crm": "crm", "email": "mail"}, primary="crm")
    workspace.datasets.add("web", WEB, kind="event", identity={"ECID": "ecid", "email": "mail"}, primary="ECID")
    workspace.merge_policies.create("joined", identity_graph="pdg")
    return workspace


@pytest.fixture(scope="module")
def joined() -> Iterator[Workspace]:
    with sk.open(None) as workspace:
        yield filled(workspace)


def test_one_graph_whatever_the_policy(joined: Workspace) -> None:
    for policy in (None, "joined"):
        found = joined.identities.graph("email", " b@x ", merge_policy=policy)
        assert found.identities == {"ECID": ["X", "Y"], "crm": ["1", "2"], "email": ["a@x", "b@x"]}
        assert found.size == len(found) == 6
        assert found.datasets == ("crm", "web")
        assert found.edges.to_pandas().to_dict("list") == {
            "source": ["ECID:X", "ECID:X", "ECID:Y", "crm:1", "crm:2"],
            "target": ["email:a@x", "email:b@x", "email:b@x", "email:a@x", "email:b@x"],
            "datasets": [["web"], ["web"], ["web"], ["crm"], ["crm"]],
            "rows": [1, 1, 1, 1, 1],
        }
        assert found.profile_id == joined.profile("ECID", "X", merge_policy="joined").profile_id
        assert not found.oversized


def test_an_identity_by_itself(joined: Workspace) -> None:
    found = joined.identities.graph("crm", 3)
    assert (found.size, found.identities, list(found.edges), found.datasets) == (1, {"crm": ["3"]}, [], ("crm",))
    assert "identities  1" in repr(found)
    assert len(found.plot().axes[0].texts) == 1


def test_those_too_large_are_listed_with_their_hub_and_are_no_profile(joined: Workspace) -> None:
    assert list(joined.identities.oversized()) == [
        {
            "smallest": "crm:p0", "identities": 61, "rows": 60, "datasets": ["crm"], "hub": "email:unknown@x",
            "hub_edges": 60,
        }
    ]  # fmt: skip
    found = joined.identities.graph("email", "unknown@x")
    assert (found.oversized, found.profile_id, found.size) == (True, None, 61)
    assert "no profile under pdg" in repr(found)
    assert "no profile under pdg" in found._repr_html_()
    assert "and 11 more identities" in [one.get_text() for one in found.plot().texts]
    assert joined.size("loyalty.points >= 0", merge_policy="joined") == 3
    with pytest.raises(sk.NotFoundError, match="graph of 61 identities"):
        joined.profile("crm", "p3", merge_policy="joined")
    assert joined.profile("crm", "p3")["loyalty.points"] == 7


def test_how_many_there_are(joined: Workspace) -> None:
    assert list(joined.identities.sizes()) == [
        {"identities": 1, "graphs": 3, "profile": True},
        {"identities": 6, "graphs": 1, "profile": True},
        {"identities": 61, "graphs": 1, "profile": False},
    ]
    shown = repr(joined.identities)
    for words in ("identities  70", "graphs      5", "1 of more than 50 identities", "1 row without any identity"):
        assert words in shown
        assert words.split("  ")[-1].strip() in joined.identities._repr_html_()


def test_unknown_identities_and_wrong_kinds_are_named(joined: Workspace) -> None:
    with pytest.raises(sk.NotFoundError, match=r"no record or event .* `nobody` .* `ECID`, `crm`, `email`"):
        joined.identities.graph("email", "nobody")
    for wrong in (("email", None), (3, "a@x"), ("email", True), ("email", "\0")):
        with pytest.raises(sk.InvalidRequestError, match="an identity graph"):
            joined.identities.graph(*wrong)  # type: ignore[arg-type]
    with pytest.raises(sk.NotFoundError, match="no merge policy"):
        joined.identities.oversized("nope")


def test_a_policy_that_lists_datasets_has_the_graph_of_those(joined: Workspace) -> None:
    listed = {"attribute_merge": "dataSetPrecedence", "order": ["crm"]}
    with pytest.warns(UserWarning, match="no profile has experience events"):
        joined.merge_policies.create("crm alone", identity_graph="pdg", **listed)
    found = joined.identities.graph("email", "b@x", merge_policy="crm alone")
    assert found.identities == {"crm": ["2"], "email": ["b@x"]}
    with pytest.raises(sk.NotFoundError):
        joined.identities.graph("ECID", "X", merge_policy="crm alone")


def test_profiles_views_and_jobs_see_joined_profiles(joined: Workspace) -> None:
    expected = {("1", "2"): ("X", "Y"), ("3",): (), (): ("W",)}
    one = joined.profile("email", "a@x", merge_policy="joined")
    assert one.identities == {"ECID": ["X", "Y"], "crm": ["1", "2"], "email": ["a@x", "b@x"]}
    assert one["loyalty.points"] == 1
    assert [lost.value for lost in one.sources["loyalty.points"].lost] == [0]
    assert len(joined.profiles("joined")) == len(expected) + 1  # z@x, a record without a primary identity
    counted = joined.query("select profile_id, count(*) n from events group by 1 order by 2", merge_policy="joined")
    assert [row["n"] for row in counted] == [1, 3]
    fragments = joined.query("select count(distinct profile_id) n from crm", merge_policy="joined")
    assert list(fragments) == [{"n": 3}]
    everyone = joined.segments.create("everyone", "xEvent.count() >= 0", merge_policy="joined")
    job = joined.jobs.create([everyone]).wait(progress=False)
    assert job.status == "SUCCEEDED", job.errors
    members = {row["profile_id"]: row["identities"] for row in job.members(everyone)}
    assert members[one.profile_id] == one.identities
    (counts,) = job.metrics.by_namespace.values()
    assert counts == {"ECID": 2, "crm": 2, "email": 2}


def test_nothing_to_look_at_yet(ws: Workspace) -> None:
    assert "no data yet" in repr(ws.identities)
    assert "no data yet" in ws.identities._repr_html_()
    with pytest.raises(sk.DataError, match="no data yet"):
        ws.identities.graph("email", "a@x")


def test_a_graph_of_changed_data_says_so(tmp_path: Path) -> None:
    CRM.to_parquet(tmp_path / "crm.parquet")
    with sk.open(None) as ws:
        ws.datasets.add("crm", tmp_path / "crm.parquet", identity={"crm": "crm", "email": "mail"}, primary="crm")
        found = ws.identities.graph("crm", "1")
        CRM.assign(mail="q@x").to_parquet(tmp_path / "crm.parquet")
        with pytest.raises(sk.DataError, match="has changed"):
            ws.identities.graph("crm", "1")
        with pytest.raises(sk.DataError, match="has changed"):
            found.edges.to_pandas()
        assert "has changed" in repr(found)
        ws.datasets.refresh("crm")
        assert ws.identities.graph("crm", "1").size == 64


def test_two_processes_at_once_and_one_that_only_reads(tmp_path: Path) -> None:
    with sk.open(tmp_path / "w") as ws:
        filled(ws)
        code = (
            "import segkit as sk\n"
            f"with sk.open({str(tmp_path / 'w')!r}) as ws:\n"
            "    print(int(ws.size('loyalty.points >= 0', merge_policy='joined')))"
        )
        both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
        assert ws.size("loyalty.points >= 0", merge_policy="joined") == 3
        assert [int(one.communicate(timeout=120)[0]) for one in both] == [3, 3]
    folder = tmp_path / "w" / "graphs"
    assert len(list(folder.glob("*/*"))) == 1
    with sk.open(tmp_path / "w", read_only=True) as ws:
        assert ws.size("loyalty.points >= 0", merge_policy="joined") == 3
        assert ws.identities.graph("email", "b@x").size == 6
