WITH profiles AS (
  SELECT
    profile_key
  FROM merged_with_events_only
), groups_1 AS (
  /* xEvent.items.groupBy(SKU).map((K, G) => mapEntry(K, G.sum(quantity) > 100)) */
  SELECT
    e."profile_key",
    i."item"."SKU" AS "key",
    TRY_CAST(COALESCE(SUM(i."item"."quantity"), 0) AS BIGINT) AS sum_1
  FROM (
    SELECT
      profile_key,
      "items"
    FROM happened
  ) AS e
  CROSS JOIN UNNEST(e."items") AS i("item")
  WHERE
    NOT i."item"."SKU" IS NULL
  GROUP BY
    e."profile_key",
    i."item"."SKU"
), maps_1 AS (
  SELECT
    "profile_key",
    MAP(
      LIST("key" ORDER BY "key"),
      LIST(COALESCE(groups_1."sum_1" > 100, FALSE) ORDER BY "key")
    ) AS map_1
  FROM groups_1
  GROUP BY
    "profile_key"
)
SELECT
  MD5("profile_key") AS "profile_id",
  COALESCE(maps_1."map_1", MAP([], [])) AS "value"
FROM profiles
LEFT JOIN maps_1
  USING (profile_key)
ORDER BY
  "profile_id" ASC
