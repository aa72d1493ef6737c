WITH chain_1_events AS (
  /* A: WHAT(type = "view") */
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    e."profile_key",
    e."timestamp" AS instant,
    COALESCE(e."type" = 'view' /* type = "view" */, FALSE) AS "is_1_A",
    COALESCE(e."type" = 'buy' /* type = "buy" */, FALSE) AS "is_2_B"
  FROM (
    SELECT
      profile_key,
      "timestamp",
      "type"
    FROM happened
  ) AS e
  WHERE
    NOT e."timestamp" IS NULL
    AND (
      e."type" = 'view' /* type = "view" */ OR e."type" = 'buy' /* type = "buy" */
    )
), chain_1_1_A AS (
  /* A: WHAT(type = "view") */
  SELECT DISTINCT
    s."profile_key",
    s."own" AS "at_1",
    s."own" AS instant
  FROM (
    SELECT
      m."profile_key",
      m."instant" AS own
    FROM (
      SELECT
        *
      FROM chain_1_events
      WHERE
        "is_1_A"
    ) AS m
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
), chain_1_2_B_reach AS (
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    "profile_key",
    "low",
    MAX("high") OVER (PARTITION BY "profile_key" ORDER BY "low") AS high
  FROM chain_1_2_B_ends AS s
), chain_1_2_B AS (
  /* B: WHAT(type = "buy") WHEN(<= 2 days after A) */
  SELECT
    s."profile_key",
    MIN(s."own") AS instant
  FROM (
    SELECT
      m."profile_key",
      m."instant" AS own
    FROM (
      SELECT
        *
      FROM chain_1_events
      WHERE
        "is_2_B"
    ) AS m
    ASOF JOIN chain_1_2_B_reach AS s
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
