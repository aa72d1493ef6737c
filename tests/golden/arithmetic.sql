WITH profiles AS (
  SELECT
    profile_key,
    "number",
    "score"
  FROM merged
)
/* number * 2 + 1 > 10 and score / number < 0.5 */
SELECT
  COUNT(*) AS size
FROM profiles
WHERE
  TRY((
    TRY_CAST(profiles."number" AS BIGINT) * 2
  ) + 1) > 10 /* number * 2 + 1 > 10 */
  AND CASE
    WHEN ISFINITE(
      CAST(profiles."score" AS DOUBLE) / NULLIF(TRY_CAST(profiles."number" AS BIGINT), 0)
    )
    THEN CAST(profiles."score" AS DOUBLE) / NULLIF(TRY_CAST(profiles."number" AS BIGINT), 0)
  END < 0.5 /* score / number < 0.5 */
