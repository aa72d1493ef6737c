"""PQL for the questions that `retail_pandas.questions` answers: each leans on another corner of the language."""

from __future__ import annotations

PURCHASE = 'eventType = "commerce.purchases"'
RETURN = 'eventType = "commerce.backofficeCreditMemoIssued"'

QUESTIONS = {
    "five products or more": f"xEvent[{PURCHASE}].productListItems.SKU.distinct().count() >= 5",
    "a line over 100": f"xEvent[{PURCHASE}].productListItems.max(priceTotal) > 100",
    "last order 100 or more": f"xEvent[{PURCHASE}].topN(timestamp, 1).head().commerce.order.priceTotal >= 100",
    "sent back what was bought before": f"""
        exists A from xEvent where A.{PURCHASE}, I from A.productListItems,
               B from xEvent where B.{RETURN} and B.timestamp > A.timestamp,
               J from B.productListItems where J.SKU = I.SKU""",
    "an order 200 days on": f"xEvent.exists({PURCHASE} and timestamp occurs > 200 days after ^_shop.customerSince)",
    "three orders within 60 days": f"""
        chain(xEvent, timestamp, [A: WHAT({PURCHASE}), B: WHAT({PURCHASE}) WHEN(<= 60 days after A) COUNT(2)])""",
    "a pause that no return broke": f"""
        chain(xEvent, timestamp, [
            A: WHAT({PURCHASE}), not B: WHAT({RETURN}), C: WHAT({PURCHASE}) WHEN(> 30 days after A)])""",
    "1,000 pieces": f"(sum I.quantity over E from xEvent where E.{PURCHASE}, I from E.productListItems) >= 1000",
    "all orders 100 or more": f"""
        xEvent.exists({PURCHASE})
            and (forall E from xEvent where not (E.{PURCHASE}) or E.commerce.order.priceTotal >= 100)""",
    "two orders in a November": f"xEvent[{PURCHASE} and timestamp.getMonth() = 11].count() >= 2",
    "a piece over 10": f"xEvent.exists({PURCHASE} and productListItems.exists(priceTotal / quantity > 10))",
    "a fifth goes to hearts": f"""
        xEvent[{PURCHASE}].productListItems[name.contains("HEART")].sum(priceTotal)
            / xEvent[{PURCHASE}].sum(commerce.order.priceTotal) > 0.2""",
    "many lines, none dear": f"""
        xEvent.exists({PURCHASE} and productListItems.count() >= 3)
            and not xEvent.exists({PURCHASE} and productListItems.exists(priceTotal > 50))""",
    "named by a pattern": 'xEvent.exists(productListItems.exists(name.matches("^(SET|TEA) ?(OF|LIGHT)")))',
    "new in a country with G": """
        _shop.customerSince occurs < 100 days before now and homeAddress.country.startsWith("G")""",
}
