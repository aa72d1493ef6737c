WITH chain_1_1_A_events AS (
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
), chain_1_2_B_events AS (
  /* B: WHAT(type = "buy") WHEN(<= 30 days before now) */
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
    NOT e."timestamp" IS NULL
    AND e."type" = 'buy' /* type = "buy" */
    AND e."timestamp" >= CAST('2026-10-22 12:00:00' AS TIMESTAMP)
    AND e."timestamp" <= CAST('2026-11-21 12:00:00' AS TIMESTAMP) /* <= 30 days before now */
), chain_1_1_A AS (
  SELECT
    m."profile_key",
    MIN(m."instant") AS instant
  FROM chain_1_1_A_events AS m
  GROUP BY
    m."profile_key"
), chain_1_2_B AS (
  SELECT
    m."profile_key",
    MIN(m."instant") AS instant
  FROM (
    SELECT
      s."profile_key",
      s."instant" AS before,
      m."instant"
    FROM chain_1_1_A AS s
    INNER JOIN chain_1_2_B_events AS m
      ON m."profile_key" = s."profile_key" AND m."instant" > s."instant"
  ) AS m
  GROUP BY
    m."profile_key"
), chain_1 AS (
  /* chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 30 days before now)]) */
  SELECT
    s."profile_key",
    TRUE AS found
  FROM chain_1_2_B AS s
)
/* chain(xEvent, timestamp, [A: WHAT(type = "view"), B: WHAT(type = "buy") WHEN(<= 30 days before now)]) */
SELECT
  COUNT(*) AS size
FROM chain_1
