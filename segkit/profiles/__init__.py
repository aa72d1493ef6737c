"""Profile fragments and experience events, and the merge policies that make profiles of them."""
