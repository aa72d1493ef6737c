"""A job from its creation to its membership, and what is left of it after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from jobs_bench import name_of, until

from segkit.catalog import Catalog
from segkit.errors import CatalogBusyError, DataError, InvalidRequestError, NotFoundError
from segkit.jobs import JobRequest, Outcome, Runner, Status, membership
from segkit.jobs.execution import Execution

if TYPE_CHECKING:
    from jobs_bench import Bench, Gate

DAY_1, DAY_2, DAY_3 = datetime(2026, 1, 1, 8), datetime(2026, 1, 2, 8), datetime(2026, 1, 3, 8)  # noqa: DTZ001


def run(bench: Bench, *names: str, as_of: datetime = DAY_1, **members: list[str]) -> Any:
    bench.script.members = {bench.ids[name]: profiles for name, profiles in members.items()}
    job = bench.runner.create(JobRequest(tuple(names or members), as_of=as_of))
    return bench.runner.wait(job.id, timeout=30)


def rows(bench: Bench, job: Any, name: str, *statuses: str) -> list[tuple[Any, ...]]:
    """`profile` (by its name), `identities`, `status`, `last_qualification_time`."""
    query = bench.runner.members(job, bench.ids[name], *([statuses] if statuses else []))
    found = bench.engine.rows(query)
    assert all(reason is None for *_, reason in found)
    return [(name_of(profile), *rest) for profile, *rest, _ in found]


def test_a_job_goes_from_queued_to_succeeded_with_its_figures(bench: Bench) -> None:
    job = run(bench, gold=["a", "b"], silver=[])
    gold, silver = bench.ids["gold"], bench.ids["silver"]
    assert job.status is Status.SUCCEEDED
    assert job.metrics.sizes == {gold: 2, silver: 0}
    assert job.metrics.by_namespace == {gold: {"crmId": 2}, silver: {}}
    assert job.metrics.by_status[gold] == {"realized": 2, "existing": 0, "exited": 0}
    assert job.metrics.total_profiles == 10
    assert [stage.name for stage in job.stages] == ["evaluate", "write membership"]
    assert job.stages[0].rows == 7
    assert all(stage.end is not None and stage.end >= stage.start for stage in job.stages)
    total, inner = job.metrics.total_time, job.metrics.profile_segmentation_time
    assert total.start <= inner.start <= inner.end <= total.end
    assert job.sql == "SELECT 42"
    assert job.errors == ()
    assert None not in (job.batch_id, job.compute_job_id, job.compute_gateway_job_id)


def test_create_returns_before_the_job_runs(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    job = bench.runner.create(JobRequest(("gold",)))
    assert job.status is Status.QUEUED
    assert job.batch_id is None
    assert gate.reached.wait(10)
    other = bench.another()
    seen = until(lambda: (found := other.get(job.id)).stages and found)
    assert seen.status is Status.PROCESSING
    assert seen.batch_id is not None
    assert seen.metrics.total_time.end is None
    assert [(stage.name, stage.end) for stage in seen.stages] == [("hold", None)]
    gate.opened.set()
    assert bench.runner.wait(job.id, timeout=30).status is Status.SUCCEEDED


def test_figures_are_shown_before_the_end(bench: Bench, gate: Gate) -> None:
    def act(job: Any, control: Any) -> None:
        control.report(total_by_policy={"p": 3, "q": 4}, sizes={"s": 1})
        gate(job, control)

    bench.script.act = act
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    metrics = until(lambda: (found := bench.runner.get(job.id).metrics).sizes and found)
    assert (metrics.total_profiles, metrics.sizes) == (7, {"s": 1})


def test_figures_of_one_policy_keep_those_of_another(bench: Bench, gate: Gate) -> None:
    def act(job: Any, control: Any) -> None:
        control.report(total_by_policy={"p": 3}, sizes={"s": 1}, by_namespace={"s": {"crmId": 1}})
        control.report(total_by_policy={"q": 4}, sizes={"t": 2})
        gate(job, control)

    bench.script.act = act
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    metrics = until(lambda: (found := bench.runner.get(job.id).metrics).sizes and found)
    assert (metrics.total_profiles, metrics.total_by_policy) == (7, {"p": 3, "q": 4})
    assert (metrics.sizes, metrics.by_namespace) == ({"s": 1, "t": 2}, {"s": {"crmId": 1}})


def test_a_job_waits_for_a_busy_catalog_to_begin(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    move, busy = bench.catalog.jobs.move, iter([True])

    def crowded(id: str, sources: Any, target: str, **options: Any) -> bool:  # noqa: A002 - the field's name
        if target == Status.PROCESSING and next(busy, False):
            raise CatalogBusyError("others hold it")
        return move(id, sources, target, **options)

    monkeypatch.setattr(bench.catalog.jobs, "move", crowded)
    assert run(bench, as_of=DAY_1, gold=["a"]).status is Status.SUCCEEDED
    assert next(busy, None) is None


def test_a_worker_outlives_what_nobody_foresaw(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, strange = Execution.begin, iter([True])

    def fails_once(self: Execution) -> bool:
        if next(strange, False):
            raise RuntimeError("nobody foresaw this")
        return begin(self)

    monkeypatch.setattr(Execution, "begin", fails_once)
    first = bench.runner.create(JobRequest(("gold",)))
    second = bench.runner.create(JobRequest(("silver",)))
    assert bench.runner.wait(second.id, timeout=30).status is Status.SUCCEEDED
    assert bench.runner.wait(first.id, timeout=30).status is Status.FAILED


def test_statuses_compare_with_the_run_before(bench: Bench) -> None:
    run(bench, as_of=DAY_1, gold=["a", "b"])
    run(bench, as_of=DAY_2, silver=["z"])  # does not evaluate gold, so it is not the run before
    third = run(bench, as_of=DAY_3, gold=["b", "c"])
    assert third.metrics.by_status[bench.ids["gold"]] == {"realized": 1, "existing": 1, "exited": 1}
    assert rows(bench, third, "gold") == [
        ("a", {"crmId": ["a"]}, "exited", DAY_1),
        ("b", {"crmId": ["b"]}, "existing", DAY_3),
        ("c", {"crmId": ["c"]}, "realized", DAY_3),
    ]
    assert [one[0] for one in rows(bench, third, "gold", "realized", "existing")] == ["b", "c"]


def test_who_left_once_is_not_told_again(bench: Bench) -> None:
    run(bench, gold=["a"])
    run(bench, "gold", gold=[])
    assert rows(bench, run(bench, "gold", gold=[]), "gold") == []


def test_another_merge_policy_has_a_history_of_its_own(bench: Bench) -> None:
    run(bench, gold=["a"])
    other = bench.catalog.merge_policies.create("other", {"order": []})
    job = bench.runner.create(JobRequest(("gold",), merge_policy="other"))
    job = bench.runner.wait(job.id, timeout=30)
    assert job.segments[0].merge_policy_id == other.id
    assert job.metrics.by_status[bench.ids["gold"]] == {"realized": 1, "existing": 0, "exited": 0}


def test_a_failed_job_is_not_the_run_before_and_publishes_nothing(bench: Bench) -> None:
    first = run(bench, gold=["a"])

    def act(*_: Any) -> Outcome:
        raise DataError("the file `crm.parquet` is damaged")

    bench.script.act = act
    failed = run(bench, gold=[])
    assert failed.status is Status.FAILED
    assert [(one.code, one.msg, one.call_stack) for one in failed.errors] == [
        ("DataError", "the file `crm.parquet` is damaged", ())
    ]
    with pytest.raises(InvalidRequestError, match="FAILED and has no membership"):
        bench.runner.members(failed, bench.ids["gold"])
    bench.script.act = None
    assert run(bench, gold=["a"]).metrics.by_status[bench.ids["gold"]]["existing"] == 1
    assert {one.name for one in (bench.catalog.folder / "membership").iterdir()} >= {first.id}
    assert failed.id not in {one.name for one in (bench.catalog.folder / "membership").iterdir()}


def test_an_unexpected_error_keeps_its_call_stack(bench: Bench) -> None:
    def act(*_: Any) -> Outcome:
        return {}["missing"]

    bench.script.act = act
    (error,) = run(bench, gold=[]).errors
    assert error.code == "KeyError"
    assert any("in act" in line for line in error.call_stack)


def test_a_segment_that_fails_fails_the_job_and_keeps_the_figures_of_others(bench: Bench) -> None:
    gold, silver = bench.ids["gold"], bench.ids["silver"]
    bench.script.act = lambda *_: Outcome({"p": 10}, {gold: 4}, {gold: {"email": 3}}, failures={silver: "too deep"})
    job = run(bench, "gold", "silver")
    assert job.status is Status.FAILED
    assert job.metrics.sizes == {gold: 4}
    assert job.failed_segments == {silver: "too deep"}


def test_counts_that_disagree_with_the_rows_are_not_published(bench: Bench) -> None:
    gold = bench.ids["gold"]
    bench.script.act = lambda *_: Outcome({"p": 10}, {gold: 4}, {})
    job = run(bench, "gold")
    assert job.status is Status.FAILED
    assert "counted as 4 profiles, but 0 were written" in job.errors[0].msg


def test_a_run_that_overtakes_becomes_the_run_before(bench: Bench, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = bench.another()
    real = membership.write

    def write(*given: Any, **named: Any) -> Any:
        counts = real(*given, **named)
        if not gate.reached.is_set():
            gate.reached.set()
            assert gate.opened.wait(20)
        return counts

    monkeypatch.setattr(membership, "write", write)
    bench.script.members = {bench.ids["gold"]: ["a"]}
    slow = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    quick = fast.wait(fast.create(JobRequest(("gold",))).id, timeout=30)
    gate.opened.set()
    slow = bench.runner.wait(slow.id, timeout=30)
    assert quick.metrics.by_status[bench.ids["gold"]]["realized"] == 1
    assert slow.metrics.by_status[bench.ids["gold"]] == {"realized": 0, "existing": 1, "exited": 0}
    assert (quick.completion, slow.completion) == (1, 2)


def test_lost_membership_of_the_run_before_starts_anew_and_is_told(bench: Bench) -> None:
    first = run(bench, gold=["a"])
    membership.remove(membership.folder_of(bench.catalog.folder, first.id))
    second = run(bench, gold=["a"])
    assert second.metrics.by_status[bench.ids["gold"]]["realized"] == 1
    assert second.details["membershipNotFound"] == [first.id]
    with pytest.raises(NotFoundError, match="was removed; run the job again"):
        bench.runner.members(first, bench.ids["gold"])


def test_everything_is_there_after_a_restart(bench: Bench) -> None:
    job = run(bench, gold=["a"])
    bench.runner.close()
    later = Runner(Catalog(bench.catalog.folder), bench.script, engine=bench.engine)
    assert later.get(job.id) == job
    assert bench.engine.rows(later.members(job, bench.ids["gold"]))[0][2] == "realized"
    bench.script.members = {bench.ids["gold"]: ["b"]}
    again = later.wait(later.create(JobRequest(("gold",))).id, timeout=30)
    assert again.metrics.by_status[bench.ids["gold"]] == {"realized": 1, "existing": 0, "exited": 1}
    later.close()


def test_a_job_keeps_its_snapshot(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    job = bench.runner.create(JobRequest(("gold",)))
    bench.catalog.segments.update("gold", value="changed = 1")
    bench.catalog.merge_policies.update("Default Timebased", document={"order": ["x"]})
    gate.opened.set()
    done = bench.runner.wait(job.id, timeout=30)
    assert done.segments == job.segments == bench.script.seen[0].segments
    assert done.segments[0].value == 'name = "gold"'
    assert (done.segments[0].version, done.segments[0].merge_policy_version) == (1, 1)


def test_referenced_definitions_are_part_of_the_snapshot(bench: Bench) -> None:
    links = {"gold": ["silver"], "silver": ["lapsed", "gold"], "lapsed": []}
    runner = bench.another(references=lambda one: links[one.name])
    job = runner.wait(runner.create(JobRequest(("gold",))).id, timeout=30)
    assert [one.name for one in job.segments] == ["gold"]
    assert {one.name for one in job.references} == {"silver", "lapsed"}


def test_all_definitions_and_repeated_ones(bench: Bench) -> None:
    every = run(bench, "*")
    assert every.every
    assert [one.name for one in every.segments] == ["gold", "silver", "lapsed"]
    assert len(run(bench, "gold", bench.ids["gold"]).segments) == 1


@pytest.mark.parametrize(
    ("segments", "kind", "message"),
    [
        ((), InvalidRequestError, "at least one segment definition"),
        (("gold", "*"), InvalidRequestError, "cannot be mixed"),
        (("gold", "glod", "slver"), NotFoundError, "(?s)`glod`.*did you mean `gold`.*`slver`.*did you mean `silver`"),
    ],
)
def test_a_request_that_makes_no_sense_makes_no_job(
    bench: Bench, segments: tuple[str, ...], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        bench.runner.create(JobRequest(segments))
    with pytest.raises(NotFoundError, match="no merge policy `nope`"):
        bench.runner.create(JobRequest(("gold",), merge_policy="nope"))
    assert bench.runner.list() == (0, [])
    assert list((bench.catalog.folder / "jobs").glob("*.beat")) == []


def test_jobs_wait_for_one_another_in_the_order_of_creation(bench: Bench, gate: Gate) -> None:
    bench.script.act = gate
    first = bench.runner.create(JobRequest(("gold",)))
    second = bench.runner.create(JobRequest(("silver",)))
    assert gate.reached.wait(10)
    assert bench.runner.get(second.id).status is Status.QUEUED
    gate.opened.set()
    done = [bench.runner.wait(one.id, timeout=30) for one in (first, second)]
    assert [one.completion for one in done] == [1, 2]


def test_waiting_tells_progress_and_gives_up_in_time(bench: Bench, gate: Gate) -> None:
    def act(job: Any, control: Any) -> None:
        control.progress(0.25)
        gate(job, control)

    bench.script.act = act
    job = bench.runner.create(JobRequest(("gold",)))
    assert gate.reached.wait(10)
    heard: list[Any] = []
    with pytest.raises(TimeoutError, match="it runs on"):
        bench.runner.wait(job.id, timeout=0.01, progress=heard.append)
    assert (heard[-1].stage, heard[-1].fraction) == ("hold", 0.25)
    gate.opened.set()
    bench.runner.wait(job.id, timeout=30, progress=heard.append)
    assert (heard[-1].status, heard[-1].fraction) == ("SUCCEEDED", 1.0)


def test_nothing_is_left_lying_about(bench: Bench) -> None:
    job = run(bench, gold=["a"])
    bench.runner.close()
    assert list((bench.catalog.folder / "jobs").iterdir()) == []
    assert sorted(one.name for one in (bench.catalog.folder / "membership" / job.id).iterdir()) == [
        "identities_1.parquet",
        "members_1.parquet",
        "segments.json",
    ]


def test_members_of_what_the_job_does_not_have(bench: Bench) -> None:
    job = run(bench, gold=["a"])
    with pytest.raises(NotFoundError, match=r"did not evaluate .* it has `gold`"):
        bench.runner.members(job, bench.ids["silver"])
    with pytest.raises(InvalidRequestError, match="realized, existing, exited"):
        bench.runner.members(job, bench.ids["gold"], ["in"])
    assert replace(job, status=Status.FAILED).published is False


def test_a_read_only_workspace_shows_jobs_and_makes_none(bench: Bench) -> None:
    job = run(bench, gold=["a"])
    reader = Runner(Catalog(bench.catalog.folder, read_only=True), bench.script, engine=bench.engine)
    assert reader.get(job.id) == job
    with pytest.raises(InvalidRequestError, match="read_only"):
        reader.create(JobRequest(("gold",)))
    with pytest.raises(InvalidRequestError, match="read_only"):
        reader.cancel(job.id)
