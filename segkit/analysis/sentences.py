"""Rules in plain English: one sentence that says whom a rule selects, built from what it was bound to.

The common forms have words of their own; a rare one stands as its PQL. What is said is exact: a missing value is
mentioned wherever it decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.analysis import values
from segkit.analysis.moments import window
from segkit.analysis.telling import RareError, listed
from segkit.pql.bound import (
    Aggregate,
    And,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Distinct,
    Events,
    Filter,
    Function,
    Get,
    In,
    InRange,
    IsNull,
    Items,
    Lookup,
    Not,
    Or,
    Quantify,
    SetCompare,
    Test,
    Top,
    Transform,
    Truth,
)
from segkit.pql.bound_walk import depth, free, path_of, walk
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.analysis.telling import Telling
    from segkit.pql.bound import ChainElement
    from segkit.pql.tree import Comparison

_DEEPEST = 40
"""Rules that nest deeper are nothing that a sentence makes easier to read."""

_FLIPPED: dict[Comparison, Comparison] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE: dict[Comparison, Comparison] = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_SIZES = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_NUMBERS = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}
_TIMES = {"<": "before", "<=": "at or before", ">": "after", ">=": "at or after"}
_TESTS = {
    "startsWith": ("starts with", "start with"),
    "endsWith": ("ends with", "end with"),
    "contains": ("contains", "contain"),
    "like": ("is like", "fit the pattern"),
    "matches": ("matches", "match"),
}
_SETS = {
    "equal": ("has the same items as", "has no items but, and all of,"),
    "different": ("has other items than", "has other items than"),
    "intersects": ("shares an item with", "includes any of"),
    "subset": ("has no items but those of", "has no items but"),
    "superset": ("has all items of", "includes all of"),
}


def selected(condition: Bound, t: Telling) -> str:
    """Whom a condition selects, as a sentence.

    Parameters
    ----------
    condition
        A bound condition.
    t
        How it is told.
    """
    match condition:
        case Const(value=held):
            return "All profiles." if held is True else "No profiles."
        case _ if depth(condition) > _DEEPEST:
            return "The profiles for whom the rule holds."
        case _:
            try:
                return f"Profiles {clause(condition, t)}."
            except RareError:
                return "The profiles for whom the rule holds."


def valued(node: Bound, t: Telling) -> str:
    """A value as a noun phrase; its PQL where it has no words of its own."""
    try:
        if depth(node) > _DEEPEST:
            return "the value of the rule"
        return values.value(node, t).text
    except RareError:
        return _pql(node, t) or "the value of the rule"


def clause(node: Bound, t: Telling) -> str:
    """A condition as words that follow `profiles` (`whose …`, `who have …`), or inside an item `where`."""
    try:
        return _told(node, t)
    except RareError:
        shown = _pql(node, t)
    if shown is None:
        if t.item is None and isinstance(node, Not):
            return f"who are not among those {_wrapped(node.item, t)}"
        raise RareError
    told = f"{shown} {_fulfilled(node)}"
    return f"for whom {told}" if t.item is None else told


def _fulfilled(node: Bound) -> str:
    """When a condition that stands as its PQL is met."""
    match node:
        case Truth(value=of) if of.type.kind in {Kind.ARRAY, Kind.MAP}:
            return "is not empty"
        case Truth(value=of) if of.type.kind is not Kind.BOOLEAN:
            return "is present"
        case _:
            return "holds"


def _pql(node: Bound, t: Telling) -> str | None:
    try:
        return f"`{t.words(node.span)}`"
    except RareError:
        return None


def _told(node: Bound, t: Telling) -> str:
    segment = t.segment(node.span)
    if segment is not None:
        return _member(segment, t, inside=True)
    match node:
        case Const(value=held):
            return _always(t, holds=held is True)
        case And(items=items):
            return " and ".join(_parts(items, t))
        case Or(items=items):
            return " or ".join(_parts(items, t))
        case Not(item=item):
            return _negated(item, t)
        case Truth(value=of):
            return _present(of, t)
        case IsNull(value=of):
            return _about(values.value(of, t), "is missing", t)
        case Compare():
            return _compared(node, t, held=True)
        case In() | Test() | InRange() | SetCompare():
            return _tested(node, t, held=True)
        case Quantify(quantifier="any"):
            return _having(node.array, t, node)
        case Quantify():
            return _every(node, t)
        case Chain():
            return _sequence(node, t)
        case _:
            raise RareError


def _parts(items: Sequence[Bound], t: Telling) -> list[str]:
    """Conditions side by side; those that a segment brought in are told once, as that segment."""
    told = [_wrapped(one, t) for one in items]
    return list(dict.fromkeys(told))


def _wrapped(node: Bound, t: Telling) -> str:
    words = clause(node, t)
    return f"({words})" if is_loose(node, t) else words


def is_loose(node: Bound, t: Telling) -> bool:
    """Whether a condition needs brackets beside another."""
    return isinstance(node, And | Or) and t.segment(node.span) is None


def _negated(node: Bound, t: Telling) -> str:
    segment = t.segment(node.span)
    if segment is not None:
        return _member(segment, t, inside=False)
    match node:
        case Const(value=held):
            return _always(t, holds=held is not True)
        case Not(item=item):
            return clause(item, t)
        case Truth(value=of):
            return _absent(of, t)
        case IsNull(value=of):
            return _about(values.value(of, t), "is present", t)
        case Compare():
            return _compared(node, t, held=False)
        case In() | Test() | InRange():
            return _tested(node, t, held=False)
        case Quantify(quantifier="any"):
            return _having(node.array, t, node, none=True)
        case Chain():
            return _sequence(node, t, none=True)
        case _ if t.item is None:
            return f"who are not among those {_wrapped(node, t)}"
        case _:
            return f"not ({clause(node, t)})"


def _always(t: Telling, *, holds: bool) -> str:
    if t.item is None:
        return "without any condition" if holds else "under a condition that never holds"
    return "nothing is asked" if holds else "nothing fits"


def _member(segment: str, t: Telling, *, inside: bool) -> str:
    word = "in" if inside else "not in"
    return f'who are {word} the segment "{segment}"' if t.item is None else f'the profile is {word} "{segment}"'


def _about(subject: values.Phrase, predicate: str, t: Telling) -> str:
    if t.item is not None:
        return f"{subject.text} {predicate}"
    return f"whose {subject.text} {predicate}" if subject.owned else f"for whom {subject.text} {predicate}"


# ------------------------------------------------------------------------------------------------------- presence


def _present(of: Bound, t: Telling) -> str:
    match of.type.kind:
        case Kind.BOOLEAN:
            return _about(values.value(of, t), "is true", t)
        case Kind.ARRAY if not isinstance(of, Attribute | Get | Lookup | Function):
            return _having(_untopped(of), t)
        case Kind.ARRAY | Kind.MAP:
            return _about(values.value(of, t), "is not empty", t)
        case _:
            return _about(values.value(of, t), "is present", t)


def _absent(of: Bound, t: Telling) -> str:
    match of.type.kind:
        case Kind.BOOLEAN:
            return _about(values.value(of, t), "is false or missing", t)
        case Kind.ARRAY if not isinstance(of, Attribute | Get | Lookup | Function):
            return _having(_untopped(of), t, none=True)
        case Kind.ARRAY | Kind.MAP:
            return _about(values.value(of, t), "is empty or missing", t)
        case _:
            return _about(values.value(of, t), "is missing", t)


def _untopped(array: Bound) -> Bound:
    """An array that is empty exactly when this one is."""
    match array:
        case Top(array=inner, number=Const(value=int(number))) if number >= 1:
            return _untopped(inner)
        case Top() | Distinct():
            raise RareError
        case _:
            return array


def _having(array: Bound, t: Telling, some: Quantify | None = None, *, none: bool = False) -> str:
    """That there are such items, or none."""
    conditions = [] if some is None else [(some.variable, some.condition)]
    items = values.listing(array, t, *conditions)
    own = t.item is not None and not _profiles(array)
    words = items.told(single=not none, apart=t.item is not None)
    if own:
        of = values.value(_source(array), t).text
        words = f"{'items' if none else 'item'}{words.removeprefix(items.many if none else items.one)}"
        return f"{of} has {'no' if none else 'an'} {words}"
    have = "who have" if t.item is None else "the profile has"
    return f"{have} {'no' if none else _article(words)} {words}"


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _source(array: Bound) -> Bound:
    while isinstance(array, Filter | Transform):
        array = array.array
    return array


def _profiles(array: Bound) -> bool:
    """Whether an array is the profile's own, and none of the item spoken of."""
    return isinstance(_source(array), Events | Attribute)


