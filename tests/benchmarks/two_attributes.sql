WITH fragments AS (
    SELECT 'crmId:' || identityMap['crmId'][1].id AS profile, homeAddress.countryCode AS country, mobilePhone.number AS phone,
           epoch_us(extSourceSystemAudit.lastUpdatedDate) * 3 + 2 AS place
    FROM '{folder}/crm.parquet'
    UNION ALL
    SELECT coalesce('crmId:' || identityMap['crmId'][1].id, 'loyaltyId:' || CASE WHEN identityMap['loyaltyId'][1]."primary" THEN identityMap['loyaltyId'][1].id END), homeAddress.countryCode, NULL,
           coalesce(epoch_us(extSourceSystemAudit.lastUpdatedDate), 0) * 3 + 1
    FROM '{folder}/loyalty.parquet'
    UNION ALL
    SELECT profile, country, NULL, place
    FROM (
        SELECT coalesce('crmId:' || identityMap['crmId'][1].id, 'ECID:' || CASE WHEN identityMap['ECID'][1]."primary" THEN identityMap['ECID'][1].id END) AS profile,
               homeAddress.countryCode AS country, epoch_us(extSourceSystemAudit.lastUpdatedDate) * 3 AS place, _id
        FROM '{folder}/web.parquet'
    )
    QUALIFY row_number() OVER (PARTITION BY profile ORDER BY place DESC, _id DESC) = 1
)
SELECT count(*)
FROM (
    SELECT arg_max(country, place) FILTER (WHERE country IS NOT NULL) AS country,
           arg_max(phone, place) FILTER (WHERE phone IS NOT NULL) AS phone
    FROM fragments
    GROUP BY profile
)
WHERE country IN ('US', 'GB') AND phone IS NOT NULL
