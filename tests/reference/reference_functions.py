"""The functions of the reference interpreter (R22, R28 to R30, R44 to R49): null in, null out but where said."""

from __future__ import annotations

import calendar as months
import datetime as dt
import hashlib
import math
import re
from typing import TYPE_CHECKING, Any

from reference_time import add_months
from reference_values import LARGEST, SMALLEST, Map, Value, as_instant, contains, lowered, uppered

from segkit.pql.types import BOOLEAN, DATE, DOUBLE, INTEGER, STRING, TIMESTAMP, Kind, array_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_time import Calendar

    from segkit.pql.types import Type

SPACE = " \t\n\v\f\r"
NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")


def test_text(name: str, text: Value, part: Value, *, ignore_case: bool) -> bool:
    """R46, R47: the positive predicates on two strings that are not null."""
    a, b = text.it, part.it
    if ignore_case:
        a, b = lowered(a), lowered(b)
    match name:
        case "startsWith":
            return a.startswith(b)
        case "endsWith":
            return a.endswith(b)
        case "contains":
            return b in a
        case "like":
            pattern = "".join({"%": ".*", "_": "."}.get(one, re.escape(one)) for one in b)
            return re.fullmatch(pattern, a, re.DOTALL) is not None
        case _:
            return re.search(b, a, re.ASCII) is not None


NEGATIVES = {"doesNotStartWith": "startsWith", "doesNotEndWith": "endsWith", "doesNotContain": "contains"}


def substr(text: str, start: int, end: int | None) -> str:
    length = len(text)
    first = min(max(start, 0), length)
    last = length if end is None else min(max(end, 0), length)
    return text[first:last]


def url(text: str) -> re.Match[str] | None:
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^:/?#]*)(?::\d*)?([^?#]*)", text)


def host(text: str) -> str | None:
    found = url(text)
    return found[1] or None if found else None


def to_number(text: str) -> float | None:
    if not NUMBER.fullmatch(text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def to_int(it: Any) -> int | None:
    if isinstance(it, str):
        it = int(it) if re.fullmatch(r"\s*[+-]?\d+\s*", it, re.ASCII) else to_number(it)
    return None if it is None or not SMALLEST <= math.trunc(it) <= LARGEST else math.trunc(it)


def to_text(it: Any) -> str:
    match it:
        case bool():
            return "true" if it else "false"
        case dt.datetime():
            text = it.isoformat()
            return (text.rstrip("0") if it.microsecond else text) + "Z"
        case dt.date():
            return it.isoformat()
        case _:
            return str(it)


def to_bool(it: Any) -> bool | None:
    match it:
        case bool():
            return it
        case str():
            return {"true": True, "false": False}.get(it.lower())
        case _:
            return it != 0


def to_instant(text: str, calendar: Calendar) -> dt.datetime | None:
    if not INSTANT.fullmatch(text):
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    del calendar  # "UTC without an offset", a bare day too
    return at if at.tzinfo is None else at.astimezone(dt.UTC).replace(tzinfo=None)


def make_date(year: int, month: int, day: int) -> dt.date | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= months.monthrange(year, month)[1]):
        return None
    return dt.date(year, month, day)


def group(text: str, pattern: str, number: int) -> str | None:
    found = re.search(pattern, text, re.ASCII)
    return None if found is None else found.group(number) or ""


STRINGS: dict[str, tuple[Callable[..., Any], Type]] = {
    "lowerCase": (lowered, STRING),
    "upperCase": (uppered, STRING),
    "trim": (lambda s: s.strip(SPACE), STRING),
    "leftTrim": (lambda s: s.lstrip(SPACE), STRING),
    "rightTrim": (lambda s: s.rstrip(SPACE), STRING),
    "length": (len, INTEGER),
    "concat": (lambda s, t: s + t, STRING),
    "replace": (lambda s, a, b: s.replace(a, b, 1), STRING),
    "replaceAll": (lambda s, a, b: re.sub(a, lambda _: b, s, flags=re.ASCII), STRING),
    "split": (lambda s, t: s.split(t), array_of(STRING)),
    "indexOf": (lambda s, t: s.find(t), INTEGER),
    "extractEmailDomain": (lambda s: s.rsplit("@", 1)[1] if "@" in s else None, STRING),
    "getUrlHost": (host, STRING),
    "getUrlPath": (lambda s: found[2] if (found := url(s)) else None, STRING),
    "md5": (lambda s: hashlib.md5(s.encode(), usedforsecurity=False).hexdigest(), STRING),
    "sha256": (lambda s: hashlib.sha256(s.encode()).hexdigest(), STRING),
    "stringToNumber": (to_number, DOUBLE),
    "toInt": (to_int, INTEGER),
    "toString": (to_text, STRING),
    "toBool": (to_bool, BOOLEAN),
    "absolute": (lambda n: abs(float(n)), DOUBLE),
    "roundUp": (lambda n: float(math.ceil(n)), DOUBLE),
    "roundDown": (lambda n: float(math.floor(n)), DOUBLE),
    "toPrecision": (lambda n, digits: f"{n:.{digits}f}", STRING),
    "regexGroup": (group, STRING),
    "date": (make_date, DATE),
}

