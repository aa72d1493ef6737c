"""Values and lists of items in words: what stands on both sides of a comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segkit.analysis import sentences
from segkit.analysis.moments import instant, window
from segkit.analysis.telling import RareError, constant, dotted, listed
from segkit.pql.bound import (
    Aggregate,
    Arith,
    Attribute,
    Bound,
    Compare,
    Const,
    Convert,
    Distinct,
    Events,
    Filter,
    Function,
    Get,
    Head,
    In,
    InRange,
    Items,
    Lookup,
    Now,
    Shift,
    StartOf,
    Top,
    Transform,
    Variable,
)
from segkit.pql.bound_walk import conjuncts, path_of, substitute
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.analysis.telling import Telling
    from segkit.pql.types import Path

AGGREGATES = {"sum": "total", "average": "average", "min": "smallest", "max": "largest"}
_DIFFERENCES = {
    "diffInYears": "years",
    "diffInMonths": "months",
    "diffInDays": "days",
    "diffInHours": "hours",
    "diffInMinutes": "minutes",
    "diffInSeconds": "seconds",
}
_PARTS = {
    "getMonth": "month",
    "getYear": "year",
    "getDayOfMonth": "day of the month",
    "dayOfWeek": "day of the week",
    "dayOfYear": "day of the year",
    "weekOfYear": "week of the year",
    "extractHours": "hour",
    "extractMinutes": "minute",
    "extractSeconds": "second",
}
ANY_CASE = " (in any case of letters)"
_TYPE, _TIME = ("eventType",), ("timestamp",)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A value in words; `owned` where it can follow `whose`, `certain` where it is never missing."""

    text: str
    owned: bool = False
    certain: bool = False

    @property
    def compact(self) -> str:
        """The words as a part of a formula."""
        return f"({self.text})" if " " in self.text else self.text


@dataclass(frozen=True, slots=True)
class Listed:
    """Items of an array in words.

    Parameters
    ----------
    one, many
        The nouns.
    behind
        What follows the noun at once: where the items come from.
    label
        What the author calls an item, where it matters.
    kinds, times, held
        The event types, the stretches of time, and all other conditions on an item; the latter with whether they need
        brackets beside others.
    """

    one: str
    many: str
    behind: str = ""
    label: str = ""
    kinds: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    held: tuple[tuple[str, bool], ...] = ()

    def told(self, *, single: bool, apart: bool) -> str:
        """The noun with everything that is known of the items; `apart` puts conditions in brackets."""
        words = f"{self.one if single else self.many}{self.behind}{self.label}"
        words += "".join(f" of eventType {one}" for one in self.kinds)
        words += "".join(f" {one}" for one in self.times)
        if not self.held:
            return words
        beside = len(self.held) > 1
        where = f"where {' and '.join(f'({one})' if loose and beside else one for one, loose in self.held)}"
        return f"{words} ({where})" if apart else f"{words} {where}"


def value(node: Bound, t: Telling) -> Phrase:
    """A value in words.

    Raises
    ------
    RareError
        It is of a form that only PQL tells well.
    """
    match node:
        case Const(value=held):
            return Phrase(constant(held), certain=held is not None)
        case Attribute(path=path):
            if not path:
                raise RareError
            return Phrase(dotted(path), owned=True) if t.item is None else Phrase(f"the profile's {dotted(path)}")
        case Variable() | Get():
            return _path(node, t)
        case Lookup(map=inner, key=Const(value=key)):
            of = value(inner, t)
            return replace(of, text=f"{of.text}[{constant(key)}]", certain=False)
        case Now() | StartOf() | Shift() | Convert() if node.type.kind is Kind.TIMESTAMP:
            return Phrase(instant(node, lambda one: value(one, t).text), _owned(node, t), isinstance(node, Now))
        case Convert(value=inner):
            return value(inner, t)
        case Arith():
            left, right = value(node.left, t), value(node.right, t)
            return Phrase(f"{left.compact} {node.operator} {right.compact}")
        case Function():
            return _function(node, t)
        case Aggregate():
            return _aggregate(node, t)
        case Head():
            return _first(node, (), t)
        case Items(items=items):
            return Phrase(listed(items, "and"), certain=True)
        case Top() | Filter() | Transform() | Events():
            return _array(node, t)
        case _:
            raise RareError


