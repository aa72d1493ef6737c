WITH profiles AS (
  SELECT
    profile_key,
    "score"
  FROM merged
), events_1 AS (
  /* xEvent[commerce.order.total > ^.score] */
  SELECT
    e."profile_key",
    TRUE AS found_1
  FROM (
    SELECT
      profile_key,
      "commerce.order.total"
    FROM happened
  ) AS e
  INNER JOIN profiles AS p
    USING (profile_key)
  WHERE
    e."commerce.order.total" > p."score" /* commerce.order.total > ^.score */
  GROUP BY
    e."profile_key"
)
/* xEvent[commerce.order.total > ^.score] */
SELECT
  COUNT(*) AS size
FROM events_1
