"""The bound expression: typed, desugared, free of names. What the binder makes and the plan reads.

The surface has many ways to say a thing; here each has one. All decisions of `pql.md` that depend on types or on
the schema are taken by the binder and stand here as explicit nodes, so that an evaluator follows the nodes and nothing
else:

- A node of type Boolean in a *condition* is two-valued, never null (R12). `Truth` makes one from any value (R02).
  `Compare`, `In`, `Test`, `InRange`, `Quantify`, `And`, `Or`, `Not`, `IsNull`, `Chain` are conditions by themselves.
- Every other node gives a value that may be null; null in, null out, unless its docstring says otherwise (R14).
- A null array counts as empty in every array node (R14, R23); a filter or transform of a null array is null.
- Numbers mix: an evaluator compares and computes Integer with Double freely (R17). All other operands already agree in
  type; the binder has inserted `Convert` where they did not.
- Variables are unique in the whole expression (`x1`, `x2` …), so scopes need no care.
- `let` is substituted; `select` over several variables is nested `Transform`s or `Quantify`s.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from typing import Literal as Choice

from segkit.pql.tree import NOWHERE, Comparison, Span, Unit
from segkit.pql.types import BOOLEAN, INTEGER, TIMESTAMP, Path, Type

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | float | bool | dt.date | dt.datetime | None


def _span() -> Span:
    return field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Const:
    """A literal. A Timestamp is a naive UTC datetime; None is a null of the type."""

    value: Value
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Items:
    """An array written out: `[1, 4, 7]`."""

    items: tuple[Bound, ...]
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Record:
    """An object written out, and the tuples of a select over several variables."""

    fields: tuple[tuple[str, Bound], ...]
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of the profile by its full path; of type Object it stands for all leaves below the path.

    The empty path is the profile itself.
    """

    path: Path
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Events:
    """`xEvent`: the profile's experience events, never null, in no order (R23)."""

    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Variable:
    """The item of an enclosing array node."""

    name: str
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Get:
    """A field of an object value, never of an `Attribute`, whose path grows instead; null on a missing object (R19)."""

    object: Bound
    name: str
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of a map at a String key; a missing key or map is null (R22)."""

    map: Bound
    key: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class And:
    """All conditions hold."""

    items: tuple[Bound, ...]
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Or:
    """Some condition holds."""

    items: tuple[Bound, ...]
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold (R13)."""

    item: Bound
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Truth:
    """A value in a boolean position (R02): a boolean keeps its value and null is false; a scalar is true when not null;
    an array or map when not empty; an object when one of its leaves is present."""

    value: Bound
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class IsNull:
    """Absence (R15): of a scalar, map or array itself; an object is absent when none of its leaves is present."""

    value: Bound
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two scalars of one type family; false when a side is null (R12). Strings by code point (R18)."""

    operator: Comparison
    left: Bound
    right: Bound
    ignore_case: bool = False
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SetCompare:
    """Two arrays of scalars as sets (R20, R30): null members are skipped, a null array makes it false.

    `equal`, `different`; `intersects`; `subset` (left of right), `superset`.
    """

    operator: Choice["equal", "different", "intersects", "subset", "superset"]
    left: Bound
    right: Bound
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class In:
    """Membership of a scalar in an array of scalars (R08, R21); false, negated or not, when the scalar or the array is
    null (R12). Null members match nothing."""

    value: Bound
    array: Bound
    negated: bool = False
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Test:
    """A predicate on strings; false when an argument is null, negated or not (R12, R46, R47).

    `startsWith`, `endsWith`, `contains` (value, part); `like` (value, pattern with % and _); `matches` (value, RE2
    pattern, found anywhere). Equality of strings is `Compare`.
    """

    name: Choice["startsWith", "endsWith", "contains", "like", "matches"]
    value: Bound
    argument: Bound
    negated: bool = False
    ignore_case: bool = False
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InRange:
    """A Timestamp inside a range whose ends may be missing; false when the subject or a given end is null (R38–R42).

    `low <= subject` when `low_included`, else `low < subject`; the same at the high end.
    """

    subject: Bound
    low: Bound | None
    low_included: bool
    high: Bound | None
    high_included: bool
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Now:
    """The job's `as_of` instant (R39)."""

    type: Type = TIMESTAMP
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class StartOf:
    """The start of the calendar unit that holds an instant, in the workspace's zone and week start (R39, R43).

    Decades, centuries and millennia start at their round year (R42).
    """

    unit: Unit
    instant: Bound
    type: Type = TIMESTAMP
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Shift:
    """An instant moved by whole units, forward or (negative) back (R39, R43).

    Months and longer clamp to the last day of the month, days and longer are calendar units of the workspace's zone,
    hours and shorter are exact. Of what begins a day (a `StartOf`, a Date) the result begins a day too, where midnight
    is skipped as well. Overflow is null.
    """

    instant: Bound
    count: Bound
    unit: Unit
    type: Type = TIMESTAMP
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Arith:
    """Arithmetic on numbers (R14): `/` is a Double, a zero divisor or an overflow gives null, `%` takes the dividend's
    sign."""

    operator: Choice["+", "-", "*", "/", "%"]
    left: Bound
    right: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class If:
    """`if(c, a, b)`; the condition is two-valued."""

    condition: Bound
    then: Bound
    otherwise: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Convert:
    """A value as another type, never failing (R17): Integer as Double, a Date as its first instant in the workspace's
    zone, an Integer as Timestamp in epoch milliseconds. What does not convert is null."""

    value: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Function:
    """A scalar, array or map function of the registry (`functions.py`), by its canonical name.

    Null in, null out unless the registry says otherwise. Arguments include the receiver, and omitted optional ones are
    filled in by the binder.
    """

    name: str
    arguments: tuple[Bound, ...]
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Filter:
    """The items of an array for which a condition holds (R27)."""

    array: Bound
    variable: Variable
    condition: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Transform:
    """An expression of each item (R20, R28). Null results stay. With `flatten` the results are arrays, laid end to end;
    a null one adds nothing."""

    array: Bound
    variable: Variable
    body: Bound
    type: Type
    flatten: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Quantify:
    """Whether a condition holds for some item (`any`; false on empty or null) or for every item (`all`; true then)
    (R25, R26)."""

    quantifier: Choice["any", "all"]
    array: Bound
    variable: Variable
    condition: Bound
    type: Type = BOOLEAN
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One value from an array (R14, R28).

    `count` counts items, null ones included; the others take the items themselves, which are numbers (or for `min` and
    `max` also dates and timestamps), and leave null ones out. `sum` of nothing is 0, the others of nothing are null.
    An item expression has become a `Transform` of the array.
    """

    function: Choice["count", "sum", "average", "min", "max"]
    array: Bound
    type: Type = INTEGER
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Distinct:
    """The different non-null items of an array of scalars, in order of first appearance (R20)."""

    array: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Head:
    """The first item, null when there is none (R28)."""

    array: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Top:
    """The first `number` items after sorting by a key (R29); null keys last, ties among events by timestamp then `_id`,
    both ascending, among items by position."""

    array: Bound
    variable: Variable
    key: Bound
    number: Bound
    descending: bool
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Group:
    """The items of an array by a key (R28, R30): a map from each key to the array of its items, in their order.

    The key is a String, or an Array of String: then an item is in the group of each. An item without a key is in none.
    Entries come in the order of their keys; of a null array the map is null.
    """

    array: Bound
    variable: Variable
    key: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Entries:
    """A map made of another one's entries (R28); null of a null map.

    Each entry is bound to the two variables. Without `new_key` it keeps its key. A null new key drops the entry; of
    entries with equal new keys the one whose old key is the greatest, by code point, stays. Entries come in the order
    of their keys.
    """

    map: Bound
    key_variable: Variable
    value_variable: Variable
    new_key: Bound | None
    new_value: Bound
    type: Type
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ChainElement:
    """One element of a chain: `what` is a condition over the event variable, and so is `when`, which reads its
    timestamp and may refer to the instants of earlier elements through their `moment` variables (R34)."""

    name: str
    variable: Variable
    what: Bound
    when: Bound | None
    comparison: Choice[">=", "=", "<="]
    number: int
    negated: bool
    moment: Variable
    counted: bool = False  # whether COUNT was written
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Chain:
    """A sequence of events in strictly increasing time (R33 to R37). `instant` is the item's Timestamp, read through
    `variable`."""

    array: Bound
    variable: Variable
    instant: Bound
    elements: tuple[ChainElement, ...]
    type: Type = BOOLEAN
    span: Span = _span()


Bound = (
    Const
    | Items
    | Record
    | Attribute
    | Events
    | Variable
    | Get
    | Lookup
    | And
    | Or
    | Not
    | Truth
    | IsNull
    | Compare
    | SetCompare
    | In
    | Test
    | InRange
    | Now
    | StartOf
    | Shift
    | Arith
    | If
    | Convert
    | Function
    | Filter
    | Transform
    | Quantify
    | Aggregate
    | Distinct
    | Head
    | Top
    | Group
    | Entries
    | Chain
)


def _of_range(node: InRange) -> tuple[Bound, ...]:
    return (node.subject, *(one for one in (node.low, node.high) if one is not None))


def _of_entries(node: Entries) -> tuple[Bound, ...]:
    return (node.map, *(one for one in (node.new_key, node.new_value) if one is not None))


def _of_chain(node: Chain) -> tuple[Bound, ...]:
    inner = [one for element in node.elements for one in (element.what, element.when) if one is not None]
    return (node.array, node.instant, *inner)


def _nothing(_: Bound) -> tuple[Bound, ...]:
    return ()


_BELOW: dict[type, Callable[[Any], tuple[Bound, ...]]] = {
    Const: _nothing,
    Attribute: _nothing,
    Events: _nothing,
    Variable: _nothing,
    Now: _nothing,
    Items: attrgetter("items"),
    And: attrgetter("items"),
    Or: attrgetter("items"),
    Record: lambda node: tuple([value for _, value in node.fields]),
    Get: lambda node: (node.object,),
    Lookup: attrgetter("map", "key"),
    Not: lambda node: (node.item,),
    Truth: lambda node: (node.value,),
    IsNull: lambda node: (node.value,),
    Convert: lambda node: (node.value,),
    Compare: attrgetter("left", "right"),
    SetCompare: attrgetter("left", "right"),
    Arith: attrgetter("left", "right"),
    In: attrgetter("value", "array"),
    Test: attrgetter("value", "argument"),
    InRange: _of_range,
    StartOf: lambda node: (node.instant,),
    Shift: attrgetter("instant", "count"),
    If: attrgetter("condition", "then", "otherwise"),
    Function: attrgetter("arguments"),
    Filter: attrgetter("array", "condition"),
    Quantify: attrgetter("array", "condition"),
    Transform: attrgetter("array", "body"),
    Aggregate: lambda node: (node.array,),
    Distinct: lambda node: (node.array,),
    Head: lambda node: (node.array,),
    Top: attrgetter("array", "key", "number"),
    Group: attrgetter("array", "key"),
    Entries: _of_entries,
    Chain: _of_chain,
}
"""A table, not a `match`: every walk asks it of every node, and a `match` would ask for each class in turn."""


def children(node: Bound) -> tuple[Bound, ...]:
    """The nodes directly below a node, in evaluation order, without the variables that it introduces."""
    return _BELOW[type(node)](node)
