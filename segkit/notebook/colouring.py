"""PQL in a few colours, for reading; it has no opinion about right and wrong."""

from __future__ import annotations

import re
from html import escape

_WORDS = (
    "and or not in notIn like matches occurs let select from where exists forall over chain what when count "
    "between before after inside now today yesterday tomorrow this last next ago if then else is null true false"
)
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)"""
    r"""|(?P<quoted>`[^`\n]*`?)"""
    r"""|(?P<number>(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?\b)"""
    r"""|(?P<name>[^\W\d]\w*)""",
    re.DOTALL,
)
_KEYWORDS = frozenset(word.lower() for word in _WORDS.split())
# Jupyter's own editor colours, and middle tones that can be read on white and on black elsewhere
_COLOURS = {
    "comment": "var(--jp-mirror-editor-comment-color,#6a8759);font-style:italic",
    "string": "var(--jp-mirror-editor-string-color,#c0504d)",
    "number": "var(--jp-mirror-editor-number-color,#2f8f5b)",
    "keyword": "var(--jp-mirror-editor-keyword-color,#2f7fc1);font-weight:600",
}


def coloured(text: str) -> str:
    """PQL as HTML with keywords, texts, numbers and comments coloured; the words themselves are unchanged.

    Examples
    --------
    >>> coloured("a<1").replace(_COLOURS["number"], "…")
    'a&lt;<span style="color:…">1</span>'
    """
    parts, at = [], 0
    for found in _TOKEN.finditer(text):
        parts.append(escape(text[at : found.start()]))
        parts.append(_span(found, text))
        at = found.end()
    return "".join([*parts, escape(text[at:])])


def _span(found: re.Match[str], text: str) -> str:
    word, kind = found.group(), found.lastgroup or ""
    # a name after a dot is a field, even when it is called `count`; a name before a bracket is a function or keyword
    if kind == "name" and word.lower() in _KEYWORDS and not text[: found.start()].rstrip().endswith("."):
        kind = "keyword"
    colour = _COLOURS.get(kind)
    return f'<span style="color:{colour}">{escape(word)}</span>' if colour else escape(word)
