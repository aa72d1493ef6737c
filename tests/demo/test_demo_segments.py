from __future__ import annotations

import duckdb
import pytest
from demo_expected import RULES, Identity, expected_members, expected_sizes

from segkit.demo import AS_OF, SEGMENTS, sample_path

SIZES = {
    "Gold and platinum members": 99,
    "Reachable by phone in the US and UK": 559,
    "Under 30": 584,
    "Outdoor fans who may leave": 50,
    "May be e-mailed": 829,
    "Bought in the last 30 days": 91,
    "Spent over 250 in 90 days": 42,
    "Repeat buyers": 98,
    "Coffee machine, then beans": 57,
    "Cart abandoners": 64,
    "Lapsed customers": 307,
    "E-mail brought them in": 113,
}


@pytest.fixture(scope="module")
def members() -> dict[str, set[Identity]]:
    return expected_members()


def test_there_are_twelve_segments_with_names_of_their_own() -> None:
    assert len({segment.name for segment in SEGMENTS}) == len(SEGMENTS) == 12
    assert all(segment.description for segment in SEGMENTS)
    assert {segment.name for segment in SEGMENTS} == set(RULES)


def test_three_segments_are_sequences_of_events() -> None:
    assert sum(segment.pql.startswith("chain(") for segment in SEGMENTS) >= 3


@pytest.mark.parametrize("name", [segment.name for segment in SEGMENTS])
def test_a_segment_selects_some_but_not_most(members: dict[str, set[Identity]], name: str) -> None:
    share = len(members[name]) / len(members[""])
    assert members[name] <= members[""]
    assert 0.005 <= share <= 0.6


def test_the_sizes_on_the_sample_are_known() -> None:
    assert expected_sizes() == SIZES


def test_no_revenue_lies_so_near_the_limit_that_rounding_decides() -> None:
    with duckdb.connect(":memory:") as connection:
        statement = """
            SELECT count(*) FROM (
                SELECT sum(commerce."order".priceTotal) AS spent FROM read_parquet($file)
                WHERE eventType = 'commerce.purchases' AND timestamp >= $now::TIMESTAMP - INTERVAL 90 DAY
                GROUP BY list_filter(flatten(map_values(identityMap)), lambda v: v.primary)[1].id)
            WHERE abs(spent - 250) < 0.01"""
        file = str(sample_path() / "events.parquet")
        near = connection.execute(statement, {"file": file, "now": AS_OF.replace(tzinfo=None)}).fetchall()
    assert near == [(0,)]
