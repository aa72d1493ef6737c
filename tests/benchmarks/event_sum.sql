SELECT count(*)
FROM (
    SELECT coalesce('crmId:' || identityMap['crmId'][1].id, 'ECID:' || CASE WHEN identityMap['ECID'][1]."primary" THEN identityMap['ECID'][1].id END) AS profile,
           sum(commerce."order".priceTotal) AS spent
    FROM '{folder}/events.parquet'
    WHERE eventType = 'commerce.purchases'
      AND "timestamp" BETWEEN TIMESTAMP '2026-08-03 00:00:00' AND TIMESTAMP '2026-11-01 00:00:00'
    GROUP BY profile
)
WHERE spent > 250
