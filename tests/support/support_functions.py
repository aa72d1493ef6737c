"""docs/functions.md, from the registry; and a call of each function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.functions import FUNCTIONS, SYNONYMS, Parameter, Signature

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

_SAMPLES: dict[str, str] = {
    "String": "text",
    "Number": "price",
    "Integer": "points",
    "Boolean": "active",
    "Date or Timestamp": "joined",
    "Array": "colours",
    "Map": "scores",
    "Map or Object": "scores",
    "String, Array or Map": "colours",
    "scalar": "city",
    "any value": "city",
    "condition": "points > 1",
    "expression of an item": "this",
}
"""Names and expressions by what a parameter accepts."""
_LITERALS = {
    "pattern": '"(a)b"',
    "group": "1",
    "caseSensitive": "false",
    "segment": '"gold"',
    "part": '"a"',
    "key": '"a"',
}
_OVER_NUMBERS = frozenset({"sum", "average", "min", "max", "topN", "bottomN"})
_OVER_ITEMS = frozenset({"filter", "exists"})


_HEAD = """\
# Functions

What segkit's PQL offers besides operators, `select`, `exists`, `forall`, `sum … over` and `chain`. Made from the table
that the compiler itself uses: do not edit, run `python -m tests.support`.

Every function with a receiver can be written in two styles: `city.startsWith("S")` and `startsWith(city, "S")`; only
`matches` is an operator instead: `city matches "^S"`. Square brackets mark what may be left off. A function gives null
when an argument is null, unless its meaning says otherwise; one that gives a Boolean gives false then. Inside a
*condition* or an *expression of an item* the item's own fields are in scope, `this` is the item itself and `^` leads
one scope out."""


def call(one: Signature) -> list[str]:
    """Calls of a function in each style, with fields named for what they hold."""
    values = [_sample(one, parameter) for parameter in one.parameters]
    short = values[: one.least]
    styles = [f"{one.name}({', '.join(short)})"] if one.name != "matches" else [f"{short[0]} matches {short[1]}"]
    if one.method:
        styles.extend(f"{given[0]}.{one.name}({', '.join(given[1:])})" for given in (short, values))
    return list(dict.fromkeys(styles))


def _sample(one: Signature, parameter: Parameter) -> str:
    if parameter.name in _LITERALS:
        return _LITERALS[parameter.name]
    if parameter.name == "array" and one.name in _OVER_NUMBERS:
        return "numbers"
    if parameter.name == "array" and one.name in _OVER_ITEMS:
        return "xEvent"
    if one.name == "includes" and parameter.name == "item":
        return '"red"'
    return _SAMPLES[parameter.accepts.words]


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
    meaning = one.doc if one.compiled else f"{one.doc}. **Read and formatted, not run yet**"
    return f"| `{one}` | {meaning} | {one.rule} |"


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"| `{wrong}` | `{right}` |" for wrong, right in sorted(pairs, key=lambda pair: pair[0].lower())]
