"""Finding one thing by its id or its name, and saying what is near when there is none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from segkit.errors import InvalidRequestError, NotFoundError
from segkit.lazily import Later

if TYPE_CHECKING:
    import difflib
    from collections.abc import Iterable
else:
    difflib = Later("difflib")


def now() -> int:
    """The moment, in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def missing(what: str, key: str, names: Iterable[str]) -> NotFoundError:
    """The error for an unknown id or name.

    Examples
    --------
    >>> missing("merge policy", "crm frist", ["crm first", "newest wins"]).args[0]
    'there is no merge policy `crm frist`; did you mean `crm first`?'
    """
    known = list(names)
    near = difflib.get_close_matches(key, known, n=3)
    if near:
        hint = "did you mean " + " or ".join(f"`{name}`" for name in near) + "?"
    elif known:
        hint = "there are " + ", ".join(f"`{name}`" for name in known[:5]) + (", …" if len(known) > 5 else "")
    else:
        hint = f"there is no {what} yet"
    return NotFoundError(f"there is no {what} `{key}`; {hint}")


def missing_version(what: str, name: str, version: int, newest: int) -> NotFoundError:
    """The error for a version that a thing never had.

    Examples
    --------
    >>> missing_version("merge policy", "crm first", 9, 2).args[0]
    'the merge policy `crm first` has no version 9; it has 1 to 2'
    """
    known = "only 1" if newest == 1 else f"1 to {newest}"
    return NotFoundError(f"the {what} `{name}` has no version {version}; it has {known}")


def check_name(what: str, name: str) -> None:
    """Refuse a name that nobody could read or ask for."""
    if not isinstance(name, str) or not name.strip():
        raise InvalidRequestError(f"a {what} needs a name that is not blank, and {name!r} is")
