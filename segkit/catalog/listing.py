"""Pages of a list: start, limit, sort and property filters, all of it done by DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from segkit.errors import InvalidRequestError
from segkit.lazily import Later

if TYPE_CHECKING:
    import difflib
    from collections.abc import Mapping

    from sqlglot import exp

    from segkit.catalog.store import Transaction
else:  # opening a workspace needs neither
    difflib, exp = Later("difflib"), Later("sqlglot.expressions")

Property = str | Sequence[str] | None

_TEXT_LIST = "VARCHAR[]"
_JSON_LIST = "JSON[]"


@dataclass(frozen=True, slots=True)
class Listing:
    """What can be listed: a table, the names of its attributes, and the JSON columns in which dotted paths lead.

    Parameters
    ----------
    table
        A table or view with a column `sequence`, which settles ties.
    columns
        What a page reads, in the order of its rows.
    attributes
        Public attribute → column.
    seconds
        Public attributes that show such a column in seconds.
    texts, numbers
        Dotted paths inside `documents` by which a list may be sorted.
    maps
        Paths to objects whose keys are ids; `path.key` may be sorted by, as a number.
    documents
        JSON columns; the first one that has a path gives its value.
    roots
        First segments of the paths that a property filter may name.
    """

    table: str
    columns: tuple[str, ...]
    attributes: Mapping[str, str]
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    seconds: Mapping[str, str] = field(default_factory=dict)


def page(
    transaction: Transaction,
    listing: Listing,
    *,
    where: Sequence[exp.Expr] = (),
    start: int = 0,
    limit: int | None = None,
    sort: str = "creationTime:desc",
    property: Property = None,  # noqa: A002 - AEP's word
) -> tuple[int, list[tuple[Any, ...]]]:
    """How many rows there are in all, and the columns of those on the page.

    Raises
    ------
    InvalidRequestError
        For a negative start or limit, a sort key or a property that the listing does not have.
    """
    for name, value in (("start", start), ("limit", limit)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise InvalidRequestError(f"`{name}` is {value!r}; give a whole number from 0")
    conditions = [*where, *filters(listing, property)]
    base = exp.select().from_(exp.to_table(listing.table, quoted=True))
    if conditions:
        base = base.where(*conditions, copy=False)
    total = int(transaction.value(base.select(exp.Count(this=exp.Star()))))
    query = base.select(*(_column(name) for name in listing.columns)).order_by(*_order(listing, sort))
    if limit is not None:
        query = query.limit(limit)
    return total, transaction.rows(query.offset(start) if start else query)


def equals(column: str, value: str | bool) -> exp.Expr:  # noqa: FBT001 - a value, not a switch
    """The condition `column = value`."""
    return exp.EQ(this=_column(column), expression=exp.convert(value))


def filters(listing: Listing, given: Property) -> list[exp.Expr]:
    """The conditions of property filters, `path==value` or `array~key==value`."""
    if given is None:
        return []
    return [_filter(listing, text) for text in ([given] if isinstance(given, str) else given)]


def _filter(listing: Listing, text: str) -> exp.Expr:
    path, equal, value = text.partition("==")
    path, value = path.strip(), value.strip()
    array, tilde, key = path.partition("~")
    if not equal or not array or (tilde and not key):
        raise InvalidRequestError(
            f"the property filter `{text}` is not understood; write `path==value`, or `array~key==value` for arrays"
        )
    wanted = exp.Literal.string(value)
    if path in listing.attributes:
        return exp.EQ(this=_text(_column(listing.attributes[path])), expression=wanted)
    if path in listing.seconds:
        return exp.EQ(this=_text(_seconds(listing.seconds[path])), expression=wanted)
    if array.split(".")[0] not in listing.roots:
        known = sorted({*listing.attributes, *listing.seconds, *listing.roots})
        raise InvalidRequestError(_unknown("property", array, known))
    if not tilde:
        return exp.EQ(this=_at(listing, path), expression=wanted)
    conditions = [_has(column, array, key, wanted) for column in listing.documents]
    return exp.or_(*conditions)


def _has(column: str, array: str, key: str, wanted: exp.Expr) -> exp.Expr:
    """Some element of the array at `array` has `wanted` at `key`; never so where there is no array."""
    elements = exp.TryCast(
        this=_call("json_extract", _column(column), exp.Literal.string(_pointer(array))),
        to=exp.DataType.build(_JSON_LIST),
    )
    element = exp.to_identifier("element", quoted=True)
    inside = _call("json_extract_string", exp.column(element), exp.Literal.string(_pointer(key)))
    texts = _call("list_transform", elements, exp.Lambda(this=inside, expressions=[element]))
    return exp.Coalesce(this=_call("list_contains", texts, wanted), expressions=[exp.false()])


def _order(listing: Listing, sort: str) -> list[exp.Expr]:
    attribute, _, direction = sort.partition(":")
    attribute, direction = attribute.strip(), direction.strip().lower() or "asc"
    if direction not in {"asc", "desc"}:
        raise InvalidRequestError(f"`sort` is `{sort}`; write `attribute:asc` or `attribute:desc`")
    keys: list[exp.Expr] = [_sort_key(listing, attribute), _column("sequence")]
    return [exp.Ordered(this=key, desc=direction == "desc", nulls_first=False) for key in keys]


def _sort_key(listing: Listing, attribute: str) -> exp.Expr:
    columns = {**listing.attributes, **listing.seconds}
    if attribute in columns:
        return _column(columns[attribute])
    if attribute in listing.texts:
        return _at(listing, attribute)
    if attribute in listing.numbers or any(attribute.startswith(f"{one}.") for one in listing.maps):
        return exp.TryCast(this=_at(listing, attribute), to=exp.DataType.build("DOUBLE"))
    known = [*columns, *listing.texts, *listing.numbers, *(f"{one}.<id>" for one in listing.maps)]
    raise InvalidRequestError(_unknown("sort attribute", attribute, known))


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ";"
    return f"there is no {what} `{name}`{hint} known are {', '.join(known)}"


def _at(listing: Listing, path: str) -> exp.Expr:
    """The text at a dotted path, from the first document that has one."""
    pointer = exp.Literal.string(_pointer(path))
    found = [_call("json_extract_string", _column(one), pointer.copy()) for one in listing.documents]
    return exp.Coalesce(this=found[0], expressions=found[1:])


def _pointer(path: str) -> str:
    """A dotted path as a JSON pointer, which takes every key literally."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path.split("."))


def _column(name: str) -> exp.Expr:
    return exp.column(name, quoted=True)


def _text(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build("TEXT"))


def _seconds(column: str) -> exp.Expr:
    return exp.IntDiv(this=_column(column), expression=exp.Literal.number(1000))


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))
