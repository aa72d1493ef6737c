"""Memberships as bits of words: counted, compared and read, also beside those that the first release wrote."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from jobs_bench import id_of, name_of
from sqlglot import exp

from segkit.jobs import JobRequest, Members, Outcome, membership
from segkit.jobs.membership.lanes import Lanes

if TYPE_CHECKING:
    from pathlib import Path

    from jobs_bench import Bench

DAY_1, DAY_2 = datetime(2026, 1, 1, 8), datetime(2026, 1, 2, 8)  # noqa: DTZ001
NAMES = [f"p{number}" for number in range(40)]


def run(bench: Bench, *names: str, as_of: datetime = DAY_1, **members: list[str]) -> Any:
    bench.script.members = {bench.ids[name]: profiles for name, profiles in members.items()}
    job = bench.runner.create(JobRequest(tuple(names or members), as_of=as_of))
    done = bench.runner.wait(job.id, timeout=30)
    assert done.status == "SUCCEEDED", done.errors
    return done


def rows(bench: Bench, job: Any, name: str) -> list[tuple[Any, ...]]:
    found = bench.engine.rows(bench.runner.members(job, bench.ids[name]))
    return [(name_of(profile), *rest) for profile, *rest in found]


def made_long(bench: Bench, job: Any) -> None:
    """Put the membership of a job on the disk as the first release wrote it."""
    folder = membership.folder_of(bench.catalog.folder, job.id)
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE m (segment_id VARCHAR, profile_id VARCHAR, status VARCHAR, last_qualification_time TIMESTAMP)"
    )
    connection.execute(
        "CREATE TABLE i (merge_policy_id VARCHAR, profile_id VARCHAR, identities MAP(VARCHAR, VARCHAR[]))"
    )
    for one in job.segments:
        for profile, identities, status, moment, _ in bench.engine.rows(bench.runner.members(job, one.segment_id)):
            connection.execute("INSERT INTO m VALUES (?, ?, ?, ?)", [one.segment_id, profile, status, moment])
            connection.execute(
                "INSERT INTO i SELECT ?, ?, MAP {'crmId': ?} WHERE NOT EXISTS (FROM i WHERE profile_id = ?)",
                [one.merge_policy_id, profile, identities["crmId"], profile],
            )
    membership.remove(folder)
    folder.mkdir()
    connection.table("m").write_parquet(str(folder / "members.parquet"))
    connection.table("i").write_parquet(str(folder / "identities.parquet"))
    connection.close()


@pytest.mark.parametrize("number", [1, 5, 2**21 - 1, 2**21, 2**40, 2**60])
def test_lanes_count_each_bit_of_any_number_of_rows(number: int) -> None:
    places = {f"s{bit}": (f"word_{1 + bit // 56}", bit % 56) for bit in range(0, 112, 3)}
    lanes = Lanes(number, places)
    random_ = random.Random(number)  # noqa: S311  repeatable
    held = {one: random_.choice([0, 1, number]) for one in places}
    # each sum as it would come out: every bit as often as its segment has members
    expected = []
    for select in lanes.sums(exp.column):
        word, bits = select.this.left.name, int(select.this.right.this)
        expected.append(
            sum(
                count << places[one][1]
                for one, count in held.items()
                if places[one][0] == word and bits >> places[one][1] & 1
            )
        )
    assert lanes.counts(expected) == held
    assert len(expected) <= len(places)


def test_lanes_agree_with_counting_bits_one_by_one() -> None:
    random_ = random.Random(3)  # noqa: S311  repeatable
    words = [random_.getrandbits(56) for _ in range(700)]
    lanes = Lanes(len(words), {str(bit): ("w", bit) for bit in range(56)})
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (w BIGINT)")
        connection.executemany("INSERT INTO t VALUES (?)", [[one] for one in words])
        sums = exp.select(*lanes.sums(exp.column)).from_("t").sql("duckdb")
        [row] = connection.execute(sums).fetchall()
    assert lanes.counts(row) == {str(bit): sum(one >> bit & 1 for one in words) for bit in range(56)}
    assert len(row) < 12


@pytest.mark.parametrize("long", [False, True])
def test_runs_compare_whatever_the_order_and_layout_of_the_one_before(bench: Bench, long: bool) -> None:  # noqa: FBT001
    random_ = random.Random(7)  # noqa: S311  repeatable
    before = {name: random_.sample(NAMES, 15) for name in ("gold", "silver", "lapsed")}
    first = run(bench, as_of=DAY_1, **before)
    if long:
        made_long(bench, first)
    order = ("lapsed", "gold", "silver")
    now = {name: random_.sample(NAMES, 15) for name in order}
    second = run(bench, *order, as_of=DAY_2, **now)
    for name in order:
        was, is_ = set(before[name]), set(now[name])
        expected = sorted(
            [(one, "realized", DAY_2) for one in is_ - was]
            + [(one, "existing", DAY_2) for one in is_ & was]
            + [(one, "exited", DAY_1) for one in was - is_]
        )
        found = rows(bench, second, name)
        assert [(profile, status, moment) for profile, _, status, moment, _ in found] == expected
        assert all(identities == {"crmId": [profile]} for profile, identities, *_ in found)
        counts = {status: sum(one[1] == status for one in expected) for status in ("realized", "existing", "exited")}
        assert second.metrics.by_status[bench.ids[name]] == counts
    assert {one.name for one in membership.folder_of(bench.catalog.folder, second.id).iterdir()} == {
        "segments.json",
        "members_1.parquet",
        "identities_1.parquet",
        "left_1.parquet",
    }


def test_a_membership_of_the_first_layout_reads_as_before(bench: Bench) -> None:
    run(bench, as_of=DAY_1, gold=["a", "b"])
    job = run(bench, as_of=DAY_2, gold=["b", "c"])
    before = rows(bench, job, "gold")
    made_long(bench, job)
    assert rows(bench, job, "gold") == before
    assert [one[0] for one in before] == ["a", "b", "c"]
    only = bench.engine.rows(bench.runner.members(job, bench.ids["gold"], ["exited"]))
    assert [(name_of(one[0]), one[2]) for one in only] == [("a", "exited")]


def test_several_jobs_may_be_the_run_before(bench: Bench) -> None:
    run(bench, as_of=DAY_1, gold=["a", "b"])
    old = run(bench, as_of=DAY_1, silver=["a"])
    made_long(bench, old)
    run(bench, as_of=DAY_2, lapsed=["z"])
    job = run(bench, "gold", "silver", "lapsed", as_of=DAY_2, gold=["b"], silver=["a", "c"])
    assert [one[:3:2] for one in rows(bench, job, "gold")] == [("a", "exited"), ("b", "existing")]
    assert [one[:3:2] for one in rows(bench, job, "silver")] == [("a", "existing"), ("c", "realized")]
    assert [one[:3:2] for one in rows(bench, job, "lapsed")] == [("z", "exited")]
    assert rows(bench, job, "lapsed")[0][1] == {"crmId": ["z"]}
    assert rows(bench, job, "gold")[0][3] == DAY_1


def test_who_left_is_known_by_name_for_as_long_as_it_is_told(bench: Bench) -> None:
    run(bench, gold=["a", "b"], silver=["a"])
    run(bench, "gold", "silver", gold=["b"], silver=["a"])
    third = run(bench, "gold", "silver", gold=["b"], silver=[])
    assert rows(bench, third, "silver") == [("a", {"crmId": ["a"]}, "exited", DAY_1, None)]
    assert [one[0] for one in rows(bench, third, "gold")] == ["b"]


def test_the_reason_of_a_profile_that_became_part_of_another(bench: Bench) -> None:
    run(bench, gold=["a", "b", "c"])
    inner = bench.script

    def act(job: Any, control: Any) -> Outcome:
        inner.act, inner.members = None, {bench.ids["gold"]: ["a"]}
        made = inner(job, control)
        gone = exp.Literal.string(id_of("b"))
        away = [
            replace(one, merged_away=lambda column: exp.EQ(this=column, expression=exp.cast(gone, "UUID")))
            for one in made.members
        ]
        return replace(made, members=tuple(away))

    inner.act = act
    job = bench.runner.wait(bench.runner.create(JobRequest(("gold",))).id, timeout=30)
    assert [(one[0], one[2], one[4]) for one in rows(bench, job, "gold")] == [
        ("a", "existing", None),
        ("b", "exited", "merged"),
        ("c", "exited", None),
    ]


def test_a_broken_membership_counts_as_lost(bench: Bench, tmp_path: Path) -> None:
    first = run(bench, gold=["a"])
    folder = membership.folder_of(bench.catalog.folder, first.id)
    (folder / "segments.json").write_text("{", encoding="utf-8")
    assert not membership.is_there(folder)
    second = run(bench, gold=["a"])
    assert second.details["membershipNotFound"] == [first.id]
    (membership.folder_of(bench.catalog.folder, second.id) / "members_1.parquet").unlink()
    assert not membership.is_there(membership.folder_of(bench.catalog.folder, second.id))
    assert not membership.is_there(tmp_path)


def test_members_name_their_words_in_order() -> None:
    assert Members("p", None, {"a": ("word_1", 0), "b": ("word_2", 0), "c": ("word_1", 1)}).words == (  # type: ignore[arg-type]
        "word_1",
        "word_2",
    )
