WITH events_1 AS (
  /* xEvent.groupBy(type).count() */
  SELECT
    e."profile_key",
    COUNT(DISTINCT e."type") AS distinct_1
  FROM (
    SELECT
      profile_key,
      "type"
    FROM happened
  ) AS e
  GROUP BY
    e."profile_key"
), groups_1 AS (
  /* xEvent.groupBy(type).map(this.sum(value)).values().max() */
  SELECT
    e."profile_key",
    e."type" AS "key",
    CASE
      WHEN ISFINITE(CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE))
      THEN CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE)
    END AS sum_1
  FROM (
    SELECT
      profile_key,
      "type",
      "value"
    FROM happened
  ) AS e
  WHERE
    NOT e."type" IS NULL
  GROUP BY
    e."profile_key",
    e."type"
), maps_1 AS (
  SELECT
    "profile_key",
    CAST(MAX(groups_1."sum_1") AS DOUBLE) AS max_1
  FROM groups_1
  GROUP BY
    "profile_key"
)
/* xEvent.groupBy(type).count() > 3 and xEvent.groupBy(type).map(this.sum(value)).values().max() > 100 */
SELECT
  COUNT(*) AS size
FROM events_1
INNER JOIN maps_1
  USING (profile_key)
WHERE
  events_1."distinct_1" > 3 /* xEvent.groupBy(type).count() > 3 */
  AND maps_1."max_1" > 100 /* xEvent.groupBy(type).map(this.sum(value)).values().max() > 100 */
