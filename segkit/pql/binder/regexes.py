r"""Regular expressions: Java's syntax turned into RE2's, which the engine runs (R47).

What RE2 cannot do (look-around, back-references, possessive quantifiers, class intersections) is refused with its
place; what it spells or means differently is rewritten. `D` The line break that `.`, `^` and `$` know is `\n` alone, as
with Java's flag `d`; `$` also stands before one at the end, which `regexGroup` and `replaceAll` leave alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from segkit.pql.binder.regex_parts import PatternError, Reader, character_class, escape, has_letters, quoted, written

MOST_REPEATS: Final = 1000
MOST_STEPS: Final = 100_000
"""How large the engine's program for a pattern may get; RE2 gives up at about 131,000 steps."""

_DEEPEST: Final = 200
_GROUPS: Final = {
    "?=": "look-ahead",
    "?!": "look-ahead",
    "?<=": "look-behind",
    "?<!": "look-behind",
    "?>": "an atomic group",
}
_END: Final = r"(?:\n?\z)"


class Translated(NamedTuple):
    """A pattern in RE2's spelling, and the number of its groups."""

    text: str
    groups: int


@dataclass(frozen=True, slots=True)
class _Flags:
    """What is set where a pattern is read: case ignored, in Unicode's way, and `^` and `$` at every line."""

    ignoring: bool = False
    unicode: bool = False
    lines: bool = False


@dataclass(slots=True)
class _Group:
    """A group that is open: where it began, the flags before it, and how large it got."""

    start: int
    flags: _Flags
    steps: int = 0
    last: int = 0
    """The steps of what stands last."""
    copies: int = 1
    """The most copies that repetitions make of one part of it."""
    last_copies: int = 1


@dataclass(slots=True)
class _Scan:
    reader: Reader
    searching: bool
    flags: _Flags = field(default_factory=_Flags)
    groups: int = 0
    names: set[str] = field(default_factory=set)
    out: list[str] = field(default_factory=list)
    open: list[_Group] = field(default_factory=lambda: [_Group(-1, _Flags())])
    repeatable: bool = False

    def put(self, text: str, start: int, steps: int, *, copies: int = 1) -> None:
        """Write out a part that may be repeated."""
        self.out.append(text)
        self.repeatable = True
        group = self.open[-1]
        group.last, group.last_copies = steps, copies
        self.grow(steps, start)

    def grow(self, steps: int, start: int) -> None:
        """Take note of how large the program gets."""
        self.open[-1].steps += steps
        if sum(one.steps for one in self.open) > MOST_STEPS:
            message = "up to here the pattern is larger than can be run"
            raise PatternError(start, self.reader.at, message, "repeat less often, or leave a part out")

    def mark(self, text: str) -> None:
        """Write out what may not be repeated."""
        self.out.append(text)
        self.repeatable = False


def translated(text: str, *, searching: bool = True) -> Translated:
    """A Java pattern in RE2's spelling.

    Parameters
    ----------
    searching
        Whether all that is asked is if the pattern is found; else what was found is read, and `$` takes no line break.

    Raises
    ------
    PatternError
        With the characters that cannot be run.
    """
    scan = _Scan(Reader(text), searching)
    reader = scan.reader
    while reader.peek():
        _next(scan, reader, reader.at)
    if len(scan.open) > 1:
        start = scan.open[-1].start
        raise PatternError(start, start + 1, "this `(` is never closed", r"a literal one is written `\\(`")
    return Translated("".join(scan.out), scan.groups)


def _next(scan: _Scan, reader: Reader, start: int) -> None:
    match reader.take():
        case "\\" if reader.peek() == "Q":
            reader.take()
            scan.repeatable = False
            for one in quoted(reader):
                _character(scan, ord(one), start)
        case "\\":
            _escaped(scan, reader, start)
        case "[":
            _class(scan, reader, start)
        case "(":
            _group(scan, reader, start)
        case ")":
            _close(scan, start)
        case "*" | "+" | "?" | "{" as char:
            _repeat(scan, reader, start, char)
        case "|" | "^" as char:
            scan.mark(char)
        case "$":
            scan.put("$" if scan.flags.lines else _END if scan.searching else r"\z", start, 4)
        case ".":
            scan.put(".", start, 20)
        case char:
            _character(scan, ord(char), start, plain=True)


def _escaped(scan: _Scan, reader: Reader, start: int) -> None:
    part = escape(reader, start)
    if part.point >= 0:
        _character(scan, part.point, start)
        return
    shown = part.outer or (part.inner if _stands_alone(part.inner) else f"[{part.inner}]")
    if scan.flags.ignoring and not scan.flags.unicode and has_letters(part.inner):
        shown = f"(?-i:{shown})"
    scan.put(shown if scan.searching or shown != _END else r"\z", start, part.cost)


def _stands_alone(inner: str) -> bool:
    return inner[:1] == "\\" and (len(inner) == 2 or inner[1] in "pP")


def _character(scan: _Scan, point: int, start: int, *, plain: bool = False) -> None:
    char = chr(point)
    shown = char if plain and char.isprintable() else written(point)
    if scan.flags.ignoring and not scan.flags.unicode:
        if char in "ksKS":  # in Unicode's way they are also the Kelvin sign and the long s
            shown = f"(?-i:[{char.lower()}{char.upper()}])"
        elif point > 0x7F and char.lower() != char.upper():
            shown = f"(?-i:{shown})"
    scan.put(shown, start, 1 if point <= 0x7F else 4)


