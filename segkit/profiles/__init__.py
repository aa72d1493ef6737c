"""Profile fragments and experience events, and the merge policies that make profiles of them."""

from segkit.profiles.adding import read, refresh
from segkit.profiles.dataset import Dataset
from segkit.profiles.documents import dataset_from_dict, dataset_to_dict
from segkit.profiles.merging import MergedSource
from segkit.profiles.policy import DEFAULT_NAME, MergePolicy, resolve_order
from segkit.profiles.sources import Query, forget, verify
from segkit.profiles.union import FieldRow, Union, union_schema

__all__ = [
    "DEFAULT_NAME",
    "Dataset",
    "FieldRow",
    "MergePolicy",
    "MergedSource",
    "Query",
    "Union",
    "dataset_from_dict",
    "dataset_to_dict",
    "forget",
    "read",
    "refresh",
    "resolve_order",
    "union_schema",
    "verify",
]
