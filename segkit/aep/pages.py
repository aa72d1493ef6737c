"""What all of Adobe's documents share: pages with a link to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Document = dict[str, Any]


def page(
    children: Sequence[Document], *, total: int, start: int, path: str, query: Mapping[str, Any] | None = None
) -> Document:
    """A page `{_page, children, _links}`; `next` has an address while there is more.

    Parameters
    ----------
    total
        How many there are on all pages.
    path, query
        The address of the list and what was asked of it, for the link to the next page.
    """
    end = start + len(children)
    link = {}
    if children and end < total:
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        link = {"href": f"{path}?{urlencode({**asked, 'start': end}, doseq=True)}"}
    return {
        "_page": {"totalCount": total, "pageSize": len(children)},
        "children": list(children),
        "_links": {"next": link},
    }
