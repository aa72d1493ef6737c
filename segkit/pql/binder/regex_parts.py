"""The smallest parts of a regular expression: characters, escapes, classes and properties (R47)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

PROPERTY_COST: Final = 300
"""What a class of Unicode characters makes of the engine's program, in steps; a letter is one."""

_HORIZONTAL: Final = r" \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}"
_VERTICAL: Final = r"\n\x0b\f\r\x{85}\x{2028}\x{2029}"
_SETS: Final = {
    "d": r"\d",
    "D": r"\D",
    "w": r"\w",
    "W": r"\W",
    "s": "[:space:]",  # Java's has the vertical tab, which the engine's `\s` lacks
    "S": "[:^space:]",
    "h": _HORIZONTAL,
    "v": _VERTICAL,
}
_OUTSIDE: Final = {
    "H": f"[^{_HORIZONTAL}]",
    "V": f"[^{_VERTICAL}]",
    "R": rf"(?:\r\n|[{_VERTICAL}])",
    "Z": r"(?:\n?\z)",
    "b": r"\b",
    "B": r"\B",
    "A": r"\A",
    "z": r"\z",
}
_CONTROLS: Final = {"a": 0x07, "e": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09}
_POSIX: Final = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r"\t\n\x0b\f\r ",
}
_GENERAL: Final = frozenset(
    f"{group}{part}"
    for group, parts in {
        "C": "cfos",
        "L": "lmotu",
        "M": "cen",
        "N": "dlo",
        "P": "cdefios",
        "S": "ckmo",
        "Z": "lps",
    }.items()
    for part in ("", *parts)
)
_SCRIPTS: Final = frozenset(
    ["Latin", "Greek", "Cyrillic", "Han", "Hiragana", "Katakana", "Arabic", "Hebrew", "Thai", "Hangul"]
)
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_HIGH, _LOW, _LAST = range(0xD800, 0xDC00), range(0xDC00, 0xE000), 0x10FFFF


