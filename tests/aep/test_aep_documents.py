"""Records as Adobe's JSON: the same fields as in real documents, and back without loss."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from segkit import aep
from segkit.catalog import SegmentDefinition, Settings, StoredPolicy
from segkit.errors import ConflictError, InvalidRequestError, NotFoundError, SegkitError
from segkit.jobs import Cancelled, JobError, JobRecord, Metrics, SegmentSnapshot, Span, Stage, Status
from segkit.jobs.stored import from_stored, to_stored

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Settings("prod", "ACME@AdobeOrg", "UTC", "monday", "28e74200", 0)

JOB = JobRecord(
    id="j1",
    status=Status.SUCCEEDED,
    segments=(SegmentSnapshot("s1", "Gold", 2, 'a = "x"', "pql/text", "p1", 3),),
    references=(SegmentSnapshot("s2", "Silver", 1, "b = 1", "pql/json", "p1", 3),),
    as_of=datetime(2026, 11, 1, 12),  # noqa: DTZ001 - UTC without a zone
    creation_time=1573203600535,
    update_time=1573204395655,
    request_id="r1",
    org="ACME@AdobeOrg",
    sandbox=SETTINGS.sandbox_fields(),
    source="scheduler",
    properties={"scheduleId": "c1", "runId": "n1"},
    batch_id="b1",
    compute_job_id=8811,
    compute_gateway_job_id="g1",
    metrics=Metrics(
        total_time=Span(1573203617195, 1573204395655),
        profile_segmentation_time=Span(1573204266727, 1573204395655),
        total_profiles=10,
        total_by_policy={"p1": 10},
        sizes={"s1": 4},
        by_namespace={"s1": {"email": 3}},
        by_status={"s1": {"realized": 1, "existing": 3, "exited": 2}},
    ),
    errors=(JobError("DataError", "odd", ("line 1",), "s9"),),
    stages=(Stage("evaluate", 1, 5, 7), Stage("publish", 5)),
    engine="DuckDB 2.0.0",
    details={"snapshots": ["x"]},
    sql="SELECT 1",
    owner="o",
    completion=4,
)


@pytest.fixture
def examples(shared: Path) -> Path:
    return shared / "spec" / "examples"


def load(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def shape(value: Any, ours: Any, where: str = "") -> list[str]:
    """Paths that Adobe's document has and ours has not, ids as keys aside."""
    if isinstance(value, dict) and isinstance(ours, dict):
        missing: list[str] = []
        for key, inner in value.items():
            if where.endswith(("Counter", "ByMergePolicy")):
                continue
            missing += [f"{where}.{key}"] if key not in ours else shape(inner, ours[key], f"{where}.{key}")
        return missing
    if isinstance(value, list) and isinstance(ours, list) and value and ours:
        return shape(value[0], ours[0], f"{where}[]")
    return [] if type(value) is type(ours) else [f"{where}: {type(value)} and {type(ours)}"]


@pytest.mark.parametrize("name", ["segment-jobs-create-1", "segment-jobs-create-3", "segment-jobs-get-1"])
def test_a_job_has_every_field_of_adobes(examples: Path, name: str) -> None:
    assert shape(load(examples, name), aep.job_to_aep(JOB)) == []


def test_a_page_of_jobs_has_every_field_of_adobes(examples: Path) -> None:
    ours = aep.job_list_to_aep([JOB], total=1)
    assert shape(load(examples, "segment-jobs-list-1"), ours) == []


