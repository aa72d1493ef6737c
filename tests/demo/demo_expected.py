"""Who belongs to each demo segment, worked out by SQL written by hand: what the compiler's answers are held against.

Merge policy `timestampOrdered` with identity graph `none`, datasets in the order crm, loyalty, web, clock as of
`segkit.demo.AS_OF`. `expected_sizes()` is about the committed sample.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from segkit.demo import AS_OF, DATASETS, sample_path

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Identity = tuple[str, str]
"""A namespace and an id: what a profile is under identity graph `none`."""

PROFILES = """
CREATE TEMP MACRO primary_of(m) AS list_filter(
    flatten(list_transform(map_entries(m), lambda e:
        list_transform(e.value, lambda v: {'ns': e.key, 'id': v.id, 'first': v.primary}))),
    lambda v: v.first)[1];

CREATE TEMP TABLE fragment AS
WITH told AS (
    SELECT 1 AS dataset, primary_of(identityMap) AS who, extSourceSystemAudit.lastUpdatedDate AS clock, _id,
        personalEmail.address AS email, homeAddress.countryCode AS country, mobilePhone.number AS phone,
        person.birthDate AS born, consents.collect.val AS collect, consents.marketing.email.val AS wish,
        _acme.interests AS interests, _acme.scores['churn'] AS churn, NULL AS tier
    FROM read_parquet(getvariable('crm'))
    UNION ALL
    SELECT 2, primary_of(identityMap), extSourceSystemAudit.lastUpdatedDate, _id,
        personalEmail.address, homeAddress.countryCode, NULL,
        NULL, NULL, consents.marketing.email.val, NULL, _acme.scores['churn'], loyalty.tier
    FROM read_parquet(getvariable('loyalty'))
    UNION ALL
    SELECT 3, primary_of(identityMap), extSourceSystemAudit.lastUpdatedDate, _id,
        personalEmail.address, homeAddress.countryCode, NULL,
        NULL, consents.collect.val, consents.marketing.email.val, _acme.interests, NULL, NULL
    FROM read_parquet(getvariable('web'))
)
SELECT * FROM told
QUALIFY row_number() OVER (PARTITION BY dataset, who.ns, who.id ORDER BY clock DESC NULLS LAST, _id) = 1;

CREATE TEMP TABLE event AS
SELECT primary_of(identityMap).ns AS ns, primary_of(identityMap).id AS id, timestamp AS moment, eventType AS kind,
    commerce."order".priceTotal AS total, list_transform(productListItems, lambda i: i.category) AS categories
FROM read_parquet(getvariable('events'));

