"""A tree to `pql/json`, in the dialect that AEP writes today (`docs/pql_json.md`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from segkit.pql.diagnostics import Diagnostic, PQLError
from segkit.pql.reading.reader import parse
from segkit.pql.reading.tokens import MOMENTS, PLURALS
from segkit.pql.tree import (
    Aggregate,
    Array,
    Between,
    Binary,
    Boolean,
    Call,
    Chain,
    Clause,
    Climb,
    Context,
    Count,
    Distance,
    Double,
    Element,
    Expression,
    Field,
    Index,
    Integer,
    Interval,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Null,
    Object,
    Occurs,
    Parameter,
    Quantified,
    Select,
    Side,
    Span,
    String,
    Tail,
    Unary,
    Within,
)
from segkit.pql.trees import vocabulary
from segkit.pql.trees.reading import from_json, is_tree
from segkit.pql.trees.scopes import PROFILE_SCOPE, Scope
from segkit.pql.trees.vocabulary import PROFILE, THIS, WRITTEN, spelt
from segkit.pql.walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]

_COMPACT: Final = (",", ":")


def to_json(expression: str | Mapping[str, object] | Expression, *, indent: int | None = None) -> str:
    """Write an expression as the tree that AEP calls `pql/json`.

    Parameters
    ----------
    expression
        PQL text, or a parsed expression; of a tree, as text or dict, the way AEP writes it today. Comments have no
        place in a tree and are left out.
    indent
        Spaces a level for people to read; everything on one line when left out, as AEP stores it.

    Returns
    -------
    str
        JSON; `from_json` reads it back into an equal expression.

    Raises
    ------
    PQLError
        When a text cannot be read, or a tree nests too deep.

    Examples
    --------
    >>> to_json("age > 20.5")[:60]
    '{"nodeType":"fnApply","fnName":">","params":[{"nodeType":"fi'
    """
    read = _read(expression)
    try:
        document = _Writer(_names(read.root)).node(read.root, PROFILE_SCOPE)
        return json.dumps(document, ensure_ascii=False, indent=indent, separators=None if indent else _COMPACT)
    except RecursionError:  # a tree that no text gave, or next to no stack left
        message = "the expression nests too deep to be written"
        raise PQLError([Diagnostic("too-deep", "error", message, Span(0, 0), source=read.text)]) from None


def _read(expression: str | Mapping[str, object] | Expression) -> Expression:
    match expression:
        case Expression():
            return expression
        case Mapping():
            return from_json(expression)
        case _:
            return from_json(expression) if isinstance(expression, str) and is_tree(expression) else parse(expression)


def _names(root: Node) -> set[str]:
    """Every name in a tree, which no variable of the writer's own making may have."""
    found: set[str] = set()
    for part, _, _ in walk(root):
        match part:
            case Name(name=name) | Field(name=name) | Let(name=name) | Element(name=name) | Clause(variable=name):
                found.add(name)
            case Lambda(parameters=names):
                found.update(names)
            case _:
                pass
    return found


