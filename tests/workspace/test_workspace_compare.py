"""Definitions that say the same, and what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import segkit as sk

if TYPE_CHECKING:
    from segkit.workspace import Workspace

GOLD = "loyalty.points > 10 and loyalty.points < 100"


def test_duplicates_are_found_however_they_are_written(small: Workspace) -> None:
    small.segments.create("a", GOLD)
    small.segments.create("b", "100 > loyalty.points and not (loyalty.points <= 10)")
    small.segments.create("c", 'inSegment("a") and inSegment("a")')
    small.segments.create("other", "loyalty.points > 10")
    found = small.segments.duplicates()
    assert [[one.name for one in group] for group in found] == [["a", "b", "c"]]
    assert found.to_pandas()[["names", "count"]].to_numpy().tolist() == [["a, b, c", 3]]
    assert "a, b, c" in repr(found)


def test_under_another_merge_policy_a_rule_is_no_duplicate(small: Workspace) -> None:
    default = small.merge_policies.default
    small.merge_policies.create("another", attribute_merge="timestampOrdered")
    first = small.segments.create("first", GOLD)
    small.segments.create("second", GOLD, merge_policy="another")
    assert len(small.segments.duplicates()) == 0
    small.segments.create("third", GOLD, merge_policy=default)
    assert first.same_as == ["third"]
    assert [[one.name for one in group] for group in small.segments.duplicates()] == [["first", "third"]]


def test_a_new_definition_shows_those_that_say_the_same(small: Workspace) -> None:
    first = small.segments.create("first", GOLD)
    assert "same rule as" not in repr(first)
    second = small.segments.create("second", "loyalty.points < 100 and loyalty.points > 10")
    assert "same rule as  first" in repr(second)
    assert "same rule as" in second._repr_html_()
    assert "same rule as" not in repr(small.segments.get("second"))
    updated = small.segments.update("second", pql="loyalty.points > 7")
    assert updated.same_as == []
    assert "same rule as" not in repr(updated)


def test_versions_are_compared_condition_by_condition(small: Workspace) -> None:
    small.segments.create("s", 'loyalty.points > 10 and homeAddress.country = "US" and xEvent')
    new = small.segments.update("s", pql='homeAddress.country in ["US"] and loyalty.points > 20 and xEvent.count() < 9')
    found = new.compare()
    assert not found.same
    assert found.stayed == ['homeAddress.country in ["US"]']
    assert found.changed == [("loyalty.points > 10", "loyalty.points > 20"), ("xEvent", "xEvent.count() < 9")]
    assert (found.came, found.went) == ([], [])
    assert repr(found).splitlines() == [
        "s, version 1 → version 2: the rule changed",
        "",
        '  = homeAddress.country in ["US"]   (was: homeAddress.country = "US")',
        "  ~ and loyalty.points > 10",
        "      → loyalty.points > 20",
        "  ~ and xEvent",
        "      → xEvent.count() < 9",
    ]
    assert "<table" in found._repr_html_()
    assert list(found.to_pandas()["change"]) == ["stayed", "changed", "changed"]


def test_another_spelling_is_the_same_rule(small: Workspace) -> None:
    small.segments.create("s", GOLD)
    small.segments.update("s", pql="100 > loyalty.points and not (loyalty.points <= 10)")
    small.segments.update("s", description="the better ones")
    found = small.segments.compare("s", version=1)
    assert found.same
    assert "the same rule, written differently" in repr(found)
    assert "none → the better ones" in repr(found)
    assert small.segments.compare("s").same
    assert "version 2 → version 3: the same rule\n" in repr(small.segments.compare("s"))


def test_two_definitions_are_compared(small: Workspace) -> None:
    small.merge_policies.create("another", attribute_merge="timestampOrdered")
    a = small.segments.create("a", 'loyalty.points > 10 or homeAddress.country = "US"')
    small.segments.create("b", 'homeAddress.country = "US" or xEvent', merge_policy="another")
    found = a.compare("b")
    assert not found.same
    assert (found.came, found.went) == (["xEvent"], ["loyalty.points > 10"])
    assert "merge policy" in repr(found)
    same = small.segments.compare("b", small.segments.create("c", "xEvent or homeAddress.country in ('US')"))
    assert same.rules.same
    assert not same.same


def test_what_cannot_be_compared_is_refused(small: Workspace) -> None:
    one = small.segments.create("one", GOLD)
    with pytest.raises(sk.InvalidRequestError, match="nothing before it"):
        one.compare()
    with pytest.raises(sk.NotFoundError):
        one.compare("nobody")
    with pytest.raises(sk.InvalidRequestError, match="not with both"):
        small.segments.compare(one, one, version=1)
