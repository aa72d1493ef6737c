"""Documents that are laid out to a width: the formatter says what belongs together, this says where lines break.

A `Group` stands on one line if it fits, else each `Line` in it becomes a line break. Nothing here recurses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: Final = 100
STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line break, or `flat` when the group around it stands on one line; a `hard` one always breaks."""

    flat: str = " "
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment; the groups around it are broken, and what comes behind `// …` stands on a new line."""

    text: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Words with commas between them, as many on a line as fit."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Parts one after the other; `indented` sets the lines in it in, `grouped` keeps it on one line if it fits."""

    parts: tuple[Doc, ...]
    broken: bool
    indented: bool = False
    grouped: bool = False


Doc = str | Line | Remark | Fill | Part

SOFT: Final = Line("")
SPACE: Final = Line(" ")
BREAK: Final = Line("", hard=True)


def seq(*parts: Doc) -> Part:
    """Parts one after the other."""
    return Part(parts, any(_broken(one) for one in parts))


def group(*parts: Doc) -> Part:
    """Parts on one line if they fit."""
    return Part(parts, any(_broken(one) for one in parts), grouped=True)


def indent(*parts: Doc) -> Part:
    """Parts whose line breaks are set in."""
    return Part(parts, any(_broken(one) for one in parts), indented=True)


def join(separator: Doc, parts: Iterable[Doc]) -> Part:
    """Parts with a separator between them."""
    out: list[Doc] = []
    for one in parts:
        if out:
            out.append(separator)
        out.append(one)
    return seq(*out)


def _broken(doc: Doc) -> bool:
    match doc:
        case Part(broken=broken):
            return broken
        case Line(hard=hard):
            return hard
        case Remark():
            return True
        case _:
            return False


def layout(doc: Doc) -> str:
    """The text of a document."""
    sheet = _Sheet()
    stack: list[tuple[int, bool, Doc]] = [(0, False, doc)]
    while stack:
        margin, flat, one = stack.pop()
        match one:
            case str():
                sheet.write(one, margin)
            case Line(text, hard):
                if flat and not hard:
                    sheet.write(text, margin)
                else:
                    sheet.newline(margin)
            case Remark(text):
                sheet.write(text, margin)
                sheet.closed = text.startswith("//")
            case Fill(words):
                for at, word in enumerate(words):
                    last = at == len(words) - 1
                    if at and not flat and sheet.column + len(word) + 2 > COLUMNS:
                        sheet.newline(margin)
                    elif at:
                        sheet.write(" ", margin)
                    sheet.write(word if last else f"{word},", margin)
            case Part(parts, broken, indented, grouped):
                inner = flat
                if grouped and not flat:
                    inner = not broken and _fits(parts, COLUMNS - sheet.column, stack)
                step = margin + STEP if indented else margin
                stack.extend((step, inner, part) for part in reversed(parts))
    return "".join(sheet.out)


class _Sheet:
    """What has been written, and where the next character stands."""

    __slots__ = ("closed", "column", "out")

    def __init__(self) -> None:
        self.out: list[str] = []
        self.column = 0
        self.closed = False

    def write(self, text: str, margin: int) -> None:
        if not text:
            return
        if self.closed:
            self.newline(margin)
            text = text.lstrip(" ")
        self.out.append(text)
        self.column = len(text) - text.rindex("\n") - 1 if "\n" in text else self.column + len(text)

    def newline(self, margin: int) -> None:
        while self.out and not self.out[-1].rstrip(" "):
            self.out.pop()
        if self.out:
            self.out[-1] = self.out[-1].rstrip(" ")
        self.out.append("\n" + " " * margin)
        self.column = margin
        self.closed = False


def _fits(parts: tuple[Doc, ...], room: int, rest: list[tuple[int, bool, Doc]]) -> bool:
    """Whether parts stand on one line, together with what follows them up to the next line break."""
    ahead = len(rest)
    stack: list[tuple[bool, Doc]] = [(True, one) for one in reversed(parts)]
    while room >= 0:
        if not stack:
            if ahead == 0:
                return True
            ahead -= 1
            _, flat, doc = rest[ahead]
            stack.append((flat, doc))
        flat, one = stack.pop()
        match one:
            case str():
                room -= len(one)
            case Remark(text):
                room -= len(text)
            case Line(text):
                if not flat:
                    return True
                room -= len(text)
            case Fill(words):
                room -= sum(len(word) + 2 for word in words) - 2
            case Part(parts, broken, _, grouped):
                inner = flat or (grouped and not broken)
                stack.extend((inner, part) for part in reversed(parts))
    return False
