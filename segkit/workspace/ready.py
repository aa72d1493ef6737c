"""Workspaces that come with something in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import DataError
from segkit.workspace.core import Workspace

if TYPE_CHECKING:
    import os

SAMPLE_PROFILES = 2000


def open_workspace(path: str | os.PathLike[str] | None, **options: Any) -> Workspace:  # noqa: ANN401  see `segkit.open`
    """Open the workspace in a folder, made when missing; None for a temporary one. See `segkit.open`."""
    return Workspace(path, **options)


def open_demo(path: str | os.PathLike[str] | None = None, *, profiles: int | None = None) -> Workspace:
    """Open a workspace with the sample data of a made-up retailer and twelve segments, made when missing.

    Parameters
    ----------
    path
        Its folder; None for a temporary one.
    profiles
        How many people to make; when left out, those of the workspace that is there, else 2,000, which are read from
        the repository where it is around.

    Returns
    -------
    Workspace
        With the datasets `crm`, `loyalty`, `web` and `events`, and twelve segment definitions.
    """
    from segkit import demo  # noqa: PLC0415  only the demo needs it

    workspace = Workspace(path)
    try:
        there = {one.name for one in workspace.datasets.records()}
        missing = [one for one in demo.DATASETS if one.name not in there]
        if missing or profiles is not None:
            folder = _files(workspace.folder / "sample", profiles)
            for one in demo.DATASETS:
                if one in missing:
                    workspace.datasets.add(one.name, folder / one.file, kind=one.kind, **one.options)
                else:
                    workspace.datasets.refresh(one.name)
        known = {one.name for one in workspace.segments.list()}
        with workspace.catalog_store.transaction():
            for segment in demo.SEGMENTS:
                if segment.name not in known:
                    workspace.segments.create(segment.name, segment.pql, description=segment.description)
    except BaseException:
        workspace.close()
        raise
    return workspace


def _files(folder: Path, profiles: int | None) -> Path:
    """The folder of the sample files: the committed ones, or new ones."""
    from segkit import demo  # noqa: PLC0415

    if profiles is None:
        try:
            return demo.sample_path()
        except DataError:
            profiles = SAMPLE_PROFILES
    demo.generate(folder, profiles=profiles)
    return Path(folder)
