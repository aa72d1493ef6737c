WITH fragments AS (
    SELECT 'crmId:' || identityMap['crmId'][1].id AS profile, homeAddress.countryCode AS country,
           epoch_us(extSourceSystemAudit.lastUpdatedDate) * 3 + 2 AS place
    FROM '{folder}/crm.parquet'
    UNION ALL
    SELECT coalesce('crmId:' || identityMap['crmId'][1].id, 'loyaltyId:' || CASE WHEN identityMap['loyaltyId'][1]."primary" THEN identityMap['loyaltyId'][1].id END), homeAddress.countryCode,
           coalesce(epoch_us(extSourceSystemAudit.lastUpdatedDate), 0) * 3 + 1
    FROM '{folder}/loyalty.parquet'
    UNION ALL
    SELECT profile, country, place
    FROM (
        SELECT coalesce('crmId:' || identityMap['crmId'][1].id, 'ECID:' || CASE WHEN identityMap['ECID'][1]."primary" THEN identityMap['ECID'][1].id END) AS profile,
               homeAddress.countryCode AS country, epoch_us(extSourceSystemAudit.lastUpdatedDate) * 3 AS place, _id
        FROM '{folder}/web.parquet'
    )
    QUALIFY row_number() OVER (PARTITION BY profile ORDER BY place DESC, _id DESC) = 1
)
SELECT count(*)
FROM (
    SELECT arg_max(country, place) AS country
    FROM fragments
    WHERE country IS NOT NULL
    GROUP BY profile
)
WHERE country = 'US'
