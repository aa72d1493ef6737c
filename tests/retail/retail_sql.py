"""The same segments once more as DuckDB SQL over the flat lines, written by hand, for those where SQL says it plainly.

A third reading beside segkit's and pandas': each statement counts customers straight from `lines`, the raw table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

SETTLED = """
    create view known as
    select cast(cast("Customer ID" as bigint) as varchar) as customer, Invoice, StockCode, Description, Quantity,
           cast(InvoiceDate as timestamp) as moment,
           cast(round(Quantity * Price * 100) as bigint) as pence, Price, Country
    from lines where "Customer ID" is not null;
    create view sold as
    select * from known where Invoice not like 'C%' and Quantity > 0 and Price > 0
                          and regexp_full_match(StockCode, '[0-9]{5}.*');
    create view back as
    select * from known where Invoice like 'C%' and Quantity < 0 and Price > 0
                          and regexp_full_match(StockCode, '[0-9]{5}.*');
    create view orders as
    select customer, Invoice, min(moment) as moment, sum(pence) as pence from sold group by all;
    create view lived as
    select customer, arg_max(Country, moment) as country from known where Country <> 'Unspecified' group by all;
"""

COUNTS = {
    "Home market": "select count(*) from lived where country = $home",
    "Abroad": "select count(*) from lived where country <> $home",
    "Five orders or more": "select count(*) from (select customer from orders group by all having count(*) >= 5)",
    "1,000 in 90 days": """
        select count(*) from (select customer from orders
        where moment between $as_of - interval 90 days and $as_of group by all having sum(pence) >= 100000)""",
    "Large baskets": "select count(*) from (select customer from orders group by all having avg(pence) >= 30000)",
    "A gross at once": "select count(distinct customer) from sold where Quantity >= 144",
    "Anything with a heart": "select count(distinct customer) from sold where Description ilike '%heart%'",
    "Cancelled more than bought": """
        select count(*) from (select customer, sum(pence) as pence from sold group by all) s
        full join (select customer, -sum(pence) as pence from back group by all) b using (customer)
        where coalesce(b.pence, 0) > coalesce(s.pence, 0)""",
    "Lapsed": """
        select count(*) from (select customer from orders group by all
        having not bool_or(moment between $as_of - interval 6 months and $as_of))""",
    "Three months running": """
        select count(*) from (
            select customer from orders
            where date_trunc('month', moment) in (date_trunc('month', $as_of - interval 1 month),
                date_trunc('month', $as_of - interval 2 months), date_trunc('month', $as_of - interval 3 months))
            group by all having count(distinct date_trunc('month', moment)) = 3)""",
    "First product, then second": """
        select count(distinct a.customer) from sold a join sold b on a.customer = b.customer
        join orders oa on oa.Invoice = a.Invoice and oa.customer = a.customer
        join orders ob on ob.Invoice = b.Invoice and ob.customer = b.customer
        where a.StockCode = $first and b.StockCode = $second
        and ob.moment > oa.moment and ob.moment <= oa.moment + interval 30 days""",
    "Returned within two weeks": """
        select count(distinct o.customer) from orders o
        join (select customer, Invoice, min(moment) as moment from back group by all) b using (customer)
        where b.moment > o.moment and b.moment <= o.moment + interval 14 days""",
}


def counts(lines: pd.DataFrame, as_of: pd.Timestamp, chosen: Mapping[str, str]) -> dict[str, int]:
    """The size of each segment that has a statement above."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.register("lines", lines)
        connection.execute(SETTLED)
        found = {}
        for name, statement in COUNTS.items():
            given = {"as_of": as_of.to_pydatetime(), **chosen}
            used = {key: value for key, value in given.items() if f"${key}" in statement}
            row = connection.execute(statement, used).fetchone()
            assert row is not None
            found[name] = int(row[0])
        return found
