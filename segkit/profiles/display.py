"""What a dataset and a merge policy show of themselves: the pairs of a card, for text and HTML alike."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segkit.profiles.datasets.dataset import Dataset
    from segkit.profiles.policies.policy import MergePolicy

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in segkit
_KINDS = {"record": "profile fragments (record)", "event": "experience events (event)"}
_MERGES = {
    "timestampOrdered": "timestampOrdered: the newest value of each attribute wins",
    "dataSetPrecedence": "dataSetPrecedence: the first dataset that has a value wins",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A heading, labels with values (those without a value are left out), and what to call next."""

    title: str
    pairs: list[tuple[str, object]]
    hint: str | None = None


def dataset_card(dataset: Dataset) -> Card:
    """What one wants to know of a dataset before using it."""
    measures = dataset.measures
    primaries = ", ".join(measures.primaries)
    without = measures.without_identity
    left_out = f"{without:,} row{'' if without == 1 else 's'} without a primary identity" if without else None
    return Card(
        f"Dataset {dataset.name}",
        [
            ("kind", _KINDS[dataset.kind]),
            ("rows", dataset.rows),
            ("left out", left_out),
            ("source", _source(dataset)),
            ("identities", ", ".join(measures.namespaces)),
            ("primary", primaries if primaries != ", ".join(measures.namespaces) else None),
            ("clock", _clock(dataset)),
            ("upsert", "newer records update older ones attribute by attribute" if dataset.upsert else None),
            ("fields", len(dataset.leaves)),
        ],
        "next: `ws.schema`" + ("" if dataset.kind == "event" else ", `ws.profiles()`"),
    )


def snapshot_call(policy: MergePolicy, *more: str) -> str:
    """How one asks for the snapshot of a policy: without a name it would be that of the default one."""
    name = () if policy.default else (json.dumps(policy.name, ensure_ascii=False),)
    return f"ws.snapshot({', '.join((*name, *more))})"


def policy_card(policy: MergePolicy) -> Card:
    """How a policy merges."""
    return Card(
        f"Merge policy {policy.name}",
        [
            ("attributes", _MERGES[policy.attribute_merge]),
            ("order", ", ".join(policy.order_names or policy.order) or None),
            ("left out", ", ".join(policy.left_out) or None),
            ("events", "none: no dataset of experience events is in the order" if policy.events is False else None),
            ("identity graph", policy.identity_graph),
            ("default", "yes" if policy.default else None),
            ("version", policy.version),
            ("id", policy.id),
        ],
    )


def _source(dataset: Dataset) -> str:
    count = len(dataset.files)
    if dataset.source.format == "copy":
        return "a copy in the workspace"
    shown = [_near(one) for one in dataset.source.patterns]
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return f"{', '.join(shown[:3])}{more} ({count:,} file{'' if count == 1 else 's'})"


def _near(path: str) -> str:
    """A path as one would write it here."""
    try:
        here = Path.cwd()
    except OSError:
        # the folder the program was started in is gone
        return path
    return Path(path).relative_to(here).as_posix() if Path(path).is_relative_to(here) else path


def _clock(dataset: Dataset) -> str:
    low, high = dataset.measures.clock_low, dataset.measures.clock_high
    if dataset.clock is None:
        return f"the moment of adding, {_second(dataset.added_at)}"
    if low is None or high is None:
        return f"{dataset.clock}, empty in every row"
    missing = dataset.measures.clock_nulls
    without = f", missing in {missing:,} rows" if missing > 1 else ", missing in 1 row" if missing else ""
    return f"{dataset.clock}, {_day(low)} to {_day(high)}{without}"


def _day(micros: int) -> str:
    return _second(micros)[:10]


def _second(micros: int) -> str:
    try:
        moment = _EPOCH + dt.timedelta(microseconds=micros)
    except OverflowError:
        # DuckDB's calendar is longer than Python's
        return "far past" if micros < 0 else "far future"
    return moment.replace(microsecond=0).isoformat(" ")
