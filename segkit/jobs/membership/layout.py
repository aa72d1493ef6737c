"""Where each segment lies in the files of a membership folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTS = "segments.json"
FORMAT = 2
"""Grows when memberships are laid out in another way. The first had a row for each segment and profile."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Where the members of one segment are.

    Parameters
    ----------
    policy
        The id of the merge policy.
    file
        The Parquet file with them.
    word, bit
        The column and its bit that say who is in now.
    before
        The column of the same bits for the run before; None when there was none for any segment of the file.
    last
        `as_of` of the run before, which is when those who have left were last in.
    identities
        The files with the identities of the profiles: those of now, then those of who has left.
    """

    policy: str
    file: str
    word: str
    bit: int
    before: str | None
    last: datetime | None
    identities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The membership of a job.

    Parameters
    ----------
    as_of
        The moment that it is for.
    segments
        By their ids.
    """

    as_of: datetime
    segments: dict[str, Segment]

    @property
    def files(self) -> frozenset[str]:
        """All files that belong to it."""
        return frozenset(name for one in self.segments.values() for name in (one.file, *one.identities))


def write_layout(folder: Path, layout: Layout) -> None:
    """Write it beside the files, last of all."""
    document = {
        "format": FORMAT,
        "asOf": layout.as_of.isoformat(),
        "segments": {
            segment_id: {
                "mergePolicyId": one.policy,
                "file": one.file,
                "word": one.word,
                "bit": one.bit,
                "before": one.before,
                "last": None if one.last is None else one.last.isoformat(),
                "identities": list(one.identities),
            }
            for segment_id, one in layout.segments.items()
        },
    }
    (folder / SEGMENTS).write_text(json.dumps(document), encoding="utf-8")


def read_layout(folder: Path) -> Layout | None:
    """What lies in a folder; None where it is not (or no longer) whole."""
    try:
        document = json.loads((folder / SEGMENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if document.get("format") != FORMAT:
        return None
    segments = {
        segment_id: Segment(
            one["mergePolicyId"],
            one["file"],
            one["word"],
            one["bit"],
            one["before"],
            None if one["last"] is None else datetime.fromisoformat(one["last"]),
            tuple(one["identities"]),
        )
        for segment_id, one in document["segments"].items()
    }
    layout = Layout(datetime.fromisoformat(document["asOf"]), segments)
    return layout if all((folder / name).is_file() for name in layout.files) else None