def test_the_figures_of_a_job_document() -> None:
    document = aep.job_to_aep(JOB)
    metrics = document["metrics"]
    assert metrics["totalTime"]["totalTimeInMs"] == 778460
    assert metrics["totalProfilesByMergePolicy"] == {"p1": 10}
    assert metrics["segmentedProfileByNamespaceCounter"] == {"s1": {"email": 3}}
    assert document["segments"][0]["segment"]["mergePolicy"] == {"id": "p1", "version": 3}
    assert document["errors"] == [{"code": "DataError", "msg": "odd", "callStack": ["line 1"], "segmentId": "s9"}]
    assert document["updateEpoch"] == 1573204395
    assert document["_links"]["cancel"] == {"href": "/segment/jobs/j1", "method": "DELETE"}
    assert document["segkit"]["asOf"] == "2026-11-01T12:00:00.000000Z"
    assert document["segkit"]["sql"] == "SELECT 1"
    assert [one["name"] for one in document["segkit"]["stages"]] == ["evaluate", "publish"]
    json.dumps(document)


def test_a_job_that_has_not_run_leaves_out_what_is_not_known() -> None:
    fresh = replace(
        JOB,
        status=Status.NEW,
        metrics=Metrics(),
        batch_id=None,
        compute_job_id=None,
        compute_gateway_job_id=None,
        errors=(),
    )
    document = aep.job_to_aep(fresh)
    assert not {"metrics", "batchId", "computeJobId", "computeGatewayJobId"} & document.keys()
    assert document["errors"] == []


def test_a_record_comes_back_from_its_stored_form() -> None:
    assert from_stored(to_stored(JOB)) == JOB


def test_the_next_page_has_an_address_while_there_is_more() -> None:
    query = {"limit": 1, "status": None, "property": ["a==1", "b==2"]}
    more = aep.job_list_to_aep([JOB], total=3, start=1, query=query)
    assert more["_page"] == {"totalCount": 3, "pageSize": 1}
    assert more["_links"]["next"]["href"] == "/segment/jobs?limit=1&property=a%3D%3D1&property=b%3D%3D2&start=2"
    assert aep.job_list_to_aep([JOB], total=3, start=2)["_links"] == {"next": {}}


def test_bulk_get_and_cancel() -> None:
    document = aep.bulk_to_aep({"j1": JOB, "x": NotFoundError("there is no segment job `x`")})
    assert document["results"]["j1"]["id"] == "j1"
    assert document["results"]["x"]["status"] == 404
    assert aep.cancel_to_aep(Cancelled(status=True, message="m")) == {"status": True, "message": "m"}


def test_a_cancel_answers_in_adobes_words(examples: Path) -> None:
    assert load(examples, "segment-jobs-delete-1").keys() == aep.cancel_to_aep(Cancelled(True, "m")).keys()


@pytest.mark.parametrize(
    ("name", "segments"),
    [
        ("segment-jobs-create-request-1", ("7863c010-e092-41c8-ae5e-9e533186752e",)),
        ("segment-jobs-create-request-2", "*"),
        (
            "segment-jobs-create-request-3",
            ("7863c010-e092-41c8-ae5e-9e533186752e", "07d39471-05d1-4083-a310-d96978fd7c85"),
        ),
    ],
)
def test_both_forms_of_a_request(examples: Path, name: str, segments: Any) -> None:
    assert aep.request_from_aep(load(examples, name)).segments == segments


@pytest.mark.parametrize(
    "document",
    [
        None,
        "gold",
        {},
        {"segments": None},
        {"segments": [{"id": "x"}]},
        [{"segmentId": ""}],
        [{"segmentId": 3}],
        {"schema": {"name": "_xdm.other"}, "segments": [{"segmentId": "x"}]},
        {"schema": None, "segments": [{"segmentId": "x"}]},
    ],
)
def test_a_request_that_is_neither_form(document: Any) -> None:
    with pytest.raises(InvalidRequestError):
        aep.request_from_aep(document)


@pytest.mark.parametrize("name", ["segment-definitions-create-request-1", "segment-definitions-create-request-2"])
def test_a_definition_from_a_create_request(examples: Path, name: str) -> None:
    document = load(examples, name)
    made = aep.definition_from_aep(document)
    assert (made.name, made.description) == (document["name"], document["description"])
    assert (made.format, made.value) == (document["expression"]["format"], document["expression"]["value"])
    assert made.extra == {"evaluationInfo": document["evaluationInfo"]}
    assert (made.id, made.creation_time, made.merge_policy_id) == ("", 0, None)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("name", ["segment-definitions-list-1", "segment-definitions-list-2"])
