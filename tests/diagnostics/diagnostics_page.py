"""docs/diagnostics.md, from the table of codes and an example of each, whose real output it shows."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import diagnostics_examples
import json_examples
import lint_examples
from diagnostics_world import SCHEMA, said

from segkit.pql import PQLError, from_json, lint
from segkit.pql.codes import BINDING, CODES, JSON, LINT, SYNTAX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segkit.pql import Diagnostic
    from segkit.pql.codes import Code

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics.md"
NEED_DATA = lint_examples.NEED_DATA
_MOST = 300

_HEAD = """\
# Diagnostics

Everything that segkit says of a rule: {count} codes, what each means, and what is really said of an example. Made from
the table in the code by running each example: do not edit, run `python -m tests.support`.

A diagnostic is a record: `code`, `severity` (`error` refuses the rule, `warning` does not), `message`, `span`, `hint`,
and where there is only one way to mend it a `fix`, which `sk.pql.fix` makes. `ws.check(rule)` and
`sk.pql.check(rule, schema)` return all of them; what refuses a rule raises `PQLError`, whose `diagnostics` they are.
Codes are stable, messages may get better. The rule is that of the language that is broken or leaned on."""

_PARTS: tuple[tuple[str, str, Mapping[str, Code]], ...] = (
    ("Grammar", "Found in the text alone.", SYNTAX),
    ("Names and types", "Found against the schema of the workspace, before anything runs.", BINDING),
    ("Documents in `pql/json`", "Found where a tree is read.", JSON),
    ("Lint", "Found in rules that are valid and probably not what was meant: `ws.lint(rule)`.", LINT),
)


@cache
def shown(code: str) -> Diagnostic | None:
    """The first diagnostic with this code that its example gives; None where there is no example."""
    given = {**diagnostics_examples.EXAMPLES, **lint_examples.EXAMPLES, **json_examples.EXAMPLES}.get(code)
    if given is None:
        return None
    if code in JSON:
        try:
            from_json(given)
        except PQLError as refused:
            found = list(refused.diagnostics)
        else:
            found = []
    else:
        found = list(lint(given, SCHEMA)) if code in LINT else said(given)
    return next((one for one in found if one.code == code), None)


def document() -> str:
    """The text of docs/diagnostics.md."""
    lines = [_HEAD.format(count=len(CODES)), ""]
    for title, about, codes in _PARTS:
        lines += [f"## {title}", "", about, ""]
        for code, (meaning, rule, severity) in sorted(codes.items()):
            lines += [f"### `{code}`", "", f"{meaning[0].upper()}{meaning[1:]}. {severity.capitalize()}, {rule}.", ""]
            lines += _example(code)
    return "\n".join(lines).rstrip() + "\n"


def _example(code: str) -> list[str]:
    found = shown(code)
    if found is None:
        return ["Said only of a rule that is compared with data.", ""] if code in NEED_DATA else []
    said_of = "\n".join(line if len(line) <= _MOST else f"{line[:_MOST]}…" for line in str(found).splitlines())
    return ["```text", said_of, "```", ""]
