WITH events_1 AS (
  /* xEvent.topN(timestamp, 1).head().type */
  SELECT
    e."profile_key",
    FIRST(e."type" ORDER BY e."timestamp" DESC, e."_id" ASC) AS first_1
  FROM (
    SELECT
      profile_key,
      "type",
      "timestamp",
      "_id"
    FROM happened
  ) AS e
  GROUP BY
    e."profile_key"
)
/* xEvent.topN(timestamp, 1).head().type = "quit" */
SELECT
  COUNT(*) AS size
FROM events_1
WHERE
  events_1."first_1" = 'quit'
