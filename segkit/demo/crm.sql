-- The customer master: one record for nearly every customer.
WITH drawn AS (
    SELECT *, word('crm' || id) AS a, other_word('crm' || id) AS b FROM person WHERE in_crm
), filled AS (
    SELECT *, CASE WHEN chance(a, 0, 720) THEN phone END AS crm_phone FROM drawn
)
SELECT
    'crm-' || id AS _id,
    map_from_entries(list_filter([
        {'k': 'crmId', 'v': identity(crm_id, 'authenticated', true)},
        CASE WHEN email IS NOT NULL THEN {'k': 'email', 'v': identity(email, 'ambiguous', false)} END,
        CASE WHEN crm_phone IS NOT NULL THEN {'k': 'phone', 'v': identity(crm_phone, 'ambiguous', false)} END
    ], lambda e: e IS NOT NULL)) AS identityMap,
    {
        'name': {'firstName': given_name, 'lastName': family_name},
        'birthDate': CASE WHEN chance(a, 1, 880) THEN born END,
        'gender': CASE WHEN chance(a, 2, 820) THEN gender WHEN chance(a, 2, 860) THEN 'non_specific' END
    } AS person,
    CASE WHEN chance(a, 3, 955) THEN {
        'street1': replace(getvariable('street')[1 + country_no][1 + pick(word('street' || id), 0, 5)], '{}', (1 + pick(b, 0, 240))::VARCHAR),
        'city': city_name,
        'stateProvince': CASE WHEN chance(b, 1, 920) THEN state END,
        'postalCode': postal || lpad((id * 31 % 100)::VARCHAR, 2, '0'),
        'countryCode': code,
        'country': country_name
    } END AS homeAddress,
    {'address': email} AS personalEmail,
    {'number': crm_phone} AS mobilePhone,
    CASE WHEN chance(b, 2, 900) THEN language END AS preferredLanguage,
    {
        'collect': {'val': CASE WHEN chance(b, 3, 850) THEN 'y' WHEN chance(b, 3, 940) THEN 'n' END},
        'marketing': {
            'email': {'val': email_wish, 'time': CASE WHEN email_wish IS NOT NULL THEN since::TIMESTAMP + INTERVAL 9 HOUR END},
            'sms': {'val': CASE WHEN crm_phone IS NOT NULL AND email_wish = 'y' AND chance(b, 1, 400) THEN 'y' WHEN crm_phone IS NOT NULL THEN 'n' END}
        }
    } AS consents,
    {
        'crmId': crm_id,
        'customerSince': since,
        'interests': CASE WHEN chance(a, 1, 350)
            THEN [getvariable('interest')[1 + pick(b, 2, 8)], getvariable('interest')[1 + (pick(b, 2, 8) + 3) % 8]][1:1 + pick(a, 2, 2)]
        END,
        'scores': MAP {'churn': churn / 1000.0::DOUBLE, 'propensity': pick(a, 3, 1000) / 1000.0::DOUBLE}
    } AS _acme,
    {'createdDate': since::TIMESTAMP + INTERVAL 9 HOUR, 'lastUpdatedDate': crm_clock} AS extSourceSystemAudit
FROM filled
ORDER BY id
