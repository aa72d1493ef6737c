"""`pql/json` to a tree: what AEP writes today, what it wrote in 2019, and what segkit adds (`docs/pql_json.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

from segkit.pql.diagnostics import PQLError, did_you_mean
from segkit.pql.reading.reader import parse
from segkit.pql.tree import (
    Aggregate,
    Array,
    Binary,
    Call,
    Climb,
    Context,
    Expression,
    Field,
    Index,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Object,
    Parameter,
    Quantified,
    Select,
    Unary,
)
from segkit.pql.trees import events, literals, vocabulary
from segkit.pql.trees.scopes import PROFILE_SCOPE, Scope
from segkit.pql.trees.source import Source, load
from segkit.pql.trees.vocabulary import PROFILE, THIS, WRITTEN
from segkit.pql.trees.words import Words
from segkit.pql.writing.formatter import format as laid_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal as Choice
    from typing import TypeGuard

    from segkit.pql.diagnostics import Diagnostic
    from segkit.pql.tree import AggregateName, BinaryOperator, Clause
    from segkit.pql.trees.source import Path

MAX_NODES: Final = 50_000
"""The most nodes that are read, several times what can be bound; a dict may hold one part in many places."""

MAX_NESTING: Final = 120
"""How deep nodes may nest: a little more than the text that comes of them, which has the last word."""

_MANY: Final = 10  # mistakes, after which no more are looked for
_LONG: Final = 100_000  # characters, in which looking for the place of a mistake takes its time
_SPACE: Final = "\ufeff \t\r\n"
_TEXT: Final = "pql/text"
_TREE: Final = "pql/json"
_AGGREGATES: Final = ("sum", "average", "min", "max")
_QUANTIFIERS: Final = ("exists", "forall")
_LOWERED: Final = frozenset({"if", "date"})


def is_tree(text: str) -> bool:
    """Whether a text is meant as `pql/json` and not as PQL: a JSON object with `nodeType`, or one of AEP around it."""
    start = text.lstrip(_SPACE)
    return start.startswith("{") and any(word in start for word in ('"nodeType"', f'"{_TREE}"', f'"{_TEXT}"'))


def from_json(document: str | Mapping[str, object]) -> Expression:
    """Read the tree that AEP calls `pql/json`.

    Parameters
    ----------
    document
        JSON text, or the dict made of it; also a whole expression object of AEP,
        `{"type": "PQL", "format": "pql/json", "value": "…"}`, whose format may be `pql/text` too.

    Returns
    -------
    Expression
        The tree and, as its `text`, the PQL that a person would write for it.

    Raises
    ------
    PQLError
        When it is no such tree; the message names the path in the document, such as `$.params[0].object`.

    Examples
    --------
    >>> from_json('{"nodeType": "fieldLookup", "fieldName": "city", "object": {"nodeType": "fieldLookup",'
    ...           ' "fieldName": "homeAddress", "object": {"nodeType": "parameterReference", "position": 1}}}').text
    'homeAddress.city'
    """
    source = load(document) if isinstance(document, str) else Source(document, "")
    found = source.document
    if isinstance(found, Mapping) and "nodeType" not in found and "value" in found:
        return _expression(source, found)
    try:
        root = Reader(source).node(found, (), PROFILE_SCOPE)
        text = laid_out(Expression(root))
        read = parse(text)
    except RecursionError:
        source.fail("too-deep", "the document nests too deep to be read", ())
    if read.root != root:
        source.fail("bad-key", f"this has no way to be written in PQL; the nearest is `{text[:80]}`", ())
    return read


def _expression(source: Source, document: Mapping[str, object]) -> Expression:
    words = Words(source)
    kind = document.get("type", "PQL")
    if kind != "PQL":
        source.fail("bad-key", f"the type of an expression is `PQL`, not {words.given(kind)}", ("type",))
    form = document.get("format", _TREE)
    value = document["value"]
    if form == _TEXT:
        return parse(words.text(document, "value", ()))
    if form != _TREE:
        source.fail("bad-key", f"the format is `{_TREE}` or `{_TEXT}`, not {words.given(form)}", ("format",))
    if not isinstance(value, str) and not (isinstance(value, Mapping) and "nodeType" in value):
        source.fail("bad-key", f"the value is a tree as JSON text, not {words.given(value)}", ("value",))
    return from_json(value)


class Reader(Words):
    """Reads one document. `node` is the way back in for what stands in other files."""

    __slots__ = ("_nesting", "_nodes")

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._nodes = 0
        self._nesting = 0

    def node(self, value: object, path: Path, scope: Scope) -> Node:
        """One node and all below it."""
        document = self.mapping(value, path, "a node")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.source.fail("too-long", f"the tree has more than {MAX_NODES:,} nodes", ())
        if self._nesting >= MAX_NESTING:
            self.source.fail("too-deep", f"nodes nest more than {MAX_NESTING} levels deep", path)
        self._nesting += 1
        try:
            return self._read(document, path, scope)
        finally:
            self._nesting -= 1

    def _read(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        kind = self.text(document, "nodeType", path)
        match kind:
            case "fnApply":
                return self._apply(document, path, scope)
            case "fieldLookup":
                return self._lookup(document, path, scope)
            case "literal":
                return self._literal(document, path, scope)
            case "parameterReference":
                return self._parameter(document, path, scope)
            case "varRef":
                return self._variable(document, path, scope)
            case "occurs":
                return events.occurs(self, document, path, scope)
            case "chain":
                return events.chain(self, document, path, scope)
            case _:
                return self._form(kind, document, path, scope)

    def _form(self, kind: str, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        match kind:
            case "lambda":
                names = self.names(document, path)
                return Lambda(names, self.node(*self.part(document, "body", path), scope.having(names)))
            case "let":
                name = self.name(document, "varName", path)
                value = self.node(*self.part(document, "value", path), scope)
                return Let(name, value, self.node(*self.part(document, "body", path), scope.having([name])))
            case "select":
                return Select(self._clauses(document, path, scope)[0])
            case "quantification":
                quantifier = self.one_of(document, "quantifier", path, _QUANTIFIERS)
                clauses, _ = self._clauses(document, path, scope)
                return Quantified(cast('Choice["exists", "forall"]', quantifier), clauses)
            case "aggregate":
                function = self.one_of(document, "fnName", path, _AGGREGATES)
                clauses, inside = self._clauses(document, path, scope)
                body = self.node(*self.part(document, "body", path), inside)
                return Aggregate(cast("AggregateName", function), body, clauses)
            case "array":
                return Array(tuple(self.node(one, place, scope) for one, place in self.parts(document, "items", path)))
            case "object":
                return self._object(document, path, scope)
            case "climb":
                return Climb(self.whole(document, "levels", path, least=1, most=vocabulary.MOST_LEVELS))
            case "contextReference":
                return Context(self.text(document, "reference", path))
            case _:
                hint = did_you_mean(kind, vocabulary.NODE_TYPES) or f"there are {_listed(vocabulary.NODE_TYPES)}"
                return self.source.fail("unknown-node", f"there is no node type `{kind}`", (*path, "nodeType"), hint)

    # --- names

    def _lookup(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        name = self.name(document, "fieldName", path)
        value, place = self.part(document, "object", path)
        root = value if isinstance(value, Mapping) else {}
        written = root.get(WRITTEN)
        item = self._item(root, place, scope)
        if item is None:
            return Field(self.node(value, place, scope), name)
        if item < 0:
            if written == "$1" or (not scope.depth and name in scope.variables):
                return Field(Parameter(1), name)
            if written == PROFILE and PROFILE not in scope.variables:
                return Field(Name(PROFILE), name)
            return Field(Climb(scope.depth), name) if scope.depth else self._head(document, name)
        levels = scope.climbed(item)
        if levels:
            return Field(Climb(levels), name)
        if _is_this(written):
            return Field(Name(written), name)
        if name in scope.variables:
            return Field(self._this(place, scope), name)
        return self._head(document, name)

    def _head(self, document: Mapping[str, object], name: str) -> Name:
        """A field at the head of its path."""
        written = document.get(WRITTEN)
        quoted = vocabulary.field_is_quoted(name)
        return Name(name, written.startswith("`") if isinstance(written, str) else quoted)

    def _item(self, root: Mapping[str, object], path: Path, scope: Scope) -> int | None:
        """The place of the item that a node stands for, -1 for the profile; None when it stands for neither."""
        match root.get("nodeType"):
            case "parameterReference":
                return -1 if self._position(root, path) == 1 else None
            case "literal" if root.get("literalType") == "XDMObject":
                literals.profile(self, root, path)
                return -1
            case "varRef":
                return self._meaning(self.name(root, "varName", path), path, scope)
            case _:
                return None

    def _meaning(self, name: str, path: Path, scope: Scope) -> int | None:
        if name not in scope.meanings:
            hint = did_you_mean(name, scope.meanings)
            hint = hint or "variables come from `lambda`, `varDecl`, `let` and the elements of a chain"
            self.source.fail("unknown-variable", f"there is no variable `{name}` here", (*path, "varName"), hint)
        return scope.meanings[name]

    def _position(self, document: Mapping[str, object], path: Path) -> int:
        return self.whole(document, "position", path, least=1, most=vocabulary.MOST_LEVELS)

    def _parameter(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        position = self._position(document, path)
        climbs = position == 1 and scope.depth and document.get(WRITTEN) == "^"
        return Climb(scope.depth) if climbs else Parameter(position)

    def _variable(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        name = self.name(document, "varName", path)
        written = document.get(WRITTEN)
        item = self._meaning(name, path, scope)
        if item is None:
            quoted = vocabulary.variable_is_quoted(name)
            return Name(name, written.startswith("`") if isinstance(written, str) else quoted)
        if levels := scope.climbed(item):
            return Climb(levels)
        return Name(written) if _is_this(written) else self._this(path, scope)

    def _this(self, path: Path, scope: Scope) -> Name:
        if THIS in scope.variables:
            hint = "give that variable another name"
            self.source.fail("bad-key", "the item is written `this`, which here is the name of a variable", path, hint)
        return Name(THIS)

    # --- functions

    def _apply(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        name = self.name(document, "fnName", path)
        params = self.parts(document, "params", path)
        style = self._style(document, name, len(params), path)
        if style == "operator":
            return self._operator(vocabulary.operator(name), params, scope)
        opens = (style == "index" or vocabulary.opens(name)) and name != "get"
        read = self._each(
            params,
            lambda value, at: (
                self._over_item(value, at, scope, name) if opens and at[-1] == 1 else self.node(value, at, scope)
            ),
        )
        match style:
            case "method":
                return Method(read[0], name, tuple(read[1:]))
            case "index":
                return Index(read[0], read[1])
            case _:
                return Call(name.lower() if name.lower() in _LOWERED else name, tuple(read))

    def _style(self, document: Mapping[str, object], name: str, count: int, path: Path) -> vocabulary.Style:
        """How the function was written, or how a person would write it."""
        written = document.get(WRITTEN)
        if written == "function":
            return "function"
        if written == "method" and count:
            return "method"
        if written == "index" and count == 2 and name in {"get", "filter"}:
            return "index"
        style = vocabulary.style(name, count)
        if style == "operator":
            self._count_params(vocabulary.operator(name), count, path)
        return style

    def _count_params(self, name: str, count: int, path: Path) -> None:
        few, many = (1, None) if name in vocabulary.LOGIC else (1, 1) if name == "not" else (2, 2)
        few = 1 if name == "-" else few
        if count < few or (many is not None and count > many):
            wanted = "one or more" if many is None else "one or two" if few < many else str(many)
            message = f"`{name}` takes {wanted} param{'' if many == 1 else 's'}, not {count}"
            self.source.fail("bad-params", message, (*path, "params"))

    def _operator(self, name: str, params: list[tuple[object, Path]], scope: Scope) -> Node:
        read = self._each(params, lambda value, at: self.node(value, at, scope))
        if name == "not" or (name == "-" and len(read) == 1):
            return Unary(cast('Choice["not", "-"]', name), read[0])
        if name in vocabulary.LOGIC:
            return read[0] if len(read) == 1 else Logic(cast('Choice["and", "or"]', name), tuple(read))
        return Binary(cast("BinaryOperator", name), read[0], read[1])

    def _each(self, parts: list[tuple[object, Path]], read: Callable[[object, Path], Node]) -> list[Node]:
        """Nodes beside one another: what is wrong in one does not keep what is wrong in the next from being told."""
        found: list[Node] = []
        wrong: list[Diagnostic] = []
        for value, at in parts:
            try:
                found.append(read(value, at))
            except PQLError as error:
                wrong.extend(error.diagnostics)
                if len(wrong) >= _MANY or len(wrong[0].source) > _LONG:
                    break
        if wrong:
            raise PQLError(wrong)
        return found

    def _over_item(self, value: object, path: Path, scope: Scope, name: str) -> Node:
        """A lambda over the item. A person leaves it out, unless it has two parameters or was written."""
        document = self.mapping(value, path, "a node")
        if document.get("nodeType") != "lambda":
            message = f"what `{name}` reads of each item is a `lambda` over it"
            self.source.fail("bad-params", message, (*path, "nodeType"))
        names = self.names(document, path)
        if len(names) > 1 or document.get(WRITTEN) == "lambda":
            return self.node(value, path, scope)
        return self.node(*self.part(document, "body", path), scope.within(names[0]))

    # --- the rest

    def _literal(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        if document.get("literalType") == "XDMObject":
            literals.profile(self, document, path)
            return Parameter(1)
        node = literals.literal(self, document, path)
        if isinstance(node, Name) and node.name in scope.variables:
            hint = "give that variable another name"
            message = f"`{node.name}` is the name of a variable here"
            self.source.fail("bad-key", message, path, hint)
        return node

    def _clauses(self, document: Mapping[str, object], path: Path, scope: Scope) -> tuple[tuple[Clause, ...], Scope]:
        found: list[Clause] = []
        for value, at in self.parts(document, "variables", path, least=1):
            clause, scope = events.clause(self, value, at, scope)
            found.append(clause)
        return tuple(found), scope

    def _object(self, document: Mapping[str, object], path: Path, scope: Scope) -> Node:
        fields = document.get("fields")
        found: list[tuple[str, Node]] = []
        if isinstance(fields, Mapping):
            # the way anybody would write it by hand
            for key, value in fields.items():
                found.append((str(key), self.node(value, (*path, "fields", str(key)), scope)))
            return Object(tuple(found))
        for value, at in self.parts(document, "fields", path):
            one = self.mapping(value, at, "a field of an object")
            key = self.text(one, "name", at)
            if any(key == known for known, _ in found):
                self.source.fail("bad-key", f"the object has the key `{key}` twice", (*at, "name"))
            found.append((key, self.node(*self.part(one, "value", at), scope)))
        return Object(tuple(found))


def _is_this(written: object) -> TypeGuard[str]:
    return isinstance(written, str) and written.lower() == THIS


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in words)
