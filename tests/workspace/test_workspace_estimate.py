"""Estimates: what a sample of the profiles tells of the size of an audience, and how far off it may be."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import segkit as sk
from segkit.analysis.estimate import wilson
from segkit.demo import AS_OF
from segkit.errors import InvalidRequestError
from segkit.pql import PQLError
from segkit.profiles import buckets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.workspace import Workspace

EXAMPLES = Path(__file__).parents[3] / "shared" / "spec" / "examples"
RULES = (
    'loyalty.tier = "gold"',
    'xEvent[eventType = "commerce.purchases"].count() >= 2',
    'loyalty.tier = "gold" and xEvent[eventType = "commerce.purchases"].count() >= 1',
    'not (loyalty.tier = "gold")',
    "xEvent.count() = 0",
    "false",
)


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose datasets have samples."""
    people = pd.DataFrame({"id": [f"c{n}" for n in range(5000)], "loyalty.points": [n % 10 for n in range(5000)]})
    visits = pd.DataFrame({"who": [f"c{n % 4000}" for n in range(12000)], "seen": range(12000)})
    visits["timestamp"] = pd.to_datetime("2026-01-01") + pd.to_timedelta(visits["seen"], unit="min")
    with sk.open(tmp_path_factory.mktemp("estimates") / "ws") as ws:
        ws.datasets.add("crm", people, identity={"id": "id"})
        ws.datasets.add("web", visits, kind="event", identity={"id": "who"})
        scope = ws.scope()
        scope.sources.sampling.samples.make(scope.sources.merged(scope.policy, scope.datasets))
        yield ws


@pytest.mark.parametrize("rule", RULES)
def test_an_estimate_from_all_profiles_is_the_size(shop: Workspace, rule: str) -> None:
    whole = shop.estimate(rule, 1, as_of=AS_OF)
    size = shop.size(rule, as_of=AS_OF)
    assert (whole.estimated_size, whole.interval, whole.standard_error) == (size, (size, size), 0)
    assert whole.profiles_matched_so_far == size
    assert whole.profiles_read_so_far == whole.num_rows_to_read == whole.total_rows == size.total
    assert not whole.note
    assert int(whole) == size


@pytest.mark.parametrize("rule", RULES)
def test_a_greater_fraction_looks_at_the_same_profiles_and_more(shop: Workspace, rule: str) -> None:
    made = [shop.estimate(rule, one, as_of=AS_OF) for one in (0.05, 0.2, 0.6, 1.0)]
    assert [one.buckets for one in made] == [50, 200, 600, 1000]
    for smaller, greater in itertools.pairwise(made):
        assert smaller.profiles_read_so_far < greater.profiles_read_so_far
        assert smaller.profiles_matched_so_far <= greater.profiles_matched_so_far
        assert smaller.profiles_read_so_far - smaller.profiles_matched_so_far <= (
            greater.profiles_read_so_far - greater.profiles_matched_so_far
        )
        assert smaller.interval[0] <= made[-1].estimated_size <= smaller.interval[1]
    assert made[0] != made[1]


def test_the_sample_is_of_salted_buckets_of_the_profile_ids(sampled: Workspace) -> None:
    def bucket(key: str) -> int:
        hashed = buckets.SALT + hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()
        return int(hashlib.md5(hashed.encode(), usedforsecurity=False).hexdigest()[:6], 16) % 1000

    known = [n for n in range(5000) if bucket(f"id:c{n}") < 30]
    made = sampled.estimate("loyalty.points < 5", 0.03)
    assert made.profiles_read_so_far == len(known)
    assert made.profiles_matched_so_far == sum(n % 10 < 5 for n in known)
    assert made.estimated_size == round(5000 * made.profiles_matched_so_far / len(known))


@pytest.mark.parametrize("fraction", [0.001, 0.01, 0.02])
@pytest.mark.parametrize(
    "rule", ["loyalty.points > 2", "xEvent.count() > 2", "loyalty.points > 2 and xEvent.count() = 0"]
)
def test_the_kept_sample_answers_as_all_rows_do(sampled: Workspace, rule: str, fraction: float) -> None:
    made = sampled.estimate(rule, fraction)
    assert made.source == "the sample of 2 %"
    scope = sampled.scope()
    scope.sources.sampling.samples = type(scope.sources.sampling.samples)(scope.engine, Path("/nowhere"))
    try:
        slow = sampled.estimate(rule, fraction)
    finally:
        scope.sources.sampling.samples = type(scope.sources.sampling.samples)(scope.engine, sampled.folder)
    assert slow.source == "all fragments and events"
    assert "ws.snapshot()" in slow.note
    assert "ws.snapshot()" not in made.note
    assert made.to_aep() | {"segkit": None} == slow.to_aep() | {"segkit": None}


