"""PQL, the Profile Query Language, by itself: no database, no data."""
