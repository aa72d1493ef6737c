"""What is known of a field's type while an expression is being read: cells that are merged as uses agree."""

from __future__ import annotations

from dataclasses import dataclass, field

from segkit.pql.types import DOUBLE, STRING, Kind, Type, array_of, map_of, object_of

_BY_STRENGTH = (Kind.TIMESTAMP, Kind.DATE, Kind.BOOLEAN, Kind.DOUBLE, Kind.INTEGER, Kind.STRING)
_OBJECTS = frozenset({"person", "order", "homeAddress", "workAddress"})


@dataclass(eq=False)
class Shape:
    """A value of unknown type: kinds its uses ask for, fields, and the item of an array or the value of a map.

    `mapped` marks the array that a dot over an array gives; what is asked of it is asked of its items. `ordered` marks
    what is sorted or compared by `<`, a number where nothing else is said.
    """

    kinds: set[Kind] = field(default_factory=set)
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    keyed: bool = False
    mapped: bool = False
    ordered: bool = False
    same: Shape | None = None

    @property
    def end(self) -> Shape:
        """The cell that this one has been merged into."""
        one = self
        while one.same is not None:
            one = one.same
        return one

    def field(self, name: str) -> Shape:
        """A field; over an array, the array of the field of its items."""
        one = self.end
        if one.item is not None and not one.keyed:
            return Shape(item=one.item.field(name), mapped=True)
        return one.fields.setdefault(name, Shape())

    def items(self, *, keyed: bool = False) -> Shape:
        """The item, which makes this an array; or the value, which makes it a map."""
        one = self.end
        if one.item is None:
            one.item, one.keyed = Shape(), keyed
        return one.item.end

    def value(self, key: str) -> Shape:
        """The value at a written key: an object's field where it is one, else a map's value."""
        one = self.end
        return one.field(key) if one.fields else one.items(keyed=True)

    @property
    def scalar(self) -> Shape:
        """The cell that a comparison is about."""
        one = self.end
        while one.mapped and one.item is not None:
            one = one.item.end
        return one

    def order(self) -> Shape:
        """Note that this is put in order."""
        self.scalar.ordered = True
        return self

    def use(self, *kinds: Kind) -> Shape:
        """Note that this is used as one of these kinds."""
        self.scalar.kinds.update(kinds)
        return self


def kind(*kinds: Kind) -> Shape:
    """A value of a known kind."""
    return Shape(set(kinds))


def array(item: Shape) -> Shape:
    """An array."""
    return Shape(item=item)


def known(of: Type) -> Shape:
    """The cell of a known type."""
    if of.item is not None:
        return Shape(item=known(of.item), keyed=of.kind is Kind.MAP)
    if of.fields:
        return Shape(fields={name: known(one) for name, one in of.fields})
    return kind(of.kind)


def agree(left: Shape, right: Shape) -> None:
    """Note that two values have one type."""
    one, other = left.scalar, right.scalar
    if one is other:
        return
    other.same = one
    one.kinds |= other.kinds
    one.ordered |= other.ordered
    for name, inner in other.fields.items():
        agree(one.fields.setdefault(name, Shape()), inner)
    if other.item is not None:
        agree(one.items(keyed=other.keyed), other.item)


def settled(shape: Shape, name: str = "") -> Type:
    """The type that all uses together ask for; String where they ask for nothing."""
    one = shape.end
    if one.item is not None:
        inner = one.item
        for key, value in one.fields.items():
            agree(inner.field(key), value)
        return (map_of if one.keyed else array_of)(settled(inner, name))
    if one.fields:
        return object_of({key: settled(value, key) for key, value in one.fields.items()})
    if not one.kinds and name in _OBJECTS:
        return object_of({"label": STRING})
    return next((Type(kind) for kind in _BY_STRENGTH if kind in one.kinds), DOUBLE if one.ordered else STRING)
