"""Segments in segments under different merge policies, through the workspace (R48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segkit.workspace import Workspace


def test_r48_another_merge_policy_is_warned_of(small: Workspace) -> None:
    small.merge_policies.create("one first", attribute_merge="dataSetPrecedence", order=["crm", "orders"])
    rule = "xEvent.count() > 0"
    small.segments.create("inner one", rule, merge_policy="one first")
    small.segments.create("plain", rule)
    codes = [one.code for one in small.check('inSegment("inner one")')]
    assert codes == ["segment-policy"]
    assert not small.check('inSegment("plain")')
    assert not small.check('inSegment("inner one")', merge_policy="one first")
    assert [one.code for one in small.check('inSegment("plain")', merge_policy="one first")] == ["segment-policy"]
