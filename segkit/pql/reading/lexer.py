"""Text to tokens (`pql.md` R04 to R09). Whatever is wrong is reported and mended, so that the parser can go on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from segkit.pql.diagnostics import Edit
from segkit.pql.reading.tokens import JOINING, UNITS, Token, counted, unwritable
from segkit.pql.tree import Comment, Span

if TYPE_CHECKING:
    from segkit.pql.diagnostics import Report
    from segkit.pql.tree import Unit

_TOKEN: Final = re.compile(
    r"""
    (?P<space>[\s\ufeff\u200b]+)
  | (?P<comment>//[^\n]*|/\*(?s:.*?)\*/)
  | (?P<openComment>/\*(?s:.*))
  | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<openString>["'][^\n]*)
  | (?P<curly>[“”„«][^“”„«»"\n]*[“”»"]|[‘’‚‹][^‘’‚›'\n]*[‘’›'])
  | (?P<quoted>`(?:[^`\n]|``)*`)
  | (?P<openQuoted>`[^\n]*)
  | (?P<placeholder>[^\W\d]\w*\{\w+\}\w*|\$\{[^{}\n]*\}|\{\{[^{}\n]*\}\}
      |\{\s*(?!(?:true|false)\s*\})[^\W\d][\w.\-]*\s*\})
  | (?P<name>[^\W\d]\w*)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<tail>\w*)
  | (?P<parameter>\$[0-9]+)
  | (?P<context>@\{)
  | (?P<angle><[^\W\d][\w\-.\ ]*>)
  | (?P<foreign>===?|!==|<>|=<|&&?|\|\|?|\?\.|[≤≥≠−–—×÷，；：（）])
  | (?P<climb>\^+)
  | (?P<symbol>=>|<=|>=|!=|[-+*/%=<>()\[\]{},:.!])
  | (?P<unknown>\?\?|.)
    """,
    re.VERBOSE,
)

_COMMON: Final = re.compile(
    r"""[ \t\r\n]*(?:
    ([A-Za-z_][A-Za-z0-9_]*)(?![\w{])
  | ([()\[\],]|\.(?=[A-Za-z_])|[=<>](?=[ ])|[<>!]=(?=[ ]))
  | ("[^"\\\n]*")
  | ([0-9]{1,18})(?![\w.])
    )""",
    re.VERBOSE,
)
"""What nearly all of a text is, with the blanks before it: `_TOKEN` reads the same of it, in twice the time."""

_NAME, _SYMBOL, _STRING = 1, 2, 3

_FOREIGN: Final = {
    "==": "=",
    "===": "=",
    "!==": "!=",
    "<>": "!=",
    "=<": "<=",
    "&&": "and",
    "&": "and",
    "||": "or",
    "?.": ".",
    "|": "or",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
    "÷": "/",
    "，": ",",
    "：": ":",
    "（": "(",
    "）": ")",
}

_FOREIGN_HINTS: Final = {
    "||": "; `.concat(…)` joins texts",
    "?.": ": a path through a missing object is null by itself",
}
_UNITS: Final[dict[str, Unit]] = {"s": "second", "h": "hour", "d": "day", "w": "week", "y": "year", "mo": "month"}
_UNKNOWN: Final = {
    "?": "write `if(condition, a, b)` for a choice",
    "??": "write `if(a.isNull(), b, a)`",
    "~": "write `not (…)`",
    ";": "an expression has no end mark, `let x = … in …` goes on with `in`, and arguments have commas between them",
}
_ESCAPE: Final = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<one>u[0-9a-fA-F]{0,3}|.))")
_ESCAPES: Final = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "t": "\t"}
_QUOTED: Final = re.compile(r"\\.|\"")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_PAIR: Final = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_LOST_QUOTE: Final = re.compile(r"""["'][^)\],\n]*""")
_LONGEST_PARAMETER: Final = 9  # characters; a rule has one parameter
_OVERLONG: Final = 310  # digits; Python refuses to read very long integers, and none of them fits 64 bit


@dataclass(frozen=True, slots=True)
class Lexed:
    """Tokens, the last one the `end`, and comments. From `horizon` on the text is not to be trusted: a string there was
    never closed, so that mistakes after it are consequences."""

    tokens: list[Token]
    comments: tuple[Comment, ...]
    horizon: int


def lex(text: str, report: Report) -> Lexed:  # noqa: PLR0915  one loop, run for every token
    """Split a text into tokens; never fails."""
    tokens: list[Token] = []
    comments: list[Comment] = []
    horizon = len(text) + 1
    at = 0
    while at < len(text):
        found = _COMMON.match(text, at)
        if found is not None and found.lastindex is not None:
            tokens.append(_common(found, found.lastindex, report))
            at = found.end()
            continue
        found = _TOKEN.match(text, at)
        if (
            found is None or found.lastgroup is None
        ):  # pragma: no cover - `unknown` takes any character but a line break
            break
        kind, word, start, at = found.lastgroup, found.group(), at, found.end()
        span = Span(start, at)
        match kind:
            case "space":
                pass
            case "name":
                tokens.append(Token("name", word.lower(), start, at, word))
            case "symbol":
                tokens.append(Token("symbol", word, start, at))
            case "string":
                tokens.append(Token("string", "", start, at, _unescape(word, start, report)))
            case "tail":
                tokens.append(_number(found, report))
            case "climb":
                tokens.append(Token("symbol", "^", start, at, len(word)))
            case "comment":
                comments.append(Comment(word.rstrip(), Span(start, start + len(word.rstrip()))))
            case "quoted":
                tokens.append(_quoted(word, span, report))
            case "parameter":
                tokens.append(_parameter(word, span, report))
            case "context":
                at, token = _context(text, start, report)
                tokens.append(token)
            case "openString":
                horizon = min(horizon, _unclosed(text, span, tokens, report))
                tokens.append(Token("hole", "", start, at))
            case "angle" if tokens and _ends_operand(tokens[-1]):
                at = start + 1
                tokens.append(Token("symbol", "<", start, at))
            case "foreign":
                tokens.append(_foreign(word, span, report))
            case _:
                _refuse(kind, word, span, report)
                tokens.append(Token("hole", "", start, at))
    report.found[:] = [one for one in report.found if one.span.start < horizon]
    tokens.append(_end(tokens[-1].end if tokens else 0))
    return Lexed(tokens, tuple(comments), horizon)


def _end(at: int) -> Token:
    return Token("end", "", at, at)


def _common(found: re.Match[str], group: int, report: Report) -> Token:
    start, end = found.span(group)
    word = found[group]
    if group == _NAME:
        return Token("name", word.lower(), start, end, word)
    if group == _SYMBOL:
        return Token("symbol", word, start, end)
    if group == _STRING:
        return Token("string", "", start, end, _unescape(word, start, report))
    return Token("integer", "", start, end, int(word))


def _refuse(kind: str, word: str, span: Span, report: Report) -> None:
    match kind:
        case "openComment":
            opening = Span(span.start, span.start + 2)
            report.error("unclosed-comment", "the comment is not closed", opening, "close it with `*/`")
        case "openQuoted":
            report.error("unclosed-name", "the name in backticks is not closed", span, "close it with a backtick")
        case "curly":
            inner = word[1:-1]
            message = "typographic quotes do not delimit a string"
            report.error("curly-quotes", message, span, f'write `"{inner}"`', fix=[Edit(span, quote(inner))])
        case "placeholder" | "angle":
            message = f"`{word}` is a placeholder that was not filled in"
            report.error("placeholder", message, span, "put a value or a field name in its place")
        case _:
            shown = f"`{word}`" if word.isprintable() else f"U+{ord(word):04X}"
            what = "character" if len(word) == 1 else "sign"
            report.error("unknown-character", f"the {what} {shown} has no meaning in PQL", span, _UNKNOWN.get(word))


def _foreign(word: str, span: Span, report: Report) -> Token:
    right = _FOREIGN.get(word)
    if right is None:
        _refuse("unknown", word, span, report)
        return Token("hole", "", span.start, span.end)
    hint = f"write `{right}`{_FOREIGN_HINTS.get(word, '')}"
    text = word == "||" and report.source[span.end :].lstrip()[:1] in {'"', "'"}  # perhaps two texts put together
    fix = [] if text else [Edit(span, _apart(right, span, report.source))]
    report.error("foreign-operator", f"`{word}` is not an operator of PQL", span, hint, fix=fix)
    return Token("name" if right.isalpha() else "symbol", right, span.start, span.end, right)


def _apart(word: str, span: Span, source: str) -> str:
    """A word with a space on each side where there is none."""
    if not word.isalpha():
        return word
    before = "" if source[span.start - 1 : span.start].isspace() or span.start == 0 else " "
    return f"{before}{word}{'' if source[span.end : span.end + 1].isspace() else ' '}"


def _ends_operand(token: Token) -> bool:
    if token.kind == "name":
        return token.word not in JOINING
    return token.kind != "symbol" or token.word in {")", "]", "}"}


def _parameter(word: str, span: Span, report: Report) -> Token:
    position = int(word[1:]) if len(word) <= _LONGEST_PARAMETER else 0
    if position == 0:
        hint = "`$1` is the profile"
        message = (
            "parameters are counted from `$1`" if len(word) <= _LONGEST_PARAMETER else "there is no such parameter"
        )
        report.error("bad-parameter", message, span, hint)
    return Token("parameter", "", span.start, span.end, position)


def _context(text: str, start: int, report: Report) -> tuple[int, Token]:
    depth = 0
    for at in range(start + 1, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            _whole(text[start : at + 1], Span(start, at + 1), report)
            return at + 1, Token("context", "", start, at + 1, text[start + 2 : at])
    report.error("unclosed-context", "the context reference is not closed", Span(start, start + 2), "close it with `}`")
    return len(text), Token("hole", "", start, len(text))


def _number(found: re.Match[str], report: Report) -> Token:
    digits, tail = found["number"], found["tail"]
    span = Span(found.start(), found.end())
    whole = digits.isdigit()
    if tail and not (whole and tail in {"L", "l"}):
        unit = UNITS.get(tail.lower()) or _UNITS.get(tail.lower())
        hint = "a name begins with a letter or `_`; others stand in backticks"
        if unit is not None:
            shown = counted(unit, 1 if digits == "1" else 2)
            hint = f"spans of time are written `occurs <= {digits} {shown} before now`, or `>` for longer ago"
        report.error("glued-number", f"the number `{digits}` runs into `{tail}`", span, hint)
        return Token("hole", "", span.start, span.end)
    if whole:
        # past 64 bit by far, whatever the sign; the parser, which knows the sign, has the last word
        value = int(digits) if len(digits) <= _OVERLONG else 10**_OVERLONG
        return Token("integer", "", span.start, span.end, value)
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        report.error("number-range", f"`{digits}` is beyond the range of a Double", span)
        number = 0.0
    return Token("double", "", span.start, span.end, number)


def _quoted(word: str, span: Span, report: Report) -> Token:
    name = word[1:-1].replace("``", "`")
    if not name:
        report.error("empty-name", "there is no name between the backticks", span)
    _whole(word, span, report)
    wrong = unwritable(name)
    if wrong is not None and not _SURROGATE.match(wrong):
        at = span.start + word.index(wrong)
        message = f"a name cannot hold the character U+{ord(wrong):04X}"
        report.error("unknown-character", message, Span(at, at + 1))
    return Token("quoted", "", span.start, span.end, name)


def _whole(word: str, span: Span, report: Report) -> None:
    if _SURROGATE.search(word):
        report.error("half-character", "the name holds half of a character", span)


def _unclosed(text: str, span: Span, tokens: list[Token], report: Report) -> int:
    """Report a string that does not end on its line, at the quote that most probably lacks its partner."""
    line = text.rfind("\n", 0, span.start) + 1
    where = span
    opened = _never_opened(text, span, tokens)
    if opened is not None:
        report.error("unclosed-string", "the string is never opened", opened, f"write `{quote(str(tokens[-1].value))}`")
        return opened.start + 1
    for token in reversed(tokens):
        if token.start < line:
            break
        # a string that runs straight into a word was meant to end before
        if token.kind == "string" and (text[token.end].isalnum() or text[token.end] == "_"):
            where = token.span
    lost = _LOST_QUOTE.match(text, where.start)
    where = Span(where.start, lost.end() if lost else where.end)
    hint = f"close it with `{text[where.start]}`; a line break inside is written `\\n`"
    report.error("unclosed-string", "the string is not closed on its line", where, hint)
    return where.start + 1


def _never_opened(text: str, span: Span, tokens: list[Token]) -> Span | None:
    """The word and the quote of `gold"`, where nothing but brackets follows."""
    if (
        not tokens
        or tokens[-1].kind != "name"
        or tokens[-1].end != span.start
        or text[span.start + 1 : span.end].strip(" )]")
    ):
        return None
    glued = len(tokens) > 1 and tokens[-2].kind == "string" and tokens[-2].end == tokens[-1].start
    return None if glued else Span(tokens[-1].start, span.start + 1)


def _unescape(word: str, start: int, report: Report) -> str:
    inner = word[1:-1]
    if word[0] == "'":
        hint = f"write `{quote(inner)}`" if "\\" not in inner else "use double quotes"
        span = Span(start, start + len(word))
        doubled = _QUOTED.sub(lambda found: {"\\'": "'", '"': '\\"'}.get(found[0], found[0]), inner)
        fix = [Edit(span, f'"{doubled}"')]
        report.warning("single-quotes", "strings stand in double quotes", span, hint, fix=fix)
    if "\\" in inner:
        inner = _ESCAPE.sub(lambda found: _escape(found, start + 1, report), inner)
        inner = _PAIR.sub(lambda found: found.group().encode("utf-16", "surrogatepass").decode("utf-16"), inner)
    if _SURROGATE.search(inner):
        report.error("half-character", "the string holds half of a character", Span(start, start + len(word)))
        inner = _SURROGATE.sub("\ufffd", inner)
    return inner


def _escape(found: re.Match[str], offset: int, report: Report) -> str:
    if found["code"]:
        return chr(int(found["code"], 16))
    one = _ESCAPES.get(found["one"])
    if one is None:
        span = Span(offset + found.start(), offset + found.end())
        word = found.group()
        hint = "four hexadecimal digits follow `\\u`" if word[1] == "u" else f"double the backslash: `\\{word}`"
        fix = [] if word[1] == "u" else [Edit(Span(span.start, span.start), "\\")]
        report.error("unknown-escape", f"`{word}` is not an escape", span, hint, fix=fix)
        return word
    return one


_PLAIN: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def quote(value: str) -> str:
    """A string as PQL writes it: double quotes, with escapes for what cannot stand in them."""
    inner = "".join(_PLAIN.get(one) or (one if one.isprintable() else _coded(one)) for one in value)
    return f'"{inner}"'


def _coded(one: str) -> str:
    units = one.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
