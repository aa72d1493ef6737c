"""An explanation of a rule as text and as HTML, from plain data."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING, Any

from segkit.notebook.colouring import coloured
from segkit.notebook.style import BORDER, FONT, MONO, MUTED, PRE, block
from segkit.notebook.values import clean
from segkit.notebook.width import cut, cut_front, pad, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WIDTH = 100
_NAME, _TYPE = 46, 18
_DEEP = 39
"""The most columns that the branches of a tree take before its names."""

_PARTS, _CONDITIONS, _LETTERS = 300, 60, 4000
"""The most parts of a tree, conditions of a step, and letters of a rule or a piece of SQL that are shown."""
_WHOLE = 100_000
"""Up to so many letters the whole statement is shown."""

_CELL = "padding:.35em .9em .35em 0;border:0;background:transparent;vertical-align:top;text-align:left;"
_SMALL = f"{MONO}font-size:12px;line-height:1.4;white-space:pre-wrap;overflow-wrap:anywhere;word-break:normal;"


# ----------------------------------------------------------------------------------------------------------- text


def explained_text(found: Mapping[str, Any]) -> str:
    """An explanation in at most 100 columns.

    Parameters
    ----------
    found
        What `Explanation.to_dict` gives.
    """
    about = f"{found['type']} · {found['merge_policy']} · as of {found['as_of']}"
    if found["timezone"] != "UTC":
        about += f" · days of {found['timezone']}"
    parts = [
        [*_wrapped(_short(found["sentence"])), *_wrapped(about)],
        ["rule", *_indented(_short(found["rule"]))],
        *([["warnings", *(line for one in found["warnings"] for line in _indented(one))]] if found["warnings"] else []),
        ["typed tree", *_tree_text(found["tree"])],
        ["reads", *_reads_text(found["reads"])],
        *(_step_text(one) for one in found["steps"]),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]} … ({len(text):,} letters in all)"


def _wrapped(text: str, indent: str = "", then: str | None = None) -> list[str]:
    then = indent if then is None else then
    lines: list[str] = []
    for one in text.split("\n"):
        lines += textwrap.wrap(
            one, _WIDTH, initial_indent=indent, subsequent_indent=then, break_on_hyphens=False, replace_whitespace=False
        ) or [""]
    return lines


def _indented(text: str) -> list[str]:
    """Lines as they are, two blanks in; what is too long goes on below."""
    lines: list[str] = []
    for one in text.split("\n"):
        blanks = " " * (2 + len(one) - len(one.lstrip()))
        lines += _wrapped(one.strip(), blanks, f"{blanks}  ")
    return lines


def _tree_text(root: Mapping[str, Any]) -> list[str]:
    every = list(_branches(root, "  ", "  "))
    lines = every[:_PARTS]
    names = [(f"{cut_front(lead, _DEEP)}{clean(node['what'])}", node) for lead, node, _ in lines]
    wide = min(max(width_of(name) for name, _ in names), _NAME)
    types = min(max(width_of(node["type"]) for _, node in names), _TYPE)
    shown: list[str] = []
    for (name, node), (_, _, below) in zip(names, lines, strict=True):
        words = clean(node["words"])
        start = f"{pad(cut(name, wide), wide)}  {pad(cut(node['type'], types), types)}  "
        told = "" if words == clean(node["what"]) else cut(words, _WIDTH - width_of(start))
        shown.append(f"{start}{told}".rstrip())
        for one in node["notes"]:
            room = _WIDTH - min(len(below), _DEEP) - 4
            start = f"{cut_front(below, _DEEP)}{'│' if node['parts'] else ' '} "
            texts = textwrap.wrap(clean(one), room, break_on_hyphens=False)
            shown += [f"{start}{'  ' if number else '· '}{text}" for number, text in enumerate(texts)]
    return [*shown, *([f"  … {_more(every)}"] if len(every) > _PARTS else [])]


def _more(every: Sequence[object]) -> str:
    return f"{len(every) - _PARTS:,} more parts: `.tree` has them all"


def _branches(node: Mapping[str, Any], lead: str, below: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """The nodes with what stands before them, and before what stands below them."""
    yield lead, node, below
    parts: Sequence[Mapping[str, Any]] = node["parts"]
    for place, one in enumerate(parts):
        last = place == len(parts) - 1
        yield from _branches(one, f"{below}{'└─' if last else '├─'} ", f"{below}{'   ' if last else '│  '}")


def _reads_text(found: Mapping[str, Any]) -> list[str]:
    lines = _wrapped(found["profiles"], "  ")
    for title, columns in (("fields of the profile", found["columns"]), ("fields of events", found["event_columns"])):
        if columns:
            lines.append(f"  {title}")
            wide = min(max(width_of(one["path"]) for one in columns), 44)
            for one in columns:
                start = f"    {pad(one['path'], wide)}  {pad(cut(one['type'], _TYPE), _TYPE)}  "
                lines += _wrapped(", ".join(one["datasets"]) or "no dataset of this policy", start, " " * len(start))
    if found["features"]:
        lines.append("  computed from events")
        for one in found["features"]:
            need = "; profiles without them are out" if one["needed"] else ""
            lines += _wrapped(f"{one['name']}: {one['kind']}{need}", "    ", "      ")
            lines += _wrapped(_short(one["words"]), "      ", "        ")
            lines += _wrapped(f"{one['form']}: {one['note']}", "      ", "        ")
    return lines


def _step_text(step: Mapping[str, Any]) -> list[str]:
    lines = [f"step {step['name']}"]
    for one in step["words"]:
        lines += _wrapped(_short(clean(one)), "  ‹ ", "    ")
    if not step["words"] and not step["conditions"]:
        return [*lines, "  fetched for the steps below; `.sql` has its SQL"]
    return [*lines, *(f"  {one}" for one in _sql_lines(_short(step["annotated"])))]


def _sql_lines(sql: str) -> list[str]:
    lines: list[str] = []
    for one in sql.split("\n"):
        blanks = " " * (len(one) - len(one.lstrip()))
        lines += textwrap.wrap(
            one.strip(), _WIDTH - 2, initial_indent=blanks, subsequent_indent=f"{blanks}  ", break_on_hyphens=False
        ) or [""]
    return lines


# ----------------------------------------------------------------------------------------------------------- HTML


def explained_html(found: Mapping[str, Any]) -> str:
    """An explanation as HTML: the sentence, the rule, the steps with PQL beside SQL, and what else is known, folded.

    Parameters
    ----------
    found
        What `Explanation.to_dict` gives.
    """
    about = f"{found['type']} · {found['merge_policy']} · as of {found['as_of']}"
    if found["timezone"] != "UTC":
        about += f" · days of {found['timezone']}"
    head = (
        f'<div style="font-weight:600;font-size:14px;max-width:60em">{_spoken(_short(found["sentence"]))}</div>'
        f'<div style="{MUTED}margin:.15em 0 .3em 0">{escape(clean(about))}</div>'
        f'<pre style="{PRE}max-width:75em">{coloured(_short(found["rule"]))}</pre>'
    )
    warned = "".join(f'<pre style="{PRE}">{escape(one)}</pre>' for one in found["warnings"])
    return block(
        head
        + (_folded("Warnings", warned, shown=True) if warned else "")
        + _folded("Typed tree", _tree_html(found["tree"]), shown=True)
        + _folded("What it reads", _reads_html(found["reads"]), shown=False)
        + _folded("PQL beside SQL", _steps_html(found["steps"]), shown=True)
        + _folded(
            "The whole statement",
            f'<pre style="{PRE}">{escape(found["sql"] if len(found["sql"]) < _WHOLE else _short(found["sql"]))}</pre>',
            shown=False,
        )
    )


def _folded(title: str, content: str, *, shown: bool) -> str:
    return (
        f'<details{" open" if shown else ""} style="margin:.5em 0"><summary style="cursor:pointer;font-weight:600">'
        f'{title}</summary><div style="overflow-x:auto;margin:.25em 0 .25em 1em">{content}</div></details>'
    )


def _spoken(sentence: str) -> str:
    """A sentence with what stands in backticks as code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return escape(sentence)
    return "".join(f"<code>{escape(one)}</code>" if place % 2 else escape(one) for place, one in enumerate(parts))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[str]) -> str:
    """Rows of cells that are HTML already."""
    heads = "".join(
        f'<th style="{_CELL}{BORDER}{MUTED}font-weight:400;width:{width}">{one}</th>'
        for one, width in zip(header, widths, strict=True)
    )
    body = "".join(
        '<tr style="background:transparent">'
        + "".join(f'<td style="{_CELL}{BORDER}">{cell}</td>' for cell in row)
        + "</tr>"
        for row in rows
    )
    return (
        f'<table style="border-collapse:collapse;{FONT}width:100%;min-width:52em;max-width:90em;table-layout:fixed">'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _steps_html(steps: Sequence[Mapping[str, Any]]) -> str:
    rows: list[Sequence[str]] = []
    for step in steps:
        words = "".join(f'<div style="{_SMALL}">{coloured(_short(one))}</div>' for one in step["words"])
        fetched = "events" if step["conditions"] else "fetched"
        none = f'<span style="{MUTED}">{fetched} for the steps below</span>'
        sql = f'<div style="{_SMALL}">{escape(_short(step["sql"]))}</div>'
        if not words and not step["conditions"]:
            sql = f'<details><summary style="cursor:pointer;{MUTED}">SQL</summary>{sql}</details>'
        rows.append((f'<b style="overflow-wrap:anywhere">{escape(step["name"])}</b>', words or none, sql))
        rows += [
            (
                f'<span style="{MUTED}">condition</span>',
                f'<div style="{_SMALL}">{coloured(_short(one["words"]))}</div>',
                f'<div style="{_SMALL}">{escape(_short(one["sql"]))}</div>',
            )
            for one in step["conditions"][:_CONDITIONS]
        ]
        left = len(step["conditions"]) - _CONDITIONS
        if left > 0:
            rows.append(("", f'<span style="{MUTED}">{left:,} more conditions: `.steps` has them all</span>', ""))
    return _table(("step", "PQL", "SQL"), rows, ("9em", "38%", "auto"))


def _tree_html(node: Mapping[str, Any]) -> str:
    rows: list[Sequence[str]] = []
    every = list(_branches(node, "", ""))
    for _, one, below in every[:_PARTS]:
        level = len(below) // 3
        notes = "".join(f'<div style="{MUTED}">{escape(clean(note))}</div>' for note in one["notes"])
        words = "" if one["words"] == one["what"] else one["words"]
        rows.append(
            (
                f'<div style="{_SMALL}padding-left:{1.1 * level:.1f}em">{escape(clean(one["what"]))}</div>',
                escape(one["type"]),
                f'<div style="{_SMALL}">{coloured(_short(words))}</div>{notes}' if words else notes,
            )
        )
    if len(every) > _PARTS:
        rows.append(("…", "", escape(_more(every))))
    return _table(("part", "type", "PQL and what was decided"), rows, ("34%", "9em", "auto"))


def _reads_html(found: Mapping[str, Any]) -> str:
    lead = f"<div>{escape(found['profiles'])}</div>"
    columns = [
        (f'<div style="{_SMALL}">{escape(path)}</div>', escape(one["type"]), escape(", ".join(one["datasets"]) or "–"))
        for prefix, listed in (("", found["columns"]), ("xEvent.", found["event_columns"]))
        for one in listed
        for path in (f"{prefix}{one['path']}",)
    ]
    features = [
        (
            escape(one["name"]),
            f"{escape(one['kind'])}{'; profiles without them are out' if one['needed'] else ''}",
            f'<div style="{_SMALL}">{coloured(one["words"])}</div>',
            f"<b>{escape(one['form'])}</b>: {escape(one['note'])}",
        )
        for one in found["features"]
    ]
    tables = _table(("field", "type", "datasets"), columns, ("40%", "12em", "auto")) if columns else ""
    if features:
        tables += _table(("from events", "what", "PQL", "how"), features, ("7em", "22%", "36%", "auto"))
    return lead + tables
