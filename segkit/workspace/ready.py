"""Workspaces that come with something in them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit import demo
from segkit.errors import ConflictError, DataError
from segkit.profiles import verify
from segkit.workspace.core import Workspace

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from segkit.profiles import Dataset

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

    Raises
    ------
    ConflictError
        When the folder is a workspace with data of its own, which the sample never takes the place of.
    """
    workspace = Workspace(path)
    try:
        there = {one.name: one for one in workspace.datasets.records()}
        known = {one.name for one in workspace.segments.list()}
        if not known & {one.name for one in demo.SEGMENTS}:
            _refuse_own_data(workspace.folder, there.values())
        if profiles is None and all(one.name in there for one in demo.DATASETS):
            for one in demo.DATASETS:
                _freshen(workspace, there[one.name])
        else:
            _fill(workspace, _files(workspace.folder / "sample", profiles), there)
        with workspace.catalog_store.transaction():
            for segment in demo.SEGMENTS:
                if segment.name not in known:
                    workspace.segments.create(segment.name, segment.pql, description=segment.description)
    except BaseException:
        workspace.close()
        raise
    return workspace


def _refuse_own_data(folder: Path, datasets: Iterable[Dataset]) -> None:
    """Where no segment tells a demo, files do: one that was interrupted is taken up again."""
    homes = {folder / "sample"}
    with suppress(DataError):
        homes.add(demo.sample_path())
    own = [one.name for one in datasets if not {Path(file.path).parent for file in one.files} <= homes]
    if own:
        message = (
            f"{folder} is a workspace with data of its own ({', '.join(f'`{one}`' for one in own)}); "
            "give the demo another folder"
        )
        raise ConflictError(message)


def _freshen(workspace: Workspace, dataset: Dataset) -> None:
    """Look again at files that came in a newer version."""
    try:
        verify(dataset)
    except DataError:
        workspace.datasets.refresh(dataset)


def _fill(workspace: Workspace, folder: Path, there: Mapping[str, Dataset]) -> None:
    """Have the datasets read the files in a folder, whatever they read before."""
    for one in demo.DATASETS:
        path, known = folder / one.file, there.get(one.name)
        if known is not None and [file.path for file in known.files] == [str(path)]:
            workspace.datasets.refresh(known)
            continue
        if known is not None:
            workspace.datasets.remove(known)
        workspace.datasets.add(one.name, path, kind=one.kind, **one.options)


def _files(folder: Path, profiles: int | None) -> Path:
    """The folder of the sample files: the committed ones, or new ones."""
    if profiles is None:
        try:
            return demo.sample_path()
        except DataError:
            profiles = SAMPLE_PROFILES
    demo.generate(folder, profiles=profiles)
    return Path(folder)
