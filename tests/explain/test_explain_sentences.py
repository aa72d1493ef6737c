"""One sentence for each form of rule: exact, as an analyst would say it, and never less than the rule says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from segkit.analysis.explain import explain
from segkit.pql import parse

if TYPE_CHECKING:
    from segkit.workspace import Workspace

NOW = "2026-11-01"

SENTENCES = {
    "true": "All profiles.",
    "false": "No profiles.",
    'loyalty.tier = "gold"': 'Profiles whose loyalty.tier is "gold".',
    'loyalty.tier != "gold"': 'Profiles whose loyalty.tier is present but not "gold".',
    'not (loyalty.tier = "gold")': 'Profiles whose loyalty.tier is not "gold" (or is missing).',
    'not (loyalty.tier != "gold")': 'Profiles whose loyalty.tier is "gold" (or is missing).',
    "loyalty.tier = homeAddress.city": "Profiles whose loyalty.tier equals homeAddress.city.",
    "loyalty.tier != homeAddress.city": "Profiles whose loyalty.tier differs from homeAddress.city.",
    'loyalty.tier.equals("GOLD", false)': 'Profiles whose loyalty.tier is "GOLD" (in any case of letters).',
    'loyalty.tier in ["gold", "platinum"]': 'Profiles whose loyalty.tier is "gold" or "platinum".',
    'loyalty.tier notIn ["gold"]': 'Profiles whose loyalty.tier is present but not "gold".',
    'not loyalty.tier in ["gold", "platinum", "silver"]': (
        'Profiles whose loyalty.tier is none of "gold", "platinum" and "silver" (or is missing).'
    ),
    "loyalty.points > 500": "Profiles whose loyalty.points is more than 500.",
    "500 <= loyalty.points": "Profiles whose loyalty.points is at least 500.",
    "not loyalty.points < 500": "Profiles whose loyalty.points is not less than 500 (or is missing).",
    "loyalty.points = 1 or loyalty.points = 2": "Profiles whose loyalty.points is 1 or whose loyalty.points is 2.",
    'homeAddress.city = "Paris" and (loyalty.tier = "gold" or loyalty.points >= 10)': (
        'Profiles whose homeAddress.city is "Paris" and (whose loyalty.tier is "gold" or whose loyalty.points '
        "is at least 10)."
    ),
    'not (homeAddress.city = "Paris" and loyalty.points > 3)': (
        'Profiles who are not among those (whose homeAddress.city is "Paris" and whose loyalty.points is more than 3).'
    ),
    "homeAddress.city": (
        "homeAddress.city, a String for each profile. As a segment: profiles whose homeAddress.city is present."
    ),
    "not homeAddress.city": "Profiles whose homeAddress.city is missing.",
    "homeAddress.city.isNull()": "Profiles whose homeAddress.city is missing.",
    "homeAddress.city.isNotNull()": "Profiles whose homeAddress.city is present.",
    "person": "Profiles whose person is present.",
    '{"tier": loyalty.tier}': 'Profiles for whom `{"tier": loyalty.tier}` is present.',
    "xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count()))": (
        "Profiles for whom `xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count()))` is not empty."
    ),
    "_acme.interests": "Profiles whose _acme.interests is not empty.",
    "not _acme.interests": "Profiles whose _acme.interests is empty or missing.",
    '"outdoor" in _acme.interests': 'Profiles whose _acme.interests includes "outdoor".',
    'not ("outdoor" in _acme.interests)': 'Profiles whose _acme.interests does not include "outdoor" (or is missing).',
    '"outdoor" notIn _acme.interests': 'Profiles whose _acme.interests is present but does not include "outdoor".',
    '_acme.interests.intersects(["outdoor", "garden"])': (
        'Profiles whose _acme.interests includes any of "outdoor" and "garden".'
    ),
    '_acme.interests.supersetOf(["outdoor"])': 'Profiles whose _acme.interests includes "outdoor".',
    '_acme.interests.exists(this.startsWith("out"))': (
        'Profiles who have an item of _acme.interests where it starts with "out".'
    ),
    "_acme.interests.count() >= 3": "Profiles who have at least 3 items of _acme.interests.",
    '_acme.scores.get("churn") >= 0.5': 'Profiles whose _acme.scores["churn"] is at least 0.5.',
    'personalEmail.address.contains("@", false)': (
        'Profiles whose personalEmail.address contains "@" (in any case of letters).'
    ),
    'personalEmail.address.doesNotContain("@")': (
        'Profiles whose personalEmail.address is present but does not contain "@".'
    ),
    'not personalEmail.address.contains("@")': (
        'Profiles whose personalEmail.address does not contain "@" (or is missing).'
    ),
    'personalEmail.address like "%.de"': 'Profiles whose personalEmail.address is like "%.de".',
    'personalEmail.address matches "^a"': 'Profiles whose personalEmail.address matches "^a".',
    "person.birthDate.age() >= 18": (
        "Profiles for whom the number of whole years from person.birthDate to now is at least 18."
    ),
    "person.birthDate.getMonth() = currentMonth()": (
        "Profiles for whom the month of person.birthDate equals the month of now."
    ),
    "person.birthDate occurs < 30 years before today": (
        "Profiles whose person.birthDate is less than 30 years before the start of today."
    ),
    "person.birthDate occurs on date(1990, 5, 1)": "Profiles whose person.birthDate is on 1990-05-01.",
    "person.birthDate occurs after date(1990, 5, 1)": "Profiles whose person.birthDate is after 1990-05-01.",
    'person.birthDate occurs before "1990-05-01"': (
        "Profiles whose person.birthDate is before the start of 1990-05-01."
    ),
    "person.birthDate occurs between date(1990, 1, 1) and date(1999, 12, 31)": (
        "Profiles whose person.birthDate is from 1990-01-01 through 1999-12-31."
    ),
    'not (person.birthDate occurs before "1990-05-01")': (
        "Profiles whose person.birthDate is not before the start of 1990-05-01 (or is missing)."
    ),
    "xEvent": "Profiles who have an experience event.",
    "not xEvent": "Profiles who have no experience events.",
    "xEvent.count() = 0": "Profiles who have no experience events.",
    "xEvent.count() > 0": "Profiles who have at least 1 experience event.",
    "xEvent.count() = 1": "Profiles who have exactly 1 experience event.",
    "xEvent.count() < 5": "Profiles who have fewer than 5 experience events.",
    "not xEvent.count() >= 5": "Profiles who have fewer than 5 experience events.",
    "xEvent.count() != 5": "Profiles who have any number but 5 of experience events.",
    "xEvent.count() > loyalty.points": (
        "Profiles for whom the number of experience events is more than loyalty.points."
    ),
    "xEvent[timestamp occurs today]": "Profiles who have an experience event today.",
    "xEvent[timestamp occurs last month]": "Profiles who have an experience event during last month.",
    "xEvent[timestamp occurs <= 30 days before now]": (
        "Profiles who have an experience event in the 30 days before now."
    ),
    "xEvent[timestamp occurs < 1 week before now]": (
        "Profiles who have an experience event less than 1 week before now."
    ),
    "xEvent[timestamp occurs > 2 years before today]": (
        "Profiles who have an experience event more than 2 years before the start of today."
    ),
    "xEvent[timestamp occurs >= 2 centuries before now]": (
        "Profiles who have an experience event at least 2 centuries before now."
    ),
    "xEvent[timestamp occurs = 3 days before now]": (
        "Profiles who have an experience event on the day 3 days before now."
    ),
    "xEvent[timestamp occurs != 3 days before now]": (
        "Profiles who have an experience event where timestamp is before the start of the day 3 days before now "
        "or timestamp is at or after the end of the day 3 days before now but at or before now."
    ),
    'xEvent[timestamp occurs <= 3 hours after "2026-01-01T08:00:00Z"]': (
        "Profiles who have an experience event in the 3 hours after 2026-01-01 08:00 UTC."
    ),
    'xEvent[timestamp occurs before "2026-01-01T08:00:30Z"]': (
        "Profiles who have an experience event before 2026-01-01 08:00:30 UTC."
    ),
    'xEvent[timestamp occurs between "2026-01-01T08:00:00Z" and now]': (
        "Profiles who have an experience event at or after 2026-01-01 08:00 UTC but at or before now."
    ),
    'xEvent[eventType = "a" and timestamp occurs this year and commerce.order.priceTotal > 5]': (
        'Profiles who have an experience event of eventType "a" during this year where '
        "commerce.order.priceTotal is more than 5."
    ),
    'xEvent[eventType.equals("A", false)]': (
        'Profiles who have an experience event of eventType "A" (in any case of letters).'
    ),
    'xEvent[eventType in ["a", "b"]].count() >= 2': (
        'Profiles who have at least 2 experience events of eventType "a" or "b".'
    ),
    'xEvent[(eventType = "a" or eventType = "b") and commerce.order.priceTotal > ^.loyalty.points]': (
        'Profiles who have an experience event where (eventType is "a" or eventType is "b") and '
        "commerce.order.priceTotal is more than the profile's loyalty.points."
    ),
    'xEvent[eventType = "a"].sum(commerce.order.priceTotal) > 250': (
        'Profiles whose experience events of eventType "a" have a total commerce.order.priceTotal of more than 250.'
    ),
    "xEvent[commerce.order.priceTotal > 3].average(commerce.order.priceTotal) <= 1.5": (
        "Profiles whose experience events (where commerce.order.priceTotal is more than 3) have an average "
        "commerce.order.priceTotal of at most 1.5."
    ),
    "xEvent.commerce.order.priceTotal.max() = 3": (
        "Profiles whose experience events have a largest commerce.order.priceTotal of exactly 3."
    ),
    "xEvent.eventType.distinct().count() > 2": (
        "Profiles for whom the number of different values of eventType in experience events is more than 2."
    ),
    'xEvent.topN(timestamp, 1).head().eventType = "a"': (
        'Profiles for whom the eventType of the latest experience event is "a".'
    ),
    'xEvent.productListItems.SKU = "x"': (
        'Profiles who have an experience event where productListItems has an item (where SKU is "x").'
    ),
    'xEvent[productListItems.exists(quantity > 2 and SKU = "x")]': (
        "Profiles who have an experience event where productListItems has an item (where quantity is more than "
        '2 and SKU is "x").'
    ),
    "xEvent.productListItems[quantity > 2].count() >= 3": (
        "Profiles who have at least 3 items of productListItems of experience events where quantity is more than 2."
    ),
    'forall E from xEvent where E.eventType = "a"': (
        'Profiles for whom every experience event (if there is any) is one where eventType is "a".'
    ),
    (
        'exists X from xEvent where X.eventType = "a", Y from xEvent where Y.eventType = "b" and Y.timestamp '
        "occurs < 1 hour after X.timestamp"
    ): (
        'Profiles who have an experience event X of eventType "a" where the profile has an experience event of '
        'eventType "b" less than 1 hour after X.timestamp.'
    ),
    "exists X from xEvent, P from X.productListItems where P.priceTotal > X.commerce.order.priceTotal": (
        "Profiles who have an experience event X where productListItems has an item (where priceTotal is more "
        "than X.commerce.order.priceTotal)."
    ),
    'chain(xEvent, timestamp, [A: WHAT(eventType = "a")])': 'Profiles who have an experience event of eventType "a".',
    'not chain(xEvent, timestamp, [A: WHAT(eventType = "a") COUNT(2)])': (
        'Profiles who do not have at least 2 experience events of eventType "a".'
    ),
    'chain(xEvent, timestamp, [A: WHAT(eventType = "a"), B: WHAT(eventType = "b") WHEN(<= 3 days after A)])': (
        'Profiles who have, one after the other: an experience event of eventType "a" (A), then an experience '
        'event of eventType "b" in the 3 days after A (B).'
    ),
    (
        'chain(xEvent, timestamp, [not N: WHAT(*), A: WHAT(eventType = "a"), not M: WHAT(eventType = "m"), B: '
        "WHAT(*) COUNT(= 2)])"
    ): (
        "Profiles who have, one after the other: no experience event (N) before, then an experience event of "
        'eventType "a" (A), no experience event of eventType "m" (M) in between, then exactly 2 experience '
        "events (B)."
    ),
    'inSegment("Lapsed customers") and not inSegment("Cart abandoners")': (
        'Profiles who are in the segment "Lapsed customers" and who are not in the segment "Cart abandoners".'
    ),
    "let floor = 5 in loyalty.points > floor": "Profiles whose loyalty.points is more than 5.",
    "(P) => P.loyalty.points > 5": "Profiles whose loyalty.points is more than 5.",
    'if(loyalty.points > 3, "a", "b") = "a" and homeAddress.city = "Paris"': (
        'Profiles for whom `if(loyalty.points > 3, "a", "b") = "a"` holds and whose homeAddress.city is "Paris".'
    ),
    "xEvent.count()": (
        "The number of experience events, an Integer for each profile. As a segment: profiles for whom the "
        "number of experience events is present."
    ),
    "loyalty.points * 2 + 1": (
        "(loyalty.points * 2) + 1, an Integer for each profile. As a segment: profiles for whom (loyalty.points "
        "* 2) + 1 is present."
    ),
    "person.name.lastName.lowerCase()": (
        "person.name.lastName.lowerCase(), a String for each profile. As a segment: profiles whose "
        "person.name.lastName.lowerCase() is present."
    ),
    "xEvent.topN(timestamp, 1).head().eventType": (
        "The eventType of the latest experience event, a String for each profile. As a segment: profiles for "
        "whom the eventType of the latest experience event is present."
    ),
}


@pytest.mark.parametrize("rule", SENTENCES)
def test_r03_the_sentence_of_a_rule(shop: Workspace, rule: str) -> None:
    segments = {one: (one, "true") for one in ("Lapsed customers", "Cart abandoners")}
    assert explain(shop.scope(as_of=NOW), parse(rule), segments).sentence == SENTENCES[rule]
