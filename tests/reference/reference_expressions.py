"""Random well-typed PQL over any schema, as text, for the differential tests: names, literals, what is where.

The neighbours `reference_scalars`, `reference_arrays`, `reference_conditions` and `reference_moments` write the parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import reference_arrays as arrays
import reference_conditions as conditions
import reference_groups as groups
import reference_scalars as scalars
from reference_profiles import KINDS, ODD_TEXTS, TEXTS, WORDS
from reference_schemas import WORDS as RESERVED
from reference_schemas import quoted
from reference_world import SCHEMA

from segkit.pql.types import STRING, Kind, Schema, Type, array_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

SCALARS = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
DATES = ["date(2026, 11, 21)", "date(2024, 2, 29)", "date(2026, 3, 29)", "date(2026, 10, 25)", "date(2000, 1, 1)"]
DATES += ["date(1, 1, 1)", "date(9999, 12, 31)", "date(1970, 1, 1)"]
_LONGEST_LITERAL = 40
_STRINGS = [one for one in (*TEXTS, *WORDS, *KINDS, *ODD_TEXTS) if len(one) <= _LONGEST_LITERAL]
_INTEGERS = [0, 1, 2, 3, 5, 21, -2, 127, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True)
class Scope:
    """What names an expression may use: of the item, of the items further out, and variables by their names."""

    item: Type
    outer: tuple[Type, ...] = ()
    variables: dict[str, Type] = field(default_factory=dict)
    unordered: frozenset[str] = frozenset()
    """Names of arrays whose order is not defined."""

    @property
    def is_root(self) -> bool:
        return not self.outer

    def within(self, item: Type) -> Scope:
        return replace(self, item=item, outer=(self.item, *self.outer), unordered=self.unordered - {"this"})

    def having(self, name: str, of: Type) -> Scope:
        return replace(self, variables={**self.variables, name: of})


@dataclass
class Maker:
    """Writes expressions; `r` is where all choices come from."""

    r: random.Random
    schema: Schema = SCHEMA
    segments: tuple[str, ...] = ()
    names: int = 0
    _known: dict[int, tuple[Type, list[tuple[tuple[str, ...], Type]]]] = field(default_factory=dict)

    def expression(self) -> str:
        """A condition or a value, to evaluate in both ways."""
        scope, depth = Scope(self.schema.profile), self.r.choice([1, 2, 2, 3, 3, 4])
        prefix = ""
        if self.r.random() < 0.04:
            scope, prefix = scope.having("Someone", self.schema.profile), "(Someone) => "
        pick = self.r.random()
        if pick < 0.55:
            return prefix + self.condition(scope, depth)
        if pick < 0.67:
            return prefix + self.array(self.r.choice(SCALARS), scope, depth)[0]
        if pick < 0.7:
            found = self.objects(scope, depth)
            return prefix + (found[0] if found is not None else "xEvent")
        if pick < 0.74:
            return prefix + groups.whole(self, scope, min(depth, 2))
        return prefix + self.scalar(self.r.choice(SCALARS), scope, depth)

    def rule(self, depth: int = 2) -> str:
        """A condition alone, as a segment that others name."""
        return self.condition(Scope(self.schema.profile), depth)

    def fresh(self) -> str:
        self.names += 1
        return f"V{self.names}"

    def called(self, name: str, receiver: str, *arguments: str) -> str:
        """A function in one of its two styles (R49)."""
        if self.r.random() < 0.15:
            return f"{name}({', '.join((receiver, *arguments))})"
        return f"{receiver}.{name}({', '.join(arguments)})"

    # paths

    def reach(self, scope: Scope) -> list[tuple[str, Type]]:
        """Every name in scope and every path below it that passes through no array, with its type."""
        found = [(self._bare(path, scope), of) for path, of in self.below(scope.item)]
        for levels, item in enumerate(scope.outer, 1):
            dot = "" if self.r.random() < 0.2 else "."
            found += [("^" * levels + dot + self.spelled(path), of) for path, of in self.below(item)]
        for name, of in scope.variables.items():
            found += [(name, of), *((f"{name}.{self.spelled(path)}", one) for path, one in self.below(of))]
        if scope.item.kind is not Kind.OBJECT:
            found += [("this", scope.item)] * 3
        return found

    def _bare(self, path: tuple[str, ...], scope: Scope) -> str:
        text = self.spelled(path)
        pick = self.r.random()
        if scope.is_root and pick < 0.03:
            return f"$1.{text}"
        if scope.is_root and pick < 0.05 and self.schema.profile.field("profile") is None:
            return f"profile.{text}"
        return text

    def spelled(self, path: tuple[str, ...]) -> str:
        """A path, in backticks where it needs them and, of words of the language, as often as not (R05, R09)."""
        return ".".join(f"`{one}`" if one in RESERVED and self.r.random() < 0.5 else quoted(one) for one in path)

    def below(self, of: Type) -> list[tuple[tuple[str, ...], Type]]:
        """Paths of an object that pass through no array."""
        known = self._known.get(id(of))
        if known is None or known[0] is not of:
            found: list[tuple[tuple[str, ...], Type]] = []
            for name, one in of.fields:
                found.append(((name,), one))
                if one.kind is Kind.OBJECT:
                    found += [((name, *path), inner) for path, inner in self.below(one)]
            known = self._known[id(of)] = (of, found)
        return known[1]

    def paths(self, wanted: Kind | Type, scope: Scope) -> list[str]:
        """All ways to read a value of a kind without passing through an array."""
        fits = _fits(wanted)
        return [text for text, of in self.reach(scope) if fits(of)]

    def inside(self, of: Type, wanted: Kind | Type) -> list[str]:
        """Paths of a kind below an item."""
        fits = _fits(wanted)
        return [self.spelled(path) for path, one in self.below(of) if fits(one)]

    def keyed(self, wanted: Kind | Type, scope: Scope, depth: int) -> list[str]:
        """Values of maps at a key (R22)."""
        found = []
        for text, of in self.reach(scope):
            if of.kind is not Kind.MAP:
                continue
            key = self.r.choice(['"a"', '"b"', '"zz"', '""', self.scalar(Kind.STRING, scope, min(depth, 1))])
            value = f"{text}[{key}]" if self.r.random() < 0.5 else f"{text}.get({key})"
            if _fits(wanted)(of.of):
                found.append(value)
            found += [f"{value}.{path}" for path in self.inside(of.of, wanted)]
        return found

    def literal(self, kind: Kind) -> str:
        match kind:
            case Kind.STRING:
                return self.text(self.r.choice(WORDS if self.r.random() < 0.3 else _STRINGS))
            case Kind.INTEGER:
                return str(self.r.choice(_INTEGERS if self.r.random() < 0.2 else _INTEGERS[:7]))
            case Kind.DOUBLE:
                return str(self.r.choice([0.5, 0.25, 1.5, 2.0, 21.0, -2.75, 1e300]))
            case Kind.BOOLEAN:
                return self.r.choice(["true", "false"])
            case Kind.DATE:
                return self.r.choice(DATES)
            case _:
                return self.r.choice(["now", "today", "yesterday", '"2026-11-20T12:00:00Z".stringToDate()'])

    def text(self, it: str) -> str:
        """A String literal (R06)."""
        inner = "".join(_ESCAPED.get(one) or (one if one.isprintable() else f"\\u{ord(one):04x}") for one in it)
        return f'"{inner}"'

    # the parts, which call each other through here

    def scalar(self, kind: Kind, scope: Scope, depth: int) -> str:
        """An expression of a scalar kind."""
        return scalars.scalar(self, kind, scope, depth)

    def condition(self, scope: Scope, depth: int) -> str:
        """A value in a boolean position."""
        return conditions.condition(self, scope, depth)

    def objects(self, scope: Scope, depth: int) -> tuple[str, Type, bool] | None:
        """An array of objects, its item, and whether its order is defined."""
        return arrays.objects(self, scope, depth)

    def array(self, kind: Kind, scope: Scope, depth: int) -> tuple[str, bool]:
        """An array of scalars, and whether its order is defined."""
        return arrays.array(self, kind, scope, depth)

    def clauses(self, scope: Scope, depth: int, number: int) -> tuple[str, Scope]:
        """`V from A where C, …` and what it makes visible."""
        return arrays.clauses(self, scope, depth, number)

    def any_array(self, scope: Scope, depth: int) -> str:
        found = self.objects(scope, depth)
        if found is not None and self.r.random() < 0.7:
            return found[0]
        return self.array(self.r.choice(SCALARS), scope, depth)[0]


def _fits(wanted: Kind | Type) -> Callable[[Type], bool]:
    if isinstance(wanted, Kind):
        return lambda of: of.kind is wanted
    return lambda of: of == wanted


TEXT_ARRAY = array_of(STRING)

__all__ = ["DATES", "SCALARS", "TEXT_ARRAY", "Maker", "Scope"]
