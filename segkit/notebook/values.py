"""One value of a table as words: the same in text and HTML, whatever the value is, never an exception."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from segkit.words import duration_words

MISSING = "–"
LONGEST = 80
_WHOLE = 1000
_DEEPEST = 4
_MEMBERS = 6
_ID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to show; `whole` is the full text where `text` is less, `rigid` tells not to shorten it."""

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
    if isinstance(value, datetime) and value.microsecond:
        return Cell(words, rigid=True, whole=value.isoformat(" "))
    number = isinstance(value, (Real, Decimal)) and not _is_bool(value)
    if len(words) <= longest:
        # half an id is good for nothing
        rigid = number or isinstance(value, (bool, date, time, timedelta)) or _ID.fullmatch(words) is not None
        return Cell(words, number=number, rigid=rigid)
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
            return str(value).replace("T", " ").partition(".")[0]
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
    """A moment to the second: when something happened, not how precisely it was noted."""
    words = value.replace(tzinfo=None, microsecond=0).isoformat(" ")
    offset = value.utcoffset()
    if offset is None:
        return words
    return f"{words} UTC" if not offset else words + value.strftime("%z")