class PatternError(Exception):
    """Carries where and why a pattern is refused."""

    def __init__(self, start: int, end: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.start, self.end, self.message, self.hint = start, end, message, hint


class Part(NamedTuple):
    """A character by its number, or the text of a set of them that stands in brackets, or of what stands outside."""

    point: int = -1
    inner: str = ""
    outer: str = ""
    cost: int = 1


class Reader:
    """A pattern and the place that is read next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """A character further on; nothing stands for the end."""
        return self.text[self.at + ahead : self.at + ahead + 1]

    def take(self, count: int = 1) -> str:
        """The next characters, passed over."""
        taken = self.text[self.at : self.at + count]
        self.at += len(taken)
        return taken

    def until(self, end: str) -> str:
        """What stands before an end mark, passed over with it; nothing where there is no end mark."""
        found = self.text.find(end, self.at)
        return self.take(found + len(end) - self.at)[: -len(end)] if found >= 0 else ""


def written(point: int) -> str:
    """A character as it stands in a pattern, in brackets or out of them."""
    char = chr(point)
    if char.isascii() and not char.isalnum() and char.isprintable() and char not in " _":
        return "\\" + char
    return char if char.isprintable() else rf"\x{{{point:x}}}"


def quoted(reader: Reader) -> str:
    r"""What stands between `\Q` and `\E`, or the end."""
    end = reader.text.find("\\E", reader.at)
    found = reader.text[reader.at : end if end >= 0 else len(reader.text)]
    reader.at = end + 2 if end >= 0 else len(reader.text)
    return found


def escape(reader: Reader, start: int, *, inside: bool = False) -> Part:
    r"""What a backslash begins, but for `\Q`; the reader is behind the backslash."""
    char = reader.take()
    if not char:
        raise PatternError(start, reader.at, "the pattern ends in a lone backslash", r"a literal one is written `\\\\`")
    if char.isdigit() and char != "0":
        raise PatternError(start, reader.at, f"the back-reference `\\{char}` cannot be run")
    if char == "k":
        raise PatternError(start, reader.at, "a back-reference cannot be run")
    if char in "pP":
        return _property(reader, start, char, inside=inside)
    if char in "ux0c":
        return Part(_code(reader, start, char))
    if char in _CONTROLS:
        return Part(_CONTROLS[char])
    if char in _SETS:
        return Part(inner=_SETS[char], cost=20)
    if char in _OUTSIDE and not inside:
        return Part(outer=_OUTSIDE[char], cost=30)
    if char.isalpha():
        where = " in a class" if inside else ""
        raise PatternError(start, reader.at, f"`\\{char}` is no escape that can be run{where}")
    return Part(ord(char))


def _code(reader: Reader, start: int, char: str) -> int:
    digits = ""
    if char == "x" and reader.peek() == "{":
        reader.take()
        digits = reader.until("}")
    elif char in "ux":
        digits = reader.take(4 if char == "u" else 2)
    elif char == "0":
        while len(digits) < (3 if digits < "4" else 2) and reader.peek() in tuple("01234567"):
            digits += reader.take()
        digits = format(int(digits, 8), "x") if digits else ""
    elif reader.peek():
        digits = format(ord(reader.take()) ^ 64, "x")
    short = 0 < len(digits) <= 8 and (char != "u" or len(digits) == 4) and _HEX.issuperset(digits)
    point = int(digits, 16) if short else _LAST + 1
    if point in _HIGH and reader.text.startswith("\\u", reader.at):
        second = reader.text[reader.at + 2 : reader.at + 6]
        if len(second) == 4 and _HEX.issuperset(second) and int(second, 16) in _LOW:
            reader.take(6)
            return 0x10000 + ((point - 0xD800) << 10) + int(second, 16) - 0xDC00
    if point > _LAST:
        raise PatternError(start, reader.at, f"`\\{char}` is not followed by a character's number")
    if point in _HIGH or point in _LOW:
        raise PatternError(start, reader.at, "this is half of a character")
    return point


def _property(reader: Reader, start: int, char: str, *, inside: bool) -> Part:
    name = reader.take()
    if name == "{":
        name = reader.until("}")
    if name in _POSIX and not (inside and char == "P"):
        return Part(inner=_POSIX[name], cost=20) if char == "p" else Part(outer=f"[^{_POSIX[name]}]", cost=30)
    script = name.removeprefix("Is").removeprefix("script=").removeprefix("sc=")
    known = "L" if name == "IsAlphabetic" else script if script in _GENERAL | _SCRIPTS else None
    if known is None:
        end = reader.at if name else min(start + 2, len(reader.text))
        raise PatternError(start, end, f"the character property `{name}` cannot be run")
    return Part(inner=rf"\{char}{{{known}}}", cost=PROPERTY_COST)


class Class(NamedTuple):
    """A class in brackets: ranges of characters and sets."""

    negated: bool
    ranges: tuple[tuple[int, int], ...]
    sets: tuple[str, ...]
    cost: int

    def text(self, *, both_cases: bool = False) -> str:
        """The class as the engine reads it; with both cases of the letters a to z that it holds."""
        ranges = list(self.ranges)
        if both_cases:
            ranges += [other for one in self.ranges for other in _other_case(*one)]
        inner = [written(low) if low == high else f"{written(low)}-{written(high)}" for low, high in ranges]
        return f"[{'^' if self.negated else ''}{''.join([*inner, *self.sets])}]"

    @property
    def folds_further(self) -> bool:
        """Whether ignoring case in Unicode's way would bring in more than the other case of the letters a to z."""
        return any(map(has_letters, self.sets)) or any(
            high > 0x7F or any(low <= ord(one) <= high for one in "ksKS") for low, high in self.ranges
        )


def has_letters(inner: str) -> bool:
    """Whether a set holds the letters a to z, whose case the engine ignores in Unicode's way."""
    return inner in {r"\w", r"\W"} or "a-z" in inner or "A-Z" in inner


def _other_case(low: int, high: int) -> Iterator[tuple[int, int]]:
    for first, last, away in ((0x41, 0x5A, 32), (0x61, 0x7A, -32)):
        start, end = max(low, first), min(high, last)
        if start <= end:
            yield start + away, end + away


def character_class(reader: Reader, start: int) -> Class:
    """A class, from behind its bracket on."""
    negated = reader.peek() == "^" and bool(reader.take())
    ranges: list[tuple[int, int]] = []
    sets: list[str] = []
    cost = 20 if negated else 1
    while True:
        at = reader.at
        if not reader.peek():
            raise PatternError(start, start + 1, "this `[` is never closed", r"a literal one is written `\\[`")
        if reader.peek() == "]" and (ranges or sets):
            reader.take()
            return Class(negated, tuple(ranges), tuple(sets), cost)
        if reader.text.startswith("\\Q", at):
            reader.take(2)
            ranges += [(ord(one), ord(one)) for one in quoted(reader)]
            continue
        part = _member(reader, start)
        cost += part.cost
        if part.point < 0:
            sets.append(part.inner)
            continue
        last = part.point
        if reader.peek() == "-" and reader.peek(1) not in ("", "]"):
            reader.take()
            last = _range_end(reader, start, at, part.point)
            cost += 8
        ranges.append((part.point, last))


def _range_end(reader: Reader, start: int, at: int, low: int) -> int:
    dash = reader.at - 1
    if reader.text.startswith("\\Q", reader.at):
        raise PatternError(dash, reader.at + 2, "a range ends in one character", r"a literal `-` is written `\\-`")
    end = _member(reader, start)
    if end.point < 0:
        raise PatternError(dash, reader.at, "a range ends in a class", r"a literal `-` is written `\\-`")
    if end.point < low:
        raise PatternError(at, reader.at, f"the range `{reader.text[at : reader.at]}` runs backwards")
    return end.point


def _member(reader: Reader, start: int) -> Part:
    at = reader.at
    char = reader.take()
    match char:
        case "]":
            raise PatternError(start, reader.at, "a character class is empty", r"a literal `]` is written `\\]`")
        case "[":
            hint = r"a literal one is written `\\[`"
            if reader.peek() == ":":
                hint = r"for letters write `\\p{Alpha}`, for digits `\\d`, for space `\\s`"
            raise PatternError(at, reader.at, "a class inside a class cannot be run", hint)
        case "&" if reader.peek() == "&":
            raise PatternError(at, at + 2, "an intersection of classes cannot be run")
        case "\\":
            return escape(reader, at, inside=True)
        case _:
            return Part(ord(char), cost=1 if char.isascii() else 4)
