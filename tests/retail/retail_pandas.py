"""What each segment of the retail notebook must hold, worked out in pandas from the flat invoice lines.

Written apart from the notebook and from segkit: nothing here knows of fragments, events or PQL. Money is counted in
whole pence, so that a customer who sent back exactly what was bought is not a matter of rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

Customers = frozenset[str]


def read(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with a known customer, and what the rules ask of each."""
    known = lines[lines["Customer ID"].notna()].copy()
    known["customer"] = known["Customer ID"].astype("int64").astype(str)
    known["at"] = pd.to_datetime(known["InvoiceDate"])
    known["pence"] = (known["Quantity"] * known["Price"] * 100).round().astype("int64")
    goods = known["StockCode"].str.fullmatch(r"\d{5}.*") & (known["Price"] > 0)
    cancelled = known["Invoice"].str.startswith("C")
    known["bought"] = goods & ~cancelled & (known["Quantity"] > 0)
    known["returned"] = goods & cancelled & (known["Quantity"] < 0)
    return known


def countries(known: pd.DataFrame) -> pd.DataFrame:
    """A row a customer: the country on the first line and the last that was stated; an unstated first one gives way."""
    ordered = known.assign(Country=known["Country"].replace("Unspecified", None)).sort_values("at", kind="stable")
    last = ordered.groupby("customer")["Country"].last()
    opened = ordered.drop_duplicates("customer").set_index("customer")["Country"]
    return pd.DataFrame({"first": opened.fillna(last), "last": last})


def segments(lines: pd.DataFrame, as_of: pd.Timestamp, chosen: Mapping[str, str]) -> dict[str, Customers]:
    """The customers in each segment; `chosen` holds the names the notebook picks: `home`, `first`, `second`."""
    known = read(lines)
    everyone = frozenset(known["customer"])
    sold, back = known[known["bought"]], known[known["returned"]]
    orders = _invoices(sold)
    returns = _invoices(back)
    country = countries(known)["last"]
    pence = orders.groupby("customer")["pence"]
    month = orders["at"].dt.to_period("M")
    this_month = as_of.to_period("M")
    recent = orders[(orders["at"] >= as_of - pd.Timedelta(days=90)) & (orders["at"] <= as_of)]
    active = orders[(orders["at"] >= as_of - pd.DateOffset(months=6)) & (orders["at"] <= as_of)]
    opening = lines_start(lines).to_period("M")
    home = frozenset(country.index[country == chosen["home"]])
    abroad = frozenset(country.index[country.notna() & (country != chosen["home"])])
    frequent = _where(orders.groupby("customer").size() >= 5)
    spent = recent.groupby("customer")["pence"].sum()
    bought = pence.sum().reindex(sorted(everyone), fill_value=0)
    sent_back = (-returns.groupby("customer")["pence"].sum()).reindex(sorted(everyone), fill_value=0)
    began = orders.groupby("customer")["at"].min().dt.to_period("M")
    with_first = orders.merge(sold.loc[sold["StockCode"] == chosen["first"], ["customer", "Invoice"]].drop_duplicates())
    with_second = orders.merge(
        sold.loc[sold["StockCode"] == chosen["second"], ["customer", "Invoice"]].drop_duplicates()
    )
    named = sold["Description"].str.lower().str.contains("heart", regex=False).fillna(value=False).astype(bool)
    months_running = [frozenset(orders.loc[month == this_month - back_by, "customer"]) for back_by in (1, 2, 3)]
    return {
        "Home market": home,
        "Abroad": abroad,
        "Five orders or more": frequent,
        "1,000 in 90 days": _where(spent >= 1_000_00),
        "Large baskets": _where(pence.mean() >= 300_00),
        "A gross at once": frozenset(sold.loc[sold["Quantity"] >= 144, "customer"]),
        "Anything with a heart": frozenset(sold.loc[named, "customer"]),
        "Sent back more than half": _where(2 * sent_back > bought),
        "Cancelled more than bought": _where(sent_back > bought),
        "Never ordered": everyone - frozenset(orders["customer"]),
        "Lapsed": frozenset(orders["customer"]) - frozenset(active["customer"]),
        "First order in the first month": _where(began == opening),
        "Three months running": frozenset.intersection(*months_running),
        "First product, then second": _followed(with_first, with_second, pd.Timedelta(days=30)),
        "Returned within two weeks": _followed(orders, returns, pd.Timedelta(days=14)),
        "Ordered, nothing came back": _nothing_after(orders, returns),
        "Loyal abroad": frequent & abroad,
    }


