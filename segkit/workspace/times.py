"""Moments as people give them and as the catalog keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from segkit.errors import InvalidRequestError

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  naive UTC, as everywhere in segkit


def moment(milliseconds: int | None) -> datetime | None:
    """Epoch milliseconds as naive UTC."""
    if milliseconds is None:
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)


def shown(moment: datetime | None) -> datetime | None:
    """A moment as displays show it, to the second."""
    return None if moment is None else moment.replace(microsecond=0)


def instant(as_of: object) -> datetime:
    """What `now` means, as naive UTC: a datetime (naive is UTC), ISO 8601 text, or the present for None.

    Raises
    ------
    InvalidRequestError
        When the text is no ISO 8601 moment.
    """
    if as_of is None:
        now = datetime.now(UTC).replace(tzinfo=None)
        # whole milliseconds, which is what AEP's documents can carry
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
    if isinstance(as_of, str):
        try:
            as_of = datetime.fromisoformat(as_of)
        except ValueError as error:
            message = f"as_of is {as_of!r}; give ISO 8601 such as 2026-11-01T00:00:00Z"
            raise InvalidRequestError(message) from error
    # pandas' NaT is a datetime without a year
    if not isinstance(as_of, datetime) or not isinstance(as_of.year, int):
        message = f"as_of is {as_of!r}; give a datetime or ISO 8601 text"
        raise InvalidRequestError(message)
    if as_of.tzinfo is None:
        return as_of
    try:
        return as_of.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        message = f"as_of is {as_of.isoformat()}, which lies outside the years 1 to 9999 in UTC"
        raise InvalidRequestError(message) from error
