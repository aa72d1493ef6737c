WITH profiles AS (
  SELECT
    profile_key,
    "home.city",
    "number",
    "name",
    "other"
  FROM merged
)
/* home.city = "Paris" and (number > 3 or name.startsWith("A", false)) and not (other = "x") */
SELECT
  COUNT(*) AS size
FROM profiles
WHERE
  profiles."home.city" = 'Paris' /* home.city = "Paris" */
  AND (
    profiles."number" > 3 OR STARTS_WITH(LOWER(profiles."name"), LOWER('A'))
  ) /* number > 3 or name.startsWith("A", false) */
  AND NOT COALESCE(profiles."other" = 'x', FALSE) /* not (other = "x") */
