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
  SELECT DISTINCT
    m."profile_key",
    m."instant" AS at_1,
    m."instant" AS instant
  FROM chain_1_1_A_events AS m
), chain_1_2_B AS (
  SELECT
    m."profile_key",
    MIN(m."instant") AS instant
  FROM (
    SELECT
      s."profile_key",
      s."at_1",
      s."instant" AS before,
      m."instant"
    FROM chain_1_1_A AS s
    INNER JOIN chain_1_2_B_events AS m
      ON m."profile_key" = s."profile_key"
      AND m."instant" > s."instant"
      AND m."instant" >= s."at_1"
      AND m."instant" <= CASE
        WHEN s."at_1" <= CAST('9999-12-29 23:59:59.999999' AS TIMESTAMP)
        THEN s."at_1" + INTERVAL '2' DAY
      END /* <= 2 days after A */
  ) AS m
  GROUP BY
    m."profile_key"
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