CREATE TEMP TABLE profile AS
WITH merged AS (
    SELECT who.ns AS ns, who.id AS id,
        first(email ORDER BY clock DESC NULLS LAST, dataset) FILTER (email IS NOT NULL) AS email,
        first(country ORDER BY clock DESC NULLS LAST, dataset) FILTER (country IS NOT NULL) AS country,
        first(phone ORDER BY clock DESC NULLS LAST, dataset) FILTER (phone IS NOT NULL) AS phone,
        first(born ORDER BY clock DESC NULLS LAST, dataset) FILTER (born IS NOT NULL) AS born,
        first(collect ORDER BY clock DESC NULLS LAST, dataset) FILTER (collect IS NOT NULL) AS collect,
        first(wish ORDER BY clock DESC NULLS LAST, dataset) FILTER (wish IS NOT NULL) AS wish,
        first(interests ORDER BY clock DESC NULLS LAST, dataset) FILTER (interests IS NOT NULL) AS interests,
        first(churn ORDER BY clock DESC NULLS LAST, dataset) FILTER (churn IS NOT NULL) AS churn,
        first(tier ORDER BY clock DESC NULLS LAST, dataset) FILTER (tier IS NOT NULL) AS tier
    FROM fragment GROUP BY ALL
), everyone AS (
    SELECT ns, id FROM merged UNION SELECT ns, id FROM event
)
SELECT * FROM everyone LEFT JOIN merged USING (ns, id);
"""

EVERYONE = "SELECT ns, id FROM profile"

RULES = {
    "Gold and platinum members": "SELECT ns, id FROM profile WHERE tier = 'gold' OR tier = 'platinum'",
    "Reachable by phone in the US and UK": """
        SELECT ns, id FROM profile WHERE (country = 'US' OR country = 'GB') AND phone IS NOT NULL""",
    "Under 30": """
        SELECT ns, id FROM profile
        WHERE born > (getvariable('now')::DATE - INTERVAL 30 YEAR)::DATE AND born < getvariable('now')::DATE""",
    "Outdoor fans who may leave": """
        SELECT ns, id FROM profile WHERE list_contains(interests, 'outdoor') AND churn >= 0.5""",
    "May be e-mailed": "SELECT ns, id FROM profile WHERE wish = 'y' AND collect <> 'n' AND email IS NOT NULL",
    "Bought in the last 30 days": """
        SELECT DISTINCT ns, id FROM event
        WHERE kind = 'commerce.purchases'
          AND moment BETWEEN getvariable('now') - INTERVAL 30 DAY AND getvariable('now')""",
    "Spent over 250 in 90 days": """
        SELECT ns, id FROM event
        WHERE kind = 'commerce.purchases'
          AND moment BETWEEN getvariable('now') - INTERVAL 90 DAY AND getvariable('now')
        GROUP BY ns, id HAVING sum((total * 100)::BIGINT) > 25000""",
    "Repeat buyers": """
        SELECT ns, id FROM event
        WHERE kind = 'commerce.purchases'
          AND moment BETWEEN getvariable('now') - INTERVAL 12 MONTH AND getvariable('now')
        GROUP BY ns, id HAVING count(*) >= 3""",
    "Coffee machine, then beans": """
        SELECT DISTINCT a.ns, a.id FROM event AS a JOIN event AS b USING (ns, id)
        WHERE a.kind = 'commerce.purchases' AND list_contains(a.categories, 'Coffee machines')
          AND b.kind = 'commerce.purchases' AND list_contains(b.categories, 'Coffee beans')
          AND b.moment > a.moment AND b.moment <= a.moment + INTERVAL 30 DAY""",
    "Cart abandoners": """
        SELECT DISTINCT ns, id FROM event AS cart
        WHERE kind = 'commerce.productListAdds'
          AND moment BETWEEN getvariable('now') - INTERVAL 60 DAY AND getvariable('now')
          AND NOT EXISTS (FROM event AS o WHERE o.ns = cart.ns AND o.id = cart.id
              AND o.kind = 'commerce.purchases' AND o.moment > cart.moment)""",
    "Lapsed customers": """
        SELECT ns, id FROM event WHERE kind = 'commerce.purchases' GROUP BY ns, id
        HAVING count(*) FILTER (moment BETWEEN getvariable('now') - INTERVAL 12 MONTH AND getvariable('now')) = 0""",
    "E-mail brought them in": """
        SELECT DISTINCT s.ns, s.id
        FROM event AS s JOIN event AS c USING (ns, id) JOIN event AS b USING (ns, id)
        WHERE s.kind = 'directMarketing.emailSent' AND c.kind = 'directMarketing.emailClicked'
          AND b.kind = 'commerce.purchases'
          AND c.moment > s.moment AND c.moment <= s.moment + INTERVAL 3 DAY
          AND b.moment > c.moment AND b.moment <= c.moment + INTERVAL 30 DAY""",
}
"""Demo segment name to the statement that gives its members' identities."""


def expected_members(folder: Path | None = None, as_of: datetime = AS_OF) -> dict[str, set[Identity]]:
    """Return the identities in each demo segment; under ``""`` all profiles."""
    where = sample_path() if folder is None else folder
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET VARIABLE now = ?", [as_of.replace(tzinfo=None)])
        for dataset in DATASETS:
            connection.execute(f"SET VARIABLE {dataset.name} = ?", [str(where / dataset.file)])
        connection.execute(PROFILES)
        return {name: set(connection.execute(rule).fetchall()) for name, rule in {"": EVERYONE, **RULES}.items()}


def expected_sizes(folder: Path | None = None, as_of: datetime = AS_OF) -> dict[str, int]:
    """Return the size of each demo segment, by name."""
    return {name: len(members) for name, members in expected_members(folder, as_of).items() if name}
