"""What `inSegment` says of the segment it refers to, and segments in segments (R48)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from binding_support import SCHEMA

from segkit.pql import parse
from segkit.pql.binder import Referred, bind

if TYPE_CHECKING:
    from segkit.pql.binder import BoundExpression
    from segkit.pql.diagnostics import Diagnostic


def _bound(text: str, policies: dict[str, str] | None = None, **others: str) -> BoundExpression:
    known = {name: Referred(parse(rule), (policies or {}).get(name)) for name, rule in others.items()}
    return bind(parse(text), SCHEMA, segments=known.get)


def _warnings(text: str, policies: dict[str, str] | None = None, **others: str) -> list[Diagnostic]:
    return list(_bound(text, policies, **others).diagnostics)


def test_r48_a_differing_merge_policy_is_said_once_at_the_call() -> None:
    [found] = _warnings('age > 3 and inSegment("b") or inSegment("b")', {"b": "crm first"}, b="age > 1")
    assert (found.code, found.severity, found.words) == ("segment-policy", "warning", 'inSegment("b")')
    assert "`b`" in found.message
    assert "`crm first`" in found.message


def test_r48_the_same_merge_policy_needs_no_words() -> None:
    assert _warnings('inSegment("b")', b="age > 1") == []


def test_r48_warnings_inside_a_segment_are_said_at_the_call() -> None:
    [found] = _warnings('age > 3 and inSegment("b")', b='age = "21"')
    assert (found.code, found.words) == ("segment-warning", 'inSegment("b")')
    assert "in segment `b`" in found.message
    [found] = _warnings('inSegment("b")', b='age = "21" and age = "22" and age = "23"')
    assert found.message.endswith("and 2 more")


def test_r48_warnings_come_up_through_all_levels() -> None:
    [found] = _warnings('inSegment("a")', {"c": "other"}, a='inSegment("b")', b='inSegment("c")', c="age > 1")
    assert found.code == "segment-warning"
    assert "in segment `a`: in segment `b`: segment `c` has a merge policy of its own" in found.message


def test_r48_three_levels_are_one_condition() -> None:
    flat = bind(parse("age > 1 and age < 9"), SCHEMA).condition
    nested = _bound('inSegment("a")', a='inSegment("b") and age < 9', b='inSegment("c")', c="age > 1").condition
    assert nested == flat


def test_r48_segments_that_ask_the_same_of_events_share_it() -> None:
    from segkit.plan import Clock, plan

    others = {
        "buyers": 'xEvent[eventType = "buy"].count() > 2',
        "big": 'inSegment("buyers") and exists X from xEvent where X.eventType = "view"',
        "same": 'xEvent[eventType = "buy"].count() > 2 and xEvent.eventType = "view"',
    }
    text = 'inSegment("big") or inSegment("same") or not inSegment("buyers")'
    made = plan({"rule": _bound(text, **others).condition}, {}, Clock(dt.datetime(2026, 11, 21)))  # noqa: DTZ001
    assert [one.kind for one in made.features] == ["count", "any"]
    assert [one.reads_events for one in made.forms] == [1, 1]
