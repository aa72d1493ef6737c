WITH profiles AS (
  SELECT
    profile_key,
    "joined",
    "left"
  FROM merged
)
/* joined occurs <= 3 months before left */
SELECT
  COUNT(*) AS size
FROM profiles
WHERE
  profiles."joined" >= CASE
    WHEN profiles."left" >= CAST('0001-04-01 00:00:00' AS TIMESTAMP)
    THEN profiles."left" - INTERVAL '3' MONTH
  END
  AND profiles."joined" <= profiles."left"
