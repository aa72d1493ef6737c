-- Browsers: those of customers who signed in, the newest of which speaks for the customer, and those of strangers.
WITH browser AS (
    SELECT id AS who, 0 AS browser, web_clock AS clock, true AS signed_in FROM person WHERE in_web
    UNION ALL
    SELECT id, 1, web_clock - to_seconds(86400 + pick(word('second' || id), 1, 9000000)), true
    FROM person WHERE in_web AND chance(word('second' || id), 0, 120)
    UNION ALL
    SELECT -v, 0, getvariable('as_of') - to_seconds(1 + (bits(word('stranger' || v), 1) * 60480000 >> 16)), false
    FROM range(1, getvariable('visitors') + 1) AS t (v) WHERE chance(word('stranger' || v), 0, 420)
), drawn AS (
    SELECT *, word('web' || who || '/' || browser) AS a, other_word('web' || who || '/' || browser) AS b FROM browser
), place AS (
    SELECT city.*, code FROM city JOIN country USING (country_no)
), known AS (
    SELECT drawn.*, person.crm_id, person.given_name, 
           CASE WHEN signed_in AND chance(b, 3, 90) THEN 'n' WHEN signed_in AND chance(b, 3, 360) THEN person.email_wish END AS web_wish,
           CASE WHEN chance(a, 0, 110) THEN new_email WHEN chance(a, 0, 160) THEN upper(email) WHEN chance(a, 0, 860) THEN email END AS web_email,
           coalesce(person.country_no, getvariable('country_slots')[1 + pick(b, 0, 100)]) AS country_no,
           -- the location service knows the nearest city, not always the right one
           CASE WHEN signed_in AND NOT chance(a, 1, 260) THEN person.city_no ELSE pick(b, 1, 5) END AS city_no
    FROM drawn LEFT JOIN person ON person.id = drawn.who
)
SELECT
    'web-' || ecid(who, browser)[1:12] AS _id,
    map_from_entries(list_filter([
        CASE WHEN signed_in THEN {'k': 'crmId', 'v': identity(crm_id, 'authenticated', true)} END,
        {'k': 'ECID', 'v': identity(ecid(who, browser), 'ambiguous', NOT signed_in)},
        CASE WHEN web_email IS NOT NULL THEN {'k': 'email', 'v': identity(web_email, 'ambiguous', false)} END
    ], lambda e: e IS NOT NULL)) AS identityMap,
    CASE WHEN signed_in AND chance(a, 2, 420) THEN {'name': {'firstName': given_name}} END AS person,
    CASE WHEN chance(a, 3, 900) THEN {'city': place.city_latin, 'countryCode': place.code} END AS homeAddress,
    {'address': web_email} AS personalEmail,
    {
        'collect': {'val': CASE WHEN chance(b, 2, 640) THEN 'y' WHEN chance(b, 2, 800) THEN 'n' END},
        'marketing': {'email': {
            'val': web_wish,
            'time': CASE WHEN web_wish IS NOT NULL THEN clock END
        }}
    } AS consents,
    {
        -- an empty list is an answer too: nothing of interest any more
        'interests': CASE WHEN chance(b, 0, 40) THEN []::VARCHAR[] WHEN chance(b, 0, 560)
            THEN list_transform(range(1 + pick(a, 1, 3)), lambda i: getvariable('interest')[1 + (pick(a, 2, 8) + i * 3) % 8]) END,
        'preferences': CASE WHEN chance(a, 3, 500) THEN MAP {'theme': ['light', 'dark'][1 + pick(b, 1, 2)], 'newsletter': ['weekly', 'monthly'][1 + pick(b, 2, 2)]} END,
        'lastBrowser': ['Firefox', 'Chrome', 'Safari', 'Edge'][1 + pick(b, 3, 4)]
    } AS _acme,
    {'lastUpdatedDate': clock} AS extSourceSystemAudit
FROM known JOIN place USING (country_no, city_no)
ORDER BY who, browser
