"""The syntax tree of PQL: what the user wrote, before any name has a meaning.

Every node carries the `Span` of its source text. Spans do not take part in equality, so that two texts that
differ only in layout give equal trees (`pql.md` R54).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as Choice

Comparison = Choice["=", "!=", "<", "<=", ">", ">="]
Direction = Choice["before", "after"]
Relation = Choice["this", "last", "next"]
AggregateName = Choice["sum", "average", "min", "max"]
BinaryOperator = Choice["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "in", "notIn", "like", "matches"]
Unit = Choice[
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "decade",
    "century",
    "millennium",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets in the source text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The range from the start of this one to the end of another."""
        return Span(self.start, other.end)


NOWHERE = Span(0, 0)


def _span() -> Span:
    return field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class String:
    """`"text"`, unescaped. `single` remembers single quotes, which carry a warning (R06)."""

    value: str
    single: bool = field(default=False, compare=False)
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Integer:
    """`412`, `56L`, and with a folded sign `-3` (R07)."""

    value: int
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Double:
    """`51.24`, `.45`, `2.02E12` (R07)."""

    value: float
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Boolean:
    """`true`, `false`."""

    value: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Null:
    """`null`, which only `= null` and `!= null` accept (R07)."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Array:
    """`[1, 4, 7]`, also the parenthesised list of `in` and `notIn` (R08)."""

    items: tuple[Node, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Object:
    """`{"a": expr}` (R08)."""

    fields: tuple[tuple[str, Node], ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Name:
    """A bare identifier: a variable, a field of the profile or item, or a word such as `now` or `this` (R09).

    `quoted` remembers backticks: such a name is never a word of the language.
    """

    name: str
    quoted: bool = False
    span: Span = _span()


HOLE = Name("?")
"""Stands where nothing could be read, which has been told; no text gives this name."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$1` (R01)."""

    position: int
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Context:
    """`@{schema;version=1}`, a decisioning reference, refused by name at binding (R01)."""

    reference: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Climb:
    """`^`, `^^`: the scope one, two … levels out (R27). `^x` and `^.x` are both `Field(Climb(1), "x")`."""

    levels: int
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Field:
    """`object.name`; `name_span` is the span of the name alone."""

    object: Node
    name: str
    name_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Index:
    """`object[argument]`: a map key or a filter, by the static type of the object (R22, R27)."""

    object: Node
    argument: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`: a function. `if`, `date`, `inSegment`, `currentMonth` are calls too."""

    name: str
    arguments: tuple[Node, ...]
    name_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Method:
    """`object.name(arguments)`."""

    object: Node
    name: str
    arguments: tuple[Node, ...]
    name_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `!x` (both `not`), and `-x` where x is not a number literal."""

    operator: Choice["not", "-"]
    operand: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic and comparison; `operator_span` is the span of the operator alone."""

    operator: BinaryOperator
    left: Node
    right: Node
    operator_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Logic:
    """`a and b and c`, n-ary as in pql/json. A parenthesised inner chain stays a node of its own."""

    operator: Choice["and", "or"]
    operands: tuple[Node, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Lambda:
    """`(Profile) => body`, `(K, G) => body`."""

    parameters: tuple[str, ...]
    body: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Let:
    """`let name = value in body` (R32)."""

    name: str
    value: Node
    body: Node
    name_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Clause:
    """`V from A where C` of select, exists, forall and `sum … over`; `where` may be missing (R11)."""

    variable: str
    source: Node
    condition: Node | None
    variable_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Select:
    """`select V1 from A1 where C1, V2 from A2 where C2` (R24)."""

    clauses: tuple[Clause, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Quantified:
    """`exists …` / `some …` (both `exists`), `forall …` / `all …` (both `forall`) (R25, R26)."""

    quantifier: Choice["exists", "forall"]
    clauses: tuple[Clause, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum E over V1 from A1 where …, …` (R31)."""

    function: AggregateName
    body: Node
    clauses: tuple[Clause, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Interval:
    """`this|last|next UNIT`, a time reference (R38). `now`, `today` … are plain `Name`s."""

    relation: Relation
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Within:
    """`[on] REF`."""

    reference: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Side:
    """`before REF`, `after REF`, and `from REF`, which means `after` (R38)."""

    direction: Direction
    reference: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Distance:
    """`<= 3 days before REF` (R41, R42)."""

    comparison: Comparison
    count: int
    unit: Unit
    direction: Direction
    reference: Node
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Between:
    """`between REF and REF` (R40)."""

    start: Node
    end: Node
    span: Span = _span()


Tail = Within | Side | Distance | Between


@dataclass(frozen=True, slots=True)
class Occurs:
    """`T occurs TAIL`; the tail alone is what a chain element's `WHEN` holds (R34, R38)."""

    subject: Node
    tail: Tail
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Count:
    """`COUNT(5)`, which means `>= 5`, `COUNT(= 5)`, `COUNT(<= 5)` (R35)."""

    comparison: Choice["=", "<=", ">="]
    number: int
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Element:
    """`[not] NAME: WHAT(cond) [WHEN(tail)] [COUNT(n)]`; `WHAT(*)` has no condition (R33 to R36)."""

    name: str
    what: Node | None
    when: Tail | None
    count: Count | None
    negated: bool = False
    name_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Chain:
    """`chain(ARRAY, TIMESTAMP_FIELD, [elements])` (R33)."""

    array: Node
    timestamp: Node
    elements: tuple[Element, ...]
    span: Span = _span()


Node = (
    String
    | Integer
    | Double
    | Boolean
    | Null
    | Array
    | Object
    | Name
    | Parameter
    | Context
    | Climb
    | Field
    | Index
    | Call
    | Method
    | Unary
    | Binary
    | Logic
    | Lambda
    | Let
    | Select
    | Quantified
    | Aggregate
    | Interval
    | Occurs
    | Chain
)


@dataclass(frozen=True, slots=True)
class Comment:
    """`// …` or `/* … */`, with its markers (R04)."""

    text: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed query: its tree, its source text and the comments in it.

    Two expressions are equal when their trees are (R54).
    """

    root: Node
    text: str = field(default="", compare=False, repr=False)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)
