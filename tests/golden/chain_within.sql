WITH chain_1_events_1 AS (
  /* A: WHAT(type = "view") */
  SELECT
    e."profile_key",
    e."timestamp" AS instant
  FROM (
    SELECT
      profile_key,
      "timestamp",
      "type"
    FROM happened
  ) AS e
  WHERE
    NOT e."timestamp" IS NULL AND e."type" = 'view' /* type = "view" */
), chain_1_events_2 AS (
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    e."profile_key",
    e."timestamp" AS instant
  FROM (
    SELECT
      profile_key,
      "timestamp",
      "type"
    FROM happened
  ) AS e
  WHERE
    NOT e."timestamp" IS NULL AND e."type" = 'buy' /* type = "buy" */
), chain_1_1_A AS (
  /* A: WHAT(type = "view") */
  SELECT
    s."profile_key",
    s."own" AS "at_1",
    s."own" AS instant
  FROM (
    SELECT
      m."profile_key",
      m."instant" AS own
    FROM chain_1_events_1 AS m
  ) AS s
), chain_1_2_B_ends AS (
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    s."profile_key",
    s."instant",
    s."at_1",
    s."instant" + INTERVAL '1' MICROSECOND AS low,
    COALESCE(
      CASE
        WHEN s."at_1" <= CAST('9999-12-29 23:59:59.999999' AS TIMESTAMP)
        THEN s."at_1" + INTERVAL '2' DAY
      END,
      CAST('-infinity' AS TIMESTAMP)
    ) AS high
  FROM chain_1_1_A AS s
  WHERE
    s."at_1" <= CAST('9999-12-29 23:59:59.999999' AS TIMESTAMP)
), chain_1_2_B AS (
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    s."profile_key",
    MIN(s."own") AS instant
  FROM (
    SELECT
      m."profile_key",
      m."instant" AS own
    FROM chain_1_events_2 AS m
    ASOF JOIN chain_1_2_B_ends AS s
      ON s."profile_key" = m."profile_key" AND m."instant" >= s."low"
    WHERE
      m."instant" <= s."high"
  ) AS s
  GROUP BY
    s."profile_key"
), chain_1 AS (
  /* chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 2 days after A)]) */
  SELECT
    s."profile_key",
    TRUE AS found
  FROM chain_1_2_B AS s
)
/* chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 2 days after A)]) */
SELECT
  COUNT(*) AS size
FROM chain_1