def _every(node: Quantify, t: Telling) -> str:
    items = values.listing(node.array, t).told(single=True, apart=True)
    label = t.label(node.variable, node.condition)
    inside = clause(node.condition, t.within(node.variable))
    words = f"every {items}{label} (if there is any) is one where {inside}"
    return f"for whom {words}" if t.item is None else f"({words})"


# ----------------------------------------------------------------------------------------------------- comparison


def _compared(node: Compare, t: Telling, *, held: bool) -> str:
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Const) and not isinstance(right, Const):
        left, right, operator = right, left, _FLIPPED[operator]
    if not held and isinstance(left, Aggregate) and left.function == "count" and isinstance(right, Const):
        operator, held = _OPPOSITE[operator], True
    if held and isinstance(left, Aggregate) and isinstance(right, Const) and t.item is None:
        found = _amount(left, operator, right, t)
        if found is not None:
            return found
    subject, other = values.value(left, t), values.value(right, t)
    plain = isinstance(right, Const)
    is_, not_ = ("is", "is not") if plain else ("equals", "does not equal")
    but = "is present but not" if plain else "differs from"
    case = values.ANY_CASE if node.ignore_case else ""
    timed = left.type.kind in {Kind.TIMESTAMP, Kind.DATE}
    match operator, held:
        case "=", True:
            said = f"{is_} {other.text}"
        case "=", False:
            said = f"{not_} {other.text}"
        case "!=", True:
            said = f"{'is not' if subject.certain and plain else but} {other.text}"
        case "!=", False:
            said = f"{is_} {other.text}"
        case _:
            words = (_TIMES if timed else _SIZES)[operator]
            said = f"{'is' if held else 'is not'} {words} {other.text}"
    return _about(subject, f"{said}{case}{'' if held else _or_missing(subject, other)}", t)


