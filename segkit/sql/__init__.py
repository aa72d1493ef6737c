"""Bound PQL as one readable DuckDB statement over merged profiles and events."""

from segkit.plan.clock import Clock
from segkit.sql.pairs import Paired, compile_pairs, paired
from segkit.sql.segments import BITS, SharedRows, compile_counts, compile_segments
from segkit.sql.source import KEY, MASK, ProfileSource
from segkit.sql.statements import (
    PROFILE_ID,
    SIZE,
    compile_columns,
    compile_condition_count,
    compile_total,
    show,
)

__all__ = [
    "BITS",
    "KEY",
    "MASK",
    "PROFILE_ID",
    "SIZE",
    "Clock",
    "Paired",
    "ProfileSource",
    "SharedRows",
    "compile_columns",
    "compile_condition_count",
    "compile_counts",
    "compile_pairs",
    "compile_segments",
    "compile_total",
    "paired",
    "show",
]
