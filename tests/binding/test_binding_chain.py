"""Sequences of events: R33 to R37."""

from __future__ import annotations

import pytest
from binding_support import condition, diagnostics, refused


def _elements(text: str) -> str:
    return condition(f"chain(xEvent, timestamp, [{text}])")


def test_r33_elements_in_order() -> None:
    assert _elements('A: WHAT(eventType = "x"), B: WHAT(commerce.order)') == (
        "chain(xEvent, e: e.timestamp; A a: a.eventType = 'x' at b; B c: truth(c.commerce.order) at d)"
    )
    assert condition('chain(xEvent[eventType = "x"], timestamp, [A: WHAT(*)])').startswith("chain(xEvent[")


def test_r34_when_has_the_event_s_timestamp_as_subject() -> None:
    assert "when a.timestamp in [day(now), day(now)+1 day)" in _elements("A: WHAT(*) WHEN(today)")
    assert "when a.timestamp in [now-24 hour, now]" in _elements("A: WHAT(*) WHEN(<= 24 hours before now)")


def test_r34_when_may_refer_to_an_earlier_element_by_name() -> None:
    shown = _elements("A: WHAT(*), B: WHAT(*) WHEN(<= 2 days after A), C: WHAT(*) WHEN(between A and B)")
    assert "A a: true at b" in shown
    assert "when c.timestamp in [b, b+2 day]" in shown
    assert "when e.timestamp in [b, d]" in shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A: WHAT(*) WHEN(before «B»), B: WHAT(*)", "name-ahead"),
        ("A: WHAT(*) WHEN(before «A»), B: WHAT(*)", "name-ahead"),
        ("not A: WHAT(*), B: WHAT(*) WHEN(after «A»)", "negated-reference"),
        ('A: WHAT(*), B: WHAT(«A».eventType = "x")', "hidden-name"),
        ("A: WHAT(*), «A»: WHAT(*)", "duplicate-name"),
        ("A: WHAT(*) «COUNT(0)»", "count-zero"),
        ("not A: WHAT(*) «COUNT(2)», B: WHAT(*)", "negated-count"),
        ("A: WHAT(«homeAddress».city)", "unknown-field"),
        ("A: WHAT(*) WHEN(after «soon»)", "unknown-field"),
    ],
)
def test_r34_names_and_counts_that_make_no_sense(text: str, code: str) -> None:
    refused(f"chain(xEvent, timestamp, [{text}])", code)


def test_r34_a_field_wins_over_an_element_s_name_inside_what() -> None:
    assert "a.day = #2024-01-01" in _elements('day: WHAT(day = "2024-01-01"), B: WHAT(*) WHEN(after day)')


def test_r35_counts() -> None:
    assert "A a: true count >= 3 at b" in _elements("A: WHAT(*) COUNT(3)")
    assert "count = 0" in _elements("A: WHAT(*) COUNT(= 0)")
    assert "count <= 2" in _elements("A: WHAT(*) COUNT(<= 2)")


def test_r36_negated_elements_and_chains() -> None:
    assert "not B c: c.eventType = 'x'" in _elements('A: WHAT(*), not B: WHAT(eventType = "x"), C: WHAT(*)')
    assert condition("not(chain(xEvent, timestamp, [A: WHAT(*)]))").startswith("not chain(")


def test_r37_the_caret_reaches_the_profile_from_what() -> None:
    assert "A a: age > 3" in _elements("A: WHAT(^.age > 3)")
    assert "any(a.productListItems, b: (b.price > 1 and age > 3))" in _elements(
        "A: WHAT(productListItems[price > 1 and ^^.age > 3])"
    )


def test_r33_the_time_field_is_a_moment() -> None:
    assert condition("chain(xEvent, epoch, [A: WHAT(*)])").startswith("chain(xEvent, c: Timestamp(c.epoch);")
    assert condition("chain(xEvent, day, [A: WHAT(*)])").startswith("chain(xEvent, c: Timestamp(c.day);")
    refused("chain(xEvent, «eventType», [A: WHAT(*)])", "type-clash")
    refused("chain(«age», timestamp, [A: WHAT(foo)])", "type-clash")


def test_r33_a_wrong_time_field_is_reported_once() -> None:
    found = diagnostics("chain(xEvent, timestmp, [A: WHAT(*) WHEN(today), B: WHAT(*) WHEN(today)])")
    assert [(one.code, one.words) for one in found] == [("unknown-field", "timestmp")]


def test_r33_a_chain_has_no_methods() -> None:
    for marked in (
        'chain(xEvent, timestamp, [A: WHAT(eventType = "x")]).«filter»(eventType = "x").exists()',
        'chain(xEvent, timestamp, [A: WHAT(eventType = "x")]).«count»() > 1',
    ):
        assert "WHEN" in str(refused(marked, "chain-method").hint)
