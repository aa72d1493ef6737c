"""Bound conditions as forms: each kind of condition becomes leaves about the values that it compares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from segkit.pql.bound import (
    Aggregate,
    And,
    Chain,
    Compare,
    Const,
    Convert,
    Distinct,
    Filter,
    Function,
    If,
    In,
    InRange,
    IsNull,
    Items,
    Not,
    Or,
    Quantify,
    Record,
    SetCompare,
    Test,
    Transform,
    Truth,
    Variable,
)
from segkit.pql.bound_walk import substitute, walk
from segkit.pql.normal import reader as reading
from segkit.pql.normal import subjects
from segkit.pql.normal.forms import FALSE, TRUE, All, Some, all_of, any_of, choice, leaf, leaves, negation
from segkit.pql.normal.rendering import render
from segkit.pql.normal.sets import Set, counting, exactly, meet, points, section
from segkit.pql.normal.subjects import Counted
from segkit.pql.types import BOOLEAN, INTEGER, STRING, Kind
from segkit.pql.types import leaves as type_leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.pql.bound import Bound
    from segkit.pql.normal.forms import Form
    from segkit.pql.normal.reader import Reader
    from segkit.pql.tree import Comparison

__all__ = ["form", "negation"]

_YES, _NO = Set(False, ((1, 1, 0), (1, 2, 0))), Set(False, ((1, 0, 0), (1, 1, 0)))
_ABSENT = Set(True, ())
_ITEM = "item"
_LONG = 32
_LARGE = 1000
_TURNED: dict[Comparison, Comparison] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OUTCOMES: dict[Comparison, tuple[int, ...]] = {
    "<": (0,),
    "=": (1,),
    ">": (2,),
    "<=": (0, 1),
    ">=": (1, 2),
    "!=": (0, 2),
}
_OPAQUE = frozenset({Kind.OBJECT, Kind.ARRAY, Kind.MAP})


def form(r: Reader, node: Bound, level: int) -> Form:
    """A condition, or a value in a boolean position."""
    match node:
        case And(items=items):
            return all_of(form(r, one, level) for one in items)
        case Or(items=items):
            return any_of(form(r, one, level) for one in items)
        case Not(item=item):
            return negation(form(r, item, level))
        case Truth(value=value):
            return _truth(r, value, level)
        case IsNull(value=value):
            return _is_null(r, value, level)
        case Compare(operator=operator, left=left, right=right, ignore_case=ignore_case):
            if ignore_case:
                left, right = _lowered(left), _lowered(right)
            return _compare(r, operator, left, right, level)
        case In():
            return _in(r, node, level)
        case Test():
            return _text(r, node, level)
        case InRange():
            return _range(r, node, level)
        case SetCompare():
            return _sets(r, node, level)
        case Quantify(quantifier="any", array=array, variable=variable, condition=condition):
            return _some(r, array, variable, condition, level)
        case Quantify(array=array, variable=variable, condition=condition):
            return negation(_some(r, array, variable, Not(condition), level))
        case Chain():
            return _chain(r, node, level)
        case _:
            return _truth(r, node, level)


def _truth(r: Reader, node: Bound, level: int) -> Form:
    match node:
        case Const(value=value):
            return FALSE if value is None or value is False else TRUE
        case If(condition=condition, then=then, otherwise=otherwise):
            branches = (_truth(r, then, level), _truth(r, otherwise, level))
            return _choice(r, form(r, condition, level), *branches)
        case _ if isinstance(node, reading.CONDITIONS):
            return form(r, node, level)
        case Items(items=items):
            return TRUE if items else FALSE
    match node.type.kind:
        case Kind.BOOLEAN:
            return leaf(_scalar(r, r.value(node, level)), _YES)
        case Kind.ARRAY:
            item = Variable(_ITEM, node.type.of)
            return _some(r, node, item, Const(True, BOOLEAN), level)
        case Kind.OBJECT if not isinstance(node, Record) and not _holds_collections(node):
            return negation(_is_null(r, node, level))
        case Kind.OBJECT | Kind.MAP:
            made = r.value(node, level)
            return leaf(subjects.other(Truth(made), f"some {r.key(made)}"), _YES)
        case _:
            return negation(_is_null(r, node, level))


def _holds_collections(node: Bound) -> bool:
    """Whether an object has arrays or maps: empty ones make it neither present nor absent (R02, R15)."""
    return any(of.kind in {Kind.ARRAY, Kind.MAP} for _, of in type_leaves(node.type))


def _is_null(r: Reader, node: Bound, level: int) -> Form:
    match node:
        case Filter(array=array) | Transform(array=array):
            return _is_null(r, array, level)
        case If(condition=condition, then=then, otherwise=otherwise):
            branches = (_is_null(r, then, level), _is_null(r, otherwise, level))
            return _choice(r, form(r, condition, level), *branches)
        case Convert(value=value) if {node.type.kind, value.type.kind} == {Kind.INTEGER, Kind.DOUBLE}:
            return _is_null(r, value, level)
    if reading.is_null(node):
        return TRUE
    if reading.never_null(node):
        return FALSE
    made = r.value(node, level)
    if node.type.kind in _OPAQUE:
        return leaf(subjects.presence(made, r.key(made)), _ABSENT)
    return leaf(_scalar(r, made), _ABSENT)


def _scalar(r: Reader, made: Bound) -> subjects.Subject:
    return subjects.value(made, r.key(made), nullable=not reading.never_null(made))


def _strict(r: Reader, *operands: Bound) -> tuple[str, ...]:
    """The keys of operands that may be absent."""
    return tuple(r.key(one) for one in operands if not reading.never_null(one))


# --- comparison


def _compare(r: Reader, operator: Comparison, left: Bound, right: Bound, level: int) -> Form:
    if isinstance(left, If):
        return _branches(r, left, lambda one: _compare(r, operator, one, right, level), level)
    if isinstance(right, If):
        return _branches(r, right, lambda one: _compare(r, operator, left, one, level), level)
    if reading.is_null(left) or reading.is_null(right):
        return FALSE
    if isinstance(left, reading.CONDITIONS):
        return _flags(r, operator, left, right, level)
    if isinstance(right, reading.CONDITIONS):
        return _flags(r, operator, right, left, level)
    if isinstance(left, Const) and not isinstance(right, Const):
        operator, left, right = _TURNED[operator], right, left
    if isinstance(right, Const) and isinstance(left, Aggregate) and left.function == "count":
        counted = section(operator, right.value, counting())
        if counted is not None:
            return _count(r, left.array, counted, level)
    left, right = r.value(left, level), r.value(right, level)
    if isinstance(left, Const) and not isinstance(right, Const):  # a conversion that was one all along
        operator, left, right = _TURNED[operator], right, left
    if isinstance(right, Const):
        found = _beside(r, operator, left, right)
        if found is not None:
            return found
    keys = (r.key(left), r.key(right))
    if keys[0] > keys[1]:
        operator, left, right, keys = _TURNED[operator], right, left, (keys[1], keys[0])
    ordered = left.type.kind not in {Kind.STRING, Kind.BOOLEAN}
    if keys[0] == keys[1]:
        return negation(_is_null(r, left, level)) if operator in {"=", "<=", ">="} else FALSE
    subject = subjects.pair(left, right, keys, _strict(r, left, right), ordered=ordered)
    outcomes = _OUTCOMES[operator] if ordered else ((1,) if operator == "=" else (0,))
    return leaf(subject, points(outcomes, subject.domain))


def _beside(r: Reader, operator: Comparison, left: Bound, right: Const) -> Form | None:
    """A comparison with a constant; None where it is not known exactly."""
    subject = _scalar(r, left)
    allowed = section(operator, right.value, subject.domain)
    if allowed is None or not isinstance(left, Const):
        return None if allowed is None else leaf(subject, allowed)
    mine = exactly(left.value, subject.domain)
    if mine is None:
        return None
    return FALSE if meet(points((mine,), subject.domain), allowed).is_empty else TRUE


def _branches(r: Reader, node: If, make: Callable[[Bound], Form], level: int) -> Form:
    return _choice(r, form(r, node.condition, level), make(node.then), make(node.otherwise))


def _choice(r: Reader, condition: Form, then: Form, otherwise: Form) -> Form:
    """One of two forms; a long condition, which would stand in both, is not looked into."""
    if len(leaves(condition)) > _LONG:
        made = r.written(condition)
        condition = leaf(subjects.other(made, r.key(made)), _YES)
    return choice(condition, then, otherwise)


def _flags(r: Reader, operator: Comparison, condition: Bound, other: Bound, level: int) -> Form:
    """A condition beside a Boolean, which may be absent."""
    yes = _compare(r, operator, other, Const(True, BOOLEAN), level)
    no = _compare(r, operator, other, Const(False, BOOLEAN), level)
    return _choice(r, form(r, condition, level), yes, no)


def _lowered(node: Bound) -> Bound:
    match node:
        case Const(value=str(text)) if text.isascii():
            return replace(node, value=text.lower())
        case _:
            return Function("lowerCase", (node,), STRING)


def _range(r: Reader, node: InRange, level: int) -> Form:
    tests: list[Form] = []
    if node.low is not None:
        tests.append(_compare(r, ">=" if node.low_included else ">", node.subject, node.low, level))
    if node.high is not None:
        tests.append(_compare(r, "<=" if node.high_included else "<", node.subject, node.high, level))
    return all_of(tests) if tests else negation(_is_null(r, node.subject, level))


# --- membership, texts, sets


def _in(r: Reader, node: In, level: int) -> Form:
    value, array = node.value, node.array
    if reading.is_null(value) or reading.is_null(array):
        return FALSE
    if isinstance(array, Items):
        found = _listed(r, value, array.items, level)
    else:
        item = Variable(_ITEM, array.type.of)
        found = _some(r, array, item, Compare("=", item, value), level)
    if not node.negated:
        return found
    absent = (_is_null(r, value, level), *(() if isinstance(array, Items) else (_is_null(r, array, level),)))
    return all_of((negation(found), *(negation(one) for one in absent)))


def _listed(r: Reader, value: Bound, items: Sequence[Bound], level: int) -> Form:
    """Whether a value is one of some others."""
    plain = not isinstance(value, If | Const) and not isinstance(value, reading.CONDITIONS)
    if plain and all(isinstance(one, Const) for one in items):
        counted = isinstance(value, Aggregate) and value.function == "count"
        subject = None if counted else _scalar(r, r.value(value, level))
        domain = counting() if subject is None else subject.domain
        constants = [one.value for one in items if isinstance(one, Const)]
        if all(section("=", one, domain) is not None for one in constants):
            found = points([one for one in (exactly(one, domain) for one in constants) if one is not None], domain)
            if subject is not None:
                return leaf(subject, found)
            if isinstance(value, Aggregate):
                return _count(r, value.array, found, level)
    return any_of(_compare(r, "=", value, one, level) for one in items)


def _text(r: Reader, node: Test, level: int) -> Form:
    value, argument = node.value, node.argument
    if node.ignore_case:
        value, argument = _lowered(value), _lowered(argument)
    if reading.is_null(value) or reading.is_null(argument):
        return FALSE
    value, argument = r.value(value, level), r.value(argument, level)
    name: str = node.name
    if isinstance(argument, Const) and isinstance(argument.value, str):
        name, word = _plainer(name, argument.value)
        if name == "=":
            return _compare(r, "!=" if node.negated else "=", value, Const(word, STRING), level)
        if not word and name != "matches":
            return FALSE if node.negated else negation(_is_null(r, value, level))
        argument = Const(word, STRING)
    subject = subjects.text(name, value, argument, (r.key(value), r.key(argument)), _strict(r, value, argument))
    return leaf(subject, _NO if node.negated else _YES)


def _plainer(name: str, word: str) -> tuple[str, str]:
    """A simpler predicate that says the same; `=` for equality."""
    if name == "matches" and word and all(one.isascii() and (one.isalnum() or one in " _-@:,;/") for one in word):
        return "contains", word
    if name != "like" or "\\" in word or "_" in word:
        return name, word
    inner = word.strip("%")
    if "%" in inner:
        return name, word
    starts, ends = word.startswith("%"), word.endswith("%")
    match starts, ends:
        case False, False:
            return "=", word
        case True, True:
            return "contains", inner
        case True, False:
            return "endsWith", inner
        case _:
            return "startsWith", inner


def _sets(r: Reader, node: SetCompare, level: int) -> Form:
    left, right, operator = node.left, node.right, node.operator
    if reading.is_null(left) or reading.is_null(right):
        return FALSE
    if operator == "superset":
        left, right, operator = right, left, "subset"
    if operator == "intersects" and isinstance(left, Items):
        left, right = right, left
    if operator == "intersects" and isinstance(right, Items) and not isinstance(left, Items):
        item = Variable(_ITEM, left.type.of)
        return _some(r, left, item, In(item, right), level)
    if operator == "subset" and isinstance(left, Items) and left.items and not isinstance(right, Items):
        # a null one is skipped
        there = negation(_is_null(r, right, level))
        held = [any_of((_is_null(r, one, level), _in(r, In(one, right), level))) for one in left.items]
        return all_of((there, *held))
    yes = operator != "different"
    name = "equal" if operator == "different" else operator
    left, right = _as_set(r, left, level), _as_set(r, right, level)
    if name in {"equal", "intersects"}:
        left, right = sorted((left, right), key=r.key)
    strict = tuple(f"present {key}" for key in _strict(r, left, right))
    subject = subjects.sets(name, left, right, (r.key(left), r.key(right)), strict)
    return leaf(subject, _YES if yes else _NO)


def _as_set(r: Reader, node: Bound, level: int) -> Bound:
    """An array of which only the different members count."""
    made = r.value(node, level)
    if isinstance(made, Items):
        different = {r.key(one): one for one in made.items}
        return replace(made, items=tuple(different[key] for key in sorted(different)))
    return made


# --- arrays and chains


def _some(r: Reader, array: Bound, variable: Variable, condition: Bound, level: int) -> Form:
    """Whether a condition holds for some item."""
    match array:
        case _ if reading.is_null(array):
            return FALSE
        case Transform(array=inner, variable=own, body=body, flatten=True):
            return _some(r, inner, own, Quantify("any", body, variable, condition), level)
        case Transform(array=inner, variable=own, body=body) if not _grows(condition, variable, body):
            return _some(r, inner, own, substitute(condition, {variable.name: body}), level)
        case Filter(array=inner, variable=own, condition=held):
            return _some(r, inner, own, And((held, substitute(condition, {variable.name: own}))), level)
        case Distinct(array=inner):
            return _some(r, inner, variable, And((Not(IsNull(variable)), condition)), level)
    item = replace(variable, name=reading.variable(level + 1))
    inside = form(r, substitute(condition, {variable.name: item}), level + 1)
    return _asked(r, r.value(array, level), item, inside, level)


def _grows(condition: Bound, variable: Variable, body: Bound) -> bool:
    """Whether a condition with an expression put in for its variable would be large."""
    uses = sum(isinstance(one, Variable) and one.name == variable.name for one in walk(condition))
    return uses > 1 and uses * sum(1 for _ in walk(body)) > _LARGE


def _asked(r: Reader, base: Bound, item: Variable, held: Form, level: int) -> Form:
    """Whether some item meets a form; what does not depend on the item is asked once, beside it."""
    if held == FALSE:
        return FALSE
    if held == TRUE and isinstance(base, Items):
        return TRUE if base.items else FALSE
    parts = held.items if isinstance(held, All | Some) else (held,)
    outside = [one for one in parts if f"%{item.name}%" not in one.key]
    if outside:
        rest = [one for one in parts if f"%{item.name}%" in one.key]
        again = [form(r, render(one), level) for one in outside]
        if isinstance(held, Some):
            there = _asked(r, base, item, TRUE, level)
            return any_of((all_of((there, any_of(again))), _asked(r, base, item, any_of(rest), level)))
        return all_of((*again, _asked(r, base, item, all_of(rest), level)))
    subject = subjects.items(base, r.key(base), item, held, r.written(held))
    return leaf(subject, Counted.some)


def _count(r: Reader, array: Bound, allowed: Set, level: int) -> Form:
    """How many items an array has."""
    item = Variable(_ITEM, array.type.of)
    if allowed in {Counted.some, Counted.none}:
        found = _some(r, array, item, Const(True, BOOLEAN), level)
        return found if allowed == Counted.some else negation(found)
    condition: Bound = Const(True, BOOLEAN)
    while True:
        match array:
            case Transform(array=inner, variable=own, body=body, flatten=False) if not _grows(condition, item, body):
                array, condition, item = inner, substitute(condition, {item.name: body}), own
            case Filter(array=inner, variable=own, condition=held):
                array, condition, item = inner, And((held, substitute(condition, {item.name: own}))), own
            case _:
                break
    own = replace(item, name=reading.variable(level + 1))
    held_form = form(r, substitute(condition, {item.name: own}), level + 1)
    if held_form == FALSE:
        return TRUE if meet(allowed, Counted.none) == Counted.none else FALSE
    base = r.value(array, level)
    return leaf(subjects.items(base, r.key(base), own, held_form, r.written(held_form)), allowed)


def _chain(r: Reader, node: Chain, level: int) -> Form:
    """A sequence of events; of one element, how many events there are (R36)."""
    match node.elements:
        case (one,) if not one.negated:
            instant = substitute(node.instant, {node.variable.name: one.variable})
            parts = [Not(IsNull(instant)), one.what, *([one.when] if one.when is not None else [])]
            counted = Aggregate("count", Filter(node.array, one.variable, And(tuple(parts)), node.array.type))
            return _compare(r, one.comparison, counted, Const(one.number, INTEGER), level)
        case _:
            made = r.chain(node, level)
            return leaf(subjects.other(made, r.key(made)), _YES)
