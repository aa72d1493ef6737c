"""Moments as people give them and as the catalog keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

from segkit.errors import InvalidRequestError


def moment(milliseconds: int | None) -> datetime | None:
    """Epoch milliseconds as naive UTC."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)


def instant(as_of: object) -> datetime:
    """What `now` means, as naive UTC: a datetime (naive is UTC), ISO 8601 text, or the present for None.

    Raises
    ------
    InvalidRequestError
        When the text is no ISO 8601 moment.
    """
    if as_of is None:
        return datetime.now(UTC).replace(tzinfo=None)
    if isinstance(as_of, str):
        try:
            as_of = datetime.fromisoformat(as_of)
        except ValueError as error:
            message = f"as_of is {as_of!r}; give ISO 8601 such as 2026-11-01T00:00:00Z"
            raise InvalidRequestError(message) from error
    if not isinstance(as_of, datetime):
        message = f"as_of is {as_of!r}; give a datetime or ISO 8601 text"
        raise InvalidRequestError(message)
    return as_of if as_of.tzinfo is None else as_of.astimezone(UTC).replace(tzinfo=None)
