"""In and out: which workspace, which expression, and how answers are printed."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit.errors import InvalidRequestError, SegkitError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from segkit.pql.diagnostics import Diagnostic
    from segkit.result import Result
    from segkit.workspace import Workspace

ENVIRONMENT = "SEGKIT_WORKSPACE"


class UsageError(InvalidRequestError):
    """Words that do not make a command, found after the parser has let them pass."""


def opened(options: argparse.Namespace, *, make: bool = False) -> Workspace:
    """The workspace that the options name."""
    from segkit.workspace import open_workspace  # noqa: PLC0415  each command loads what it needs

    place = folder(options, required=True)
    assert place is not None  # noqa: S101  `required` says so
    if not make and not (place / "catalog.duckdb").exists():
        message = f"{place} is not a segkit workspace; add data first: segkit datasets NAME FILES -w {place}"
        raise InvalidRequestError(message)
    return open_workspace(place)


def folder(options: argparse.Namespace, *, required: bool) -> Path | None:
    """The folder of the workspace; None where it may be left out and is."""
    given = options.workspace or os.environ.get(ENVIRONMENT)
    if given:
        return Path(given).expanduser()
    if required:
        message = f"say which workspace: -w FOLDER, or set {ENVIRONMENT}"
        raise UsageError(message)
    return None


def scoped(options: argparse.Namespace) -> dict[str, Any]:
    """What fixes an answer: policy and clock."""
    return {"merge_policy": options.merge_policy, "as_of": options.as_of}


def expression(text: str) -> str:
    """The text of an expression: as it stands, from standard input, or from a file."""
    is_file = text.startswith("@") and not text.startswith("@{")
    if text != "-" and not is_file:
        return text
    place = repr(text[1:]) if is_file else "standard input"
    try:
        # the bytes themselves: what the locale makes of them is not what was written
        content = Path(text[1:]).read_bytes() if is_file else sys.stdin.buffer.read()
        return content.decode("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        message = f"cannot read the expression from {place}: {reason}"
        raise InvalidRequestError(message) from error


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`NAME=VALUE` options as a dict."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            message = f"{option} takes NAME=VALUE, not {text!r}"
            raise UsageError(message)
        found[name.strip()] = value.strip()
    return found


def show(value: str | int, name: str, options: argparse.Namespace) -> None:
    """One value, with its name in JSON."""
    print(json.dumps({name: value}, ensure_ascii=False) if options.json else value)


def show_result(result: Result, options: argparse.Namespace, *, hint: str | None = None) -> None:
    """A table."""
    if not options.json:
        print(result.text(hint=None if result else hint))
        return
    rows = json.loads(result.to_pandas().to_json(orient="records", date_format="iso"))
    print(json.dumps(rows, indent=2, ensure_ascii=False))


def show_diagnostics(found: Sequence[Diagnostic], *, as_json: bool, none: str = "no findings") -> None:
    """What was found in an expression; `none` says that it is nothing."""
    if as_json:
        print(json.dumps([record(one) for one in found], indent=2, ensure_ascii=False))
    elif found:
        print("\n\n".join(str(one) for one in found))
    else:
        print(none)


def record(one: Diagnostic) -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "line": one.line,
        "column": one.column,
        "start": one.span.start,
        "end": one.span.end,
        "hint": one.hint,
        "fix": [{"start": edit.span.start, "end": edit.span.end, "text": edit.text} for edit in one.fix],
    }


def complain(error: SegkitError, *, as_json: bool) -> None:
    """What went wrong, on standard error."""
    diagnostics = getattr(error, "diagnostics", None)
    if as_json:
        told: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        if diagnostics is not None:
            told["diagnostics"] = [record(one) for one in diagnostics]
        print(json.dumps(told, indent=2, ensure_ascii=False), file=sys.stderr)
    else:
        print(error if diagnostics is not None else f"error: {error}", file=sys.stderr)