def _owned(node: Bound, t: Telling) -> bool:
    return isinstance(node, Convert) and value(node.value, t).owned


def _path(node: Bound, t: Telling) -> Phrase:
    base, path = path_of(node)
    match base:
        case Variable(name=name) if name == t.item:
            return Phrase(dotted(path) if path else "it")
        case Variable(name=name) if name in t.names:
            return Phrase(f"{t.names[name]}.{dotted(path)}" if path else t.names[name])
        case Head():
            return _first(base, path, t)
        case Lookup():
            of = value(base, t)
            return replace(of, text=f"{of.text}.{dotted(path)}", certain=False)
        case _:
            raise RareError


def _function(node: Function, t: Telling) -> Phrase:
    given = list(node.arguments)
    while given and isinstance(given[-1], Const) and given[-1].value is None:
        given.pop()
    if not given:
        raise RareError
    told = [_argument(one, t) for one in given]
    if node.name in _DIFFERENCES and len(told) == 2:
        return Phrase(f"the number of whole {_DIFFERENCES[node.name]} from {told[1].text} to {told[0].text}")
    if node.name in _PARTS and len(told) == 1:
        return Phrase(f"the {_PARTS[node.name]} of {told[0].text}")
    if any(" " in one.text and not isinstance(of, Const | Items) for one, of in zip(told, given, strict=True)):
        raise RareError
    first, *rest = told
    return Phrase(f"{first.text}.{node.name}({', '.join(one.text for one in rest)})", owned=first.owned)


def _argument(node: Bound, t: Telling) -> Phrase:
    if not isinstance(node, Items):
        return value(node, t)
    if not all(isinstance(one, Const) for one in node.items):
        raise RareError
    return Phrase(f"[{', '.join(constant(one.value) for one in node.items if isinstance(one, Const))}]")


def _aggregate(node: Aggregate, t: Telling) -> Phrase:
    certain = node.function == "count"
    if certain and isinstance(node.array, Distinct):
        array, body = item_of(node.array.array, t)
        return Phrase(
            f"the number of different values of {body} in {array.told(single=False, apart=True)}", certain=True
        )
    if certain:
        return Phrase(f"the number of {listing(node.array, t).told(single=False, apart=True)}", certain=True)
    array, body = item_of(node.array, t)
    return Phrase(f"the {AGGREGATES[node.function]} {body} of {array.told(single=False, apart=True)}")


def item_of(array: Bound, t: Telling) -> tuple[Listed, str]:
    """An array as items and what is taken of each."""
    made = underlying(array)
    if made is not None:
        return listing(array, t), value(made[1], t.within(made[0])).text
    match array:
        case Transform(array=inner, variable=variable, body=Transform() as body, flatten=True):
            below, taken = item_of(body, t.within(variable))
            outer = listing(inner, t).told(single=False, apart=True)
            return replace(below, behind=f"{below.behind} of {outer}"), taken
        case _:
            return listing(array, t), "value"


def _first(head: Head, path: Path, t: Telling) -> Phrase:
    taken, array = dotted(path), head.array
    if isinstance(array, Transform) and not array.flatten and not path:
        taken = value(array.body, t.within(array.variable)).text
        array = array.array
    if not isinstance(array, Top) or not isinstance(array.number, Const):
        raise RareError
    of = _sorted(array, t, single=True)
    return Phrase(f"the {taken} of the {of}" if taken else f"the {of}")


def _sorted(top: Top, t: Telling, *, single: bool) -> str:
    items = listing(top.array, t).told(single=single, apart=True)
    start, path = path_of(top.key)
    if isinstance(start, Variable) and path == _TIME:
        return f"{'latest' if top.descending else 'earliest'} {items}"
    key = value(top.key, t.within(top.variable)).text
    return f"{items} with the {'largest' if top.descending else 'smallest'} {key}"


