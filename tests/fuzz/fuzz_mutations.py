"""Expressions, spoilt: by bytes, by tokens, and by swapping like for like, which often leaves a valid one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|`[^`]*`|[^\W\d]\w*|\d+(?:\.\d+)?|\s+|[<>!=]=|=>|.', re.DOTALL)
_NAME = re.compile(r"[^\W\d]\w*")
_SYMBOLS = [*"()[]{}.,:^!=<>+-*/%\"'`@$;&|?\\#", "!=", "<=", ">=", "==", "=>", "//", "/*", "*/", "^^", "@{", "${", "$1"]
_NUMBERS = [
    "0",
    "1",
    "-1",
    "2",
    "2.5",
    ".5",
    "1e308",
    "9223372036854775807",
    "9223372036854775808",
    "999999999999999999999",
    "100000000",
]
_BYTES = bytes([0, 9, 10, 13, 34, 39, 92, 96, 0x7F, 0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF])
_CHARACTERS = [
    "\x00",
    "\u2028",
    "\u200b",
    "\ufeff",
    "\u201c",
    "\ud800",
    "\udfff",
    "\U0001f600",
    "é",
    "İ",
    "ß",
    "\u0301",
    "，",
    "“",
    "»",
    "\u202e",
]


def tokens(text: str) -> list[str]:
    """The pieces of a text; together they are the text."""
    return TOKEN.findall(text)


class Mutator:
    """Spoils texts with the words of all of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = {one for text in texts for one in tokens(text) if not one.isspace()}
        self.words = sorted(words)
        self.names = [one for one in self.words if _NAME.fullmatch(one)]
        self.texts = [one for one in texts if len(one) < 400]
        self._ways: tuple[Callable[[random.Random, str], str], ...] = (
            self._swap,
            self._swap,
            self._swap,
            self._replace,
            self._insert,
            self._delete,
            self._repeat,
            self._move,
            self._splice,
            self._bytes,
            self._characters,
            self._nest,
        )

    def mutated(self, chance: random.Random, text: str) -> str:
        """A text with one to four mistakes, or with its like swapped."""
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
            text = chance.choice(self._ways)(chance, text)
        return text

    def _at(self, chance: random.Random, text: str) -> tuple[list[str], int]:
        parts = tokens(text) or [""]
        return parts, chance.randrange(len(parts))

    def _swap(self, chance: random.Random, text: str) -> str:
        """A name for a name, a number for a number, an operator for an operator."""
        parts, at = self._at(chance, text)
        one = parts[at]
        if _NAME.fullmatch(one):
            near = [other for other in parts if _NAME.fullmatch(other)]
            parts[at] = chance.choice(near if chance.random() < 0.5 else self.names)
        elif one[:1].isdigit():
            parts[at] = chance.choice(_NUMBERS)
        elif one[:1] == '"':
            parts[at] = (
                '"'
                + chance.choice(["", "US", "2024-02-30", "2024-01-31", "12", "%a_", "(", "[a-z]+$", "\\\\d{2}", "é"])
                + '"'
            )
        elif one in {"=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"}:
            parts[at] = chance.choice(
                ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", " in ", " like ", " and "]
            )
        else:
            parts[at] = one + one if chance.random() < 0.1 else one
        return "".join(parts)

    def _replace(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        parts[at] = chance.choice(self.words)
        return "".join(parts)

    def _insert(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        word = chance.choice(_SYMBOLS) if chance.random() < 0.5 else f" {chance.choice(self.words)} "
        return "".join([*parts[:at], word, *parts[at:]])

    def _delete(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        return "".join([*parts[:at], *parts[at + chance.choice((1, 1, 1, 2, 5)) :]])

    def _repeat(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        piece = parts[at : at + chance.choice((1, 2, 4, 8))]
        return "".join([*parts[:at], *piece * chance.choice((2, 2, 3, 60)), *parts[at:]])

    def _move(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        word = parts.pop(at)
        parts.insert(chance.randrange(len(parts) + 1), word)
        return "".join(parts)

    def _splice(self, chance: random.Random, text: str) -> str:
        parts, at = self._at(chance, text)
        other = chance.choice(self.texts)
        joint = chance.choice(["", " ", " and ", " or ", " = ", ", "])
        if chance.random() < 0.5:
            other = f"({other})"
        return "".join([*parts[:at], joint, other, joint, *parts[at:]])

    def _bytes(self, chance: random.Random, text: str) -> str:
        raw = bytearray(text.encode("utf-8", "surrogatepass"))
        at = chance.randrange(len(raw) + 1)
        value = chance.choice(_BYTES) if chance.random() < 0.5 else chance.randrange(256)
        match chance.randrange(3):
            case 0:
                raw[at:at] = bytes([value])
            case 1:
                del raw[at : at + chance.randrange(1, 4)]
            case _ if at < len(raw):
                raw[at] = value if chance.random() < 0.5 else raw[at] ^ (1 << chance.randrange(8))
            case _:
                pass
        return raw.decode("utf-8", chance.choice(("replace", "surrogateescape", "ignore")))

    def _characters(self, chance: random.Random, text: str) -> str:
        at = chance.randrange(len(text) + 1)
        return text[:at] + chance.choice(_CHARACTERS) + text[at + chance.randrange(2) :]

    def _nest(self, chance: random.Random, text: str) -> str:
        times = chance.choice((1, 1, 2, 3, 40, 120))
        left, right = chance.choice(
            [
                ("(", ")"),
                ("not (", ")"),
                ("[", "]"),
                ("xEvent[", "]"),
                ("xEvent.map(", ")"),
                ("if(true, ", ", 1)"),
                ("let a = 1 in ", ""),
                ("exists X from xEvent where ", ""),
                ("-", ""),
                ("!", ""),
                ("(x) => ", ""),
            ]
        )
        return left * times + text + right * times
