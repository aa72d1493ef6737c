-- The narrow rows, in the order they already have, dressed as experience events.
WITH priced AS (
    SELECT *,
        step IN (6, 8) AS buys, step >= 10 AS mail, in_store OR step = 7 AS offline,
        getvariable('product')[1 + p1] AS a, getvariable('product')[1 + p2] AS b, getvariable('product')[1 + p3] AS c,
        getvariable('country')[1 + country_no] AS country
    FROM event
), summed AS (
    SELECT *, (a.cents * quantity + CASE WHEN items > 1 THEN b.cents ELSE 0 END + CASE WHEN items > 2 THEN c.cents ELSE 0 END) / 100.0::DOUBLE AS total
    FROM priced
)
SELECT
    CASE WHEN mailed THEN 'mail-' WHEN who < 0 THEN 'guest-' ELSE 'visit-' END || abs(who) || '.' || nth || '.' || step AS _id,
    moment AS timestamp,
    CASE step WHEN 0 THEN 'web.webpagedetails.pageViews' WHEN 4 THEN 'commerce.productListAdds' WHEN 5 THEN 'commerce.checkouts'
        WHEN 6 THEN 'commerce.purchases' WHEN 7 THEN 'commerce.backofficeCreditMemoIssued' WHEN 8 THEN 'commerce.purchases'
        WHEN 10 THEN 'directMarketing.emailSent' WHEN 11 THEN 'directMarketing.emailOpened' WHEN 12 THEN 'directMarketing.emailClicked'
        ELSE 'commerce.productViews' END AS eventType,
    CASE WHEN unknown THEN MAP {'ECID': identity(ecid(who, 0), 'ambiguous', true)}
         WHEN mail OR offline THEN MAP {'crmId': identity('C-' || who, 'authenticated', true)}
         ELSE MAP {'crmId': identity('C-' || who, 'authenticated', true), 'ECID': identity(ecid(who, 0), 'ambiguous', false)} END AS identityMap,
    {'typeAtSource': CASE WHEN mail THEN 'email' WHEN in_store THEN 'store' WHEN step = 7 THEN 'service' ELSE 'web' END} AS channel,
    CASE WHEN NOT offline AND step <> 10 THEN {'type': ['desktop', 'mobile', 'mobile', 'desktop', 'mobile', 'tablet'][device_no]} END AS device,
    CASE WHEN NOT (mail OR offline) THEN {
        'webPageDetails': {
            'name': CASE step WHEN 0 THEN 'home' WHEN 4 THEN 'cart' WHEN 5 THEN 'checkout' WHEN 6 THEN 'thank you' WHEN 8 THEN 'thank you'
                ELSE 'product: ' || a.name END,
            'URL': 'https://shop.acme.example/' || CASE step WHEN 0 THEN '' WHEN 4 THEN 'cart' WHEN 5 THEN 'checkout' WHEN 6 THEN 'thank-you'
                WHEN 8 THEN 'thank-you' ELSE 'p/' || lower(a.sku) END,
            'pageViews': {'value': 1::DOUBLE}
        }
    } END AS web,
    CASE WHEN step IN (1, 2, 3, 4, 5, 6, 7, 8) THEN list_filter([
        {'SKU': a.sku, 'name': a.name, 'category': a.category, 'quantity': quantity::INTEGER, 'priceTotal': a.cents * quantity / 100.0::DOUBLE},
        CASE WHEN items > 1 THEN {'SKU': b.sku, 'name': b.name, 'category': b.category, 'quantity': 1::INTEGER, 'priceTotal': b.cents / 100.0::DOUBLE} END,
        CASE WHEN items > 2 THEN {'SKU': c.sku, 'name': c.name, 'category': c.category, 'quantity': 1::INTEGER, 'priceTotal': c.cents / 100.0::DOUBLE} END
    ], lambda i: i IS NOT NULL) END AS productListItems,
    CASE WHEN step BETWEEN 1 AND 8 THEN {
        'productViews': {'value': CASE WHEN step <= 3 THEN 1::DOUBLE END},
        'productListAdds': {'value': CASE WHEN step = 4 THEN items::DOUBLE END},
        'checkouts': {'value': CASE WHEN step = 5 THEN 1::DOUBLE END},
        'purchases': {'value': CASE WHEN buys THEN 1::DOUBLE END},
        'order': CASE WHEN buys OR step = 7 THEN {
            -- money back names the order it is for
            'purchaseID': 'O-' || who || CASE WHEN mailed THEN '-m' ELSE '-' END || nth || CASE WHEN step = 8 THEN '-2' ELSE '' END,
            'priceTotal': total,
            'currencyCode': country.currency
        } END
    } END AS commerce,
    CASE WHEN mailed THEN {
        'campaignName': getvariable('campaign')[1 + nth].name,
        'trackingCode': 'nl-' || nth
    } END AS marketing,
    {'geo': {'countryCode': country.code}} AS placeContext,
    {'storeId': CASE WHEN in_store AND step <> 7 THEN country.code || '-' || (1 + abs(who + nth) % 6) END} AS _acme
FROM summed
