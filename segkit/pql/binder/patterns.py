"""Regular expressions (R47): Java's syntax, checked and turned into RE2's, which the engine runs.

What RE2 cannot do (look-around, back-references, possessive quantifiers, class intersections) is an error under the
very characters; what it only spells differently is rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Const
from segkit.pql.tree import Span, String

if TYPE_CHECKING:
    from segkit.pql.binder.coerce import Operand
    from segkit.pql.binder.context import Binder

_MOST_REPEATS = 1000
_SAME = frozenset("dDwWsSbBAzafnrt")
_REWRITTEN = {
    "e": r"\x1b",
    "h": r"[ \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]",
    "H": r"[^ \t\x{a0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]",
    "v": r"[\n\x0b\f\r\x{85}\x{2028}\x{2029}]",
    "V": r"[^\n\x0b\f\r\x{85}\x{2028}\x{2029}]",
    "R": r"(?:\r\n|[\n\x0b\f\r\x{85}\x{2028}\x{2029}])",
    "Z": r"(?:\n?\z)",
}
_POSIX = {
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
_GENERAL = frozenset(
    [
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "L",
        "Ll",
        "Lm",
        "Lo",
        "Lt",
        "Lu",
        "M",
        "Mc",
        "Me",
        "Mn",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Pe",
        "Pf",
        "Pi",
        "Po",
        "Ps",
        "S",
        "Sc",
        "Sk",
        "Sm",
        "So",
        "Z",
        "Zl",
        "Zp",
        "Zs",
    ]
)
_GROUPS = {
    "?=": "look-ahead",
    "?!": "look-ahead",
    "?<=": "look-behind",
    "?<!": "look-behind",
    "?>": "an atomic group",
}


class _PatternError(Exception):
    """Carries where and why a pattern is refused."""

    def __init__(self, start: int, end: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.start, self.end, self.message, self.hint = start, end, message, hint


@dataclass(slots=True)
class _Scan:
    text: str
    at: int = 0
    groups: int = 0
    out: list[str] = field(default_factory=list)
    repeats: list[int] = field(default_factory=lambda: [1])
    """The most copies that repetitions make of one part, in each group that is open."""
    last: int = 1
    """The copies of one part inside what stands last."""

    def peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def take(self, count: int = 1) -> str:
        taken = self.text[self.at : self.at + count]
        self.at += count
        return taken


def checked(b: Binder, pattern: Operand) -> Bound:
    """A pattern literal as RE2, or an error under the characters that it cannot run."""
    match pattern.value:
        case Const(value=str(text)):
            pass
        case _:
            hint = "a pattern that is only known while running cannot be checked"
            return b.error("bad-pattern", "a regular expression is written out as a literal", pattern.value.span, hint)
    if text.startswith("%") or text.endswith("%"):
        message = "`%` is a plain character in a regular expression"
        b.report.warning("wildcard-in-pattern", message, pattern.value.span, "`like` knows `%` and `_`")
    try:
        made, _ = translated(text)
    except _PatternError as problem:
        where = _within(b.report.source, pattern, problem.start, problem.end)
        return b.error("bad-pattern", problem.message, where, problem.hint)
    return Const(made, pattern.value.type, pattern.value.span)


def groups(pattern: Operand) -> int | None:
    """How many groups a checked pattern has; None when it is no literal."""
    match pattern.value:
        case Const(value=str(text)):
            try:
                return translated(text)[1]
            except _PatternError:
                return None
        case _:
            return None


def translated(text: str) -> tuple[str, int]:
    """A Java pattern in RE2's spelling, and the number of its groups."""
    scan = _Scan(text)
    opened: list[int] = []
    repeatable = False
    while scan.at < len(text):
        start = scan.at
        char = scan.take()
        match char:
            case "\\":
                scan.out.append(_escape(scan, start))
                repeatable, scan.last = scan.out[-1] != "", 1
            case "[":
                scan.out.append(_class(scan, start))
                repeatable, scan.last = True, 1
            case "(":
                opened.append(start)
                scan.repeats.append(1)
                repeatable = _group(scan, start, opened)
            case ")":
                if not opened:
                    raise _PatternError(start, scan.at, "this `)` closes no group", r"a literal one is written `\\)`")
                opened.pop()
                scan.out.append(char)
                repeatable, scan.last = True, _closed(scan)
            case "*" | "+" | "?" | "{":
                if char == "{" and not _is_repeat(scan):
                    raise _PatternError(start, scan.at, "`{` begins no repetition", r"a literal one is written `\\{`")
                if not repeatable:
                    raise _PatternError(
                        start, scan.at, f"`{char}` repeats nothing", rf"a literal one is written `\\{char}`"
                    )
                _repeat(scan, start, char)
                repeatable = False
            case _:
                scan.out.append(char)
                repeatable, scan.last = char not in "|^", 1
    if opened:
        raise _PatternError(opened[-1], opened[-1] + 1, "this `(` is never closed", r"a literal one is written `\\(`")
    return "".join(scan.out), scan.groups


