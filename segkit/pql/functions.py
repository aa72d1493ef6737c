"""The functions of PQL: one table of signatures (`pql.md` R22, R28 to R30, R44 to R50).

The binder checks calls against it, error messages and documents print it, and an evaluator implements the entries whose
`form` is `node`: those alone become `bound.Function`. The others are rewritten into other bound nodes.

A function takes null and gives null, unless its documentation says otherwise. A `Date or Timestamp` argument arrives as
either; where a function needs an instant the binder has converted it, and the documentation says Timestamp.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import Literal as Choice

from segkit.pql.types import BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIMESTAMP, Kind, Type, array_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBERS = frozenset({Kind.INTEGER, Kind.DOUBLE})
_MOMENTS = frozenset({Kind.DATE, Kind.TIMESTAMP})
_SCALARS = _NUMBERS | _MOMENTS | {Kind.STRING, Kind.BOOLEAN}

Form = Choice["node", "rewritten"]


@dataclass(frozen=True, slots=True)
class Accepts:
    """What an argument may be, in words and kinds; no kinds means an expression that the function reads itself."""

    words: str
    kinds: frozenset[Kind] = frozenset()


TEXT = Accepts("String", frozenset({Kind.STRING}))
NUMBER = Accepts("Number", _NUMBERS)
WHOLE = Accepts("Integer", frozenset({Kind.INTEGER}))
FLAG = Accepts("Boolean", frozenset({Kind.BOOLEAN}))
MOMENT = Accepts("Date or Timestamp", _MOMENTS)
LIST = Accepts("Array", frozenset({Kind.ARRAY}))
MAPPING = Accepts("Map", frozenset({Kind.MAP}))
KEYED = Accepts("Map or Object", frozenset({Kind.MAP, Kind.OBJECT}))
SIZED = Accepts("String, Array or Map", frozenset({Kind.STRING, Kind.ARRAY, Kind.MAP}))
SPELLED = Accepts("Number, String or Boolean", _NUMBERS | {Kind.STRING, Kind.BOOLEAN})
SCALAR = Accepts("scalar", _SCALARS)
ANY = Accepts("any value", _SCALARS | {Kind.OBJECT, Kind.ARRAY, Kind.MAP})
CONDITION = Accepts("condition")
ITEM = Accepts("expression of an item")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter; `literal` ones must be written out, `optional` ones may be left off."""

    name: str
    accepts: Accepts
    optional: bool = False
    literal: bool = False

    def __str__(self) -> str:
        words = f"{self.name}: {self.accepts.words}{' literal' if self.literal else ''}"
        return f"[{words}]" if self.optional else words


@dataclass(frozen=True, slots=True)
class Signature:
    """A function.

    Parameters
    ----------
    name
        The canonical name, as it is written.
    parameters
        All of them; the first is the receiver of the method style `x.f(a)`.
    returns
        What comes back, in words.
    doc
        One line.
    rule
        The rule of `pql.md`.
    form
        `node`: becomes a `bound.Function`; `rewritten`: becomes other bound nodes.
    type
        The result type of a node, where it does not depend on the arguments.
    method
        Whether `x.f(a)` is a way to write it.
    """

    name: str
    parameters: tuple[Parameter, ...]
    returns: str
    doc: str
    rule: str
    form: Form = "rewritten"
    type: Type | None = None
    method: bool = True

    @property
    def least(self) -> int:
        """The smallest number of arguments, the receiver included."""
        return sum(not one.optional for one in self.parameters)

    def __str__(self) -> str:
        if not self.method:
            return f"{self.name}({', '.join(str(one) for one in self.parameters)}) → {self.returns}"
        first, *rest = self.parameters
        return f"({first.accepts.words}).{self.name}({', '.join(str(one) for one in rest)}) → {self.returns}"


def _table(*signatures: Signature) -> Mapping[str, Signature]:
    return MappingProxyType({one.name: one for one in signatures})


