"""Diagnostics: what is wrong in an expression, where, and what to do about it (`pql.md` R51, R52)."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from typing import Literal as Choice

from segkit.errors import SegkitError
from segkit.pql.excerpt import excerpt
from segkit.pql.tree import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


MAX_LISTED: Final = 50
"""More errors or warnings than this are not listed one by one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Other words for a stretch of the source text; an empty span inserts."""

    span: Span
    text: str

    def touches(self, other: Edit) -> bool:
        """Whether both change the same stretch, or stretches side by side."""
        return self.span.start <= other.span.end and other.span.start <= self.span.end


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding in a PQL text.

    Parameters
    ----------
    code
        A stable kebab-case name such as `unknown-field`.
    severity
        `error` refuses the expression, `warning` does not.
    message
        What is wrong: lower case, no full stop, names in backticks.
    span
        The offending characters of the source text, half open.
    hint
        One piece of advice, or None.
    source
        The text that `span` points into.
    fix
        Edits of the source that together mend it without changing what the author can only have meant; empty where
        that is not known.
    """

    code: str
    severity: Choice["error", "warning"]
    message: str
    span: Span
    hint: str | None = None
    source: str = field(default="", repr=False)
    fix: tuple[Edit, ...] = field(default=(), repr=False)

    @property
    def line(self) -> int:
        """The line of the span's start, from 1."""
        return self.source.count("\n", 0, self.span.start) + 1

    @property
    def column(self) -> int:
        """The column of the span's start, from 1."""
        return self.span.start - (self.source.rfind("\n", 0, self.span.start) + 1) + 1

    @property
    def words(self) -> str:
        """The offending words themselves."""
        return self.source[self.span.start : self.span.end]

    def __str__(self) -> str:
        head = f"{self.severity}[{self.code}]: {self.message}"
        lines = [head, *excerpt(self.source, self.span)]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # middle tones, which can be read on white and on black
        colour = "#d9483b" if self.severity == "error" else "#b7791f"
        body = html.escape("\n".join(excerpt(self.source, self.span)))
        hint = f"<div style='opacity:.75'>hint: {_coded(self.hint)}</div>" if self.hint else ""
        return (
            f"<div style='margin:.4em 0'><b style='color:{colour}'>{self.severity}</b> "
            f"<code>{html.escape(self.code)}</code>: {_coded(self.message)}"
            # Jupyter sets `pre` in the letters of the page, under which carets miss their words
            f"<pre style='font-family:var(--jp-code-font-family,ui-monospace,Menlo,Consolas,monospace);"
            f"margin:.2em 0 .2em 1em;line-height:1.25;white-space:pre;overflow-x:auto'>{body}</pre>{hint}</div>"
        )


def _coded(text: str) -> str:
    """HTML with what stands in backticks as code, unless a name with a backtick of its own confuses them."""
    parts = [html.escape(part) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return html.escape(text)
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


class Findings(list[Diagnostic]):
    """Diagnostics in the order of the text, shown as people read them.

    Parameters
    ----------
    diagnostics
        In any order; what is there twice is kept once.
    text
        What was looked at: what `fixed` is where nothing was found.

    Examples
    --------
    >>> Findings()
    no findings
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] = (), text: str = "") -> None:
        self._text = text
        found = dict.fromkeys(diagnostics)
        super().__init__(sorted(found, key=lambda one: (one.span.start, one.span.end, one.severity, one.code)))

    @property
    def fixed(self) -> str:
        """The text with the fixes of these findings made; of two that meet the first. As it was without any."""
        return mended(self[0].source, [one.fix for one in self]) if self else self._text

    def __repr__(self) -> str:
        parts = [str(one) for one in self]
        if any(one.fix for one in self):
            parts.append(f"mended, as `.fixed` gives it:\n{self.fixed}")
        return "\n\n".join(parts) or "no findings"

    def _repr_html_(self) -> str:
        parts = [one._repr_html_() for one in self]
        if any(one.fix for one in self):
            parts.append(f"<div>mended, as <code>.fixed</code> gives it:<pre>{html.escape(self.fixed)}</pre></div>")
        return "".join(parts) or "no findings"


def mended(text: str, fixes: Iterable[tuple[Edit, ...]]) -> str:
    """A text with fixes made, each whole or not at all; of two that meet the first."""
    made: list[Edit] = []
    for fix in fixes:
        if not any(one.touches(other) for one in fix for other in made):
            made.extend(fix)
    for edit in sorted(made, key=lambda one: one.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


class PQLError(SegkitError):
    """An expression that cannot be accepted.

    Attributes
    ----------
    diagnostics
        Every finding, errors first as they stand in the text; at least one is an error.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        super().__init__("\n\n".join(str(one) for one in self.diagnostics))

    def __reduce__(self) -> tuple[type[PQLError], tuple[tuple[Diagnostic, ...]]]:
        # an exception is rebuilt from its message otherwise, which is not what the constructor takes
        return type(self), (self.diagnostics,)

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self.diagnostics)

    def _render_traceback_(self) -> list[str]:
        # what IPython prints in place of a traceback: the place in the rule says more than one in Python
        return str(self).splitlines()


class Report:
    """Collects the diagnostics of one text while it is lexed, parsed and bound."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Diagnostic] = []

    def error(
        self, code: str, message: str, span: Span = NOWHERE, hint: str | None = None, *, fix: Iterable[Edit] = ()
    ) -> None:
        """Record an error."""
        self.found.append(Diagnostic(code, "error", message, span, hint, self.source, tuple(fix)))

    def warning(
        self, code: str, message: str, span: Span = NOWHERE, hint: str | None = None, *, fix: Iterable[Edit] = ()
    ) -> None:
        """Record a warning."""
        self.found.append(Diagnostic(code, "warning", message, span, hint, self.source, tuple(fix)))

    @property
    def failed(self) -> bool:
        """Whether an error was recorded."""
        return any(one.severity == "error" for one in self.found)

    def ordered(self) -> list[Diagnostic]:
        """All findings in the order of the text."""
        return sorted(self.found, key=lambda one: (one.span.start, one.span.end, one.severity))

    def check(self) -> None:
        """Raise `PQLError` when an error was recorded."""
        if self.failed:
            raise PQLError(limited(self.ordered()))


def limited(ordered: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Of findings in the order of the text so many of each severity, and then how many more there are."""
    counts = {"error": 0, "warning": 0}
    found: list[Diagnostic] = []
    last: dict[str, int] = {}
    for one in ordered:
        counts[one.severity] += 1
        if counts[one.severity] <= MAX_LISTED:
            found.append(one)
        elif one.severity not in last:
            last[one.severity] = len(found)
            found.append(one)
    for severity, at in last.items():
        rest = counts[severity] - MAX_LISTED
        message = f"{rest} more {severity}{'s' if rest > 1 else ''} not listed one by one"
        found[at] = replace(found[at], code=f"too-many-{severity}s", message=message, hint=None, fix=())
    return found


def nearest(word: str, known: Sequence[str] | Iterable[str], limit: int = 3) -> list[str]:
    """The known names most like a word, best first, for hints."""
    import difflib  # noqa: PLC0415  only needed once something is wrong

    names = list(dict.fromkeys(known))
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.lower(), name)
    close = difflib.get_close_matches(word.lower(), list(folded), n=limit, cutoff=0.6)
    return [folded[one] for one in close]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint that names the nearest known words, or None."""
    found = nearest(word, list(known))
    if not found:
        return None
    return "did you mean " + " or ".join(f"`{one}`" for one in found) + "?"
