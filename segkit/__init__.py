"""segkit: segmentation in Adobe's PQL over your own Parquet, on your own machine.

`segkit.open(folder)` gives a `Workspace`; everything else hangs on that. `segkit.pql` is the language alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segkit.errors import (
    CatalogBusyError,
    ConflictError,
    DataError,
    InvalidRequestError,
    NotFoundError,
    SegkitError,
)
from segkit.lazily import door

if TYPE_CHECKING:
    import os
    from typing import Literal

    from segkit import pql
    from segkit.pql import Diagnostic, PQLError
    from segkit.profiles import Query
    from segkit.result import Result
    from segkit.workspace import Job, Segment, Size, Workspace, open_demo

__version__ = "0.1.0"

__all__ = [
    "CatalogBusyError",
    "ConflictError",
    "DataError",
    "Diagnostic",
    "InvalidRequestError",
    "Job",
    "NotFoundError",
    "PQLError",
    "Result",
    "SegkitError",
    "Segment",
    "Size",
    "Workspace",
    "open",
    "open_demo",
    "pql",
    "query",
]

# Loaded when first asked for: `import segkit` costs next to nothing.
__getattr__, _ = door(
    __name__,
    {
        "Diagnostic": "segkit.pql",
        "Job": "segkit.workspace",
        "PQLError": "segkit.pql",
        "Result": "segkit.result",
        "Segment": "segkit.workspace",
        "Size": "segkit.workspace",
        "Workspace": "segkit.workspace",
        "demo": "segkit.demo",
        "open_demo": "segkit.workspace",
        "plots": "segkit.plots",
        "pql": "segkit.pql",
    },
)


def open(  # noqa: A001  `sk.open` reads as it should
    path: str | os.PathLike[str] | None,
    *,
    sandbox: str | None = None,
    org: str | None = None,
    timezone: str | None = None,
    week_start: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
    read_only: bool = False,
) -> Workspace:
    """Open a workspace.

    Parameters
    ----------
    path
        Its folder, made when missing; None for a temporary one that is removed when closed.
    sandbox, org
        Names that its records carry, `prod` and `segkit` for a new workspace.
    timezone
        IANA name of the zone of calendar days, weeks and months; `UTC` for a new workspace.
    week_start
        The first day of a week; `monday` for a new workspace. These four are stored when the workspace is made.
    memory_limit
        How much memory statements may use before they spill to disk, such as `"4GB"`.
    threads
        How many threads a statement may use; all cores when left out.
    read_only
        Refuse everything that would write.

    Returns
    -------
    Workspace
        A context manager; `close()` it otherwise.

    Raises
    ------
    InvalidRequestError
        When a stored setting differs from the one given, or the path cannot be a workspace.

    Examples
    --------
    >>> import segkit as sk
    >>> with sk.open(None) as ws:
    ...     len(ws.datasets)
    0
    """
    from segkit.workspace import Workspace  # noqa: PLC0415  see above

    return Workspace(
        path,
        sandbox=sandbox,
        org=org,
        timezone=timezone,
        week_start=week_start,
        memory_limit=memory_limit,
        threads=threads,
        read_only=read_only,
    )


def query(sql: str, **frames: Any) -> Query:  # noqa: ANN401  pandas, polars or Arrow
    """A SELECT over frames, as the source of a dataset; see `Workspace.datasets.add`.

    Parameters
    ----------
    sql
        A DuckDB SELECT.
    frames
        The tables that it names: pandas or polars frames, Arrow tables, or paths of Parquet or CSV files.
    """
    from segkit.profiles import Query  # noqa: PLC0415  see above

    return Query(sql, frames)


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
