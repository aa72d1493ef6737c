"""Which profiles a rule can be about, and which leaves of an object its readers look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.plan.fold import fold, without_profile
from segkit.pql.bound import And, Const, Function, Get, Group, IsNull, Items, Or, Truth, Variable, children
from segkit.pql.bound_walk import path_of, substitute, walk
from segkit.pql.types import STRING, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from segkit.plan.clock import Clock
    from segkit.plan.features import Feature
    from segkit.pql.bound import Bound
    from segkit.pql.types import Path, Type


def _may_hold(condition: Bound, known: Callable[[Bound], Bound]) -> bool:
    """Part by part, as most rules are told by their first: folding them whole would be for nothing."""
    if isinstance(condition, And):
        return all(_may_hold(one, known) for one in condition.items)
    if isinstance(condition, Or):
        return any(_may_hold(one, known) for one in condition.items)
    folded = known(condition)
    return not (isinstance(folded, Const) and folded.value is not True)


def holds_without_profile(condition: Bound, clock: Clock) -> bool:
    """Whether a condition can be true for a profile whose fields are all null."""
    return _may_hold(condition, lambda one: fold(without_profile(one), clock))


def missing(feature: Feature) -> Bound:
    """A feature's value for a profile without such events."""
    if feature.kind == "list":
        return Items((), feature.type)
    if feature.kind == "groups":
        nothing = Items((), array_of(feature.type.of))
        return Group(nothing, Variable("item", feature.type.of), Const("", STRING), feature.type)
    return Const(feature.default, feature.type)


def holds_without(condition: Bound, features: Iterable[Feature], clock: Clock) -> bool:
    """Whether a condition can be true for a profile that lacks the events of these features."""
    absent = {one.name: missing(one) for one in features}
    return _may_hold(condition, lambda one: fold(substitute(one, absent), clock))


_LOOKED_AT = frozenset({Get, IsNull, Truth, Function})


class Shapes:
    """The leaves that are read of objects inside lists, by the object's type; None stands for all of them."""

    def __init__(self) -> None:
        self._shapes: list[tuple[Type, dict[Path, None] | None]] = []

    def paths(self, kind: Type) -> tuple[Path, ...] | None:
        """The paths below an object of this type that some reader takes."""
        found = next((paths for one, paths in self._shapes if one == kind), {})
        return None if found is None else tuple(found)

    def read(self, root: Bound) -> None:
        """Take note of what an expression reads of the objects in it."""
        stack = [root]
        while stack:
            node = stack.pop()
            match node:
                case _ if type(node) not in _LOOKED_AT:
                    pass
                case Get():
                    start, path = path_of(node)
                    self._note(start.type, path, node.type)
                    stack.append(start)
                    continue
                case IsNull(value=value) | Truth(value=value) if value.type.kind is Kind.OBJECT:
                    self.whole(value.type)
                case Function():
                    for one in node.arguments:
                        self.whole(one.type)
            stack.extend(children(node))

    def whole(self, kind: Type) -> None:
        """Take note that everything of a type is read."""
        while kind.kind in {Kind.ARRAY, Kind.MAP}:
            kind = kind.of
        if kind.kind is Kind.OBJECT and self.paths(kind) is not None:
            self._shapes = [(one, paths) for one, paths in self._shapes if one != kind]
            self._shapes.append((kind, None))
            for _, one in kind.fields:
                self.whole(one)

    def _note(self, start: Type, path: Path, end: Type) -> None:
        # An object inside may be packed by itself, as where an object is written out of others.
        while path and start.kind is Kind.OBJECT:
            self._note_one(start, path, end)
            start, path = start.field(path[0]) or end, path[1:]

    def _note_one(self, start: Type, path: Path, end: Type) -> None:
        found = next((index for index, (one, _) in enumerate(self._shapes) if one == start), None)
        if found is None:
            self._shapes.append((start, {}))
            found = len(self._shapes) - 1
        paths = self._shapes[found][1]
        if paths is not None:
            paths[path] = None
        if end.kind is Kind.OBJECT and not path:
            self.whole(end)


def reads(nodes: Iterable[Bound], kinds: tuple[type, ...]) -> bool:
    """Whether a node of these classes occurs."""
    return any(isinstance(one, kinds) for node in nodes for one in walk(node))