def test_the_sample_of_other_rows_is_not_read(tmp_path: Path) -> None:
    with sk.open(tmp_path / "ws") as ws:
        file = tmp_path / "people.parquet"
        pd.DataFrame({"id": [f"c{n}" for n in range(2000)], "points": 1}).to_parquet(file)
        ws.datasets.add("crm", file, identity={"id": "id"})
        scope = ws.scope()
        scope.sources.sampling.samples.make(scope.sources.merged(scope.policy, scope.datasets))
        before = ws.estimate("points = 1", 0.02)
        assert before.source == "the sample of 2 %"
        pd.DataFrame({"id": [f"c{n}" for n in range(3000)], "points": 2}).to_parquet(file)
        with pytest.raises(sk.DataError, match="refresh"):
            ws.estimate("points = 1", 0.02)
        ws.datasets.refresh("crm")
        after = ws.estimate("points = 1", 0.02)
        assert after.source == "all fragments and events"
        assert (after.estimated_size, after.total_rows) == (0, 3000)
        assert before.total_rows == 2000


def test_policy_and_clock_are_those_of_the_question(shop: Workspace) -> None:
    rule = "xEvent[timestamp occurs < 30 days before now].count() > 0"
    assert shop.estimate(rule, 0.5, as_of=AS_OF).estimated_size > 0
    assert shop.estimate(rule, 0.5, as_of="2001-01-01").estimated_size == 0
    size = shop.size(rule, as_of=AS_OF)
    assert size.estimate(0.5).to_aep() == shop.estimate(rule, 0.5, as_of=AS_OF).to_aep()
    with sk.open(None) as ws:
        ws.datasets.add(
            "old", pd.DataFrame({"id": range(100), "v": "a", "t": "2020-01-01"}), identity={"id": "id"}, timestamp="t"
        )
        ws.datasets.add(
            "new", pd.DataFrame({"id": range(50), "v": "b", "t": "2021-01-01"}), identity={"id": "id"}, timestamp="t"
        )
        ws.merge_policies.create("old first", attribute_merge="dataSetPrecedence", order=["old"])
        assert ws.estimate('v = "a"', 1).estimated_size == 50
        assert ws.estimate('v = "a"', 1, merge_policy="old first").estimated_size == 100


@pytest.mark.parametrize("fraction", [0, -0.1, 1.0001, 5, "0.1", None, True, math.nan, math.inf])
def test_a_fraction_is_above_0_and_at_most_1(shop: Workspace, fraction: Any) -> None:
    with pytest.raises(InvalidRequestError, match="above 0 and at most 1"):
        shop.estimate('loyalty.tier = "gold"', fraction)


def test_a_size_refuses_the_same_fractions(shop: Workspace) -> None:
    with pytest.raises(InvalidRequestError, match="above 0 and at most 1"):
        shop.size('loyalty.tier = "gold"').estimate(0)


def test_a_wrong_rule_is_refused_as_by_size(shop: Workspace) -> None:
    with pytest.raises(PQLError, match="no field"):
        shop.estimate('loyalty.tear = "gold"')


def test_a_sample_without_profiles_says_so() -> None:
    with sk.open(None) as ws:
        ws.datasets.add("crm", pd.DataFrame({"id": ["a", "b", "c"], "v": 1}), identity={"id": "id"})
        made = ws.estimate("v = 1", 0.001)
    assert (made.profiles_read_so_far, made.estimated_size, made.interval) == (0, 0, (0, 3))
    assert "no profile says little: ask for a greater `fraction=`" in made.note


def test_a_sample_of_few_profiles_says_so_and_a_snapshot_is_asked_for_by_its_policy() -> None:
    with sk.open(None) as ws:
        ws.datasets.add("crm", pd.DataFrame({"id": [f"c{n}" for n in range(100)], "v": 1}), identity={"id": "id"})
        ws.merge_policies.create('the "other"')
        few = ws.estimate("v = 1", 0.02, merge_policy='the "other"')
        whole = ws.estimate("v = 1", 1)
    assert 0 < few.profiles_read_so_far < 30
    assert f"a sample of {few.profiles_read_so_far} profile" in few.note
    assert 'have one kept: `ws.snapshot("the \\"other\\"")`' in few.note
    assert not whole.note


