WITH chain_1_events AS (
  /* A: WHAT(type = "view") */
  /* not Q: WHAT(type = "quit") */
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    e."profile_key",
    e."timestamp" AS instant,
    COALESCE(e."type" = 'view' /* type = "view" */, FALSE) AS "is_1_A",
    COALESCE(e."type" = 'quit' /* type = "quit" */, FALSE) AS "is_2_Q",
    COALESCE(e."type" = 'buy' /* type = "buy" */, FALSE) AS "is_3_B"
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
      e."type" = 'view' /* type = "view" */
      OR e."type" = 'quit' /* type = "quit" */
      OR e."type" = 'buy' /* type = "buy" */
    )
), chain_1_1_A AS (
  /* A: WHAT(type = "view") */
  SELECT DISTINCT
    s."profile_key",
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
), chain_1_3_B_numbered AS (
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    "profile_key",
    "instant",
    ROW_NUMBER() OVER (PARTITION BY "profile_key" ORDER BY "instant") AS nth,
    COUNT(*) OVER (PARTITION BY "profile_key" ORDER BY "instant") AS upto
  FROM (
    SELECT
      *
    FROM chain_1_events
    WHERE
      "is_3_B"
  ) AS m
), chain_1_3_B_ends AS (
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    s."profile_key",
    s."instant",
    s."instant" + INTERVAL '1' MICROSECOND AS low,
    CAST('infinity' AS TIMESTAMP) AS high
  FROM chain_1_1_A AS s
), chain_1_3_B_before AS (
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    s."profile_key",
    s."instant",
    s."low",
    s."high",
    COALESCE(m."upto", 0) AS before
  FROM chain_1_3_B_ends AS s
  ASOF LEFT JOIN chain_1_3_B_numbered AS m
    ON m."profile_key" = s."profile_key" AND m."instant" < s."low"
), chain_1_3_B_through AS (
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    s."profile_key",
    s."instant",
    s."low",
    s."high",
    s."before",
    COALESCE(m."upto", 0) AS through,
    m."instant" AS last
  FROM chain_1_3_B_before AS s
  ASOF LEFT JOIN chain_1_3_B_numbered AS m
    ON m."profile_key" = s."profile_key" AND m."instant" <= s."high"
), chain_1_3_B AS (
  /* B: WHAT(type = "buy") COUNT(2) */
  SELECT
    s."profile_key",
    MIN(s."own") AS instant
  FROM (
    SELECT
      s."profile_key",
      s."instant",
      s."own"
    FROM (
      SELECT
        s."profile_key",
        s."instant",
        m."instant" AS own,
        s."instant" + INTERVAL '1' MICROSECOND AS low_1
      FROM chain_1_3_B_through AS s
      JOIN chain_1_3_B_numbered AS m
        ON m."profile_key" = s."profile_key" AND m."nth" = s."before" + 2
      WHERE
        GREATEST(s."through" - s."before", 0) >= 2
    ) AS s
    ASOF LEFT JOIN (
      SELECT
        *
      FROM chain_1_events
      WHERE
        "is_2_Q"
    ) AS n
      ON n."profile_key" = s."profile_key" AND n."instant" >= s."low_1"
    WHERE
      NOT (
        COALESCE(n."instant" < s."own", FALSE)
      )
  ) AS s
  GROUP BY
    s."profile_key"
), chain_1 AS (
  /* chain(xEvent, timestamp, [A: WHAT(type = "view"), not Q: WHAT(type = "quit"), B: WHAT(type = "buy") COUNT(2)]) */
  SELECT
    s."profile_key",
    TRUE AS found
  FROM chain_1_3_B AS s
)
/* chain(xEvent, timestamp, [A: WHAT(type = "view"), not Q: WHAT(type = "quit"), B: WHAT(type = "buy") COUNT(2)]) */
SELECT
  COUNT(*) AS size
FROM chain_1
