"""Snapshots: the merged profiles and events of a merge policy, kept ready to read, and samples of datasets."""
