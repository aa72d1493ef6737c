"""Brackets, paired before parsing, so that one that is missing is reported once and does not confuse what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from segkit.pql.diagnostics import Edit
from segkit.pql.reading.tokens import Token

if TYPE_CHECKING:
    from segkit.pql.diagnostics import Report

MAX_NESTING: Final = 100
"""How deep brackets and nodes may nest: a recursion over such a tree fits Python's stack with room to spare."""

_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}
_OPENERS: Final = {closer: opener for opener, closer in _CLOSERS.items()}


@dataclass(frozen=True, slots=True)
class Paired:
    """Tokens in which every bracket has its partner: `partner[i]` is the index of the closer of the opener at `i`.

    From `horizon` on, mistakes are consequences of a bracket that was never closed. `partner` is empty where brackets
    nest too deep to go on.
    """

    tokens: list[Token]
    partner: dict[int, int]
    horizon: int


def pair(tokens: list[Token], report: Report, horizon: int) -> Paired:
    """Pair the brackets; drop closers without opener and add closers where they are missing."""
    out: list[Token] = []
    stack: list[int] = []
    partner: dict[int, int] = {}
    trusted = horizon > tokens[-1].end  # else the missing closers may stand in a string that was never closed

    def close(token: Token) -> None:
        partner[stack.pop()] = len(out)
        out.append(token)

    def unclosed() -> int:
        opener = out[stack[-1]]
        if trusted and opener.start < horizon:
            hint = f"close it with `{_CLOSERS[opener.word]}`"
            report.error("unclosed-bracket", f"`{opener.word}` is never closed", opener.span, hint)
        return opener.start + 1

    for token in tokens:
        if token.word in _CLOSERS:
            stack.append(len(out))
            if len(stack) > MAX_NESTING:
                report.error("too-deep", f"brackets nest more than {MAX_NESTING} levels deep", token.span)
                return Paired(tokens, {}, 0)
        elif token.word in _OPENERS:
            kinds = [out[one].word for one in stack]
            if _OPENERS[token.word] in kinds:
                while out[stack[-1]].word != _OPENERS[token.word]:
                    horizon = min(horizon, unclosed())
                    close(Token("symbol", _CLOSERS[out[stack[-1]].word], out[-1].end, out[-1].end))
                close(token)
                continue
            if token.start < horizon:
                _stray(token, out[stack[-1]] if stack else None, report)
            if not stack:
                continue
            token = Token("symbol", _CLOSERS[out[stack[-1]].word], token.start, token.end)  # noqa: PLW2901
            close(token)
            continue
        elif token.kind == "end":
            while stack:
                horizon = min(horizon, unclosed())
                close(Token("symbol", _CLOSERS[out[stack[-1]].word], token.start, token.end))
        out.append(token)
    return Paired(out, partner, horizon)


def _stray(token: Token, opener: Token | None, report: Report) -> None:
    if opener is None:
        report.error("stray-bracket", f"`{token.word}` closes nothing", token.span, "leave it out, or open it before")
        return
    wanted = _CLOSERS[opener.word]
    hint = f"write `{wanted}`"
    message = f"`{opener.word}` is closed by `{token.word}`"
    report.error("mismatched-bracket", message, token.span, hint, fix=[Edit(token.span, wanted)])