def _or_missing(subject: values.Phrase, other: values.Phrase | None = None) -> str:
    if other is None or other.certain:
        return "" if subject.certain else " (or is missing)"
    return " (or one of them is missing)"


def _amount(node: Aggregate, operator: Comparison, right: Const, t: Telling) -> str | None:
    """`who have at least 3 …`, `whose … have a total … of more than 250`."""
    number = right.value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    shown = f"{number:,}" if isinstance(number, int) else str(number)
    if node.function == "count":
        if isinstance(node.array, Distinct):
            return None
        items = values.listing(node.array, t)
        if (operator, number) in {("=", 0), ("<", 1), ("<=", 0)}:
            return f"who have no {items.told(single=False, apart=False)}"
        if (operator, number) in {(">", 0), (">=", 1), ("!=", 0)}:
            words = items.told(single=True, apart=False)
            return f"who have at least 1 {words}"
        words = items.told(single=number == 1, apart=False)
        if operator == "!=":
            return f"who have any number but {shown} of {items.told(single=False, apart=False)}"
        return f"who have {_NUMBERS[operator]} {shown} {words}"
    items, taken = values.item_of(node.array, t)
    size = {"=": "exactly", "!=": "anything but", **_SIZES}[operator]
    article = _article(values.AGGREGATES[node.function])
    words = items.told(single=False, apart=True)
    return f"whose {words} have {article} {values.AGGREGATES[node.function]} {taken} of {size} {shown}"


