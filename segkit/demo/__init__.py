"""A made-up retailer's profile fragments and experience events: the same rows on every machine, at any size."""

from __future__ import annotations

from segkit.demo.datasets import DATASETS, DemoDataset, sample_path
from segkit.demo.generation import AS_OF, generate
from segkit.demo.segments import SEGMENTS, DemoSegment

__all__ = ["AS_OF", "DATASETS", "SEGMENTS", "DemoDataset", "DemoSegment", "generate", "sample_path"]
