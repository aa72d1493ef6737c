"""What names mean at one point of a statement."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from segkit.pql.types import Kind, leaves
from segkit.sql.build import column, part, struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.plan.clock import Clock
    from segkit.plan.needs import Shapes
    from segkit.pql.types import Path, Type


@dataclass(frozen=True, slots=True)
class Leaves:
    """An object that lies in a row as one column a leaf, and a note of which leaves were asked for.

    Parameters
    ----------
    table
        The alias of the row.
    prefix
        The path of this object within the row.
    used
        The leaves asked for so far; shared between the row and the objects inside it.
    beside
        Joins that the row needs, by the step joined; shared likewise.
    """

    table: str
    prefix: Path = ()
    used: dict[Path, None] = field(default_factory=dict)
    beside: dict[str, exp.Join] = field(default_factory=dict)

    def at(self, *names: str) -> Leaves:
        """An object inside this one."""
        return replace(self, prefix=(*self.prefix, *names))

    def leaf(self, path: Path = ()) -> exp.Expr:
        """The column of a leaf below this object."""
        full = (*self.prefix, *path)
        self.used[full] = None
        return column(".".join(full), self.table)


Place: TypeAlias = Leaves | exp.Expr


@dataclass(frozen=True, slots=True)
class Scope:
    """What a bound expression is compiled in.

    Parameters
    ----------
    profile
        The row that has the profile's fields.
    clock
        What time means.
    shapes
        Which leaves an object carries where it becomes a struct.
    variables
        The variables by their names.
    never_null
        Variables whose value is never null.
    flags
        Variables that are true, or false or null for false.
    plain
        Variables that are a BIGINT or DOUBLE as PQL's numbers are.
    """

    profile: Leaves
    clock: Clock
    shapes: Shapes
    variables: Mapping[str, Place] = field(default_factory=dict)
    never_null: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    def having(self, names: Mapping[str, Place]) -> Scope:
        """The scope with more variables."""
        return replace(self, variables={**self.variables, **names})


def packed(place: Leaves, kind: Type, shapes: Shapes) -> exp.Expr:
    """An object in a row as one struct, with the leaves that its readers take."""
    wanted = shapes.paths(kind)
    return _pack(place, kind, None if wanted is None else set(wanted))


def _pack(place: Leaves, kind: Type, wanted: set[Path] | None, below: Path = ()) -> exp.Expr:
    fields: dict[str, exp.Expr] = {}
    for key, one in kind.fields:
        path = (*below, key)
        everything = wanted is None or path in wanted
        if one.kind is Kind.OBJECT:
            if everything:
                fields[key] = _pack(place.at(key), one, None, path)
            elif any(other[: len(path)] == path for other in wanted or ()):
                fields[key] = _pack(place.at(key), one, wanted, path)
        elif everything and one.kind is not Kind.UNSUPPORTED:
            fields[key] = place.at(key).leaf()
    if not fields:  # a struct needs a field, and a reader that asks for none only counts
        return struct({"_": exp.true()})
    return struct(fields)


def leaf_values(place: Place, kind: Type) -> list[tuple[exp.Expr, Type]]:
    """All leaves below an object, with their types."""
    found: list[tuple[exp.Expr, Type]] = []
    for path, one in leaves(kind):
        if one.kind is Kind.UNSUPPORTED:
            continue
        if isinstance(place, Leaves):
            found.append((place.leaf(path), one))
        else:
            value = place.copy()
            for key in path:
                value = part(value, key)
            found.append((value, one))
    return found
