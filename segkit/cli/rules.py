"""Commands about one expression."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from segkit.cli.terminal import expression, folder, opened, record, scoped, show, show_diagnostics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from segkit.pql import Findings

    Look = Callable[[str], Findings]

_TEXT_ALONE = "no findings in the text alone; -w FOLDER also looks up its names in a workspace"


def check(options: argparse.Namespace) -> int:
    """What is wrong in an expression; with `--fix` the expression mended."""
    from segkit import pql  # noqa: PLC0415  each command loads what it needs

    text = expression(options.pql)
    if folder(options, required=False) is None:
        return _judged(text, pql.check, pql.lint, options, none=_TEXT_ALONE)
    with opened(options) as ws:
        return _judged(text, ws.check, ws.lint if len(ws.datasets) else pql.lint, options)


def lint(options: argparse.Namespace) -> int:
    """What is doubtful in an expression."""
    from segkit import pql  # noqa: PLC0415

    text = expression(options.pql)
    if folder(options, required=False) is None:
        return _judged(text, pql.lint, pql.lint, options, none=_TEXT_ALONE)
    with opened(options) as ws:
        return _judged(text, ws.lint, ws.lint, options)


def _judged(text: str, look: Look, mend: Look, options: argparse.Namespace, none: str = "no findings") -> int:
    shown = _mended(text, mend) if options.fix else text
    found = look(shown)
    if not options.fix:
        show_diagnostics(found, as_json=options.json, none=none)
    elif options.json:
        print(json.dumps({"pql": shown, "findings": [record(one) for one in found]}, indent=2, ensure_ascii=False))
    else:
        print(shown)
        if found:
            print(repr(found), file=sys.stderr)
    strict = getattr(options, "strict", False)
    return int(any(strict or one.severity == "error" for one in found))


def _mended(text: str, look: Look) -> str:
    """A text with what can be mended mended; a tree stays one."""
    from segkit.pql import PQLError, from_json, to_json  # noqa: PLC0415
    from segkit.pql.formats import TREE, form_of  # noqa: PLC0415
    from segkit.pql.linting.fixing import fixed  # noqa: PLC0415

    if form_of(text) != TREE:
        return fixed(text, look)
    try:
        written = from_json(text).text
    except PQLError:
        return text
    changed = fixed(written, look)
    return text if changed == written else to_json(changed)


def explain(options: argparse.Namespace) -> int:
    """What an expression means and how it is run."""
    with opened(options) as ws:
        found = ws.explain(expression(options.pql), **scoped(options))
        print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False, default=str) if options.json else repr(found))
    return 0


def convert(options: argparse.Namespace) -> int:
    """Text to a `pql/json` tree, or a tree to text."""
    from segkit import pql  # noqa: PLC0415
    from segkit.pql.formats import TEXT, TREE, kept, read  # noqa: PLC0415

    text, form = kept(expression(options.pql))
    wanted = {"json": TREE, "text": TEXT, None: TEXT if form == TREE else TREE}[options.to]
    found = read(text, form)
    value = pql.format(found) if wanted == TEXT else pql.to_json(found, indent=options.indent)
    if options.json:
        print(json.dumps({"type": "PQL", "format": wanted, "value": value}, ensure_ascii=False))
    else:
        print(value)
    return 0


def formatted(options: argparse.Namespace) -> int:
    """An expression in its canonical layout."""
    from segkit import pql  # noqa: PLC0415

    show(pql.format(expression(options.pql)), "pql", options)
    return 0


def sql(options: argparse.Namespace) -> int:
    """The SQL that an expression becomes."""
    with opened(options) as ws:
        show(ws.sql(expression(options.pql), **scoped(options)), "sql", options)
    return 0


def cost(options: argparse.Namespace) -> int:
    """What counting an audience would cost."""
    with opened(options) as ws:
        found = ws.cost(expression(options.pql), **scoped(options))
        print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if options.json else repr(found))
    return 0


def size(options: argparse.Namespace) -> int:
    """The number of profiles in an audience."""
    with opened(options) as ws:
        show(int(ws.size(expression(options.pql), **scoped(options))), "size", options)
    return 0