def test_an_estimate_shows_what_it_is_and_what_was_read(sampled: Workspace) -> None:
    made = sampled.estimate("loyalty.points > 2", 0.02)
    low, high = made.interval
    for shown in (repr(made), made._repr_html_()):
        assert f"{made.estimated_size:,}" in shown
        assert f"{low:,} to {high:,}" in shown
        assert "95 %" in shown
        assert "buckets 0 to 19 of 1,000" in shown
        assert "5,000 profiles" in shown
        assert "the sample of 2 %" in shown
    assert "bucket 0 of 1,000" in repr(sampled.estimate("loyalty.points > 2", 0.0001))
    assert made.bytes_read > 0
    assert made.seconds > 0


def test_an_estimate_in_adobes_json(sampled: Workspace) -> None:
    made = sampled.estimate("loyalty.points > 2", 0.02)
    document = made.to_aep()
    assert json.loads(json.dumps(document)) == document
    assert document["state"] == made.state == "RESULT_READY"
    assert document["confidenceInterval"] == made.confidence_interval == "95%"
    assert document["estimatedSize"] == made.estimated_size
    if EXAMPLES.is_dir():
        known = {name for n in (2, 3) for name in json.loads((EXAMPLES / f"estimate-get-{n}.json").read_text())}
        assert known - set(document) == {"_links"}
        assert set(document) - known == {"segkit"}


@pytest.mark.parametrize("identity_graph", ["none", "pdg"])
def test_profiles_of_a_graph_are_sampled_whole(tmp_path: Path, identity_graph: str) -> None:
    people = pd.DataFrame({"crm": [f"c{n}" for n in range(2000)], "mail": [f"m{n // 2}" for n in range(2000)], "v": 1})
    with sk.open(tmp_path / "ws") as ws:
        ws.datasets.add("crm", people, identity={"crm": "crm", "mail": "mail"}, primary="crm")
        ws.merge_policies.create("p", identity_graph=identity_graph)
        scope = ws.scope("p")
        merged = scope.sources.merged(scope.policy, scope.datasets)
        slow = [ws.estimate("v = 1", one, merge_policy="p") for one in (0.01, 0.02, 0.3)]
        assert scope.sources.sampling.samples.make(merged) == 1
        quick = [ws.estimate("v = 1", one, merge_policy="p") for one in (0.01, 0.02, 0.3)]
        assert [one.source for one in quick] == ["the sample of 2 %"] * 2 + ["all fragments and events"]
        for one, other in zip(slow, quick, strict=True):
            assert one.to_aep() | {"segkit": None} == other.to_aep() | {"segkit": None}
            assert one.total_rows == (2000 if identity_graph == "none" else 1000)
            assert one.profiles_matched_so_far == one.profiles_read_so_far > 0


# ------------------------------------------------------------------------------------------------------ the interval


def test_wilson_by_hand() -> None:
    low, high = wilson(0, 10, 10**12)
    assert low == 0
    assert high == pytest.approx(0.27753, abs=1e-4)  # 3.8415 / (10 + 3.8415)
    low, high = wilson(5, 10, 10**12)
    assert (low + high) / 2 == pytest.approx(0.5)
    assert high == pytest.approx(0.76341, abs=1e-4)
    assert wilson(0, 0, 0) == (0, 1)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.93])
@pytest.mark.parametrize("fraction", [0.01, 0.2, 0.7])
def test_the_interval_covers_the_truth_in_95_of_100_samples(share: float, fraction: float) -> None:
    numbers = random.Random(f"{share} {fraction}")  # noqa: S311 - the same in each run
    total = 40_000
    members = round(total * share)
    covered = []
    for _ in range(1000):
        matched = _binomial(numbers, members, fraction)
        read = matched + _binomial(numbers, total - members, fraction)
        low, high = wilson(matched, read, total)
        covered.append(low * total <= members <= high * total)
    assert 0.93 <= sum(covered) / len(covered) <= 0.97


def _binomial(numbers: random.Random, count: int, chance: float) -> int:
    """How many of `count` are drawn; the normal approximation, but for few exact."""
    if count * chance * (1 - chance) < 50:
        return sum(numbers.random() < chance for _ in range(count))
    drawn = round(numbers.gauss(count * chance, math.sqrt(count * chance * (1 - chance))))
    return min(max(drawn, 0), count)


def test_estimates_with_many_salts_cover_the_truth(sampled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole path, over profiles whose ids follow a pattern: it is the hashing that makes the sample random."""
    covered, seen = 0, set()
    for number in range(60):
        monkeypatch.setattr(buckets, "SALT", f"salt {number}:")
        scope = sampled.scope()
        scope.sources.sampling._counted = ((), {})
        made = sampled.estimate("loyalty.points < 3", 0.1)
        covered += made.interval[0] <= 1500 <= made.interval[1]
        seen.add(made.profiles_matched_so_far)
    scope.sources.sampling._counted = ((), {})
    assert 52 <= covered <= 60
    assert len(seen) > 20
