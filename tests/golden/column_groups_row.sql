WITH profiles AS (
  SELECT
    profile_key,
    "orders"
  FROM merged_with_events_only
)
SELECT
  MD5("profile_key") AS "profile_id",
  MAP_FROM_ENTRIES(
    LIST_TRANSFORM(
      LIST_TRANSFORM(
        LIST_SORT(LIST_DISTINCT(LIST_TRANSFORM(profiles."orders", LAMBDA x1 : (
          x1
        )."SKU"))),
        LAMBDA key : {'key': COALESCE(key), 'value': LIST_FILTER(profiles."orders", LAMBDA x1 : (
          x1
        )."SKU" = key)}
      ),
      LAMBDA x3 : {'key': (
        x3
      )."key", 'value': TRY_CAST(COALESCE(LIST_SUM(LIST_TRANSFORM((
        x3
      )."value", LAMBDA x4 : (
        x4
      )."quantity")), 0) AS BIGINT)}
    )
  ) AS "value"
FROM profiles
ORDER BY
  "profile_id" ASC
