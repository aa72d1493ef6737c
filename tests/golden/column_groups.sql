WITH profiles AS (
  SELECT
    profile_key
  FROM merged_with_events_only
), groups_1 AS (
  /* xEvent[timestamp occurs < 7 days before now].groupBy(type).map({"n": this.count(), "sum": this.sum(value), "last": this.topN(timestamp, 1).head().value, "today": this[timestamp occurs today].count()}) */
  SELECT
    e."profile_key",
    e."type" AS "key",
    COUNT(*) AS count_1,
    CASE
      WHEN ISFINITE(CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE))
      THEN CAST(COALESCE(SUM(e."value"), 0) AS DOUBLE)
    END AS sum_2,
    FIRST(e."value" ORDER BY e."timestamp" DESC, e."_id" ASC) AS first_3,
    COUNT(
      CASE
        WHEN e."timestamp" >= CAST('2026-11-21 00:00:00' AS TIMESTAMP)
        AND e."timestamp" < CAST('2026-11-22 00:00:00' AS TIMESTAMP)
        THEN 1
      END
    ) AS count_4
  FROM (
    SELECT
      profile_key,
      "timestamp",
      "type",
      "value",
      "_id"
    FROM happened
  ) AS e
  WHERE
    e."timestamp" > CAST('2026-11-14 12:00:00' AS TIMESTAMP)
    AND e."timestamp" <= CAST('2026-11-21 12:00:00' AS TIMESTAMP) /* timestamp occurs < 7 days before now */
    AND NOT e."type" IS NULL
  GROUP BY
    e."profile_key",
    e."type"
), maps_1 AS (
  SELECT
    "profile_key",
    MAP(
      LIST("key" ORDER BY "key"),
      LIST(
        {'n': groups_1."count_1", 'sum': groups_1."sum_2", 'last': CAST(groups_1."first_3" AS DOUBLE), 'today': groups_1."count_4"} ORDER BY "key"
      )
    ) AS map_1
  FROM groups_1
  GROUP BY
    "profile_key"
)
SELECT
  MD5("profile_key") AS "profile_id",
  {'types': COALESCE(CAST(CARDINALITY(COALESCE(maps_1."map_1", MAP([], []))) AS BIGINT), 0), 'all': COALESCE(maps_1."map_1", MAP([], []))} AS "value"
FROM profiles
LEFT JOIN maps_1
  USING (profile_key)
ORDER BY
  "profile_id" ASC