def test_a_definition_goes_in_and_out_unchanged(examples: Path, name: str, index: int) -> None:
    document = load(examples, name)["segments"][index]
    ours = aep.definition_to_aep(aep.definition_from_aep(document), SETTINGS)
    # those of the workspace; and Adobe shows the epoch once in seconds, as it should be, and once in milliseconds
    apart = {"imsOrgId", "sandbox", "updateEpoch"}
    assert {key: ours[key] for key in document.keys() - apart} == {
        key: document[key] for key in document.keys() - apart
    }


def test_a_definition_whose_expression_is_a_text(examples: Path) -> None:
    made = aep.definition_from_aep(load(examples, "segment-definitions-create-2"))
    assert made.value == "xEvent.metrics.commerce.abandons.value > 0"
    assert made.extra == {}


def test_a_page_of_definitions(examples: Path) -> None:
    definition = SegmentDefinition("s1", "Gold", "a = 1", description="d", merge_policy_id="p1")
    ours = aep.definition_list_to_aep([definition], SETTINGS, total=3, limit=2)
    theirs = load(examples, "segment-definitions-list-1")
    assert ours["page"].keys() == theirs["page"].keys()
    assert (ours["page"]["totalPages"], ours["page"]["pageSize"]) == (2, 1)
    gone = {".segments[].baselineTime", ".segments[].dataGovernancePolicy"}  # only where a definition brought them
    assert set(shape(theirs, ours)) <= gone


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": None}, "needs `name`"),
        ({"name": 3}, "`name` of a segment definition is a text"),
        ({"expression": None}, 'needs `"expression"'),
        ({"expression": {"type": "SQL", "value": "x"}}, "`PQL`, not `SQL`"),
        ({"expression": {"type": "PQL"}}, "needs `value`"),
        ({"schema": {"name": "_xdm.context.account"}}, "over the schema"),
        ({"creationTime": "yesterday"}, "milliseconds"),
    ],
)
def test_a_definition_that_lacks_something(change: dict[str, Any], message: str) -> None:
    document = {"name": "x", "expression": {"type": "PQL", "format": "pql/text", "value": "a = 1"}}
    aep.definition_from_aep(document)
    with pytest.raises(InvalidRequestError, match=message):
        aep.definition_from_aep({**document, **change})


def test_a_merge_policy_has_every_field_of_adobes(examples: Path) -> None:
    kept = {"attribute_merge": "dataSetPrecedence", "order": ["d1"], "identity_graph": "pdg"}
    policy = StoredPolicy("p1", "first", 2, True, "_xdm.context.profile", 1, 5999, kept)
    ours = aep.policy_to_aep(policy, SETTINGS)
    assert shape(load(examples, "merge-policies-object-1"), ours) == []
    assert ours["attributeMerge"] == {"type": "dataSetPrecedence", "order": ["d1"]}
    assert (ours["identityGraph"], ours["updateEpoch"], ours["default"]) == ({"type": "pdg"}, 5, True)
    theirs = load(examples, "merge-policies-list-1")
    assert shape(theirs, aep.policy_list_to_aep([policy], SETTINGS, total=9, limit=1)) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("m"), 404),
        (ConflictError("m"), 409),
        (InvalidRequestError("m"), 400),
        (SegkitError("m"), 400),
        (ValueError("m"), 500),
    ],
)
def test_errors_come_in_one_envelope(error: Exception, status: int) -> None:
    envelope = aep.error_to_aep(error, request_id="r")
    assert envelope["status"] == status
    assert envelope["errors"] == {str(status): [{"code": type(error).__name__, "message": "m"}]}
    assert envelope.keys() == {"requestId", "errors", "type", "title", "status"}
