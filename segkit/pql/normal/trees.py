"""What a parsed expression says as far as that is known without a schema: a text, equal for equal rules.

It is careful: a name may be an array, over which a comparison means any item (R20), so that nothing is made of two
comparisons of one name but a longer list of what it may be equal to.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from segkit.pql.functions import FUNCTIONS
from segkit.pql.normal.diagram import diagram
from segkit.pql.normal.forms import FALSE, TRUE, all_of, any_of, leaf, negation
from segkit.pql.normal.sets import Set, finite
from segkit.pql.normal.subjects import Subject
from segkit.pql.reading.tokens import MOMENTS
from segkit.pql.tree import (
    Aggregate,
    Array,
    Binary,
    Boolean,
    Call,
    Double,
    Index,
    Integer,
    Lambda,
    Let,
    Logic,
    Method,
    Name,
    Node,
    Null,
    Quantified,
    Select,
    String,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segkit.pql.normal.forms import Form
    from segkit.pql.tree import Clause

    Names = Mapping[str, str]

_HOLDS = Set(False, ((1, 1, 0), (1, 2, 0)))
_WORDS = MOMENTS | {"this"}
_LITERALS = (String, Integer, Double, Boolean)


def tree_key(root: Node) -> str:
    """What a whole expression says."""
    return diagram(_form(root, {}))


def _form(node: Node, names: Names) -> Form:
    match _plain(node):
        case Logic(operator="and", operands=operands):
            return all_of(_form(one, names) for one in operands)
        case Logic(operands=operands):
            return any_of(_form(one, names) for one in _listed(_alternatives(operands), names))
        case Unary(operator="not", operand=one):
            return negation(_form(one, names))
        case Boolean(value=value):
            return TRUE if value else FALSE
        case Method(object=one, name="isNotNull", arguments=()):
            return negation(_form(Method(one, "isNull", ()), names))
        case plain:
            return leaf(Subject(_text(plain, names), "other", finite(2, nullable=False), ()), _HOLDS)


def _plain(node: Node) -> Node:
    """One of the ways to write a comparison, a key, a filter or a function."""
    match node:
        case Call(name=name, arguments=(first, *rest)) if name in FUNCTIONS and FUNCTIONS[name].method:
            return _plain(Method(first, name, tuple(rest)))
        case Method(object=one, name=("equals" | "notEqualTo") as name, arguments=(other,)):
            return _plain(Binary("=" if name == "equals" else "!=", one, other))
        case Method(object=one, name="includes", arguments=(item,)):
            return _plain(Binary("in", item, one))
        case Method(object=one, name="get" | "filter", arguments=(argument,)) if not isinstance(argument, Lambda):
            return Index(one, argument)
        case Binary(operator="=" | "!=" as operator, left=Null(), right=one):
            return Method(one, "isNull" if operator == "=" else "isNotNull", ())
        case Binary(operator="=" | "!=" as operator, left=one, right=Null()):
            return Method(one, "isNull" if operator == "=" else "isNotNull", ())
        # a value is not in a list of one that is missing, and does not differ from it
        case Binary(operator="in" | "notIn" as operator, left=one, right=Array(items=(only,))) if (
            operator == "in" or isinstance(only, _LITERALS)
        ):
            return Binary("=" if operator == "in" else "!=", one, only)
        case Binary(operator=">" | ">=" as operator, left=left, right=right):
            return Binary("<" if operator == ">" else "<=", right, left)
        case _:
            return node


def _alternatives(operands: Iterable[Node]) -> list[Node]:
    """The operands of an `or`, of those in it too."""
    found: list[Node] = []
    stack = list(operands)[::-1]
    while stack:
        one = stack.pop()
        if isinstance(one, Logic) and one.operator == "or":
            stack.extend(reversed(one.operands))
        else:
            found.append(one)
    return found


def _listed(operands: Iterable[Node], names: Names) -> list[Node]:
    """Alternatives for one value as a list of them: `x = 1 or x = 2` is `x in [1, 2]`."""
    left: list[Node] = []
    lists: dict[str, tuple[Node, list[Node]]] = {}
    for one in operands:
        match _plain(one):
            case Binary(operator="=", left=value, right=item) if isinstance(item, _LITERALS):
                items: tuple[Node, ...] = (item,)
            case Binary(operator="=", left=item, right=value) if isinstance(item, _LITERALS):
                items = (item,)
            case Binary(operator="in", left=value, right=Array(items=written)) if all(
                isinstance(item, _LITERALS) for item in written
            ):
                items = written
            case _:
                left.append(one)
                continue
        lists.setdefault(_text(value, names), (value, []))[1].extend(items)
    return [*left, *(Binary("in", value, Array(tuple(items))) for value, items in lists.values())]


def _text(node: Node, names: Names) -> str:
    """A value as a text."""
    match _plain(node):
        case Logic() | Unary(operator="not") as one:
            return f"({diagram(_form(one, names))})"
        case Name(name=name, quoted=quoted):
            return names.get(name) or (f"`{name}`" if quoted and name.lower() in _WORDS else name)
        case Binary(operator="=" | "!=" as operator, left=left, right=right):
            return f"{operator}({', '.join(sorted((_text(left, names), _text(right, names))))})"
        case Binary(operator="in" | "notIn" as operator, left=left, right=Array(items=items)):
            listed = sorted({_text(one, names) for one in items})
            if len(listed) == 1 and (operator == "in" or isinstance(items[0], _LITERALS)):
                return _text(Binary("=" if operator == "in" else "!=", left, items[0]), names)
            return f"{operator}({_text(left, names)}, [{', '.join(listed)}])"
        case Select(clauses=clauses):
            return f"select({_clauses(clauses, names)[0]})"
        case Quantified(quantifier=quantifier, clauses=clauses):
            return f"{quantifier}({_clauses(clauses, names)[0]})"
        case Aggregate(function=function, body=body, clauses=clauses):
            written, inner = _clauses(clauses, names)
            return f"{function}({written}: {_text(body, inner)})"
        case Let(name=name, value=value, body=body):
            return f"let({_text(value, names)}: {_text(body, _having(names, name))})"
        case Lambda(parameters=parameters, body=body):
            inner = names
            for parameter in parameters:
                inner = _having(inner, parameter)
            return f"lambda({_text(body, inner)})"
        case one:
            return f"{type(one).__name__}({', '.join(_parts(one, names))})"


def _clauses(clauses: tuple[Clause, ...], names: Names) -> tuple[str, Names]:
    found: list[str] = []
    for one in clauses:
        source = _text(one.source, names)
        names = _having(names, one.variable)
        where = "" if one.condition is None else diagram(_form(one.condition, names))
        found.append(f"{names[one.variable]} {source} [{where}]")
    return "; ".join(found), names


def _having(names: Names, name: str) -> Names:
    # one that hides another of its name counts too, so that no two in sight are alike
    deep = max((int(one.strip("%")) for one in names.values()), default=0)
    return {**names, name: f"%{deep + 1}%"}


def _parts(one: Any, names: Names) -> list[str]:  # noqa: ANN401  a node, or any part of one
    return [_part(getattr(one, part.name), names) for part in fields(one) if part.compare]


def _part(one: Any, names: Names) -> str:  # noqa: ANN401  a part of any node
    match one:
        case tuple():
            return f"[{', '.join(_part(part, names) for part in one)}]"
        case _ if isinstance(one, Node):
            return _text(one, names)
        case _ if is_dataclass(one):
            return f"{type(one).__name__}({', '.join(_parts(one, names))})"
        case _:
            return repr(one)
