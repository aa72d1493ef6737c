"""Texts and patterns that match other than was meant (`pql.md` R15, R46, R47)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segkit.pql.bound import Bound, Compare, Const, In, IsNull, Items, Test, Truth
from segkit.pql.diagnostics import Edit
from segkit.pql.linting.texts import around, impossible
from segkit.pql.tree import Span, String
from segkit.pql.types import Kind

if TYPE_CHECKING:
    from segkit.pql.linting.site import Site

_SHORTEST = 2


def look(site: Site) -> None:
    """Report patterns that cannot match or say more than they need, and texts that look like something else."""
    asked = {site.keys.of(one.value) for one in site.nodes if isinstance(one, IsNull | Truth)}
    written = {one.span: one.value for one, _ in site.parts if isinstance(one, String)}
    for node in site.nodes:
        if site.is_foreign(node):
            continue
        match node:
            case Test(name="matches", argument=Const(value=str(pattern)) as literal):
                # as it was written: what is run is spelled for the engine
                _regular(site, node, literal, written.get(literal.span, pattern))
            case Test(name="like", argument=Const(value=str(pattern)) as literal):
                _like(site, literal, pattern)
            case Test(argument=Const(value=str(part)) as literal):
                if _is_wild(part):
                    message = f"`{part[0] if part[0] in '%*' else part[-1]}` is a plain character in `{node.name}`"
                    site.warning("plain-wildcard", message, literal.span, "`like` knows `%` and `_`")
            case (
                Compare(operator="=" | "!=", left=value, right=Const(value=str(text)) as literal)
                | Compare(operator="=" | "!=", left=Const(value=str(text)) as literal, right=value)
            ):
                _equal(site, node, value, literal, text, known=site.keys.of(value) in asked)
            case In(value=value, array=Items(items=items), negated=False):
                for one in items:
                    if isinstance(one, Const) and one.value == "" and site.keys.of(value) not in asked:
                        _empty(site, value, one)


def _regular(site: Site, node: Test, literal: Const, text: str) -> None:
    found = impossible(text)
    if found is not None:
        sign = text[found[0]]
        where = "the start of the text behind" if sign == "^" else "the end of the text before"
        message = f"{site.words(literal.span)} never matches: `{sign}` is {where} other characters"
        site.warning("impossible-pattern", message, literal.span, rf"a literal one is written `\\{sign}`")
        return
    written = site.source[literal.span.start + 1 : literal.span.end - 1]
    if not node.negated and around(written) is not None and around(text) is not None:
        start, end = literal.span.start + 1, literal.span.end - 1
        edits = (Edit(Span(start, start + 2), ""), Edit(Span(end - 2, end), ""))
        message = "`matches` finds a pattern anywhere, so `.*` around it says nothing"
        site.warning("redundant-pattern", message, literal.span, "leave both out", fix=edits)


def _like(site: Site, literal: Const, pattern: str) -> None:
    if "%" in pattern or "_" in pattern:
        return
    words = site.words(literal.span)
    if "*" in pattern or "?" in pattern:
        sign, right = ("*", "%") if "*" in pattern else ("?", "_")
        hint = f"write `%` for any characters and `_` for one: `{site.text(literal.span).replace(sign, right)}`"
        site.warning("like-without-wildcard", f"`{sign}` is a plain character in `like`", literal.span, hint)
        return
    inner = words.strip("`").strip("\"'")
    hint = f'write `like "%{inner}%"` to find it anywhere, or `=`'
    site.warning("like-without-wildcard", f"`like` {words} has no `%` or `_`, so it means `=`", literal.span, hint)


def _is_wild(text: str) -> bool:
    return len(text) >= _SHORTEST and (text[0] == "%" or text[-1] == "*" or (text[0] == "*" and text[-1] == "*"))


def _equal(site: Site, node: Compare, value: Bound, literal: Const, text: str, *, known: bool) -> None:
    if isinstance(value, Const) or value.type.kind is not Kind.STRING or literal.span == node.span:
        return
    if len(text) > _SHORTEST and "%" in {text[0], text[-1]} and not text[:-1].isdigit():
        message = f"`%` is a plain character beside `{node.operator}`"
        site.warning("plain-wildcard", message, literal.span, "`like` knows `%` and `_`")
    elif text.lower() == "null":
        test = "isNull" if node.operator == "=" else "isNotNull"
        message = f"{site.words(literal.span)} is a text of four letters, not a missing value"
        site.warning("null-as-text", message, literal.span, f"write `{site.text(value.span)}.{test}()`")
    elif text == "" and node.operator == "=" and not known:
        _empty(site, value, literal)


def _empty(site: Site, value: Bound, literal: Const) -> None:
    message = f"an empty text is a value: profiles without {site.words(value.span)} are not found by it"
    hint = f"for missing ones, write `{site.text(value.span)}.isNull()`"
    site.warning("empty-text", message, literal.span, hint)
