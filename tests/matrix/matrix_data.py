"""Skewed fragments and events: most identities in one namespace, one profile with most events, clocks of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from segkit.workspace import Workspace

_CLOCK = """
    CASE pick({0}, 'clock', 6)
        WHEN 0 THEN NULL
        WHEN 1 THEN TIMESTAMP '1969-12-31 23:59:59.999999'
        WHEN 2 THEN TIMESTAMP '1901-02-03'
        WHEN 3 THEN TIMESTAMP '2026-01-01'
        ELSE TIMESTAMP '2025-01-01' + to_seconds(pick({0}, 'when', 30000000)) END
"""
# most are of `crm`; one in twenty is known by its browser alone
_OWN = """
    CASE WHEN {0} % 20 = 7
        THEN MAP {{'ECID': [{{'id': 'E' || {0}, 'primary': true}}]}}
        ELSE MAP_FROM_ENTRIES(LIST_FILTER([
            {{'k': 'crm', 'v': [{{'id': ' C-' || {0}, 'primary': true}}]}},
            {{'k': 'email', 'v': [{{'id': 'm' || ({0} // 3) || '@x', 'primary': false}}]}}
        ], lambda e: e.k = 'crm' OR {0} % 5 < 2)) END
"""
TABLES = {
    "crm": """
        SELECT CASE WHEN pick(i, 'id', 3) > 0 THEN 'r' || pick(i, 'record', 50) END AS _id, {own} AS "identityMap",
            {clock} AS "when",
            CASE WHEN i % 11 > 0 THEN {{'city': ['Ghent', 'Lima', 'Oslo'][1 + pick(i, 'city', 3)],
                'country': CASE WHEN i % 4 > 0 THEN 'BE' END}} END AS home,
            CASE WHEN i % 7 > 0 THEN pick(i, 'points', 500)::INTEGER END AS "loyalty.points",
            CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE ELSE pick(i, 'ratio', 100) / 8 END AS ratio,
            CASE WHEN i % 3 > 0 THEN LIST_FILTER(['outdoor', 'tea', 'cars'],
                lambda t: pick(i, t, 2) = 0) END AS interests,
            MAP {{'churn': pick(i, 'churn', 100) / 100, 'buy': CASE WHEN i % 2 = 0 THEN 0.5 END}} AS scores,
            DATE '1950-01-01' + pick(i, 'born', 25000)::INTEGER AS born
        FROM (SELECT pick(r, 'crm', $profiles)::BIGINT AS i FROM range($profiles * 3 // 2) t(r))
    """,
    "loyalty": """
        SELECT {own} AS "identityMap", {clock} AS "when",
            ['gold', 'silver', 'blue', NULL][1 + pick(r, 'tier', 4)] AS "loyalty.tier",
            CASE WHEN r % 3 > 0 THEN pick(r, 'points', 90)::TINYINT END AS "loyalty.points",
            pick(r, 'spent', 100000)::DECIMAL(12, 2) / 100 AS spent,
            MAP {{'churn': CASE WHEN r % 5 > 0 THEN pick(r, 'c2', 100) / 100 END}} AS scores,
            LIST_TRANSFORM(range(pick(r, 'lines', 3)), lambda n: {{'sku': 'S' || (n + r % 4), 'price': n * 2.5}})
                AS cards
        FROM (SELECT r, pick(r, 'loyalty', $profiles)::BIGINT AS i FROM range($profiles) t(r))
    """,
    "web": """
        SELECT 'E' || i AS ecid, CASE WHEN i % 3 = 0 THEN 'm' || (i // 3) || '@x' END AS mail,
            ['Ghent', 'Rome'][1 + pick(i, 'city', 2)] AS "home.city", i % 2 = 0 AS consent
        FROM (SELECT DISTINCT pick(r, 'web', $profiles)::BIGINT AS i FROM range($profiles // 3) t(r))
    """,
    "events": """
        SELECT CASE WHEN r % 10 > 0 THEN 'e' || (r - r % 7 // 6) END AS _id, {own} AS "identityMap",
            TIMESTAMP '2026-10-31 12:00' - to_seconds(pick(r, 'age', 40000000)) AS timestamp,
            ['view', 'add', 'buy', 'sent', 'clicked'][1 + pick(r, 'type', 5)] AS "eventType",
            CASE WHEN r % 4 > 0 THEN pick(r, 'total', 20000)::DECIMAL(12, 2) / 100 END AS "order.total",
            LIST_TRANSFORM(range(pick(r, 'items', 3)), lambda n: {{'sku': 'S' || ((n + r) % 5), 'n': n + 1}}) AS items
        FROM (SELECT r, CASE WHEN r < $heavy THEN 1 ELSE pick(r, 'events', $profiles)::BIGINT END AS i
            FROM range($events) t(r))
    """,
    "app": """
        SELECT 'e' || (r * 2) AS _id, ' C-' || i AS who, "when" AS timestamp, 'view' AS "eventType", 'app' AS channel
        FROM (SELECT *, {clock} AS "when" FROM (SELECT r, pick(r, 'app', $profiles)::BIGINT AS i
            FROM range($events // 4) t(r)))
    """,
}


def write(folder: Path, *, profiles: int, events: int, heavy: int) -> None:
    """The files; `heavy` of the events are those of one profile."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE MACRO pick(seed, what, most) AS (hash(seed, what) % most)::BIGINT")
        for name, text in TABLES.items():
            column = "i" if name in {"crm", "app"} else "r"
            query = text.format(own=_OWN.format("i"), clock=_CLOCK.format(column))
            numbers = {"profiles": profiles, "events": events, "heavy": heavy}
            for parameter, value in numbers.items():
                query = query.replace(f"${parameter}", str(value))
            # in the order in which it is made, so that the rows stand where they stood
            connection.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT PARQUET, ROW_GROUP_SIZE 20000)")


def add(ws: Workspace, folder: Path) -> None:
    """The datasets and the policies of each kind."""
    ws.datasets.add("crm", folder / "crm.parquet", timestamp="when")
    ws.datasets.add("loyalty", folder / "loyalty.parquet", timestamp="when", upsert=True)
    ws.datasets.add("web", folder / "web.parquet", identity={"ECID": "ecid", "email": "mail"}, primary="ECID")
    ws.datasets.add("events", folder / "events.parquet", kind="event")
    ws.datasets.add("app", folder / "app.parquet", kind="event", identity={"crm": "who"})
    order = ["web", "loyalty", "crm", "events"]
    for graph in ("none", "pdg"):
        ws.merge_policies.create(f"newest {graph}", identity_graph=graph)
        ws.merge_policies.create(
            f"ranked {graph}", attribute_merge="dataSetPrecedence", order=order, identity_graph=graph
        )


POLICIES = ("newest none", "ranked none", "newest pdg", "ranked pdg")
