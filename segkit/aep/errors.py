"""The one envelope of errors (`segment_service.md`, Errors)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from segkit.errors import CatalogBusyError, ConflictError, DataError, InvalidRequestError, NotFoundError, SegkitError

if TYPE_CHECKING:
    from segkit.aep.pages import Document

_STATUS: tuple[tuple[type[SegkitError], int, str], ...] = (
    (NotFoundError, 404, "Not Found"),
    (ConflictError, 409, "Conflict"),
    (InvalidRequestError, 400, "Bad Request"),
    (DataError, 422, "Unprocessable Data"),
    (CatalogBusyError, 503, "Service Unavailable"),
)


def error_to_aep(error: Exception, *, request_id: str | None = None) -> Document:
    """The envelope of an error, with its message unchanged.

    Examples
    --------
    >>> error_to_aep(NotFoundError("there is no segment job `x`"), request_id="r")["errors"]
    {'404': [{'code': 'NotFoundError', 'message': 'there is no segment job `x`'}]}
    """
    kinds = [(status, title) for kind, status, title in _STATUS if isinstance(error, kind)]
    # what is left of segkit's own errors is about what was asked, as PQL that does not parse
    fallback = (400, "Bad Request") if isinstance(error, SegkitError) else (500, "Internal Error")
    status, title = kinds[0] if kinds else fallback
    name = type(error).__name__
    return {
        "requestId": request_id or str(uuid.uuid4()),
        "errors": {str(status): [{"code": name, "message": str(error)}]},
        "type": f"urn:segkit:error:{name}",
        "title": title,
        "status": status,
    }
