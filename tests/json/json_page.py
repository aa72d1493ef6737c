"""docs/pql_json.md, from the vocabulary, the codes and examples that are written as the page is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from segkit.pql import parse, to_json
from segkit.pql.codes import JSON

PAGE = Path(__file__).resolve().parents[2] / "docs" / "pql_json.md"
_WIDTH = 112

INTRODUCTION = """\
# Expressions as trees: `pql/json`

AEP stores an expression as `{"type": "PQL", "format": "pql/text" | "pql/json", "value": "…"}`. With `pql/json` the
value is the expression as a tree of nodes, serialised into a string. segkit reads the trees that AEP writes today and
those of 2019 and 2020, and writes those of today. Made from the code and its examples: do not edit, run
`python -m tests.json`.

```python
>>> import segkit as sk
>>> tree = sk.pql.to_json('workAddress.country = "US"')
>>> sk.pql.from_json(tree).text
'workAddress.country = "US"'

```

`from_json` takes JSON text, a dict, or a whole expression object; its result has the text that a person would write.
Whatever comes from a text comes back: `from_json(to_json(x)) == x`. Comments have no place in a tree and stay behind.
A segment definition may be given either way, is kept as it was given, and shows text: `segment.pql`,
`segment.to_json()`, `segment.to_aep(format="pql/json")`. In a shell: `segkit convert 'PQL'`,
`segkit convert @tree.json`.
"""

NODES: dict[str, tuple[str, str, str]] = {
    # node type: (keys, what it is, an example)
    "fnApply": (
        "fnName, params",
        "operators, functions and methods alike; the receiver comes first",
        'a = "x" and not b',
    ),
    "fieldLookup": ("fieldName, object", "a field; one node for each step of a path", "homeAddress.city"),
    "parameterReference": ("position", "the profile", "homeAddress"),
    "varRef": (
        "varName",
        "a variable, an item or event, or an earlier element of a chain",
        "select X from xEvent where X.a = 1",
    ),
    "lambda": ("varNames, body", "what is read of each item", "orders[total > 100]"),
    "literal": ("literalType, value", "see below", "12.5"),
    "occurs": (
        "timestamp, timeinterval, relation, qualification?, endTimeinterval?",
        "a condition on a point in time; `endTimeinterval` with the relation `between`",
        "t occurs <= 3 months before now",
    ),
    "timeQualification": ("duration, comparison", "how far", "t occurs <= 3 months before now"),
    "duration": ("count, unit", "a count of units of time", "t occurs <= 3 months before now"),
    "chain": ("array, timestampField, elements", "a sequence of events", "chain(xEvent, timestamp, [A: WHAT(*)])"),
    "element": (
        "name, negated, what, when?, count?",
        "an event; `what` is a lambda over it, `when` one over its timestamp, and `count` is `{comparison, count}`",
        'chain(xEvent, timestamp, [A: WHAT(eventType = "view") COUNT(2), B: WHAT(*) WHEN(<= 2 days after A)])',
    ),
    "select": ("variables", "the items for which conditions hold", "select X from xEvent where X.a = 1"),
    "varDecl": ("varName, from, where?", "a variable of `select` and its like", "select X from xEvent where X.a = 1"),
}

OWN: dict[str, tuple[str, str, str]] = {
    "quantification": ("quantifier, variables", "`exists` and `forall`", "forall X from orders where X.paid"),
    "aggregate": ("fnName, body, variables", "`sum … over` and its like", "sum X.total over X from orders"),
    "let": ("varName, value, body", "a name for a value", "let x = a.b in x = 1 or x = 2"),
    "array": ("items", "a list that is not of literals alone", "a in [b, 1]"),
    "object": ("fields", "an object literal, of nodes `field` with `name` and `value`", '{"city": homeAddress.city}'),
    "field": ("name, value", "a field of an object literal", '{"city": homeAddress.city}'),
    "climb": ("levels", "`^` beyond the profile, which only binding refuses", "^a"),
    "contextReference": ("reference", "a reference of decisioning, which segments refuse", "@{schema;version=1}.a"),
}

LITERALS: dict[str, tuple[str, str]] = {
    "String": ("a text", '"US"'),
    "Double": (
        "a number; AEP's audience builder writes `2` of this type, which is read as `2`, and `2.0` as `2.0`",
        "2.5",
    ),
    "Integer": ("a whole number", "2"),
    "Boolean": ("true or false", "true"),
    "List": ("texts, numbers and Booleans, bare", '["US", "CA"]'),
    "Timestamp": ("`now`, `today`, `yesterday`, `tomorrow`; ISO 8601 is read too", "today"),
    "TimeInterval": (
        "has `unit`, in the singular, and `relation`, `this`, `last` or `next`, in place of a value",
        "this month",
    ),
    "Null": ("no value; segkit's own", "a = null"),
}

PLACES: dict[str, tuple[str, str]] = {
    "TimeDirection": ("`before`, `after`, `within`; segkit's own: `between`", "t occurs this month"),
    "TimeUnit": ("`days`, in the plural", "t occurs <= 3 days before now"),
    "Comparison": ("`=`, `!=`, `<`, `<=`, `>`, `>=`", "t occurs <= 3 days before now"),
}

WRITTEN: list[tuple[str, str]] = [
    ("contains(a, b)", "a function; a method such as `a.contains(b)` needs no mark"),
    ('email.matches("x")', 'a method; an operator such as `email matches "x"` needs no mark'),
    ("orders.filter(paid)", "the same; the filter `orders[paid]` needs no mark"),
    ('m["k"]', 'a key in brackets; `m.get("k")` needs no mark'),
    ("orders.map((x) => x.total)", "a lambda that was written; `orders.map(total)` needs no mark"),
    ("$1.a", "the profile by its number; a bare `a` needs no mark"),
    ("profile.a", "the profile by its name"),
    ("`order` = 1", "backticks that are not needed, or are not there where they might"),
    ("orders[this.a = 1]", "the item by its name; a bare `a` needs no mark"),
    ("orders[b.exists(a = ^^)]", "the profile itself, climbed to"),
    ("t occurs TODAY", "a word in other letters"),
    ("chain(xEvent, timestamp, [A: WHAT(true)])", "a condition that is always true; `WHAT(*)` needs no mark"),
]


def document() -> str:
    """What the page should say."""
    parts = [
        INTRODUCTION,
        "## Nodes\n",
        _nodes(NODES),
        "segkit's own, for what AEP has no published form of:\n",
        _nodes(OWN),
    ]
    parts += ["## Literals\n", _table(("type", "value", "text", "tree"), _literal_rows(LITERALS))]
    parts += [
        "Those that stand only in their own places:\n",
        _table(("type", "value", "text", "tree"), _literal_rows(PLACES)),
    ]
    parts += [_ITEMS, *_examples(), _MARKS, _table(("text", "`written`", "what it says"), _written_rows()), _OLD]
    codes = [(f"`{code}`", one.meaning) for code, one in JSON.items()]
    parts += [_REFUSED, _table(("code", "what it means"), codes)]
    return "\n".join(parts)


_ITEMS = """\
## Items and names

