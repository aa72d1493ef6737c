"""What the writer and the reader of `pql/json` agree on.

A tree says less than a text: `f(x)` and `x.f()` are one `fnApply`, `$1.a` and `a` one `fieldLookup`. Where a tree says
nothing more, the reader takes the way a person would write it, which is decided here; where the text was another, the
writer adds the key `written`, which AEP ignores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from typing import Literal as Choice

from segkit.pql.functions import CONDITION, FUNCTIONS, ITEM
from segkit.pql.reading.tokens import JOINING, LITERALS, MOMENTS, is_identifier
from segkit.pql.tree import Binary, Double, Integer, String, Unary

if TYPE_CHECKING:
    from segkit.pql.tree import Node

Style = Choice["operator", "method", "function", "index"]

WRITTEN: Final = "written"
"""The one key that segkit adds to Adobe's nodes."""

PROFILE: Final = "profile"
THIS: Final = "this"

BINARY: Final = frozenset(
    {"+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "in", "notIn", "like", "matches"},
)
LOGIC: Final = frozenset({"and", "or"})
_SAME: Final = {one.lower(): one for one in ("and", "or", "not", "in", "notIn", "like", "matches")}
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})

MOST_LEVELS: Final = 2**63 - 1
COMPARISONS: Final = ("=", "!=", "<", "<=", ">", ">=")
COUNTS: Final = ("=", "<=", ">=")
NODE_TYPES: Final = (
    *("fnApply", "fieldLookup", "parameterReference", "varRef", "lambda", "literal", "occurs", "chain"),
    *("select", "quantification", "aggregate", "let", "array", "object", "climb", "contextReference"),
)
LITERAL_TYPES: Final = (
    *("String", "Double", "Integer", "Boolean", "List", "Timestamp", "TimeInterval", "Null", "XDMObject"),
)


def operator(name: str) -> str:
    """The operator of this name, whose words may be in any case (R09); any other name as it is."""
    return _SAME.get(name.lower(), name)


def style(name: str, count: int) -> Style:
    """How a person writes a function over so many params, the receiver included."""
    known = operator(name)
    if known in LOGIC or known in BINARY or known == "not":
        return "operator"
    if name == "filter" and count == 2:
        return "index"
    signature = FUNCTIONS.get(name)
    return "method" if count and signature is not None and signature.method else "function"


def opens(name: str) -> bool:
    """Whether the second param of a function is read of each item, so that it is a lambda (R27)."""
    signature = FUNCTIONS.get(name)
    return (
        signature is not None
        and len(signature.parameters) > 1
        and any(signature.parameters[1].accepts is one for one in (CONDITION, ITEM))
    )


def is_key(argument: Node) -> bool:
    """Whether what stands in brackets is a map's key by its looks; a path may be one too, and is taken for a filter."""
    match argument:
        case String() | Integer() | Double() | Unary(operator="-"):
            return True
        case Binary(operator=known):
            return known in _ARITHMETIC
        case _:
            return False


def field_is_quoted(name: str) -> bool:
    """Whether the name of a field needs backticks at the head of a path, where words of the language may stand."""
    word = name.lower()
    return not is_identifier(name) or word in JOINING | LITERALS | MOMENTS or word in {THIS, PROFILE}


def variable_is_quoted(name: str) -> bool:
    """Whether the name of a variable needs backticks."""
    return not is_identifier(name) or name.lower() in JOINING | LITERALS


def spelt(name: str, *, quoted: bool) -> str:
    """A name as it stands in a text."""
    return "`" + name.replace("`", "``") + "`" if quoted else name
