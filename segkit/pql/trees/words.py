"""Taking a document apart: what a key holds, or an error that says what it should hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from segkit.pql.diagnostics import did_you_mean
from segkit.pql.reading.tokens import unwritable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segkit.pql.trees.source import Path, Source

MAX_ITEMS: Final = 500_000
"""The most items of a list: more than a text has room for."""

_HALF: Final = re.compile("[\ud800-\udfff]")
_SHOWN: Final = 40


class Words:
    """The keys of one document."""

    __slots__ = ("source",)

    def __init__(self, source: Source) -> None:
        self.source = source

    def given(self, value: object) -> str:
        """A wrong value as messages name it."""
        match value:
            case Mapping():
                return "an object"
            case list() | tuple():
                return "a list"
            case None | bool():
                return f"`{json.dumps(value)}`"
            case str() | int() | float():
                shown = (
                    ascii(value)[1:-1] if isinstance(value, str) else str(value) if abs(value) < 1e30 else "a number"
                )
                return f"`{shown[: _SHOWN - 1] + '…' if len(shown) > _SHOWN else shown}`"
            case _:
                return f"a {type(value).__name__}"

    def mapping(self, value: object, path: Path, what: str) -> Mapping[str, object]:
        """A JSON object."""
        if not isinstance(value, Mapping):
            self.source.fail("bad-key", f"{what} is a JSON object, not {self.given(value)}", path)
        return value

    def part(self, document: Mapping[str, object], key: str, path: Path) -> tuple[object, Path]:
        """What a key holds and its path."""
        if key not in document:
            kind = document.get("nodeType")
            owner = f"a `{kind}`" if isinstance(kind, str) else "this"
            near = next((one for one in document if isinstance(one, str) and one.lower() == key.lower()), None)
            near = near or next((one for one in document if did_you_mean(str(one), [key])), None)
            hint = f"it has `{near}`" if near is not None else None
            self.source.fail("missing-key", f"{owner} needs the key `{key}`", (*path, key), hint)
        return document[key], (*path, key)

    def parts(
        self, document: Mapping[str, object], key: str, path: Path, *, least: int = 0
    ) -> list[tuple[object, Path]]:
        """The items of a list and their paths."""
        value, at = self.part(document, key, path)
        if not isinstance(value, list | tuple):
            self.source.fail("bad-key", f"`{key}` is a list, not {self.given(value)}", at)
        if len(value) > MAX_ITEMS:
            self.source.fail("too-long", f"`{key}` has {len(value):,} items; {MAX_ITEMS:,} is the limit", path)
        if len(value) < least:
            self.source.fail("bad-key", f"`{key}` is empty", at)
        return [(one, (*at, place)) for place, one in enumerate(value)]

    def text(self, document: Mapping[str, object], key: str, path: Path) -> str:
        """A text."""
        value, at = self.part(document, key, path)
        if not isinstance(value, str):
            self.source.fail("bad-key", f"`{key}` is a text, not {self.given(value)}", at)
        return self.whole_text(value, at)

    def whole_text(self, value: str, path: Path) -> str:
        """A text without halves of characters, which no file can hold."""
        if _HALF.search(value):
            self.source.fail("half-character", "the string holds half of a character", path)
        return value

    def name(self, document: Mapping[str, object], key: str, path: Path) -> str:
        """A name: a text that can stand in backticks."""
        return self._named(self.text(document, key, path), (*path, key))

    def _named(self, name: str, path: Path) -> str:
        if not name:
            self.source.fail("empty-name", "the name is empty", path)
        wrong = unwritable(name)
        if wrong is not None:
            message = f"a name cannot hold the character U+{ord(wrong):04X}"
            self.source.fail("unknown-character", message, path)
        return name

    def names(self, document: Mapping[str, object], path: Path) -> tuple[str, ...]:
        """The variables of a lambda."""
        found: list[str] = []
        for value, at in self.parts(document, "varNames", path, least=1):
            if not isinstance(value, str):
                self.source.fail("bad-key", f"a variable is named by a text, not {self.given(value)}", at)
            found.append(self._named(self.whole_text(value, at), at))
        return tuple(found)

    def one_of(self, document: Mapping[str, object], key: str, path: Path, known: Sequence[str]) -> str:
        """One of some words."""
        return self.among(self.text(document, key, path), (*path, key), known)

    def among(self, word: str, path: Path, known: Sequence[str]) -> str:
        """A word that is one of some, whatever its case."""
        found = next((one for one in known if one.lower() == word.lower()), None)
        if found is None:
            hint = did_you_mean(word, known) or "it is one of " + ", ".join(f"`{one}`" for one in known)
            self.source.fail("bad-key", f"{self.given(word)} is not known here", path, hint)
        return found

    def whole(self, document: Mapping[str, object], key: str, path: Path, *, least: int, most: int) -> int:
        """A whole number within bounds."""
        value, at = self.part(document, key, path)
        return self.bounded(value, at, least=least, most=most)

    def bounded(self, value: object, path: Path, *, least: int, most: int) -> int:
        """A whole number within bounds; 3.0 is one, as JavaScript writes no other."""
        number = int(value) if isinstance(value, float) and value.is_integer() else value
        if isinstance(number, bool) or not isinstance(number, int):
            self.source.fail("bad-key", f"expected a whole number, not {self.given(value)}", path)
        if not least <= number <= most:
            bound = f"at least {least}" if number < least else f"at most {most}"
            self.source.fail("number-range", f"the number is {bound}, not {self.given(value)}", path)
        return number
