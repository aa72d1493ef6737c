"""`lint`: what is doubtful in a rule, by what it says and by what the data hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segkit.analysis.contents import MOST, Column, Contents
from segkit.pql import Findings, PQLError
from segkit.pql.bound import (
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Distinct,
    Events,
    Filter,
    Head,
    In,
    IsNull,
    Items,
    Quantify,
    Top,
    Transform,
    Variable,
)
from segkit.pql.bound_walk import path_of, walk
from segkit.pql.diagnostics import Diagnostic, Edit, nearest
from segkit.pql.linting import judge
from segkit.pql.linting.atoms import FLIPPED
from segkit.pql.reading.lexer import quote
from segkit.pql.types import Kind
from segkit.sql import compile_condition_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segkit.evaluation import Scope
    from segkit.pql import Expression
    from segkit.pql.binder import BoundExpression
    from segkit.pql.tree import Comparison

_FEW = 50
"""A field with at most so many different values is taken for one whose values are all known."""

_EXACT = 2**52
_LISTED = 5


@dataclass(frozen=True, slots=True)
class _Asked:
    """A field compared with something written out."""

    column: Column
    operator: Comparison
    literal: Const
    ignore_case: bool = False


@dataclass
class _Look:
    scope: Scope
    bound: BoundExpression
    contents: Contents
    found: list[Diagnostic] = field(default_factory=list)

    def words(self, one: Bound) -> str:
        """What was written."""
        return self.bound.expression.text[one.span.start : one.span.end]

    def warning(self, code: str, message: str, one: Bound, hint: str | None, fix: Sequence[Edit] = ()) -> None:
        """Add a finding."""
        source = self.bound.expression.text
        self.found.append(Diagnostic(code, "warning", message, one.span, hint, source, tuple(fix)))


def lint(scope: Scope, expression: Expression, found: Sequence[Diagnostic], contents: Contents) -> Findings:
    """What is doubtful in a rule.

    Parameters
    ----------
    scope
        The data and the merge policy; the files are those that the datasets were made of.
    expression
        The rule, as it was read.
    found
        What reading it found.
    contents
        What is already known of the fields.

    Returns
    -------
    Findings
        Warnings in the order of the text; of a rule that cannot be accepted, the errors.
    """
    try:
        bound = scope.check(expression)
    except PQLError as error:
        return Findings([*found, *error.diagnostics])
    look = _Look(scope, bound, contents)
    _literals(look)
    return Findings([*found, *bound.diagnostics, *_counted(look, judge(bound)), *look.found], expression.text)


# --- negative comparisons: how many profiles they leave out


def _counted(look: _Look, judged: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Findings on missing values say how many profiles it is about; where there are none, nothing is said."""
    subjects = {one.span: one for one in walk(look.bound.condition) if isinstance(one, Compare | In)}
    for one in judged:
        node = subjects.get(one.span)
        if one.code != "drops-missing" or node is None:
            yield one
            continue
        value = node.value if isinstance(node, In) else node.right if isinstance(node.left, Const) else node.left
        statement = compile_condition_count(IsNull(value, span=node.span), look.scope.source, look.scope.clock)
        missing = int(look.scope.engine.value(statement) or 0)
        if missing:
            profiles = "profile" if missing == 1 else "profiles"
            message = f"`{look.words(node)}` leaves out {missing:,} {profiles} without `{look.words(value)}`"
            yield replace(one, message=message)


# --- literals: what the data hold


def _literals(look: _Look) -> None:
    texts: dict[Column, list[_Asked]] = defaultdict(list)
    for one in _asked(look.bound.condition):
        match one.literal.value:
            case str() if one.literal.value:
                texts[one.column].append(one)
            case bool():
                pass
            case int() | float():
                _number(look, one)
    for column, asked in texts.items():
        _texts(look, column, asked)


def _asked(condition: Bound) -> Iterator[_Asked]:
    events = _events(condition)
    for node in walk(condition):
        match node:
            case Compare(left=value, right=Const() as literal, operator=operator):
                pairs = [(value, literal, operator)]
            case Compare(left=Const() as literal, right=value, operator=operator):
                pairs = [(value, literal, FLIPPED[operator])]
            case In(value=value, array=Items(items=items)):
                sign: Comparison = "!=" if node.negated else "="
                pairs = [(value, one, sign) for one in items if isinstance(one, Const)]
            case _:
                continue
        ignore = isinstance(node, Compare) and node.ignore_case
        for value, literal, operator in pairs:
            column = _column(value, events)
            if column is not None and literal.span.end > literal.span.start:
                yield _Asked(column, operator, literal, ignore)


