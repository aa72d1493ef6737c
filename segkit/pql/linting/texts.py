"""What tests of texts say together, and what patterns can match (`pql.md` R46, R47)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segkit.pql.bound import Const, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def holds(test: Test, text: str) -> bool | None:
    """Whether a text passes a test; None where that is for the engine to say."""
    part = test.argument.value if isinstance(test.argument, Const) else None
    if not isinstance(part, str) or (test.ignore_case and not (part + text).isascii()):
        return None
    if test.ignore_case:
        part, text = part.lower(), text.lower()
    match test.name:
        case "startsWith":
            found = text.startswith(part)
        case "endsWith":
            found = text.endswith(part)
        case "contains":
            found = part in text
        case "like" if text.isascii() and "\\" not in part:
            pattern = "".join({"%": ".*", "_": "."}.get(one) or re.escape(one) for one in part)
            found = re.fullmatch(pattern, text, re.DOTALL) is not None
        case _:
            return None
    return found is not test.negated


def contradict(tests: Sequence[Test]) -> bool:
    """Whether tests of one text exclude each other."""
    known = [(one, part) for one in tests if (part := _part(one)) is not None]
    return any(
        _clash(one, part, other, beside)
        for number, (one, part) in enumerate(known)
        for other, beside in known[:number] + known[number + 1 :]
    )


def _part(test: Test) -> str | None:
    """The text that is looked for, where case counts."""
    value = test.argument.value if isinstance(test.argument, Const) else None
    known = test.name in {"startsWith", "endsWith", "contains"} and not test.ignore_case
    return value if isinstance(value, str) and known else None


def _clash(one: Test, part: str, other: Test, beside: str) -> bool:
    """Whether a test that holds excludes another, which may be a negated one."""
    if one.negated:
        return False
    if other.negated:
        match other.name:
            case "contains":
                return beside in part
            case "startsWith":
                return one.name == "startsWith" and part.startswith(beside)
            case _:
                return one.name == "endsWith" and part.endswith(beside)
    if one.name != other.name or one.name == "contains":
        return False
    size = min(len(part), len(beside))
    return (
        part[:size] != beside[:size] if one.name == "startsWith" else part[-size:] != beside[-size:] if size else False
    )


_SPLIT = re.compile(
    r"\\[pPxu]\{[^}]*\}|\\[pPc].|\\x..|\\u....|\\0[0-7]+|"  # one character by its number or its kind
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|\||\^|\$|[*+?](?:\?)?|\{\d+(?:,\d*)?\}\??|.",
    re.DOTALL,
)


def impossible(pattern: str) -> tuple[int, int] | None:
    """Where a regular expression asks for the start of the text behind other characters, or for its end before others,
    in every way it can be read; None where it can match, or where that is not known."""
    if re.search(r"\(\?[a-z]*[mx]", pattern) or "\\Q" in pattern:
        return None
    found: tuple[int, int] | None = None
    for branch in _branches(pattern):
        spot = _misplaced(branch)
        if spot is None:
            return None
        found = found or spot
    return found


def _branches(pattern: str) -> Iterator[list[tuple[str, int]]]:
    """The ways to read a pattern that `|` parts, in pieces with their places; a group is one piece."""
    branch: list[tuple[str, int]] = []
    depth, opened = 0, 0
    for piece in _SPLIT.finditer(pattern):
        word, at = piece.group(), piece.start()
        if word == "(":
            opened = at if depth == 0 else opened
            depth += 1
        elif word == ")":
            depth -= 1
            if depth == 0:
                branch.append((pattern[opened : at + 1], opened))
        elif depth == 0 and word == "|":
            yield branch
            branch = []
        elif depth == 0:
            branch.append((word, at))
    yield branch


def _misplaced(branch: list[tuple[str, int]]) -> tuple[int, int] | None:
    """Where `^` stands behind a character that must be there, or `$` before one."""
    sure = [_is_sure(branch, place) for place in range(len(branch))]
    for place, (word, at) in enumerate(branch):
        if word == "^" and any(sure[:place]):
            return at, at + 1
        # a line break may follow `$`, a letter never does
        if word == "$" and any(one and branch[later][0].isalnum() for later, one in enumerate(sure) if later > place):
            return at, at + 1
    return None


def _is_sure(branch: list[tuple[str, int]], place: int) -> bool:
    """Whether a piece stands for at least one character."""
    word = branch[place][0]
    if word in {"^", "$"} or word[0] in "(*+?" or (word[0] == "{" and len(word) > 1):
        return False
    if word[0] == "\\" and (word[1:2].isalnum() and word[1] not in "dDwWsS"):
        return False
    follower = branch[place + 1][0] if place + 1 < len(branch) else ""
    return not (follower[:1] in {"*", "?"} or follower.startswith("{0"))


def around(pattern: str) -> str | None:
    """The heart of `.*heart.*`, which finds the same anywhere in a text; None where the pattern is not like that."""
    if not (pattern.startswith(".*") and pattern.endswith(".*") and len(pattern) > 4):
        return None
    heart = pattern[2:-2]
    plain = not heart.endswith("\\") and heart[0] not in "?+" and "|" not in heart and heart.strip(".*")
    return heart if plain else None