PARTS: dict[str, Callable[[dt.date], int]] = {
    "getMonth": lambda w: w.month,
    "extractMonth": lambda w: w.month,
    "getYear": lambda w: w.year,
    "getDayOfMonth": lambda w: w.day,
    "dayOfWeek": lambda w: w.isoweekday(),
    "dayOfYear": lambda w: w.timetuple().tm_yday,
    "weekOfYear": lambda w: w.isocalendar().week,
    "extractHours": lambda w: w.hour if isinstance(w, dt.datetime) else 0,
    "extractMinutes": lambda w: w.minute if isinstance(w, dt.datetime) else 0,
    "extractSeconds": lambda w: w.second if isinstance(w, dt.datetime) else 0,
}
ADDED = {
    "addDays": "day",
    "addHours": "hour",
    "addMinutes": "minute",
    "addSeconds": "second",
    "addMonths": "month",
    "addYears": "year",
}
STARTS = {"truncateToStartOfDay": "day", "truncateToStartOfWeek": "week", "truncateToStartOfYear": "year"}
CURRENT = {"currentMonth": "getMonth", "currentYear": "getYear", "currentDayOfMonth": "getDayOfMonth"}
LENGTHS = {"diffInSeconds": 1, "diffInMinutes": 60, "diffInHours": 3600}


def scalar(name: str, arguments: list[Value], calendar: Calendar) -> Value | None:
    """A function of scalars; None when the name is no such function."""
    found = _moments(name, arguments, calendar)
    if found is not None:
        return found
    if name == "stringToDate":
        it = arguments[0].it
        return Value(None if it is None else to_instant(it, calendar), TIMESTAMP)
    if name == "substr":
        text, start, *rest = (one.it for one in arguments)
        end = rest[0] if rest else None
        if text is None or start is None or (rest and end is None):
            return Value(None, STRING)
        return Value(substr(text, start, end), STRING)
    if name not in STRINGS:
        return None
    function, of = STRINGS[name]
    if any(one.it is None for one in arguments):
        return Value(None, of)
    values = [
        as_instant(one, calendar) if one.kind is Kind.DATE and name != "toString" else one.it for one in arguments
    ]
    return Value(function(*values), of)


