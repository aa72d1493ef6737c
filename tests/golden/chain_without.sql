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
), chain_1_2_Q_events AS (
  /* not Q: WHAT(type = "quit") */
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
    NOT e."timestamp" IS NULL AND e."type" = 'quit' /* type = "quit" */
), chain_1_3_B_events AS (
  /* B: WHAT(type = "buy") COUNT(2) */
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
    m."instant" AS instant
  FROM chain_1_1_A_events AS m
), chain_1_3_B AS (
  SELECT
    m."profile_key",
    MIN(m."instant") AS instant
  FROM (
    SELECT
      s."profile_key",
      s."instant" AS before,
      LIST_EXTRACT(MIN(m."instant", 2), 2) AS instant
    FROM chain_1_1_A AS s
    INNER JOIN chain_1_3_B_events AS m
      ON m."profile_key" = s."profile_key" AND m."instant" > s."instant"
    GROUP BY
      s."profile_key",
      s."instant"
    HAVING
      COUNT(m."instant") >= 2
  ) AS m
  WHERE
    NOT EXISTS(
      SELECT
        1
      FROM chain_1_2_Q_events AS n
      WHERE
        n."profile_key" = m."profile_key"
        AND n."instant" > m."before"
        AND n."instant" < m."instant"
    )
  GROUP BY
    m."profile_key"
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
