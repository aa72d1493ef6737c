WITH profiles AS (
  SELECT
    profile_key,
    "name",
    "active"
  FROM merged_with_events_only
)
/* name.isNull() and not active */
SELECT
  COUNT(*) AS size
FROM profiles
WHERE
  profiles."name" IS NULL /* name.isNull() */
  AND NOT COALESCE(profiles."active", FALSE) /* not active */
