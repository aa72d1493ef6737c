WITH profiles AS (
  SELECT
    profile_key,
    "home.city"
  FROM merged
), events_1 AS (
  /* xEvent[type = "buy"] */
  SELECT
    e."profile_key",
    TRUE AS found_1
  FROM (
    SELECT
      profile_key,
      "type"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* type = "buy" */
  GROUP BY
    e."profile_key"
)
/* not (xEvent[type = "buy"]) and home.city = "Paris" */
SELECT
  COUNT(*) AS size
FROM profiles
LEFT JOIN events_1
  USING (profile_key)
WHERE
  NOT COALESCE(events_1."found_1", FALSE) /* not (xEvent[type = "buy"]) */
  AND profiles."home.city" = 'Paris' /* home.city = "Paris" */
