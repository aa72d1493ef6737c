"""Operators: comparison, membership, predicates on strings, logic, arithmetic (R07, R12 to R14, R17, R18, R20, R21)."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, cast
from typing import Literal as Choice

from segkit.pql.binder.coerce import NUMBERS, ORDERED, SCALARS, Operand, clash, common, instant_of, unify, unify_items
from segkit.pql.binder.context import failed, is_failed, span
from segkit.pql.binder.patterns import checked
from segkit.pql.binder.truth import some, truth
from segkit.pql.bound import (
    And,
    Arith,
    Bound,
    Compare,
    Const,
    Convert,
    In,
    IsNull,
    Items,
    Not,
    Or,
    SetCompare,
    Test,
    Transform,
)
from segkit.pql.tree import Array, Binary, Field, Logic, Null, Unary
from segkit.pql.types import DOUBLE, INTEGER, NULL, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Comparison, Span

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_ANY = "write `exists` or a filter to say so"
_SAID = _COMPARISONS | {"like", "matches"}
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
Predicate = Choice["startsWith", "endsWith", "contains", "like", "matches"]


def binary(b: Binder, node: Binary, scope: Scope) -> Bound:
    """Arithmetic and comparison."""
    if node.operator in _COMPARISONS:
        nulls = _null_test(b, node, scope)
        if nulls is not None:
            return nulls
    left = Operand(node.left, b.value(node.left, scope))
    right = Operand(node.right, b.value(node.right, scope))
    match node.operator:
        case "in" | "notIn":
            return member(b, left, right, node.span, negated=node.operator == "notIn")
        case "like":
            return predicate(b, "like", left, right, node.span)
        case "matches":
            return predicate(b, "matches", left, right, node.span)
        case "+" | "-" | "*" | "/" | "%":
            return _arithmetic(b, node, left, right)
        case operator:
            return compare(b, operator, left, right, node.span)


def compare(
    b: Binder, operator: Comparison, left: Operand, right: Operand, where: Span, *, ignore_case: bool = False
) -> Bound:
    """A comparison of two scalars, of a mapped array with a scalar, or of two arrays."""
    if is_failed(left.value, right.value):
        return failed(where)
    if left.kind is Kind.ARRAY and right.kind is Kind.ARRAY:
        return _sets(b, operator, left, right, where)

    def scalars(one: Operand, other: Operand) -> Bound:
        if operator not in {"=", "!="}:
            for operand in (one, other):
                if operand.kind in SCALARS - ORDERED and not _read_as_ordered(operand, one, other):
                    described = b.described(operand.node, operand.value)
                    text = f"`{operator}` orders numbers, dates and timestamps, not {described}"
                    return b.error("type-clash", text, where, _order_hint(operand))
        pair = unify(b, one, other, operator, where)
        return failed(where) if pair is None else Compare(operator, *pair, ignore_case=ignore_case, span=where)

    return lifted(b, left, right, where, doing=operator, make=scalars)


def lifted(
    b: Binder, left: Operand, right: Operand, where: Span, *, doing: str, make: Callable[[Operand, Operand], Bound]
) -> Bound:
    """A condition on two scalars; where one is an array that a path mapped, then of any item, with a warning (R20)."""
    if is_failed(left.value, right.value):
        return failed(where)
    for operand, other in ((left, right), (right, left)):
        if operand.kind is not Kind.ARRAY:
            continue
        if other.kind is Kind.ARRAY:
            return b.error(
                "type-clash",
                f"`{doing}` does not fit two arrays, {b.described(left.node, left.value)}, and "
                f"{b.described(right.node, right.value)}",
                where,
            )
        array = operand.value
        if not isinstance(array, Transform):
            words, one = b.words(operand.node).strip("`"), b.words(other.node).strip("`")
            return clash(b, left, right, doing, where, hint=f"write `{one or 'x'} in {words or 'the array'}`")
        words = b.words(operand.node) or "the path"
        b.report.warning(
            "array-as-scalar",
            f"{words} is {_articled(str(array.type))}; `{doing}` is true when it is true of any item",
            span(operand.node),
            _as_exists(b, operand, other, doing) if operand is left else _ANY,
        )
        variable = b.fresh(array.type.of, array.span)
        item = Operand(operand.node, variable)
        made = make(item, other) if operand is left else make(other, item)
        return made if is_failed(made) else some(array, variable, made, where)
    return make(left, right)


def member(b: Binder, value: Operand, array: Operand, where: Span, *, negated: bool) -> Bound:
    """`in`, `notIn` and `includes` (R08, R21)."""
    if is_failed(value.value, array.value):
        return failed(where)
    doing = "notIn" if negated else "in"
    if array.kind is not Kind.ARRAY:
        hint = f"for one value write `{'!=' if negated else '='}`" if array.kind in SCALARS else None
        hint = "ask its keys: `.keys()`" if array.kind is Kind.MAP else hint
        described = b.described(array.node, array.value)
        return b.error("type-clash", f"`{doing}` looks into an Array, not into {described}", array.value.span, hint)
    if value.kind is Kind.ARRAY and not isinstance(value.value, Transform):
        described = b.described(value.node, value.value)
        return b.error(
            "type-clash",
            f"`{doing}` takes one value on its left, not {described}",
            where,
            _intersection(b, value, array),
        )
    if value.kind is Kind.ARRAY:
        # any item of the mapped path: the list on the right is one operand, not a second array
        found = value.value
        variable = b.fresh(found.type.of, found.span)
        b.report.warning(
            "array-as-scalar",
            f"{b.words(value.node) or 'the path'} is {_articled(str(found.type))}; "
            f"`{doing}` is true when it is true of any item",
            span(value.node),
            "write `.intersects(…)`, `exists` or a filter to say so",
        )
        made = member(b, Operand(value.node, variable), array, where, negated=negated)
        return made if is_failed(made) else some(found, variable, made, where)
    if array.value.type.of.kind not in SCALARS | {Kind.NULL}:
        described = b.described(array.node, array.value)
        return b.error(
            "type-clash", f"`{doing}` looks for a scalar, but {described} holds {array.value.type.of}", where
        )
    return _contained(b, value, array, doing, where)


def predicate(
    b: Binder,
    name: Predicate,
    value: Operand,
    argument: Operand,
    where: Span,
    *,
    negated: bool = False,
    ignore_case: bool = False,
    doing: str | None = None,
) -> Bound:
    """A predicate on strings (R46, R47)."""
    doing = doing or name

    def strings(one: Operand, other: Operand) -> Bound:
        for operand in (one, other):
            if is_failed(operand.value):
                return failed(where)
            if operand.kind is not Kind.STRING:
                hint = None if operand is one else "write it in double quotes"
                text = f"`{doing}` is for String, not for {b.described(operand.node, operand.value)}"
                return b.error("type-clash", text, operand.value.span, hint)
        pattern = other.value
        if name == "matches":
            pattern = checked(b, other)
            if is_failed(pattern):
                return failed(where)
        return Test(name, one.value, pattern, negated, ignore_case, span=where)

    return lifted(b, value, argument, where, doing=doing, make=strings)


def logic(b: Binder, node: Logic, scope: Scope) -> Bound:
    """`and`, `or`."""
    items = tuple(truth(b.value(one, scope)) for one in node.operands)
    if is_failed(*items):
        return failed(node.span)
    return And(items, span=node.span) if node.operator == "and" else Or(items, span=node.span)


def unary(b: Binder, node: Unary, scope: Scope) -> Bound:
    """`not` and the sign."""
    value = b.value(node.operand, scope)
    if is_failed(value):
        return failed(node.span)
    if node.operator == "not":
        return Not(truth(value), span=node.span)
    if value.type.kind not in NUMBERS:
        described = b.described(node.operand, value)
        return b.error("type-clash", f"`-` is for numbers, not for {described}", node.span)
    return _folded("-", Const(0, INTEGER, node.span), value, node.span)


def listed(b: Binder, node: Array, scope: Scope) -> Bound:
    """`[1, 4, 7]`: one type, no null (R07, R08)."""
    items = tuple(b.value(one, scope) for one in node.items)
    if is_failed(*items):
        return failed(node.span)
    if not items:
        return Items((), array_of(NULL), node.span)
    for written, one in zip(node.items, items, strict=True):
        if one.type.kind not in SCALARS:
            return b.error("type-clash", f"an array holds scalars, not {b.described(written, one)}", one.span)
    of = common([one.type for one in items])
    if of is None:
        odd, written = next(
            (one, wrote)
            for wrote, one in zip(node.items, items, strict=True)
            if common([items[0].type, one.type]) is None
        )
        first = b.described(node.items[0], items[0])
        return b.error("type-clash", f"an array holds one type: {first}, but {b.described(written, odd)}", odd.span)
    return Items(items, array_of(of), node.span)


def sets(
    b: Binder, operator: Choice["intersects", "subset", "superset"], left: Operand, right: Operand, where: Span
) -> Bound:
    """`intersects`, `subsetOf`, `supersetOf` (R30)."""
    return _set_compare(b, operator, left, right, where)


def array_pair(b: Binder, left: Operand, right: Operand, where: Span, doing: str) -> tuple[Bound, Bound] | None:
    """Two arrays of scalars with comparable items, or None after an error."""
    if is_failed(left.value, right.value):
        return None
    for operand in (left, right):
        if operand.value.type.of.kind not in SCALARS | {Kind.NULL}:
            described = b.described(operand.node, operand.value)
            b.error("type-clash", f"`{doing}` compares arrays of scalars, not {described}", where)
            return None
    first: Bound | None = left.value
    second: Bound | None = right.value
    if isinstance(right.value, Items):
        second = unify_items(b, right, left.value.type.of, left.node, doing)
    elif isinstance(left.value, Items):
        first = unify_items(b, left, right.value.type.of, right.node, doing)
    if first is None or second is None:
        return None
    if not comparable_arrays(first, second):
        clash(b, left, right, doing, where)
        return None
    return first, second


def comparable_arrays(first: Bound, second: Bound) -> bool:
    """Whether the items of two arrays are of one family."""
    return common([first.type.of, second.type.of]) is not None


def _sets(b: Binder, operator: Comparison, left: Operand, right: Operand, where: Span) -> Bound:
    if operator not in {"=", "!="}:
        ours, theirs = b.described(left.node, left.value), b.described(right.node, right.value)
        text = f"`{operator}` does not order arrays, {ours}, and {theirs}"
        return b.error("type-clash", text, where, "`=`, `.intersects(…)`, `.subsetOf(…)` compare arrays as sets")
    return _set_compare(b, "equal" if operator == "=" else "different", left, right, where)


def _set_compare(
    b: Binder,
    operator: Choice["equal", "different", "intersects", "subset", "superset"],
    left: Operand,
    right: Operand,
    where: Span,
) -> Bound:
    doing = {"equal": "=", "different": "!=", "subset": "subsetOf", "superset": "supersetOf"}.get(operator, operator)
    pair = array_pair(b, left, right, where, doing)
    return failed(where) if pair is None else SetCompare(operator, *pair, span=where)


def _contained(b: Binder, value: Operand, array: Operand, doing: str, where: Span) -> Bound:
    negated = doing == "notIn"
    if not isinstance(array.value, Items):
        item = Operand(array.node, Const(None, array.value.type.of, array.value.span))
        pair = unify(b, value, item, doing, where)
        if pair is None:
            return failed(where)
        if pair[1].type != array.value.type.of:
            return clash(b, value, array, doing, where)
        return In(pair[0], array.value, negated, span=where)
    subject = value
    if value.kind is Kind.DATE and any(_is_instant(one) for one in array.value.items):
        # one instant among dates makes instants of them all
        subject = Operand(value.node, Convert(value.value, TIMESTAMP, value.value.span))
    made: list[Bound] = []
    written = array.node.items if isinstance(array.node, Array) else (array.node,) * len(array.value.items)
    for node, one in zip(written, array.value.items, strict=True):
        pair = unify(b, subject, Operand(node, one), doing, one.span)
        if pair is None:
            return failed(where)
        made.append(pair[1])
        subject = Operand(value.node, pair[0])
    of = common([one.type for one in made]) or subject.value.type
    return In(subject.value, Items(tuple(made), array_of(of), array.value.span), negated, span=where)


def _is_instant(value: Bound) -> bool:
    if value.type.kind is Kind.TIMESTAMP:
        return True
    return isinstance(value, Const) and isinstance(instant_of(str(value.value)), dt.datetime)


def _null_test(b: Binder, node: Binary, scope: Scope) -> Bound | None:
    sides = [one for one in (node.left, node.right) if isinstance(one, Null)]
    if not sides:
        return None
    if node.operator not in {"=", "!="} or len(sides) == 2:
        hint = "`null` stands only in `= null` and `!= null`; better write `.isNull()`, `.isNotNull()`"
        return b.error("misplaced-null", f"`null` does not fit `{node.operator}`", sides[0].span, hint)
    other = node.left if sides[0] is node.right else node.right
    name = "isNull" if node.operator == "=" else "isNotNull"
    words = b.words(other).strip("`") or "x"
    b.report.warning(
        "null-comparison", f"`{node.operator} null` is read as `.{name}()`", node.span, f"write `{words}.{name}()`"
    )
    value = b.value(other, scope)
    if is_failed(value):
        return failed(node.span)
    test = IsNull(value, span=node.span)
    return test if node.operator == "=" else Not(test, span=node.span)


def _arithmetic(b: Binder, node: Binary, left: Operand, right: Operand) -> Bound:
    if is_failed(left.value, right.value):
        return failed(node.span)
    for operand, other in ((left, right), (right, left)):
        if operand.kind in NUMBERS:
            continue
        hint = None
        if operand.kind is Kind.STRING:
            hint = "`.concat(…)` joins texts" if node.operator == "+" else "`.stringToNumber()` reads a number"
        elif operand.kind in {Kind.DATE, Kind.TIMESTAMP}:
            hint = "`.addDays(…)` moves a moment; `occurs <= 7 days before now` compares with one"
        elif operand.kind is Kind.ARRAY:
            hint = "`.sum()` or another aggregate makes one number of an array"
        ours, theirs = b.described(operand.node, operand.value), b.described(other.node, other.value)
        text = f"`{node.operator}` computes with numbers, not with {ours}, and {theirs}"
        return b.error("type-clash", text, operand.value.span, hint)
    operator = cast("Choice['+', '-', '*', '/', '%']", node.operator)
    return _folded(operator, left.value, right.value, node.span)


def _folded(operator: Choice["+", "-", "*", "/", "%"], left: Bound, right: Bound, where: Span) -> Bound:
    whole = left.type.kind is Kind.INTEGER and right.type.kind is Kind.INTEGER
    of = INTEGER if whole and operator != "/" else DOUBLE
    if isinstance(left, Const) and isinstance(right, Const):
        value = _computed(operator, left.value, right.value)
        if value is not None:
            return Const(value if of is INTEGER else float(value), of, where)
    return Arith(operator, left, right, of, where)


def _computed(operator: str, left: object, right: object) -> int | float | None:
    """Constants computed where nothing can go wrong; the rest is left to the engine."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    try:
        match operator:
            case "+":
                value: int | float = left + right
            case "-":
                value = left - right
            case "*":
                value = left * right
            case "/":
                value = left / right
            case _:
                value = int(math.fmod(left, right)) if _small(left, right) else math.fmod(left, right)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    if isinstance(value, int):
        return value if _SMALLEST <= value <= _LARGEST and (operator != "%" or _small(left, right)) else None
    return value if math.isfinite(value) and not (operator == "%" and not _small(left, right)) else None


def _small(*numbers: float) -> bool:
    return all(isinstance(one, int) and abs(one) < 2**53 for one in numbers)


def _read_as_ordered(operand: Operand, one: Operand, other: Operand) -> bool:
    """Whether a String literal stands beside something that gives it another type (R17)."""
    beside = other if operand is one else one
    return isinstance(operand.value, Const) and operand.kind is Kind.STRING and beside.kind in ORDERED


def _order_hint(operand: Operand) -> str | None:
    return "`.stringToNumber()` reads a text as a number" if operand.kind is Kind.STRING else None


def _as_exists(b: Binder, array: Operand, other: Operand, doing: str) -> str:
    """How to write that some item is meant."""
    node, one = array.node, b.words(other.node).strip("`")
    if not isinstance(node, Field) or doing not in _SAID or not one or "…" in one:
        return _ANY
    path = b.words(node.object).strip("`")
    return f"write `{path}.exists({node.name} {doing} {one})` to say so"


def _intersection(b: Binder, left: Operand, right: Operand) -> str:
    ours, theirs = b.words(left.node).strip("`") or "x", b.words(right.node).strip("`") or "…"
    return f"write `{ours}.intersects({theirs})`"


def _articled(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOU' else 'a'} {word}"
