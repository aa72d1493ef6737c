-- Visits, and what happened on each: one narrow row an event, in the order of time, so that only narrow rows are sorted.
-- Steps: 0 landing page, 1-3 product pages, 4 into the cart, 5 checkout, 6 purchase, 7 money back, 8 the purchase that
-- belongs to the first; 10 e-mail sent, 11 opened, 12 clicked. Who clicks lands on a product page, and may go on from there.
CREATE TEMP TABLE visit AS
WITH came AS (
    SELECT id AS who, unnest(range(visits)) AS visit_no, first_slot, last_slot, in_web, country_no FROM person WHERE visits > 0
    UNION ALL
    SELECT -v, unnest(range(1 + pick(word('guest' || v), 0, 3))), 0, 65535, false, getvariable('country_slots')[1 + pick(word('guest' || v), 1, 100)]
    FROM range(1, getvariable('visitors') + 1) AS t (v)
), drawn AS (
    SELECT *, word('v' || who || '/' || visit_no) AS a, other_word('v' || who || '/' || visit_no) AS b,
        word('w' || who || '/' || visit_no) AS c, other_word('w' || who || '/' || visit_no) AS d,
        word('d' || who) AS own
    FROM came
), placed AS (
    SELECT *, who > 0 AND chance(a, 3, 200) AS in_store FROM drawn
), staged AS (
    SELECT *,
        getvariable('calendar')[1 + first_slot + (bits(a, 0) * (last_slot - first_slot) >> 16)]::TIMESTAMP
            -- the shops open from nine to eight, the web never closes
            + to_seconds(CASE WHEN in_store THEN 9 + pick(a, 1, 11) ELSE getvariable('hour_slots')[1 + pick(a, 1, len(getvariable('hour_slots')))] END
                         * 3600 + pick(a, 2, 3600)) AS began,
        CASE WHEN who < 0 THEN CASE WHEN chance(b, 0, 350) THEN 0 WHEN chance(b, 0, 880) THEN 3 ELSE 4 END
             WHEN chance(b, 0, 110) THEN 0 WHEN chance(b, 0, 420) THEN 3 WHEN chance(b, 0, 620) THEN 4
             WHEN chance(b, 0, 690) THEN 5 ELSE 6 END AS reached,
        getvariable('product_slots')[1 + pick(b, 1, len(getvariable('product_slots')))] AS first_product,
        CASE WHEN chance(b, 2, 600) THEN 1 WHEN chance(b, 2, 880) THEN 2 ELSE 3 END AS items,
        1 + chance(b, 3, 180)::INTEGER + chance(b, 3, 40)::INTEGER AS quantity,
        1 + pick(CASE WHEN chance(c, 3, 750) THEN own ELSE c END, 0, 6) AS device_no
    FROM placed
)
SELECT who, visit_no, country_no, began, in_store, items, quantity, device_no, c, d,
    CASE WHEN in_store THEN 6 ELSE reached END AS reached,
    -- who only looks may not have signed in yet
    who < 0 OR (in_web AND NOT in_store AND reached < 5 AND chance(c, 1, 220)) AS unknown,
    first_product AS p1,
    (first_product + 1 + pick(c, 2, 17)) % getvariable('product_count') AS p2,
    (first_product + 18 + pick(c, 3, 17)) % getvariable('product_count') AS p3
FROM staged;

