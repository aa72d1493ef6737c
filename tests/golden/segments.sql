WITH profiles AS (
  SELECT
    profile_key,
    "home.city",
    "name",
    "active",
    "namespace_mask"
  FROM merged_with_events_only
), events_1 AS (
  /* xEvent[type = "buy"] */
  /* xEvent[type = "buy"].count() */
  SELECT
    e."profile_key",
    TRUE AS found_1,
    COUNT(*) AS count_2
  FROM (
    SELECT
      profile_key,
      "type"
    FROM happened
  ) AS e
  WHERE
    e."type" = 'buy' /* type = "buy" */
  GROUP BY
    e."profile_key"
), conditions AS (
  SELECT
    "profile_key",
    "namespace_mask",
    CASE
      WHEN profiles."home.city" = 'Paris'
      THEN CAST(255 AS UTINYINT)
      ELSE CAST(0 AS UTINYINT)
    END AS condition_1, /* home.city = "Paris" */
    CASE WHEN events_1."found_1" THEN CAST(255 AS UTINYINT) ELSE CAST(0 AS UTINYINT) END AS condition_2, /* xEvent[type = "buy"] */
    CASE
      WHEN NOT profiles."name" IS NULL
      THEN CAST(255 AS UTINYINT)
      ELSE CAST(0 AS UTINYINT)
    END AS condition_3, /* name */
    CASE WHEN profiles."active" THEN CAST(255 AS UTINYINT) ELSE CAST(0 AS UTINYINT) END AS condition_4, /* active */
    CASE
      WHEN COALESCE(events_1."count_2", 0) > 2
      THEN CAST(255 AS UTINYINT)
      ELSE CAST(0 AS UTINYINT)
    END AS condition_5 /* xEvent[type = "buy"].count() > 2 */
  FROM profiles
  LEFT JOIN events_1
    USING (profile_key)
), segments AS (
  SELECT
    "profile_key",
    "namespace_mask",
    condition_1 & condition_2 AS "segment 1", /* home.city = "Paris" and xEvent[type = "buy"] */
    condition_1 & ~(
      condition_3 | condition_4
    ) AS "segment 2", /* home.city = "Paris" and not (name or active) */
    condition_5 AS "segment 3" /* xEvent[type = "buy"].count() > 2 */
  FROM conditions
), bytes AS (
  SELECT
    "profile_key",
    "namespace_mask",
    (
      (
        "segment 1" & 1
      ) | (
        "segment 2" & 2
      )
    ) | (
      "segment 3" & 4
    ) AS byte_1
  FROM segments
), words AS (
  SELECT
    "profile_key",
    "namespace_mask",
    CAST(byte_1 AS BIGINT) AS "word_1"
  FROM bytes
)
SELECT
  "profile_key",
  "namespace_mask",
  "word_1"
FROM words
WHERE
  "word_1" <> 0
