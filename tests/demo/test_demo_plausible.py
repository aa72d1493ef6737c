"""That the sample holds what it promises: each statement counts something, each test says how much there must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from segkit.demo import DATASETS, sample_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[[str], tuple[Any, ...]]]:
    """Answer a statement over the tables crm, loyalty, web and events with its first row."""
    with duckdb.connect(":memory:") as connection:
        for dataset in DATASETS:
            connection.read_parquet(str(sample_path() / dataset.file)).create(dataset.name)
        yield lambda statement: connection.execute(statement).fetchall()[0]


DISAGREEING = """
    SELECT count(*), count(*) FILTER (crm.FIELD <> loyalty.FIELD)
    FROM crm JOIN loyalty ON crm._acme.crmId = loyalty.identityMap['crmId'][1].id
    WHERE crm.FIELD IS NOT NULL AND loyalty.FIELD IS NOT NULL"""


@pytest.mark.parametrize("column", ["homeAddress.city", "person.name.firstName", "personalEmail.address"])
def test_fragments_of_one_customer_disagree(ask: Any, column: str) -> None:
    compared, differing = ask(DISAGREEING.replace("FIELD", column))
    assert 0.05 * compared < differing < 0.3 * compared


def test_clocks_decide_both_ways_tie_and_are_missing(ask: Any) -> None:
    newer, older, same, missing = ask("""
        SELECT count(*) FILTER (a > b), count(*) FILTER (a < b), count(*) FILTER (a = b), count(*) FILTER (b IS NULL)
        FROM (SELECT crm.extSourceSystemAudit.lastUpdatedDate AS a, loyalty.extSourceSystemAudit.lastUpdatedDate AS b
              FROM crm JOIN loyalty ON crm._acme.crmId = loyalty.identityMap['crmId'][1].id)""")
    assert min(newer, older) > 300
    assert same > 5
    assert missing > 5


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("crm", "person.birthDate"),
        ("crm", "homeAddress"),
        ("crm", "mobilePhone.number"),
        ("crm", "consents.collect.val"),
        ("crm", "_acme.interests"),
        ("loyalty", "_acme.preferences"),
        ("loyalty", "_acme.favoriteStores"),
        ("web", "personalEmail.address"),
        ("events", "productListItems"),
        ("events", "commerce"),
    ],
)
def test_values_are_missing_and_present(ask: Any, table: str, column: str) -> None:
    there, missing = ask(
        "SELECT count(f), count(*) - count(f) FROM (SELECT FIELD AS f FROM NAME)".replace("FIELD", column).replace(
            "NAME", table
        )
    )
    assert there > 50
    assert missing > 50


def test_datasets_cover_the_customers_in_part(ask: Any) -> None:
    crm, loyalty, web = ask("""
        SELECT (SELECT count(DISTINCT _acme.crmId) FROM crm),
               (SELECT count(DISTINCT identityMap['crmId']) FROM loyalty),
               (SELECT count(DISTINCT identityMap['crmId']) FROM web)""")
    assert 1900 < crm < 2000
    assert 1100 < loyalty < 1300
    assert 900 < web < 1100


def test_some_customers_have_no_record_in_crm(ask: Any) -> None:
    (number,) = ask(
        "SELECT count(*) FROM loyalty WHERE identityMap['crmId'][1].id NOT IN (SELECT _acme.crmId FROM crm)"
    )
    assert number > 10


def test_names_come_in_several_scripts_and_with_quotes(ask: Any) -> None:
    found = ask(r"""
        SELECT count(*) FILTER (n SIMILAR TO '.*[À-ž].*'), count(*) FILTER (regexp_matches(n, '\p{Greek}')),
               count(*) FILTER (regexp_matches(n, '\p{Han}')), count(*) FILTER (regexp_matches(n, '\p{Arabic}')),
               count(*) FILTER (regexp_matches(n, '\p{Devanagari}')), count(*) FILTER (contains(n, '''')),
               count(*) FILTER (contains(n, '"'))
        FROM (SELECT concat(person.name.firstName, ' ', person.name.lastName, ' ', homeAddress.city) AS n FROM crm)""")
    assert min(found) > 10


def test_streets_are_those_of_their_country_and_tell_nothing_of_the_number(ask: Any) -> None:
    streets, countries, shared, lopsided = ask(r"""
        WITH home AS (
            SELECT regexp_replace(homeAddress.street1, '\d+', '') AS street, homeAddress.countryCode AS code,
                   regexp_extract(homeAddress.street1, '\d+')::INTEGER AS number
            FROM crm WHERE homeAddress.street1 IS NOT NULL
        ), of_one AS (
            SELECT street, count(DISTINCT code) AS codes, count(*) AS n, avg(number) AS middle, any_value(code) AS code
            FROM home GROUP BY street)
        SELECT count(*), count(DISTINCT code), count(*) FILTER (codes > 1),
               count(*) FILTER (n > 40 AND middle NOT BETWEEN 80 AND 160) FROM of_one""")
    assert (streets, countries) == (60, 12)
    assert shared == lopsided == 0


@pytest.mark.parametrize("table", ["crm", "loyalty", "web", "events"])
def test_every_row_has_one_primary_identity_and_an_id_of_its_own(ask: Any, table: str) -> None:
    rows, one_primary, ids = ask(
        """
        SELECT count(*), count(*) FILTER (len(list_filter(flatten(map_values(identityMap)), lambda v: v.primary)) = 1),
               count(DISTINCT _id) FROM NAME""".replace("NAME", table)
    )
    assert rows == one_primary == ids


def test_identities_span_five_namespaces(ask: Any) -> None:
    (namespaces,) = ask("""
        SELECT list_sort(list(DISTINCT ns)) FROM (
            SELECT unnest(map_keys(identityMap)) AS ns FROM (SELECT identityMap FROM crm UNION ALL SELECT identityMap
            FROM loyalty UNION ALL SELECT identityMap FROM web UNION ALL SELECT identityMap FROM events))""")
    assert namespaces == ["ECID", "crmId", "email", "loyaltyId", "phone"]


def test_some_unknown_browsers_belong_to_known_customers(ask: Any) -> None:
    known, strangers = ask("""
        SELECT count(*) FILTER (k), count(*) FILTER (NOT k) FROM (
            SELECT identityMap['ECID'][1].id IN (
                SELECT identityMap['ECID'][1].id FROM web WHERE identityMap['crmId'] IS NOT NULL) AS k
            FROM events WHERE identityMap['ECID'][1].primary)""")
    assert known > 50
    assert strangers > 500


def test_several_browsers_of_one_customer_are_several_records(ask: Any) -> None:
    (number,) = ask("SELECT count(*) FROM (SELECT 1 FROM web GROUP BY identityMap['crmId'] HAVING count(*) = 2)")
    assert number > 50


def test_arrays_and_maps_are_filled_empty_and_missing(ask: Any) -> None:
    filled, empty, missing = ask("""
        SELECT count(*) FILTER (len(_acme.interests) > 0), count(*) FILTER (len(_acme.interests) = 0),
               count(*) FILTER (_acme.interests IS NULL) FROM web""")
    assert min(filled, missing) > 100
    assert empty > 10
    (repeating,) = ask("SELECT count(*) FROM web WHERE len(list_distinct(_acme.interests)) <> len(_acme.interests)")
    assert repeating == 0


def test_events_lie_in_the_order_of_time(ask: Any) -> None:
    (late,) = ask(
        "SELECT count(*) FROM (SELECT timestamp < lag(timestamp) OVER (ORDER BY rowid) AS back FROM events) WHERE back"
    )
    assert late == 0


def test_the_steps_of_a_visit_follow_each_other(ask: Any) -> None:
    visits, wrong, bought, left = ask(
        """
        WITH visit AS (
            SELECT regexp_extract(_id, '^(visit-\\d+\\.\\d+)\\.', 1) AS visit,
                min(timestamp) FILTER (eventType = 'web.webpagedetails.pageViews') AS landed,
                min(timestamp) FILTER (eventType = 'commerce.productViews') AS viewed,
                min(timestamp) FILTER (eventType = 'commerce.productListAdds') AS added,
                min(timestamp) FILTER (eventType = 'commerce.checkouts') AS checked,
                min(timestamp) FILTER (eventType = 'commerce.purchases') AS paid,
                min(timestamp) FILTER (eventType = 'commerce.backofficeCreditMemoIssued') AS returned
            FROM events WHERE _id LIKE 'visit-%' GROUP BY visit)
        SELECT count(*),
            count(*) FILTER (viewed <= landed OR added <= viewed OR checked <= added OR paid <= checked
                             OR returned <= paid + INTERVAL 2 DAY
                             OR (landed IS NOT NULL AND paid IS NOT NULL AND checked IS NULL)),
            count(*) FILTER (paid IS NOT NULL), count(*) FILTER (added IS NOT NULL AND paid IS NULL)
        FROM visit"""
    )
    assert visits > 3000
    assert wrong == 0
    assert bought > 1000
    assert left > 500


def test_the_holidays_are_busiest_and_nights_are_quiet(ask: Any) -> None:
    season, rest = ask("""
        SELECT avg(n) FILTER (m IN (11, 12)), avg(n) FILTER (m NOT IN (11, 12)) FROM (
            SELECT month(timestamp) AS m, count(*) AS n FROM events
            WHERE channel.typeAtSource = 'web' GROUP BY ALL)""")
    assert season > 1.5 * rest
    evening, night = ask("""
        SELECT count(*) FILTER (hour(timestamp) BETWEEN 17 AND 21), count(*) FILTER (hour(timestamp) BETWEEN 1 AND 5)
        FROM events WHERE channel.typeAtSource = 'web'""")
    assert evening > 5 * night


def test_few_customers_bring_many_events_and_many_bring_none(ask: Any) -> None:
    customers, by_the_top, total = ask("""
        WITH of_one AS (SELECT identityMap['crmId'][1].id AS who, count(*) AS n FROM events
                        WHERE channel.typeAtSource <> 'email' AND identityMap['crmId'] IS NOT NULL GROUP BY who)
        SELECT count(*), (SELECT sum(n) FROM (FROM of_one ORDER BY n DESC LIMIT 200)), sum(n) FROM of_one""")
    assert customers < 1500
    assert by_the_top > 0.4 * total


def test_orders_are_the_sum_of_their_items_and_returns_name_an_order(ask: Any) -> None:
    orders, adrift = ask("""
        SELECT count(*), count(*) FILTER (abs(commerce."order".priceTotal
            - list_sum(list_transform(productListItems, lambda i: i.priceTotal))) > 0.001)
        FROM events WHERE eventType = 'commerce.purchases'""")
    assert orders > 1000
    assert adrift == 0
    returns, nameless = ask("""
        SELECT count(*), count(*) FILTER (commerce."order".purchaseID NOT IN (
            SELECT commerce."order".purchaseID FROM events WHERE eventType = 'commerce.purchases'))
        FROM events WHERE eventType = 'commerce.backofficeCreditMemoIssued'""")
    assert returns > 50
    assert nameless == 0
    (twice,) = ask("""
        SELECT count(*) - count(DISTINCT commerce."order".purchaseID) FROM events
        WHERE eventType = 'commerce.purchases'""")
    assert twice == 0


def test_mails_are_sent_opened_and_clicked_in_this_order_to_those_who_agreed(ask: Any) -> None:
    sent, opened, clicked, wrong = ask(
        """
        WITH mail AS (SELECT regexp_extract(_id, '^(mail-.*)\\.\\d+$', 1) AS mail,
                min(timestamp) FILTER (eventType = 'directMarketing.emailSent') AS sent,
                min(timestamp) FILTER (eventType = 'directMarketing.emailOpened') AS opened,
                min(timestamp) FILTER (eventType = 'directMarketing.emailClicked') AS clicked
            FROM events WHERE _id LIKE 'mail-%' GROUP BY mail)
        SELECT count(sent), count(opened), count(clicked),
            count(*) FILTER (sent IS NULL OR opened <= sent OR clicked <= opened
                             OR (clicked IS NOT NULL AND opened IS NULL))
        FROM mail"""
    )
    assert sent > opened > clicked > 100
    assert wrong == 0
    (unasked,) = ask("""
        SELECT count(*) FROM events JOIN crm ON events.identityMap['crmId'][1].id = crm._acme.crmId
        WHERE eventType = 'directMarketing.emailSent' AND crm.consents.marketing.email.val IS DISTINCT FROM 'y'""")
    assert unasked == 0