CREATE TEMP TABLE event AS
WITH paced AS (
    SELECT *,
        25 + pick(c, 0, 300) AS view1, 45 + pick(c, 0, 300) + pick(c, 1, 240) AS view2,
        65 + pick(c, 0, 300) + pick(c, 1, 240) + pick(c, 2, 300) AS view3
    FROM visit
), carted AS (
    SELECT *, CASE items WHEN 1 THEN view1 WHEN 2 THEN view2 ELSE view3 END + 30 + pick(d, 0, 500) AS added FROM paced
), bought AS (
    -- one cart in ten is slept over
    SELECT *, added + 45 + pick(d, 1, 600) + CASE WHEN chance(d, 1, 100) THEN 64800 + pick(d, 0, 30000) ELSE 0 END AS checked
    FROM carted
), timed AS (
    SELECT *, CASE WHEN in_store THEN 0 ELSE checked + 50 + pick(d, 2, 400) END AS paid FROM bought
), stepped AS (
    SELECT timed.*, step,
        began + to_seconds(CASE step WHEN 0 THEN 0 WHEN 1 THEN view1 WHEN 2 THEN view2 WHEN 3 THEN view3 WHEN 4 THEN added
            WHEN 5 THEN checked WHEN 6 THEN paid WHEN 7 THEN paid + (3 + bits(d, 2) * 20 // 5899) * 86400 + pick(d, 0, 7200)
            ELSE paid + (2 + bits(d, 3) * 39 // 27526) * 86400 + pick(d, 1, 7200) END) AS moment
    FROM timed, range(9) AS t (step)
    WHERE CASE
        WHEN step <= 3 THEN NOT in_store AND step <= least(reached, items)
        WHEN step <= 6 THEN step <= reached AND (step = 6 OR NOT in_store)
        WHEN step = 7 THEN reached = 6 AND chance(d, 2, 90)
        ELSE reached = 6 AND chance(d, 3, 420) AND getvariable('product')[1 + p1].next >= 0
    END
), mailed AS (
    SELECT id AS who, country_no, since, unnest(range(1 + pick(word('m' || id), 0, 6))) AS nth, word('m' || id) AS own
    FROM person WHERE email_wish = 'y' AND email IS NOT NULL
), letter AS (
    SELECT who, country_no, since, (pick(own, 1, len(getvariable('campaign'))) + nth) % len(getvariable('campaign')) AS campaign_no,
        word('n' || who || '/' || nth) AS a,
        other_word('n' || who || '/' || nth) AS b, 1 + pick(word('d' || who), 0, 6) AS device_no
    FROM mailed
), answered AS (
    SELECT letter.*, step, getvariable('product_slots')[1 + pick(b, 0, len(getvariable('product_slots')))] AS p1,
        getvariable('campaign')[1 + campaign_no].day::TIMESTAMP + INTERVAL 8 HOUR
        + to_seconds(pick(a, 0, 1800) + CASE WHEN step = 10 THEN 0 ELSE 60 + bits(a, 1) * bits(a, 1) // 24000
                + CASE step WHEN 11 THEN 0 WHEN 12 THEN 5 + pick(a, 2, 240) WHEN 1 THEN 8 + pick(a, 2, 240)
                            WHEN 4 THEN 60 + pick(a, 2, 900) ELSE 180 + pick(a, 2, 2400) END END) AS moment
    FROM letter, (VALUES (10, 1000), (11, 410), (12, 130), (1, 110), (4, 60), (6, 35)) AS t (step, permille)
    WHERE chance(a, 3, permille)
)
SELECT moment, false AS mailed, who::BIGINT AS who, visit_no::INTEGER AS nth, step::TINYINT AS step, unknown, in_store, country_no::TINYINT AS country_no,
    device_no::TINYINT AS device_no, CASE WHEN step IN (1, 2, 3, 7, 8) THEN 1 ELSE items END::TINYINT AS items,
    CASE WHEN step IN (4, 5, 6, 7) THEN quantity ELSE 1 END::TINYINT AS quantity,
    CASE step WHEN 2 THEN p2 WHEN 3 THEN p3 WHEN 8 THEN getvariable('product')[1 + p1].next ELSE p1 END::SMALLINT AS p1,
    p2::SMALLINT AS p2, p3::SMALLINT AS p3
FROM stepped WHERE moment < getvariable('as_of')
UNION ALL
SELECT moment, true, who, campaign_no, step, false, false, country_no, device_no, 1, 1, p1, p1, p1
FROM answered WHERE moment < getvariable('as_of') AND moment >= since
ORDER BY moment, mailed, who, nth, step;
