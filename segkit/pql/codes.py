"""The codes of what can be wrong in the grammar. They are stable: tools may depend on them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SYNTAX: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad-aggregate": "`sum` and its like without `over NAME from`, or `over` without them",
        "bad-chain": "a part of `chain(…)` is missing, out of order or not of its shape",
        "bad-distance": "the tail of `occurs` is no distance such as `<= 3 days before now`",
        "bad-index": "brackets behind a value hold none or several keys or conditions",
        "bad-lambda": "`=>` without names in parentheses before it",
        "bad-object": 'an object literal is not made of `"key": value`',
        "bad-parameter": "a parameter such as `$0`",
        "bad-select": "`select`, `exists` or `forall` without `NAME from` or `where`",
        "chained-comparison": "two comparisons without `and` between them",
        "curly-quotes": "typographic quotes around a string",
        "duration": "a span of time such as `7 days` in arithmetic",
        "empty": "nothing but space and comments",
        "empty-name": "nothing between backticks",
        "expected": "a word that a form needs is missing",
        "foreign-operator": "an operator of another language, such as `==` or `not in`",
        "glued-number": "a number that runs into a word, such as `90d`",
        "half-character": "half of a surrogate pair in a string",
        "infix-method": "a method such as `contains` written as an operator",
        "mismatched-bracket": "a bracket closed by one of another kind",
        "misplaced-null": "`null` anywhere but behind `=` and `!=`",
        "missing-name": "no field name behind a dot",
        "missing-value": "an operator, bracket or comma where a value must stand",
        "moment-call": "`now()` and its like",
        "needs-parentheses": "something that only parentheses can put here",
        "number-range": "a number beyond 64 bit",
        "placeholder": "a placeholder such as `<segment-id>` that was not filled in",
        "single-quotes": "a string in single quotes (a warning)",
        "sql-exists": "`exists` behind a field",
        "sql-null": "`is null` and `is not null`",
        "stray-bracket": "a closing bracket that closes nothing",
        "too-deep": "nested deeper than can be read",
        "too-long": "longer than can be read",
        "too-many-errors": "errors that are not listed one by one",
        "too-many-warnings": "warnings that are not listed one by one",
        "trailing-comma": "a comma with nothing behind it",
        "unclosed-bracket": "an opening bracket that is never closed",
        "unclosed-comment": "`/*` without `*/`",
        "unclosed-context": "`@{` without `}`",
        "unclosed-name": "a backtick without its partner",
        "unclosed-string": "a quote without its partner on the line",
        "unexpected": "something that cannot follow what stands before it",
        "unknown-character": "a character without meaning",
        "unknown-escape": "a backslash in a string before a character it does not escape",
        "unknown-unit": "no unit of time where one must stand",
        "wildcard-index": "`[*]`",
    }
)
