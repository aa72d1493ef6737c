"""segkit on invoice lines: the notebook's segments hold the customers that pandas and plain SQL find in the flat table.

Twice: on the made-up shop that the notebook brings along, this time as a CSV file, and on Online Retail II where that
lies beside the checkout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import retail_notebook
import retail_pandas
import retail_questions
import retail_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ONLINE_RETAIL = "online_retail_ii_2009_2010.parquet"


@dataclass(frozen=True)
class Shop:
    """What the notebook left behind, and the flat table it began with."""

    names: dict[str, Any]
    lines: pd.DataFrame
    real: bool

    @property
    def as_of(self) -> pd.Timestamp:
        return self.names["as_of"]

    @property
    def chosen(self) -> dict[str, str]:
        return {key: self.names[key] for key in ("home", "first", "second")}

    @property
    def known(self) -> pd.DataFrame:
        return retail_pandas.read(self.lines)


@pytest.fixture(scope="module", params=["made up", "Online Retail II"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    real = request.param == "Online Retail II"
    folder = tmp_path_factory.mktemp("notebook")
    if real:
        path = request.getfixturevalue("shared") / "data" / ONLINE_RETAIL
        if not path.is_file():
            pytest.skip(f"needs {ONLINE_RETAIL} in the developers' shared folder")
        lines = pd.read_parquet(path)
    else:
        path, lines = folder / "lines.csv", retail_notebook.made_up_lines()
        lines.to_csv(path, index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        names = retail_notebook.run(path)
    yield Shop(names, lines, real)
    names["ws"].close()


def test_the_table_is_the_one_that_was_measured(shop: Shop) -> None:
    if shop.real:
        assert shop.as_of == pd.Timestamp("2010-12-10")
        assert shop.chosen == {"home": "United Kingdom", "first": "85123A", "second": "85099B"}
    assert len(shop.names["lines"]) == len(shop.lines)


def test_every_line_is_in_an_event_or_left_out_and_counted(shop: Shop) -> None:
    why = shop.names["why"].value_counts()
    known = shop.known
    assert why.sum() == len(shop.lines)
    assert why["left out: no customer"] == shop.lines["Customer ID"].isna().sum() > 0
    assert why["in an event"] == (known["bought"] | known["returned"]).sum()
    if shop.real:
        assert why["left out: no customer"] == 107_927
        assert why["in an event"] == 415_689


def test_segments_hold_the_customers_that_pandas_finds(shop: Shop) -> None:
    job = shop.names["job"]
    expected = retail_pandas.segments(shop.lines, shop.as_of, shop.chosen)
    assert len(expected) >= 10
    assert set(expected) == set(shop.names["rules"])
    found = {name: _customers(job.members(name)) for name in expected}
    wrong = {name: sorted(found[name] ^ expected[name])[:5] for name in expected if found[name] != expected[name]}
    assert not wrong, "customers on one side only"


def test_sizes_are_those_of_handwritten_sql(shop: Shop) -> None:
    sizes = shop.names["sizes"].set_index("name")["size"]
    expected = retail_sql.counts(shop.lines, shop.as_of, shop.chosen)
    assert {name: int(sizes[name]) for name in expected} == expected


def test_ad_hoc_sizes_are_those_of_the_job(shop: Shop) -> None:
    sizes = shop.names["sizes"].set_index("name")["size"]
    ws, rules = shop.names["ws"], shop.names["rules"]
    assert {name: int(ws.size(rule, as_of=shop.as_of)) for name, rule in rules.items()} == {
        name: int(sizes[name]) for name in rules
    }


def test_harder_questions_have_the_answers_of_pandas(shop: Shop) -> None:
    """All of them in one job, whose statement shares what they have in common, and some of them alone."""
    ws = shop.names["ws"]
    expected = retail_pandas.questions(shop.lines, shop.as_of)
    assert set(expected) == set(retail_questions.QUESTIONS)
    made = [ws.segments.create(name, rule) for name, rule in retail_questions.QUESTIONS.items()]
    try:
        job = ws.jobs.create(made, as_of=shop.as_of).wait()
        found = {name: _customers(job.members(name)) for name in expected}
    finally:
        for one in made:
            ws.segments.delete(one)
    wrong = {name: sorted(found[name] ^ expected[name])[:5] for name in expected if found[name] != expected[name]}
    assert not wrong, "customers on one side only"
    for name in ("sent back what was bought before", "last order 100 or more", "a pause that no return broke"):
        rule = retail_questions.QUESTIONS[name]
        assert int(ws.size(rule, as_of=shop.as_of)) == len(expected[name])
        assert _customers(ws.preview(rule, limit=None, as_of=shop.as_of)) == expected[name]


def test_a_later_job_tells_who_came_stayed_and_left(shop: Shop) -> None:
    ws, rules = shop.names["ws"], shop.names["rules"]
    later = shop.as_of + pd.Timedelta(days=45)
    before = retail_pandas.segments(shop.lines, shop.as_of, shop.chosen)
    after = retail_pandas.segments(shop.lines, later, shop.chosen)
    job = ws.jobs.create(list(rules), as_of=later.isoformat()).wait()
    sizes = job.sizes().to_pandas().set_index("name")
    counted = {name: tuple(int(sizes.loc[name, one]) for one in ("realized", "existing", "exited")) for name in rules}
    assert counted == {
        name: (len(after[name] - before[name]), len(after[name] & before[name]), len(before[name] - after[name]))
        for name in rules
    }
    assert sum(left for _, _, left in counted.values()) > 0
    assert sum(came for came, _, _ in counted.values()) > 0
    lapsed = pd.DataFrame(list(job.members("Lapsed")))
    by_status = {status: _customers(rows.to_dict("records")) for status, rows in lapsed.groupby("status")}
    assert by_status["realized"] == after["Lapsed"] - before["Lapsed"]
    assert by_status["existing"] == after["Lapsed"] & before["Lapsed"]


def test_no_segment_is_empty_or_everybody(shop: Shop) -> None:
    sizes = shop.names["sizes"].set_index("name")["size"]
    customers = shop.known["customer"].nunique()
    assert {name: int(size) for name, size in sizes.items() if not 0 < size < customers} == {}


def test_the_job_records_every_customer_and_counts_by_namespace(shop: Shop) -> None:
    document = shop.names["job"].to_aep()
    customers = shop.known["customer"].nunique()
    assert document["status"] == "SUCCEEDED"
    assert document["metrics"]["totalProfiles"] == customers
    counted = document["metrics"]["segmentedProfileCounter"]
    by_namespace = document["metrics"]["segmentedProfileByNamespaceCounter"]
    assert {key: {"customerId": count} for key, count in counted.items()} == by_namespace


def test_customers_in_two_countries_are_conflicting_fragments(shop: Shop) -> None:
    ws, countries = shop.names["ws"], retail_pandas.countries(shop.known)
    stated = shop.known[shop.known["Country"] != "Unspecified"].groupby("customer")["Country"].nunique()
    moved = sorted(stated.index[stated > 1])
    assert len(moved) > 1
    if shop.real:
        assert moved == ["12417", "12422", "12423", "12431", "12745"]
    for policy, column in (("Default Timebased", "last"), ("account first", "first")):
        homes = {
            customer: ws.profile("customerId", customer, merge_policy=policy).to_dict()["homeAddress"]["country"]
            for customer in moved
        }
        assert homes == countries.loc[moved, column].to_dict()


def test_merge_policies_give_their_own_sizes(shop: Shop) -> None:
    ws, rules, home = shop.names["ws"], shop.names["rules"], shop.chosen["home"]
    countries = retail_pandas.countries(shop.known)
    for policy, column in (("Default Timebased", "last"), ("account first", "first")):
        at_home = (countries[column] == home).sum()
        abroad = (countries[column].notna() & (countries[column] != home)).sum()
        assert int(ws.size(rules["Home market"], merge_policy=policy)) == at_home
        assert int(ws.size(rules["Abroad"], merge_policy=policy)) == abroad


def test_cancellations_are_events_of_their_own_and_money_adds_up(shop: Shop) -> None:
    ws, known = shop.names["ws"], shop.known
    events = ws.query(
        'select "eventType" as kind, count(*) as n, sum("commerce.order.priceTotal") as total from events group by all'
    ).to_pandas()
    counted = {row.kind: (int(row.n), round(float(row.total) * 100)) for row in events.itertuples()}
    invoices = known.groupby(["customer", "Invoice"])
    assert counted == {
        kind: (int(invoices[flag].any().sum()), int(known.loc[known[flag], "pence"].abs().sum()))
        for kind, flag in (("commerce.purchases", "bought"), ("commerce.backofficeCreditMemoIssued", "returned"))
    }


def test_items_of_an_invoice_are_its_lines_in_order(shop: Shop) -> None:
    ws, known = shop.names["ws"], shop.known
    sold = known[known["bought"]]
    customer, invoice = sold.groupby(["customer", "Invoice"]).size().sort_values(kind="stable").index[-1]
    lines = sold[(sold["customer"] == customer) & (sold["Invoice"] == invoice)]
    events = ws.query(
        'select "productListItems" as items, "commerce.order.purchaseID" as invoice from events'
    ).to_pandas()
    items = events.loc[events["invoice"] == invoice, "items"].iloc[0]
    assert [(item["SKU"], item["name"], item["quantity"]) for item in items] == list(
        lines[["StockCode", "Description", "Quantity"]].itertuples(index=False, name=None)
    )


def _customers(members: Any) -> frozenset[str]:
    """Customer ids of rows with `identities`, of a membership or a preview."""
    return frozenset(one for row in members for one in row["identities"]["customerId"])
