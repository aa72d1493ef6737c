"""Merge policies as an analyst keeps them: versions, the default, the order, and datasets that take no part."""

from __future__ import annotations

import datetime as dt
import json
import re
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from workspace_frames import people

import segkit as sk

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

EVENTFUL = "xEvent.count() > 0"


def clicks(*who: str) -> pd.DataFrame:
    moments = pd.to_datetime(["2026-05-01"] * len(who))
    return pd.DataFrame({"who": who, "timestamp": moments, "eventType": "click", "_site.page": "home"})


@pytest.fixture
def mixed(small: Workspace) -> Workspace:
    """`crm` and `orders` (events of `a`), `clicks` of `b` and of a stranger, and `cards` with a field of their own."""
    small.datasets.add("clicks", clicks("b", "z"), kind="event", identity={"id": "who"})
    cards = pd.DataFrame({"id": ["a", "q"], "card.tier": ["gold", "blue"]})
    small.datasets.add("cards", cards, identity={"id": "id"})
    return small


def made(ws: Workspace, name: str, *order: str, **options: Any) -> sk.workspace.MergePolicy:
    return ws.merge_policies.create(name, attribute_merge="dataSetPrecedence", order=order, **options)


def test_only_listed_datasets_have_events_and_profiles(mixed: Workspace) -> None:
    made(mixed, "both", "crm", "orders", "clicks")
    made(mixed, "one", "crm", "clicks")
    ids = "select id from profiles order by all"
    for policy, events, profiles, known in (
        (None, 3, 5, ["a", "b", "c", "q", None]),
        ("both", 3, 4, ["a", "b", "c", None]),
        ("one", 2, 4, ["a", "b", "c", None]),
    ):
        assert int(mixed.size(EVENTFUL, merge_policy=policy)) == events
        assert mixed.size(EVENTFUL, merge_policy=policy).total == profiles
        assert [row["id"] for row in mixed.query(ids, merge_policy=policy)] == known
    assert [row["eventType"] for row in mixed.query("from events", merge_policy="one")] == ["click", "click"]
    assert list(mixed.query("select count(*) as n from orders", merge_policy="one")) == [{"n": 2}]
    job = mixed.jobs.create([mixed.segments.create("s", EVENTFUL)], merge_policy="one").wait(progress=False)
    assert job.to_aep()["metrics"]["totalProfiles"] == 4


