WITH events_1 AS (
  /* xEvent[type = "buy" and timestamp occurs <= 30 days before now] */
  SELECT
    e."profile_key",
    TRUE AS found_1
  FROM (
    SELECT
      profile_key,
      "type",
      "timestamp"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* type = "buy" */
    AND e."timestamp" >= CAST('2026-10-22 12:00:00' AS TIMESTAMP)
    AND e."timestamp" <= CAST('2026-11-21 12:00:00' AS TIMESTAMP) /* timestamp occurs <= 30 days before now */
  GROUP BY
    e."profile_key"
)
/* xEvent[type = "buy" and timestamp occurs <= 30 days before now] */
SELECT
  COUNT(*) AS size
FROM events_1