class _Writer:
    """Nodes as dicts. Items that have no name in the text get one, which no other name is."""

    __slots__ = ("_counts", "_taken", "_used")

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._counts: dict[str, int] = {}
        self._used: set[str] = set()

    def _fresh(self, kind: str) -> str:
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}{self._counts[kind]}"
            if name not in self._taken:
                return name

    # --- nodes

    def node(self, node: Node, scope: Scope) -> Json:
        """One node and all below it."""
        match node:
            case String() | Integer() | Double() | Boolean() | Null():
                return _scalar(node)
            case Name():
                return self._name(node, scope)
            case Field():
                return self._field(node, scope)
            case Parameter(position=position):
                return _parameter(position)
            case Climb(levels=levels):
                return self._climb(levels, scope)
            case Unary(operator=operator, operand=one):
                return _apply(operator, [self.node(one, scope)])
            case Binary(operator=operator, left=left, right=right):
                return _apply(operator, [self.node(left, scope), self.node(right, scope)])
            case Logic(operator=operator, operands=operands):
                return _apply(operator, [self.node(one, scope) for one in operands])
            case Call(name=name, arguments=arguments):
                return self._called(name, arguments, "function", scope)
            case Method(object=one, name=name, arguments=arguments):
                return self._called(name, (one, *arguments), "method", scope)
            case Index(object=one, argument=argument):
                name = "get" if vocabulary.is_key(argument) else "filter"
                return self._called(name, (one, argument), "index", scope)
            case Occurs(subject=subject, tail=tail):
                return self._occurs(self.node(subject, scope), tail, scope)
            case _:
                return self._form(node, scope)

    def _form(self, node: Node, scope: Scope) -> Json:
        match node:
            case Array(items=items):
                return self._array(items, scope)
            case Object(fields=fields):
                made = [{"nodeType": "field", "name": key, "value": self.node(one, scope)} for key, one in fields]
                return {"nodeType": "object", "fields": made}
            case Lambda(parameters=names, body=body):
                return _function(names, self.node(body, scope.having(names)))
            case Let(name=name, value=value, body=body):
                inner = self.node(body, scope.having([name]))
                return {"nodeType": "let", "varName": name, "value": self.node(value, scope), "body": inner}
            case Select(clauses=clauses):
                return {"nodeType": "select", "variables": self._clauses(clauses, scope)[0]}
            case Quantified(quantifier=quantifier, clauses=clauses):
                variables, _ = self._clauses(clauses, scope)
                return {"nodeType": "quantification", "quantifier": quantifier, "variables": variables}
            case Aggregate(function=function, body=body, clauses=clauses):
                variables, inside = self._clauses(clauses, scope)
                made_body = self.node(body, inside)
                return {"nodeType": "aggregate", "fnName": function, "body": made_body, "variables": variables}
            case Interval(relation=relation, unit=unit):
                return {"nodeType": "literal", "literalType": "TimeInterval", "unit": unit, "relation": relation}
            case Chain():
                return self._chain(node, scope)
            case Context(reference=reference):
                return {"nodeType": "contextReference", "reference": reference}
            case _:  # pragma: no cover - `node` has written all others
                raise TypeError(type(node).__name__)

    # --- names

    def _name(self, node: Name, scope: Scope) -> Json:
        word = node.name.lower()
        if node.name in scope.variables:
            made = _variable(node.name)
            if node.quoted != vocabulary.variable_is_quoted(node.name):
                made[WRITTEN] = spelt(node.name, quoted=node.quoted)
            return made
        if word in MOMENTS and not node.quoted:
            return _noted(_literal("Timestamp", word), node.name, unless=word)
        if word == THIS and not node.quoted and scope.depth:
            return _noted(self._item(scope, 0), node.name, unless=THIS)
        root = self._item(scope, 0) if scope.depth else _parameter(1)
        made = _lookup(node.name, root)
        if node.quoted != vocabulary.field_is_quoted(node.name):
            made[WRITTEN] = spelt(node.name, quoted=node.quoted)
        return made

    def _field(self, node: Field, scope: Scope) -> Json:
        match node.object:
            case Climb(levels=levels):
                root = self._item(scope, levels) if levels <= scope.depth else self._climb(levels, scope)
            case Parameter(position=1):
                root = _noted(_parameter(1), "$1")
            case Name(name=name, quoted=False) if name == PROFILE and name not in scope.variables:
                root = _noted(_parameter(1), PROFILE)
            case Name(name=name, quoted=False) if name.lower() == THIS and scope.depth and name not in scope.variables:
                root = _noted(self._item(scope, 0), name)
            case other:
                root = self.node(other, scope)
        return _lookup(node.name, root)

    def _item(self, scope: Scope, levels: int) -> Json:
        """The item so many levels out, the profile beyond the last."""
        if levels == scope.depth:
            return _parameter(1)
        name = scope.items[-1 - levels]
        self._used.add(name)
        return _variable(name)

    def _climb(self, levels: int, scope: Scope) -> Json:
        if levels > scope.depth:
            return {"nodeType": "climb", "levels": levels}
        return _noted(self._item(scope, levels), "^" if levels == scope.depth else None)

    # --- functions

    def _called(self, name: str, params: Sequence[Node], style: vocabulary.Style, scope: Scope) -> Json:
        made: list[Json] = []
        for place, one in enumerate(params):
            opened = place == 1 and vocabulary.opens(name)
            made.append(self._over_item(one, scope) if opened else self.node(one, scope))
        return _noted(_apply(name, made), style, unless=vocabulary.style(name, len(params)))

    def _over_item(self, node: Node, scope: Scope, kind: str = "item") -> Json:
        """What is read of each item, as a lambda; one that the user wrote stays what it was."""
        if isinstance(node, Lambda) and kind == "item":
            return _noted(self.node(node, scope), "lambda" if len(node.parameters) == 1 else None)
        item = self._fresh(kind)
        return _function([item], self.node(node, scope.within(item)))

    def _array(self, items: Sequence[Node], scope: Scope) -> Json:
        values = [one.value for one in items if isinstance(one, String | Integer | Double | Boolean)]
        if len(values) == len(items):
            return _literal("List", values)
        return {"nodeType": "array", "items": [self.node(one, scope) for one in items]}

    def _clauses(self, clauses: Sequence[Clause], scope: Scope) -> tuple[list[Json], Scope]:
        """`varDecl`s, each in sight of those before, and the scope behind them."""
        found: list[Json] = []
        for one in clauses:
            made: Json = {"nodeType": "varDecl", "varName": one.variable, "from": self.node(one.source, scope)}
            scope = scope.having([one.variable])
            if one.condition is not None:
                made["where"] = self.node(one.condition, scope)
            found.append(made)
        return found, scope

    # --- time and chains

    def _occurs(self, subject: Json, tail: Tail, scope: Scope) -> Json:
        made: Json = {"nodeType": "occurs", "timestamp": subject}
        match tail:
            case Within(reference=one):
                made |= {"timeinterval": self.node(one, scope), "relation": _direction("within")}
            case Side(direction=direction, reference=one):
                made |= {"timeinterval": self.node(one, scope), "relation": _direction(direction)}
            case Distance(direction=direction, reference=one):
                made |= {"timeinterval": self.node(one, scope), "relation": _direction(direction)}
                made["qualification"] = _qualification(tail)
            case Between(start=start, end=end):
                made |= {"timeinterval": self.node(start, scope), "endTimeinterval": self.node(end, scope)}
                made["relation"] = _direction("between")
        return made

    def _chain(self, node: Chain, scope: Scope) -> Json:
        made: Json = {
            "nodeType": "chain",
            "array": self.node(node.array, scope),
            "timestampField": self._over_item(node.timestamp, scope, "event"),
        }
        named: list[str] = []
        elements: list[Json] = []
        for one in node.elements:
            elements.append(self._element(one, scope, named))
            if not one.negated:
                named.append(one.name)
        return made | {"elements": elements}

    def _element(self, one: Element, scope: Scope, named: Sequence[str]) -> Json:
        made: Json = {"nodeType": "element", "name": one.name, "negated": one.negated}
        if one.what is None:
            made["what"] = _function([self._fresh("event")], _literal("Boolean", value=True))
        else:
            made["what"] = self._over_item(one.what, scope, "event")
            if one.what == Boolean(value=True):
                made["what"]["body"][WRITTEN] = "true"
        if one.when is not None:
            made["when"] = self._when(one.when, scope, named)
        if one.count is not None:
            made["count"] = _count(one.count)
        return made

    def _when(self, tail: Tail, scope: Scope, named: Sequence[str]) -> Json:
        """A lambda over the timestamp; over the event too where the tail reads more of it, which AEP has no way for."""
        moment, event = self._fresh("time"), self._fresh("event")
        body = self._occurs(_variable(moment), tail, scope.within(event).having(named))
        return _function([moment, event] if event in self._used else [moment], body)


