"""One rule for each code of lint, against the schema of `tests/diagnostics`; codes that need data have none."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final[dict[str, str]] = {
    "always-false": "loyalty.points > 5 and loyalty.points < 3",
    "always-true": "xEvent.count() >= 0",
    "double-negation": "not (not active)",
    "drops-missing": 'loyalty.tier != "gold"',
    "duplicate-item": 'loyalty.tier in ["gold", "gold"]',
    "empty-text": 'loyalty.tier = ""',
    "impossible-order": ("chain(xEvent, timestamp, [A: WHAT(*) WHEN(today), B: WHAT(*) WHEN(before yesterday)])"),
    "impossible-pattern": 'loyalty.tier matches "a^b"',
    "like-without-wildcard": 'loyalty.tier like "gold"',
    "null-as-text": 'loyalty.tier = "null"',
    "only-presence": "loyalty.tier = loyalty.tier",
    "open-window": "xEvent[timestamp occurs after yesterday].count() > 1",
    "plain-wildcard": 'loyalty.tier.startsWith("gold*")',
    "redundant-condition": 'loyalty.tier = "gold" and loyalty.tier = "gold"',
    "redundant-pattern": 'loyalty.tier matches ".*gold.*"',
    "single-instant": "createdAt occurs <= 0 days before now",
    "takes-missing": 'not (loyalty.tier != "gold")',
    "unrelated-condition": 'exists X from xEvent where loyalty.tier = "gold"',
    "unused-name": "let x = 1 in active",
}
NEED_DATA: Final = frozenset({"left-out-dataset", "literal-case", "outside-data", "unknown-value"})
"""What only `ws.lint` can say."""