def _node(name: str, parameters: tuple[Parameter, ...], of: Type, doc: str, rule: str = "R49") -> Signature:
    return Signature(name, parameters, str(of), doc, rule, "node", of)


def _rewritten(name: str, parameters: tuple[Parameter, ...], returns: str, doc: str, rule: str) -> Signature:
    return Signature(name, parameters, returns, doc, rule)


def _free(name: str, parameters: tuple[Parameter, ...], returns: str, doc: str, rule: str) -> Signature:
    return Signature(name, parameters, returns, doc, rule, method=False)


_S = Parameter("text", TEXT)
_N = Parameter("number", NUMBER)
_T = Parameter("moment", MOMENT)
_A = Parameter("array", LIST)
_M = Parameter("map", MAPPING)
_AM = Parameter("array", Accepts("Array or Map", frozenset({Kind.ARRAY, Kind.MAP})))
_ANY = Parameter("value", ANY)
_SCALAR = Parameter("value", SCALAR)
_SPELLED = Parameter("value", SPELLED)
_PART = Parameter("part", TEXT)
_CASE = Parameter("caseSensitive", FLAG, optional=True, literal=True)
_PATTERN = Parameter("pattern", TEXT, literal=True)
_E = Parameter("expression", ITEM)
_E_OR_NOT = Parameter("expression", ITEM, optional=True)
_COND = Parameter("condition", CONDITION)
_OTHER = Parameter("other", LIST)
_COUNT = Parameter("count", WHOLE)
_TAKE = Parameter("number", WHOLE)
_END = Parameter("end", MOMENT)
_START = Parameter("start", MOMENT)

