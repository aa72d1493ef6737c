"""The questions that all contenders answer, by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.benchmarks.conditions import ONE, TWENTY, Condition, drawn

WINDOW_DAYS, SUM_DAYS, SEQUENCE_DAYS = 30, 90, 7
SPENT = 250
BOUGHT, ADDED = "commerce.purchases", "commerce.productListAdds"

WINDOW = f'exists E from xEvent where E.eventType = "{BOUGHT}" and E.timestamp occurs <= {WINDOW_DAYS} days before now'
SEQUENCE = (
    f'chain(xEvent, timestamp, [A: WHAT(eventType = "{ADDED}"), '
    f'B: WHAT(eventType = "{BOUGHT}") WHEN(<= {SEQUENCE_DAYS} days after A)])'
)
SUM = (
    f'xEvent[eventType = "{BOUGHT}" and timestamp occurs <= {SUM_DAYS} days before now]'
    f".sum(commerce.order.priceTotal) > {SPENT}"
)

MERGED = (
    "person.name.firstName", "person.name.lastName", "person.gender", "person.birthDate", "homeAddress.country",
    "homeAddress.city", "homeAddress.stateProvince", "consents.marketing.email", "consents.marketing.sms",
    "consents.marketing.push", "account.status", "loyalty.tier", "loyalty.points", "metrics.lifetimeValue",
    "metrics.orders", "metrics.averageBasket", "metrics.lastOrder", "metrics.sessions", "preferences.language",
    "preferences.channel",
)  # fmt: skip
"""The leaves of the full merge."""


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the comparison.

    Parameters
    ----------
    name
        In commands.
    title
        In tables.
    kind
        What contenders make of it: `count`, `counts`, `window`, `sequence`, `sum`, `merge` or `job`.
    conditions
        The conditions on attributes that it counts.
    """

    name: str
    title: str
    kind: str
    conditions: tuple[Condition, ...] = field(default=())


QUESTIONS = {
    one.name: one
    for one in (
        Question("one", "one attribute rule", "count", (ONE,)),
        Question("twenty", "twenty attribute rules", "counts", tuple(TWENTY)),
        Question("window", "some purchase in 30 days", "window"),
        Question("sequence", "added to a list, bought within 7 days", "sequence"),
        Question("sum", "spent over 250 in 90 days", "sum"),
        Question("merge", "merge of 20 leaves, into a Parquet file", "merge"),
        Question("job1", "job of 1 segment, membership in Parquet", "job", tuple(drawn(1))),
        Question("job10", "job of 10 segments", "job", tuple(drawn(10))),
        Question("job100", "job of 100 segments", "job", tuple(drawn(100))),
        Question("job500", "job of 500 segments", "job", tuple(drawn(500))),
    )
}
