"""Tokens, and the words that mean something to the parser (`pql.md` R05 to R09).

No word is reserved: the lexer calls each of them a name, and the parser decides by position.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple
from typing import Literal as Choice

from segkit.pql.tree import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.pql.tree import Unit

Kind = Choice["name", "quoted", "string", "integer", "double", "parameter", "context", "symbol", "hole", "end"]


class Token(NamedTuple):
    """One token.

    `word` is a name in lower case or a symbol as it stands, empty for all else, so that one comparison finds a keyword
    or an operator. A `hole` is text that already has a diagnostic.
    """

    kind: Kind
    word: str
    start: int
    end: int
    value: str | int | float = ""

    @property
    def span(self) -> Span:
        """Where the token stands."""
        return Span(self.start, self.end)


UNITS: Final[Mapping[str, Unit]] = {
    "millisecond": "millisecond",
    "milliseconds": "millisecond",
    "second": "second",
    "seconds": "second",
    "minute": "minute",
    "minutes": "minute",
    "hour": "hour",
    "hours": "hour",
    "day": "day",
    "days": "day",
    "week": "week",
    "weeks": "week",
    "month": "month",
    "months": "month",
    "year": "year",
    "years": "year",
    "decade": "decade",
    "decades": "decade",
    "century": "century",
    "centuries": "century",
    "millennium": "millennium",
    "millennia": "millennium",
    "millenniums": "millennium",
}
"""Every spelling of a time unit in lower case, and the unit."""

PLURALS: Final[Mapping[Unit, str]] = {
    "millisecond": "milliseconds",
    "second": "seconds",
    "minute": "minutes",
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "year": "years",
    "decade": "decades",
    "century": "centuries",
    "millennium": "millennia",
}


def counted(unit: Unit, count: int) -> str:
    """A unit behind a number."""
    return unit if count == 1 else PLURALS[unit]


COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
SETS: Final = frozenset({"in", "notin"})
JOINING: Final = frozenset({"and", "or", "in", "notin", "like", "matches", "occurs", "not", "where", "over"})
"""Words that stand between or before operands; a field of such a name is one only where no operand can follow."""

QUANTIFIERS: Final[Mapping[str, str]] = {
    "select": "select",
    "exists": "exists",
    "some": "exists",
    "forall": "forall",
    "all": "forall",
}
AGGREGATES: Final = frozenset({"sum", "average", "min", "max"})
RELATIONS: Final = frozenset({"this", "last", "next"})
MOMENTS: Final = frozenset({"now", "today", "yesterday", "tomorrow"})
LITERALS: Final = frozenset({"true", "false", "null"})

_OPERAND_KINDS: Final = frozenset({"quoted", "string", "integer", "double", "parameter", "context", "hole"})
_OPERAND_SYMBOLS: Final = frozenset({"(", "[", "{", "^", "-", "!"})
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")
_UNWRITABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def starts_operand(token: Token) -> bool:
    """Whether a value may begin with this token, as against an operator, a separator or the end."""
    if token.kind == "name":
        return token.word not in JOINING or token.word == "not"
    return token.kind in _OPERAND_KINDS or token.word in _OPERAND_SYMBOLS


def is_identifier(name: str) -> bool:
    """Whether a name can be written without backticks (R05)."""
    return _IDENTIFIER.fullmatch(name) is not None


def unwritable(name: str) -> str | None:
    """The first character that no name can hold, in backticks neither: one that controls or ends a line."""
    if name.isprintable():
        return None
    return next((one for one in name if unicodedata.category(one) in _UNWRITABLE), None)
