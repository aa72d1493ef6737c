"""What binding one expression carries along: the schema, the findings, fresh variables and the limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from segkit.pql.bound import Attribute, Bound, Const, Events, Get, Lookup, Variable
from segkit.pql.diagnostics import MAX_LISTED
from segkit.pql.tree import NOWHERE, Boolean, Double, Expression, Integer, Node, Span, String
from segkit.pql.types import ERROR, Kind, Schema, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from segkit.pql.diagnostics import Edit, Report

MAX_DEPTH = 100
"""How many levels an expression may nest, before and after `let` and `inSegment` are put in."""

MAX_COPIED = 100_000
"""How many nodes `let` and `inSegment` may add."""

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Referred:
    """A segment that another one refers to (R48).

    Parameters
    ----------
    expression
        Its rule.
    policy
        The name of its own merge policy, where that is not the one of the run.
    """

    expression: Expression
    policy: str | None = None


class Resolver(Protocol):
    """How `inSegment` finds another segment's rule by id or name (R48); None or `NotFoundError` when there is none."""

    def __call__(self, segment: str, /) -> Expression | Referred | None:
        """The segment's rule, with its merge policy where that may be another one."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a variable stands for; `let` also keeps what was written and where, which a time reference reads anew.

    A `hidden` name exists but cannot be used here: fields win over it, and its text says why.
    """

    value: Bound
    written: Node | None = None
    scope: Scope | None = None
    hidden: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a name is looked up (R27): `item` gives the fields at the root and `this`, `outer` is where `^` climbs."""

    item: Bound
    outer: Scope | None = None
    variables: Mapping[str, Binding] = field(default_factory=dict)

    def within(self, item: Bound) -> Scope:
        """The scope that a filter or an aggregate opens over an item."""
        return Scope(item, self, self.variables)

    def having(self, name: str, value: Bound) -> Scope:
        """The scope with one more variable."""
        return self.binding(name, Binding(value))

    def binding(self, name: str, one: Binding) -> Scope:
        """The scope with one more binding."""
        return self.including({name: one})

    def including(self, more: Mapping[str, Binding]) -> Scope:
        """The scope with more bindings."""
        return Scope(self.item, self.outer, {**self.variables, **more})


class Binder:
    """The state of one binding.

    `value` binds a node; the rooms of the binder call each other through it.
    """

    def __init__(
        self,
        schema: Schema,
        report: Report,
        segments: Resolver | None,
        value: Callable[[Binder, Node, Scope], Bound],
    ) -> None:
        self.schema = schema
        self.report = report
        self.segments = segments
        self.root = Scope(Attribute((), schema.profile))
        self.path: tuple[str, ...] = ()
        self.known: dict[str, Bound] = {}
        self._value = value
        self._variables = 0
        self._depth = 0
        self._copied = 0

    def value(self, node: Node, scope: Scope) -> Bound:
        """Bind a node."""
        if self._depth >= MAX_DEPTH:
            return self.error("too-deep", f"the expression nests more than {MAX_DEPTH} levels deep", span(node))
        self._depth += 1
        try:
            return self._value(self, node, scope)
        finally:
            self._depth -= 1

    def fresh(self, of: Type, where: Span = NOWHERE) -> Variable:
        """A variable that no other node has."""
        self._variables += 1
        return Variable(f"x{self._variables}", of, where)

    def copying(self, nodes: int) -> bool:
        """Whether that many more nodes may be copied."""
        self._copied += nodes
        return self._copied <= MAX_COPIED

    def error(
        self, code: str, message: str, where: Span, hint: str | None = None, *, fix: Iterable[Edit] = ()
    ) -> Const:
        """Record an error and give the value that silences what follows."""
        self.report.error(code, message, where, hint, fix=fix)
        return failed(where)

    @property
    def enough(self) -> bool:
        """Whether so many errors are known that hints for more would be read by nobody."""
        return len(self.report.found) > MAX_LISTED

    def words(self, node: Node) -> str:
        """What was written, shortened, in backticks; empty where there is no source text."""
        where = span(node)
        text = " ".join(self.report.source[where.start : where.end].split())
        if len(text) > _SHOWN:
            text = text[: _SHOWN - 1] + "…"
        return f"`{text}`" if text else ""

    def described(self, node: Node, bound: Bound) -> str:
        """An operand in a message: what was written, its type and where that type comes from."""
        kind = articled(str(bound.type))
        match node:
            case String() | Integer() | Double() | Boolean():
                kind += " literal"
            case _ if isinstance(bound, Attribute | Get | Lookup | Events):
                kind += " field"
        words = self.words(node)
        return f"{words}, {kind}" if words else kind


def span(node: Node) -> Span:
    """Where a node stands."""
    return node.span


def articled(word: str) -> str:
    """A type's name with its article."""
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word}"


def failed(where: Span) -> Const:
    """The value of a part that already has a diagnostic."""
    return Const(None, ERROR, where)


def is_failed(*parts: Bound) -> bool:
    """Whether one of the parts already has a diagnostic."""
    return any(one.type.kind is Kind.ERROR for one in parts)
