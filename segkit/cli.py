"""The command line: the same functions as in Python, for shells and scripts.

Exit code 0 when all went well, 1 for a problem in what was asked (a wrong expression, a missing file, a failed job), 2
for wrong usage.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segkit import __version__
from segkit.errors import InvalidRequestError, SegkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segkit.pql.diagnostics import Diagnostic
    from segkit.result import Result
    from segkit.workspace import Job, Workspace

DEMO_FOLDER = "segkit_demo"
PICTURES = (".png", ".svg", ".pdf")
ENVIRONMENT = "SEGKIT_WORKSPACE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The words after `segkit`; those of the process when left out.

    Returns
    -------
    int
        The exit code.
    """
    parser = _parser()
    words = sys.argv[1:] if arguments is None else list(arguments)
    if not words:
        parser.print_help(sys.stderr)
        return 2
    options = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that lacks a letter gets a question mark instead of nothing
            stream.reconfigure(errors="replace")
    try:
        code = int(options.run(options))
        # while a closed pipe can still be answered
        sys.stdout.flush()
    except _UsageError as error:
        _complain(error, as_json=options.json)
        return 2
    except SegkitError as error:
        _complain(error, as_json=options.json)
        return 1
    except BrokenPipeError:
        # whoever read our output has seen enough; keep the interpreter from flushing into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _complain(InvalidRequestError(str(error)), as_json=options.json)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1
    return code


class _UsageError(InvalidRequestError):
    """Words that do not make a command, found after the parser has let them pass."""


# ---------------------------------------------------------------------------------------------- what can be asked


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segkit", description="Audiences in PQL over your own Parquet, on your own machine."
    )
    parser.add_argument("--version", action="version", version=f"segkit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=summary, description=summary)
        one.add_argument("--json", action="store_true", help="print JSON instead of text")
        one.set_defaults(run=run)
        return one

    demo = command("demo", _demo, "make sample data, run a job over twelve segments, draw it")
    demo.add_argument("--profiles", type=_positive, default=None, metavar="N", help="people (default: 2000)")
    demo.add_argument(
        "--folder", type=Path, default=Path(DEMO_FOLDER), help=f"where to put it (default: {DEMO_FOLDER})"
    )

    check = command("check", _check, "show what is wrong in an expression")
    _expression(check)
    _workspace(check, required=False)

    formatted = command("format", _format, "print an expression in its canonical layout")
    _expression(formatted)

    sql = command("sql", _sql, "print the SQL that an expression becomes")
    _expression(sql)
    _workspace(sql)
    _scope(sql)

    size = command("size", _size, "count the profiles in an audience, exactly")
    _expression(size)
    _workspace(size)
    _scope(size)

    run = command("run", _run, "run a segment job and print its sizes")
    run.add_argument("segments", nargs="+", metavar="SEGMENT", help="names or ids of segments, or '*' for all")
    run.add_argument("--plot", type=_picture, metavar="PNG", help="write a picture of the sizes")
    _workspace(run)
    _scope(run)

    jobs = command("jobs", _jobs, "list segment jobs, or show one")
    jobs.add_argument("job", nargs="?", help="the id of one job")
    jobs.add_argument("--status", help="only jobs in this state")
    jobs.add_argument("--sort", default="creationTime:desc", help="attribute:asc or attribute:desc")
    jobs.add_argument("--start", type=int, default=0, help="how many to pass over")
    jobs.add_argument("--limit", type=_positive, default=20, help="how many to show (default: 20)")
    jobs.add_argument("--property", action="append", default=[], help="exact match, path==value; may be repeated")
    _workspace(jobs)

    _tables(command)
    return parser


def _tables(command: Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]) -> None:
    """The commands that list a kind of object or make one."""
    datasets = command("datasets", _datasets, "list datasets, add one, or look after one")
    datasets.add_argument("name", nargs="?", help="a name for the dataset to add; with an option below, one there is")
    datasets.add_argument("source", nargs="?", help="its files: a path or glob of Parquet, CSV or JSON")
    datasets.add_argument("--kind", choices=["record", "event"], default="record", help="default: record")
    datasets.add_argument("--identity", action="append", default=[], metavar="NAMESPACE=PATH", help="may be repeated")
    datasets.add_argument("--primary", help="the primary identity namespace")
    datasets.add_argument("--timestamp", metavar="PATH", help="the clock of a record or event")
    datasets.add_argument("--mapping", action="append", default=[], metavar="PATH=COLUMN", help="may be repeated")
    datasets.add_argument("--upsert", action="store_true", help="records update attribute by attribute")
    datasets.add_argument("--refresh", action="store_true", help="look again at the files of the dataset NAME")
    datasets.add_argument("--remove", action="store_true", help="forget the dataset NAME; its files stay")
    _workspace(datasets)

    segments = command("segments", _segments, "list segment definitions, create one, or look after one")
    segments.add_argument(
        "name", nargs="?", help="a name for the segment to create; with an option below, one there is"
    )
    segments.add_argument("pql", nargs="?", help="its expression")
    segments.add_argument("--description", help="what it is for, in words")
    segments.add_argument("--merge-policy", default=None, metavar="NAME", help="name or id; the default otherwise")
    segments.add_argument("--update", action="store_true", help="make a new version of the segment NAME")
    segments.add_argument("--delete", action="store_true", help="delete the segment NAME")
    _workspace(segments)


