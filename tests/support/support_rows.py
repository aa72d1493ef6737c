"""Every row of the corpus: what it is, how far it gets and what is said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from support_outcomes import Outcome, bound_against, outcome, read, refusal
from support_schema import inferred

from segkit.engine import Engine
from segkit.pql import PQLError
from segkit.pql.linting import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support_outcomes import Row

    from segkit.pql import Diagnostic, Expression

TITLE = "## Every row"

_HEAD = """\
Every row of the corpus by its id: what it is said to be there, what becomes of it here, and the codes of what is said
of it ([diagnostics.md](diagnostics.md)). `python -m tests.support --rows` prints them with their texts and the whole
messages."""


@dataclass(frozen=True)
class Line:
    """A row, how far it gets where it is read, and all that is said of it."""

    row: Row
    outcome: Outcome
    said: tuple[Diagnostic, ...]

    @property
    def ending(self) -> str:
        """What becomes of the row, in a word or two."""
        errors = any(one.severity == "error" for one in self.said)
        if self.outcome.runs:
            return "runs"
        if self.outcome.failure:
            return "**fails**"
        return "refused" if errors else "read"


def lines(rows: Sequence[Row], known: Sequence[Outcome] = ()) -> list[Line]:
    """Each row with its outcome; `known` are outcomes that were found before."""
    found = {one.row.id: one for one in known}
    valid = _valid(rows)
    with Engine(threads=1) as engine:
        return [_line(one, found.get(one.id) or outcome(one, engine), valid) for one in rows]


def _valid(rows: Sequence[Row]) -> list[Expression]:
    return [read(one) for one in rows if one.valid is True and one.format == "pql/text" and one.dialect == "pql"]


def _line(row: Row, reached: Outcome, valid: Sequence[Expression]) -> Line:
    if row.valid is False and row.format == "pql/text":
        root = row.value.split(".", 1)[0]
        found = refusal(row, [one for one in valid if f"{root}." in one.text])
        if any(one.severity == "error" for one in found):
            return Line(row, Outcome(row, 0, tuple(found)), tuple(found))
    try:
        expression = read(row)
        bound = bound_against(expression, inferred(expression))
    except PQLError as refused:
        return Line(row, reached, refused.diagnostics)
    return Line(row, reached, (*bound.diagnostics, *judge(bound)))


def table(found: Sequence[Line]) -> list[str]:
    """The part of docs/support.md that lists the rows, without their texts."""
    out = ["", TITLE, "", _HEAD, "", "| row | dialect | kind | valid | here | said |", "|---|---|---|---|---|---|"]
    for one in found:
        codes = ", ".join(f"`{code}`" for code in dict.fromkeys(each.code for each in one.said))
        valid = {True: "yes", False: "no"}.get(one.row.valid is True, "") if one.row.valid != "unclear" else "unclear"
        out.append(f"| {one.row.id} | {one.row.dialect} | {one.row.kind} | {valid} | {one.ending} | {codes} |")
    return out


def printed(found: Sequence[Line]) -> str:
    """Every row with its text and the whole of what is said."""
    parts = []
    for one in found:
        head = f"{one.row.id}  {one.row.dialect}, {one.row.kind}, valid: {one.row.valid}  →  {one.ending.strip('*')}"
        told = [str(each) for each in one.said] + ([one.outcome.failure] if one.outcome.failure else [])
        parts.append(
            "\n".join([head, *_indented(_text(one.row)), *(line for each in told for line in _indented(each))])
        )
    return "\n\n".join(parts)


def _text(row: Row) -> str:
    return row.value if isinstance(row.value, str) else json.dumps(row.value, ensure_ascii=False)


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.splitlines()]
