"""Definitions, policies, datasets and the lists of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from segkit.catalog import Catalog, SegmentDefinition, StoredJob
from segkit.errors import ConflictError, InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path)


def define(catalog: Catalog, name: str, value: str = "a = 1", **more: Any) -> SegmentDefinition:
    return catalog.segments.create(SegmentDefinition("", name, value, **more))


def test_a_definition_is_found_by_id_and_name(catalog: Catalog) -> None:
    made = define(catalog, 'Gøld "x" \'; --', 'név = "☕"', description="d", extra={"ttlInDays": 30, "tags": ["é"]})
    assert catalog.segments.get(made.id) == made == catalog.segments.get(made.name)
    assert made.version == 1
    assert made.creation_time == made.update_time > 0


def test_a_name_or_an_id_is_taken_once(catalog: Catalog) -> None:
    gold = define(catalog, "Gold")
    with pytest.raises(ConflictError, match=rf"named `Gold` already \({gold.id}\)"):
        define(catalog, "Gold")
    with pytest.raises(ConflictError, match="the id"):
        catalog.segments.create(SegmentDefinition(gold.id, "Other", "a = 1"))
    define(catalog, "Silver")
    with pytest.raises(ConflictError, match="named `Gold`"):
        catalog.segments.update("Silver", name="Gold")
    assert catalog.segments.get("Silver").version == 1


def test_an_unknown_name_suggests_near_ones(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match="there is no segment definition yet"):
        catalog.segments.get("Gold")
    define(catalog, "Gold in the US")
    with pytest.raises(NotFoundError, match="did you mean `Gold in the US`"):
        catalog.segments.get("Gold in US")


def test_an_update_makes_a_version_and_keeps_the_old_one(catalog: Catalog) -> None:
    first = define(catalog, "Gold", "a = 1")
    second = catalog.segments.update("Gold", value="a = 2", name="Golden")
    assert (second.version, second.id, second.creation_time) == (2, first.id, first.creation_time)
    assert catalog.segments.update("Golden", value="a = 2") == second
    assert [one.value for one in catalog.segments.versions(first.id)] == ["a = 1", "a = 2"]
    assert catalog.segments.get(first.id, version=1) == first
    assert catalog.segments.list()[0] == 1
    with pytest.raises(NotFoundError, match=r"the segment definition `Golden` has no version 7; it has 1 to 2$"):
        catalog.segments.get(first.id, version=7)
    with pytest.raises(NotFoundError):
        catalog.segments.get("Gold")


def test_a_deleted_definition_frees_its_name_and_keeps_its_versions(catalog: Catalog) -> None:
    first = define(catalog, "Gold", "a = 1")
    catalog.segments.delete("Gold")
    assert catalog.segments.list() == (0, [])
    with pytest.raises(NotFoundError):
        catalog.segments.get(first.id)
    again = define(catalog, "Gold", "a = 3")
    assert catalog.segments.get("Gold").id == again.id
    assert catalog.segments.get(first.id, version=1).value == "a = 1"
    assert [one.deleted for one in catalog.segments.versions(first.id)] == [True]


@pytest.mark.parametrize(
    "definition",
    [
        SegmentDefinition("", "", "a = 1"),
        SegmentDefinition("", "  ", "a = 1"),
        SegmentDefinition("", "x", " "),
        SegmentDefinition("", "x", "a = 1", format="sql"),
    ],
)
def test_a_definition_that_says_too_little(catalog: Catalog, definition: SegmentDefinition) -> None:
    with pytest.raises(InvalidRequestError):
        catalog.segments.create(definition)
    with pytest.raises(InvalidRequestError, match="`id`, `nonsense`"):
        catalog.segments.update("x", id="y", nonsense=1)


def test_lists_are_sorted_and_paged(catalog: Catalog) -> None:
    for name in ("b", "c", "a"):
        define(catalog, name, merge_policy_id="p" if name == "c" else None)
    names = lambda **asked: [one.name for one in catalog.segments.list(**asked)[1]]  # noqa: E731
    assert names() == ["a", "c", "b"]  # the newest first, also within one millisecond
    assert names(sort="creationTime:asc") == ["b", "c", "a"]
    assert names(sort="name:asc", start=1, limit=1) == ["b"]
    assert catalog.segments.list(start=1, limit=1)[0] == 3
    assert names(start=3) == []
    assert names(limit=0) == []
    assert names(property="mergePolicyId==p") == ["c"]


def test_one_policy_is_the_default(catalog: Catalog) -> None:
    first = catalog.merge_policies.ensure_default("Default Timebased", {"order": []})
    assert catalog.merge_policies.ensure_default("Default Timebased", {}) == first
    assert first.default
    second = catalog.merge_policies.create("second", {"order": ["d"]}, default=True)
    assert catalog.merge_policies.default() == second
    demoted = catalog.merge_policies.get("Default Timebased")
    assert (demoted.default, demoted.document["default"], demoted.version) == (False, False, 1)
    with pytest.raises(ConflictError, match="make another one the default"):
        catalog.merge_policies.update("second", default=False)
    with pytest.raises(ConflictError, match="is the default"):
        catalog.merge_policies.delete("second")


def test_a_policy_has_versions(catalog: Catalog) -> None:
    catalog.merge_policies.ensure_default("Default", {"order": []})
    made = catalog.merge_policies.create("crm first", {"order": ["d1"]})
    assert not made.default
    new = catalog.merge_policies.update("crm first", document={"order": ["d2"]})
    assert (new.version, new.document["version"], new.document["order"]) == (2, 2, ["d2"])
    assert catalog.merge_policies.get(made.id, version=1).document["order"] == ["d1"]
    assert [one.version for one in catalog.merge_policies.versions("crm first")] == [1, 2]
    with pytest.raises(NotFoundError, match="the merge policy `crm first` has no version 3; it has 1 to 2"):
        catalog.merge_policies.get("crm first", version=3)
    assert catalog.merge_policies.list(sort="name:desc")[1] == [new, catalog.merge_policies.default()]
    with pytest.raises(ConflictError, match="named `Default`"):
        catalog.merge_policies.update("crm first", name="Default")
    define(catalog, "Gold", merge_policy_id=made.id)
    with pytest.raises(ConflictError, match="used by the segment definition `Gold`"):
        catalog.merge_policies.delete("crm first")
    catalog.segments.delete("Gold")
    catalog.merge_policies.delete("crm first")
    with pytest.raises(NotFoundError, match="no merge policy `crm first`"):
        catalog.merge_policies.get("crm first")


def test_datasets_keep_their_order_and_their_names(catalog: Catalog) -> None:
    made = [catalog.datasets.add(name, {"n": name}) for name in ("web", "crm", "shop")]
    assert catalog.datasets.list() == made
    with pytest.raises(ConflictError, match="named `crm` already"):
        catalog.datasets.add("crm", {})
    new = catalog.datasets.replace("crm", {"n": 2})
    assert (new.document, new.position, new.id) == ({"n": 2}, 2, made[1].id)
    catalog.datasets.remove("web")
    assert [one.name for one in catalog.datasets.list()] == ["crm", "shop"]
    assert catalog.datasets.add("web", {}).position == 4
    with pytest.raises(NotFoundError, match="did you mean `shop`"):
        catalog.datasets.get("shopp")


def test_a_dataset_named_in_an_order_stays(catalog: Catalog) -> None:
    crm = catalog.datasets.add("crm", {})
    policy = catalog.merge_policies.create("crm first", {"order": [crm.id]})
    with pytest.raises(ConflictError, match="in the order of the merge policy `crm first`"):
        catalog.datasets.remove("crm")
    catalog.merge_policies.update(policy.id, document={"order": []})
    catalog.datasets.remove("crm")


@pytest.fixture
def jobs(catalog: Catalog) -> Catalog:
    """Five jobs made in one millisecond; the odd ones have segment `gold`, their sizes fall."""
    with catalog.transaction():
        for number in range(5):
            segments = ["gold"] if number % 2 else ["silver", "lapsed"]
            document = {
                "segments": [{"segmentId": one, "segment": {"mergePolicy": {"id": "p"}}} for one in segments],
                "properties": {"scheduleId": f"c{number}"} if number > 2 else {},
                "segkit": {"asOf": f"2026-01-0{9 - number}"},
            }
            catalog.jobs.insert(
                StoredJob(f"j{number}", "QUEUED", "o", "scheduler" if number > 2 else "api", 1000, 1000, document),
                [(one, 1, "p") for one in segments],
            )
            figures = {"totalProfiles": 100 - number, "segmentedProfileCounter": {"a-1": 9 + number}}
            catalog.jobs.save_result(f"j{number}", {"metrics": figures, "errors": []}, sql="SELECT 1")
        catalog.jobs.move("j4", ["QUEUED"], "PROCESSING")
    return catalog


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "43210"),
        ({"sort": "creationTime:asc"}, "01234"),
        ({"sort": "creationTime"}, "01234"),
        ({"start": 1, "limit": 2}, "32"),
        ({"status": "PROCESSING"}, "4"),
        ({"property": "segments~segmentId==gold"}, "31"),
        ({"property": "segments~segment.mergePolicy.id==p"}, "43210"),
        ({"property": ["segments~segmentId==gold", "source==scheduler"]}, "3"),
        ({"property": "properties.scheduleId==c4"}, "4"),
        ({"property": "metrics.totalProfiles==98"}, "2"),
        ({"property": "updateEpoch==1"}, "3210"),
        ({"property": "status==QUEUED", "limit": 1}, "3"),
        ({"property": "segments.0.segmentId==silver"}, "420"),
        ({"property": "segments~segmentId==it's"}, ""),
        ({"property": "metrics.segmentedProfileCounter.a-1==10"}, "1"),
        ({"sort": "metrics.totalProfiles:asc"}, "43210"),
        ({"sort": "metrics.segmentedProfileCounter.a-1:asc"}, "01234"),
        ({"sort": "segkit.asOf:asc"}, "43210"),
        ({"sort": "properties.scheduleId:desc"}, "43210"),
    ],
)
def test_jobs_are_filtered_sorted_and_paged(jobs: Catalog, asked: dict[str, Any], found: str) -> None:
    _, page = jobs.jobs.list(**asked)
    assert "".join(one.id[1:] for one in page) == found


def test_the_total_counts_what_matches_not_what_is_shown(jobs: Catalog) -> None:
    assert jobs.jobs.list(limit=1)[0] == 5
    assert jobs.jobs.list(property="segments~segmentId==gold", start=9)[0] == 2


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"start": -1}, "`start` is -1"),
        ({"limit": -2}, "`limit` is -2"),
        ({"limit": 2.5}, "`limit` is 2.5"),
        ({"limit": True}, "`limit` is True"),
        ({"sort": "creationtime:desc"}, "did you mean `creationTime`"),
        ({"sort": "creationTime:down"}, "`attribute:asc` or `attribute:desc`"),
        ({"property": "segments"}, "is not understood"),
        ({"property": "==x"}, "is not understood"),
        ({"property": "segments~==x"}, "is not understood"),
        ({"property": "segment~segmentId==x"}, "did you mean `segments`"),
    ],
)
def test_a_list_that_asks_for_nonsense(jobs: Catalog, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        jobs.jobs.list(**asked)


def test_the_run_before_goes_by_completion(jobs: Catalog) -> None:
    for job in ("j3", "j1"):
        assert jobs.jobs.previous(job, "SUCCEEDED") == {}
    assert jobs.jobs.move("j3", ["QUEUED"], "SUCCEEDED", complete=True)
    assert jobs.jobs.previous("j1", "SUCCEEDED") == {"gold": ("j3", 1)}
    assert jobs.jobs.move("j1", ["QUEUED"], "SUCCEEDED", complete=True)
    assert jobs.jobs.previous("j1", "SUCCEEDED") == {"gold": ("j3", 1)}  # not itself, and not one after it
    assert jobs.jobs.previous("j3", "SUCCEEDED") == {}
    assert jobs.jobs.newest("gold", "SUCCEEDED") == "j1"
    assert jobs.jobs.newest("gold", "SUCCEEDED", "another policy") is None
    assert jobs.jobs.previous("j0", "SUCCEEDED") == {}


def test_sql_is_read_with_one_job_alone(jobs: Catalog) -> None:
    assert jobs.jobs.get("j1").sql == "SELECT 1"
    assert {one.sql for one in jobs.jobs.list()[1]} == {None}
    with pytest.raises(NotFoundError, match="no segment job with the id `nope`"):
        jobs.jobs.get("nope")
