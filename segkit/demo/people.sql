-- One row a customer: the truth that the three datasets report, each in its own way and at its own time.
CREATE TEMP TABLE person AS
WITH drawn AS (
    SELECT id, word('a' || id) AS a, other_word('a' || id) AS b, word('b' || id) AS c, other_word('b' || id) AS d,
           word('c' || id) AS e, other_word('c' || id) AS f
    FROM range(1, getvariable('profiles') + 1) AS t (id)
), shaped AS (
    SELECT *,
        getvariable('country_slots')[1 + pick(a, 0, 100)] AS country_no,
        pick(a, 1, 8) AS given_no, pick(a, 2, 8) AS family_no, pick(a, 3, 5) AS city_no,
        -- one in three never comes; of the others most come once or twice, a few all the time
        CASE WHEN chance(b, 0, 660) THEN 65536000 // (65536000 - 985 * bits(b, 1)) ELSE 0 END AS eagerness,
        -- the stretch of the calendar in which the customer is about: some come late, some leave early
        CASE WHEN chance(b, 2, 550) THEN 0 ELSE bits(f, 2) END AS first_slot
    FROM drawn
), active AS (
    SELECT *, CASE WHEN chance(b, 3, 550) THEN 65535 ELSE first_slot + ((65535 - first_slot) * bits(c, 0) >> 16) END AS last_slot
    FROM shaped
), placed AS (
    SELECT active.*, least(eagerness, 1 + eagerness * (last_slot - first_slot) // 65536) AS visits, code, country_name, currency, language, given_name, given_latin, family_name, family_latin,
           city_name, city_latin, state, postal, phone_prefix,
           CASE WHEN first_slot = 0 THEN start_day() - (1 + pick(c, 1, 2000))::INTEGER 
                ELSE least(getvariable('calendar')[1 + first_slot], getvariable('as_of')::DATE - 1) END AS since
    FROM active JOIN country USING (country_no) JOIN given USING (country_no, given_no)
    JOIN family USING (country_no, family_no) JOIN city USING (country_no, city_no)
), dated AS (
    -- seconds in which a record about the customer may have been written last: at most 700 days
    SELECT *, least(60480000, epoch(getvariable('as_of') - (since::TIMESTAMP + INTERVAL 10 HOUR))::BIGINT) AS span FROM placed
)
SELECT id, code, country_no, country_name, currency, language, given_name, given_latin, family_name, family_latin, city_no,
    city_name, city_latin, state, postal, phone_prefix, visits, first_slot, last_slot, since,
    CASE WHEN given_no % 2 = 0 THEN 'female' ELSE 'male' END AS gender,
    (getvariable('as_of')::DATE - (6000 + least(pick(c, 2, 25500), pick(c, 3, 25500)))::INTEGER) AS born,
    chance(d, 0, 970) AS in_crm,
    chance(d, 1, CASE WHEN visits > 0 THEN 660 ELSE 490 END) AS in_loyalty,
    chance(d, 2, CASE WHEN visits > 0 THEN 560 ELSE 390 END) AS in_web,
    -- wishes: yes, no, asked but not answered yet, never asked
    CASE WHEN chance(d, 3, 580) THEN 'y' WHEN chance(d, 3, 790) THEN 'n' WHEN chance(d, 3, 860) THEN 'p' END AS email_wish,
    CASE WHEN chance(e, 0, 900) THEN given_latin || '.' || family_latin || id || '@' || ['example.com', 'example.org', 'mail.example'][1 + pick(e, 1, 3)]
    END AS email,
    given_latin[1:1] || '_' || family_latin || '.' || id || '@example.net' AS new_email,
    phone_prefix || '555' || lpad((id * 7919 % 10000000)::VARCHAR, 7, '0') AS phone,
    getvariable('as_of') - to_seconds(1 + (bits(e, 2) * span >> 16)) AS crm_clock,
    getvariable('as_of') - to_seconds(1 + (bits(e, 3) * span >> 16)) AS loyalty_clock,
    getvariable('as_of') - to_seconds(1 + (bits(f, 0) * bits(f, 0) // 65536 * span >> 16)) AS web_clock,
    -- 0 to 999: how likely the customer is to stay away, more so for one who already does
    least(999, pick(f, 1, 600) + (65535 - last_slot) * 500 // 65536) AS churn,
    'C-' || id AS crm_id,
    '6' || lpad((id * 104729 % 1000000000)::VARCHAR, 9, '0') AS loyalty_id
FROM dated
ORDER BY id;
