"""Arrays of scalars: lists, membership and comparison as sets (R08, R20, R21, R30)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.pql.binder.coerce import SCALARS, Operand, clash, common, instant_of, unify, unify_items
from segkit.pql.binder.context import articled, failed, is_failed, span
from segkit.pql.binder.mends import any_item
from segkit.pql.binder.names import name_or_text
from segkit.pql.binder.objects import difference
from segkit.pql.binder.truth import some
from segkit.pql.bound import Bound, Const, Convert, In, Items, SetCompare, Transform
from segkit.pql.tree import Array
from segkit.pql.types import NULL, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from segkit.pql.binder.context import Binder, Scope
    from segkit.pql.tree import Comparison, Span


def listed(b: Binder, node: Array, scope: Scope, *, text: bool = False) -> Bound:
    """`[1, 4, 7]`: one type, no null (R07, R08); beside a `text`, bare words in it were meant as texts."""
    items = tuple(name_or_text(b, one, scope, text=text) for one in node.items)
    if is_failed(*items):
        return failed(node.span)
    if not items:
        return Items((), array_of(NULL), node.span)
    for written, one in zip(node.items, items, strict=True):
        if one.type.kind not in SCALARS | {Kind.OBJECT}:
            message = f"an array holds scalars or objects, not {b.described(written, one)}"
            return b.error("type-clash", message, one.span)
    of = common([one.type for one in items])
    if of is None:
        odd, written = next(
            (one, wrote)
            for wrote, one in zip(node.items, items, strict=True)
            if common([items[0].type, one.type]) is None
        )
        first = b.described(node.items[0], items[0])
        message = f"an array holds one type: {first}, but {b.described(written, odd)}"
        return b.error("type-clash", message, odd.span, difference(items[0].type, odd.type))
    return Items(items, array_of(of), node.span)


def member(b: Binder, value: Operand, array: Operand, where: Span, *, negated: bool) -> Bound:
    """`in`, `notIn` and `includes` (R08, R21)."""
    if is_failed(value.value, array.value):
        return failed(where)
    doing = "notIn" if negated else "in"
    if array.kind is not Kind.ARRAY:
        hint = f"for one value write `{'!=' if negated else '='}`" if array.kind in SCALARS else None
        if array.kind is Kind.STRING and isinstance(value.value, Const) and not isinstance(array.value, Const):
            words = b.words(array.node).strip("`") or "x"
            method = "doesNotContain" if negated else "contains"
            hint = f"{hint}; `{words}.{method}({b.words(value.node).strip('`') or '…'})` looks into a text"
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
            f"{b.words(value.node) or 'the path'} is {articled(str(found.type))}; "
            f"`{doing}` is true when it is true of any item",
            span(value.node),
            "write `.intersects(…)`, `exists` or a filter to say so",
            fix=any_item(b.report.source, value.node, array.node, where),
        )
        made = member(b, Operand(value.node, variable), array, where, negated=negated)
        return made if is_failed(made) else some(found, variable, made, where)
    if array.value.type.of.kind not in SCALARS | {Kind.NULL}:
        described = b.described(array.node, array.value)
        return b.error(
            "type-clash", f"`{doing}` looks for a scalar, but {described} holds {array.value.type.of}", where
        )
    return _contained(b, value, array, doing, where)


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
    if common([first.type.of, second.type.of]) is None:
        clash(b, left, right, doing, where)
        return None
    return first, second


def array_compare(b: Binder, operator: Comparison, left: Operand, right: Operand, where: Span) -> Bound:
    """`=` and `!=` between two arrays (R20)."""
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


def _intersection(b: Binder, left: Operand, right: Operand) -> str:
    ours, theirs = b.words(left.node).strip("`") or "x", b.words(right.node).strip("`") or "…"
    return f"write `{ours}.intersects({theirs})`"
