"""Twelve segments over the demo shop, one for each kind of question an analyst asks first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DemoSegment:
    """A segment definition over the demo shop: ``ws.segments.create(s.name, s.pql, description=s.description)``."""

    name: str
    pql: str
    description: str


SEGMENTS: Final = (
    DemoSegment(
        "Gold and platinum members",
        'loyalty.tier in ["gold", "platinum"]',
        "The two upper tiers of the card programme.",
    ),
    DemoSegment(
        "Reachable by phone in the US and UK",
        'homeAddress.countryCode in ["US", "GB"] and mobilePhone.number.isNotNull()',
        "Lives in one of two countries and left a phone number.",
    ),
    DemoSegment(
        "Under 30",
        "person.birthDate occurs < 30 years before today",
        "Has not had a thirtieth birthday yet; unknown birth dates do not count.",
    ),
    DemoSegment(
        "Outdoor fans who may leave",
        '"outdoor" in _acme.interests and _acme.scores.get("churn") >= 0.5',
        "An interest from an array, a score from a map.",
    ),
    DemoSegment(
        "May be e-mailed",
        'consents.marketing.email.val = "y" and consents.collect.val != "n" and personalEmail.address.isNotNull()',
        "Said yes to e-mail, did not refuse the collection of data (and was asked), and has an address.",
    ),
    DemoSegment(
        "Bought in the last 30 days",
        'exists E from xEvent where E.eventType = "commerce.purchases" and E.timestamp occurs <= 30 days before now',
        "At least one purchase, online or in a store.",
    ),
    DemoSegment(
        "Spent over 250 in 90 days",
        'xEvent[eventType = "commerce.purchases" and timestamp occurs <= 90 days before now]'
        ".sum(commerce.order.priceTotal) > 250",
        "Revenue of a quarter, in the currency of the orders, returns not deducted.",
    ),
    DemoSegment(
        "Repeat buyers",
        'xEvent[eventType = "commerce.purchases" and timestamp occurs <= 12 months before now].count() >= 3',
        "Three purchases or more within a year.",
    ),
    DemoSegment(
        "Coffee machine, then beans",
        "chain(xEvent, timestamp, ["
        'Machine: WHAT(eventType = "commerce.purchases" and productListItems.exists(category = "Coffee machines")), '
        'Beans: WHAT(eventType = "commerce.purchases" and productListItems.exists(category = "Coffee beans")) '
        "WHEN(<= 30 days after Machine)])",
        "Bought a coffee machine, and beans within 30 days of it.",
    ),
    DemoSegment(
        "Cart abandoners",
        "chain(xEvent, timestamp, ["
        'Cart: WHAT(eventType = "commerce.productListAdds") WHEN(<= 60 days before now), '
        'not Order: WHAT(eventType = "commerce.purchases")])',
        "Put something into the cart within 60 days and has bought nothing since.",
    ),
    DemoSegment(
        "Lapsed customers",
        '(exists E from xEvent where E.eventType = "commerce.purchases") and not (exists E from xEvent '
        'where E.eventType = "commerce.purchases" and E.timestamp occurs <= 12 months before now)',
        "Has bought before, but not within a year.",
    ),
    DemoSegment(
        "E-mail brought them in",
        "chain(xEvent, timestamp, ["
        'Sent: WHAT(eventType = "directMarketing.emailSent"), '
        'Clicked: WHAT(eventType = "directMarketing.emailClicked") WHEN(<= 3 days after Sent), '
        'Bought: WHAT(eventType = "commerce.purchases") WHEN(<= 30 days after Clicked)])',
        "Clicked in an e-mail within three days of its sending, and bought within 30 days of the click.",
    ),
)
"""Segment definitions that each select between one in two hundred and six in ten of the demo shop's profiles."""
