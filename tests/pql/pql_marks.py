"""`«…»` around the words that a span is expected to cover."""

from __future__ import annotations

from segkit.pql.tree import Span


def marked(text: str) -> tuple[str, list[Span]]:
    """The text without its marks, and the spans they enclose, in the order of their beginnings."""
    out: list[str] = []
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for one in text:
        if one == "«":
            opened.append(len(found))
            found.append((len(out), -1))
        elif one == "»":
            at = opened.pop()
            found[at] = (found[at][0], len(out))
        else:
            out.append(one)
    return "".join(out), [Span(start, end) for start, end in found]