# --- the smallest parts


def _scalar(node: String | Integer | Double | Boolean | Null) -> Json:
    if isinstance(node, Null):
        return _literal("Null", None)
    return _literal(type(node).__name__, node.value)


def _literal(kind: str, value: object) -> Json:
    return {"nodeType": "literal", "literalType": kind, "value": value}


def _apply(name: str, params: list[Json]) -> Json:
    return {"nodeType": "fnApply", "fnName": name, "params": params}


def _lookup(name: str, root: Json) -> Json:
    return {"nodeType": "fieldLookup", "fieldName": name, "object": root}


def _variable(name: str) -> Json:
    return {"nodeType": "varRef", "varName": name}


def _parameter(position: int) -> Json:
    return {"nodeType": "parameterReference", "position": position}


def _function(names: Sequence[str], body: Json) -> Json:
    return {"nodeType": "lambda", "varNames": list(names), "body": body}


def _direction(word: str) -> Json:
    return _literal("TimeDirection", word)


def _noted(made: Json, written: str | None, *, unless: str | None = None) -> Json:
    """A node with how it was written, unless the reader takes it so by itself."""
    if written is not None and written != unless:
        made[WRITTEN] = written
    return made


def _qualification(tail: Distance) -> Json:
    unit = _literal("TimeUnit", PLURALS[tail.unit])
    return {
        "nodeType": "timeQualification",
        "duration": {"nodeType": "duration", "count": _literal("Integer", tail.count), "unit": unit},
        "comparison": _literal("Comparison", tail.comparison),
    }


def _count(count: Count) -> Json:
    return {"comparison": _literal("Comparison", count.comparison), "count": _literal("Integer", count.number)}