def _events(condition: Bound) -> frozenset[str]:
    """The variables that stand for an event."""
    found: set[str] = set()
    for node in walk(condition):
        match node:
            case Filter() | Quantify() | Transform() | Top() if _is_events(node.array):
                found.add(node.variable.name)
            case Chain() if _is_events(node.array):
                found.add(node.variable.name)
                found.update(one.variable.name for one in node.elements)
    return frozenset(found)


def _is_events(array: Bound) -> bool:
    while isinstance(array, Filter | Top | Distinct):
        array = array.array
    return isinstance(array, Events)


def _column(value: Bound, events: frozenset[str]) -> Column | None:
    """The stored field that a value is read from, where it is one."""
    if value.type.kind not in {Kind.STRING, Kind.INTEGER, Kind.DOUBLE}:
        return None
    root, path = path_of(value)
    match root:
        case Attribute(path=above) if not path:
            return Column("record", above)
        case Variable(name=name) if name in events and path:
            return Column("event", path)
        case Head(array=array) if path and _is_events(array):
            return Column("event", path)
        case _:
            return None


def _texts(look: _Look, column: Column, asked: Sequence[_Asked]) -> None:
    held = look.contents.words(look.scope, column)
    if held is None:
        wanted = sorted({str(one.literal.value) for one in asked if not one.ignore_case})
        held = look.contents.like(look.scope, column, wanted) if wanted else frozenset()
        complete = False
    else:
        complete = 0 < len(held) <= min(_FEW, MOST)
    lowered: dict[str, list[str]] = defaultdict(list)
    for known in held:
        lowered[known.lower()].append(known)
    written = {str(one.literal.value) for one in asked}
    for one in asked:
        text = str(one.literal.value)
        same = sorted(lowered.get(text.lower(), ()))
        if text in held or (one.ignore_case and same):
            continue
        if not written.isdisjoint(same):
            continue  # the right letters are asked for too: `tier in ["gold", "Gold"]` takes care
        if same:
            _case(look, column, one, same)
        elif complete:
            _unknown(look, column, one, held)


def _case(look: _Look, column: Column, one: _Asked, same: Sequence[str]) -> None:
    name, words = ".".join(column.path), look.words(one.literal)
    spelled = " or ".join(f"`{quote(each)}`" for each in same[:_LISTED])
    fix = [Edit(one.literal.span, quote(same[0]))] if len(same) == 1 and words[:1] in {'"', "'"} else []
    message = f"no `{name}` in the data is `{words}`, only {spelled}"
    look.warning("literal-case", message, one.literal, f"did you mean {spelled}?", fix)


def _unknown(look: _Look, column: Column, one: _Asked, held: frozenset[str]) -> None:
    name, words = ".".join(column.path), look.words(one.literal)
    close = nearest(str(one.literal.value), sorted(held))
    if close:
        hint = "did you mean " + " or ".join(f"`{quote(each)}`" for each in close) + "?"
    else:
        some = sorted(held)[:_LISTED]
        hint = "it is " + ", ".join(f"`{quote(each)}`" for each in some) + (" …" if len(held) > len(some) else "")
    look.warning("unknown-value", f"no `{name}` in the data is `{words}`", one.literal, hint)


def _number(look: _Look, one: _Asked) -> None:
    number = one.literal.value
    if one.operator == "!=" or not isinstance(number, int | float):
        return
    ends = look.contents.ends(look.scope, one.column)
    if ends is None or max(abs(ends[0]), abs(ends[1]), abs(number)) > _EXACT:
        return
    low, high = ends
    name, words = ".".join(one.column.path), look.words(one.literal)
    match one.operator:
        case ">" | ">=" if number > high or (number == high and one.operator == ">"):
            found = f"no `{name}` in the data is {'more than' if one.operator == '>' else 'as much as'} {words}"
        case "<" | "<=" if number < low or (number == low and one.operator == "<"):
            found = f"no `{name}` in the data is {'less than' if one.operator == '<' else 'as little as'} {words}"
        case "=" if not low <= number <= high:
            found = f"no `{name}` in the data is {words}"
        case _:
            return
    look.warning("outside-data", found, one.literal, f"it goes from {_written(low)} to {_written(high)}")


def _written(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)
