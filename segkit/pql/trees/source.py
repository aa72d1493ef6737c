"""The document that a tree is read from: JSON text or what was made of it, and the words at a path in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from segkit.pql.diagnostics import Diagnostic, PQLError
from segkit.pql.tree import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str | int, ...]

MAX_JSON: Final = 5_000_000
"""The longest document that is read, in characters: more than comes of any rule that can be bound."""

_TOKEN: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)')
_OVERLONG: Final = 400  # digits; Python refuses to read very long integers, and none of them fits 64 bit
_SHOWABLE: Final = 20_000  # parts of a dict
_KEY: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Source:
    """A document. `text` is empty where it was given as a dict, until a message needs one."""

    document: object
    text: str

    def fail(self, code: str, message: str, path: Path, hint: str | None = None) -> NoReturn:
        """Raise an error about what is at a path."""
        text = self.text or _shown(self.document)
        where = locate(text, path) if text else NOWHERE
        raise PQLError([Diagnostic(code, "error", f"`{spelt(path)}`: {message}", where, hint, text)])


def load(text: str) -> Source:
    """A document from JSON text.

    Raises
    ------
    PQLError
        When it is no JSON, or too long or deep to be read.
    """
    if len(text) > MAX_JSON:
        message = f"the document has {len(text):,} characters; {MAX_JSON:,} is the limit"
        raise PQLError([Diagnostic("too-long", "error", message, NOWHERE)])
    try:
        return Source(
            json.loads(
                " " + text[1:] if text.startswith("\ufeff") else text,
                parse_int=_whole,
                parse_constant=_no_number,
                object_pairs_hook=_object,
            ),
            text,
        )
    except json.JSONDecodeError as error:
        message, place = error.msg, error.pos
    except _Refused as error:
        message, place = str(error), _first(text, error.word)
    except RecursionError:
        raise PQLError([Diagnostic("too-deep", "error", "the document nests too deep to be read", NOWHERE)]) from None
    message = f"the document is not JSON: {message[:1].lower()}{message[1:]}"
    hint = None if text.lstrip()[:1] in {"{", "["} else "a tree is a JSON object; PQL text is read by `parse`"
    raise PQLError([Diagnostic("bad-json", "error", message, Span(place, min(place + 1, len(text))), hint, text)])


def spelt(path: Path) -> str:
    """A path as messages name it, such as `$.params[0].object`."""
    parts = ["$"]
    for one in path:
        if isinstance(one, int):
            parts.append(f"[{one}]")
        else:
            parts.append(f".{one}" if _KEY.fullmatch(one) else f"[{json.dumps(one, ensure_ascii=False)}]")
    return "".join(parts)


def locate(text: str, path: Path) -> Span:
    """The characters of the value at a path in JSON text; of the nearest value around it where there is none."""
    if not path:
        return Span(len(text) - len(text.lstrip()), len(text.rstrip()))
    wanted: list[tuple[Path, Span]] = []
    here: list[str | int] = []
    starts: list[int] = []
    name: str | None = None  # the key before a colon

    def ended(start: int, end: int) -> None:
        if len(here) <= len(path) and path[: len(here)] == tuple(here):
            wanted.append((tuple(here), Span(start, end)))

    for found in _TOKEN.finditer(text):
        word, start, end = found[1], found.start(1), found.end(1)
        if word in {"{", "["}:
            starts.append(start)
            here.append(0 if word == "[" else "")
        elif word in {"}", "]"}:
            if starts:
                here.pop()
                ended(starts.pop(), end)
        elif word == ",":
            if here and isinstance(here[-1], int):
                here[-1] += 1
        elif word == ":":
            if here and name is not None:
                here[-1] = name
        elif word[0] == '"' and here and isinstance(here[-1], str) and _is_key(text, end):
            name = str(json.loads(word, strict=False))
        else:
            ended(start, end)
    return max(wanted, key=lambda one: len(one[0]))[1] if wanted else NOWHERE


def _is_key(text: str, end: int) -> bool:
    following = _TOKEN.match(text, end)
    return following is not None and following[1] == ":"


def _shown(document: object) -> str:
    """A dict as JSON for people to read; nothing where it is too large, as one with a part in many places may be."""
    waiting: list[object] = [document]
    for _ in range(_SHOWABLE):
        if not waiting:
            break
        match waiting.pop():
            case dict() as one:
                waiting.extend(one.values())
            case list() | tuple() as items:
                waiting.extend(items)
    if waiting:
        return ""
    try:
        return json.dumps(document, indent=2, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return ""


class _Refused(Exception):  # noqa: N818  never leaves this file
    """JSON that Python reads and PQL does not."""

    def __init__(self, message: str, word: str) -> None:
        self.word = word
        super().__init__(message)


def _whole(digits: str) -> int:
    return int(digits) if len(digits) <= _OVERLONG else 10**_OVERLONG


def _no_number(word: str) -> NoReturn:
    raise _Refused(f"`{word}` is no number", word)


def _object(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"the key `{twice}` stands twice in one object", json.dumps(twice))
    return made


def _first(text: str, word: str) -> int:
    """Where a word stands outside of strings; a key in quotes, its last place, is looked for as it is."""
    if word[0] == '"':
        return max(text.rfind(word), 0)
    return next((one.start(1) for one in _TOKEN.finditer(text) if one[1] == word), 0)
