WITH profiles AS (
  SELECT
    profile_key,
    "labels"
  FROM merged_with_events_only
)
SELECT
  MD5("profile_key") AS "profile_id",
  MAP_FROM_ENTRIES(
    LIST_EXTRACT(
      LIST_TRANSFORM(
        [
          LIST_SORT(
            LIST_TRANSFORM(
              MAP_ENTRIES(profiles."labels"),
              LAMBDA x2 : {'key': (
                x2
              )."value", 'old': (
                x2
              )."key", 'value': (
                x2
              )."key"}
            )
          )
        ],
        LAMBDA made : LIST_TRANSFORM(
          LIST_FILTER(
            made,
            LAMBDA one, "at" : NOT (
              one
            )."key" IS NULL
            AND LIST_EXTRACT(made, "at" + 1)."key" IS DISTINCT FROM (
              one
            )."key"
          ),
          LAMBDA one : {'key': (
            one
          )."key", 'value': (
            one
          )."value"}
        )
      ),
      1
    )
  ) AS "value"
FROM profiles
ORDER BY
  "profile_id" ASC