def questions(lines: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, Customers]:
    """The customers behind questions that take more than a segment's usual rule; their PQL is in `test_retail`."""
    known = read(lines)
    sold, back = known[known["bought"]], known[known["returned"]]
    orders, returns = _invoices(sold), _invoices(back)
    country = countries(known)["last"]
    since = known.groupby("customer")["at"].min()
    last = orders.sort_values(["at", "Invoice"], ascending=[False, True]).drop_duplicates("customer")
    sold_at = sold.drop(columns="at").merge(orders[["customer", "Invoice", "at"]])
    back_at = back.drop(columns="at").merge(returns[["customer", "Invoice", "at"]])
    same = sold_at.merge(back_at, on=["customer", "StockCode"], suffixes=("", "_after"))
    pairs = orders.merge(orders, on="customer", suffixes=("", "_after"))
    gap = pairs["at_after"] - pairs["at"]
    soon = pairs[(gap > pd.Timedelta(0)) & (gap <= pd.Timedelta(days=60))].groupby(["customer", "Invoice"]).size()
    apart = pairs[gap > pd.Timedelta(days=30)].reset_index(names="pair")
    between = apart.merge(returns[["customer", "at"]].rename(columns={"at": "back"}), on="customer")
    disturbed = between.loc[(between["back"] > between["at"]) & (between["back"] < between["at_after"]), "pair"]
    total = sold.groupby("customer")["pence"].sum()
    hearts = sold[sold["Description"].str.contains("HEART", regex=False).fillna(value=False).astype(bool)]
    heart_pence = hearts.groupby("customer")["pence"].sum().reindex(total.index, fill_value=0)
    sets = pd.concat([sold, back])
    set_named = sets["Description"].str.match(r"(SET|TEA) ?(OF|LIGHT)").fillna(value=False).astype(bool)
    new = frozenset(since.index[(since > as_of - pd.Timedelta(days=100)) & (since <= as_of)])
    with_g = frozenset(country.index[country.str.startswith("G").fillna(value=False).astype(bool)])
    return {
        "five products or more": _where(sold.groupby("customer")["StockCode"].nunique() >= 5),
        "a line over 100": _where(sold.groupby("customer")["pence"].max() > 100_00),
        "last order 100 or more": frozenset(last.loc[last["pence"] >= 100_00, "customer"]),
        "sent back what was bought before": frozenset(same.loc[same["at_after"] > same["at"], "customer"]),
        "an order 200 days on": frozenset(
            orders.loc[orders["at"] > orders["customer"].map(since) + pd.Timedelta(days=200), "customer"]
        ),
        "three orders within 60 days": frozenset(soon[soon >= 2].index.get_level_values("customer")),
        "a pause that no return broke": frozenset(apart.loc[~apart["pair"].isin(disturbed), "customer"]),
        "1,000 pieces": _where(sold.groupby("customer")["Quantity"].sum() >= 1000),
        "all orders 100 or more": _where(orders.groupby("customer")["pence"].min() >= 100_00),
        "two orders in a November": _where(
            orders[orders["at"].dt.month == 11].groupby("customer")["Invoice"].count() >= 2
        ),
        "a piece over 10": frozenset(sold.loc[sold["Price"] > 10, "customer"]),
        "a fifth goes to hearts": _where(5 * heart_pence > total),
        "many lines, none dear": _where(
            (sold.groupby(["customer", "Invoice"]).size().groupby("customer").max() >= 3)
            & (sold.groupby("customer")["pence"].max() <= 50_00)
        ),
        "named by a pattern": frozenset(sets.loc[set_named, "customer"]),
        "new in a country with G": new & with_g,
    }


def lines_start(lines: pd.DataFrame) -> pd.Timestamp:
    """When the first line of the table was written."""
    return pd.to_datetime(lines["InvoiceDate"]).min()


def _invoices(lines: pd.DataFrame) -> pd.DataFrame:
    """A row an invoice and customer: when it began and what it came to."""
    return lines.groupby(["customer", "Invoice"], as_index=False).agg(at=("at", "min"), pence=("pence", "sum"))


def _where(flags: pd.Series[bool]) -> Customers:
    return frozenset(flags.index[flags])


def _followed(before: pd.DataFrame, after: pd.DataFrame, within: pd.Timedelta) -> Customers:
    """Customers with one of `after` strictly later than one of `before`, and at most so much later."""
    pairs = before.merge(after, on="customer", suffixes=("", "_after"))
    gap = pairs["at_after"] - pairs["at"]
    return frozenset(pairs.loc[(gap > pd.Timedelta(0)) & (gap <= within), "customer"])


def _nothing_after(orders: pd.DataFrame, returns: pd.DataFrame) -> Customers:
    """Customers with an order after which nothing came back: their last order is enough to look at."""
    last = orders.groupby("customer")["at"].max()
    came_back = returns.groupby("customer")["at"].max().reindex(last.index)
    return _where(~(came_back > last))