def _is_repeat(scan: _Scan) -> bool:
    end = scan.text.find("}", scan.at)
    low, _, high = scan.text[scan.at : max(end, scan.at)].partition(",")
    return end > 0 and low.isdecimal() and (not high or high.isdecimal())


def _repeat(scan: _Scan, start: int, char: str) -> None:
    if char == "{":
        end = scan.text.index("}", scan.at)
        numbers = scan.take(end - scan.at + 1)
        bounds = [int(one) for one in numbers[:-1].split(",") if one]
        scan.last *= max(1, *bounds)
        if scan.last > _MOST_REPEATS:
            raise _PatternError(start, scan.at, f"repetitions go to {_MOST_REPEATS} at most, one inside the other too")
        scan.repeats[-1] = max(scan.repeats[-1], scan.last)
        if bounds != sorted(bounds):
            raise _PatternError(start, scan.at, "a repetition's first number is the smaller one")
        char += numbers
    follower = scan.peek()
    if follower == "+":
        message = "a possessive quantifier cannot be run"
        raise _PatternError(start, scan.at + 1, message, f"`{char}` finds the same here in almost every case")
    if follower == "?":
        char += scan.take()
    if scan.peek() in ("*", "+", "?") and scan.peek():
        raise _PatternError(scan.at, scan.at + 1, f"`{scan.peek()}` repeats a repetition")
    scan.out.append(char)


def _group(scan: _Scan, start: int, opened: list[int]) -> bool:
    """The start of a group; gives whether what follows may be repeated, as after flags alone it may not."""
    if scan.peek() != "?":
        scan.groups += 1
        scan.out.append("(")
        return False
    for sign, what in sorted(_GROUPS.items(), key=lambda one: -len(one[0])):
        if scan.text.startswith(sign, scan.at):
            raise _PatternError(start, scan.at + len(sign), f"{what} cannot be run")
    if scan.text.startswith("?:", scan.at):
        scan.out.append("(" + scan.take(2))
        return False
    if scan.text.startswith("?<", scan.at):
        end = scan.text.find(">", scan.at)
        name = scan.text[scan.at + 2 : end] if end > 0 else ""
        if not name.isalnum() or not name.isascii() or not name[0].isalpha():
            raise _PatternError(start, scan.at + 2, "a group's name is made of letters and digits, as in `(?<name>…)`")
        scan.at = end + 1
        scan.groups += 1
        scan.out.append(f"(?P<{name}>")
        return False
    return _flags(scan, start, opened)


def _flags(scan: _Scan, start: int, opened: list[int]) -> bool:
    end = scan.at + 1
    while end < len(scan.text) and (scan.text[end].isalpha() or scan.text[end] == "-"):
        end += 1
    flags = scan.text[scan.at + 1 : end]
    if not flags or scan.text[end : end + 1] not in (":", ")") or flags.count("-") > 1 or flags.endswith("-"):
        raise _PatternError(start, min(end, len(scan.text)), "`(?` begins no group that is known")
    for offset, flag in enumerate(flags):
        if flag not in "ims-":
            at = scan.at + 1 + offset
            raise _PatternError(at, at + 1, f"the flag `{flag}` cannot be run", "`i`, `m` and `s` can")
    scan.out.append("(" + scan.take(end - scan.at + 1))
    if scan.text[end] == ")":
        opened.pop()
        _closed(scan)
    return False


def _closed(scan: _Scan) -> int:
    """The copies of one part inside the group that ends here."""
    inside = scan.repeats.pop()
    scan.repeats[-1] = max(scan.repeats[-1], inside)
    return inside


def _class(scan: _Scan, start: int) -> str:
    made = ["["]
    if scan.peek() == "^":
        made.append(scan.take())
    first = True
    while True:
        at = scan.at
        char = scan.take()
        if not char:
            raise _PatternError(start, start + 1, "this `[` is never closed", r"a literal one is written `\\[`")
        if char == "]" and not first:
            made.append(char)
            return "".join(made)
        if char == "]":
            raise _PatternError(start, scan.at, "a character class is empty", r"a literal `]` is written `\\]`")
        if char == "[":
            raise _PatternError(at, scan.at, "a class inside a class cannot be run", r"a literal one is written `\\[`")
        if char == "&" and scan.peek() == "&":
            raise _PatternError(at, at + 2, "an intersection of classes cannot be run")
        if char == "\\":
            char = _escape(scan, at, inside=True)
        last = scan.peek(1)
        if scan.peek() == "-" and last == "\\" and scan.peek(2) in tuple("dDwWsSpPhHvV"):
            raise _PatternError(scan.at, scan.at + 3, "a range ends in a class", r"a literal `-` is written `\\-`")
        ranges = len(char) == 1 and scan.peek() == "-" and last not in ("", "]", "\\", "[")
        if ranges and ord(last) < ord(char):
            raise _PatternError(at, scan.at + 2, f"the range `{char}-{last}` runs backwards")
        made.append(char)
        first = False


