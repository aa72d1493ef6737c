"""Literals of `pql/json`, and those that stand only in their own places, such as units of time."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, NoReturn, cast

from segkit.pql.diagnostics import did_you_mean
from segkit.pql.reading.tokens import MOMENTS, RELATIONS, UNITS
from segkit.pql.tree import Array, Boolean, Double, Integer, Interval, Name, Node, Null, String
from segkit.pql.trees import vocabulary
from segkit.pql.trees.vocabulary import PROFILE, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segkit.pql.tree import Relation, Unit
    from segkit.pql.trees.source import Path
    from segkit.pql.trees.words import Words

_LONG: Final = 2**63
_ISO: Final = re.compile(r"[+-]?\d{4,}-\d\d")


def literal(words: Words, document: Mapping[str, object], path: Path) -> Node:
    """A literal that is a value."""
    kind = words.text(document, "literalType", path)
    at = (*path, "value")
    match kind:
        case "String":
            return String(words.text(document, "value", path))
        case "Integer" | "Double":
            return _number(words, words.part(document, "value", path)[0], at, kind)
        case "Boolean":
            value = words.part(document, "value", path)[0]
            if not isinstance(value, bool):
                _mismatch(words, kind, value, at)
            return Boolean(value)
        case "List":
            return Array(tuple(_item(words, value, place) for value, place in words.parts(document, "value", path)))
        case "Timestamp":
            return _moment(words, document, path)
        case "TimeInterval":
            relation = words.one_of(document, "relation", path, sorted(RELATIONS))
            return Interval(
                cast("Relation", relation), unit(words, words.text(document, "unit", path), (*path, "unit"))
            )
        case "Null":
            return Null()
        case _:
            known = vocabulary.LITERAL_TYPES
            hint = did_you_mean(kind, known) or "there are " + ", ".join(f"`{one}`" for one in known)
            message = f"`{kind}` is no type of a literal that can stand here"
            return words.source.fail("bad-literal", message, (*path, "literalType"), hint)


def typed(words: Words, document: Mapping[str, object], key: str, path: Path, kind: str) -> tuple[object, Path]:
    """The value of a literal that must be of a type, and its path."""
    value, at = words.part(document, key, path)
    found = words.mapping(value, at, f"`{key}`")
    given = words.text(found, "literalType", at)
    # what the audience builder makes of every number
    if given != kind and not (kind == "Integer" and given == "Double"):
        words.source.fail("bad-literal", f"`{key}` is a literal of type `{kind}`, not `{given}`", (*at, "literalType"))
    return words.part(found, "value", at)


def word(words: Words, document: Mapping[str, object], key: str, path: Path, kind: str, *, known: Sequence[str]) -> str:
    """A literal that is one of some words, such as a comparison."""
    value, at = typed(words, document, key, path, kind)
    if not isinstance(value, str):
        _mismatch(words, kind, value, at)
    return words.among(value, at, known)


def unit(words: Words, name: str, path: Path) -> Unit:
    """A unit of time, in the singular or plural."""
    found = UNITS.get(name.lower())
    if found is None:
        hint = did_you_mean(name, UNITS) or "a unit is such as `days`"
        words.source.fail("unknown-unit", f"`{name}` is no unit of time", path, hint)
    return found


def profile(words: Words, document: Mapping[str, object], path: Path) -> None:
    """The profile as it was written in 2019; there is no other object."""
    value = words.text(document, "value", path)
    if value != PROFILE:
        words.source.fail("bad-literal", f"the XDMObject is `{PROFILE}`, not {words.given(value)}", (*path, "value"))


def _number(words: Words, value: object, path: Path, kind: str = "List") -> Node:
    """A number. `2` of type Double is what the audience builder makes of a whole number, and `2.0` is a Double."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        _mismatch(words, kind, value, path)
    if kind == "Integer" and isinstance(value, float) and math.isfinite(value):
        if not value.is_integer():
            _mismatch(words, kind, value, path)
        value = int(value)
    if isinstance(value, int):
        if -_LONG <= value < _LONG:
            return Integer(value)
        words.source.fail("number-range", "the number is beyond 64 bit", path, "write it as a Double: add `.0`")
    if not math.isfinite(value):
        words.source.fail("number-range", "the number is beyond the range of a Double", path)
    return Double(value)


def _item(words: Words, value: object, path: Path) -> Node:
    """An item of a List, a bare scalar."""
    match value:
        case bool():
            return Boolean(value)
        case str():
            return String(words.whole_text(value, path))
        case int() | float():
            return _number(words, value, path)
        case _:
            message = f"the items of a List are texts, numbers and Booleans, not {words.given(value)}"
            return words.source.fail("bad-literal", message, path)


def _moment(words: Words, document: Mapping[str, object], path: Path) -> Node:
    value = words.text(document, "value", path)
    known = value.lower()
    if known in MOMENTS:
        written = document.get(WRITTEN)
        return Name(written if isinstance(written, str) and written.lower() == known else known)
    if _ISO.match(value):
        return String(value)
    hint = did_you_mean(value, MOMENTS) or "it is `now`, `today`, `yesterday`, `tomorrow` or ISO 8601"
    return words.source.fail("bad-literal", f"{words.given(value)} is no point in time", (*path, "value"), hint)


def _mismatch(words: Words, kind: str, value: object, path: Path) -> NoReturn:
    """Refuse a value that is not of its literal's type."""
    words.source.fail("bad-literal", f"the value of a literal of type `{kind}` cannot be {words.given(value)}", path)