def _expression(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pql", help="the expression; '-' reads it from standard input, '@FILE' from a file")


def _workspace(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    note = f"default: ${ENVIRONMENT}" + ("" if required else "; without one only the grammar is checked")
    parser.add_argument("-w", "--workspace", default=None, metavar="FOLDER", help=note)


def _scope(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--merge-policy", default=None, metavar="NAME", help="name or id; the default policy otherwise")
    parser.add_argument("--as-of", default=None, metavar="TIME", help="what `now` means; the present otherwise")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        message = f"{text!r} is not a whole number from 1"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _picture(text: str) -> Path:
    path = Path(text).expanduser()
    if path.suffix.lower() not in PICTURES:
        message = f"{text!r} should end in {', '.join(PICTURES)}"
        raise argparse.ArgumentTypeError(message)
    return path


# ---------------------------------------------------------------------------------------------------- the commands


def _demo(options: argparse.Namespace) -> int:
    from segkit import demo  # noqa: PLC0415  each command loads what it needs
    from segkit.workspace import open_demo  # noqa: PLC0415

    as_of = demo.AS_OF
    with open_demo(options.folder, profiles=options.profiles) as ws:
        job = ws.jobs.create("*", as_of=as_of)
        job.wait(progress=not options.json)
        picture = _draw(job, Path(options.folder) / "audience_sizes.png")
        code = _report(job, options, picture)
        if not options.json:
            here = shlex.quote(str(options.folder))
            print(
                f"next:    {_program()} segments -w {here}\n         or in Python: segkit.open({str(options.folder)!r})"
            )
        return code


def _check(options: argparse.Namespace) -> int:
    from segkit import pql  # noqa: PLC0415

    text = _read(options.pql)
    if _folder(options, required=False) is None:
        found = pql.check(text)
    else:
        with _open(options) as ws:
            found = ws.check(text)
    _print_diagnostics(found, as_json=options.json)
    return int(any(one.severity == "error" for one in found))


def _format(options: argparse.Namespace) -> int:
    from segkit import pql  # noqa: PLC0415

    _print(pql.format(_read(options.pql)), "pql", options)
    return 0


def _sql(options: argparse.Namespace) -> int:
    with _open(options) as ws:
        _print(ws.sql(_read(options.pql), **_scoped(options)), "sql", options)
    return 0


def _size(options: argparse.Namespace) -> int:
    with _open(options) as ws:
        _print(int(ws.size(_read(options.pql), **_scoped(options))), "size", options)
    return 0


def _run(options: argparse.Namespace) -> int:
    if options.plot is not None and not options.plot.parent.is_dir():
        message = f"cannot write {options.plot}: the folder {options.plot.parent} does not exist"
        raise InvalidRequestError(message)
    with _open(options) as ws:
        wanted = "*" if options.segments == ["*"] else options.segments
        job = ws.jobs.create(wanted, **_scoped(options))
        job.wait(progress=not options.json)
        return _report(job, options, _draw(job, options.plot) if options.plot else None)


def _jobs(options: argparse.Namespace) -> int:
    with _open(options) as ws:
        if options.job:
            job = ws.jobs.get(options.job)
            print(json.dumps(job.to_aep(), indent=2, ensure_ascii=False) if options.json else job.card(hint=False))
            return 0
        listed = ws.jobs.list(
            status=options.status,
            sort=options.sort,
            start=options.start,
            limit=options.limit,
            property=options.property or None,
        )
        _print_result(listed, options, hint="start one: segkit run '*'")
    return 0


def _datasets(options: argparse.Namespace) -> int:
    if options.refresh or options.remove:
        return _look_after(options)
    if options.name is None:
        with _open(options) as ws:
            _print_result(ws.datasets.list(), options, hint="add one: segkit datasets NAME 'folder/*.parquet'")
        return 0
    if not options.source:
        message = f"dataset {options.name!r} needs its files: segkit datasets {options.name} 'folder/*.parquet'"
        raise _UsageError(message)
    identity, mapping = _pairs(options.identity, "--identity"), _pairs(options.mapping, "--mapping")
    folder = _folder(options, required=True)
    new = folder is not None and not folder.exists()
    with _open(options, make=True) as ws:
        try:
            ws.datasets.add(
                options.name,
                options.source,
                kind=options.kind,
                identity=identity or None,
                primary=options.primary,
                timestamp=options.timestamp,
                mapping=mapping or None,
                upsert=options.upsert,
            )
        except SegkitError:
            if new:
                # the workspace was made for this dataset alone
                ws.close()
                shutil.rmtree(ws.folder, ignore_errors=True)
            raise
        _print_result(ws.datasets.list(), options)
    return 0


def _look_after(options: argparse.Namespace) -> int:
    if options.name is None or options.source is not None or (options.refresh and options.remove):
        raise _UsageError("to refresh or remove, name one dataset: segkit datasets NAME --refresh")
    with _open(options) as ws:
        if options.refresh:
            ws.datasets.refresh(options.name)
        else:
            ws.datasets.remove(options.name)
        _print_result(ws.datasets.list(), options)
    return 0


def _segments(options: argparse.Namespace) -> int:
    if options.update or options.delete:
        return _change_segment(options)
    if options.name is not None and options.pql is None:
        message = f"segment {options.name!r} needs an expression: segkit segments {options.name!r} 'PQL'"
        raise _UsageError(message)
    with _open(options) as ws:
        if options.name is not None:
            ws.segments.create(
                options.name, _read(options.pql), description=options.description, merge_policy=options.merge_policy
            )
        _print_result(ws.segments.list(), options, hint="define one: segkit segments NAME 'PQL'")
    return 0


def _change_segment(options: argparse.Namespace) -> int:
    changes = {
        "pql": None if options.pql is None else _read(options.pql),
        "description": options.description,
        "merge_policy": options.merge_policy,
    }
    changed = any(one is not None for one in changes.values())
    if options.name is None or options.update == options.delete or options.update != changed:
        raise _UsageError("segkit segments NAME --delete, or with what is new: segkit segments NAME 'PQL' --update")
    with _open(options) as ws:
        if options.update:
            ws.segments.update(options.name, **changes)
        else:
            ws.segments.delete(options.name)
        _print_result(ws.segments.list(), options)
    return 0


# ------------------------------------------------------------------------------------------------------- in and out


def _open(options: argparse.Namespace, *, make: bool = False) -> Workspace:
    from segkit.workspace import open_workspace  # noqa: PLC0415

    folder = _folder(options, required=True)
    assert folder is not None  # noqa: S101  `required` says so
    if not make and not (folder / "catalog.duckdb").exists():
        message = f"{folder} is not a segkit workspace; add data first: segkit datasets NAME FILES -w {folder}"
        raise InvalidRequestError(message)
    return open_workspace(folder)


def _folder(options: argparse.Namespace, *, required: bool) -> Path | None:
    given = options.workspace or os.environ.get(ENVIRONMENT)
    if given:
        return Path(given).expanduser()
    if required:
        message = f"say which workspace: -w FOLDER, or set {ENVIRONMENT}"
        raise _UsageError(message)
    return None


def _scoped(options: argparse.Namespace) -> dict[str, Any]:
    return {"merge_policy": options.merge_policy, "as_of": options.as_of}


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@") and not text.startswith("@{"):
        try:
            return Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
            message = f"cannot read the expression from {text[1:]!r}: {reason}"
            raise InvalidRequestError(message) from error
    return text


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            message = f"{option} takes NAME=VALUE, not {text!r}"
            raise _UsageError(message)
        found[name.strip()] = value.strip()
    return found


def _program() -> str:
    """How this program is called: its name where the shell finds it, else the path by which it was found now."""
    if shutil.which("segkit"):
        return "segkit"
    called = Path(sys.argv[0])
    return shlex.quote(str(called)) if called.stem == "segkit" else "python -m segkit"


def _draw(job: Job, path: Path) -> Path:
    job.plot().savefig(path, dpi=150)
    return path


def _report(job: Job, options: argparse.Namespace, picture: Path | None) -> int:
    if options.json:
        print(json.dumps(job.to_aep(), indent=2, ensure_ascii=False))
    else:
        # without the next calls in Python, of which a shell knows nothing
        print(job.sizes().text())
        print()
        print(job.card(segments=False, hint=False))
        if picture is not None:
            print(f"\npicture: {picture}")
    return 0 if job.status == "SUCCEEDED" else 1


def _print(value: str | int, name: str, options: argparse.Namespace) -> None:
    print(json.dumps({name: value}, ensure_ascii=False) if options.json else value)


def _print_result(result: Result, options: argparse.Namespace, *, hint: str | None = None) -> None:
    if not options.json:
        print(result.text(hint=None if result else hint))
        return
    rows = json.loads(result.to_pandas().to_json(orient="records", date_format="iso"))
    print(json.dumps(rows, indent=2, ensure_ascii=False))


def _print_diagnostics(found: Sequence[Diagnostic], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_record(one) for one in found], indent=2, ensure_ascii=False))
    elif found:
        print("\n\n".join(str(one) for one in found))
    else:
        print("no findings")


def _record(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "line": one.line,
        "column": one.column,
        "start": one.span.start,
        "end": one.span.end,
        "hint": one.hint,
    }


def _complain(error: SegkitError, *, as_json: bool) -> None:
    diagnostics = getattr(error, "diagnostics", None)
    if as_json:
        record: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        if diagnostics is not None:
            record["diagnostics"] = [_record(one) for one in diagnostics]
        print(json.dumps(record, indent=2, ensure_ascii=False), file=sys.stderr)
    else:
        print(error if diagnostics is not None else f"error: {error}", file=sys.stderr)
