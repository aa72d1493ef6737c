"""The errors segkit raises, one class a kind, so that a caller can tell them apart.

This is the ground floor: every room may import it, and it imports nothing.
"""


class SegkitError(Exception):
    """Root of everything segkit raises on purpose.

    Attributes
    ----------
    sql
        The statement that failed, where there was one.
    """

    sql: str | None = None


class NotFoundError(SegkitError):
    """A name or id that the workspace does not know."""


class ConflictError(SegkitError):
    """A name that is taken, or a change that another object forbids."""


class InvalidRequestError(SegkitError):
    """A request whose parts do not make sense, alone or together."""


class DataError(SegkitError):
    """A source that cannot be read or whose columns clash; the message names the file and the column."""


class CatalogBusyError(SegkitError):
    """The catalog stayed locked by another process for longer than the bounded wait."""


class LimitError(SegkitError):
    """A rule that would take far more work than the workspace allows; the message says what makes it and what helps."""


class JobCancelledError(SegkitError):
    """A running statement was interrupted because its job was cancelled."""


class EngineError(SegkitError):
    """A statement that DuckDB could not run; `.sql` holds it."""
