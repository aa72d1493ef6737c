"""How the values of a dataset's parts are read: leaves, clocks and identities as SQL trees over `fragment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from segkit.errors import DataError
from segkit.profiles import expressions as sql
from segkit.profiles.storage import INSTANT, NULL, TEXT, Storage, cast, without_nan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segkit.pql.types import Path
    from segkit.profiles.datasets.dataset import Dataset, Entry, Leaf, Part

SEPARATOR = ":"
_BLANKS = " \t\n\r\f\v\u00a0"
_LIST_OF_OBJECTS = '[{"id":"VARCHAR","authenticatedState":"VARCHAR","primary":"BOOLEAN"}]'


def parse_expression(text: str) -> exp.Expr:
    """A mapped DuckDB expression as a tree; `DataError` when it is none."""
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise DataError(f"`{text}` is not a DuckDB expression: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or trees[0] is None or isinstance(trees[0], (exp.Query, exp.DDL, exp.DML, exp.Command)):
        raise DataError(f"`{text}` is not one DuckDB expression")
    return exp.paren(trees[0], copy=False)


def raw(leaf: Leaf) -> exp.Expr:
    """A leaf's stored value."""
    if leaf.storage == NULL:
        return cast(exp.null(), NULL)  # DuckDB 2.0 fails inside when it reads a field without a type
    return sql.steps(leaf.steps) if leaf.steps else parse_expression(leaf.expression)


def value(leaf: Leaf) -> exp.Expr:
    """A leaf's value in its storage type, NaN already null."""
    found = raw(leaf)
    match leaf.form:
        case "cast":
            found = cast(found, leaf.storage)
        case "text-instant":
            # text may carry an offset, so it is read as an instant first; the session is in UTC
            instant = exp.TryCast(this=found, to=exp.DataType.build("TIMESTAMPTZ", dialect="duckdb"))
            found = cast(instant, INSTANT)
        case "milliseconds":
            found = sql.call("epoch_ms", cast(found, Storage("BIGINT")))
        case "plain":
            pass
    return without_nan(found, leaf.storage) if leaf.nan else found


def read(part: Part, path: Path, target: Storage) -> exp.Expr:
    """A leaf of a part in a wanted storage type; a typed null where the part has none."""
    leaf = part.leaf(path)
    if leaf is None:
        return cast(exp.null(), target)
    found = value(leaf)
    return found if leaf.storage == target else cast(found, target)


def clock(part: Part) -> exp.Expr | None:
    """The clock of a row as a Timestamp; an infinite one counts as missing."""
    return None if part.clock is None else value(part.clock)


def canonical(given: exp.Expr, storage: Storage) -> exp.Expr:
    """An identity's text: trimmed, null when empty, whole numbers without a fraction."""
    text = given
    if storage.sql == "DOUBLE" or storage.decimal:
        whole = exp.EQ(this=given.copy(), expression=sql.call("trunc", given.copy()))
        as_whole = exp.TryCast(this=given.copy(), to=exp.DataType.build("HUGEINT", dialect="duckdb"))
        finite: exp.Expr = exp.true()
        if storage.sql == "DOUBLE":
            finite = sql.call("isfinite", given.copy())
        shown = sql.coalesce([cast(as_whole, Storage("VARCHAR")), cast(given.copy(), Storage("VARCHAR"))])
        return (
            exp.Case()
            .when(exp.And(this=finite, expression=whole), shown)
            .when(finite.copy(), cast(given.copy(), Storage("VARCHAR")))
        )
    if storage.sql != "VARCHAR":
        text = cast(given, Storage("VARCHAR"))
    return sql.call("nullif", sql.call("trim", text, sql.text(_BLANKS)), sql.text(""))


def held(entry: Entry) -> exp.Expr:
    """The column, list or object that holds the identities of one namespace."""
    found = raw(entry.leaf)
    if entry.shape == "json":
        if entry.prefixed:
            pattern, bare = sql.text('"xdm:(id|authenticatedState|primary)"'), sql.text('"\\1"')
            found = sql.call("regexp_replace", found, pattern, bare, sql.text("g"))
        place = sql.text('$."' + entry.namespace.replace("\\", "\\\\").replace('"', '\\"') + '"')
        return sql.call("from_json", sql.call("json_extract", found, place), sql.text(_LIST_OF_OBJECTS))
    return sql.at(found, entry.namespace) if entry.keyed else found