def test_a_policy_without_events_is_told_of_when_it_is_made_and_shown(mixed: Workspace) -> None:
    words = "under the merge policy `bare` no profile has experience events.* `orders`, `clicks`; put"
    with pytest.warns(UserWarning, match=words) as told:
        bare = made(mixed, "bare", "cards", "crm")
    assert told[0].filename == __file__
    assert "none: no dataset of experience events" in repr(bare)
    assert "none: no dataset of experience events" in bare._repr_html_()
    assert re.search(r"left out +orders, clicks\n", repr(bare))
    assert "no dataset of experience events" in repr(mixed.merge_policies.get("bare"))
    with pytest.warns(UserWarning, match="no profile has experience events"):
        mixed.merge_policies.update("bare", order=["crm"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        listed = mixed.merge_policies.update("bare", order=["crm", "orders"])
    assert "no dataset of experience events" not in repr(listed)
    assert re.search(r"left out +clicks, cards\n", repr(listed))


def test_no_warning_where_there_are_no_events(ws: Workspace) -> None:
    ws.datasets.add("crm", people(), identity={"id": "id"}, timestamp="changed")
    assert made(ws, "crm first", "crm").order_names == ("crm",)
    assert "left out" not in repr(ws.merge_policies.get("crm first"))


def test_rules_that_ask_for_what_takes_no_part_are_told_so(mixed: Workspace) -> None:
    with pytest.warns(UserWarning, match="no profile has"):
        made(mixed, "bare", "crm")
    made(mixed, "listed", "crm", "clicks")
    rule = 'card.tier = "gold" or xEvent.count() > 2 or id = "a" or xEvent.count() = 7'
    for find in (mixed.check, mixed.lint):
        found = [one for one in find(rule, merge_policy="bare") if one.code == "left-out-dataset"]
        assert [rule[one.span.start : one.span.end] for one in found] == ["card.tier", "xEvent"]
        assert found[0].message.endswith("no profile has a `card.tier`: its order does not list `cards`")
        assert found[1].message.endswith(
            "no profile has experience events: its order does not list `orders`, `clicks`"
        ) or ("no experience events" in found[1].message)
        assert "put one of them into the order" in (found[1].hint or "")
        assert [one.code for one in find('card.tier = "gold"', merge_policy="listed")] == ["left-out-dataset"]
        assert not [one for one in find(rule) if one.code == "left-out-dataset"]
    assert "left-out-dataset" in str(mixed.explain(EVENTFUL, merge_policy="bare").warnings[0])


def test_every_version_stays_readable(mixed: Workspace) -> None:
    first = made(mixed, "mine", "crm", "orders")
    second = mixed.merge_policies.update("mine", order=["orders", "crm"], name="ours")
    third = mixed.merge_policies.update(second, attribute_merge="timestampOrdered")
    assert [one.version for one in (first, second, third)] == [1, 2, 3]
    assert third.order == ()
    found = mixed.merge_policies.versions("ours")
    assert [(one.version, one.name, one.order_names) for one in found] == [
        (1, "mine", ("crm", "orders")),
        (2, "ours", ("orders", "crm")),
        (3, "ours", ()),
    ]
    assert list(found.to_pandas()["version"]) == [1, 2, 3]
    assert mixed.merge_policies.get("ours", version=2).order_names == ("orders", "crm")
    with pytest.raises(sk.NotFoundError, match="version"):
        mixed.merge_policies.get("ours", version=4)
    mixed.merge_policies.delete("ours")
    assert [one.version for one in mixed.merge_policies.versions(first.id)] == [1, 2, 3]
    assert mixed.merge_policies.get(first.id, version=1).name == "mine"
    with pytest.raises(sk.NotFoundError, match="nobody"):
        mixed.merge_policies.versions("nobody")


def test_there_is_one_default_and_it_cannot_go(mixed: Workspace) -> None:
    old = mixed.merge_policies.default
    new = made(mixed, "mine", "crm", "orders", default=True)
    assert (mixed.merge_policies.default.id, new.default) == (new.id, True)
    assert not mixed.merge_policies.get(old).default
    assert mixed.merge_policies.get(old).version == old.version
    assert [one.name for one in mixed.merge_policies.list(property="default==true")] == ["mine"]
    with pytest.raises(sk.ConflictError, match="`mine` is the default"):
        mixed.merge_policies.delete("mine")
    with pytest.raises(sk.ConflictError, match="make another one the default"):
        mixed.merge_policies.update("mine", default=False)
    mixed.merge_policies.update(old, default=True)
    mixed.segments.create("s", EVENTFUL, merge_policy="mine")
    with pytest.raises(sk.ConflictError, match="used by the segment definition `s`"):
        mixed.merge_policies.delete("mine")
    mixed.segments.update("s", merge_policy=old)
    mixed.merge_policies.delete("mine")
    assert [one.name for one in mixed.merge_policies.list()] == [old.name]


def test_a_dataset_in_an_order_stays(mixed: Workspace) -> None:
    made(mixed, "mine", "crm", "clicks")
    for name in ("crm", "clicks"):
        with pytest.raises(sk.ConflictError, match="mine"):
            mixed.datasets.remove(name)
    mixed.merge_policies.update("mine", order=["crm", "orders"])
    mixed.datasets.remove("clicks")
    # an older version, which a job may still use, names what is gone
    assert len(mixed.merge_policies.get("mine", version=1).order) == 2
    with pytest.raises(sk.NotFoundError, match="no dataset `clicks`"):
        mixed.merge_policies.update("mine", order=["crm", "clicks"])


def test_a_policy_comes_from_the_json_of_aep(mixed: Workspace) -> None:
    ids = {one.name: one.id for one in mixed.datasets.list()}
    document = {
        "name": "from AEP",
        "schema": {"name": "_xdm.context.profile"},
        "identityGraph": {"type": "none"},
        "attributeMerge": {"type": "dataSetPrecedence", "order": [ids["orders"], ids["crm"]]},
        "isActiveOnEdge": True,
        "default": True,
    }
    policy = mixed.merge_policies.create(document)
    assert (policy.order_names, policy.default, policy.is_active_on_edge) == (("orders", "crm"), True, True)
    mixed.merge_policies.update(policy, name="renamed")
    page = json.loads(json.dumps(mixed.merge_policies.list(property="name==renamed").to_aep()))
    kept = page["children"][0]
    assert (kept["isActiveOnEdge"], kept["version"]) == (True, 2)
    assert kept["attributeMerge"] == document["attributeMerge"]
    with pytest.raises(sk.InvalidRequestError, match=r"the schema of a merge policy is `_xdm\.context\.profile`"):
        mixed.merge_policies.create({**document, "name": "x", "schema": {"name": "other"}})
    with pytest.raises(sk.InvalidRequestError, match="is_active_on_edge is True or False"):
        mixed.merge_policies.create({**document, "name": "x", "isActiveOnEdge": "yes"})


def test_a_dataset_without_a_clock_keeps_the_moment_of_its_adding(ws: Workspace, tmp_path: Path) -> None:
    """However often it is refreshed, its values are as new as they were, and never as new as their file."""
    file = tmp_path / "plain.parquet"
    frame = pd.DataFrame({"id": ["a"], "v": ["plain"]})
    frame.to_parquet(file)
    added = ws.datasets.add("plain", file, identity={"id": "id"}).added_at
    between = pd.DataFrame({"id": ["a"], "v": ["clocked"], "t": [dt.datetime.now(dt.UTC).replace(tzinfo=None)]})
    ws.datasets.add("clocked", between, identity={"id": "id"}, timestamp="t")
    frame.assign(v="refreshed").to_parquet(file)
    assert ws.datasets.refresh("plain").added_at == added
    profile = ws.profile("id", "a")
    assert profile["v"] == "clocked"
    assert [one.value for one in profile.sources["v"].lost] == ["refreshed"]
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=added)  # noqa: DTZ001  naive UTC
    assert profile.sources["v"].lost[0].clock == moment


def test_an_order_that_names_a_dataset_twice_is_refused_by_its_name(mixed: Workspace) -> None:
    with pytest.raises(sk.InvalidRequestError, match="the dataset `crm` twice"):
        made(mixed, "twice", "crm", "orders", mixed.datasets.get("crm").id)
