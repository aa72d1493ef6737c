WITH profiles AS (
  SELECT
    profile_key,
    "colors",
    "orders",
    "scores"
  FROM merged
)
/* "red" in colors and orders[quantity > 1].SKU = "s1" and scores["a"] >= 0.5 */
SELECT
  COUNT(*) AS size
FROM profiles
WHERE
  LIST_CONTAINS(profiles."colors", 'red') /* "red" in colors */
  AND LEN(
    LIST_FILTER(profiles."orders", LAMBDA x1 : (
      x1
    )."quantity" > 1 AND (
      x1
    )."SKU" = 's1')
  ) > 0 /* orders[quantity > 1].SKU = "s1" */
  AND MAP_EXTRACT_VALUE(profiles."scores", 'a') >= 0.5 /* scores["a"] >= 0.5 */
