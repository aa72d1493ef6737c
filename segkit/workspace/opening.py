"""What is looked at before a workspace is opened, so that a mistake leaves nothing behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.errors import InvalidRequestError
from segkit.workspace.arguments import given, whole

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def check(folder: object, *, timezone: object, week_start: object, read_only: bool, **names: object) -> None:
    """Refuse what cannot be opened.

    Raises
    ------
    InvalidRequestError
        Naming what was given and what is wanted.
    """
    if folder is not None and (not isinstance(folder, str | os.PathLike) or not str(folder)):
        message = f"a workspace is opened by the path of its folder, or None for a temporary one, not {given(folder)}"
        raise InvalidRequestError(message)
    whole(str(folder), "the path of a workspace")
    if folder is None and read_only:
        message = "a temporary workspace would have nothing to read: give a folder, or leave out read_only"
        raise InvalidRequestError(message)
    for name, value in names.items():
        if value is not None and (not isinstance(value, str) or not value.strip()):
            message = f"{name} is a name, not {given(value)}"
            raise InvalidRequestError(message)
    if week_start is not None and week_start not in DAYS:
        message = f"week_start is a day in English, {', '.join(DAYS)}, not {given(week_start)}"
        raise InvalidRequestError(message)
    if timezone is not None:
        _check_zone(timezone)


def make(folder: Path) -> None:
    """Make the folder of a workspace where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"{folder} is a file, or lies below one; a workspace is a folder"
        raise InvalidRequestError(message) from error
    except (OSError, ValueError) as error:
        message = f"cannot make the workspace {folder}: {getattr(error, 'strerror', None) or error}"
        raise InvalidRequestError(message) from error


def temporary() -> TemporaryDirectory[str]:
    """A folder that goes with its workspace."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415  hardly ever

    return TemporaryDirectory(prefix="segkit-")


def spill(folder: Path, *, read_only: bool) -> Path:
    """Where statements larger than memory go."""
    if not read_only:
        return folder / ".tmp"
    from tempfile import gettempdir  # noqa: PLC0415  as above

    return Path(gettempdir())


def _check_zone(timezone: object) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415  only when a zone is given

    try:
        ZoneInfo(timezone)  # type: ignore[arg-type]
    except (KeyError, ValueError, OSError, TypeError) as error:
        message = f"there is no time zone {given(timezone)}; give an IANA name such as Europe/Berlin"
        raise InvalidRequestError(message) from error
