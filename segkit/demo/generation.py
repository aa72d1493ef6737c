"""Writing the four Parquet files of the demo shop, from the SQL that lies beside this module."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from segkit.errors import DataError, InvalidRequestError

if TYPE_CHECKING:
    import os

    import duckdb

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment at which the demo shop's clock stands still; its data reach back 24 months from here."""

TABLES = ("crm", "loyalty", "web", "events")
"""The files that are written, and the order in which their datasets are meant to be added."""

VISITORS_SHARE = 5
"""One stranger who never signs in for every so many customers."""

ROW_GROUP = 122_880
"""Rows a row group: small enough that a time window skips most of a large events file."""


def generate(
    folder: str | os.PathLike[str],
    *,
    profiles: int = 2000,
    as_of: datetime = AS_OF,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> dict[str, Path]:
    """Write the demo shop's profile fragments and experience events as Parquet files.

    The same `profiles` and `as_of` give the same rows on every machine, whatever the number of threads. The files
    appear together, once all of them are complete; files of the same names are replaced.

    Parameters
    ----------
    folder
        Where the files go; made when missing.
    profiles
        How many customers the shop has, at least 1. Strangers who only browse come on top, one for every five.
    as_of
        The end of the 24 months that the data cover; a naive datetime is UTC.
    threads, memory_limit
        Bounds for DuckDB, such as ``2`` and ``"4GB"``; beyond the memory limit it uses the disk beside the files.

    Returns
    -------
    dict of str to pathlib.Path
        `crm`, `loyalty`, `web` and `events`, each with its file.

    Raises
    ------
    InvalidRequestError
        When `profiles` is not a positive whole number, or `as_of` no datetime.
    DataError
        When the files cannot be made or written; nothing is left behind then.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sorted(generate(folder, profiles=20))
    ['crm', 'events', 'loyalty', 'web']
    """
    if isinstance(profiles, bool) or not isinstance(profiles, int) or profiles < 1:
        raise InvalidRequestError(f"profiles must be a whole number of at least 1, not {profiles!r}")
    if not isinstance(as_of, datetime):
        raise InvalidRequestError(f"as_of must be a datetime such as {AS_OF!r}, not {as_of!r}")
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".segkit-demo-", dir=target) as scratch:
            made = _write(Path(scratch), profiles, _utc(as_of), threads, memory_limit)
            return {name: path.replace(target / path.name) for name, path in made.items()}
    except OSError as error:
        raise DataError(f"cannot write demo data to {str(target)!r}: {error.strerror or error}") from error


def _write(
    scratch: Path, profiles: int, as_of: datetime, threads: int | None, memory_limit: str | None
) -> dict[str, Path]:
    import duckdb  # noqa: PLC0415  the rest of the package answers without loading the engine

    settings: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(scratch / "spill")}
    if threads is not None:
        settings["threads"] = threads
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute("SET VARIABLE profiles = ?", [profiles])
            connection.execute("SET VARIABLE visitors = ?", [-(-profiles // VISITORS_SHARE)])
            connection.execute("SET VARIABLE as_of = ?", [as_of])
            for step in ("macros", "reference", "people"):
                connection.execute(_sql(step))
            made = {name: _copy(connection, name, scratch) for name in TABLES if name != "events"}
            # the widest table last: by now nothing but the narrow events is needed
            connection.execute(_sql("journeys"))
            connection.execute("DROP TABLE person; DROP TABLE visit")
            return made | {"events": _copy(connection, "events", scratch)}
    except duckdb.Error as error:
        remedy = "check threads and memory_limit, and the room on the disk"
        raise DataError(f"the demo data for {profiles} profiles could not be made ({remedy}): {error}") from error


def _copy(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> Path:
    path = folder / f"{name}.parquet"
    connection.sql(_sql(name)).write_parquet(str(path), compression="zstd", row_group_size=ROW_GROUP)
    return path


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _utc(moment: datetime) -> datetime:
    """The same instant without a zone, as DuckDB's TIMESTAMP."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
