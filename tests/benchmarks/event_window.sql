SELECT count(DISTINCT coalesce('crmId:' || identityMap['crmId'][1].id, 'ECID:' || CASE WHEN identityMap['ECID'][1]."primary" THEN identityMap['ECID'][1].id END))
FROM '{folder}/events.parquet'
WHERE eventType = 'commerce.purchases'
  AND "timestamp" BETWEEN TIMESTAMP '2026-10-02 00:00:00' AND TIMESTAMP '2026-11-01 00:00:00'
