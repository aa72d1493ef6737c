"""The codes of what can be wrong. They are stable: tools may depend on them.

`docs/diagnostics.md` is made from this table and an example of each; a test compares it with the codes in the source.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from typing import Literal as Choice

if TYPE_CHECKING:
    from collections.abc import Mapping


class Code(NamedTuple):
    """What a code means, in one line; the rule of `pql.md` it comes from; how grave it is."""

    meaning: str
    rule: str
    severity: Choice["error", "warning"] = "error"


SYNTAX: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "bad-aggregate": Code("`sum` and its like without `over NAME from`, or `over` without them", "R31"),
        "bad-chain": Code("a part of `chain(…)` is missing, out of order or not of its shape", "R33"),
        "bad-distance": Code("the tail of `occurs` is no distance such as `<= 3 days before now`", "R38"),
        "bad-index": Code("brackets behind a value hold none or several keys or conditions", "R22"),
        "bad-lambda": Code("`=>` without names in parentheses before it", "R01"),
        "bad-object": Code('an object literal is not made of `"key": value`, each key once', "R08"),
        "bad-parameter": Code("a parameter such as `$0`", "R01"),
        "bad-select": Code("`select`, `exists` or `forall` without `NAME from` or `where`", "R24"),
        "chained-comparison": Code("two comparisons without `and` between them", "R10"),
        "curly-quotes": Code("typographic quotes around a string", "R06"),
        "duration": Code("a span of time such as `7 days` in arithmetic", "R38"),
        "empty": Code("nothing but space and comments", "R51"),
        "empty-name": Code("nothing between backticks", "R05"),
        "expected": Code("a word that a form needs is missing", "R10"),
        "foreign-operator": Code("an operator of another language, such as `==` or `not in`", "R09"),
        "glued-number": Code("a number that runs into a word, such as `90d`", "R07"),
        "half-character": Code("half of a surrogate pair in a string or a name", "R06"),
        "infix-method": Code("a method such as `contains` written as an operator", "R46"),
        "mismatched-bracket": Code("a bracket closed by one of another kind", "R51"),
        "misplaced-null": Code("`null` anywhere but behind `=` and `!=`", "R07"),
        "missing-name": Code("no field name behind a dot", "R19"),
        "missing-value": Code("an operator, bracket or comma where a value must stand", "R10"),
        "moment-call": Code("`now()` and its like", "R38"),
        "missing-occurs": Code("a word of time such as `before` without `occurs`", "R38"),
        "needs-parentheses": Code("something that only parentheses can put here", "R10"),
        "number-range": Code("a number beyond 64 bit", "R07"),
        "placeholder": Code("a placeholder such as `<segment-id>` that was not filled in", "R51"),
        "single-quotes": Code("a string in single quotes", "R06", "warning"),
        "sql-exists": Code("`exists` behind a field", "R15"),
        "sql-null": Code("`is null` and `is not null`", "R15"),
        "sql-query": Code("a query or a clause of SQL, where a rule is its condition alone", "R02"),
        "stray-bracket": Code("a closing bracket that closes nothing", "R51"),
        "too-deep": Code("nested deeper than can be read", "R53"),
        "too-long": Code("longer than can be read", "R53"),
        "too-many-errors": Code("errors that are not listed one by one", "R51"),
        "too-many-warnings": Code("warnings that are not listed one by one", "R51", "warning"),
        "trailing-comma": Code("a comma with nothing behind it", "R08"),
        "unclosed-bracket": Code("an opening bracket that is never closed", "R51"),
        "unclosed-comment": Code("`/*` without `*/`", "R04"),
        "unclosed-context": Code("`@{` without `}`", "R01"),
        "unclosed-name": Code("a backtick without its partner", "R05"),
        "unclosed-string": Code("a quote without its partner on the line", "R06"),
        "unexpected": Code("something that cannot follow what stands before it", "R10"),
        "unknown-character": Code("a character without meaning", "R05"),
        "unknown-escape": Code("a backslash in a string before a character it does not escape", "R06"),
        "unknown-unit": Code("no unit of time where one must stand", "R38"),
        "wildcard-index": Code("`[*]`", "R20"),
    }
)
"""Of the text alone."""

BINDING: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "array-as-scalar": Code(
            "an array that a path runs over, beside one value: true when it is true of any item", "R20", "warning"
        ),
        "array-index": Code("a number in brackets behind an array, which has no first item to count from", "R22"),
        "bad-pattern": Code("a regular expression that is no such thing, or that the engine cannot run", "R47"),
        "chain-method": Code("a method behind `chain(…)`", "R33"),
        "count-zero": Code("`COUNT(0)`, which every profile meets", "R35"),
        "date-as-instant": Code("a Date equated with a Timestamp, which makes it midnight", "R17", "warning"),
        "decisioning-reference": Code("`@{…}`, which only decisioning has", "R01"),
        "duplicate-name": Code("two elements of a chain with one name", "R34"),
        "expression-too-large": Code("variables and segments put in make it larger than can be run", "R53"),
        "hidden-name": Code("a name that exists, but not in this place", "R34"),
        "interval-as-value": Code("`last month` and its like outside of `occurs`", "R38"),
        "invalid-segment": Code("a segment referred to is not valid itself", "R48"),
        "lambda-here": Code("`(x) => …` where no function is asked for", "R01"),
        "name-ahead": Code("a `WHEN` that refers to an element not matched yet", "R34"),
        "negated-count": Code("`COUNT` of an element that must not be there", "R36"),
        "negated-reference": Code("a `WHEN` that refers to an element that must not be there", "R36"),
        "no-item": Code("`this` where there is no item", "R28"),
        "no-outer-scope": Code("more `^` than there are filters around", "R27"),
        "no-such-field": Code("a field of something that has none", "R19"),
        "not-a-date": Code("a text or number that makes no date", "R17"),
        "null-comparison": Code("`= null` and `!= null`, read as `isNull()` and `isNotNull()`", "R07", "warning"),
        "profile-prefix": Code("`profile.` before a field", "R01", "warning"),
        "second-parameter": Code("`$2`, or an outermost lambda with several parameters", "R01"),
        "segment-cycle": Code("segments that refer to each other in a circle", "R48"),
        "segment-policy": Code("a segment referred to has another merge policy than the run", "R48", "warning"),
        "segment-warning": Code("a segment referred to has a warning of its own", "R48", "warning"),
        "text-as-number": Code("a number in quotes beside a number", "R17", "warning"),
        "type-clash": Code("types that do not fit each other or the operator", "R17"),
        "unknown-field": Code("a name that neither the schema nor the expression has", "R16"),
        "unknown-function": Code("a function that does not exist", "R50"),
        "unknown-segment": Code("`inSegment` of a segment that does not exist", "R48"),
        "unsupported-field": Code("a field of a type that PQL does not know, such as TIME", "R17a"),
        "wildcard-in-pattern": Code("`%` in a regular expression", "R47", "warning"),
        "wrong-arguments": Code("a wrong number or type of arguments", "R50"),
    }
)
"""Of names and types, once a schema is known."""

JSON: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "bad-json": Code("no JSON at all, or JSON with a key twice or with `NaN`", "R55"),
        "bad-key": Code("a key of a node holds something of the wrong kind", "R55"),
        "bad-literal": Code("a literal of an unknown type, of a wrong one for its place, or with a wrong value", "R55"),
        "bad-params": Code("an operator with too many or too few params, or a function without its lambda", "R55"),
        "missing-key": Code("a node without a key that it needs", "R55"),
        "unknown-node": Code("a node type that does not exist, or one that cannot stand there", "R55"),
        "unknown-variable": Code("a `varRef` to a variable that nothing around it declares", "R55"),
    }
)
"""Of `pql/json` documents."""

LINT: Final[Mapping[str, Code]] = MappingProxyType(
    {
        "always-false": Code("a condition that no profile can meet", "R12", "warning"),
        "always-true": Code("a condition that every profile meets", "R12", "warning"),
        "double-negation": Code("`not` twice", "R13", "warning"),
        "drops-missing": Code("a negative comparison, which leaves out profiles without the field", "R12", "warning"),
        "duplicate-item": Code("a value that stands twice in a list", "R08", "warning"),
        "empty-text": Code('`= ""`, which does not find missing values', "R15", "warning"),
        "impossible-order": Code("an element of a chain that must be earlier than one before it", "R33", "warning"),
        "impossible-pattern": Code("a regular expression that no text matches", "R47", "warning"),
        "left-out-dataset": Code("what only datasets have that the merge policy leaves out", "R16", "warning"),
        "like-without-wildcard": Code("`like` with neither `%` nor `_`", "R47", "warning"),
        "literal-case": Code("a text that the data hold in other letters only, large or small", "R18", "warning"),
        "null-as-text": Code('`"null"`, which is a text', "R15", "warning"),
        "only-presence": Code("a comparison that holds for any value, so wherever there is one", "R12", "warning"),
        "open-window": Code("a time of events that has a start and no end", "R40", "warning"),
        "outside-data": Code("a number that no value in the data reaches", "R18", "warning"),
        "plain-wildcard": Code("`%` or `*` where it is a plain character", "R47", "warning"),
        "redundant-condition": Code("a condition that changes nothing beside another one", "R12", "warning"),
        "redundant-pattern": Code("`.*` around a pattern that is found anywhere", "R47", "warning"),
        "single-instant": Code("a window of time with one instant in it", "R41", "warning"),
        "takes-missing": Code("a negative comparison negated, which takes missing values in", "R13", "warning"),
        "unknown-value": Code("a text that a field with few values never holds", "R18", "warning"),
        "unrelated-condition": Code("a condition on the items of an array that says nothing of them", "R24", "warning"),
        "unused-name": Code("a `let` that nothing uses", "R32", "warning"),
    }
)
"""Of rules that are valid and probably not what was meant."""

CODES: Final[Mapping[str, Code]] = MappingProxyType({**SYNTAX, **BINDING, **JSON, **LINT})
"""All of them."""
