"""A tree to its canonical text (`pql.md` R54): one spelling for everything, lines broken where they grow too long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from segkit.pql.reading.lexer import quote
from segkit.pql.reading.reader import parse_recovering
from segkit.pql.reading.tokens import AGGREGATES, JOINING, LITERALS, MOMENTS, counted, is_identifier
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
    String,
    Tail,
    Unary,
    Within,
)
from segkit.pql.walk import Part, walk
from segkit.pql.writing.layout import BREAK, SOFT, SPACE, Doc, Fill, Remark, group, indent, join, layout, seq
from segkit.pql.writing.remarks import Remarks, attach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_RIGHTWARD, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)
_SUMS: Final = frozenset({"+", "-"})
_PRODUCTS: Final = frozenset({"*", "/", "%"})
_SETTLING: Final = 8
_MANY: Final = 3
"""From how many filters and functions in a row each function gets a line of its own, where they do not fit on one."""


def format(expression: str | Mapping[str, object] | Expression) -> str:  # noqa: A001  the name that api.md settles
    """Write a PQL expression in its canonical layout.

    Parameters
    ----------
    expression
        A text, or a parsed expression, which need not come from a text; a `pql/json` tree, as text or dict, is read.

    Returns
    -------
    str
        The same expression: reading it gives an equal tree, and formatting it again the same text. Comments are kept,
        beside the condition, argument or element they stood at.

    Raises
    ------
    PQLError
        When a text cannot be read.

    Examples
    --------
    >>> format("loyalty.tier='gold' AND !(age<18)")
    'loyalty.tier = "gold" and not (age < 18)'
    """
    tree = expression if isinstance(expression, Expression) else _read(expression)
    text = _write(tree)
    # moving a comment to the next part that can have one may free room for it elsewhere: until nothing moves
    for _ in range(_SETTLING if tree.comments else 0):
        again, _found = parse_recovering(text)
        if again is None:
            break
        settled = _write(again)
        if settled == text:
            return text
        text = settled
    if not tree.comments:
        return text
    return "\n".join([*(one.text for one in tree.comments), _write(Expression(tree.root))])


def _read(expression: str | Mapping[str, object]) -> Expression:
    from segkit.pql.formats import read_any  # noqa: PLC0415  which reads trees, and those are written here

    return read_any(expression)


def _write(tree: Expression) -> str:
    writer = _Writer(attach(tree))
    return layout(writer.item(tree.root, writer.node(tree.root)))


def _level(node: Node) -> int:
    match node:
        case Lambda() | Let() | Select() | Quantified() | Aggregate():
            return _RIGHTWARD
        case Logic(operator=operator):
            return _OR if operator == "or" else _AND
        case Unary(operator=operator):
            return _NOT if operator == "not" else _SIGN
        case Binary(operator=operator):
            return _SUM if operator in _SUMS else _PRODUCT if operator in _PRODUCTS else _COMPARE
        case Occurs():
            return _COMPARE
        case Integer() | Double() | Null() | Interval():
            return _SIGN
        case _:
            return _ATOM


def _spelt(name: str) -> str:
    """A name where only a name may stand."""
    return name if is_identifier(name) else "`" + name.replace("`", "``") + "`"


def _root(node: Name) -> str:
    """A name where a word of the language may stand too."""
    word = node.name.lower()
    if node.quoted or word in JOINING or word in LITERALS:
        return "`" + node.name.replace("`", "``") + "`"
    return _spelt(node.name)


def _called(name: str) -> str:
    return f"`{name}`" if name.lower() in JOINING or name.lower() == "chain" else _spelt(name)


def _hugs(part: Part) -> bool:
    """Whether brackets around a part stay beside it: it is short, or has brackets of its own to break at."""
    if isinstance(part, Lambda):
        return isinstance(part.body, Call | Object | Array)
    return isinstance(part, Name | Field | String | Integer | Double | Boolean | Call | Object | Array | Chain)


def _is_key(step: Method | Index) -> bool:
    """Whether a step looks up a key, as a field does."""
    return (isinstance(step, Index) and isinstance(step.argument, String)) or (
        isinstance(step, Method) and step.name == "get"
    )


def _ends_in_object(parts: Sequence[Part]) -> bool:
    """Whether short parts come before an object written out, whose brackets are then the ones to break at."""
    *first, last = parts
    return bool(first) and isinstance(last, Object) and all(isinstance(one, Name | String | Integer) for one in first)


def _number(value: float) -> str:
    return repr(value).replace("e+", "E").replace("e", "E")


def _literal(node: Node) -> str | None:
    match node:
        case String(value=value):
            return quote(value)
        case Boolean(value=value):
            return "true" if value else "false"
        case Integer(value=value):
            return str(value)
        case Double(value=value):
            return _number(value)
        case _:
            return None


class _Writer:
    """Documents of nodes, with the comments that belong to them."""

    __slots__ = ("_remarks",)

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks

    # --- comments

    def _before(self, part: Part) -> Doc:
        found = self._remarks.before.get(id(part), ())
        return seq(*(doc for text in found for doc in (Remark(text), BREAK)))

    def _behind(self, part: Part) -> Doc:
        behind = self._remarks.behind.get(id(part), ())
        below = self._remarks.below.get(id(part), ())
        return seq(
            *(doc for text in behind for doc in ("  ", Remark(text))),
            *(doc for text in below for doc in (BREAK, Remark(text))),
        )

    def item(self, part: Part, doc: Doc, mark: str = "", lead: str = "") -> Doc:
        """A part that can stand on its own line, a mark such as a comma behind it and a word before it."""
        return seq(self._before(part), lead, doc, mark, self._behind(part))

    def _items(self, parts: Sequence[tuple[Part, Doc]]) -> Doc:
        last = len(parts) - 1
        return join(SPACE, (self.item(part, doc, "" if at == last else ",") for at, (part, doc) in enumerate(parts)))

    def _remarked(self, parts: Iterable[Part]) -> bool:
        known = (self._remarks.before, self._remarks.behind, self._remarks.below)
        return any(id(part) in place for part in parts for place in known)

    # --- brackets

    def _bracketed(self, opener: str, parts: Sequence[tuple[Part, Doc]], closer: str) -> Doc:
        if not parts:
            return opener + closer
        if len(parts) == 1 and _hugs(parts[0][0]) and not self._remarked([parts[0][0]]):
            return seq(opener, parts[0][1], closer)
        if _ends_in_object([part for part, _ in parts]) and not self._remarked([part for part, _ in parts]):
            return seq(opener, *(piece for _, doc in parts[:-1] for piece in (doc, ", ")), parts[-1][1], closer)
        return group(opener, indent(SOFT, self._items(parts)), SOFT, closer)

    def _enclosed(self, node: Node) -> Doc:
        if _hugs(node):
            return seq("(", self.node(node), ")")
        return group("(", indent(SOFT, self.node(node)), SOFT, ")")

    def _slot(self, node: Node, least: int) -> Doc:
        """A node in a place that takes only what binds at least as tightly."""
        return self.node(node) if _level(node) >= least else self._enclosed(node)

    def _arguments(self, nodes: Sequence[Node]) -> Doc:
        # a form that takes all to its right is hard to tell from the arguments behind it
        least = _RIGHTWARD if len(nodes) == 1 else _OR
        return self._bracketed("(", [(node, self._slot(node, least)) for node in nodes], ")")

    # --- nodes

    def node(self, node: Node) -> Doc:
        """A node without parentheses around it."""
        literal = _literal(node)
        if literal is not None:
            return literal
        match node:
            case Name():
                return _root(node)
            case Field(object=Climb(levels=levels), name=name):
                return "^" * levels + ("." if name.lower() in JOINING else "") + _spelt(name)
            case Method(object=Climb(levels=levels), name=name, arguments=arguments):
                return seq("^" * levels + ".", _spelt(name), self._arguments(arguments))
            case Field() | Method() | Index():
                return self._path(node)
            case Call(name=name, arguments=arguments):
                return seq(_called(name), self._arguments(arguments))
            case Unary(operator="not", operand=one):
                return seq("not ", self._enclosed(one))
            case Unary(operand=one):
                return seq("-", self._slot(one, _ATOM))
            case Logic(operator=operator, operands=operands):
                return self._logic(operator, operands)
            case Binary():
                return self._binary(node)
            case Occurs(subject=subject, tail=tail):
                return seq(self._slot(subject, _SUM), " occurs ", self._tail(tail))
            case _:
                return self._form(node)

    def _path(self, node: Node) -> Doc:
        """Fields, keys, filters and functions one after the other; of many, each function goes on a line of its own."""
        steps: list[Field | Method | Index] = []
        while isinstance(node, Field | Method | Index) and not isinstance(node.object, Climb):
            steps.append(node)
            node = node.object
        if isinstance(node, Index):  # of `^` alone
            docs = [self.node(node.object), self._bracketed("[", [(node.argument, self.node(node.argument))], "]")]
        else:
            docs = [self._slot(node, _ATOM)]
        many = sum(not isinstance(one, Field) and not _is_key(one) for one in steps) >= _MANY
        for one in reversed(steps):
            match one:
                case Field(name=name):
                    docs.append(f".{_spelt(name)}")
                case Index(argument=argument):
                    docs.append(self._bracketed("[", [(argument, self.node(argument))], "]"))
                case Method(name=name, arguments=arguments):
                    docs.extend((*((SOFT,) if many else ()), f".{_spelt(name)}", self._arguments(arguments)))
        return group(docs[0], indent(*docs[1:])) if many else seq(*docs)

    def _form(self, node: Node) -> Doc:
        match node:
            case Select(clauses=clauses):
                return self._clauses("select", clauses)
            case Quantified(quantifier=quantifier, clauses=clauses):
                return self._clauses(quantifier, clauses)
            case Aggregate(function=function, body=body, clauses=clauses):
                # inside parentheses no `sum` of the body can take the `over`
                inner = self._enclosed(body) if _names_aggregate(body) else self._slot(body, _SUM)
                return self._clauses(seq(function, " ", inner, " over"), clauses)
            case Let(name=name, value=value, body=body):
                head = seq("let ", _spelt(name), " = ", self._slot(value, _SUM))
                return group(head, SPACE, "in ", self.item(body, self.node(body)))
            case Lambda(parameters=parameters, body=body):
                names = ", ".join(_spelt(one) for one in parameters)
                return seq(f"({names}) => ", self.item(body, self.node(body)))
            case Array(items=items):
                return self._array(items)
            case Object(fields=fields):
                parts = [(value, seq(quote(key), ": ", self._slot(value, _OR))) for key, value in fields]
                return self._bracketed("{", parts, "}")
            case Chain(array=array, timestamp=timestamp, elements=elements):
                head = seq("chain(", self._slot(array, _SUM), ", ", self._slot(timestamp, _SUM), ", ")
                shown = [(one, self._element(one)) for one in elements]
                return seq(head, self._bracketed("[", shown, "]"), ")")
            case Interval(relation=relation, unit=unit):
                return f"{relation} {unit}"
            case Parameter(position=position):
                return f"${position}"
            case Context(reference=reference):
                return f"@{{{reference}}}"
            case Climb(levels=levels):
                return "^" * levels
            case _:
                return "null"

    def _logic(self, operator: str, operands: Sequence[Node]) -> Doc:
        parts = [self.item(operands[0], self._slot(operands[0], _NOT))]
        parts.extend(self.item(one, self._slot(one, _NOT), lead=f"{operator} ") for one in operands[1:])
        return group(join(SPACE, parts))

    def _binary(self, node: Binary) -> Doc:
        kind = _level(node)
        if kind == _COMPARE:
            left, right = self._slot(node.left, _SUM), self._slot(node.right, _SUM)
            if isinstance(node.left, Binary) and _level(node.left) >= _SUM:
                return group(left, indent(SPACE, f"{node.operator} ", right))
            return seq(left, f" {node.operator} ", right)
        # a long sum is one list of terms, however deep its tree
        terms: list[Doc] = []
        first: Node = node
        while isinstance(first, Binary) and _level(first) == kind:
            terms.append(seq(SPACE, f"{first.operator} ", self._slot(first.right, kind + 1)))
            first = first.left
        return group(self._slot(first, kind), indent(*reversed(terms)))

    def _array(self, items: Sequence[Node]) -> Doc:
        words = [_literal(one) for one in items]
        plain = tuple(word for word in words if word is not None)
        if items and len(plain) == len(items) and not self._remarked(items):
            return group("[", indent(SOFT, Fill(plain)), SOFT, "]")
        return self._bracketed("[", [(one, self._slot(one, _OR)) for one in items], "]")

    def _clauses(self, head: Doc, clauses: Sequence[Clause]) -> Doc:
        if len(clauses) == 1:
            return group(head, " ", self.item(clauses[0], self._clause(clauses[0])))
        return group(head, indent(SPACE, self._items([(one, self._clause(one)) for one in clauses])))

    def _clause(self, clause: Clause) -> Doc:
        head = seq(_spelt(clause.variable), " from ", self._slot(clause.source, _ATOM))
        if clause.condition is None:
            return head
        condition = self.item(clause.condition, self._slot(clause.condition, _OR))
        aligned = indent(condition) if isinstance(clause.condition, Logic) else condition
        return group(head, indent(SPACE, "where ", aligned))

    def _element(self, element: Element) -> Doc:
        parts: list[Doc] = ["not " if element.negated else "", _spelt(element.name), ": WHAT"]
        if element.what is None:
            parts.append("(*)")
        else:
            parts.append(self._bracketed("(", [(element.what, self.node(element.what))], ")"))
        if element.when is not None:
            parts.extend((" WHEN(", self._tail(element.when), ")"))
        if element.count is not None:
            parts.append(f" {_count(element.count)}")
        return seq(*parts)

    def _tail(self, tail: Tail) -> Doc:
        match tail:
            case Within(reference=Interval() as one):
                return self.node(one)
            case Within(reference=Name(name=name, quoted=False) as one) if name.lower() in MOMENTS:
                return self.node(one)
            case Within(reference=one):
                return seq("on ", self._slot(one, _SUM))
            case Side(direction=direction, reference=one):
                return seq(f"{direction} ", self._slot(one, _SUM))
            case Distance(comparison=comparison, count=count, unit=unit, direction=direction, reference=one):
                return seq(f"{comparison} {count} {counted(unit, count)} {direction} ", self._slot(one, _SUM))
            case Between(start=start, end=end):
                return seq("between ", self._slot(start, _SUM), " and ", self._slot(end, _SUM))


def _count(count: Count) -> str:
    return f"COUNT({count.number})" if count.comparison == ">=" else f"COUNT({count.comparison} {count.number})"


def _names_aggregate(body: Node) -> bool:
    return any(isinstance(part, Name | Call) and part.name.lower() in AGGREGATES for part, _, _ in walk(body))
