"""What may be given to the public face: the wrong kind of thing is named, with what is wanted in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from segkit.errors import InvalidRequestError
from segkit.lazily import Later

if TYPE_CHECKING:
    from segkit.pql import Expression, formats, tree
else:  # a workspace is opened without the language
    formats, tree = Later("segkit.pql.formats"), Later("segkit.pql.tree")


def given(value: object) -> str:
    """How a wrong value is named in a message, in one short line."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # noqa: BLE001  it is of anyone's making
        text = ""
    return text if 0 < len(text) <= 60 and text[0] != "<" else f"a {type(value).__name__}"


def whole(value: str, what: str) -> str:
    """Refuse what no file and no database can hold: halves of characters, and the character 0."""
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidRequestError(f"{what} holds the character 0 or half of a character: {value[:40]!a}")
    return value


def identity(namespace: Any, id: Any, what: str) -> str:  # noqa: A002, ANN401  whatever was given
    """The id of an identity as text; a whole number may be given too."""
    asked = id if isinstance(id, str) else str(id) if isinstance(id, int) and not isinstance(id, bool) else None
    if not isinstance(namespace, str) or asked is None:
        raise InvalidRequestError(
            f'{what} is named by a namespace and an id, such as "crmId", "C-17", not {given(namespace)}, {given(id)}'
        )
    whole(namespace + asked, f"the identity of {what}")
    return asked


def rule(value: Any) -> str | Expression:  # noqa: ANN401  whatever was given
    """A rule: PQL text or a parsed expression; a `pql/json` tree, as text or dict, is read."""
    if isinstance(value, tree.Expression):
        return value
    if isinstance(value, str) or _is_tree(value):
        return formats.given(value)
    # a Segment, told by its expression, so that this file need not know of it
    pql = getattr(value, "pql", None)
    if isinstance(pql, str):
        return pql
    raise InvalidRequestError(f"a rule is PQL, such as 'homeAddress.country = \"US\"', not {given(value)}")


def select(value: Any) -> str:  # noqa: ANN401  whatever was given
    """The text of a query."""
    if not isinstance(value, str):
        raise InvalidRequestError(f"a query is the text of a SELECT, not {type(value).__name__}")
    return value


def _is_tree(value: object) -> bool:
    """Whether a dict is meant as a tree or as an expression object around one."""
    return isinstance(value, Mapping) and not {"nodeType", "value"}.isdisjoint(value)


def kept_rule(value: Any, what: str) -> tuple[str, str]:  # noqa: ANN401  whatever was given
    """A rule as it is kept: a value and its format."""
    if not isinstance(value, str | tree.Expression) and not _is_tree(value):
        raise InvalidRequestError(f"{what} is PQL or a pql/json tree, not {given(value)}")
    kept, form = formats.kept(value)
    return whole(kept, what), form


def key(value: object, what: str, kind: type = str) -> str:
    """The id or name by which something is looked up: its own id, when an object of that kind is given."""
    if isinstance(value, str):
        return whole(value, f"the id or name of a {what}")
    if kind is not str and isinstance(value, kind):
        return str(value.id)  # type: ignore[attr-defined]
    raise InvalidRequestError(f"a {what} is given as its object, its id or its name, not {given(value)}")


def keys(values: object, what: str, kind: type = str) -> list[str]:
    """Several of those."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidRequestError(f"give a list of ids or names of {what}s, not {given(values)}")
    return [key(one, what, kind) for one in values]


def text(value: object, what: str) -> str | None:
    """A text, or None when it is left out."""
    if value is None or isinstance(value, str):
        return None if value is None else whole(value, what)
    raise InvalidRequestError(f"{what} is a text, not {given(value)}")


def name(value: object, what: str) -> str:
    """A name that somebody can read and ask for."""
    if isinstance(value, str) and value.strip():
        return whole(value, f"the name of a {what}")
    raise InvalidRequestError(f"a {what} needs a name that is not blank, and {given(value)} is none")


def pairs(value: object, what: str, example: str) -> Mapping[str, str] | None:
    """A mapping from text to text, or None when it is left out."""
    if value is None:
        return None
    if isinstance(value, Mapping) and all(isinstance(one, str) for pair in value.items() for one in pair):
        for pair in value.items():
            whole("".join(pair), what)
        return value
    raise InvalidRequestError(f"{what} is a dict of texts, such as {example}, not {given(value)}")


def limit(value: object) -> int | None:
    """How many rows at most; None for all."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise InvalidRequestError(f"limit is a whole number from 0, or None for all rows, not {given(value)}")


def version(value: object) -> None:
    """Refuse what is no number of a version."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidRequestError(f"a version is a whole number from 1, not {given(value)}")


def columns(value: object) -> list[str] | None:
    """The columns of a preview; None when they are left out."""
    if value is None:
        return None
    if isinstance(value, str):
        raise InvalidRequestError(f"columns is the text {value!r}; give a list: columns=[{value!r}]")
    if not isinstance(value, Iterable):
        raise InvalidRequestError(f'columns is a list of paths, such as ["person.name.lastName"], not {given(value)}')
    found = list(value)
    if not found:
        raise InvalidRequestError(
            "columns is empty; name some paths, or leave it out for the profile id and identities"
        )
    for place, one in enumerate(found):
        if not isinstance(one, str):
            raise InvalidRequestError(f"columns are paths or PQL expressions as text, and {given(one)} is none")
        if one in found[:place]:
            raise InvalidRequestError(f"columns names `{one}` twice; name it once")
        near = next((other for other in found[:place] if other.lower() == one.lower()), None)
        if near is not None:
            message = f"columns names `{near}` and `{one}`, which differ only in case and would be one column"
            raise InvalidRequestError(f"{message}; ask for them in two previews")
    return found


def listing(*, sort: object, property: object, status: object = None) -> None:  # noqa: A002  AEP's word
    """Refuse filters of a list that are no texts."""
    text(sort, "sort")
    text(status, "status")
    if sort is None:
        raise InvalidRequestError("sort is `attribute:asc` or `attribute:desc`, not None")
    if isinstance(property, str):
        whole(property, "a property")
    elif property is not None:
        if not isinstance(property, Iterable):
            raise InvalidRequestError(f"property is `path==value` as text or a list of such, not {given(property)}")
        for one in property:
            text(one, "a property")