def _moments(name: str, arguments: list[Value], calendar: Calendar) -> Value | None:
    if name in CURRENT:
        return Value(PARTS[CURRENT[name]](calendar.local(calendar.as_of)), INTEGER)
    if name in PARTS:
        it = arguments[0].it
        wall = calendar.local(it) if isinstance(it, dt.datetime) else it
        return Value(None if wall is None else PARTS[name](wall), INTEGER)
    if name in ADDED:
        at = as_instant(arguments[0], calendar)
        is_day = arguments[0].kind is Kind.DATE
        return Value(calendar.shift(at, arguments[1].it, ADDED[name], midnight=is_day), TIMESTAMP)
    if name in STARTS:
        return Value(calendar.start_of(STARTS[name], as_instant(arguments[0], calendar)), TIMESTAMP)
    if name == "truncateToStartOfQuarter":
        at = as_instant(arguments[0], calendar)
        if at is None:
            return Value(None, TIMESTAMP)
        wall = calendar.local(at)
        start = dt.datetime(wall.year, (wall.month - 1) // 3 * 3 + 1, 1)  # noqa: DTZ001  a wall clock
        try:
            return Value(calendar.instant(start), TIMESTAMP)
        except OverflowError:
            return Value(None, TIMESTAMP)
    if name in {"age", "ageInDays", "ageInMonths"}:
        now = Value(calendar.as_of, TIMESTAMP)
        of = {"age": "diffInYears", "ageInDays": "diffInDays", "ageInMonths": "diffInMonths"}[name]
        return _moments(of, [now, arguments[0]], calendar)
    if name == "dateDiff":
        return _moments("diffInDays", arguments[::-1], calendar)
    if name in LENGTHS or name in {"diffInDays", "diffInMonths", "diffInYears"}:
        end, start = (as_instant(one, calendar) for one in arguments)
        if end is None or start is None:
            return Value(None, INTEGER)
        return Value(_difference(name, end, start, calendar), INTEGER)
    return None


def _difference(name: str, end: dt.datetime, start: dt.datetime, calendar: Calendar) -> int:
    if name in LENGTHS:
        return _cut((end - start) // dt.timedelta(microseconds=1), LENGTHS[name] * 1_000_000)
    a, b = calendar.local(start), calendar.local(end)
    if name == "diffInDays":
        return _cut((b - a) // dt.timedelta(microseconds=1), 86_400_000_000)
    count = abs(b.year * 12 + b.month - a.year * 12 - a.month)
    sign = 1 if b >= a else -1
    # "whole": as many as fit when counted from the start
    while count and (add_months(a, sign * count) - b) * sign > dt.timedelta():
        count -= 1
    return sign * (count if name == "diffInMonths" else count // 12)


def _cut(count: int, by: int) -> int:
    return abs(count) // by * (1 if count >= 0 else -1)


def of_arrays(name: str, arguments: list[Value], calendar: Calendar) -> Value | None:
    """A function of arrays and maps that evaluates no expression per item; None when the name is no such function."""
    first = arguments[0] if arguments else None
    if first is None:
        return None
    items = first.items if first.kind is Kind.ARRAY else []
    present = [one for one in items if one.it is not None]
    match name:
        case "count" if first.kind is Kind.MAP:
            return Value(0 if first.it is None else len(first.it.entries), INTEGER)
        case "count" | "countWithNull":
            return Value(len(items), INTEGER)
        case "countOnlyNull":
            return Value(sum(_absent(one.it) for one in items), INTEGER)
        case "distinctCountWithNull":
            different = len({one.it for one in present})
            return Value(different + (len(present) < len(items)), INTEGER)
        case "distinct":
            found = None if first.it is None else list(dict.fromkeys(one.it for one in present))
            return Value(found, first.type)
        case "head":
            return items[0] if items else Value(None, first.type.of)
        case "keys":
            return Value(None if first.it is None else list(first.it.entries), array_of(STRING))
        case "values":
            found = None if first.it is None else list(first.it.entries.values())
            of = first.type.of
            if of.kind is Kind.ARRAY:
                flat = [one for part in found or () if part is not None for one in part]
                return Value(None if found is None else flat, of)
            return Value(found, array_of(of))
        case "join":
            separator = arguments[1].it
            if first.it is None or separator is None:
                return Value(None, STRING)
            return Value(separator.join(one.it for one in present), STRING)
        case "includes":
            return Value(first.it is not None and contains(first, arguments[1], calendar), BOOLEAN)
        case "intersects" | "subsetOf" | "supersetOf" | "intersection":
            return _sets(name, first, arguments[1], calendar)
        case _:
            return None


def _absent(it: Any) -> bool:
    from reference_values import is_null

    return is_null(it)


def _sets(name: str, left: Value, right: Value, calendar: Calendar) -> Value:
    """R30: a null array is false; the empty array is a subset of any and intersects none."""
    of = left.type if name == "intersection" else BOOLEAN
    if left.it is None or right.it is None:
        return Value(None if name == "intersection" else False, of)
    if name == "supersetOf":
        left, right = right, left
    present = [one for one in left.items if one.it is not None]
    common = [one for one in present if contains(right, one, calendar)]
    match name:
        case "intersects":
            return Value(bool(common), of)
        case "intersection":
            return Value(list(dict.fromkeys(one.it for one in common)) or None, of)
        case _:
            return Value(len(common) == len(present), of)


def aggregate(name: str, array: Value) -> Value:
    """R14, R28: null items are left out; the sum of nothing is 0, the others of nothing are null."""
    from reference_values import number

    found = [one.it for one in array.items if one.it is not None]
    item = array.type.of
    match name:
        case "sum":
            of = item if item.kind in {Kind.INTEGER, Kind.DOUBLE} else INTEGER
            return number(sum(found) if of is INTEGER else float(sum(found)), of)
        case "average":
            return number(sum(found) / len(found) if found else None, DOUBLE)
        case "min":
            return Value(min(found, default=None), item)
        case _:
            return Value(max(found, default=None), item)


def lookup(of: Value, key: str | None) -> Any:
    """R22: a missing key is null."""
    if of.it is None or key is None:
        return None
    return (of.it.entries if isinstance(of.it, Map) else of.it).get(key)
