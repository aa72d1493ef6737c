WITH events_1 AS (
  /* xEvent[type = "buy"].count() */
  /* xEvent[type = "buy"].sum(value) */
  SELECT
    e."profile_key",
    COUNT(*) AS count_1,
    CASE
      WHEN ISFINITE(CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE))
      THEN CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE)
    END AS sum_2
  FROM (
    SELECT
      profile_key,
      "type",
      "value"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* type = "buy" */
  GROUP BY
    e."profile_key"
)
/* xEvent[type = "buy"].count() >= 3 and xEvent[type = "buy"].sum(value) > 100 */
SELECT
  COUNT(*) AS size
FROM events_1
WHERE
  events_1."count_1" >= 3 /* xEvent[type = "buy"].count() >= 3 */
  AND events_1."sum_2" > 100 /* xEvent[type = "buy"].sum(value) > 100 */
