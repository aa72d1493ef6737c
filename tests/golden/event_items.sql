WITH events_1 AS (
  /* exists X from xEvent where X.type = "buy", Y from X.items where Y.SKU = "s1" and Y.quantity > 1 */
  SELECT
    e."profile_key",
    TRUE AS found_1
  FROM (
    SELECT
      profile_key,
      "type",
      "items"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* X.type = "buy" */
    AND LEN(
      LIST_FILTER(e."items", LAMBDA x1 : (
        x1
      )."SKU" = 's1' AND (
        x1
      )."quantity" > 1)
    ) > 0
  GROUP BY
    e."profile_key"
)
/* exists X from xEvent where X.type = "buy", Y from X.items where Y.SKU = "s1" and Y.quantity > 1 */
SELECT
  COUNT(*) AS size
FROM events_1