def _tested(node: In | Test | InRange | SetCompare, t: Telling, *, held: bool) -> str:
    match node:
        case In(value=Const(), array=array) if not isinstance(array, Items):
            if not isinstance(array, Attribute | Get | Lookup):
                raise RareError
            subject, one = values.value(array, t), values.value(node.value, t).text
            if node.negated:
                said = f"is present but does not include {one}" if held else f"includes {one} (or is missing)"
            else:
                said = f"includes {one}" if held else f"does not include {one} (or is missing)"
            return _about(subject, said, t)
        case In(array=Items(items=items)):
            subject, among = values.value(node.value, t), listed(items)
            none = f"not {among}" if len(items) == 1 else f"none of {listed(items, 'and')}"
            if node.negated:
                said = f"is present but {none}" if held else f"is {among}{_or_missing(subject)}"
            else:
                said = f"is {among}" if held else f"is {none}{_or_missing(subject)}"
            return _about(subject, said, t)
        case Test():
            return _text(node, t, held=held)
        case InRange():
            subject = values.value(node.subject, t)
            said = f"is {'' if held else 'not '}{window(node, lambda one: values.value(one, t).text)}"
            known = all(one is None or values.value(one, t).certain or _calendar(one) for one in (node.low, node.high))
            missing = "" if held else _or_missing(subject) if known else " (or one of the moments is missing)"
            return _about(subject, f"{said}{missing}", t)
        case SetCompare(left=left, right=right):
            subject, other = values.value(left, t), values.value(right, t)
            plain, written = _SETS[node.operator]
            if isinstance(right, Items) and len(right.items) == 1 and node.operator in {"intersects", "superset"}:
                return _about(subject, f"includes {other.text}", t)
            return _about(subject, f"{written if isinstance(right, Items) else plain} {other.text}", t)
        case _:
            raise RareError


def _calendar(node: Bound) -> bool:
    """Whether an instant follows from now and constants alone."""
    return not free(node) and not any(isinstance(one, Attribute) for one in walk(node))


def _text(node: Test, t: Telling, *, held: bool) -> str:
    subject, argument = values.value(node.value, t), values.value(node.argument, t)
    does, do = _TESTS[node.name]
    case = values.ANY_CASE if node.ignore_case else ""
    missing = _or_missing(subject, argument)
    if node.negated and held:
        return _about(subject, f"is present but does not {do} {argument.text}{case}", t)
    if held:
        return _about(subject, f"{does} {argument.text}{case}", t)
    said = f"{does} {argument.text}" if node.negated else f"does not {do} {argument.text}"
    return _about(subject, f"{said}{case}{missing}", t)


# ------------------------------------------------------------------------------------------------------ sequences


def _sequence(node: Chain, t: Telling, *, none: bool = False) -> str:
    elements = node.elements
    if t.item is not None or not elements or all(one.negated for one in elements):
        raise RareError
    timed = path_of(node.instant) == (node.variable, ("timestamp",))
    named = t.having({one.moment.name: one.name for one in elements})
    have = "who do not have" if none else "who have"
    if len(elements) == 1 and timed:
        return f"{have} {_element(node, elements[0], named)}"
    told: list[str] = []
    for place, one in enumerate(elements):
        words = f"{_element(node, one, named)} ({one.name})"
        match one.negated, place:
            case True, 0:
                told.append(f"{words} before")
            case True, _ if place == len(elements) - 1:
                told.append(f"{words} after that")
            case True, _:
                told.append(f"{words} in between")
            case _:
                told.append(words if not place else f"then {words}")
    by = "" if timed else f" by {values.value(node.instant, t.within(node.variable)).text}"
    return f"{have}, one after the other{by}: {', '.join(told)}"


def _element(chain: Chain, one: ChainElement, t: Telling) -> str:
    conditions = [(one.variable, one.what)]
    if one.when is not None:
        conditions.append((one.variable, one.when))
    items = values.listing(chain.array, t, *conditions)
    if one.negated:
        return f"no {items.told(single=True, apart=True)}"
    if one.comparison == ">=" and one.number == 1:
        words = items.told(single=True, apart=True)
        return f"{_article(words)} {words}"
    if one.number == 0:
        return f"no {items.told(single=False, apart=True)}"
    return f"{_NUMBERS[one.comparison]} {one.number:,} {items.told(single=one.number == 1, apart=True)}"
