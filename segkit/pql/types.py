"""PQL's types and the union schema that names are bound against (`pql.md` R16, R17a)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str, ...]


class Kind(StrEnum):
    """The nine kinds of R16, and three that only segkit sees."""

    STRING = "String"
    INTEGER = "Integer"
    DOUBLE = "Double"
    BOOLEAN = "Boolean"
    DATE = "Date"
    TIMESTAMP = "Timestamp"
    OBJECT = "Object"
    ARRAY = "Array"
    MAP = "Map"
    NULL = "Null"  # the item type of `[]`
    UNSUPPORTED = "Unsupported"  # TIME and binary fields: listed, not usable
    ERROR = "Error"  # a part that already has a diagnostic; silences what would follow from it


@dataclass(frozen=True, slots=True)
class Type:
    """A PQL type. `item` is an array's item or a map's value (map keys are strings); `fields` an object's."""

    kind: Kind
    item: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()

    def field(self, name: str) -> Type | None:
        """The type of a field of an object, or None."""
        for key, one in self.fields:
            if key == name:
                return one
        return None

    @property
    def of(self) -> Type:
        """The item of an array or the value of a map."""
        return self.item if self.item is not None else ERROR

    def __str__(self) -> str:
        match self.kind:
            case Kind.ARRAY | Kind.MAP:
                return f"{self.kind} of {self.of}"
            case _:
                return str(self.kind)


STRING = Type(Kind.STRING)
INTEGER = Type(Kind.INTEGER)
DOUBLE = Type(Kind.DOUBLE)
BOOLEAN = Type(Kind.BOOLEAN)
DATE = Type(Kind.DATE)
TIMESTAMP = Type(Kind.TIMESTAMP)
NULL = Type(Kind.NULL)
UNSUPPORTED = Type(Kind.UNSUPPORTED)
ERROR = Type(Kind.ERROR)


def array_of(item: Type) -> Type:
    """An array type."""
    return Type(Kind.ARRAY, item)


def map_of(value: Type) -> Type:
    """A map type from String to a value type."""
    return Type(Kind.MAP, value)


def object_of(fields: Mapping[str, Type]) -> Type:
    """An object type; fields keep the mapping's order."""
    return Type(Kind.OBJECT, None, tuple(fields.items()))


@dataclass(frozen=True, slots=True)
class Schema:
    """What an expression is bound against.

    Parameters
    ----------
    profile
        An Object type: the union of all record datasets' fields. Never holds `xEvent`.
    event
        An Object type: the union of all event datasets' fields, the item of `xEvent`; no fields without events.
    """

    profile: Type
    event: Type


def leaves(root: Type, prefix: Path = ()) -> list[tuple[Path, Type]]:
    """Paths and types of everything under an object that is stored as one column: scalars, arrays, maps."""
    found: list[tuple[Path, Type]] = []
    for name, one in root.fields:
        path = (*prefix, name)
        if one.kind is Kind.OBJECT:
            found.extend(leaves(one, path))
        else:
            found.append((path, one))
    return found
