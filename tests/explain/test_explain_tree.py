"""The typed tree: types, words, and every decision that segkit took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import segkit as sk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segkit.analysis.typed import TypedNode
    from segkit.workspace import Workspace

NOW = "2026-11-01T12:00:00"

# rule → construct → the notes of the first part with that name
NOTES = {
    'loyalty.points > "21"': {"21": ['the text "21" is read as an Integer']},
    'person.birthDate < "2000-01-31"': {"2000-01-31": ['the text "2000-01-31" is read as a Date']},
    'person.birthDate = "2020-01-01T08:00:00Z"': {
        "2020-01-01 08:00 UTC": ['the text "2020-01-01T08:00:00Z" is read as an instant in UTC'],
        "as Timestamp": ["a Date stands for its first instant, in UTC"],
    },
    "person.birthDate occurs on date(1990, 5, 1)": {
        "occurs": ["1990-05-01 00:00 <= person.birthDate < 1990-05-02 00:00 UTC"]
    },
    "xEvent[timestamp occurs <= 30 days before now]": {
        "occurs": ["2026-10-02 12:00 <= timestamp <= 2026-11-01 12:00 UTC"],
        "30 days before now": ["2026-10-02 12:00 UTC"],
        "now": ["2026-11-01 12:00 UTC"],
    },
    "xEvent[timestamp occurs < 30 days before today]": {
        "occurs": ["2026-10-02 00:00 < timestamp < 2026-11-01 00:00 UTC"]
    },
    "xEvent[timestamp occurs before this week]": {"occurs": ["timestamp < 2026-10-26 00:00 UTC"]},
    "xEvent[timestamp occurs after now]": {"occurs": ["2026-11-01 12:00 < timestamp UTC"]},
    "xEvent[timestamp occurs before ^.person.birthDate]": {"occurs": ["timestamp < the profile's person.birthDate"]},
    'loyalty.tier != "gold"': {"!=": ["false where a value is missing"]},
    'loyalty.tier notIn ["gold"]': {"notIn": ["false where a value is missing"]},
    'personalEmail.address.doesNotContain("@")': {"not contains": ["false where a value is missing"]},
    'not (loyalty.tier = "gold")': {"not": ["true where a value is missing: what it negates is false there"]},
    "not (xEvent)": {"not": []},
    'not (not (loyalty.tier = "gold"))': {"not": []},
    'not (loyalty.tier = "gold" or xEvent)': {"not": []},
    'not (loyalty.tier = "gold" and xEvent)': {
        "not": ["true where a value is missing: what it negates is false there"],
    },
    'xEvent.productListItems.SKU = "x"': {
        "exists": ["an array beside a single value: true when it is true of any item"],
    },
    'xEvent.exists(eventType = "x")': {"exists": []},
    'forall E from xEvent where E.eventType = "a"': {"forall": ["true where there is no item"]},
    'loyalty.tier.equals("GOLD", false)': {"=": ["upper and lower case are the same"]},
    "person": {"person": ["an object: present when one of its 4 fields is"]},
    "xEvent.count() > 2": {"count": ["0 where there is none"]},
    "xEvent.sum(commerce.order.priceTotal) > 2": {
        "sum": ["0 where there is none; missing values are left out"],
    },
    "xEvent.average(commerce.order.priceTotal) > 2": {
        "average": ["missing where there is none; missing values are left out"],
    },
    "xEvent.topN(timestamp, 1).head().eventType": {
        ".eventType": [],
        "head": ["missing where there is none"],
        "topN": ["ties by timestamp, then _id; items without the key come last"],
    },
    '_acme.scores["churn"] > 0.5': {"get": ["missing where there is no such key"]},
    "loyalty.points / loyalty.points > 1": {"/": ["missing where the divisor is 0"]},
    "loyalty.points / 2 > 1": {"/": []},
    '_acme.interests.intersects(["a"])': {"intersects": ["order and repetition do not count"]},
    'inSegment("Under 30")': {
        "inSegment": ['the rule of the segment "Under 30": person.birthDate occurs < 30 years before today'],
        "occurs": ["1996-11-01 00:00 < person.birthDate < 2026-11-01 00:00 UTC"],
    },
    "chain(xEvent, timestamp, [A: WHAT(*), B: WHAT(*) WHEN(<= 3 days after A)])": {
        "chain": ["each event is strictly later than the one before", "an event without a timestamp is left out"],
        "occurs": ["A <= timestamp <= 3 days after A"],
        "3 days after A": [],
    },
}


def below(node: TypedNode) -> Iterator[TypedNode]:
    yield node
    for one in node.parts:
        yield from below(one)


@pytest.mark.parametrize("rule", NOTES)
def test_what_was_decided_is_noted(shop: Workspace, rule: str) -> None:
    tree = shop.explain(rule, as_of=NOW).tree
    for what, notes in NOTES[rule].items():
        assert list(next(one for one in below(tree) if one.what == what).notes) == notes


def test_types_and_words_of_every_part(shop: Workspace) -> None:
    tree = shop.explain('homeAddress.city = "Paris" and xEvent[eventType = "a"].count() >= 3', as_of=NOW).tree
    assert [(one.what, one.type, one.words) for one in below(tree)] == [
        ("and", "Boolean", 'homeAddress.city = "Paris" and xEvent[eventType = "a"].count() >= 3'),
        ("=", "Boolean", 'homeAddress.city = "Paris"'),
        ("homeAddress.city", "String", "homeAddress.city"),
        ('"Paris"', "String", '"Paris"'),
        (">=", "Boolean", 'xEvent[eventType = "a"].count() >= 3'),
        ("count", "Integer", 'xEvent[eventType = "a"].count()'),
        ("filter", "Array of Object", 'xEvent[eventType = "a"]'),
        ("xEvent", "Array of Object", "xEvent"),
        ("=", "Boolean", 'eventType = "a"'),
        ("eventType", "String", "eventType"),
        ('"a"', "String", '"a"'),
        ("3", "Integer", "3"),
    ]


def test_what_another_segment_brings_has_the_words_of_its_call_once(shop: Workspace) -> None:
    tree = shop.explain('inSegment("Cart abandoners") and homeAddress.city = "Paris"', as_of=NOW).tree
    calls = [one for one in below(tree) if one.words == 'inSegment("Cart abandoners")']
    assert [one.what for one in calls] == ["inSegment"]
    assert [one.what for one in below(calls[0])][:4] == ["inSegment", "chain", "xEvent", "Cart"]


def test_r43_windows_are_instants_of_the_zone_and_week_of_the_workspace() -> None:
    rows = [{"_id": "1", "timestamp": "2026-10-01T00:00:00", "identityMap": {"crm": [{"id": "1", "primary": True}]}}]
    frame = pd.DataFrame(rows).assign(timestamp=lambda one: pd.to_datetime(one["timestamp"]))
    with sk.open(None, timezone="Europe/Berlin", week_start="sunday") as workspace:
        workspace.datasets.add("web", frame, kind="event")
        window = "xEvent[timestamp occurs last week or timestamp occurs <= 2 months before today]"
        tree = workspace.explain(window, as_of="2026-11-25T23:30:00Z").tree
    assert [one.notes[0] for one in below(tree) if one.what == "occurs"] == [
        "2026-11-15 00:00 <= timestamp < 2026-11-22 00:00 Europe/Berlin",
        "2026-09-26 00:00 <= timestamp < 2026-11-26 00:00 Europe/Berlin",
    ]
