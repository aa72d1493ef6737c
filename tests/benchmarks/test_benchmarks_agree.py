"""The hand-written queries of the benchmarks and segkit give the same numbers, over a small company."""

from __future__ import annotations

import pytest

from tests.benchmarks import questions as q
from tests.benchmarks.contenders import Task, UnansweredError, contender, make_ready
from tests.benchmarks.prepared import prepare

ASKED = ("one", "twenty", "window", "sequence", "sum", "job10")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    home = tmp_path_factory.mktemp("benchmarks")
    return Task(prepare(home, "tiny"), home, "1GB", 2)


def numbers(task: Task, name: str) -> dict[str, object]:
    answer, found = contender(name, task), {}
    for asked in ASKED:
        make_ready(answer, q.QUESTIONS[asked])
        try:
            got = answer(q.QUESTIONS[asked])
        except UnansweredError:
            continue
        found[asked] = got.found if got.check is None else got.check()
    return found


@pytest.mark.slow
def test_contenders_agree(task: Task) -> None:
    by_hand = numbers(task, "sql-parquet")
    assert by_hand["one"] > 0
    assert all(by_hand["twenty"])
    for name in ("sql-fragments", "segkit-snapshot", "segkit-fragments", "polars"):
        found = numbers(task, name)
        assert found == {one: by_hand[one] for one in found}, name
