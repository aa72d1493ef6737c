"""One value of a table as words: the same in text and HTML, whatever the value is, never an exception."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

MISSING = "–"
LONGEST = 80
_WHOLE = 1000
_DEEPEST = 4
_MEMBERS = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to show; `whole` is the full text where `text` was shortened, `rigid` tells not to shorten it."""

    text: str
    number: bool = False
    rigid: bool = False
    missing: bool = False
    whole: str | None = None


def cell(value: object, longest: int = LONGEST) -> Cell:
    """The words of a value.

    Examples
    --------
    >>> [cell(one).text for one in (None, 1234567, 0.1234567, True, {"a": [1, None]})]
    ['–', '1,234,567', '0.12346', 'true', '{a: [1, –]}']
    """
    try:
        if is_missing(value):
            return Cell(MISSING, missing=True)
        words = _words(value, 0)
    except Exception:  # noqa: BLE001  a display never fails, and the value may be of anyone's making
        words = f"<{type(value).__name__}>"
    number = isinstance(value, (Real, Decimal)) and not _is_bool(value)
    if len(words) <= longest:
        return Cell(words, number=number, rigid=number or isinstance(value, (bool, date, time, timedelta)))
    return Cell(words[: longest - 1].rstrip() + "…", number=number, whole=words[:_WHOLE])


def is_missing(value: object) -> bool:
    """Whether a value is None, NaN, or pandas' own marks for missing."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    if type(value).__name__ in {"datetime64", "timedelta64"}:
        return str(value) == "NaT"
    return isinstance(value, (Real, Decimal)) and not isinstance(value, Integral) and math.isnan(value)


def clean(text: str) -> str:
    r"""A text on one line in which nothing acts: control, direction and half characters become escapes.

    Examples
    --------
    >>> clean("a\tb\n c"), clean("pay\x00load")
    ('a b c', 'pay\\x00load')
    """
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(_escape(letter) for letter in text)


def _escape(letter: str) -> str:
    kind = unicodedata.category(letter)
    # joiners and variation marks belong to emoji and to several scripts; the other format characters turn text around
    if kind in {"Cc", "Cs", "Cn", "Co"} or (kind == "Cf" and letter not in "\u200c\u200d"):
        return letter.encode("unicode_escape").decode("ascii")
    return letter


def duration_words(seconds: float) -> str:
    """A length of time in at most two units.

    Examples
    --------
    >>> [duration_words(one) for one in (0, 0.0421, 3.14, 42, 184, 7260)]
    ['0 s', '42 ms', '3.1 s', '42 s', '3 min 4 s', '2 h 1 min']
    """
    if seconds < 0:
        return f"-{duration_words(-seconds)}"
    if 0 < seconds < 0.9995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s" if seconds else "0 s"
    whole = round(seconds)
    for name, unit, part, below in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit} {name} {rest} {part}" if rest else f"{whole // unit} {name}"
    return f"{whole} s"


def share_words(share: float) -> str:
    """A share between 0 and 1 as a percentage that never rounds something to nothing or almost all to all.

    Examples
    --------
    >>> [share_words(one) for one in (0, 0.00001, 0.1234, 0.9999, 1)]
    ['0 %', '<0.1 %', '12.3 %', '>99.9 %', '100 %']
    """
    percent = share * 100
    if percent in {0, 100}:
        return f"{percent:.0f} %"
    if 0 < percent < 0.1:
        return "<0.1 %"
    return ">99.9 %" if 99.9 < percent < 100 else f"{percent:.1f} %"


def _is_bool(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def _words(value: Any, depth: int) -> str:  # noqa: ANN401  whatever a cell holds
    if is_missing(value):
        return MISSING
    if _is_bool(value):
        return "true" if value else "false"
    match value:
        case _ if type(value).__name__ in {"datetime64", "timedelta64"}:
            # numpy's own pass for integers, and turn into bare numbers when made into Python's
            return str(value).replace("T", " ")
        case str():
            return clean(value[: 2 * _WHOLE])
        case Integral():
            return f"{int(value):,}"
        case Decimal():
            return f"{value:,}"
        case Real():
            return _float(float(value))
        case datetime():
            return _moment(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration_words(value.total_seconds())
        case bytes() | bytearray() | memoryview():
            return f"<{len(value):,} bytes>"
        case Mapping():
            return _members(
                [f"{clean(str(key))}: {_inner(one, depth)}" for key, one in _first(value.items())], value, "{}"
            )
        case Sequence() | AbstractSet():
            return _members([_inner(one, depth) for one in _first(value)], value, "[]")
        case _ if callable(getattr(value, "tolist", None)):
            return _words(value.tolist(), depth)
        case _:
            return clean(str(value))


def _first(values: Any) -> list[Any]:  # noqa: ANN401  any collection
    return [one for one, _ in zip(values, range(_MEMBERS), strict=False)]


def _inner(value: object, depth: int) -> str:
    return "…" if depth >= _DEEPEST else _words(value, depth + 1)


def _members(shown: list[str], value: Any, brackets: str) -> str:  # noqa: ANN401  any collection
    rest = len(value) - len(shown)
    more = [f"… {rest:,} more"] if rest else []
    return f"{brackets[0]}{', '.join([*shown, *more])}{brackets[1]}"


def _float(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    size = abs(value)
    if size and not 1e-4 <= size < 1e15:
        return f"{value:.5g}"
    if not size:
        return "0"
    # five digits that count and at least two decimals: cents stay, noise goes
    decimals = max(2, 4 - math.floor(math.log10(size)))
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def _moment(value: datetime) -> str:
    words = value.replace(tzinfo=None, microsecond=0).isoformat(" ")
    if value.microsecond:
        words += f".{value.microsecond:06}".rstrip("0")
    offset = value.utcoffset()
    if offset is None:
        return words
    return f"{words} UTC" if not offset else words + value.strftime("%z")
