WITH events_1 AS (
  /* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
  SELECT
    e."profile_key",
    LIST({'type': e."type", 'value': e."value"}) AS list_1
  FROM (
    SELECT
      profile_key,
      "type",
      "value"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'view' /* X.type = "view" */
  GROUP BY
    e."profile_key"
), events_2 AS (
  /* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
  SELECT
    e."profile_key",
    LIST({'type': e."type", 'value': e."value"}) AS list_1
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
    e."profile_key"
)
/* exists X from xEvent, Y from xEvent where X.type = "view" and Y.type = "buy" and X.value = Y.value */
SELECT
  COUNT(*) AS size
FROM events_1
INNER JOIN events_2
  USING (profile_key)
WHERE
  LEN(
    LIST_FILTER(
      events_1."list_1",
      LAMBDA x1 : LEN(LIST_FILTER(events_2."list_1", LAMBDA x2 : (
        x1
      )."value" = (
        x2
      )."value")) > 0
    )
  ) > 0