def identifier(element: exp.Expr, entry: Entry) -> exp.Expr:
    """The canonical text of one identity."""
    storage = _identifier_storage(entry)
    stored = element if entry.names[0] is None else sql.field(element, entry.names[0])
    if entry.clean:
        return stored if storage.sql == "VARCHAR" else cast(stored, Storage("VARCHAR"))
    return canonical(stored, storage)


def stored_identifier(element: exp.Expr, entry: Entry) -> exp.Expr:
    """One identity as text, just as it is stored."""
    stored = element if entry.names[0] is None else sql.field(element, entry.names[0])
    return cast(stored, Storage("VARCHAR"))


def _element_storage(entry: Entry) -> Storage:
    found = entry.leaf.storage
    while found.sql in {"MAP", "LIST"}:
        found = found.of
    return found


def _identifier_storage(entry: Entry) -> Storage:
    if entry.shape == "json":
        return Storage("VARCHAR")
    found = _element_storage(entry)
    return found if entry.names[0] is None else dict(found.fields)[entry.names[0]]


def is_flagged(element: exp.Expr, entry: Entry) -> exp.Expr:
    """Whether one identity is marked primary where it is stored."""
    name = entry.names[2]
    if name is None:
        return exp.false()
    found: exp.Expr = sql.field(element, name)
    if entry.shape != "json" and dict(_element_storage(entry).fields)[name].sql != "BOOLEAN":
        found = exp.TryCast(this=found, to=exp.DataType.build("BOOLEAN"))
    return sql.coalesce([found, exp.false()])


def identifiers(entry: Entry, *, flagged: bool = False) -> exp.Expr:
    """All usable identities of a row in one namespace as a list of texts, or only those marked primary."""
    found = held(entry)
    if entry.shape in {"scalar", "object"}:
        found = exp.Array(expressions=[found])
    element = sql.column(sql.ITEM)
    if flagged:
        found = sql.call("list_filter", found, sql.function(sql.ITEM, is_flagged(element, entry)))
    texts = sql.call("list_transform", found, sql.function(sql.ITEM, identifier(element.copy(), entry)))
    usable = sql.call("list_filter", texts, sql.function(sql.ITEM, sql.present(sql.column(sql.ITEM))))
    return sql.coalesce([usable, exp.Array(expressions=[])])


def first(entry: Entry, *, flagged: bool = False) -> exp.Expr:
    """A row's first usable identity in one namespace, or the first that is marked primary."""
    if not entry.single:
        return sql.item(identifiers(entry, flagged=flagged), 1)
    element = lone_element(entry)
    found = identifier(element, entry)
    if not flagged or entry.flag == "always":
        return found
    return exp.Case().when(is_flagged(element.copy(), entry), found)


def lone_element(entry: Entry) -> exp.Expr:
    """What holds the identity of a row, in a namespace of which no row has several."""
    return sql.item(held(entry), 1) if entry.shape in {"list", "json"} else held(entry)


def escaped(namespace: str) -> str:
    """A namespace as it stands before the separator in a profile key."""
    return namespace.replace("%", "%25").replace(SEPARATOR, "%3A")


def identity_key(namespace: str, identity: str) -> str:
    """The long profile key of an identity."""
    return escaped(namespace) + SEPARATOR + identity


def prefixed(namespace: str, identity: exp.Expr) -> exp.Expr:
    """The long profile key: namespace, separator, identity."""
    return exp.DPipe(this=sql.text(escaped(namespace) + SEPARATOR), expression=identity)


def primary(dataset: Dataset, part: Part, *, short: bool) -> exp.Expr:
    """A row's profile key, null when it has no primary identity (the order of choice is the specification's)."""
    used = [one for one in part.entries if one.used]
    choices: list[tuple[Entry, bool]] = []
    if dataset.primary is not None:
        for one in used:
            if one.namespace == dataset.primary:
                choices += [(one, True)] * (not one.single and one.flag != "never")
                choices += [(one, False)] * (one.single or one.flag != "always")
    else:
        # no row has two answers, so the order is free: the plain and frequent come first
        used.sort(key=lambda one: (one.flag != "always", -one.used))
        choices += [(one, True) for one in used if one.flag != "never"]
        choices += [(one, False) for one in used if one.alone]
    found = []
    for entry, flagged in choices:
        identity = first(entry, flagged=flagged)
        found.append(identity if short else prefixed(entry.namespace, identity))
    return sql.coalesce(found) if found else cast(exp.null(), Storage("VARCHAR"))