What a filter, `exists`, `sum`, `map`, `topN` and their like read of each item is a `lambda` over it. A person writes
none, so the writer makes up a name that is nobody else's; a field of the item is a `fieldLookup` on its `varRef`, a
field reached with `^` one on the variable of the lambda around, and beyond the outermost lambda stands the profile. The
lambda of `when` has the event for a second variable where its tail reads the event too, which AEP has no form for. In
brackets a text or number is a map's key (`get`), all else a filter: which of the two a path such as `m[a.b]` is depends
on the schema, which a tree does not know. Names may hold any character but control characters and line breaks.

## Examples
"""

_MARKS = """\
## How it was written

A tree says less than a text. Where the reader would take another way to write the same, the node has one more key,
`written`, which AEP ignores. Without it the reader takes the way that most people write.
"""

_OLD = """\
## Trees of 2019 and 2020

Their profile is `{"nodeType": "literal", "literalType": "XDMObject", "value": "profile"}`, and conditions on events are
`select` with `varDecl`. Both are read. Keys that are not listed here are passed over; the words of operators, units,
comparisons and directions may be in any case; `and` and `or` may have a single param.
"""

_REFUSED = """\
## What is refused

A message names the path in the document, such as `$.params[0].object`, and shows its words.
"""

_SHOWN = [
    'workAddress.country = "US"',
    "person.birthDate occurs this month",
    "t occurs between date(2024, 1, 1) and now",
    "orders.exists(items[price > ^total].count() > 1)",
    "orders.topN(total, 1).head().currency",
    'chain(xEvent, timestamp, [A: WHAT(eventType = "view") COUNT(2), B: WHAT(*) WHEN(<= 2 days after A)])',
    "forall X from orders where X.paid",
    'orders.map({"id": _id, "half": total / 2})',
]


def _examples() -> list[str]:
    return [f"`{text}`\n\n```json\n{printed(json.loads(to_json(text)))}\n```\n" for text in _SHOWN]


def _nodes(nodes: dict[str, tuple[str, str, str]]) -> str:
    rows = [
        (f"`{kind}`", ", ".join(f"`{key}`" for key in keys.split(", ")), what, f"`{example}`")
        for kind, (keys, what, example) in nodes.items()
    ]
    return _table(("node type", "keys", "what it is", "as in"), rows)


def _literal_rows(literals: dict[str, tuple[str, str]]) -> list[tuple[str, ...]]:
    found = []
    for kind, (value, example) in literals.items():
        text = f"t occurs {example}" if kind in {"Timestamp", "TimeInterval"} else example
        node = next(one for one in nodes_of(text) if one.get("literalType") == kind)
        found.append((f"`{kind}`", value, f"`{example}`", f"`{json.dumps(node)}`"))
    return found


def _written_rows() -> list[tuple[str, ...]]:
    found = []
    for text, what in WRITTEN:
        marks = [one["written"] for one in nodes_of(text) if "written" in one]
        # a backtick inside code needs two around it
        shown = ", ".join(f"`` {one} ``" if "`" in one else f"`{one}`" for one in marks)
        found.append((f"`` {text} ``" if "`" in text else f"`{text}`", shown, what))
    return found


def nodes_of(text: str) -> list[dict[str, Any]]:
    """All nodes of a text's tree, the outer ones first."""
    parse(text)
    found: list[dict[str, Any]] = []
    waiting = [json.loads(to_json(text))]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            found.append(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found


def printed(value: Any, indent: int = 0) -> str:
    """JSON for people: what fits on a line stands on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= _WIDTH or not isinstance(value, dict | list):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, list):
        items = [printed(one, indent + 2) for one in value]
    else:
        items = [f"{json.dumps(key)}: {printed(one, indent + 2)}" for key, one in value.items()]
    opener, closer = "[]" if isinstance(value, list) else "{}"
    return f"{opener}\n{inner}" + f",\n{inner}".join(items) + f"\n{' ' * indent}{closer}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(one.replace('|', chr(92) + '|') for one in row)} |" for row in lines) + "\n"
