"""Random expressions about maps and object literals alone: a `Maker` for batches of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reference_expressions import Maker, Scope

from segkit.pql.types import BOOLEAN, DOUBLE, INTEGER, STRING, Kind, Type, array_of, map_of, object_of

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = (Kind.STRING, Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.DATE)
"""What is grouped by: kinds whose text both evaluators write alike."""

VALUES = (Kind.STRING, Kind.INTEGER, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)
Found = tuple[str, Type, bool]


class MapMaker(Maker):
    """Writes maps, what is read off them, and object literals."""

    def expression(self) -> str:
        scope, depth = Scope(self.schema.profile), self.r.choice([1, 2, 2, 3])
        made = self.r.choice([self.whole, self.whole, self.presence, self.read, self.read, self.parts])
        return made(scope, depth)

    def map_(self, scope: Scope, depth: int) -> Found | None:
        """A map made here or found in the scope: its text, its value and whether lists in it are in order."""
        found = self._source(scope, depth)
        if found is None or depth <= 0 or self.r.random() < 0.2:
            return found
        for _ in range(1 if self.r.random() < 0.85 else 2):
            found = self._mapped(found, scope, depth - 1)
        return found

    def _source(self, scope: Scope, depth: int) -> Found | None:
        known = [(text, of.of, True) for text, of in self.reach(scope) if of.kind is Kind.MAP]
        if known and self.r.random() < 0.2:
            return self.r.choice(known)
        array = self.objects(scope, depth - 1)
        if array is None:
            return self.r.choice(known) if known else None
        text, item, stable = array
        several = self.inside(item, array_of(STRING))
        if several and self.r.random() < 0.15:
            key = self.r.choice(several)
        elif self.r.random() < 0.15:
            name = self.fresh()
            key = f"({name}) => {self.scalar(self.r.choice(KEYS), scope.having(name, item), 0)}"
        else:
            key = self.scalar(self.r.choice(KEYS), scope.within(item), min(depth - 1, 1))
        return self.called("groupBy", text, key), array_of(item), stable

    def _mapped(self, found: Found, scope: Scope, depth: int) -> Found:
        """Other values under the same keys, or other entries."""
        text, of, stable = found
        pick, key, item = self.r.random(), self.fresh(), self.fresh()
        # what the first item of such a group is, is not defined
        unordered = scope.unordered if stable else scope.unordered | {"this", item}
        if pick < 0.45:
            body, made = self._value(
                "this", of, replace(scope.within(of), unordered=unordered), stable=stable, depth=depth
            )
            return f"{text}.map({body})", made, stable
        inner = replace(scope.having(item, of), unordered=unordered - {"this"})
        if pick < 0.55:
            body, made = self._value(item, of, inner, stable=stable, depth=depth)
            return f"{text}.map(({item}) => {body})", made, stable
        inner = inner.having(key, STRING)
        body, made = self._value(item, of, inner, stable=stable, depth=depth)
        # a new key that reads the group's first item would read an order that is not there
        keyed = inner if stable and of.kind is not Kind.ARRAY else scope.having(key, STRING)
        new = key if self.r.random() < 0.6 else self.scalar(self.r.choice(KEYS), keyed, min(depth, 1))
        entry = f"mapEntry({new}, {body})"
        if self.r.random() < 0.1:
            entry = f"let {self.fresh()} = {self.scalar(Kind.INTEGER, scope, 0)} in {entry}"
        return f"{text}.map(({key}, {item}) => {entry})", made, stable

    def _value(self, name: str, of: Type, scope: Scope, *, stable: bool, depth: int) -> tuple[str, Type]:
        """What becomes of a value that `name` stands for."""
        if of.kind is not Kind.ARRAY or of.of.kind is not Kind.OBJECT:
            if self.r.random() < 0.2:
                return name, of
            kind = self.r.choice(VALUES)
            return self.scalar(kind, scope, depth), Type(kind)
        if self.r.random() < 0.25:
            fields = [
                self._of_group(name, of, scope, stable=stable, depth=depth) for _ in range(self.r.choice([1, 2, 3]))
            ]
            written = ", ".join(f'"f{number}": {text}' for number, (text, _) in enumerate(fields))
            return f"{{{written}}}", object_of({f"f{number}": one for number, (_, one) in enumerate(fields)})
        return self._of_group(name, of, scope, stable=stable, depth=depth)

    def _of_group(self, name: str, of: Type, scope: Scope, *, stable: bool, depth: int) -> tuple[str, Type]:
        """A value of a group of objects; of groups without an order only what does not depend on it."""
        inner, depth = scope.within(of.of), min(depth, 1)
        kept = f"{name}[{self.condition(inner, depth)}]" if self.r.random() < 0.4 else name
        function = self.r.choice(["average", "sum", "min", "max"])
        options: list[Callable[[], tuple[str, Type]]] = [
            lambda: (f"{kept}.count()", INTEGER),
            lambda: (f"{kept}.sum({self.scalar(Kind.INTEGER, inner, depth)})", INTEGER),
            lambda: (f"{kept}.{function}({self.scalar(Kind.DOUBLE, inner, depth)})", DOUBLE),
            lambda: (f"{kept}.exists({self.condition(inner, depth)})", BOOLEAN),
            lambda: (f"{kept}.map({self.scalar(Kind.STRING, inner, 0)}).distinct().count()", INTEGER),
            lambda: (f"({kept}.count() > 1)", BOOLEAN),
            lambda: (
                f"{kept}.groupBy({self.scalar(self.r.choice(KEYS), inner, 0)}).map(this.count())",
                map_of(INTEGER),
            ),
        ]
        if stable or of.of == self.schema.event:
            options += [lambda: self._top(kept, of.of, inner), lambda: self._list(kept, inner)]
        return self.r.choice(options)()

    def _top(self, kept: str, item: Type, inner: Scope) -> tuple[str, Type]:
        key = self.scalar(self.r.choice([Kind.INTEGER, Kind.TIMESTAMP, Kind.DOUBLE]), inner, 0)
        top = f"{kept}.{self.r.choice(['topN', 'bottomN'])}({key}, {self.r.choice('12')})"
        paths = [(path, one) for path, one in self.below(item) if one.kind in VALUES]
        if not paths:
            return f"{top}.count()", INTEGER
        path, one = self.r.choice(paths)
        return f"{top}.head().{self.spelled(path)}", one

    def _list(self, kept: str, inner: Scope) -> tuple[str, Type]:
        kind = self.r.choice(VALUES)
        return f"{kept}.map({self.scalar(kind, inner, 0)})", array_of(Type(kind))

    def read(self, scope: Scope, depth: int) -> str:
        """A scalar read off a map or an object literal."""
        kind = self.r.choice(VALUES)
        if self.r.random() < 0.3:
            return self._field(kind, scope, depth)
        text, of, _ = self.map_(scope, depth) or ("xEvent.groupBy(_id)", array_of(self.schema.event), False)
        if of.kind is Kind.ARRAY and self.r.random() < 0.5:
            return f'{text}["{self.r.choice(["a", "view", "1", "true"])}"].count()'
        if of.kind in VALUES and self.r.random() < 0.6:
            key = self.r.choice(['"a"', '"b"', '"1"', '"true"', self.scalar(Kind.STRING, scope, 0)])
            return f"{text}[{key}]"
        return self.called("count", text)

    def _field(self, kind: Kind, scope: Scope, depth: int) -> str:
        names = [f"f{number}" for number in range(self.r.choice([1, 2]))]
        text = "{" + ", ".join(f'"{name}": {self.scalar(kind, scope, depth - 1)}' for name in names) + "}"
        if self.r.random() < 0.4:
            other = "{" + ", ".join(f'"{name}": {self.scalar(kind, scope, 0)}' for name in reversed(names)) + "}"
            text = f"if({self.condition(scope, depth - 1)}, {text}, {other})"
        return f"{text}.f0" if self.r.random() < 0.7 else f'[{text}, {text}].head()["f0"]'

    def parts(self, scope: Scope, depth: int) -> str:
        """The keys or values of a map."""
        text, of, _ = self.map_(scope, depth) or ("xEvent.groupBy(_id)", array_of(self.schema.event), False)
        return f"{text}.values()" if of.kind in VALUES and self.r.random() < 0.6 else f"{text}.keys()"

    def presence(self, scope: Scope, depth: int) -> str:
        """A map or an object literal in a boolean position."""
        found = self.map_(scope, depth)
        if found is None or self.r.random() < 0.2:
            text = f'{{"f": {self.scalar(self.r.choice(VALUES), scope, depth)}, "g": {self.any_array(scope, depth)}}}'
            return self.r.choice([f"({text})", self.called("isNull", text)])
        text = found[0]
        return self.r.choice([text, *(self.called(one, text) for one in ("isEmpty", "isNotEmpty", "isNull"))])

    def whole(self, scope: Scope, depth: int) -> str:
        """A map or an object as the value of the whole expression."""
        found = self.map_(scope, depth)
        if found is None:
            return "xEvent.groupBy(_id)"
        if self.r.random() < 0.7:
            return found[0]
        name = self.fresh()
        other = self.scalar(self.r.choice(VALUES), scope, depth - 1)
        return f'let {name} = {found[0]} in {{"n": {name}.count(), "all": {name}, "one": {other}}}'
