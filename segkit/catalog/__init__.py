"""What a workspace remembers: definitions, policies, datasets and jobs, in one DuckDB file."""

from segkit.catalog.core import Catalog
from segkit.catalog.records import (
    PROFILE_SCHEMA,
    SegmentDefinition,
    Settings,
    StoredDataset,
    StoredJob,
    StoredPolicy,
)
from segkit.catalog.store import Transaction

__all__ = [
    "PROFILE_SCHEMA",
    "Catalog",
    "SegmentDefinition",
    "Settings",
    "StoredDataset",
    "StoredJob",
    "StoredPolicy",
    "Transaction",
]
