"""Functions and names of other languages, and what PQL says instead; `FUNCTIONS`' own synonyms name one word each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHOICE = "write `if(a.isNull(), b, a)`"
_CAST = "`.toString()`, `.toInt()`, `.stringToNumber()` and `.stringToDate()` make one type of another"
_PARTS = "`.getYear()`, `.getMonth()` and `.getDayOfMonth()` are parts of a date"
_SORT = "`.topN(expression, n)` takes the first n in descending order, `.bottomN(expression, n)` in ascending order"

FUNCTION_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "coalesce": _CHOICE,
        "ifnull": _CHOICE,
        "nvl": _CHOICE,
        "fillna": _CHOICE,
        "iif": "write `if(condition, a, b)`",
        "where": "write `if(condition, a, b)`, or a condition in brackets: `xEvent[…]`",
        "cast": _CAST,
        "convert": _CAST,
        "astype": _CAST,
        "round": "write `.toPrecision(digits)`, `.roundUp()` or `.roundDown()`",
        "tofixed": "write `.toPrecision(digits)`",
        "mod": "write `a % b`",
        "pow": "multiply: `x * x`",
        "power": "multiply: `x * x`",
        "mean": "did you mean `average`?",
        "last": "`.topN(timestamp, 1).head()` is the latest of events; other arrays are read with `.bottomN(…)`",
        "latest": "write `.topN(timestamp, 1).head()`",
        "earliest": "write `.bottomN(timestamp, 1).head()`",
        "sort": _SORT,
        "sortby": _SORT,
        "orderby": _SORT,
        "sort_values": _SORT,
        "nunique": "write `.distinct().count()`",
        "value_counts": "write `.groupBy(this)`, a Map from each value to its items",
        "query": "a condition stands in brackets, without quotes: `xEvent[…]`",
        "find": "`[…].head()` is the first item that meets a condition",
        "every": "write `forall X from array where X.field = …`",
        "all": "write `forall X from array where X.field = …`",
        "foreach": "write `.map(…)` for an array of results",
        "reduce": "`.sum(…)`, `.min(…)`, `.max(…)` and `.average(…)` make one value of an array",
        "isin": "write `x in [a, b]`",
        "notin": "write `x notIn [a, b]`",
        "isna": "did you mean `isNull`?",
        "notna": "did you mean `isNotNull`?",
        "notnull": "did you mean `isNotNull`?",
        "between": "write `x >= a and x <= b`, or for a time `t occurs between a and b`",
        "like": 'write `x like "a%"`',
        "regexp_matches": "did you mean `matches`?",
        "test": "did you mean `matches`?",
        "slice": "did you mean `substr`?",
        "left": "write `.substr(0, n)`",
        "title": "there are `.upperCase()` and `.lowerCase()`",
        "strip": "did you mean `trim`?",
        "dateadd": "write `moment.addDays(-30)`; also `.addHours`, `.addMonths`, `.addYears`",
        "date_add": "write `moment.addDays(30)`; also `.addHours`, `.addMonths`, `.addYears`",
        "date_sub": "write `moment.addDays(-30)`; also `.addHours`, `.addMonths`, `.addYears`",
        "datediff": "write `dateDiff(start, end)` for days; also `diffInHours`, `diffInMonths`, `diffInYears`",
        "date_trunc": "write `.truncateToStartOfDay()`; also `…Week`, `…Quarter`, `…Year`",
        "extract": _PARTS,
        "date_part": _PARTS,
        "day": "did you mean `getDayOfMonth`?",
        "gettime": "moments are compared as they are: `a > b`, `t occurs <= 3 days before now`",
        "getdate": "did you mean `getDayOfMonth`? the present moment is `now`",
        "to_date": "did you mean `stringToDate`?",
        "todate": "did you mean `stringToDate`?",
        "push": "an expression changes nothing",
        "in": "write `x in [a, b]`",
        "and": "write `a and b`",
        "or": "write `a or b`",
        "isblank": "did you mean `isEmpty`?",
        "segment": "did you mean `inSegment`?",
        "insegments": "did you mean `inSegment`? it names one segment",
    }
)
"""By name in lower case: what to write, where one word would not do."""

NAME_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "none": "absence is asked with `.isNull()`",
        "undefined": "absence is asked with `.isNull()`",
        "nil": "absence is asked with `.isNull()`",
        "nan": "absence is asked with `.isNull()`",
        "current_date": "write `today`",
        "current_timestamp": "write `now`",
        "sysdate": "write `now`",
        "date": "`now` is this moment, `date(2024, 1, 31)` a day",
        "math": "functions stand behind a value: `x.roundUp()`",
    }
)
"""Bare names in lower case."""
