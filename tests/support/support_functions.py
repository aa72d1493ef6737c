"""docs/functions.md, from the registry; and a call of each function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support_schema import FLAG

from segkit.pql.functions import FUNCTIONS, SYNONYMS, Parameter, Signature
from segkit.pql.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    STRING,
    TIMESTAMP,
    Kind,
    Schema,
    array_of,
    map_of,
    object_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_GROUPS = {
    "String": "Text",
    "Number": "Numbers",
    "Date or Timestamp": "Dates and timestamps",
    "Array": "Arrays",
    "Map": "Maps and objects",
    "Map or Object": "Maps and objects",
}
_OTHER = "Any value"
_FREE = "Without a receiver"
_ORDER = (*dict.fromkeys(_GROUPS.values()), _OTHER, _FREE)

SAMPLES: dict[Kind, str] = {
    Kind.STRING: "text",
    Kind.INTEGER: "points",
    Kind.DOUBLE: "price",
    Kind.BOOLEAN: "active",
    Kind.DATE: "born",
    Kind.TIMESTAMP: "joined",
    Kind.ARRAY: "colours",
    Kind.MAP: "scores",
    Kind.OBJECT: "home",
}
"""A field of `SCHEMA` of each kind."""

SCHEMA = Schema(
    object_of(
        {
            "text": STRING,
            "points": INTEGER,
            "price": DOUBLE,
            "active": BOOLEAN,
            "born": DATE,
            "joined": TIMESTAMP,
            "colours": array_of(STRING),
            "numbers": array_of(INTEGER),
            "scores": map_of(DOUBLE),
            "home": object_of({"city": STRING, "visits": INTEGER}),
            FLAG: BOOLEAN,
        }
    ),
    object_of({"_id": STRING, "timestamp": TIMESTAMP, "points": INTEGER}),
)

_LITERALS = {
    "pattern": '"(a)b"',
    "group": "1",
    "caseSensitive": "false",
    "segment": '"gold"',
    "key": '"city"',
    "separator": '","',
}
_OVER_NUMBERS = frozenset({"sum", "average", "min", "max", "topN", "bottomN"})
_OVER_EVENTS = frozenset({"filter", "exists"})


_HEAD = """\
# Functions

What segkit's PQL offers besides operators, `select`, `exists`, `forall`, `sum … over` and `chain`. Made from the table
that the compiler itself uses: do not edit, run `python -m tests.support`.

Every function with a receiver can be written in two styles: `city.startsWith("S")` and `startsWith(city, "S")`; only
`matches` is an operator instead: `city matches "^S"`. Square brackets mark what may be left off. A function gives null
when an argument is null, unless its meaning says otherwise; one that gives a Boolean gives false then. Inside a
*condition* or an *expression of an item* the item's own fields are in scope, `this` is the item itself and `^` leads
one scope out."""


def calls(one: Signature) -> list[str]:
    """Calls of a function in each style, for each kind of its first value, with and without what may be left off."""
    varied = next((parameter.accepts.kinds for parameter in one.parameters if parameter.accepts.kinds), frozenset())
    if one.name == "mapEntry":  # which stands in `map` alone
        return ["scores.map((K, V) => mapEntry(K, V))", "colours.groupBy(this).map((K, G) => mapEntry(K, G.count()))"]
    found: list[str] = []
    for kind in sorted(varied) or [Kind.STRING]:
        # the flag that heeds case is for texts alone
        fitting = [each for each in one.parameters if each.name != "caseSensitive" or kind is Kind.STRING]
        values = [_sample(one, parameter, kind) for parameter in fitting]
        for given in (values[: one.least], values):
            if one.name == "matches":
                found.append(f"{given[0]} matches {given[1]}")
            else:
                found.append(f"{one.name}({', '.join(given)})")
            if one.method:
                found.append(f"{given[0]}.{one.name}({', '.join(given[1:])})")
    return list(dict.fromkeys(found))


def _sample(one: Signature, parameter: Parameter, kind: Kind) -> str:
    kinds = parameter.accepts.kinds
    if parameter.literal or parameter.name in _LITERALS:
        return _LITERALS[parameter.name]
    if not kinds:
        return "this" if parameter.name == "expression" else "points > 1"
    if kinds == {Kind.ARRAY} and one.name in _OVER_NUMBERS | _OVER_EVENTS:
        return "numbers" if one.name in _OVER_NUMBERS else "xEvent"
    if parameter.name == "item":
        return "text"
    return SAMPLES[kind if kind in kinds else next(known for known in SAMPLES if known in kinds)]


def document() -> str:
    """The text of docs/functions.md."""
    lines = [_HEAD]
    grouped: dict[str, list[Signature]] = {}
    for one in FUNCTIONS.values():
        grouped.setdefault(_group(one), []).append(one)
    for title in _ORDER:
        lines += ["", f"## {title}", "", "| function | meaning | rule |", "|---|---|---|"]
        lines += sorted((_line(one) for one in grouped.pop(title, ())), key=str.lower)
    lines += ["", "## Names from elsewhere", "", "Not PQL; a diagnostic that meets one names the right word.", ""]
    lines += ["| not | but |", "|---|---|", *_pairs(SYNONYMS.items())]
    return "\n".join(lines) + "\n"


def _group(one: Signature) -> str:
    if not one.method:
        return _FREE
    return _GROUPS.get(one.parameters[0].accepts.words, _OTHER)


def _line(one: Signature) -> str:
    return f"| `{one}` | {one.doc} | {one.rule} |"


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"| `{wrong}` | `{right}` |" for wrong, right in sorted(pairs, key=lambda pair: pair[0].lower())]
