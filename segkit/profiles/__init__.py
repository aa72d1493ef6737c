"""Profile fragments and experience events, and the merge policies that make profiles of them."""

from segkit.profiles.datasets.adding import read, refresh
from segkit.profiles.datasets.dataset import Dataset
from segkit.profiles.datasets.documents import dataset_from_dict, dataset_to_dict
from segkit.profiles.datasets.sources import Query, forget, verify
from segkit.profiles.datasets.union import FieldRow, Union, union_schema
from segkit.profiles.policies.lineage import Attribute, MergedProfile, Origin, merged_profile
from segkit.profiles.policies.merging import MergedSource
from segkit.profiles.policies.policy import DEFAULT_NAME, MergePolicy, resolve_order, taking_part, with_names
from segkit.profiles.policies.views import create_views, views

__all__ = [
    "DEFAULT_NAME",
    "Attribute",
    "Dataset",
    "FieldRow",
    "MergePolicy",
    "MergedProfile",
    "MergedSource",
    "Origin",
    "Query",
    "Union",
    "create_views",
    "dataset_from_dict",
    "dataset_to_dict",
    "forget",
    "merged_profile",
    "read",
    "refresh",
    "resolve_order",
    "taking_part",
    "union_schema",
    "verify",
    "views",
    "with_names",
]
