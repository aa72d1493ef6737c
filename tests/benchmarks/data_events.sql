SELECT 'E' || lpad(CAST(i AS VARCHAR), 10, '0') AS "_id",
       TIMESTAMP '$first' + to_microseconds(i * $spacing + CAST(hash(i, 1) % $spacing AS BIGINT)) AS "timestamp",
       'C' || lpad(CAST(
           CASE WHEN $busy THEN 17
                ELSE CAST(floor(pow(hash(i, 2) % 100000007 / 100000007.0, 1.5) * $profiles) AS BIGINT)
           END AS VARCHAR), 8, '0') AS "$key",
       $types[CASE WHEN v < 40 THEN 1 WHEN v < 65 THEN 2 WHEN v < 77 THEN 3 WHEN v < 85 THEN 4 WHEN v < 95 THEN 5
                   ELSE 6 END] AS "eventType",
       CASE WHEN v BETWEEN 77 AND 84 THEN round(5 + pow(hash(i, 3) % 1000003 / 1000003.0, 3) * 600, 2)
       END AS "commerce.order.priceTotal",
       CASE WHEN v BETWEEN 77 AND 84 THEN ['EUR', 'USD', 'GBP'][1 + CAST(hash(i, 4) % 3 AS INTEGER)]
       END AS "commerce.order.currencyCode",
       ['web', 'app', 'store', 'phone'][1 + CAST(floor(pow(hash(i, 5) % 1000003 / 1000003.0, 2) * 4) AS INTEGER)]
       AS "channel.typeAtSource",
       CASE WHEN v < 65 THEN 'page' || (hash(i, 6) % 200) END AS "web.webPageDetails.name",
       CASE WHEN v BETWEEN 65 AND 84 THEN list_transform(
           range(1 + CAST(hash(i, 7) % 3 AS INTEGER)),
           lambda x : {
               'SKU': 'sku' || (hash(i, x, 8) % 500),
               'quantity': 1 + CAST(hash(i, x, 9) % 4 AS INTEGER),
               'priceTotal': round(1 + hash(i, x, 10) % 20000 / 100.0, 2)
           })
       END AS "productListItems"
FROM (SELECT i, CAST(hash(i, 0) % 100 AS INTEGER) AS v FROM range($low, $high) t(i))
