"""The codes that the source uses, found in its syntax trees."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import segkit

ROOMS = Path(segkit.__file__).parent
_CALLS = frozenset({"error", "warning", "fail", "Diagnostic", "Told", "replace"})
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@cache
def used() -> dict[str, set[str]]:
    """Each code and the modules that report it: first arguments of `error` and its like, and any `code = `."""
    found: dict[str, set[str]] = {}
    for path in sorted(ROOMS.rglob("*.py")):
        where = path.relative_to(ROOMS.parent).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for code in _codes(node):
                found.setdefault(code, set()).add(where)
    return found


def _codes(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "code" for one in node.targets):
        return _constants(node.value)
    if not isinstance(node, ast.Call):
        return []
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name not in _CALLS:
        return []
    given = [one.value for one in node.keywords if one.arg == "code"]
    given += node.args[:1] if name != "replace" else []
    return [code for one in given for code in _constants(one)]


def _constants(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text] if _CODE.fullmatch(text) else []
        case ast.IfExp(body=first, orelse=second):
            return [*_constants(first), *_constants(second)]
        case _:
            return []
