"""The identity graph: which identities are one profile, because they occur together in a record or event."""