FUNCTIONS: Mapping[str, Signature] = _table(
    # conditions and presence
    _free(
        "if",
        (_COND, Parameter("then", ANY), Parameter("otherwise", ANY)),
        "type of the branches",
        "One of two values",
        "R45",
    ),
    _rewritten("isNull", (_ANY,), "Boolean", "Whether a value is absent", "R15"),
    _rewritten("isNotNull", (_ANY,), "Boolean", "Whether a value is present", "R15"),
    _free(
        "inSegment",
        (Parameter("segment", TEXT, literal=True),),
        "Boolean",
        "Whether the profile is in a segment",
        "R48",
    ),
    # text predicates
    _rewritten("startsWith", (_S, _PART, _CASE), "Boolean", "Whether a text begins with another", "R46"),
    _rewritten("endsWith", (_S, _PART, _CASE), "Boolean", "Whether a text ends with another", "R46"),
    _rewritten("contains", (_S, _PART, _CASE), "Boolean", "Whether a text holds another", "R46"),
    _rewritten("doesNotStartWith", (_S, _PART, _CASE), "Boolean", "Whether a text does not begin with another", "R46"),
    _rewritten("doesNotEndWith", (_S, _PART, _CASE), "Boolean", "Whether a text does not end with another", "R46"),
    _rewritten("doesNotContain", (_S, _PART, _CASE), "Boolean", "Whether a text does not hold another", "R46"),
    _rewritten(
        "equals", (_SCALAR, Parameter("other", SCALAR), _CASE), "Boolean", "Whether two values are equal", "R46"
    ),
    _rewritten(
        "notEqualTo", (_SCALAR, Parameter("other", SCALAR), _CASE), "Boolean", "Whether two values differ", "R46"
    ),
    _rewritten("equalsIgnoreCase", (_S, Parameter("other", TEXT)), "Boolean", "Equality but for case", "R49"),
    _rewritten("matches", (_S, _PATTERN), "Boolean", "Whether a regular expression is found in a text", "R47"),
    Signature(
        "regexGroup",
        (_S, _PATTERN, Parameter("group", WHOLE, literal=True)),
        "String",
        "A group of the first match, 0 for all of it; null without a match",
        "R47",
        "node",
        STRING,
    ),
    # arrays
    _rewritten("count", (_AM,), "Integer", "The number of items, null ones included, or of a map's entries", "R28"),
    _rewritten("sum", (_A, _E_OR_NOT), "Number", "The sum over the items; 0 of nothing", "R28"),
    _rewritten("average", (_A, _E_OR_NOT), "Double", "The mean over the items", "R28"),
    _rewritten("min", (_A, _E_OR_NOT), "Number, Date or Timestamp", "The smallest over the items", "R28"),
    _rewritten("max", (_A, _E_OR_NOT), "Number, Date or Timestamp", "The largest over the items", "R28"),
    _rewritten("filter", (_A, _COND), "Array", "The items for which a condition holds", "R27"),
    _rewritten("exists", (_A, _COND), "Boolean", "Whether a condition holds for some item", "R27"),
    _rewritten(
        "map",
        (_AM, _E),
        "Array or Map",
        "An expression of each item; over a Map of each value, or `(K, V) => mapEntry(…)` for new entries",
        "R28",
    ),
    _rewritten("topN", (_A, _E, _TAKE), "Array", "The n items with the largest values, largest first", "R29"),
    _rewritten("bottomN", (_A, _E, _TAKE), "Array", "The n items with the smallest values, smallest first", "R29"),
    _rewritten("head", (_A,), "item", "The first item, null when there is none", "R28"),
    _rewritten("distinct", (_A,), "Array", "The different items, null ones left out", "R28"),
    _rewritten("includes", (_A, Parameter("item", SCALAR)), "Boolean", "Whether an array holds a value", "R21"),
    _rewritten("intersects", (_A, _OTHER), "Boolean", "Whether two arrays have an item in common", "R30"),
    _rewritten("subsetOf", (_A, _OTHER), "Boolean", "Whether every item is in the other array", "R30"),
    _rewritten("supersetOf", (_A, _OTHER), "Boolean", "Whether every item of the other array is in this one", "R30"),
    Signature(
        "intersection", (_A, _OTHER), "Array", "The items in common, each once; null when there are none", "R30", "node"
    ),
    _rewritten(
        "groupBy",
        (_A, _E),
        "Map",
        "The items grouped by a value, as text; those without one left out, those with several in the group of each",
        "R28",
    ),
    _free(
        "mapEntry",
        (Parameter("key", SCALAR), _ANY),
        "entry",
        "An entry of the map that `.map((K, G) => mapEntry(…))` makes; without a key it is left out, and of equal keys "
        "the entry with the last old key stays",
        "R28",
    ),
    _rewritten("countOnlyNull", (_A,), "Integer", "The number of null items", "R49"),
    _rewritten("countWithNull", (_A,), "Integer", "The number of items, null ones included", "R49"),
    _rewritten("distinctCountWithNull", (_A,), "Integer", "The number of different items, null counted as one", "R49"),
    Signature(
        "join",
        (_A, Parameter("separator", TEXT, literal=True)),
        "String",
        "The texts of an array laid end to end with a separator, null ones left out; null for a null array",
        "R49",
        "node",
        STRING,
    ),
    # maps
    _rewritten("get", (Parameter("map", KEYED), Parameter("key", TEXT)), "value", "The value at a key", "R22"),
    _node("keys", (_M,), array_of(STRING), "The keys of a map", "R22"),
    Signature("values", (_M,), "Array", "The values of a map", "R22", "node"),
    # texts
    _node("lowerCase", (_S,), STRING, "The text in lower case"),
    _node("upperCase", (_S,), STRING, "The text in upper case"),
    _node("trim", (_S,), STRING, "The text without white space at both ends"),
    _node("leftTrim", (_S,), STRING, "The text without white space at its start"),
    _node("rightTrim", (_S,), STRING, "The text without white space at its end"),
    _node("length", (_S,), INTEGER, "The number of characters (code points)"),
    _node(
        "substr",
        (_S, Parameter("start", WHOLE), Parameter("end", WHOLE, optional=True)),
        STRING,
        "The characters from start (the first is 0) up to, without, end; to the last where `end` is left off, a "
        "null constant then; positions outside the text are its nearer end",
    ),
    _node("concat", (_S, Parameter("other", TEXT)), STRING, "Two texts, one after the other"),
    _node(
        "replace",
        (_S, Parameter("target", TEXT), Parameter("replacement", TEXT)),
        STRING,
        "The text with the first occurrence of a part replaced",
    ),
    _node(
        "replaceAll",
        (_S, _PATTERN, Parameter("replacement", TEXT)),
        STRING,
        "The text with every match of a regular expression replaced by a plain text",
    ),
    _node(
        "split", (_S, Parameter("separator", TEXT)), array_of(STRING), "The parts of a text between a plain separator"
    ),
    _node("indexOf", (_S, _PART), INTEGER, "The position of the first occurrence, from 0; -1 when there is none"),
    _rewritten(
        "isEmpty",
        (Parameter("value", SIZED),),
        "Boolean",
        'Whether a text is `""`, an array or map holds nothing',
        "R49",
    ),
    _rewritten(
        "isNotEmpty", (Parameter("value", SIZED),), "Boolean", "Whether a text, array or map holds something", "R49"
    ),
    _node("extractEmailDomain", (_S,), STRING, "What follows the last @ of an address; null without one"),
    _node("getUrlHost", (_S,), STRING, "The host of a URL, without port; null without one"),
    _node(
        "getUrlPath",
        (_S,),
        STRING,
        "The path of a URL; an empty text for a bare host, null for no URL",
    ),
    _node("md5", (_S,), STRING, "The MD5 digest of the UTF-8 text, in lower-case hexadecimals"),
    _node("sha256", (_S,), STRING, "The SHA-256 digest of the UTF-8 text, in lower-case hexadecimals"),
    # conversions
    _node("stringToNumber", (_S,), DOUBLE, "The number a text spells; null when it spells none"),
    _node(
        "toInt", (_SPELLED,), INTEGER, "A number, text or Boolean as an Integer, cut towards zero; null when it is none"
    ),
    _node("toString", (_SCALAR,), STRING, "A value as text; a Date or Timestamp in ISO 8601"),
    _node(
        "toBool",
        (_SPELLED,),
        BOOLEAN,
        'true for `"true"` in any case and numbers but 0, false for `"false"` and 0; else null',
    ),
    _node(
        "stringToDate",
        (_S,),
        TIMESTAMP,
        "The instant an ISO 8601 text spells, UTC without an offset; null when it spells none",
    ),
    # numbers
    _node("absolute", (_N,), DOUBLE, "The number without its sign"),
    _node("roundUp", (_N,), DOUBLE, "The next whole number above"),
    _node("roundDown", (_N,), DOUBLE, "The next whole number below"),
    _node(
        "toPrecision",
        (_N, Parameter("digits", WHOLE)),
        STRING,
        "The number with that many decimals, as text, zeros kept; null beyond 100",
    ),
    # dates
    Signature(
        "date",
        (Parameter("year", WHOLE), Parameter("month", WHOLE), Parameter("day", WHOLE)),
        "Date",
        "A date; null when the numbers make none",
        "R08",
        "node",
        DATE,
        method=False,
    ),
    _free("currentMonth", (), "Integer", "The month of now, 1 to 12", "R44"),
    _free("currentYear", (), "Integer", "The year of now", "R44"),
    _free("currentDayOfMonth", (), "Integer", "The day of the month of now", "R44"),
    _node("getMonth", (_T,), INTEGER, "The month, 1 to 12", "R44"),
    _node("getYear", (_T,), INTEGER, "The year", "R44"),
    _node("getDayOfMonth", (_T,), INTEGER, "The day of the month", "R44"),
    _node("dayOfWeek", (_T,), INTEGER, "The day of the week, 1 for Monday to 7 for Sunday"),
    _node("dayOfYear", (_T,), INTEGER, "The day of the year, from 1"),
    _node("weekOfYear", (_T,), INTEGER, "The ISO 8601 week of the year"),
    _node("extractHours", (_T,), INTEGER, "The hour of a Timestamp, 0 to 23"),
    _node("extractMinutes", (_T,), INTEGER, "The minute of a Timestamp"),
    _node("extractSeconds", (_T,), INTEGER, "The whole second of a Timestamp"),
    _rewritten("extractMonth", (_T,), "Integer", "The month, 1 to 12", "R49"),
    _rewritten("addDays", (_T, _COUNT), "Timestamp", "That many days later", "R49"),
    _rewritten("addHours", (_T, _COUNT), "Timestamp", "That many hours later", "R49"),
    _rewritten("addMinutes", (_T, _COUNT), "Timestamp", "That many minutes later", "R49"),
    _rewritten("addSeconds", (_T, _COUNT), "Timestamp", "That many seconds later", "R49"),
    _rewritten("addMonths", (_T, _COUNT), "Timestamp", "That many months later", "R49"),
    _rewritten("addYears", (_T, _COUNT), "Timestamp", "That many years later", "R49"),
    _rewritten("age", (_T,), "Integer", "The whole years from then to now", "R49"),
    _rewritten("ageInDays", (_T,), "Integer", "The whole days from then to now", "R49"),
    _rewritten("ageInMonths", (_T,), "Integer", "The whole months from then to now", "R49"),
    _rewritten("dateDiff", (_START, _END), "Integer", "The whole days from the first to the second", "R49"),
    Signature(
        "diffInDays",
        (_END, _START),
        "Integer",
        "The whole days from the second Timestamp to the first",
        "R49",
        "node",
        INTEGER,
    ),
    _node("diffInSeconds", (_END, _START), INTEGER, "The whole seconds from the second Timestamp to the first"),
    _node("diffInMinutes", (_END, _START), INTEGER, "The whole minutes from the second Timestamp to the first"),
    _node("diffInHours", (_END, _START), INTEGER, "The whole hours from the second Timestamp to the first"),
    _node(
        "diffInMonths",
        (_END, _START),
        INTEGER,
        "The whole calendar months from the second Timestamp to the first, cut towards zero",
    ),
    _node(
        "diffInYears",
        (_END, _START),
        INTEGER,
        "The whole calendar years from the second Timestamp to the first, cut towards zero",
    ),
    _rewritten("truncateToStartOfDay", (_T,), "Timestamp", "The start of the day", "R49"),
    _rewritten("truncateToStartOfWeek", (_T,), "Timestamp", "The start of the week", "R49"),
    _node(
        "truncateToStartOfQuarter", (_T,), TIMESTAMP, "The start of the quarter of a Timestamp, in the workspace's zone"
    ),
    _rewritten("truncateToStartOfYear", (_T,), "Timestamp", "The start of the year", "R49"),
)
"""Every function by its canonical name."""

NODES: frozenset[str] = frozenset(name for name, one in FUNCTIONS.items() if one.form == "node")
"""The names an evaluator implements: what `bound.Function.name` can be."""

SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "avg": "average",
        "size": "count",
        "first": "head",
        "unique": "distinct",
        "any": "exists",
        "some": "exists",
        "contain": "contains",
        "lower": "lowerCase",
        "toLowerCase": "lowerCase",
        "upper": "upperCase",
        "toUpperCase": "upperCase",
        "len": "length",
        "abs": "absolute",
        "ceil": "roundUp",
        "floor": "roundDown",
        "substring": "substr",
        "notEquals": "notEqualTo",
        "exist": "isNotNull",
        "month": "getMonth",
        "year": "getYear",
        "dayOfMonth": "getDayOfMonth",
        "daysSince": "ageInDays",
    }
)
"""Names of other languages, for hints."""
