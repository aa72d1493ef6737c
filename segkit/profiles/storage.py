"""How a field is stored: the SQL types behind PQL's, how two join, how a value of one is read (`pql.md` R17a)."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from typing import cast as cast_type

from sqlglot import exp

from segkit.pql import types as pql

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType

_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_UNSIGNED = ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
_DIGITS = dict(zip(_SIGNED + _UNSIGNED, (3, 5, 10, 19, 39, 3, 5, 10, 20, 39), strict=True))
_TEXT = frozenset({"varchar", "enum", "uuid"})
_INSTANTS = frozenset({"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"})
MOST_DIGITS = 38


@dataclass(frozen=True, slots=True)
class Storage:
    """A stored type: a scalar by its SQL name, `LIST` or `MAP` of `item`, `STRUCT` of `fields`.

    `NULL` is a column without a value or a type; `UNSUPPORTED` one that PQL has no type for.
    """

    sql: str
    item: Storage | None = None
    fields: tuple[tuple[str, Storage], ...] = ()

    @property
    def of(self) -> Storage:
        """The item of a list or the value of a map."""
        if self.item is None:
            raise TypeError(self.sql)
        return self.item

    @property
    def integral(self) -> bool:
        """Whether this is an integer of any width."""
        return self.sql in _DIGITS

    @property
    def decimal(self) -> bool:
        """Whether this is an exact fraction."""
        return self.sql.startswith("DECIMAL")

    def __str__(self) -> str:
        match self.sql:
            case "LIST":
                return f"list of {self.of}"
            case "MAP":
                return f"map of {self.of}"
            case "STRUCT":
                return "object"
            case _:
                return self.sql

    def to_dict(self) -> Any:  # noqa: ANN401 - JSON
        """As JSON: the name, or a list of name and parts."""
        if self.sql == "STRUCT":
            return ["STRUCT", [[name, one.to_dict()] for name, one in self.fields]]
        return self.sql if self.item is None else [self.sql, self.item.to_dict()]

    @classmethod
    def from_dict(cls, document: Any) -> Storage:  # noqa: ANN401 - JSON
        """The reverse of `to_dict`."""
        match document:
            case str():
                return cls(document)
            case ["STRUCT", fields]:
                return cls("STRUCT", None, tuple((name, cls.from_dict(one)) for name, one in fields))
            case [name, item]:
                return cls(name, cls.from_dict(item))
            case _:
                raise ValueError(document)


TEXT = Storage("VARCHAR")
DOUBLE = Storage("DOUBLE")
INSTANT = Storage("TIMESTAMP")
NULL = Storage("NULL")
UNSUPPORTED = Storage("UNSUPPORTED")
IDENTITY = Storage("STRUCT", None, (("id", TEXT), ("authenticatedState", TEXT), ("primary", Storage("BOOLEAN"))))
IDENTITY_MAP = Storage("MAP", Storage("LIST", IDENTITY))


def _children(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    # the stubs allow for the width of a decimal and the like, which nobody asks for here
    return cast_type("list[tuple[str, DuckDBPyType]]", kind.children)


def storage_of(kind: DuckDBPyType) -> Storage:
    """The storage a DuckDB type is read as."""
    match kind.id:
        case "list" | "array":
            return _holding("LIST", storage_of(_children(kind)[0][1]))
        case "map":
            return _holding("MAP", storage_of(_children(kind)[1][1]))
        case "struct":
            return Storage("STRUCT", None, tuple((name, storage_of(one)) for name, one in _children(kind)))
        case "boolean" | "date":
            return Storage(kind.id.upper())
        case "null":
            return NULL
        case "float" | "double":
            return DOUBLE
        case "decimal":
            return Storage(str(kind))
        case one if one in _TEXT:
            return TEXT
        case one if one in _INSTANTS:
            return INSTANT
        case one if one.upper() in _DIGITS:
            return Storage(one.upper())
        case _:
            return UNSUPPORTED


def _holding(outer: str, inner: Storage) -> Storage:
    return Storage(outer, inner) if inner != UNSUPPORTED else UNSUPPORTED


def exact(kind: DuckDBPyType) -> bool:
    """Whether a DuckDB type is read as it is, without a cast."""
    match kind.id:
        case "list":
            return exact(_children(kind)[0][1])
        case "map":
            return _children(kind)[0][1].id == "varchar" and exact(_children(kind)[1][1])
        case "struct":
            return all(exact(one) for _, one in _children(kind))
        case "varchar":
            return str(kind) == "VARCHAR"
        case one:
            return one in {"boolean", "date", "double", "decimal", "timestamp"} or one.upper() in _DIGITS


def pql_type(storage: Storage) -> pql.Type:
    """The PQL type of a stored one."""
    match storage.sql:
        case "LIST":
            return pql.array_of(pql_type(storage.of))
        case "MAP":
            return pql.map_of(pql_type(storage.of))
        case "STRUCT":
            return pql.object_of({name: pql_type(one) for name, one in storage.fields})
        case "VARCHAR" | "NULL":
            return pql.STRING
        case "BOOLEAN":
            return pql.BOOLEAN
        case "DATE":
            return pql.DATE
        case "TIMESTAMP":
            return pql.TIMESTAMP
        case _ if storage.integral:
            return pql.INTEGER
        case "DOUBLE":
            return pql.DOUBLE
        case _:
            return pql.DOUBLE if storage.decimal else pql.UNSUPPORTED


class ClashError(Exception):
    """Two stored types that do not join; `where` is the path below the field."""

    def __init__(self, left: Storage, right: Storage, where: tuple[str, ...] = (), reason: str = "") -> None:
        super().__init__(reason)
        self.left, self.right, self.where, self.reason = left, right, where, reason


def join(left: Storage, right: Storage) -> Storage:
    """The type that holds the values of both, or `ClashError` (R17a)."""
    if right in (left, NULL):
        return left
    if left == NULL:
        return right
    match left.sql, right.sql:
        case ("LIST", "LIST") | ("MAP", "MAP"):
            return Storage(left.sql, join(left.of, right.of))
        case "STRUCT", "STRUCT":
            return _join_fields(left, right)
    if left.integral and right.integral:
        return _join_integers(left, right)
    numbers = {left.sql, right.sql}
    if all(one.integral or one.decimal or one == DOUBLE for one in (left, right)):
        return DOUBLE if "DOUBLE" in numbers else _join_decimals(left, right)
    raise ClashError(left, right)


def _join_fields(left: Storage, right: Storage) -> Storage:
    fields = dict(left.fields)
    spelled = {name.lower(): name for name in fields}
    for name, one in right.fields:
        known = spelled.get(name.lower(), name)
        if known != name:
            raise ClashError(left, right, (name,), f"`{known}` and `{name}` differ only in case")
        try:
            fields[name] = join(fields[name], one) if name in fields else one
        except ClashError as error:
            raise ClashError(error.left, error.right, (name, *error.where), error.reason) from None
    return replace(left, fields=tuple(fields.items()))


def _join_integers(left: Storage, right: Storage) -> Storage:
    for family in (_SIGNED, _UNSIGNED):
        if left.sql in family and right.sql in family:
            return max(left, right, key=lambda one: family.index(one.sql))
    unsigned = left if left.sql in _UNSIGNED else right
    signed = right if unsigned is left else left
    above = _SIGNED[min(_UNSIGNED.index(unsigned.sql) + 1, len(_SIGNED) - 1)]
    return max(signed, Storage(above), key=lambda one: _SIGNED.index(one.sql))


def _join_decimals(left: Storage, right: Storage) -> Storage:
    (one, one_scale), (two, two_scale) = _digits(left), _digits(right)
    scale = max(one_scale, two_scale)
    width = max(one - one_scale, two - two_scale) + scale
    return Storage(f"DECIMAL({width},{scale})") if width <= MOST_DIGITS else DOUBLE


def _digits(storage: Storage) -> tuple[int, int]:
    if storage.integral:
        return _DIGITS[storage.sql], 0
    width, scale = storage.sql.removeprefix("DECIMAL(").removesuffix(")").split(",")
    return int(width), int(scale)


def data_type(storage: Storage) -> exp.DataType:
    """The SQL type to cast to; a column without a type is text."""
    kind = exp.DataType.Type
    match storage.sql:
        case "LIST":
            return exp.DataType(this=kind.ARRAY, expressions=[data_type(storage.of)], nested=True)
        case "MAP":
            key = exp.DataType(this=kind.VARCHAR)
            return exp.DataType(this=kind.MAP, expressions=[key, data_type(storage.of)], nested=True)
        case "STRUCT":
            fields = [
                exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=data_type(one))
                for name, one in storage.fields
            ]
            return exp.DataType(this=kind.STRUCT, expressions=fields, nested=True)
        case "NULL" | "UNSUPPORTED":
            return exp.DataType(this=kind.VARCHAR)
        case name:
            return _parsed(name).copy()


@functools.cache
def _parsed(name: str) -> exp.DataType:
    """A plain type; reading its name takes long where hundreds of datasets have hundreds of leaves."""
    return exp.DataType.build(name, dialect="duckdb")


def cast(value: exp.Expr, storage: Storage) -> exp.Expr:
    """A value cast to a stored type."""
    return exp.Cast(this=value, to=data_type(storage))


def holds_doubles(storage: Storage) -> bool:
    """Whether a value of this type may hold a NaN."""
    if storage.item is not None:
        return holds_doubles(storage.item)
    return storage == DOUBLE or any(holds_doubles(one) for _, one in storage.fields)


def is_nan(value: exp.Expr) -> exp.Expr:
    """Whether a Double is NaN; null where it is null, and maybe where it is not NaN.

    DuckDB takes the smallest and largest value that a Parquet file states for bounds of all its values, NaN included,
    and asks a bare `isnan(column)` of no row. What `NULLIF` gives it knows no bounds of.
    """
    unbounded = exp.Nullif(this=value.copy(), expression=exp.Literal.number("1e300"))
    return exp.Anonymous(this="isnan", expressions=[unbounded])


def without_nan(value: exp.Expr, storage: Storage, depth: int = 0) -> exp.Expr:
    """A value in which every NaN, however deep, is null (R14)."""
    if not holds_doubles(storage):
        return value
    name = f"$item{depth}"
    item = exp.column(name, quoted=True)
    match storage.sql:
        case "DOUBLE":
            return exp.Case().when(is_nan(value), exp.null()).else_(value.copy())
        case "LIST":
            body = without_nan(item, storage.of, depth + 1)
            return exp.Anonymous(this="list_transform", expressions=[value, _lambda(name, body)])
        case "MAP":
            key, inner = (exp.Dot(this=item.copy(), expression=exp.to_identifier(one)) for one in ("key", "value"))
            pair = _struct({"key": key, "value": without_nan(inner, storage.of, depth + 1)})
            entries = exp.Anonymous(this="map_entries", expressions=[value])
            changed = exp.Anonymous(this="list_transform", expressions=[entries, _lambda(name, pair)])
            return exp.Anonymous(this="map_from_entries", expressions=[changed])
        case _:
            fields = {
                field: without_nan(
                    exp.Dot(this=value.copy(), expression=exp.to_identifier(field, quoted=True)), one, depth
                )
                for field, one in storage.fields
            }
            return exp.Case().when(exp.Not(this=exp.Is(this=value, expression=exp.null())), _struct(fields))


def _struct(fields: dict[str, exp.Expr]) -> exp.Expr:
    pairs = [exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=one) for name, one in fields.items()]
    return exp.Struct(expressions=pairs)


def _lambda(name: str, body: exp.Expr) -> exp.Lambda:
    return exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])
