"""The typed tree of a rule: each part with its type, its words, and what segkit decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segkit.analysis.moments import instant
from segkit.analysis.telling import RareError, constant, dotted, moment
from segkit.analysis.values import value
from segkit.plan.fold import fold
from segkit.pql import tree
from segkit.pql.bound import (
    Aggregate,
    And,
    Arith,
    Attribute,
    Bound,
    Chain,
    Compare,
    Const,
    Convert,
    Events,
    Filter,
    Function,
    Get,
    Head,
    In,
    InRange,
    IsNull,
    Items,
    Lookup,
    Not,
    Now,
    Or,
    Quantify,
    SetCompare,
    Shift,
    StartOf,
    Test,
    Top,
    Transform,
    Truth,
    Variable,
    children,
)
from segkit.pql.bound_walk import introduced, path_of, walk
from segkit.pql.types import Kind, leaves

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from segkit.analysis.telling import Telling
    from segkit.plan.clock import Clock
    from segkit.pql.types import Type

_SETS = {"equal": "= as sets", "different": "!= as sets", "subset": "subsetOf", "superset": "supersetOf"}
_NEGATIVE = "false where a value is missing"
_NOTHING = {"count": "0 where there is none", "sum": "0 where there is none; missing values are left out"}


@dataclass(frozen=True, slots=True)
class TypedNode:
    """A part of a rule.

    Parameters
    ----------
    what
        The construct: `and`, `=`, `count`; a field or constant as it is written.
    type
        Its PQL type.
    words
        The PQL it comes from, on one line; empty where it is the same as that of the part around it.
    notes
        What segkit decided: a text read as a number, a window as instants, what a missing value makes of it.
    parts
        The parts directly below.
    """

    what: str
    type: str
    words: str = ""
    notes: tuple[str, ...] = ()
    parts: tuple[TypedNode, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The node and everything below it, as plain data."""
        return {
            "what": self.what,
            "type": self.type,
            "words": self.words,
            "notes": list(self.notes),
            "parts": [one.to_dict() for one in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Typing:
    """What the tree is made with: how the rule is told, what time means, and the rules of other segments by name."""

    told: Telling
    clock: Clock
    rules: Mapping[str, str]

    def tree(self, node: Bound, t: Telling, around: str = "") -> TypedNode:
        """The part of the tree that a bound node is."""
        words = _words(node, t)
        segment = t.segment(node.span)
        if segment is not None:
            if words == around:  # already shown: what is inside another segment has no words here
                return self._made(node, t, words, "")
            rule = self.rules.get(segment)
            notes = (f'the rule of the segment "{segment}"{"" if rule is None else f": {rule}"}',)
            return TypedNode("inSegment", _type(node.type), words, notes, (self._made(node, t, words, ""),))
        return self._made(node, t, words, "" if words == around else words)

    def _made(self, node: Bound, t: Telling, around: str, shown: str) -> TypedNode:
        if isinstance(node, Chain):
            return self._chain(node, t, around, shown)
        of = _type(node.type)
        if _is_moment(node):
            return TypedNode(_instant(node, t), of, shown, self._moment(node, t))
        if isinstance(node, Shift | StartOf) and _told(node, t):
            return TypedNode(_instant(node, t), of, shown)
        inside = t
        for one in introduced(node):
            inside = inside.within(one)
        below = _below(node)
        told = [self.tree(one, inside if place else t, around) for place, one in enumerate(below)]
        return TypedNode(what(node, t), of, shown, tuple(self.notes(node, t, whole=bool(shown))), tuple(told))

    def _chain(self, node: Chain, t: Telling, around: str, shown: str) -> TypedNode:
        named = t.having({one.moment.name: one.name for one in node.elements})
        made = [self.tree(node.array, t, around)]
        for one in node.elements:
            count = (
                f" COUNT({'' if one.comparison == '>=' else one.comparison + ' '}{one.number})" if one.counted else ""
            )
            inside = named.within(one.variable)
            words = _span_words(one.span, t)
            parts = [self.tree(part, inside, words) for part in (one.what, one.when) if part is not None]
            name = f"{'not ' if one.negated else ''}{one.name}{count}"
            made.append(TypedNode(name, "event", "" if words == around else words, (), tuple(parts)))
        notes = ("each event is strictly later than the one before", "an event without a timestamp is left out")
        return TypedNode("chain", _type(node.type), shown, notes, tuple(made))

    # ------------------------------------------------------------------------------------------------------- notes

    def notes(self, node: Bound, t: Telling, *, whole: bool = True) -> list[str]:
        """What was decided about a part; `whole` tells that it is the outermost of those made of the same words."""
        found: list[str] = []
        match node:
            case Const():
                found += _literal(node, t)
            case Attribute(type=type_) if type_.kind is Kind.OBJECT:
                found.append(f"an object: present when one of its {len(leaves(type_))} fields is")
            case Convert(value=inner):
                found += _converted(inner.type.kind, node.type.kind, self.clock)
            case Compare(operator="!="):
                found.append(_NEGATIVE)
            case In(negated=True) | Test(negated=True):
                found.append(_NEGATIVE)
            case SetCompare():
                found.append("order and repetition do not count")
            case Not(item=item) if _may_miss(item):
                found.append("true where a value is missing: what it negates is false there")
            case Quantify(quantifier="all"):
                found.append("true where there is no item")
            case Quantify() if whole and _is_lifted(node, t):
                found.append("an array beside a single value: true when it is true of any item")
            case InRange():
                found.append(self._range(node, t))
            case Aggregate(function=function):
                found.append(_NOTHING.get(function, "missing where there is none; missing values are left out"))
            case Head():
                found.append("missing where there is none")
            case Top(array=array):
                ties = "by timestamp, then _id" if _from_events(array) else "by position"
                found.append(f"ties {ties}; items without the key come last")
            case Lookup():
                found.append("missing where there is no such key")
            case Arith(operator="/" | "%", right=right) if not (isinstance(right, Const) and right.value):
                found.append("missing where the divisor is 0")
        if isinstance(node, Compare | Test) and node.ignore_case:
            found.append("upper and lower case are the same")
        return found

    def _moment(self, node: Bound, t: Telling) -> tuple[str, ...]:
        held = fold(node, self.clock)
        known = held.value if isinstance(held, Const) else None
        notes = [] if isinstance(node, Now | StartOf | Shift) else self.notes(node, t)
        return (*notes, "outside the years 1 to 9999" if known is None else self._local(known))  # type: ignore[arg-type]

    def _local(self, utc: dt.datetime) -> str:
        return f"{moment(self.clock.local(utc))} {self.clock.timezone}"

    def _range(self, node: InRange, t: Telling) -> str:
        """The window as an interval of instants, in the workspace's zone."""
        subject = _name(node.subject, t)
        low, high = (None if one is None else fold(one, self.clock) for one in (node.low, node.high))
        known = [one for one in (low, high) if one is not None and _is_instant(one)]
        parts = [
            f"{self._end(low, t)} {'<=' if node.low_included else '<'} " if low is not None else "",
            subject,
            f" {'<=' if node.high_included else '<'} {self._end(high, t)}" if high is not None else "",
        ]
        return "".join(parts) + (f" {self.clock.timezone}" if known else "")

    def _end(self, node: Bound | None, t: Telling) -> str:
        if isinstance(node, Const) and node.value is None:
            return "an instant that does not exist"
        if node is not None and _is_instant(node):
            return moment(self.clock.local(node.value))  # type: ignore[union-attr, arg-type]
        return "" if node is None else _instant(node, t)


def what(node: Bound, t: Telling) -> str:
    """The name of a construct, or a field or constant as it is written."""
    match node:
        case Const(value=held):
            return constant(held)
        case Get() if not _is_path(node):
            return f".{dotted(path_of(node)[1])}"
        case Attribute() | Get() | Variable() | Events():
            return _name(node, t)
        case Items():
            return _list(node)
        case And() | Or() | Not():
            return type(node).__name__.lower()
        case Truth():
            return "is true" if node.value.type.kind is Kind.BOOLEAN else "is present"
        case IsNull():
            return "isNull"
        case Compare() | Arith():
            return node.operator
        case SetCompare(operator=operator):
            return _SETS.get(operator, operator)
        case In(negated=negated):
            return "notIn" if negated else "in"
        case Test(name=name, negated=negated):
            return f"not {name}" if negated else name
        case InRange():
            return "occurs"
        case Quantify(quantifier=quantifier):
            return "exists" if quantifier == "any" else "forall"
        case Function(name=name) | Aggregate(function=name):
            return name
        case Convert(type=type_):
            return f"as {type_.kind}"
        case Filter():
            return "filter"
        case Transform():
            return "map"
        case Lookup():
            return "get"
        case Top(descending=descending):
            return "topN" if descending else "bottomN"
        case _:
            return type(node).__name__.lower()


def _below(node: Bound) -> Sequence[Bound]:
    match node:
        case Get() if not _is_path(node):
            return (path_of(node)[0],)
        case Items() if all(isinstance(one, Const) for one in node.items):
            return ()
        case Get():
            return ()
        case _:
            return children(node)


def _type(kind: Type) -> str:
    return str(kind)


def _words(node: Bound, t: Telling) -> str:
    return _span_words(node.span, t)


def _span_words(span: tree.Span, t: Telling) -> str:
    try:
        return t.words(span)
    except RareError:
        return ""


def _is_path(node: Bound) -> bool:
    return isinstance(path_of(node)[0], Variable)


def _name(node: Bound, t: Telling) -> str:
    """A field or item as it is told, or as it is written."""
    match node:
        case Attribute():
            return dotted(node.path) or "the profile"
        case Events():
            return "xEvent"
        case Convert(value=inner):
            return _name(inner, t)
    try:
        return value(node, t).text
    except RareError:
        return _words(node, t) or dotted(path_of(node)[1]) or "the item"


def _list(node: Items) -> str:
    """Constants as an array is written; a long one with its number."""
    shown = [constant(one.value) for one in node.items if isinstance(one, Const)]
    if len(shown) < len(node.items):
        return "array"
    return f"[{', '.join(shown[:8])}{f' … ({len(shown):,} in all)' if len(shown) > 8 else ''}]"


def _instant(node: Bound, t: Telling) -> str:
    try:
        return instant(node, lambda one: value(one, t).text)
    except RareError:
        return _words(node, t) or "an instant"


def _told(node: Bound, t: Telling) -> bool:
    """Whether an instant is one of a named event, so that it is told in a few words."""
    below = list(walk(node))
    return all(isinstance(one, StartOf | Shift | Const) or getattr(one, "name", "") in t.names for one in below)


def _is_moment(node: Bound) -> bool:
    """Whether a node is an instant that is known before anything runs."""
    if node.type.kind is not Kind.TIMESTAMP or isinstance(node, Const):
        return False
    return all(isinstance(one, Now | StartOf | Shift | Convert | Const) for one in walk(node))


def _is_instant(node: Bound) -> bool:
    return isinstance(node, Const) and node.value is not None


def _literal(node: Const, t: Telling) -> list[str]:
    part = t.part(node.span)
    if not isinstance(part, tree.String) or node.type.kind is Kind.STRING:
        return []
    named = "an instant in UTC" if node.type.kind is Kind.TIMESTAMP else f"{_article(str(node.type))} {node.type}"
    return [f"the text {constant(part.value)} is read as {named}"]


def _converted(given: Kind, wanted: Kind, clock: Clock) -> list[str]:
    match given, wanted:
        case Kind.DATE, Kind.TIMESTAMP:
            return [f"a Date stands for its first instant, in {clock.timezone}"]
        case Kind.INTEGER, Kind.TIMESTAMP:
            return ["an Integer stands for milliseconds since 1970"]
        case _:
            return [f"{_article(str(given))} {given} as {_article(str(wanted))} {wanted}"]


def _article(noun: str) -> str:
    return "an" if noun[0] in "AEIOU" else "a"


def _may_miss(item: Bound) -> bool:
    """Whether a condition is false where a value is missing."""
    match item:
        case And(items=items):
            return any(_may_miss(one) for one in items)
        case Compare() | In() | Test() | InRange() | SetCompare():
            return any(isinstance(one, Attribute | Get | Lookup | Head) for one in walk(item))
        case _:
            return False


def _is_lifted(node: Quantify, t: Telling) -> bool:
    """Whether a comparison of a mapped path became a question about its items (R20)."""
    match t.part(node.span):
        case tree.Binary() | tree.Occurs():
            return True
        case tree.Method(name=name) | tree.Call(name=name):
            return name not in {"exists", "filter", "inSegment", "countOnlyNull", "distinctCountWithNull"}
        case _:
            return False


def _from_events(array: Bound) -> bool:
    while isinstance(array, Filter):
        array = array.array
    return isinstance(array, Events)
