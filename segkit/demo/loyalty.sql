-- The card programme: names as the till prints them, addresses as told at the counter, and a few cards without a customer.
WITH card AS (
    SELECT person.*, word('loyalty' || person.id) AS a, other_word('loyalty' || person.id) AS b,
           id % 40 = 0 AS unlinked
    FROM person WHERE in_loyalty
), moved AS (
    SELECT card.*, other.city_name AS new_city, other.state AS new_state,
           -- one in seven has moved; one in eight gave another address
           chance(a, 0, 140) AS has_moved,
           CASE WHEN chance(a, 1, 120) THEN new_email WHEN chance(a, 1, 800) THEN email END AS card_email,
           CASE WHEN chance(b, 3, 400) THEN email_wish WHEN chance(b, 3, 470) THEN 'n' END AS card_wish,
           (visits * 140 + pick(a, 2, 300))::INTEGER AS points
    FROM card JOIN city AS other
        ON other.country_no = card.country_no AND other.city_no = (card.city_no + 1 + pick(a, 3, 4)) % 5
)
SELECT
    'card-' || loyalty_id AS _id,
    map_from_entries(list_filter([
        CASE WHEN NOT unlinked THEN {'k': 'crmId', 'v': identity(crm_id, 'authenticated', true)} END,
        {'k': 'loyaltyId', 'v': identity(loyalty_id, 'authenticated', unlinked)},
        CASE WHEN card_email IS NOT NULL THEN {'k': 'email', 'v': identity(card_email, 'ambiguous', false)} END
    ], lambda e: e IS NOT NULL)) AS identityMap,
    {'name': {
        'firstName': CASE WHEN chance(b, 0, 180) THEN upper(given_latin[1:1]) || given_latin[2:] ELSE given_name END,
        'lastName': CASE WHEN chance(b, 0, 180) THEN upper(family_latin) ELSE family_name END
    }} AS person,
    CASE WHEN chance(b, 1, 700) THEN {
        'city': CASE WHEN has_moved THEN new_city ELSE city_name END,
        'stateProvince': CASE WHEN has_moved THEN new_state ELSE state END,
        'countryCode': code
    } END AS homeAddress,
    {'address': card_email} AS personalEmail,
    {
        'tier': CASE WHEN points >= 2000 THEN 'platinum' WHEN points >= 800 THEN 'gold' WHEN points >= 350 THEN 'silver' ELSE 'bronze' END,
        'points': points,
        'joinDate': least(since + pick(b, 2, 90)::INTEGER, loyalty_clock::DATE)
    } AS loyalty,
    {'marketing': {'email': {
        'val': card_wish,
        'time': CASE WHEN card_wish IS NOT NULL THEN loyalty_clock END
    }}} AS consents,
    {
        'favoriteStores': CASE WHEN chance(b, 1, 560)
            THEN list_transform(range(1 + pick(a, 0, 3)), lambda i: code || '-' || (1 + (pick(b, 0, 6) + i * 2) % 6)) END,
        'scores': MAP {'churn': least(999, churn * (800 + pick(b, 2, 400)) // 1000) / 1000.0::DOUBLE,
                       'engagement': least(999, 100 + visits * 60 + pick(b, 3, 200)) / 1000.0::DOUBLE},
        'preferences': CASE WHEN chance(a, 1, 620) THEN MAP {'size': ['XS', 'S', 'M', 'L', 'XL'][1 + pick(b, 1, 5)], 'receipt': ['paper', 'email'][1 + pick(a, 3, 2)]} END
    } AS _acme,
    -- the nightly exchange with the master stamps both alike; a few old cards carry no clock at all
    {'lastUpdatedDate': CASE WHEN chance(b, 2, 12) THEN NULL WHEN chance(b, 2, 40) THEN crm_clock ELSE loyalty_clock END} AS extSourceSystemAudit
FROM moved
ORDER BY id
