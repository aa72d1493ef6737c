"""Segment jobs through the public face: records, filters, membership from run to run, cancelling."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from workspace_frames import begun, people

import segkit as sk

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Job, Workspace

US = 'homeAddress.country = "US"'


def statuses(job: Job) -> dict[str, str]:
    """Customer → status, of the members of the segment `US`."""
    return {row["identities"]["id"][0]: row["status"] for row in job.members("US")}


def test_members_are_realized_existing_and_exited(tmp_path: Path) -> None:
    file = tmp_path / "crm.parquet"
    people(("a", "US", 1, "2026-01-01"), ("b", "US", 1, "2026-01-01"), ("c", "DE", 1, "2026-01-01")).to_parquet(file)
    with sk.open(tmp_path / "ws") as ws:
        ws.datasets.add("crm", file, identity={"id": "id"}, timestamp="changed")
        ws.segments.create("US", US)
        first = ws.jobs.create("*", as_of="2026-02-01").wait(progress=False)
        people(("a", "DE", 1, "2026-01-02"), ("b", "US", 1, "2026-01-02"), ("c", "US", 1, "2026-01-02")).to_parquet(
            file
        )
        ws.datasets.refresh("crm")
        second = ws.jobs.create("*", as_of="2026-03-01").wait(progress=False)
        assert statuses(first) == {"a": "realized", "b": "realized"}
        assert statuses(second) == {"a": "exited", "b": "existing", "c": "realized"}
        row = next(iter(second.sizes()))
        assert (row["size"], row["realized"], row["existing"], row["exited"]) == (2, 1, 1, 1)
        when = {one["identities"]["id"][0]: str(one["last_qualification_time"]) for one in second.members("US")}
        assert when == {one: f"2026-0{2 if one == 'a' else 3}-01 00:00:00" for one in "abc"}
        counter = second.to_aep()["metrics"]["segmentedProfileByStatusCounter"]
        assert counter == {row["segment_id"]: {"realized": 1, "existing": 1, "exited": 1}}


def test_a_job_is_all_there_after_closing_and_opening(tmp_path: Path) -> None:
    with sk.open(tmp_path) as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        segment = ws.segments.create("US", US)
        job = ws.jobs.create([segment]).wait(progress=False)
        before = (job.to_aep(), job.sizes().to_pandas(), job.members(segment).to_pandas(), repr(job))
    with sk.open(tmp_path) as ws:
        again = ws.jobs.get(job.id)
        after = (again.to_aep(), again.sizes().to_pandas(), again.members("US").to_pandas(), repr(again))
        assert after[0] == before[0]
        assert after[1].equals(before[1])
        assert after[2].equals(before[2])
        assert after[3] == before[3]
        assert ws.segments.get("US") == segment
        assert ws.size(US) == 2


def test_a_workspace_may_be_moved(tmp_path: Path) -> None:
    with sk.open(tmp_path / "here") as ws:
        ws.datasets.add("crm", people(), identity={"id": "id"})
        ws.segments.create("US", US)
        job = ws.jobs.create("*").wait(progress=False)
    (tmp_path / "here").rename(tmp_path / "there")
    with sk.open(tmp_path / "there") as ws:
        assert ws.size(US) == 2
        assert len(ws.jobs.get(job.id).members("US")) == 2


def test_a_job_keeps_the_definition_it_was_made_with(small: Workspace) -> None:
    segment = small.segments.create("US", US)
    job = small.jobs.create([segment]).wait(progress=False)
    small.segments.update(segment, pql='homeAddress.country = "DE"', name="Germany")
    assert job.to_aep()["segments"][0]["segment"]["expression"]["value"] == US
    assert len(job.members("US")) == len(job.members(segment)) == 2
    small.segments.delete("Germany")
    assert len(job.members(segment.id)) == 2


def test_a_job_takes_all_forms_of_segments(small: Workspace) -> None:
    one, other = small.segments.create("US", US), small.segments.create("DE", 'homeAddress.country = "DE"')
    everything = {"schema": {"name": "_xdm.context.profile"}, "segments": [{"segmentId": "*"}]}
    for asked, names in [
        (one, ["US"]),
        ([one.id, "DE"], ["US", "DE"]),
        ([{"segmentId": other.id}], ["DE"]),
        (everything, ["DE", "US"]),
    ]:
        job = small.jobs.create(asked).wait(progress=False)  # type: ignore[arg-type]
        assert job.status == "SUCCEEDED"
        assert {row["name"] for row in job.sizes()} == set(names)


def test_segments_of_several_policies_share_a_job(small: Workspace) -> None:
    small.datasets.add(
        "older",
        people(("a", "FR", 1, "2020-01-01"), ("z", "US", 1, "2020-01-01")),
        identity={"id": "id"},
        timestamp="changed",
    )
    order = ["older", "crm", "orders"]
    policy = small.merge_policies.create("older first", attribute_merge="dataSetPrecedence", order=order)
    small.segments.create("newest", US)
    small.segments.create("older", US, merge_policy=policy)
    job = small.jobs.create("*").wait(progress=False)
    assert {row["name"]: row["size"] for row in job.sizes()} == {"newest": 3, "older": 2}
    assert {one["identities"]["id"][0] for one in job.members("older")} == {"c", "z"}
    assert sum(job.metrics.total_by_policy.values()) == job.metrics.total_profiles == 8
    forced = small.jobs.create("*", merge_policy="older first").wait(progress=False)
    assert {row["size"] for row in forced.sizes()} == {2}


def test_lists_of_jobs_filter_sort_and_page(small: Workspace) -> None:
    us, de = small.segments.create("US", US), small.segments.create("DE", 'homeAddress.country = "DE"')
    jobs = [small.jobs.create([one]).wait(progress=False) for one in (us, de, us)]
    ids = [one.id for one in jobs]
    assert [one.id for one in small.jobs.list()] == ids[::-1]
    assert [one.id for one in small.jobs.list(sort="creationTime:asc")] == ids
    assert [one.id for one in small.jobs.list(start=1, limit=1)] == [ids[1]]
    assert {one.id for one in small.jobs.list(property="segments~segmentId==" + us.id)} == {ids[0], ids[2]}
    assert [one.id for one in small.jobs.list(property=["segments~segmentId==" + de.id, "status==SUCCEEDED"])] == [
        ids[1]
    ]
    assert len(small.jobs.list(status="SUCCEEDED")) == len(small.jobs.list(status="SUCCEED")) == 3
    assert list(small.jobs.list(status="FAILED")) == []
    page = small.jobs.list(limit=2).to_aep()
    assert page["_page"] == {"totalCount": 3, "pageSize": 2}
    assert "start=2" in page["_links"]["next"]["href"]
    found = small.jobs.bulk_get([*ids[:1], "nope"])
    assert found[ids[0]].id == ids[0]  # type: ignore[union-attr]
    assert isinstance(found["nope"], sk.NotFoundError)


def test_the_document_of_a_job_has_the_keys_of_adobes(finished: Job, shared: Path) -> None:
    theirs = json.loads((shared / "spec" / "examples" / "segment-jobs-get-1.json").read_text(encoding="utf-8"))
    ours = json.loads(json.dumps(finished.to_aep()))
    assert not theirs.keys() - ours.keys()
    assert not theirs["metrics"].keys() - ours["metrics"].keys()
    assert not theirs["segments"][0].keys() - ours["segments"][0].keys()
    assert not theirs["segments"][0]["segment"].keys() - ours["segments"][0]["segment"].keys()


def test_a_rule_that_no_longer_fits_fails_the_job_by_name(small: Workspace) -> None:
    small.segments.create("US", US)
    small.segments.create("points", "loyalty.points > 1")
    small.datasets.remove("crm")
    small.datasets.add("crm", people().drop(columns="loyalty.points"), identity={"id": "id"})
    job = small.jobs.create("*").wait(progress=False)
    assert job.status == "FAILED"
    assert "loyalty" in job.errors[0].msg
    assert {row["name"]: row["size"] for row in job.sizes()} == {"US": 2, "points": None}
    assert "loyalty" in repr(job)
    assert "loyalty" in small.jobs.list().to_pandas()["error"][0]
    with pytest.raises(sk.InvalidRequestError, match="only a succeeded job"):
        job.members("US")


def test_a_long_job_is_watched_and_cancelled(slow: Workspace) -> None:
    with slow as ws:
        job = begun(ws.jobs.create("*"))
        waiting = ws.jobs.create("*")
        assert job.status == "PROCESSING"
        assert "evaluate segments" in repr(job)
        with pytest.raises(TimeoutError, match="it runs on"):
            job.wait(0.05, progress=False)
        answer = job.cancel()
        assert answer.status
        assert answer.message == f"Segment job with id '{job.id}' has been marked for cancelling"
        assert job.wait(30, progress=False).status == "CANCELLED"
        assert not job.cancel().status
        with pytest.raises(sk.InvalidRequestError, match="CANCELLED"):
            job.members("slow")
        assert ws.jobs.cancel(waiting).status
        assert waiting.wait(30, progress=False).status == "CANCELLED"
        assert not (ws.folder / "membership").exists() or not list((ws.folder / "membership").iterdir())


def test_closing_cancels_what_runs(slow: Workspace) -> None:
    job = begun(slow.jobs.create("*"))
    slow.close()
    with sk.open(slow.folder) as again:
        assert again.jobs.get(job.id).status == "CANCELLED"


def test_sizes_of_frames_and_plots_agree(finished: Job) -> None:
    frame = finished.sizes().to_pandas()
    assert frame["size"].is_monotonic_decreasing
    assert frame["share"].between(0, 1).all()
    assert (frame["realized"] + frame["existing"] == frame["size"]).all()
    spread = frame.filter(like="namespace.")
    assert (spread.max(axis=1) <= frame["size"]).all()
    assert isinstance(frame, pd.DataFrame)
    assert finished.plot().axes