def carries(part: Part, namespace: str) -> exp.Expr | None:
    """Whether a row has an identity in a namespace; None when no row of the part has."""
    found = [first(one) for one in part.entries if one.namespace == namespace and one.used]
    return sql.present(sql.coalesce(found)) if found else None


def certain_flag(dataset: Dataset, entry: Entry) -> bool | None:
    """Whether identities of one namespace are marked primary, where it is the same for all of them."""
    if entry.shape == "scalar" and entry.namespace == dataset.primary:
        return True  # that is what naming their namespace in `primary=` says
    return False if entry.names[2] is None else None


def identity_list(entry: Entry, dataset: Dataset) -> exp.Expr:
    """A row's usable identities in one namespace as a list of `{id, authenticatedState, primary}`."""
    found = held(entry)
    if entry.shape in {"scalar", "object"}:
        found = exp.Array(expressions=[found])
    element = sql.column(sql.ITEM)
    state: exp.Expr = exp.null()
    if entry.names[1] is not None:
        state = sql.field(element.copy(), entry.names[1])
    certain = certain_flag(dataset, entry)
    parts = {
        "id": identifier(element, entry),
        "authenticatedState": cast(state, Storage("VARCHAR")),
        "primary": is_flagged(element.copy(), entry) if certain is None else exp.convert(certain),
    }
    made = sql.call("list_transform", found, sql.function(sql.ITEM, sql.struct(parts)))
    usable = sql.present(sql.field(sql.column(sql.ITEM), "id"))
    return sql.coalesce([sql.call("list_filter", made, sql.function(sql.ITEM, usable)), exp.Array(expressions=[])])


def identity_entries(dataset: Dataset, part: Part) -> exp.Expr:
    """A row's identities as a list of `{key: namespace, value: [identity …]}`, for building maps and tables."""
    found: list[exp.Expr] = [
        sql.struct({"key": sql.text(entry.namespace), "value": identity_list(entry, dataset)})
        for entry in part.entries
        if entry.used
    ]
    return exp.Array(expressions=found)


def identity_pairs(part: Part) -> exp.Expr:
    """A row's identities as one list of `{namespace, id}`, in which an id may be null."""
    used = [one for one in part.entries if one.used]
    lone = [sql.struct({"namespace": sql.text(one.namespace), "id": first(one)}) for one in used if one.single]
    found: list[exp.Expr] = [exp.Array(expressions=list(lone))] if lone else []
    for entry in used:
        if not entry.single:
            pair = sql.struct({"namespace": sql.text(entry.namespace), "id": sql.column(sql.ITEM)})
            found.append(sql.call("list_transform", identifiers(entry), sql.function(sql.ITEM, pair)))
    if not found:
        nothing = sql.struct({"namespace": cast(exp.null(), TEXT), "id": cast(exp.null(), TEXT)})
        return exp.Array(expressions=[nothing])
    return found[0] if len(found) == 1 else sql.call("list_concat", *found)


def scan(part: Part, columns: Iterable[exp.Expr]) -> exp.Select:
    """A read of some columns of a part's rows."""
    return exp.select(*columns).from_(sql.parquet(part.files))


def row_number(part: Part, parts: Sequence[Part]) -> tuple[exp.Expr, exp.Expr]:
    """The position of a row: the number of its file in the dataset, and of the row in its file."""
    if part.placed:
        return sql.column("$file", sql.FRAGMENT), sql.column("$row", sql.FRAGMENT)
    taken = {leaf.steps[0].lower() for leaf in part.leaves if leaf.steps}
    place: exp.Expr = cast(sql.number(part.positions[0]), Storage("BIGINT"))
    # a file's own column hides DuckDB's of the same name
    if len(part.files) > 1 and "file_index" not in taken:
        place = cast(exp.column("file_index", table=sql.FRAGMENT), Storage("BIGINT"))
        if len(parts) > 1:
            listed = exp.Array(expressions=[sql.number(one) for one in part.positions])
            place = exp.Bracket(this=listed, expressions=[exp.Add(this=place, expression=sql.number(1))], offset=1)
    row: exp.Expr = exp.column("file_row_number", table=sql.FRAGMENT)
    return place, sql.number(0) if "file_row_number" in taken else row