def _escape(scan: _Scan, start: int, *, inside: bool = False) -> str:
    char = scan.take()
    if not char:
        raise _PatternError(start, scan.at, "the pattern ends in a lone backslash", r"a literal one is written `\\\\`")
    if char == "Q":
        end = scan.text.find("\\E", scan.at)
        quoted = scan.text[scan.at : end if end >= 0 else len(scan.text)]
        scan.at = end + 2 if end >= 0 else len(scan.text)
        return "".join(_literal(one) for one in quoted)
    if char.isdigit() and char != "0":
        raise _PatternError(start, scan.at, f"the back-reference `\\{char}` cannot be run")
    if char == "k":
        raise _PatternError(start, scan.at, "a back-reference cannot be run")
    if char in "pP":
        return _property(scan, start, char, inside=inside)
    if char in "ux0c":
        return _code(scan, start, char)
    if char in _REWRITTEN:
        made = _REWRITTEN[char]
        if not inside:
            return made
        if char in "hve":
            return made.strip("[]")
    elif char in _SAME and not (inside and char in "bBAz"):
        return "\\" + char
    if char.isalpha():
        raise _PatternError(start, scan.at, f"`\\{char}` is no escape that can be run{' in a class' if inside else ''}")
    return _literal(char)


def _code(scan: _Scan, start: int, char: str) -> str:
    digits = ""
    if char == "x" and scan.peek() == "{":
        end = scan.text.find("}", scan.at)
        digits = scan.text[scan.at + 1 : max(end, scan.at)]
        scan.at = end + 1 if end > 0 else scan.at
    elif char in "ux":
        digits = scan.take(4 if char == "u" else 2)
    elif char == "0":
        while len(digits) < 3 and scan.peek() and scan.peek() in "01234567":
            digits += scan.take()
        digits = format(int(digits, 8), "x") if digits else ""
    elif scan.peek():
        digits = format(ord(scan.take()) ^ 64, "x")
    if not digits or any(one not in "0123456789abcdefABCDEF" for one in digits) or int(digits, 16) > 0x10FFFF:
        raise _PatternError(start, scan.at, f"`\\{char}` is not followed by a character's number")
    return rf"\x{{{digits}}}"


def _property(scan: _Scan, start: int, char: str, *, inside: bool) -> str:
    if scan.peek() == "{":
        end = scan.text.find("}", scan.at)
        name = scan.text[scan.at + 1 : max(end, scan.at)]
        scan.at = end + 1 if end > 0 else len(scan.text)
    else:
        name = scan.take()
    if name in _POSIX:
        if not inside:
            return f"[{'^' if char == 'P' else ''}{_POSIX[name]}]"
        if char == "p":
            return _POSIX[name]
    script = name.removeprefix("Is").removeprefix("script=").removeprefix("sc=")
    if name in _GENERAL or script in _GENERAL:
        return rf"\{char}{{{script}}}"
    if script in {"Latin", "Greek", "Cyrillic", "Han", "Hiragana", "Katakana", "Arabic", "Hebrew", "Thai", "Hangul"}:
        return rf"\{char}{{{script}}}"
    if name == "IsAlphabetic":
        return rf"\{char}{{L}}"
    raise _PatternError(start, scan.at, f"the character property `{name}` cannot be run")


def _literal(char: str) -> str:
    return char if char.isalnum() or not char.isascii() or char in " _\n\t\r" else "\\" + char


def _within(source: str, pattern: Operand, start: int, end: int) -> Span:
    """The place of some characters of a literal's value in the source, past its escapes."""
    whole = pattern.value.span
    if not isinstance(pattern.node, String) or pattern.node.span != whole:
        return whole
    places = [whole.start + 1]
    at = whole.start + 1
    for _ in pattern.node.value:
        at += 1 if source[at : at + 1] != "\\" else 6 if source[at + 1 : at + 2] == "u" else 2
        places.append(at)
    if source[at : at + 1] not in {'"', "'"} or start >= len(places) - 1:
        return whole
    return Span(places[start], places[min(end, len(places) - 1)])
