WITH beside_1 AS (
  /* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
  SELECT
    e."profile_key",
    e."value" AS "key_1"
  FROM (
    SELECT
      profile_key,
      "type",
      "value"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* Y.type = "buy" */
  GROUP BY
    e."profile_key",
    e."value"
), events_1 AS (
  /* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
  SELECT
    e."profile_key",
    TRUE AS found_1
  FROM (
    SELECT
      profile_key,
      "value",
      "type"
    FROM happened
  ) AS e
  LEFT JOIN beside_1
    ON beside_1."profile_key" = e."profile_key" AND beside_1."key_1" = e."value"
  WHERE
    e."type" = 'view' /* X.type = "view" */ AND NOT beside_1."profile_key" IS NULL
  GROUP BY
    e."profile_key"
)
/* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
SELECT
  COUNT(*) AS size
FROM events_1