def _array(node: Bound, t: Telling) -> Phrase:
    match node:
        case Top(number=Const(value=int(number))):
            return Phrase(f"the {number:,} {_sorted(node, t, single=number == 1)}" if number != 1 else _only(node, t))
        case _ if underlying(node) is not None:
            items, taken = item_of(node, t)
            return Phrase(f"{taken} of the {items.told(single=False, apart=True)}")
        case _:
            return Phrase(f"the {listing(node, t).told(single=False, apart=True)}")


def _only(top: Top, t: Telling) -> str:
    return f"the {_sorted(top, t, single=True)}"


def listing(array: Bound, t: Telling, *conditions: tuple[Variable, Bound]) -> Listed:
    """The items of an array, with conditions that they also meet.

    Raises
    ------
    RareError
        The array is of a form that only PQL tells well.
    """
    found = _listing(array, t)
    for variable, condition in conditions:
        found = _meeting(found, array, variable, condition, t)
    return found


def underlying(array: Bound) -> tuple[Variable, Bound] | None:
    """What the items of an array are of the items that it was made from: a variable for those, and the way from it."""
    match array:
        case Filter(array=inner):
            return underlying(inner)
        case Transform(array=inner, variable=variable, body=body, flatten=False):
            below = underlying(inner)
            return (variable, body) if below is None else (below[0], substitute(body, {variable.name: below[1]}))
        case _:
            return None


def _listing(array: Bound, t: Telling) -> Listed:
    match array:
        case Events():
            return Listed("experience event", "experience events")
        case Filter(array=inner, variable=variable, condition=condition):
            return listing(inner, t, (variable, condition))
        case Transform(array=inner, variable=variable, body=Get() as body, flatten=True):
            taken = value(body, t.within(variable)).text
            outer = listing(inner, t).told(single=False, apart=True)
            return Listed(f"item of {taken}", f"items of {taken}", f" of {outer}")
        case Transform(array=inner, flatten=False):
            return listing(inner, t)  # an item each, null ones too
        case Attribute() | Get() | Lookup() | Function():
            path = value(array, t).text
            return Listed(f"item of {path}", f"items of {path}")
        case _:
            raise RareError


def _meeting(found: Listed, array: Bound, variable: Variable, condition: Bound, t: Telling) -> Listed:
    made = underlying(array)
    if made is not None:
        variable, condition = made[0], substitute(condition, {variable.name: made[1]})
    inside = t.within(variable)
    kinds, times, held = list(found.kinds), list(found.times), list(found.held)
    parts: Sequence[Bound] = conjuncts(condition)
    for one in parts:
        kind = _event_type(one, variable) if not kinds and _of_events(array) else None
        if isinstance(one, Const) and one.value is True:
            continue
        if kind is not None:
            kinds.append(kind)
        elif _of_events(array) and isinstance(one, InRange) and path_of(one.subject) == (variable, _TIME):
            times.append(window(one, lambda of: value(of, inside).text))
        else:
            held.append((sentences.clause(one, inside), sentences.is_loose(one, inside)))
    if len(times) > 1:  # two stretches in a row would read as one
        held, times = [*((f"timestamp is {one}", False) for one in times), *held], []
    label = found.label or t.label(variable, condition)
    return replace(found, label=label, kinds=tuple(kinds), times=tuple(times), held=tuple(dict.fromkeys(held)))


def _of_events(array: Bound) -> bool:
    while isinstance(array, Filter) or (isinstance(array, Transform) and not array.flatten):
        array = array.array
    return isinstance(array, Events)


def _event_type(node: Bound, variable: Variable) -> str | None:
    match node:
        case Compare(operator="=", left=left, right=Const(value=str(text)), ignore_case=ignored):
            shown = f"{constant(text)}{ANY_CASE if ignored else ''}"
            return shown if path_of(left) == (variable, _TYPE) else None
        case In(value=left, array=Items(items=items), negated=False) if path_of(left) == (variable, _TYPE):
            return (
                listed(items) if all(isinstance(one, Const) and isinstance(one.value, str) for one in items) else None
            )
        case _:
            return None