def _class(scan: _Scan, reader: Reader, start: int) -> None:
    found = character_class(reader, start)
    own_case = scan.flags.ignoring and not scan.flags.unicode and found.folds_further
    shown = f"(?-i:{found.text(both_cases=True)})" if own_case else found.text()
    scan.put(shown, start, found.cost * (2 if scan.flags.ignoring else 1))


def _repeat(scan: _Scan, reader: Reader, start: int, char: str) -> None:
    bounds = _bounds(reader, start) if char == "{" else []
    if not scan.repeatable:
        raise PatternError(start, start + 1, f"`{char}` repeats nothing", rf"a literal one is written `\\{char}`")
    if bounds != sorted(bounds):
        raise PatternError(start, reader.at, "a repetition's first number is the smaller one")
    shown = reader.text[start : reader.at]
    group, most = scan.open[-1], max(1, *bounds, 1)
    group.last_copies *= most
    if group.last_copies > MOST_REPEATS:
        raise PatternError(
            start, reader.at, f"repetitions go to {MOST_REPEATS} at most, one inside the other too", "repeat less often"
        )
    group.copies = max(group.copies, group.last_copies)
    scan.grow(group.last * most + 2, start)  # one copy more than there is: `{2,}` ends in a loop
    group.last *= most
    if reader.peek() == "+":
        message = "a possessive quantifier cannot be run"
        raise PatternError(start, reader.at + 1, message, f"`{shown}` finds the same here in almost every case")
    if reader.peek() == "?":
        shown += reader.take()
    if reader.peek() in ("*", "+", "?"):
        raise PatternError(reader.at, reader.at + 1, f"`{reader.peek()}` repeats a repetition")
    scan.mark(shown)


def _bounds(reader: Reader, start: int) -> list[int]:
    """The numbers of `{2}`, `{2,}`, `{2,3}`."""
    inner = reader.until("}")
    low, comma, high = inner.partition(",")
    if not _is_number(low) or not (_is_number(high) or (comma and not high) or not comma):
        raise PatternError(start, start + 1, "`{` begins no repetition", r"a literal one is written `\\{`")
    return [int(one) if len(one) < 9 else MOST_REPEATS + 1 for one in (low, high) if one]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _group(scan: _Scan, reader: Reader, start: int) -> None:
    if len(scan.open) > _DEEPEST:
        raise PatternError(start, reader.at, f"groups nest more than {_DEEPEST} levels deep")
    scan.open.append(_Group(start, scan.flags))
    if reader.peek() != "?":
        scan.groups += 1
        scan.mark("(")
        return
    for sign, what in sorted(_GROUPS.items(), key=lambda one: -len(one[0])):
        if reader.text.startswith(sign, reader.at):
            raise PatternError(start, reader.at + len(sign), f"{what} cannot be run")
    if reader.text.startswith("?<", reader.at):
        _named(scan, reader, start)
    else:
        _flags(scan, reader, start)


def _named(scan: _Scan, reader: Reader, start: int) -> None:
    reader.take(2)
    at = reader.at
    name = reader.until(">")
    if not (name.isalnum() and name.isascii() and name[0].isalpha()):
        raise PatternError(start, at, "a group's name is made of letters and digits, as in `(?<name>…)`")
    if name in scan.names:
        raise PatternError(start, reader.at, f"two groups are called `{name}`")
    scan.names.add(name)
    scan.groups += 1
    scan.mark(f"(?P<{name}>")


def _flags(scan: _Scan, reader: Reader, start: int) -> None:
    """`(?:`, `(?i:` and `(?i)`, whose flags hold to the end of the group around."""
    end = reader.at + 1
    while reader.text[end : end + 1].isalpha() or reader.text[end : end + 1] == "-":
        end += 1
    given, closing = reader.text[reader.at + 1 : end], reader.text[end : end + 1]
    wrong = closing not in (":", ")") or not (given or closing == ":") or given.count("-") > 1 or given.endswith("-")
    if wrong or not closing:
        raise PatternError(start, min(end, len(reader.text)), "`(?` begins no group that is known")
    for offset, flag in enumerate(given):
        if flag not in "imsud-":
            at = reader.at + 1 + offset
            raise PatternError(at, at + 1, f"the flag `{flag}` cannot be run", "`i`, `m`, `s`, `u` and `d` can")
    reader.at = end + 1
    on, _, off = given.partition("-")
    flags = replace(
        scan.flags,
        ignoring=("i" in on or scan.flags.ignoring) and "i" not in off,
        unicode=("u" in on or scan.flags.unicode) and "u" not in off,
        lines=("m" in on or scan.flags.lines) and "m" not in off,
    )
    said = "-".join(one for one in (_known(on), _known(off)) if one) if _known(on) else f"-{_known(off)}"
    scan.flags = flags
    if closing == ":":
        scan.mark(f"(?{said.rstrip('-')}:")
        return
    scan.open.pop()
    scan.mark(f"(?{said})" if _known(on) or _known(off) else "")


def _known(flags: str) -> str:
    """The flags that the engine knows too; `U` means something else to it."""
    return "".join(dict.fromkeys(one for one in flags if one in "ims"))


def _close(scan: _Scan, start: int) -> None:
    if len(scan.open) == 1:
        raise PatternError(start, start + 1, "this `)` closes no group", r"a literal one is written `\\)`")
    group = scan.open.pop()
    scan.flags = group.flags
    if scan.out[-1].startswith("(?") and not scan.repeatable:
        scan.out.append("|")  # DuckDB 2.0 takes `(?:)` for the end of the text
    scan.put(")", start, group.steps + 2, copies=group.copies)
    scan.open[-1].copies = max(scan.open[-1].copies, group.copies)
