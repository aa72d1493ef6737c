"""Figures from frames: the sizes of audiences, the history of jobs, identities that hang together.

Each function takes a pandas frame and returns a matplotlib figure made without pyplot: nothing global changes, nothing
stays open, and a notebook shows the figure whether or not a matplotlib backend was chosen. matplotlib is loaded by the
first figure, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.figure import Figure
    from pandas import DataFrame

__all__ = ["identities", "sizes", "timeline"]


def identities(nodes: DataFrame, edges: DataFrame, *, title: str | None = None, top: int = 50) -> Figure:
    """Draw identities that hang together: a dot an identity in the colour of its namespace, a line where two meet.

    Parameters
    ----------
    nodes
        One row an identity: `namespace`, `id`.
    edges
        One row a pair: `source` and `target`, each `namespace:id`, and `datasets`, a list of the names of the datasets
        in which the two occur in one row (or one text).
    title
        The heading; `Identity graph` when left out.
    top
        At most this many identities, those with most edges, are drawn; the others are counted in a line below.

    Returns
    -------
    Figure
        A figure of its own: `.savefig(path)` writes it.

    Raises
    ------
    InvalidRequestError
        When a column is missing, or `top` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> nodes = pd.DataFrame({"namespace": ["crmId", "email"], "id": ["C-17", "x@y"]})
    >>> edges = pd.DataFrame({"source": ["crmId:C-17"], "target": ["email:x@y"], "datasets": [["crm", "web"]]})
    >>> figure = identities(nodes, edges)
    >>> [label.get_text() for label in figure.axes[0].texts]
    ['C-17', 'x@y', 'crm, web']
    """
    from segkit.plots.graph import draw, read  # noqa: PLC0415  matplotlib is loaded by the first figure

    return draw(read(nodes, edges, top), title=title)


def sizes(frame: DataFrame, *, title: str | None = None, top: int = 30) -> Figure:
    """Draw the audience sizes of a segment job as horizontal bars, largest first.

    Parameters
    ----------
    frame
        One row a segment: `name` and `size` (profiles, int); also drawn when there: `share` (of all profiles, 0 to 1),
        `realized` (newly in), `existing` (stayed in) and `exited` (left since the previous run), all ints;
        `segment_id` names a segment whose name the installed fonts cannot write. Other columns are left alone.
    title
        The heading; `Audience sizes` when left out.
    top
        At most this many segments are drawn; the others are counted in a line below.

    Returns
    -------
    Figure
        A figure of its own: `.savefig(path)` writes it.

    Raises
    ------
    InvalidRequestError
        When `name` or `size` is not a column, or `top` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"name": ["Gold", "Lapsed"], "size": [1200, 300], "share": [0.6, 0.15]})
    >>> figure = sizes(frame)
    >>> [label.get_text() for label in figure.axes[0].texts]
    ['1,200  (60.0 %)', '300  (15.0 %)']
    """
    from segkit.plots.audience import draw, read  # noqa: PLC0415  matplotlib is loaded by the first figure

    return draw(read(frame, top), title=title)


def timeline(
    jobs: DataFrame, stages: DataFrame, *, title: str | None = None, limit: int = 30, now: datetime | None = None
) -> Figure:
    """Draw segment jobs as rows of stages, newest first, each from its own creation on.

    Jobs lie hours or weeks apart and last seconds, so that every row starts at the moment its job was created and the
    date stands beside it: what can be compared is how long jobs waited and where they spent their time.

    Parameters
    ----------
    jobs
        One row a job: `id`, `status`, `created` (UTC); also used when there: `started`, `finished` (UTC, missing
        while not there yet) and `segments` (int).
    stages
        One row a stage: `job_id`, `stage`, `started`, `finished` (UTC; missing while it runs).
    title
        The heading; `Segment jobs` when left out.
    limit
        At most this many jobs, the newest, are drawn; the others are counted in a line below.
    now
        Up to when a job that has not ended is drawn; the current time when left out.

    Returns
    -------
    Figure
        A figure of its own: `.savefig(path)` writes it.

    Raises
    ------
    InvalidRequestError
        When a column named above without "when there" is missing, or `limit` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> at = pd.Timestamp("2026-11-02 09:00")
    >>> jobs = pd.DataFrame([{"id": "4c1f0c8e", "status": "SUCCEEDED", "created": at, "started": at,
    ...                       "finished": at + pd.Timedelta("3s"), "segments": 8}])
    >>> stages = pd.DataFrame([{"job_id": "4c1f0c8e", "stage": "evaluate", "started": at,
    ...                         "finished": at + pd.Timedelta("2s")}])
    >>> figure = timeline(jobs, stages)
    >>> [label.get_text() for label in figure.axes[0].texts]
    ['✓ 3.0 s']
    """
    from segkit.plots.history import draw, read  # noqa: PLC0415  matplotlib is loaded by the first figure

    return draw(read(jobs, stages, limit, now), title=title)
