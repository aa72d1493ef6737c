"""One rule for each kind of construct, over the fields of `matrix_data`."""

from __future__ import annotations

AS_OF = "2026-11-01"
RULES: dict[str, str] = {
    "attribute": 'home.city = "Ghent"',
    "negative": 'home.city != "Ghent"',
    "missing": "loyalty.points.isNull()",
    "number": "loyalty.points >= 60 and loyalty.points < 300",
    "double": "ratio > 3.5",
    "decimal": "spent > 500.25",
    "text": 'home.country.startsWith("B") or loyalty.tier in ["gold", "blue"]',
    "date": "born occurs < 30 years before today",
    "flag": "consent = true",
    "array": '"outdoor" in interests',
    "array of objects": 'cards.exists(sku = "S2" and price > 1)',
    "array count": "interests.count() >= 2",
    "map": 'scores.get("churn") >= 0.5',
    "map of two": 'scores.get("churn") < 0.3 and scores.get("buy").isNotNull()',
    "identities": 'identityMap.get("email").isNotNull()',
    "object": "home.isNotNull() and loyalty.isNull()",
    "some event": 'exists E from xEvent where E.eventType = "buy"',
    "no event": "xEvent.count() = 0",
    "window": 'xEvent[eventType = "buy" and timestamp occurs <= 90 days before now].count() >= 2',
    "calendar": 'xEvent[eventType = "view" and timestamp occurs this year].count() > 7',
    "sum": 'xEvent[eventType = "buy"].sum(order.total) > 150.005',
    "largest": "xEvent.max(order.total) > 190",
    "average": 'xEvent[eventType = "buy"].average(order.total) < 60.0001',
    "items": 'xEvent[items.exists(sku = "S3")].count() > 1',
    "distinct": "xEvent.map((E) => E.eventType).distinct().count() >= 4",
    "groups": "xEvent.groupBy(eventType).map((K, G) => mapEntry(K, G.count())).values().max() >= 3",
    "sequence": (
        'chain(xEvent, timestamp, [A: WHAT(eventType = "sent"), B: WHAT(eventType = "buy") WHEN(<= 30 days after A)])'
    ),
    "not since": (
        'chain(xEvent, timestamp, [A: WHAT(eventType = "add") WHEN(<= 200 days before now), '
        'not B: WHAT(eventType = "buy")])'
    ),
    "latest": 'xEvent.topN(timestamp, 1).exists(eventType = "view")',
    "attribute and event": 'loyalty.tier = "gold" and xEvent[eventType = "clicked"].count() > 0',
    "another segment": 'inSegment("attribute") and not inSegment("some event")',
}
COLUMNS = [
    *("home.city", "loyalty.points", "ratio", "spent", "interests", 'scores.get("churn")', "cards.count()"),
    *("xEvent.count()", "xEvent.sum(order.total)"),
]
